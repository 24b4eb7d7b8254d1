"""Patterns of backscattered electrons (EBSD): EDAX UP1 and UP2, Oxford EBSP.

Source: the readers of kikuchipy 0.13 (edax_binary, oxford_binary).
"""

from __future__ import annotations

import struct

from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Cut, Opened, Wrong

MOST_SIDE = 1 << 14
MOST_STARTS = 16 << 20


@shaped("edax_up")
def is_up(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """UP: a version, the sides of a pattern, and where the first one begins."""
    version, x, y, start = struct.unpack_from("<4I", file.head)
    least = 16 if version == 1 else 42
    sides = 0 < x <= MOST_SIDE and 0 < y <= MOST_SIDE
    return version in (1, *range(3, 10)) and sides and least <= start <= 4096


@header("EDAX UP")
def up(file: Opened, facts: Facts) -> None:
    """UP1, UP2: patterns of 8 or 16 bits behind one another, their number from version 3 on."""
    version, x, y, start = struct.unpack("<4I", file.need(0, 16, "the UP header"))
    width = 2 if file.name.lower().endswith("2") else 1
    count, rest = divmod(file.size - start, x * y * width)
    if version >= 3:
        across, down = struct.unpack("<2I", file.need(17, 8, "the UP header"))
        # rows of a hexagonal grid alternate in length
        if not file.need(25, 1, "the UP header")[0]:
            file.reach(start + across * down * x * y * width, "the last pattern")
            count, rest = across * down, 0
    facts.size(T=1, C=1, Z=max(1, count), Y=y, X=x)
    facts.pixel_type, facts.images = f"uint{8 * width}", 1
    if rest or count <= 0:
        raise Cut(f"pattern {count + 1}", start + (count + 1) * x * y * width)


@header("Oxford EBSP")
def ebsp(file: Opened, facts: Facts) -> None:
    """EBSP: where each pattern begins, and the header of the last one."""
    version = -struct.unpack("<q", file.need(0, 8, "the EBSP header"))[0]
    table = 9 if version > 3 else 8
    file.allow(MOST_STARTS + (1 << 20))
    data = file.read(table, min(file.size - table, MOST_STARTS))
    first = last = at = count = 0
    # the first pattern stands where the table ends, and need not be that of the first place
    while (not first or table + at < first) and at + 8 <= len(data):
        place = struct.unpack_from("<q", data, at)[0]
        if place > 0:
            first, last = min(first or place, place), max(last, place)
        at, count = at + 8, count + (place > 0)
    if not first or first < table + 8:
        raise Wrong("the EBSP header names no place of a pattern")
    _, y, x, length = struct.unpack("<4i", file.need(first, 16, "the first pattern"))
    if not (0 < x <= MOST_SIDE and 0 < y <= MOST_SIDE and 0 < length <= 4 * x * y):
        raise Wrong(f"the first pattern says that it has {x} by {y} pixels in {length} bytes")
    facts.size(T=1, C=1, Z=count, Y=y, X=x)
    facts.pixel_type = {x * y: "uint8", 2 * x * y: "uint16"}.get(length)
    facts.images = 1
    length = struct.unpack_from("<i", file.need(last, 16, "the last pattern"), 12)[0]
    file.reach(last + 16 + max(0, length), "the last pattern")
