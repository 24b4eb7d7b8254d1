"""Blocks and fields of REMBI documents that are written otherwise than the template has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.intake import pagetab_content as build
from pipeline.intake.rembi_words import BLOCKS, FURTHER, KNOWN, NAMED_BLOCKS, SPELT
from pipeline.intake.spellings import fold
from pipeline.select import Pointer, join, parent
from pipeline.submission import SourceMap

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
_BLOCKS = {fold(one): one for one in BLOCKS - {FURTHER}} | {
    word: block for block, words in _OTHER_WORDS.items() for word in words
}
_FIELDS = {fold(one): one for one in SPELT}
"""From all of these, folded, to the template's names."""
_NESTED = frozenset(
    (
        *("affiliation", "authors", "funding", "grant_references", "imaging_method", "links"),
        *("organism", "publications"),
    )
)
"""Fields that hold fields of their own, all of which a slip of the name would hide."""


def respelt(
    given: dict[str, Any], slips: Mapping[str, str]
) -> tuple[dict[str, Any], dict[Pointer, str]]:
    """A document in the template's words, and what was renamed (pointers as given).

    `slips` are names of blocks that are nearly those of the template.
    """
    renamed: dict[Pointer, str] = {}
    if not any(fold(key) == "study" for key in given):
        return _mapping(given, "", renamed), renamed
    blocks = {**{fold(key): name for key, name in slips.items()}, **_BLOCKS}
    made = {}
    for name, key, value in _names(given, blocks):
        at = join("", key)
        if not isinstance(value, dict | list):
            made[key] = value
            continue
        if name != key:
            renamed[at] = name
        if name in NAMED_BLOCKS and isinstance(value, dict) and not alone(value):
            made[name] = {
                title: _value(one, join(at, title), renamed) for title, one in value.items()
            }
        else:
            made[name] = _value(value, at, renamed)
    return made, renamed


def _value(value: Any, at: Pointer, renamed: dict[Pointer, str]) -> Any:
    if isinstance(value, dict):
        return _mapping(value, at, renamed)
    if isinstance(value, list):
        return [_value(one, join(at, index), renamed) for index, one in enumerate(value)]
    return value


def _mapping(given: dict[str, Any], at: Pointer, renamed: dict[Pointer, str]) -> dict[str, Any]:
    made = {}
    nested = [key for key, value in given.items() if isinstance(value, dict | list)]
    slips = build.slips(nested, _NESTED - set(given), given.keys() - set(nested))
    known = {**_FIELDS, **{fold(key): name for key, name in slips}}
    for name, key, value in _names(given, known):
        here = join(at, key)
        if name != key:
            renamed[here] = name
        made[name] = _value(value, here, renamed)
    return made


def alone(block: Any) -> bool:
    """Whether a block holds the fields of one entry, where it should hold entries with names."""
    if not isinstance(block, dict):
        return False
    entries = [key for key, value in block.items() if isinstance(value, dict)]
    if any(fold(key) not in KNOWN for key in entries):
        return False
    return any(fold(key) in KNOWN for key in block.keys() - set(entries))


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
