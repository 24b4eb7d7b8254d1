"""Headers of electron-microscopy formats: MRC, Digital Micrograph, SPIDER, SER, IMOD, FEI."""

from __future__ import annotations

import re
import struct

from pipeline.images.facts import Facts, Member, Packed
from pipeline.images.headers.medical import gzip_length, inflated
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Opened, Wrong

MRC_TYPES = {
    0: ("int8", 8),
    1: ("int16", 16),
    2: ("float32", 32),
    3: ("complex64", 32),
    4: ("complex64", 64),
    6: ("uint16", 16),
    7: ("int32", 32),
    12: ("float16", 16),
    16: ("uint8", 24),
    101: ("uint4", 4),
}
SER_TYPES = {
    1: ("uint8", 1),
    2: ("uint16", 2),
    3: ("uint32", 4),
    4: ("int8", 1),
    5: ("int16", 2),
    6: ("int32", 4),
    7: ("float32", 4),
    8: ("float64", 8),
    9: ("complex64", 8),
    10: ("complex128", 16),
}


def _mrc(head: bytes) -> tuple[str, int, int, int, int, int]:
    """Byte order, sizes, mode and length of the extended header."""
    for order in "<>":
        x, y, z, mode = struct.unpack_from(order + "4i", head, 0)
        extended = struct.unpack_from(order + "i", head, 92)[0]
        sound = 0 < x < 1 << 20 and 0 < y < 1 << 20 and 0 < z < 1 << 24
        if sound and mode in MRC_TYPES and 0 <= extended < 1 << 31:
            return order, x, y, z, mode, extended
    raise Wrong("the sizes and mode in the MRC header are not those of an image")


