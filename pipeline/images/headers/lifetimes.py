"""What tells formats without a signature: photon records, waves, FLIM."""

from __future__ import annotations

import struct
import zlib

from pipeline.images import places
from pipeline.images.headers.registry import shaped
from pipeline.images.opened import Opened

_GALACTIC = (0x4B, 0x4C, 0x4D, 0xCF)
"""The second byte of a .spc of GRAMS, which holds spectra."""


@shaped("spc")
def is_spc(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SPC photon records of 4 or 6 bytes with the set-up (.set) of the same name beside them.

    Alone only records of 4 bytes are told, by the first of them: the macro clock in 0.1 ns and the
    number of routing bits, marked as no photon (TCSPC Handbook, FIFO Data Files).
    """
    stem = file.path.rsplit(".", 1)[0]
    if "set" in suffixes:
        return b"*IDENTIFICATION" in file.head
    setup = next((p for p in (f"{stem}.set", f"{stem}.SET") if places.exists(p)), None)
    if setup is None:
        clock, routing = struct.unpack_from("<I", file.head)[0] & 0xFFFFFF, file.head[3]
        records = file.size >= 8 and file.size % 4 == 0 and file.head[1] not in _GALACTIC
        return records and 10 <= clock <= 10_000 and routing & 0x87 == 0x80
    try:
        with Opened(setup) as file_:
            return b"*IDENTIFICATION" in file_.head and file.size % 2 == 0
    except OSError:
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
