"""Boxes of ISO media files, which JPEG 2000 and JPEG XL share with MP4 and HEIF."""

from __future__ import annotations

import struct
from typing import NamedTuple

from pipeline.images.opened import Opened


class Box(NamedTuple):
    """A box: its kind, the bytes of its header, and of all of it (0: to the end of the file)."""

    kind: bytes
    lead: int
    length: int


def box_at(file: Opened, at: int) -> Box:
    """The box at an offset (ISO 14496-12, 4.2). Raises Cut where the file ends in its header."""
    length, kind = struct.unpack(">I4s", file.need(at, 8, "a box"))
    if length != 1:
        return Box(kind, 8, length)
    return Box(kind, 16, struct.unpack(">Q", file.need(at + 8, 8, "a box"))[0])
