"""Digital Micrograph 3 and 4: the length of its tags, and what they say of the image."""

from __future__ import annotations

import contextlib
import re
import struct

from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import Enough, Opened, Wrong

TYPES = {
    1: "int16",
    2: "float32",
    3: "complex64",
    5: "complex64",
    6: "uint8",
    7: "int32",
    8: "uint8",
    9: "int8",
    10: "uint16",
    11: "uint32",
    12: "float64",
    13: "complex128",
    14: "bit",
    23: "uint8",
    27: "complex64",
    28: "complex128",
    39: "int64",
    40: "uint64",
}
_COLOURED = (8, 23)
"""Data types whose pixels are four bytes: red, green, blue and one more."""
_NUMBERS = {
    2: "h",
    3: "i",
    4: "H",
    5: "I",
    6: "f",
    7: "d",
    8: "B",
    9: "b",
    10: "b",
    11: "q",
    12: "Q",
}
_UNITS = {"nm": 1e-3, "µm": 1.0, "um": 1.0, "mm": 1e3, "m": 1e6, "pm": 1e-6, "Å": 1e-4, "A": 1e-4}
MOST_TAGS = 20_000
MOST_DEPTH = 32
MOST_NAME = 64
"""Bytes kept of a tag's name; every path repeats the names above it."""


@header("Gatan Digital Micrograph")
def digital_micrograph(file: Opened, facts: Facts) -> None:
    """DM3, DM4: the stated length, then sizes and scales of the largest image, no thumbnail."""
    head = file.need(0, 16, "the DM header")
    version = struct.unpack_from(">I", head, 0)[0]
    wide = version == 4
    length = struct.unpack_from(">Q" if wide else ">I", head, 4)[0]
    # eight bytes of zero stand behind the tags; Nion Swift counts half of them to those of DM4
    file.reach(length + (20 if wide else 16), "the DM tags")
    order = "<" if struct.unpack_from(">I", head, 12 if wide else 8)[0] == 1 else ">"
    tags = Tags(file, wide, order)
    with contextlib.suppress(Enough):
        tags.group(16 if wide else 12, "", 0)
        tags.ended = True
    thumbnails = tags.thumbnails()
    images = [n for n in range(tags.images) if n not in thumbnails]
    best = max(images, key=lambda n: (tags.pixels(n), n), default=None)
    if best is None or not tags.pixels(best):
        return
    home = f"/ImageList/{best}/ImageData"
    shape = [int(tags.said.get(f"{home}/Dimensions/{axis}", 1)) for axis in range(4)]
    kind = int(tags.said.get(f"{home}/DataType", 0))
    colours = 4 if kind in _COLOURED else 1
    facts.size(T=1, C=colours, Z=shape[2] * shape[3], Y=shape[1], X=shape[0])
    facts.pixel_type = TYPES.get(kind)
    lengths = {}
    for axis, name in enumerate("XY"):
        place = f"{home}/Calibrations/Dimension/{axis}"
        unit = _UNITS.get(str(tags.said.get(f"{place}/Units", "")))
        scale = tags.said.get(f"{place}/Scale", 0)
        if unit and isinstance(scale, int | float):
            lengths[name] = scale * unit
    facts.pixel_size(**lengths)
    settings = f"/ImageList/{best}/ImageTags"
    for name in ("Name", "Microscope"):
        told = tags.said.get(f"{settings}/Microscope Info/{name}")
        if isinstance(told, str) and told.strip() and facts.instrument is None:
            facts.name_instrument(told)
    day, time = (tags.said.get(f"{settings}/DataBar/Acquisition {n}") for n in ("Date", "Time"))
    # without AM or PM it is not known which of the numbers is the month
    if isinstance(day, str) and isinstance(time, str):
        facts.date(f"{day} {time}")
    facts.images = len([n for n in images if tags.pixels(n)])


