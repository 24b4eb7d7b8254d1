"""Mappings of other documents as PageTab's attributes and sections, nothing left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.findings import declare
from pipeline.intake.pagetab_tree import Attribute, Section
from pipeline.intake.spellings import fold, near
from pipeline.select import join

SLIP = declare(
    "SUB125",
    "field-name-misspelt",
    "warning",
    """The name of a field is nearly one that the form has and that is absent beside it.

    Programs see the field as missing; what it says is kept under the name given. A block of a REMBI
    document and a field of an EMPIAR deposition are read as the one that is meant.

    To fix: write the name as the form does.
    """,
)
_SHORTEST = 5


def slips(
    given: Iterable[str], known: Iterable[str], right: Iterable[str] = ()
) -> Iterator[tuple[str, str]]:
    """Names that are nearly one of the known names, which is not among those given.

    `right` are other names that are no slips.
    """
    folded = {fold(name): name for name in known}
    there, others = {fold(name) for name in given}, {fold(name) for name in right}
    for name in given:
        own = fold(name)
        if len(own) < _SHORTEST or own in folded or own in others:
            continue
        meant = [one for form, one in folded.items() if form not in there and near(own, form)]
        if len(meant) == 1:
            yield name, meant[0]


def section(kind: str, value: Mapping[str, Any], at: str, names: Mapping[str, str]) -> Section:
    """A section of a mapping."""
    made, below = content(value, at, names)
    return Section(kind, None, at, tuple(made), sections=tuple(below))


def content(
    value: Mapping[str, Any], at: str, names: Mapping[str, str]
) -> tuple[list[Attribute], list[Section]]:
    """Attributes and sections of a mapping; keys without a name in PageTab keep theirs."""
    made: list[Attribute] = []
    below: list[Section] = []
    for key, one in value.items():
        here, name = join(at, key), names.get(key, key)
        below += [section(name, entry, place, names) for entry, place in maps(one, here)]
        if not isinstance(one, dict):
            made += attributes(name, one, here)
    return made, below


def attributes(name: str, value: Any, at: str) -> list[Attribute]:
    """Attributes of one name from a text, or from a list of them; blank ones say nothing."""
    listed = value if isinstance(value, list) else [value]
    places = [join(at, n) for n in range(len(listed))] if isinstance(value, list) else [at]
    return [
        Attribute(name, text, place, value_at=place)
        for one, place in zip(listed, places, strict=True)
        if (text := as_text(one)) is not None
    ]


def as_text(value: Any) -> str | None:
    """A value's text; blank is None."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str) and value.strip() else None


def maps(value: Any, at: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The mappings of a value: itself, or the entries of a list."""
    if isinstance(value, dict):
        yield value, at
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, dict):
                yield one, join(at, index)


def made_up(name: str, value: str, at: str) -> Attribute:
    """An attribute whose name the document does not have."""
    return Attribute(name, value, at, value_at=at)
