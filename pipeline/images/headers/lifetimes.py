"""What tells formats without a signature: photon records, waves, FLIM."""

from __future__ import annotations

import struct
import zlib

from pipeline.images import places
from pipeline.images.headers.registry import shaped
from pipeline.images.opened import Opened


@shaped("spc")
def is_spc(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SPC photon records of 4 or 6 bytes with the set-up (.set) of the same name beside them."""
    stem = file.path.rsplit(".", 1)[0]
    if "set" in suffixes:
        return b"*IDENTIFICATION" in file.head
    try:
        with Opened(next(p for p in (f"{stem}.set", f"{stem}.SET") if places.exists(p))) as setup:
            return b"*IDENTIFICATION" in setup.head and file.size % 2 == 0
    except (OSError, StopIteration):
        return False


@shaped("sdt")
def is_sdt(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SDT: the mark of a valid header."""
    return file.head.startswith(b"UU", 32) or file.head.startswith(b"\xaaU", 40)


@shaped("r64")
def is_r64(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SimFCS: a zlib stream."""
    if file.head[0] & 0x0F != 8 or int.from_bytes(file.head[:2], "big") % 31:
        return False
    try:
        return len(zlib.decompressobj().decompress(file.head, 64)) == 64
    except zlib.error:
        return False


@shaped("igor", anywhere=True)
def is_igor(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Igor wave: a version, and a header whose 16-bit words add up to zero (Igor TN 003)."""
    for order in "<>":
        version = struct.unpack_from(order + "h", file.head, 0)[0]
        length = {1: 134, 2: 142, 3: 146, 5: 384}.get(version)
        if length and file.size < length and "ibw" in suffixes:
            return True  # its header is cut
        if length and len(file.head) >= length:
            words_ = struct.unpack_from(f"{order}{length // 2}h", file.head, 0)
            if sum(words_) & 0xFFFF == 0:
                return True
    return False


@shaped("pqbin")
def is_picoquant_bin(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """PicoQuant BIN: sizes in its first 20 bytes that make up the length of the file."""
    if file.size < 20:
        return False
    x, y, _, bins = struct.unpack_from("<iifi", file.head, 0)
    return bool(x > 0 and y > 0 and bins > 0 and x * y * bins * 4 + 20 == file.size)
