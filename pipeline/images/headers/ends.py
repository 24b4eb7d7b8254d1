"""Where the parts of older formats end, by the tables that they keep: HDF4, MNG, MRW, CRW, PICT."""

from __future__ import annotations

import struct

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import Cut, Opened, Wrong

MOST_TABLES = 4096
_NO_DATA = 1
_UNSET = 0xFFFFFFFF
_CIFF_ENTRY = 10
_MRW_BITS = {0x52: 16, 0x59: 12}


@header("HDF4", "Veeco AFM")
def hdf4(file: Opened, facts: Facts) -> None:
    """HDF4: what each data descriptor points at (HDF Specification 4.2, 2.2)."""
    at, end = 4, 0
    for _ in range(MOST_TABLES):
        count, following = struct.unpack(">HI", file.need(at, 6, "a table of HDF4"))
        table = file.need(at + 6, 12 * count, "a table of HDF4")
        for kind, _, offset, length in struct.iter_unpack(">HHII", table):
            if kind != _NO_DATA and _UNSET not in (offset, length):
                end = max(end, offset + length)
        if not following:
            break
        at = following
    file.reach(end, "what an HDF4 table points at")


@header("MNG (Multiple-image Network Graphics)", "JPEG Network Graphics")
def network_graphics(file: Opened, facts: Facts) -> None:
    """MNG and JNG: their chunks to the last (MNG specification 1.0, 3 and 4)."""
    head = file.need(0, 33, "the header")
    width, height = struct.unpack_from(">II", head, 16)
    facts.size(Z=1, Y=height, X=width)
    facts.images = 1
    at, kind = 8, b""
    while kind not in (b"MEND", b"IEND") or head[12:16] + kind == b"MHDRIEND":
        length, kind = struct.unpack(">I4s", file.need(at, 8, "the last chunk"))
        at += 12 + length
        file.reach(at, f"the chunk {kind.decode('latin-1')}")


@header("Minolta MRW")
def mrw(file: Opened, facts: Facts) -> None:
    """Minolta MRW: sizes from its block PRD, and the pixels that stand behind all blocks.

    Source: the tags of MinoltaRaw in ExifTool 12.57.
    """
    start = 8 + struct.unpack(">I", file.need(4, 4, "the MRW header"))[0]
    file.reach(start, "the MRW blocks")
    if file.head[8:12] != b"\0PRD":
        return
    height, width = struct.unpack(">HH", file.need(24, 4, "the MRW sizes"))
    stored = file.need(34, 1, "the MRW sizes")[0]
    facts.size(T=1, C=1, Z=1, Y=height, X=width)
    facts.pixel_type, facts.images = "uint16", 1
    if bits := _MRW_BITS.get(stored):
        file.reach(start + width * height * bits // 8, "the MRW pixels")


@header("Canon DNG")
def crw(file: Opened, facts: Facts) -> None:
    """Canon CRW: its last four bytes say where its directory stands (CIFF 1.0, 4). Raises Cut."""
    if file.head[6:14] != b"HEAPCCDR":
        return
    order = "<" if file.head.startswith(b"II") else ">"
    heap = struct.unpack(order + "I", file.need(2, 4, "the CRW header"))[0]
    said = struct.unpack(order + "I", file.need(file.size - 4, 4, "the CRW header"))[0]
    at = heap + said
    count = struct.unpack(order + "H", file.read(at, 2))[0] if at + 2 <= file.size else 0
    if not 0 < count < 1000 or at + 2 + count * _CIFF_ENTRY > file.size:
        raise Cut("the directory at the end, which is absent,", file.size + 1)


@header("PICT (Macintosh Picture)")
def pict(file: Opened, facts: Facts) -> None:
    """PICT: its frame, and the mark that ends it (Inside Macintosh: Imaging, A)."""
    top, left, bottom, right = struct.unpack(">4h", file.need(514, 8, "the PICT frame"))
    if bottom <= top or right <= left:
        raise Wrong(f"the PICT frame is {right - left} by {bottom - top} points")
    facts.size(T=1, C=3, Z=1, Y=bottom - top, X=right - left)
    facts.images = 1
    if not file.tail(1024).rstrip(b"\0").endswith(b"\xff"):
        facts.flag(
            faults.TRUNCATED, "the PICT ends without the mark of its end", severity="warning"
        )