class Tags:
    """The tree of tags, read in order; long arrays are stepped over."""

    def __init__(self, file: Opened, wide: bool, order: str) -> None:
        self.file, self.wide, self.order = file, wide, order
        self.said: dict[str, int | float | str] = {}
        self.count = 0
        self.images = 0
        self.ended = False
        """Whether the last tag was reached."""

    def pixels(self, image: int) -> int:
        """Pixels of an image in the list."""
        home = f"/ImageList/{image}/ImageData/Dimensions"
        return int(self.said.get(f"{home}/0", 0)) * int(self.said.get(f"{home}/1", 1))

    def thumbnails(self) -> frozenset[int]:
        """The images that only show others small; never all of them."""
        told = re.compile(r"/Thumbnails/\d+/ImageIndex")
        found = {int(value) for path, value in self.said.items() if told.fullmatch(path)}
        if not found and self.images > 1 and not self.ended:
            # the list of thumbnails was not reached, and the first image is one as a rule
            found = {0}
        return frozenset(found) if len(found) < self.images else frozenset()

    def _count(self, at: int) -> tuple[int, int]:
        width = 8 if self.wide else 4
        raw = self.file.need(at, width, "the DM tags")
        return int.from_bytes(raw, "big"), at + width

    def group(self, at: int, path: str, depth: int) -> int:
        """Read the tags of a group; the offset behind it."""
        if depth > MOST_DEPTH:
            raise Wrong("the DM tags are nested too deeply")
        number, at = self._count(at + 2)
        unnamed = 0
        for _ in range(number):
            self.count += 1
            if self.count > MOST_TAGS:
                raise Enough
            kind, length = struct.unpack(">BH", self.file.need(at, 3, "the DM tags"))
            raw = self.file.need(at + 3, length, "the DM tags") if length else b""
            name = raw[:MOST_NAME].decode("latin-1")
            at += 3 + length + (8 if self.wide else 0)
            if not name:
                name, unnamed = str(unnamed), unnamed + 1
            if path == "/ImageList":
                self.images = max(self.images, unnamed)
            if kind == 20:
                at = self.group(at, f"{path}/{name}", depth + 1)
            elif kind == 21:
                at = self._data(at, f"{path}/{name}")
            else:
                raise Enough
        return at

    def _data(self, at: int, path: str) -> int:
        if self.file.need(at, 4, "the DM tags") != b"%%%%":
            raise Wrong(f"no DM value stands at byte {at}, where one should")
        number, at = self._count(at + 4)
        if not 0 < number <= 1024:
            raise Wrong(f"a DM value at byte {at} has {number} words of description")
        width = 8 if self.wide else 4
        raw = self.file.need(at, width * number, "the DM tags")
        info = struct.unpack(f">{number}{'Q' if self.wide else 'I'}", raw)
        at += width * number
        size, form = self._size(info)
        if number == 1 and form:
            value = struct.unpack(self.order + form, self.file.need(at, size, "the DM tags"))[0]
            self.said[path] = value
        elif len(info) == 3 and info[0] == 20 and info[1] == 4 and info[2] <= 64:
            text = self.file.need(at, size, "the DM tags")
            self.said[path] = text.decode(
                "utf-16-le" if self.order == "<" else "utf-16-be", "replace"
            )
        self.file.reach(at + size, "a DM value")
        return at + size

    def _size(self, info: tuple[int, ...]) -> tuple[int, str]:
        kind = info[0]
        if kind in _NUMBERS:
            return struct.calcsize("=" + _NUMBERS[kind]), _NUMBERS[kind]
        if kind == 18 and len(info) > 1:
            return info[1] * 2, ""
        if kind == 15 and len(info) > 2:
            return sum(self._size((one,))[0] for one in info[4::2]), ""
        if kind == 20 and len(info) > 2:
            if info[1] == 15:
                return sum(self._size((one,))[0] for one in info[5:-1:2]) * info[-1], ""
            return self._size(info[1:2])[0] * info[-1], ""
        raise Wrong(f"a DM value has the unknown kind {kind}")
