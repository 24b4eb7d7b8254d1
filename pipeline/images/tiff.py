"""Reading the directories of a TIFF within bounds (TIFF 6.0, BigTIFF), never its pixels."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.images.opened import Cut, Enough, Opened, Wrong

SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_CODES = {
    1: "B",
    3: "H",
    4: "I",
    6: "b",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
WHOLE = (1, 3, 4, 13, 16)
"""Types of unsigned whole numbers."""
MOST_ENTRIES = 4096
MOST_TEXT = 16 << 20
MOST_TAGS = 1 << 19
"""Tags read of one file, in all directories together."""
MOST_NUMBERS = 4 << 20
"""Numbers read of one file: offsets and lengths of strips and tiles, mostly."""

WIDTH, HEIGHT, BITS, COMPRESSION = 256, 257, 258, 259
DESCRIPTION, MAKE, MODEL, STRIPS, SAMPLES, ROWS, COUNTS = 270, 271, 272, 273, 277, 278, 279
X_RESOLUTION, Y_RESOLUTION, PLANAR, RESOLUTION_UNIT, SOFTWARE = 282, 283, 284, 296, 305
SENSOR_WIDTH, RAW_OFFSET = 2, 280
_PANASONIC = {SENSOR_WIDTH: WIDTH, 3: HEIGHT, 10: BITS, 11: COMPRESSION}
"""Tags of Panasonic RW2, and those of TIFF that say the same (ExifTool 12.57, PanasonicRaw)."""
TILES, TILE_COUNTS, SUB_DIRECTORIES, SAMPLE_FORMAT, EXIF = 324, 325, 330, 339, 34665
UIC1, UIC2, NDPI, MICRO_MANAGER, LSM_INFO = 33628, 33629, 65420, 51123, 34412
"""Tags of MetaMorph, Hamamatsu NDPI, Micro-Manager and Zeiss LSM."""
DOCUMENT, SUBFILE, XMP, COPYRIGHT, DATE = 269, 254, 700, 33432, 306


class Loop(Exception):
    """A directory chain came back to an offset it had passed."""


@dataclass(slots=True)
class Tag:
    """One entry of a directory: type, count, and where its value stands."""

    type: int
    count: int
    at: int
    whole: int | None = None
    """The value itself, when it is one unsigned whole number that stands in the entry."""

    @property
    def length(self) -> int:
        """Bytes of the value."""
        return SIZES.get(self.type, 1) * self.count


@dataclass(slots=True)
class Page:
    """One directory: its offset and its tags by code."""

    offset: int
    tags: dict[int, Tag]
    next: int = 0


@dataclass(slots=True)
class Tiff:
    """A TIFF whose directories are read one after the other."""

    file: Opened
    order: str
    big: bool
    first: int
    seen: set[int] = field(default_factory=set)
    wide_next: bool = False
    """NDPI: the offset of the next directory has 8 bytes in a classic TIFF."""
    tags_read: int = 0
    unread: bool = False
    """Whether the limit was reached before the last directory."""
    numbers_read: int = 0
    panasonic: bool = False
    """Whether sizes and bits stand in tags of Panasonic's own."""

    def page(self, offset: int) -> Page:
        """The directory at an offset. Raises Cut outside the file, Wrong when it cannot be one.

        Raises Enough after MOST_TAGS tags.
        """
        file, order = self.file, self.order
        lead = 8 if self.big else 2
        raw = file.need(offset, lead, f"the directory at byte {offset}")
        count = struct.unpack(order + ("Q" if self.big else "H"), raw)[0]
        if not 0 < count <= MOST_ENTRIES:
            raise Wrong(f"the directory at byte {offset} says it has {count} entries")
        # a directory costs something without tags, too
        self.tags_read += count + 8
        if self.tags_read > MOST_TAGS:
            raise Enough
        width = 20 if self.big else 12
        body = file.need(offset + lead, count * width, f"the directory at byte {offset}")
        tags: dict[int, Tag] = {}
        at = offset + lead + (12 if self.big else 8)
        room = 8 if self.big else 4
        form = order + ("HHQQ" if self.big else "HHII")
        shift = {kind: 8 * (room - SIZES[kind]) for kind in WHOLE if SIZES[kind] <= room}
        for code, kind, number, value in struct.iter_unpack(form, body):
            inline = SIZES.get(kind, 1) * number <= room
            whole = None
            if number == 1 and kind in shift:
                # the number stands first in its four or eight bytes
                less = shift[kind]
                whole = value & (1 << 8 * room - less) - 1 if order == "<" else value >> less
            tags.setdefault(code, Tag(kind, number, at if inline else value, whole))
            at += width
        if self.panasonic and SENSOR_WIDTH in tags:
            for own, code in _PANASONIC.items():
                if own in tags:
                    tags.setdefault(code, tags[own])
            # the strip is said to be where none is, with the bytes that it has unpacked
            tags.pop(STRIPS, None)
        end = offset + lead + count * width
        follow = file.read(end, 8 if self.big or self.wide_next else 4)
        following = 0
        if len(follow) == 8:
            following = struct.unpack(order + "Q", follow)[0]
        elif len(follow) == 4:
            following = struct.unpack(order + "I", follow)[0]
        return Page(offset, tags, following)

    def chain(self, offset: int) -> Iterator[Page]:
        """The directories from an offset on. Raises Loop, Cut, Wrong, Enough."""
        while offset:
            if offset in self.seen:
                raise Loop
            self.seen.add(offset)
            page = self.page(offset)
            if 65420 in page.tags and not self.big and not self.wide_next:
                self.wide_next = True
                page = self.page(offset)
            yield page
            offset = page.next

    def numbers(self, page: Page, code: int, most: int = 1 << 20) -> tuple[int | float, ...]:
        """The numbers of a tag; empty when absent or not numbers. Rationals become quotients.

        Fractions that are infinite, no numbers or beyond 64 bits are 0.
        Raises Cut, and Enough after MOST_NUMBERS.
        """
        tag = page.tags.get(code)
        if tag is None or tag.count == 0:
            return ()
        if tag.whole is not None:
            return (tag.whole,)
        count = min(tag.count, most)
        self.numbers_read += count
        if self.numbers_read > MOST_NUMBERS:
            raise Enough
        if tag.type in (5, 10):
            raw = self.file.need(tag.at, 8 * count, f"tag {code}")
            form = self.order + ("II" if tag.type == 5 else "ii")
            return tuple(a / b if b else 0.0 for a, b in struct.iter_unpack(form, raw))
        kind = _CODES.get(tag.type)
        if kind is None:
            return ()
        raw = self.file.need(tag.at, SIZES[tag.type] * count, f"tag {code}")
        found = struct.unpack(f"{self.order}{count}{kind}", raw)
        return tuple(one if abs(one) < 1 << 64 else 0.0 for one in found) if kind in "fd" else found

    def number(self, page: Page, code: int, default: int = 0) -> int:
        """The first number of a tag."""
        tag = page.tags.get(code)
        if tag is None:
            return default
        if tag.whole is not None:
            return tag.whole
        found = self.numbers(page, code, 1)
        return int(found[0]) if found and math.isfinite(found[0]) else default

    def data(self, page: Page, code: int, most: int = MOST_TEXT) -> bytes:
        """The bytes of a tag, as many as the file has."""
        tag = page.tags.get(code)
        if tag is None:
            return b""
        length = min(tag.length, most)
        if length > 1 << 16:
            self.file.allow(self.file.limit + length)
        return self.file.read(tag.at, length)

    def text(self, page: Page, code: int, most: int = MOST_TEXT) -> str:
        """The text of a tag without its trailing NULs."""
        return self.data(page, code, most).rstrip(b"\0").decode("utf-8", "replace")


def begin(file: Opened) -> Tiff | None:
    """The TIFF in a file, or None when it does not begin as one. Raises Cut on a cut header."""
    head = file.head
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None or len(head) < 4:
        return None
    version = struct.unpack_from(order + "H", head, 2)[0]
    if version == 43:
        file.need(0, 16, "the BigTIFF header")
        size, zero, first = struct.unpack_from(order + "HHQ", head, 4)
        return Tiff(file, order, True, first) if (size, zero) == (8, 0) else None
    if version not in (42, 85, 0x4F52, 0x5352):
        return None
    file.need(0, 8, "the TIFF header")
    first = struct.unpack_from(order + "I", head, 4)[0]
    return Tiff(file, order, False, first, panasonic=version == 85)


__all__ = ["Cut", "Enough", "Loop", "Page", "Tag", "Tiff", "Wrong", "begin"]
