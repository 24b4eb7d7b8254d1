"""The titles of a study's sections, and the associations that name the sections by them."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from functools import cached_property
from itertools import islice, takewhile
from typing import Any, NamedTuple

from pipeline.submission import Metadata

KINDS = {
    "biosample": ("biosamples", "biosample", "Biosample"),
    "specimen": ("specimens", "specimen", "Specimen"),
    "image_acquisition": ("image_acquisitions", "image acquisition", "ImageAcquisition"),
    "image_correlation": ("image_correlations", "image correlation", "ImageCorrelation"),
    "image_analysis": ("image_analyses", "image analysis", "ImageAnalysis"),
}
"""From the slot of an association to the study's list that it names, in words, and its class."""

NEEDED = ("biosample", "specimen", "image_acquisition")
"""The slots that every association has."""


class Titles(tuple[tuple[int, str], ...]):
    """The titles that sections of one kind have, each with the section's number from 0."""

    @classmethod
    def of(cls, study: dict[str, Any], slot: str) -> Titles:
        """Those of the sections that a slot may name, in their order."""
        sections = study.get(KINDS[slot][0], ())
        return cls([(n, one["title"]) for n, one in enumerate(sections) if "title" in one])

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The titles as they are written."""
        return tuple([title for _, title in self])

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """The numbers of the sections that have a title."""
        found: dict[str, list[int]] = {}
        for number, title in self:
            found.setdefault(title, []).append(number)
        return found

    @cached_property
    def lines(self) -> frozenset[str]:
        """The titles on one line."""
        return frozenset(map(one_line, self.written))

    @cached_property
    def composed(self) -> frozenset[str]:
        """The titles on one line, their letters and accents composed."""
        return frozenset(map(composed, self.written))

    @cached_property
    def folded(self) -> dict[str, str]:
        """From each title as it is written to itself on one line in small letters."""
        made = ((title, one_line(title).casefold()) for title in self.written)
        return {title: folded for title, folded in made if folded}

    @cached_property
    def known(self) -> dict[str, str]:
        """From each title on one line in small letters to the title as it is written."""
        return {folded: title for title, folded in self.folded.items()}

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.known)

    def beginning(self, text: str) -> list[str]:
        """The titles that a text in small letters begins with, and that begin with it."""
        shorter = self.known.keys() & {text[:end] for end in range(1, len(text) + 1)}
        after = islice(self._sorted, bisect_left(self._sorted, text), None)
        longer = takewhile(lambda one: one.startswith(text), after)
        if not (found := shorter.union(longer)):
            return []
        return [title for title, folded in self.folded.items() if folded in found]


class Named(NamedTuple):
    """A title that an association gives: which component and row, which slot, and the text."""

    component: dict[str, Any]
    at: tuple[int, int]
    slot: str
    title: str

    @property
    def place(self) -> str:
        """Where the title stands."""
        component, row = self.at
        return f"/study/study_components/{component}/associations/{row}/{self.slot}"


class Associations(dict[str, list[Named]]):
    """Every title that associations of the study give, by slot and in their order."""

    titles: dict[str, Titles]
    """What they may name, by slot."""
    inexact: dict[str, list[Named]]
    """Those that no section of their kind has letter by letter; no slot where there are none."""

    @classmethod
    def of(cls, metadata: Metadata) -> Associations:
        """Those of a submission's metadata."""
        study = metadata.get("study", {})
        found = cls({slot: [] for slot in KINDS})
        for n, component in enumerate(study.get("study_components", ())):
            for m, row in enumerate(component.get("associations", ())):
                for slot in row.keys() & KINDS.keys():
                    found[slot].append(Named(component, (n, m), slot, row[slot]))
        found.titles = {slot: Titles.of(study, slot) for slot in KINDS}
        found.inexact = {}
        for slot, given in found.items():
            there = frozenset(found.titles[slot].written) if given else frozenset()
            if inexact := [one for one in given if one.title not in there]:
                found.inexact[slot] = inexact
        return found

    @cached_property
    def used(self) -> dict[str, frozenset[str]]:
        """The titles that they give, by slot."""
        return {slot: frozenset([one.title for one in given]) for slot, given in self.items()}


def one_line(text: str) -> str:
    """A title with the white space at its ends gone and inside collapsed."""
    return " ".join(text.split())


def composed(text: str) -> str:
    """A title on one line, its letters and accents composed as the archive will compose them."""
    text = one_line(text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def called(component: dict[str, Any]) -> str:
    """The name of a study component as messages give it."""
    return repr(component["name"]) if "name" in component else "without a name"
