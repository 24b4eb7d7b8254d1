"""Small sound files of cameras and scanners, written from their layouts, and their recipes."""

from __future__ import annotations

import struct

from tests.pictures import plain


def iplab(order: str = "<", kind: int = 2, shape: tuple[int, ...] = (6, 4, 2, 3, 2)) -> bytes:
    """A stack of x, y, c, z, t; half a micrometre a pixel."""
    x, y, c, z, t = shape
    width = {0: 1, 1: 2, 2: 2, 3: 4, 4: 4, 10: 8}[kind]
    body = bytes(x * y * c * z * t * width)
    head = (b"iiii" if order == "<" else b"mmmm") + struct.pack(order + "i", 4) + b"100f" + bytes(4)
    head += struct.pack(order + "7i", len(body) + 28, x, y, c, z, t, kind)
    unit = b"unit" + struct.pack(order + "i", 48) + struct.pack(order + "ifi", 1, 0.5, 1) * 4
    return head + body + b"note" + struct.pack(order + "i", 576) + bytes(576) + unit + b"fini"


def ivision(kind: int = 6, shape: tuple[int, int, int] = (6, 4, 3)) -> bytes:
    x, y, z = shape
    width = {0: 1, 1: 2, 2: 4, 3: 4, 5: 4, 6: 2, 8: 6}[kind]
    head = b"4.0A" + bytes([0, kind]) + struct.pack(">ii6xh", x, y, z) + bytes(50)
    return head + bytes(2048) + bytes(x * y * z * width)


def dcimg(version: int = 0x1000000, shape: tuple[int, int, int] = (6, 4, 3)) -> bytes:
    """Frames of 16 bits."""
    x, y, frames = shape
    start, offset, frame = 728, 760, x * y * 2
    if version == 7:
        session = bytearray(offset)
        struct.pack_into("<II4xIIII8xIQ", session, 32, frames, 2, x, 2 * x, y, frame, offset, 0)
        struct.pack_into("<Q", session, 72, offset + frames * frame)
        foot = struct.pack("<I4xQ", version, 272).ljust(272, b"\0") + bytes(112)
    else:
        session = bytearray(offset)
        struct.pack_into("<II4xIIII8xQ20xI", session, 60, frames, 2, x, y, 2 * x, frame, offset, 0)
        foot = bytes(32)
    length = start + offset + frames * frame + len(foot)
    head = b"DCIMG\0\0\0" + struct.pack("<I20xII", version, 1, frames)
    head += struct.pack("<I4xQQQ", start, length, 0, length).ljust(80, b"\0")
    return head.ljust(start, b"\0") + bytes(session) + bytes(frames * frame) + foot


