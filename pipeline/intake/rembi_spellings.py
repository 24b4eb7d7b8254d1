"""Blocks and fields of REMBI documents that are written otherwise than the template has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.intake import pagetab_content as build
from pipeline.intake.spellings import fold
from pipeline.select import Pointer, join, parent
from pipeline.submission import SourceMap

STUDY = "study"
_OTHER_WORDS = {
    "biosamples": ("biosample", "sample", "samples"),
    "specimens": ("specimen",),
    "acquisitions": ("acquisition", "imageacquisition", "imageacquisitions"),
    "correlations": ("correlation", "imagecorrelation", "imagecorrelations"),
    "analysis": ("analyses", "imageanalysis", "imageanalyses"),
    "annotations": ("annotation",),
    "study_component": ("studycomponents",),
    "associations": ("association",),
}
"""How depositors call the blocks; without capitals, spaces and punctuation."""
_NESTED = frozenset(
    (
        *("affiliation", "authors", "funding", "grant_references", "imaging_method", "links"),
        *("organism", "publications"),
    )
)
"""Fields that hold fields of their own, all of which a slip of the name would hide."""


class Respelling:
    """Gives blocks and fields of a document the names of the template, and keeps their places."""

    def __init__(
        self, blocks: frozenset[str], fields: frozenset[str], known: frozenset[str]
    ) -> None:
        self._blocks = {fold(one): one for one in blocks}
        for block, words in _OTHER_WORDS.items():
            self._blocks |= dict.fromkeys(words, block)
        self._fields = {fold(one): one for one in fields}
        self._named = blocks - {STUDY}
        self._known = known

    def document(
        self, given: dict[str, Any], slips: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[Pointer, str]]:
        """The document in the template's words, and what was renamed (pointers as given).

        `slips` are names of blocks that are nearly those of the template.
        """
        renamed: dict[Pointer, str] = {}
        whole = any(fold(key) == STUDY for key in given)
        if not whole:
            return self._mapping(given, "", renamed), renamed
        blocks = {**{fold(key): name for key, name in slips.items()}, **self._blocks}
        made = {}
        for name, key, value in _names(given, blocks):
            at = join("", key)
            if not isinstance(value, dict | list):
                made[key] = value
                continue
            if name != key:
                renamed[at] = name
            if name in self._named and isinstance(value, dict) and not alone(value, self._known):
                made[name] = {
                    title: self._value(one, join(at, title), renamed)
                    for title, one in value.items()
                }
            else:
                made[name] = self._value(value, at, renamed)
        return made, renamed

    def _value(self, value: Any, at: Pointer, renamed: dict[Pointer, str]) -> Any:
        if isinstance(value, dict):
            return self._mapping(value, at, renamed)
        if isinstance(value, list):
            return [self._value(one, join(at, index), renamed) for index, one in enumerate(value)]
        return value

    def _mapping(
        self, given: dict[str, Any], at: Pointer, renamed: dict[Pointer, str]
    ) -> dict[str, Any]:
        made = {}
        nested = [key for key, value in given.items() if isinstance(value, dict | list)]
        slips = build.slips(nested, _NESTED - set(given), given.keys() - set(nested))
        known = {**self._fields, **{fold(key): name for key, name in slips}}
        for name, key, value in _names(given, known):
            here = join(at, key)
            if name != key:
                renamed[here] = name
            made[name] = self._value(value, here, renamed)
        return made


def alone(block: Any, known: frozenset[str]) -> bool:
    """Whether a block holds the fields of one entry, where it should hold entries with names.

    `known` are the fields of the template, folded.
    """
    if not isinstance(block, dict):
        return False
    entries = [key for key, value in block.items() if isinstance(value, dict)]
    if any(fold(key) not in known for key in entries):
        return False
    return any(fold(key) in known for key in block.keys() - set(entries))


def _names(given: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    """The name meant, the name given and the value of each entry; a name that is there stays."""
    taken = set(given)
    for key, value in given.items():
        name = known.get(fold(key), key)
        if name != key:
            name = key if name in taken else name
            taken.add(name)
        yield name, key, value


def moved(places: SourceMap, renamed: Mapping[Pointer, str]) -> SourceMap:
    """The places of a document whose blocks and fields were renamed."""
    known: dict[Pointer, Pointer] = {"": ""}

    def new(pointer: Pointer) -> Pointer:
        if pointer not in known:
            own = pointer[pointer.rindex("/") + 1 :]
            above = new(parent(pointer))
            name = renamed.get(pointer)
            known[pointer] = f"{above}/{own}" if name is None else join(above, name)
        return known[pointer]

    positions = {new(pointer): where for pointer, where in places.positions.items()}
    return places.model_copy(update={"positions": positions})
