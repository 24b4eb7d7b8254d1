"""Names of attributes that are nearly those of a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pipeline.check import Flag, below, check, suggest
from pipeline.checks.wording import quoted, shortens
from pipeline.edit import removal
from pipeline.findings import Operation, Suggestion
from pipeline.intake.spellings import Kind, fold, near, spellings
from pipeline.submission import Metadata

_LEFT = frozenset({"grants", "links", "files"})
"""Kinds whose odd attributes have findings of their own, or may be named freely."""

_SHORTEST = 5
_REMARK = re.compile(r"[(\[][^()\[\]]*[)\]]\s*$")
"""What a form or a depositor says of a field in brackets behind its name."""
_OF_FORM = re.compile(
    r"\b(?:optional|required|mandatory|recommended|separated|free[ -]?text|if (?:any|applicable"
    r"|available|known)|e\.?g|please|yyyy|characters|one per)\b|\*",
    re.IGNORECASE,
)
"""Remarks of forms, which say nothing of the value; others, such as units, belong to it."""


@cache
def _names() -> frozenset[str]:
    """All names that any kind of section has, which are no slips of each other."""
    return frozenset(name for kind in spellings().kinds.values() for name in kind.slots)


@check("SUB122", "attribute-name-misspelt", at="", severity="warning")
def misspelt(metadata: Metadata) -> Iterator[Flag]:
    """An attribute's name is nearly that of an empty field, or another word for it.

    Programs see the field as missing: the value stands in the record under the name given.

    To fix: write the name of the field as the form of the archive does.
    """
    study = metadata.get("study", {})
    for kind, known in spellings().kinds.items():
        if kind in _LEFT:
            continue
        homes = [study] if kind == "study" else study.get(kind, ())
        for number, home in enumerate(homes if isinstance(homes, list) else ()):
            if not home or "attributes" not in home:
                continue
            place = "/study" if kind == "study" else below("/study", kind, number)
            for index, one in enumerate(home["attributes"]):
                yield from _slip(metadata, home, place, index, one, known)


@check("SUB123", "section-type-misspelt", at="/study/**/sections/*", severity="warning")
def type_misspelt(section: dict[str, Any], metadata: Metadata) -> Iterator[Flag]:
    """The type of a section is nearly one that the archive knows, so it was read as another.

    What it says stands in the record, but not as a biosample, a specimen or the like.

    To fix: write the type of the section as the form of the archive does.
    """
    given = fold(str(section.get("type", "")))
    known = {form: kind for kind in spellings().kinds.values() for form in kind.types}
    alike = sorted(form for form in known if given and given not in known and near(given, form))
    if alike and len(given) >= _SHORTEST:
        meant = known[alike[0]].written or alike[0]
        yield Flag(
            message=f"the section type {quoted(section['type'])} is nearly {quoted(meant)}",
            value=section["type"],
        )


def _slip(
    metadata: Metadata,
    home: Mapping[str, Any],
    place: str,
    index: int,
    attribute: Mapping[str, Any],
    known: Kind,
) -> Iterator[Flag]:
    given, value = str(attribute.get("name", "")), attribute.get("value")
    if not isinstance(value, str):
        return
    name = fold(_REMARK.sub("", given))
    slot, how = known.words.get(name), "is another word for"
    if slot is None and name in known.slots and name != fold(given):
        slot, how = known.slots[name], "has a remark behind its name,"
    if slot is None and len(name) >= _SHORTEST and name not in _names():
        alike = {slot for form, slot in known.slots.items() if near(name, form)}
        alike = {slot for slot in alike if _head(slot) not in home}
        slot, how = alike.pop() if len(alike) == 1 else None, "is nearly named"
    if slot is None and name not in _names():
        short = {slot for slot in known.slots.values() if shortens(given, known.called(slot))}
        short = {slot for slot in short if _head(slot) not in home}
        slot, how = short.pop() if len(short) == 1 else None, "is short for"
    if slot is None or _head(slot) in home:
        return
    at = below(place, "attributes", index)
    remark = _REMARK.search(given)
    whole = len(attribute) == 2 and (remark is None or _OF_FORM.search(remark[0]) is not None)
    yield Flag(
        message=f"the attribute {quoted(attribute['name'])} {how} {quoted(known.called(slot))}",
        at=at,
        value=attribute["name"],
        suggestion=moved(metadata, place, at, slot, value) if whole else None,
    )


def _head(slot: str) -> str:
    """The field of an object that a slot such as `organisms[].scientific_name` is of."""
    return slot.partition("[")[0].partition(".")[0]


def moved(metadata: Metadata, place: str, at: str, slot: str, value: str) -> Suggestion | None:
    """To put an attribute's value in an empty slot, or in an object that the slot is part of."""
    head, listed, part = slot.partition("[]")
    after: Any = value
    if "." in head:
        head, _, part = head.partition(".")
        after = {part: value}
    elif listed:
        after = [{part.removeprefix("."): value}] if part else [value]
    return suggest(
        Operation(do="add", place=below(place, head), after=after),
        removal(metadata, at),
        why="No other field has a name as near.",
    )
