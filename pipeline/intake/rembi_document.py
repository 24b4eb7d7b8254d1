"""A REMBI document while it is read: its words as the template has them, its places, its faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Code, Finding
from pipeline.intake import pagetab_content as build
from pipeline.intake.pagetab_tree import WRONG_TYPE
from pipeline.intake.rembi_spellings import alone, moved, respelt
from pipeline.intake.rembi_words import ASIDE, BLOCKS, FIELDS, FURTHER, NAMED_BLOCKS
from pipeline.intake.spellings import fold
from pipeline.select import join, parent, steps
from pipeline.submission import SourceMap

_DOI = re.compile(r"\b10\.\d{4,9}/\S")


@dataclass
class Document:
    """Where the parts of a document stand, and what was found wrong with them so far."""

    places: SourceMap
    findings: list[Finding] = field(default_factory=list)

    def flag(self, code: Code, at: str, message: str, **more: Any) -> None:
        """Note a fault at a place of the document."""
        self.findings.append(code.at(self.places.position(at), message, **more))

    def in_words_of_template(self, given: dict[str, Any]) -> dict[str, Any]:
        """The blocks as the template names them, without what is kept with the source alone."""
        made = self._respelt(given)
        self._named_nearly(made)
        kept: dict[str, Any] = _without_aside(made)
        return kept

    def maps(self, value: Any, at: str, name: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The mappings of a list; a text among them is the field of this name, and told."""
        listed = value if isinstance(value, list) else [value]
        texts = [text for one in listed if (text := build.as_text(one)) is not None]
        if texts:
            many = "a text" if len(texts) == 1 else f"{len(texts)} texts"
            message = f"{many} in '{steps(at)[-1]}' where the template has fields; read as "
            message += " and ".join(dict.fromkeys(f"'{_field(one, name)}'" for one in texts))
            self.flag(WRONG_TYPE, at, message, value=texts[0], severity="warning")
        for index, one in enumerate(listed):
            here = join(at, index) if isinstance(value, list) else at
            if isinstance(one, dict):
                yield one, here
            elif (text := build.as_text(one)) is not None:
                yield {_field(text, name): text}, here

    def _respelt(self, given: dict[str, Any]) -> dict[str, Any]:
        """The blocks and fields named as in the template; other words for them are told."""
        slips = dict(build.slips(given, BLOCKS - {FURTHER}, BLOCKS | FIELDS))
        made, renamed = respelt(given, slips)
        if not renamed:
            return given
        for at, name in renamed.items():
            word = steps(at)[-1]
            block = name in BLOCKS and not parent(at)
            if block or fold(word) != fold(name):
                what = "block" if block else "field"
                message = f"the {what} '{word}' is named '{name}' in the template, and was read so"
                self.flag(build.SLIP, at, message, value=word)
        self.places = moved(self.places, renamed)
        return made

    def _named_nearly(self, document: dict[str, Any]) -> None:
        """Tell blocks and fields whose names are nearly those of the form."""
        whole = "study" in document
        self._slips(document, "", BLOCKS if whole else FIELDS)
        for block, value in document.items():
            at = join("", block)
            if block in NAMED_BLOCKS and isinstance(value, dict) and not alone(value):
                for title, one in value.items():
                    self._fields(one, join(at, title))
            elif block != FURTHER and (block == "study" or not whole):
                self._fields(value, at)

    def _fields(self, value: Any, at: str) -> None:
        """The fields of a mapping, and of the mappings in it."""
        for one, place in build.maps(value, at):
            self._slips(one, place, FIELDS)
            for key, inner in one.items():
                self._fields(inner, join(place, key))

    def _slips(self, given: dict[str, Any], at: str, known: frozenset[str]) -> None:
        """Keys of one mapping that are nearly those of the form."""
        for name, meant in build.slips(given, known, BLOCKS | FIELDS):
            message = f"'{name}' is nearly named '{meant}'"
            self.flag(build.SLIP, join(at, name), message, value=name)


def _field(text: str, name: str) -> str:
    """The field that a text without one is: that of this name, but for the DOI of an article."""
    return "doi" if name == "title" and _DOI.search(text) else name


def _without_aside(value: Any) -> Any:
    """A value without what is kept with the source alone."""
    if isinstance(value, dict):
        return {key: _without_aside(one) for key, one in value.items() if key not in ASIDE}
    if isinstance(value, list):
        return [_without_aside(one) for one in value]
    return value
