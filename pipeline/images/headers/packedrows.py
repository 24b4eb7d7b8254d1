"""Pictures whose rows may be packed as runs (Targa, PCX, Sun raster), and DirectDraw Surface."""

from __future__ import annotations

import struct

from pipeline.images import faults
from pipeline.images.facts import Facts, Packed
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Opened, Wrong

_BLOCKS = {
    b"DXT1": 8,
    b"DXT2": 16,
    b"DXT3": 16,
    b"DXT4": 16,
    b"DXT5": 16,
    b"ATI1": 8,
    b"ATI2": 16,
    b"BC4U": 8,
    b"BC4S": 8,
    b"BC5U": 16,
    b"BC5S": 16,
}
"""Bytes of four by four pixels (Programming Guide for DDS, Microsoft)."""
_DXGI = {**dict.fromkeys(range(70, 73), 8), **dict.fromkeys(range(73, 79), 16),
         **dict.fromkeys(range(79, 82), 8), **dict.fromkeys(range(82, 85), 16),
         **dict.fromkeys(range(94, 100), 16)}  # fmt: skip
"""The same by the number of a DXGI format: BC1 to BC7."""
_DXGI_BITS = {
    range(1, 5): 128,
    range(5, 9): 96,
    range(9, 15): 64,
    range(15, 23): 64,
    range(23, 48): 32,
    range(48, 60): 16,
    range(60, 66): 8,
    range(85, 87): 16,
    range(87, 94): 32,
    range(115, 116): 16,
}
"""Bits of a pixel of a DXGI format that is not in blocks."""
_MIPMAPS, _FOURCC, _PLAIN = 0x20000, 0x4, 0x40 | 0x20000 | 0x2
_FACES = 0xFC00
_PITCH, _LENGTH = 0x8, 0x80000
"""Whether a header states the bytes of a row, or of the whole picture."""


