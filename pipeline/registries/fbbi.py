"""The Biological Imaging Methods Ontology (FBbi): imaging methods by label, synonym and id."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.findings import Frozen
from pipeline.registries import vocabulary
from pipeline.registries.archive import Unreadable, member
from pipeline.registries.store import Dump, Entry

NAME = "fbbi"
OFFICIAL = "fbbi.obo of the Biological Imaging Methods Ontology"
VOCABULARIES = ("imaging_methods", "imaging_method_names")

ROOT = "FBbi:00000222"
"""The term `imaging method`: what the submission form offers are its descendants."""


_MICROSCOPY = re.compile(r"microscop|imaging|\(STED\)")
"""Super-resolution methods stand in another branch of FBbi, and say so in their labels."""

OTHER_BRANCH = "other branch"
"""The kind of a label of sample preparation or visualisation: a term, but never proposed."""


class ImagingMethod(Frozen):
    """A term of FBbi: `term_id` such as FBbi:00000246; `similar` (0 to 100) to what was asked."""

    term_id: str
    label: str
    similar: float = 100.0


def built_in() -> Dump:
    """All terms of the release that the vocabulary was made from."""
    rows = list(vocabulary.rows("imaging_methods"))
    more: dict[str, list[str]] = {}
    for row in vocabulary.rows("imaging_method_names"):
        more.setdefault(row["term_id"], []).append(row["name"])
    entries = [
        _entry(
            row["id"],
            row["label"],
            vocabulary.several(row["synonyms"]),
            more.get(row["id"], ()),
            imaging=row["branch"] == "imaging method",
        )
        for row in rows
        if row["obsolete"] != "yes"
    ]
    return Dump(entries, "releases/2020-11-06", vocabulary.date("imaging_methods"))


def _entry(
    term_id: str, label: str, synonyms: Iterable[str], usual: Iterable[str], *, imaging: bool
) -> Entry:
    if not imaging and not _MICROSCOPY.search(label):
        return Entry(term_id, {"label": label}, ((label, OTHER_BRANCH),))
    names = [(label, "label"), *((text, "synonym") for text in synonyms)]
    names += [(text, "usual") for text in usual]
    return Entry(term_id, {"label": label}, tuple(names))


_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"')


def read(path: Path) -> Dump:
    """An OBO file (format 1.2): its terms, and names of those below `imaging method`."""
    source = member(path, ".obo")
    with source.text() as lines:
        header, terms = _terms(lines)
    if not terms:
        raise Unreadable(f"{path.name} holds no terms")
    version = header.get("data-version", source.date.isoformat())
    return Dump(
        _entries(terms), version, _day(version) or source.date, source.position, source.size
    )


def _day(version: str) -> dt.date | None:
    found = re.search(r"\d{4}-\d{2}-\d{2}", version)
    return dt.date.fromisoformat(found[0]) if found else None


def _terms(lines: Iterable[str]) -> tuple[dict[str, str], list[dict[str, list[str]]]]:
    header: dict[str, str] = {}
    terms: list[dict[str, list[str]]] = []
    here: dict[str, list[str]] | None = None
    stanza, line = "", "\n"
    for line in lines:
        text = line.rstrip("\r\n")
        if text.startswith("["):
            stanza, here = text, {}
            if stanza == "[Term]":
                terms.append(here)
        elif ": " in text:
            key, value = text.split(": ", 1)
            if here is None:
                header[key] = value
            else:
                here.setdefault(key, []).append(value)
    if not line.endswith("\n"):
        raise Unreadable("the file ends in the middle of a line: its last part never arrived")
    return header, terms


def _entries(terms: list[dict[str, list[str]]]) -> Iterator[Entry]:
    parents = {
        term["id"][0]: [parent.split(" ", 1)[0] for parent in term.get("is_a", ())]
        for term in terms
    }
    imaging = {ROOT}
    while grown := {key for key, up in parents.items() if imaging.intersection(up)} - imaging:
        imaging |= grown
    for term in terms:
        key = term["id"][0]
        if key.startswith("FBbi:") and "is_obsolete" not in term and "name" in term:
            synonyms = [
                found[1] for text in term.get("synonym", ()) if (found := _SYNONYM.match(text))
            ]
            yield _entry(key, term["name"][0], synonyms, (), imaging=key in imaging)
