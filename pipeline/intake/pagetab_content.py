"""Mappings of other documents as PageTab's attributes and sections, nothing left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.intake.pagetab_tree import Attribute, Section
from pipeline.select import join


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