@shaped("targa")
def is_targa(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Targa: its foot, or header fields that only fit together in one."""
    if file.size < 18:
        return False
    _, table, kind = file.head[:3]
    width, height = struct.unpack_from("<HH", file.head, 12)
    return (
        table in (0, 1)
        and kind in (1, 2, 3, 9, 10, 11, 32, 33)
        and file.head[16] in (8, 15, 16, 24, 32)
        and width > 0
        and height > 0
    )


@header("Targa")
def targa(file: Opened, facts: Facts) -> None:
    """Targa: sizes, and the length of rows, or the least that runs of 128 pixels take."""
    head = file.need(0, 18, "the Targa header")
    label, table, kind = head[:3]
    entries, entry_bits = struct.unpack_from("<HB", head, 5)
    width, height = struct.unpack_from("<HH", head, 12)
    bits = head[16]
    grey = kind in (3, 11)
    colours = bits // 8 if grey or bits == 32 else 3
    facts.size(T=1, C=max(1, colours), Z=1, Y=height, X=width)
    facts.pixel_type = "uint8"
    facts.images = 1
    start = 18 + label + (entries * ((entry_bits + 7) // 8) if table else 0)
    pixel = (bits + 7) // 8
    if kind in (1, 2, 3):
        file.reach(start + width * height * pixel, "the Targa rows")
    elif kind in (9, 10, 11):
        file.reach(start + -(-width * height // 128) * (1 + pixel), "the shortest Targa rows")
        facts.packed.append(Packed(start, f"targa{pixel}", width * height))


@shaped("pcx")
def is_pcx(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """PCX: manufacturer 10, a known version and bit depth."""
    head = file.head
    return (
        file.size >= 128
        and head[0] == 10
        and head[1] in (0, 2, 3, 4, 5)
        and head[2] in (0, 1)
        and head[3] in (1, 2, 4, 8, 24)
    )


@header("PCX (PC Paintbrush)")
def pcx(file: Opened, facts: Facts) -> None:
    """PCX: sizes, and the least that runs of 63 bytes take (ZSoft PCX File Format)."""
    left, top, right, bottom = struct.unpack_from("<4H", file.need(0, 128, "the PCX header"), 4)
    if right < left or bottom < top:
        raise Wrong("the PCX header gives a window turned inside out")
    # planes of one bit make up the number of a colour in the palette
    colours = 3 if file.head[3] >= 8 and file.head[65] >= 3 else 1
    facts.size(T=1, C=colours, Z=1, Y=bottom - top + 1, X=right - left + 1)
    facts.pixel_type = "uint8"
    facts.images = 1
    row = struct.unpack_from("<H", file.head, 66)[0] * file.head[65]
    needed = row * (bottom - top + 1)
    if file.head[2] == 1:
        file.reach(128 + -(-needed // 63) * 2, "the shortest PCX rows")
        facts.packed.append(Packed(128, "pcx", needed))
    else:
        file.reach(128 + needed, "the PCX rows")


@header("Sun raster")
def sun(file: Opened, facts: Facts) -> None:
    """Sun raster: sizes, and the length of rows, or the least that runs of 256 bytes take."""
    width, height, bits, length, kind, _, table = struct.unpack(
        ">7I", file.need(4, 28, "the Sun raster header")
    )
    facts.size(T=1, C=3 if bits >= 24 else 1, Z=1, Y=height, X=width)
    facts.pixel_type, facts.images = "uint8", 1
    start, needed = 32 + table, (width * bits + 15) // 16 * 2 * height
    if kind in (0, 1, 3):
        file.reach(start + needed, "the Sun raster rows")
    elif kind == 2:
        # some writers state the length of the rows before they were packed
        least = length if 0 < length < needed else -(-needed // 256) * 3
        file.reach(start + least, "the Sun raster rows")
        facts.packed.append(Packed(start, "sun", needed))


@header("DirectDraw Surface")
def dds(file: Opened, facts: Facts) -> None:
    """DDS: sizes, and the length of the largest picture; smaller copies follow it."""
    head = file.need(0, 128, "the DDS header")
    size, flags, height, width, pitch, depth, copies = struct.unpack_from("<7I", head, 4)
    if size != 124 or not width or not height:
        raise Wrong(f"the DDS header has {size} bytes and says {width} by {height} pixels")
    kinds, code, bits = struct.unpack_from("<I4sI", head, 80)
    caps = struct.unpack_from("<I", head, 112)[0]
    start, block = 128, _BLOCKS.get(code) if kinds & _FOURCC else None
    pictures = (caps & _FACES).bit_count() or 1
    if kinds & _FOURCC and code == b"DX10":
        form, _, more, count = struct.unpack("<4I", file.need(128, 16, "the DDS header"))
        start, block = 148, _DXGI.get(form)
        bits = next((one for forms, one in _DXGI_BITS.items() if form in forms), 0)
        pictures = max(1, min(count, 2048)) * (6 if more & 4 else 1)
    volume = max(1, depth) if caps & 0x200000 else 1
    facts.size(T=1, C=4 if block else max(1, min(bits // 8, 4)), Z=volume, Y=height, X=width)
    facts.pixel_type, facts.images = "uint8", pictures
    if not block and (not bits or not kinds & (_FOURCC | _PLAIN)):
        return
    lengths = [
        _surface(max(1, width >> n), max(1, height >> n), block, bits) * max(1, volume >> n)
        for n in range(min(copies, 32) if flags & _MIPMAPS and copies else 1)
    ]
    stated = pitch if flags & _LENGTH else pitch * height if flags & _PITCH else 0
    # Where a header states less than its pixels take, it contradicts itself and proves no cut.
    file.reach(start + min(lengths[0], stated or lengths[0]), "the DDS picture")
    if file.size < start + lengths[0]:
        facts.flag(
            faults.TRUNCATED,
            f"the header states a picture of {stated} bytes, and pixels that take {lengths[0]}",
            severity="warning",
            value=stated,
        )
        return
    end = start + pictures * sum(lengths)
    if end > file.size:
        facts.flag(
            faults.TRUNCATED,
            f"the smaller copies of the picture reach to byte {end}, "
            f"the file has {file.size} bytes",
            severity="warning",
            value=end,
        )


def _surface(width: int, height: int, block: int | None, bits: int) -> int:
    """Bytes of one picture, in blocks of four by four pixels or in rows."""
    if block:
        return -(-width // 4) * -(-height // 4) * block
    return (width * bits + 7) // 8 * height
