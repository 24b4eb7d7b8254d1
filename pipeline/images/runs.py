"""Pixels packed as runs, counted without being unpacked: PCX, Sun raster, Targa, Radiance."""

from __future__ import annotations

from collections.abc import Callable, Iterable

KINDS = ("pcx", "sun", "targa", "radiance")


def count(pieces: Iterable[bytes], kind: str, wanted: int) -> int:
    """Bytes (of Targa pixels) that runs stand for, counted until there are as many as wanted.

    `kind` is `pcx`, `sun`, `targa` and the bytes of a pixel, or `radiance` and the pixels of a row.
    """
    name = kind.rstrip("0123456789")
    step, width = _STEPS[name], int(kind[len(name) :] or 1)
    held, total = b"", 0
    for piece in pieces:
        held += piece
        taken, more = step(held, wanted - total, width)
        held, total = held[taken:], total + more
        if total >= wanted:
            break
    return total


def _pcx(data: bytes, wanted: int, width: int) -> tuple[int, int]:
    """Two high bits mark a run, whose byte follows (ZSoft PCX File Format)."""
    at = total = 0
    end = len(data)
    while at < end and total < wanted:
        if data[at] < 0xC0:
            at, total = at + 1, total + 1
        elif at + 1 < end:
            total += data[at] & 0x3F
            at += 2
        else:
            break
    return at, total


def _sun(data: bytes, wanted: int, width: int) -> tuple[int, int]:
    """The byte 128 begins a run, or is itself before a zero (Sun raster, RT_BYTE_ENCODED)."""
    at = total = 0
    end = len(data)
    while at < end and total < wanted:
        mark = data.find(b"\x80", at)
        mark = end if mark < 0 else mark
        total += mark - at
        at = mark
        if at + 1 < end and data[at + 1] == 0:
            at, total = at + 2, total + 1
        elif at + 2 < end:
            total += data[at + 1] + 1
            at += 3
        else:
            break
    return at, total


def _targa(data: bytes, wanted: int, width: int) -> tuple[int, int]:
    """A high bit marks a run of one pixel, else as many pixels follow (Truevision TGA 2.0)."""
    at = total = 0
    end = len(data)
    while at < end and total < wanted:
        pixels = (data[at] & 0x7F) + 1
        length = 1 + (width if data[at] & 0x80 else width * pixels)
        if at + length > end:
            break
        at, total = at + length, total + pixels
    return at, total


def _radiance(data: bytes, wanted: int, width: int) -> tuple[int, int]:
    """Rows of four mark bytes and four channels; above 128 a run of one byte (Graphics Gems II)."""
    at = total = 0
    end = len(data)
    while total < wanted:
        place = at + 4
        if data[at : at + 2] != b"\2\2" and place <= end:
            return end, wanted  # a row that is not packed: no more is counted
        for _ in range(4):
            given = 0
            while given < width and place < end:
                code = data[place]
                given += code - 128 if code > 128 else code
                place += 2 if code > 128 else 1 + code
            if given < width or place > end:
                return at, total
        at, total = place, total + 4 * width
    return at, total


_STEPS: dict[str, Callable[[bytes, int, int], tuple[int, int]]] = {
    "pcx": _pcx,
    "sun": _sun,
    "targa": _targa,
    "radiance": _radiance,
}