def his(kind: int = 2, shape: tuple[int, int, int] = (6, 4, 3), wide: bool = False) -> bytes:
    """Frames, each with its header; values of 12 bits take 16 when `wide`."""
    x, y, frames = shape
    bits = {1: 8, 2: 16, 6: 12, 11: 24, 12: 48}[kind]
    said = b"vDate=2020/01/02;vTime=03:04:05"
    body = bytes(x * y * (16 if wide else bits) // 8)
    head = b"IM" + struct.pack("<HHH4xHH", len(said), x, y, kind, frames)
    return (head.ljust(64, b"\0") + said + body) * frames


def i2i(kind: str = "R", order: str = "<", groups: int = 2) -> bytes:
    """Six planes of 6 by 4 pixels."""
    head = f"{kind} {6:6d}{4:6d}{6:6d}".encode() + (b"B" if order == ">" else b"L")
    head += struct.pack(order + "5h", 0, 255, 0, 0, groups)
    return head.ljust(1024, b" ") + bytes(6 * 4 * 6 * (4 if kind == "R" else 2))


def arf(order: str = "<", version: int = 2, bits: int = 12) -> bytes:
    head = (b"\1\0" if order == "<" else b"\0\1") + b"AR"
    head += struct.pack(order + "5H", version, 6, 4, bits, 3)
    return head.ljust(524, b"\0") + bytes(6 * 4 * 2 * (3 if version == 2 else 1))


def sbig(packed: bool = False) -> bytes:
    lines = [
        "ST-7 Compressed Image" if packed else "ST-7 Image",
        "File_version = 3",
        "Width = 6",
        "Height = 4",
        "X_pixel_size = 0.009",
        "Y_pixel_size = 0.009",
        "End",
    ]
    head = "\n\r".join([*lines, ""]).encode().ljust(2048, b"\0")
    row = struct.pack("<H", 7) + bytes(7)
    return head + (row if packed else bytes(12)) * 4


def openlab_raw(width: int = 2, channels: int = 1) -> bytes:
    """Three planes of 6 by 4 pixels."""
    plane = bytes(8) + struct.pack(">ii", 6, 4) + bytes([0, channels, width, 0])
    plane += struct.pack(">q4xB", 0, 8) + b"Plane 1"
    return b"OLRW" + struct.pack(">ii", 1, 3) + (plane.ljust(288, b"\0") + bytes(24 * width)) * 3


def liff(version: int = 5, names: tuple[str, ...] = ("Z = 1", "Z = 2", "Z = 3")) -> bytes:
    """Planes of 6 by 4 pixels of 16 bits, a quarter of a micrometre each."""
    lead = ">HHI4s4x" if version == 2 else ">HHQ4s8x"
    head = b"\0\0\xff\xffimpr" + struct.pack(">IH2xI", version, len(names), 32)
    data = head.ljust(32, b"\0")
    bodies = []
    for name in names:
        body = bytes(24) + struct.pack(">H16x", 16) + name.encode().ljust(256, b"\0")
        body += struct.pack(">2x4h", 0, 0, 4, 6) if version == 2 else struct.pack(">ii", 6, 4)
        bodies.append((67, body + bytes(128)))
    bodies.append((69, bytes(4) + struct.pack(">H12xff", 2, 0.25, 0.25) + bytes(32)))
    for tag, body in bodies:
        following = len(data) + struct.calcsize(lead) + len(body)
        data += struct.pack(lead, tag, 1, following, b"raw ") + body
    return data


def lim(bits: int = 16) -> bytes:
    return struct.pack("<4H", 6, 4, bits, 0).ljust(0x94B, b"\0") + bytes(6 * 4 * bits // 8)


def bip() -> bytes:
    head = (
        b"DTag".ljust(16, b"\0") + b"Horizontal Resolution: 254 ppi\nVertical Resolution: 127 ppi\n"
    )
    sizes = b"GBiH" + bytes(20) + struct.pack(">ii", 6, 4)
    return head.ljust(256, b"\0") + sizes + b"BSfD" + bytes(20) + bytes(96)


def scn() -> bytes:
    xml = (
        b'<?xml version="1.0"?><image><channel_count>1</channel_count><endian>little</endian>'
        b'<size_pix width="6" height="4"/><size_mm width="0.6" height="0.4"/>'
        b'<scanner max_value="65535"/><imager value="GelDoc"/>'
        b'<image_date value="2020-01-02T03:04:05"/></image>'
    )
    lead = 'Generated by Image Lab\nContent-Type: multipart/mixed; boundary="xx"\n\n'
    parts = [("application/octet-stream", bytes(range(48))), ("text/xml", xml)]
    data = lead.encode()
    for kind, body in parts:
        data += f"--xx\nContent-Type: {kind}\nContent-Length: {len(body)}\n\n".encode() + body
    return data + b"--xx--\n"


def gel(order: str = ">", code: int = 0x81) -> bytes:
    """6 by 4 pixels of 16 bits on 12 by 8 millimetres."""
    lead = b"\xaf\xaf" + (b"Stable File Version 2.0 Intel Format" if order == "<" else b"")
    place = 9000
    blocks = struct.pack(order + "hh4x", 0x80, 1) + bytes(12)
    blocks += struct.pack(order + "hh4xH", code, 1, place - 320)
    data = (lead.ljust(160, b"\0") + blocks).ljust(place - 8187, b"\0")
    data += b"ScanMaker\0" + bytes(8) + b"x\0" + bytes(8) + b"Image Area: (12.0 mm x 8.0 mm)\0"
    data = data.ljust(place - 298, b"\0") + b"02-Jan-2020 03:04"
    return data.ljust(place, b"\0") + struct.pack(order + "HH2xh", 6, 4, 2) + bytes(48)


def densitometer() -> dict[str, bytes]:
    said = {"NXP": "6 / columns", "NYP": "4 / rows", "DELTAX": "50", "DELTAY": "25", "COLOR": "1"}
    said |= {"FILE REC LEN": "16", "SIGNX": "'+'", "SIGNY": "'+'"}
    lines = [" IDENTIFICATION = 'gel'", *(f"{key} = {value}" for key, value in said.items()), ""]
    return {"a.hdr": "\r\n".join(lines).encode(), "a.IMG": bytes(range(128))}


plain("gel", gel(), "Bio-Rad Gel", "a.1sc")
plain("iplab", iplab(shape=(12, 8, 2, 3, 2)), "IPLab", "a.ipl")
plain("ivision", ivision(), "IVision", "a.ipm")
plain("dcimg", dcimg(), "Hamamatsu DCIMG", "a.dcimg")
plain("his", his(), "Hamamatsu HIS", "a.his")
plain("i2i", i2i(), "I2I", "a.i2i")
plain("arf", arf(), "Axon Raw Format", "a.arf")
plain("sbig", sbig(), "SBIG", "a.st7")
plain("openlab_raw", openlab_raw(), "Improvision Openlab Raw", "a.raw")
plain("liff", liff(), "Improvision Openlab LIFF", "a.liff")
plain("lim", lim(), "LIM (Laboratory Imaging/Nikon)", "a.lim")
plain("bip", bip(), "Kodak BIP", "a.bip")
plain("biorad_scn", scn(), "Bio-Rad SCN", "a.scn")
