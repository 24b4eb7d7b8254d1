"""Small sound files of single instruments, and their recipes."""

from __future__ import annotations

import gzip
import struct
import zlib

from tests.cameras import iplab
from tests.compound import compound
from tests.pictures import plain, tiff


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


def zvi(
    shape: tuple[int, int, int] = (2, 3, 1), width: int = 2, tiles: int = 1, alone: bool = False
) -> bytes:
    """Planes z, c, t of 6 by 4 pixels, a tenth of a micrometre each."""

    def value(kind: int, form: str, *numbers: float) -> bytes:
        return struct.pack("<H" + form, kind, *numbers)

    def text(words: str) -> bytes:
        letters = (words + "\0").encode("utf-16-le")
        return struct.pack("<HI", 8, len(letters)) + letters

    def tags(pairs: list[tuple[int, bytes]]) -> bytes:
        body = b"".join(v + value(3, "i", tag) + value(3, "i", 0) for tag, v in pairs)
        return value(3, "i", 0x20000010) + b"\3\0" + struct.pack("<i", len(pairs)) + body

    z, c, t = shape
    streams = {
        "Image/Contents": bytes(100),
        "Image/Tags/Contents": tags(
            [
                (515, value(3, "i", 6)),
                (516, value(3, "i", 4)),
                (769, value(5, "d", 0.1)),
                (770, value(3, "i", 76)),
                (772, value(5, "d", 0.1)),
                (773, value(3, "i", 76)),
                (775, value(5, "d", 500.0)),
                (776, value(3, "i", 77)),
                (1025, value(7, "d", 40000.25)),
                (2075, text("Axioplan")),
            ]
        ),
    }
    for number in range(z * c * t * tiles):
        place = number % z, number // z % c, number // (z * c) % t, number // (z * c * t)
        lead = (
            b"".join(value(3, "i", n) for n in range(8))
            + text("Item")
            + text("")
            + value(3, "i", 0)
        )
        where = struct.pack("<8x3i4xi", *place).ljust(36, b"\0")
        lead += struct.pack("<HI", 65, len(where)) + where
        lead += b"".join(value(3, "i", n) for n in range(5)) + bytes(4)
        lead += struct.pack("<6i", 6, 4, 1, width, 3 if width == 3 else 4, 2)
        name = "Image/Contents" if alone else f"Image/Item({number})/Contents"
        streams[name] = lead + bytes(24 * width) + bytes(5000)
    return compound(streams)


def cxd(fields: int = 4, slices: int = 2, bits: int = 12, channels: int = 1) -> bytes:
    """Fields of 6 by 4 pixels, half a micrometre each, of some slices each."""
    octets = -(-bits // 8)
    streams = {
        "File Info/Field Count": struct.pack("<i", fields),
        "File Info/File Has Image": struct.pack("<h", 1),
        "File Info/First Field Date & Time": struct.pack("<d", 13_000_000_000),
        "File Info/Comments": b"factor = 0.05\r\nmagnification = 10; x\r\n",
        "Field Data/Details/Image_Width": struct.pack("<d", 6),
        "Field Data/Details/Image_Height": struct.pack("<d", 4),
        "Field Data/Details/Image_Depth": struct.pack("<d", bits),
    }
    for field in range(1, fields + 1):
        height = struct.pack("<d", float(field % slices))
        streams[f"Field Data/Field {field}/Details/Position_Z"] = height
        for channel in range(1, channels + 1):
            name = f"Field Data/Field {field}/i_Image{channel}/Bitmap {channel}"
            streams[name] = bytes(24 * octets)
    return compound(streams, small=True)


plain("cxd", cxd(), "SimplePCI & HCImage", "a.cxd")


def ipw(frames: int = 3, words: str = "") -> bytes:
    """Frames of 12 by 8 pixels, each a TIFF."""
    streams = {f"ImageTIFF{n}/ImageTIFF" if n else "ImageTIFF": tiff() for n in range(frames)}
    if frames > 1:
        streams = {f"FFFF{n:017d}/ImageTIFF": tiff() for n in range(frames)}
    return compound({"CONTENTS": b"1.0", "ImageInfo": words.encode(), **streams}, small=True)


def hole(start: int = 40960, length: int = 65536) -> bytes:
    """An IPLab picture of 500 by 300 pixels in which a part of the file is zero."""
    data = bytearray(iplab(shape=(500, 300, 1, 1, 1)))
    data[44:300044] = bytes(range(1, 251)) * 1200
    data[start : start + length] = bytes(length)
    return bytes(data)


plain("hole", hole())
plain("dark", hole(44 + 100 * 1000, 70_000))
plain("ipw", ipw(1), "ImagePro Workspace", "a.ipw")
plain("zvi", zvi(), "Zeiss AxioVision ZVI (Zeiss Vision Image)", "a.zvi")
plain("xrm", xrm(), "Zeiss XRM", "a.txrm")
plain("norpix", norpix())
plain("mgz", gzip.compress(mgh(), mtime=0))
plain("r64", zlib.compress(struct.pack("<i", 8) + bytes(5 * 4 * 64)), "SimFCS R64", "a.r64")
