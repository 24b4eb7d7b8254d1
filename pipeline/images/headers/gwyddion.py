"""Gwyddion: the object that a file holds, and the data fields in it."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import Enough, Opened, Wrong

_WIDTHS = {"b": 1, "c": 1, "i": 4, "q": 8, "d": 8}
_NAME = 256
MOST_READ = 8 << 20


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an object: its name, its type as a letter, and where its value stands."""

    name: str
    kind: str
    at: int


@header("Gwyddion")
def gwyddion(file: Opened, facts: Facts) -> None:
    """Gwyddion: the length of its object, sizes and steps of the first of its data fields.

    Source: Gwyddion user guide 2.62, "Gwyddion native format".
    """
    file.allow(MOST_READ)
    name, at = _text(file, 4)
    if not name:
        raise Wrong("the Gwyddion file names no object")
    length = struct.unpack("<I", file.need(at, 4, "the Gwyddion object"))[0]
    file.reach(at + 4 + length, "the Gwyddion object")
    try:
        fields = [
            one for one in _components(file, at + 4, at + 4 + length)
            if one.kind == "o" and re.fullmatch(r"/\d+/data", one.name)
        ]  # fmt: skip
        if fields:
            _field(file, fields[0], facts)
            facts.images = len(fields)
    except Enough:
        return


def _text(file: Opened, at: int) -> tuple[str, int]:
    """A text that ends with NUL, and where what follows it stands."""
    found = file.read(at, _NAME)
    end = found.find(b"\0")
    if end < 0:
        raise Wrong(f"a name in the Gwyddion file at byte {at} has no end")
    return found[:end].decode("utf-8", "replace"), at + end + 1


def _number(file: Opened, at: int) -> int:
    return int.from_bytes(file.need(at, 4, "a Gwyddion value"), "little")


def _components(file: Opened, at: int, end: int) -> Iterator[Component]:
    """The components between two offsets; values are stepped over."""
    while at < end:
        name, at = _text(file, at)
        kind = file.need(at, 1, "a Gwyddion value").decode("latin-1")
        at += 1
        yield Component(name, kind, at)
        at = _behind(file, kind, at)


def _behind(file: Opened, kind: str, at: int) -> int:
    """Where a value ends."""
    if kind in _WIDTHS:
        return at + _WIDTHS[kind]
    if kind == "s":
        return _long_text(file, at)
    if kind == "o":
        _, at = _text(file, at)
        return at + 4 + _number(file, at)
    if kind.lower() in _WIDTHS:
        return at + 4 + _number(file, at) * _WIDTHS[kind.lower()]
    if kind in ("S", "O"):
        count = _number(file, at)
        at += 4
        for _ in range(count):
            at = _behind(file, kind.lower(), at)
        return at
    raise Enough  # a type that a newer program has added


def _long_text(file: Opened, at: int) -> int:
    while piece := file.read(at, 4096):
        end = piece.find(b"\0")
        if end >= 0:
            return at + end + 1
        at += len(piece)
    raise Wrong("a text in the Gwyddion file has no end")


def _inside(file: Opened, at: int) -> Iterator[Component]:
    """The components of an object that stands at an offset."""
    _, at = _text(file, at)
    yield from _components(file, at + 4, at + 4 + _number(file, at))


def _field(file: Opened, field: Component, facts: Facts) -> None:
    """Sizes of a data field, and its steps when its unit is the metre."""
    said: dict[str, float] = {}
    unit = ""
    for one in _inside(file, field.at):
        if one.kind in "id":
            raw = file.need(one.at, _WIDTHS[one.kind], "a Gwyddion value")
            said[one.name] = struct.unpack("<" + one.kind, raw)[0]
        elif one.name == "si_unit_xy" and one.kind == "o":
            texts = [_text(file, part.at)[0] for part in _inside(file, one.at) if part.kind == "s"]
            unit = texts[0] if texts else ""
    x, y = int(said.get("xres", 0)), int(said.get("yres", 0))
    if x <= 0 or y <= 0:
        raise Wrong(f"a Gwyddion data field is said to be {x} by {y} pixels")
    facts.size(T=1, C=1, Z=1, Y=y, X=x)
    facts.pixel_type = "float64"
    if unit == "m":
        facts.pixel_size(X=said.get("xreal", 0) / x * 1e6, Y=said.get("yreal", 0) / y * 1e6)
