"""What `sniff` tells of one file that a test writes, and the bytes of FITS and BMP headers."""

from __future__ import annotations

import struct
from pathlib import Path

from pipeline.images import ImageFile, sniff
from tests.pictures import write


def only(path: Path, deep: bool = False) -> ImageFile:
    (found,) = sniff([path], deep=deep)
    return found


def made(path: Path, data: bytes) -> ImageFile:
    write(path, data)
    return only(path)


def grave(one: ImageFile) -> set[str]:
    return {flag.code for flag in one.findings if flag.severity != "hint"}


def fits(*cards: str) -> bytes:
    return "".join(card.ljust(80) for card in (*cards, "END")).encode().ljust(2880)


def bmp(info: int, more: bytes, rows: bytes) -> bytes:
    head = struct.pack("<I", info) + more
    return b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, 14 + info) + head + rows
