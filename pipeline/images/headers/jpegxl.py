"""JPEG XL: the sizes at the beginning of its codestream, and the boxes around it."""

from __future__ import annotations

from pipeline.images.boxes import box_at
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import Cut, Opened

_RATIOS = ((1, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Width to height, where the header names one of seven (ISO 18181-1, D.1)."""
_WIDTHS = (9, 13, 18, 30)


@header("JPEG XL")
def jpeg_xl(file: Opened, facts: Facts) -> None:
    """JPEG XL: width and height (ISO 18181-1, D.1), and boxes, which must not pass the end."""
    at = 0 if file.head.startswith(b"\xff\n") else _codestream(file)
    if at is None:
        return
    data = file.need(at, 2, "the JPEG XL codestream")
    data += file.read(at + 2, 16).ljust(16, b"\0")
    if data.startswith(b"\xff\n"):
        facts.size(T=1, Z=1, **_sides(_Bits(data[2:])))
        facts.images = 1


def _codestream(file: Opened) -> int | None:
    """Where the codestream begins, by the boxes of a container (ISO 18181-2)."""
    at, found = 0, None
    while at + 8 <= file.size:
        kind, lead, length = box_at(file, at)
        if found is None and kind in (b"jxlc", b"jxlp"):
            # parts are numbered
            found = at + lead + (4 if kind == b"jxlp" else 0)
        if length < lead:
            break
        at += length
        if at > file.size:
            raise Cut(f"the {kind.decode('latin-1')} box", at)
    if found is None:
        raise Cut("the codestream, which is absent,", file.size + 1)
    return found


class _Bits:
    """Numbers of some bits each, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self.left = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        """The number in the next bits."""
        found = self.left & (1 << count) - 1
        self.left >>= count
        return found


def _sides(bits: _Bits) -> dict[str, int]:
    small = bits.take(1)
    height = 8 * (1 + bits.take(5)) if small else 1 + bits.take(_WIDTHS[bits.take(2)])
    ratio = bits.take(3)
    if ratio:
        width = height * _RATIOS[ratio][0] // _RATIOS[ratio][1]
    else:
        width = 8 * (1 + bits.take(5)) if small else 1 + bits.take(_WIDTHS[bits.take(2)])
    return {"Y": height, "X": width}
