"""Small sound files of single instruments, and their recipes."""

from __future__ import annotations

import gzip
import struct
import zlib

from tests.compound import compound
from tests.pictures import plain


def xrm() -> bytes:
    info: dict[str, bytes] = {
        "ImageWidth": struct.pack("<i", 6),
        "ImageHeight": struct.pack("<i", 4),
        "DataType": struct.pack("<i", 5),
        "NoOfImages": struct.pack("<i", 9),
        "ImagesTaken": struct.pack("<i", 3),
        "PixelSize": struct.pack("<f", 0.25),
        "Date": b"11/08/15 11:58:08\0\0\0\1".ljust(40, b"\0"),
    }
    streams = {f"ImageInfo/{name}": value for name, value in info.items()}
    return compound({**streams, "ImageData1/Image1": bytes(range(48))})


def norpix() -> bytes:
    """Four frames of 32 by 8 pixels of 16 bits."""
    head = b"\xed\xfe\0\0" + "Norpix seq".encode("utf-16-le")
    head = head.ljust(28, b"\0") + struct.pack("<II", 5, 1024)
    head = head.ljust(548, b"\0") + struct.pack("<6I", 32, 8, 16, 12, 512, 100)
    head += struct.pack("<IIId", 4, 0, 512, 25.0)
    return head.ljust(1024, b"\0") + bytes(range(256)) * 8


def mgh() -> bytes:
    """Two slices of 4 by 4 pixels."""
    head = struct.pack(">7ih3f", 1, 4, 4, 2, 1, 0, 0, 1, 0.5, 0.5, 2.0)
    return head.ljust(284, b"\0") + bytes(range(32))


plain("xrm", xrm(), "Zeiss XRM", "a.txrm")
plain("norpix", norpix())
plain("mgz", gzip.compress(mgh(), mtime=0))
plain("r64", zlib.compress(struct.pack("<i", 8) + bytes(5 * 4 * 64)), "SimFCS R64", "a.r64")