def _mrc_length(x: int, y: int, z: int, mode: int) -> int:
    bits = MRC_TYPES[mode][1]
    return ((x * bits + 7) // 8) * y * z


@shaped("mrc")
def is_mrc(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """MRC without its mark: sizes that fit the length of the file, or a machine stamp."""
    if file.size < 1024:
        return False
    try:
        _, x, y, z, mode, extended = _mrc(file.head)
    except Wrong:
        return False
    stamp = file.head[212:214] in (b"DD", b"DA", b"\x11\x11")
    return stamp or 1024 + extended + _mrc_length(x, y, z, mode) == file.size


@header("MRC (Medical Research Council)")
def mrc(file: Opened, facts: Facts) -> None:
    """MRC: sizes, pixel size in angstrom, and the length that they ask for."""
    packed = file.head.startswith(b"\x1f\x8b")
    head = inflated(file, 1024) if packed else file.need(0, 1024, "the MRC header")
    if len(head) < 1024:
        gzip_length(file, facts, 1024)
        return
    order, x, y, z, mode, extended = _mrc(head)
    facts.pixel_type = MRC_TYPES[mode][0]
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    grid = struct.unpack_from(order + "3i", head, 28)
    cell = struct.unpack_from(order + "3f", head, 40)
    facts.pixel_size(
        **{
            axis: length / count * 1e-4
            for axis, length, count in zip("XYZ", cell, grid, strict=True)
            if count > 0 and 0 < length < 1e9 and length != count
        }
    )
    facts.images = 1
    end = 1024 + extended + _mrc_length(x, y, z, mode)
    if packed:
        facts.packed.append(Packed(0, "gzip", end))
        gzip_length(file, facts, end)
    else:
        file.reach(end, "the MRC pixel data")


@header("FEI/TIA SER")
def ser(file: Opened, facts: Facts) -> None:
    """TIA SER: its table of offsets, and the last element it points at."""
    head = file.need(0, 30, "the SER header")
    kind, _, total, valid = struct.unpack_from("<IIII", head, 6)
    version = struct.unpack_from("<H", head, 4)[0]
    wide = version >= 0x220
    at = struct.unpack_from("<Q" if wide else "<I", head, 22)[0]
    if not 0 <= valid <= total or kind not in (0x4120, 0x4122):
        raise Wrong(f"the SER header says {valid} of {total} elements of kind {kind:#x}")
    width = 8 if wide else 4
    facts.members.append(Member(re.sub(r"(?i)_\d+\.ser$", ".emi", file.name), None))
    if not valid:
        return
    table = file.need(at, width * min(valid, 65536), "the SER table of offsets")
    offsets = struct.unpack(f"<{len(table) // width}{'Q' if wide else 'I'}", table)
    last = max(offsets)
    if kind == 0x4122:
        lead = file.need(last, 50, "a SER element")
        form, x, y = struct.unpack_from("<Hii", lead, 40)
        if form not in SER_TYPES or x <= 0 or y <= 0:
            raise Wrong("a SER element has no image size")
        facts.pixel_type, bytes_ = SER_TYPES[form]
        facts.size(T=valid, C=1, Z=1, Y=y, X=x)
        step_x, step_y = struct.unpack_from("<d", lead, 8)[0], struct.unpack_from("<d", lead, 28)[0]
        facts.pixel_size(X=abs(step_x) * 1e6, Y=abs(step_y) * 1e6)
        file.reach(last + 50 + x * y * bytes_, "the last SER element")
    else:
        lead = file.need(last, 26, "a SER element")
        form, count = struct.unpack_from("<Hi", lead, 20)
        if form in SER_TYPES and count > 0:
            file.reach(last + 26 + count * SER_TYPES[form][1], "the last SER element")


@shaped("spider", anywhere=True)
def is_spider(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SPIDER: header words that agree with each other and with the length of the file."""
    return _spider(file) is not None


def _spider(file: Opened) -> tuple[int, int, int, int, int] | None:
    if file.size < 1024:
        return None
    for order in "<>":
        words = struct.unpack_from(order + "27f", file.head, 0)
        if any(word != word or abs(word) > 1e9 for word in words):
            continue
        slices, rows, form, columns = words[0], words[1], words[4], words[11]
        records, header_bytes, stack, images = words[12], words[21], words[23], words[25]
        if form not in (1, 3, -11, -12, -21, -22) or min(rows, columns, header_bytes) <= 0:
            continue
        if any(word != int(word) for word in (slices, rows, columns, records, header_bytes)):
            continue
        if header_bytes != records * columns * 4:
            continue
        count = int(images) if stack > 0 and images > 0 else 1
        return int(columns), int(rows), max(1, abs(int(slices))), count, int(header_bytes)
    return None


@header("SPIDER")
def spider(file: Opened, facts: Facts) -> None:
    """SPIDER: sizes, and the length that they ask for."""
    found = _spider(file)
    if found is None:
        raise Wrong("the SPIDER header does not agree with itself")
    x, y, z, images, lead = found
    facts.pixel_type = "float32"
    facts.size(T=images if images > 1 else 1, C=1, Z=z, Y=y, X=x)
    file.reach(lead + 4 * x * y * z, "the SPIDER pixel data")


_IMOD_UNITS = {3: 1e9, 1: 1e6, -2: 1e4, -3: 1e3, -6: 1.0, -9: 1e-3, -10: 1e-4, -12: 1e-6}
"""Micrometres of a unit: mostly the power of ten of a metre; 0 stands for pixels."""


@header("IMOD")
def imod(file: Opened, facts: Facts) -> None:
    """IMOD model: the extent of what it was drawn on, the step, and its chunks up to IEOF.

    Bio-Formats draws it in colours. Source: the IMOD binary file format, version 1.2.
    """
    head = file.need(0, 240, "the IMOD header")
    x, y, z = struct.unpack_from(">3i", head, 136)
    step, unit = struct.unpack_from(">fi", head, 216)
    if min(x, y, z) > 0:
        facts.size(T=1, C=3, Z=z, Y=y, X=x)
        facts.pixel_type, facts.images = "uint8", 1
    micrometres = step * _IMOD_UNITS.get(unit, 0)
    facts.pixel_size(X=micrometres, Y=micrometres, Z=micrometres)
    tail = file.tail(4096)
    if b"IEOF" not in tail and len(tail) == min(4096, file.size):
        file.reach(file.size + 4, "the IEOF mark that ends an IMOD model")


def _plane(
    file: Opened, facts: Facts, kind: str | None, shape: tuple[int, int], start: int, length: int
) -> None:
    """Sizes x, y and type of a single picture, and where it ends."""
    x, y = shape
    if x <= 0 or y <= 0:
        raise Wrong(f"the header says {x} by {y} pixels")
    facts.size(T=1, C=1, Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = kind, 1
    file.reach(start + length, "the pixels")


@header("Gatan Digital Micrograph 2")
def dm2(file: Opened, facts: Facts) -> None:
    """DM2: sizes and type, and the length that they ask for (GatanDM2Reader of Bio-Formats)."""
    x, y, width, signed = struct.unpack_from(">4H", file.need(0, 24, "the DM2 header"), 16)
    kinds = {1: "int8" if signed == 1 else "uint8", 2: "int16" if signed == 1 else "uint16"}
    kinds |= {4: "float32", 8: "float64"}
    _plane(file, facts, kinds.get(width), (x, y), 24, x * y * width)


@header("FEI")
def fei(file: Opened, facts: Facts) -> None:
    """FEI: sizes, of which 112 columns hold no pixels, in rows of two halves (FEIReader)."""
    x, y, start = struct.unpack_from("<HH4xH", file.need(0, 524, "the FEI header"), 514)
    _plane(file, facts, "uint8", (x - 112, y), start, x * y)


@header("JEOL")
def jeol(file: Opened, facts: Facts) -> None:
    """JEOL: sizes of an MG, or the rows of 1,024 pixels that an IM holds (JEOLReader)."""
    if file.head.startswith(b"MG"):
        shape = struct.unpack_from("<ii", file.need(0x63C, 8, "the JEOL header"))
        start = 0x644 + 540
    else:
        start = 60 + struct.unpack_from("<H", file.need(0, 60, "the JEOL header"), 2)[0]
        shape = (1024, (file.size - start) // 1024)
    _plane(file, facts, "uint8", shape, start, shape[0] * shape[1])


@header("VG SAM")
def vgsam(file: Opened, facts: Facts) -> None:
    """VG SAM: sizes and type, and the length that they ask for (VGSAMReader of Bio-Formats)."""
    x, y, width = struct.unpack_from(">ii4xi", file.need(0, 368, "the VG SAM header"), 348)
    kind = {1: "uint8", 2: "uint16", 4: "float32"}.get(width)
    _plane(file, facts, kind, (x, y), 368, x * y * width)
