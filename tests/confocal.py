"""Small sound files of confocal microscopes, written from their layouts, and their recipes."""

from __future__ import annotations

import struct

from tests.pictures import plain


def oir(z: int = 3, t: int = 2, channels: int = 2, wide: bool = True) -> bytes:
    """Planes of 6 by 4 pixels, a quarter of a micrometre each."""
    depth = 2 if wide else 1
    steps = "".join(
        f"<commonparam:{a}>{n}</commonparam:{a}>"
        for a, n in zip("xyz", (0.25, 0.25, 1), strict=True)
    )
    units = "".join(f"<commonphase:{a}>MICROMETER</commonphase:{a}>" for a in "xyz")
    phases = "".join(
        f'<commonphase:channel id="c{n}" order="{n + 1}">'
        f"<commonphase:name>CH{n + 1}</commonphase:name>"
        f"<commonphase:imageDefinition><commonphase:depth>{depth}</commonphase:depth>"
        "<commonphase:bitCounts>12</commonphase:bitCounts></commonphase:imageDefinition>"
        f"<commonphase:length>{steps}</commonphase:length>"
        f"<commonphase:pixelUnit>{units}</commonphase:pixelUnit></commonphase:channel>"
        for n in range(channels)
    )
    ends = "".join(
        f"<commonparam:{one}>0</commonparam:{one}>"
        for one in ("startPosition", "endPosition", "step")
    )
    axes = "".join(
        f'<commonparam:axis enable="{str(n > 1).lower()}" paramEnable="true">'
        f"<commonparam:axis>{name}</commonparam:axis>"
        f"<commonparam:maxSize>{n}</commonparam:maxSize>{ends}</commonparam:axis>"
        for name, n in (("ZSTACK", z), ("TIMELAPSE", t))
    )
    names = (
        "lsmimage",
        "commonimage",
        "commonphase",
        "commonparam",
        "base",
        "lsmframe",
        "commonframe",
    )
    spaces = "".join(f' xmlns:{one}="http://x/{one}"' for one in names)
    images = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<lsmimage:imageProperties{spaces}>'
        "<commonimage:general><base:creationDateTime>2020-01-02T03:04:05.678+01:00"
        "</base:creationDateTime></commonimage:general>"
        "<commonimage:imageInfo><commonimage:width>6</commonimage:width>"
        f"<commonimage:height>4</commonimage:height>{phases}</commonimage:imageInfo>"
        f"<commonimage:acquisition><commonimage:imagingParam>{axes}</commonimage:imagingParam>"
        "</commonimage:acquisition></lsmimage:imageProperties>"
    )
    frame = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<lsmframe:frameProperties{spaces}>'
        "<commonframe:imageDefinition><base:width>6</base:width><base:height>4</base:height>"
        "</commonframe:imageDefinition></lsmframe:frameProperties>"
    )

    def block(kind: int, body: bytes) -> bytes:
        return struct.pack("<II", len(body), kind) + body

    def document(text: str) -> bytes:
        return block(1, bytes(36) + struct.pack("<I", len(text)) + text.encode())

    planes = b""
    for number in range(z * t * channels):
        uid = f"z{number:03d}t001_0_1_c{number % channels}_0".encode()
        planes += block(3, bytes(8) + struct.pack("<I", len(uid)) + uid)
        planes += block(4, bytes(24 * depth))
    body = document(frame) + planes + document(images)
    index = 96 + len(body)
    body += struct.pack("<3IQ", 0xFFFFFFFF, 1, 0, 96) + bytes(64)
    head = b"OLYMPUSRAWFORMAT" + struct.pack("<4I", 12, 0, 1, 2)
    head += struct.pack("<4Q", 96 + len(body), index, 17, 1) + b"FLUOVIEW"
    return head.ljust(96, b"\xff") + body


def lof(channels: int = 2) -> bytes:
    """Planes of 6 by 4 pixels, half a micrometre each."""
    xml = '<LMSDataContainerHeader Version="2"><Element Name="a"><Data><Image>'
    xml += "<ImageDescription><Channels>"
    for n in range(channels):
        xml += (
            '<ChannelDescription DataType="0" ChannelTag="0" Resolution="16" NameOfMeasuredQuantity'
        )
        xml += f'="" Min="0" Max="1" Unit="" LUTName="Green" BytesInc="{144 * n}" BitInc="0"/>'
    xml += "</Channels><Dimensions>"
    for axis, count, length, step in ((1, 6, 2.5e-6, 2), (2, 4, 1.5e-6, 12), (3, 3, 4e-6, 48)):
        xml += f'<DimensionDescription DimID="{axis}" NumberOfElements="{count}" Origin="0" '
        xml += f'Length="{length}" Unit="m" BitInc="0" BytesInc="{step}"/>'
    xml += "</Dimensions></ImageDescription></Image></Data></Element></LMSDataContainerHeader>"
    memory = bytes(6 * 4 * 3 * 2 * channels)
    name = "LMS_Object_File"

    def words(text: str) -> bytes:
        return b"\x2a" + struct.pack("<I", len(text)) + text.encode("utf-16-le")

    head = struct.pack("<II", 0x70, 0) + words(name)
    head += b"\x2a" + struct.pack("<I", 2) + b"\x2a" + struct.pack("<I", 0)
    head += b"\x2a" + struct.pack("<Q", len(memory)) + memory
    return head + struct.pack("<II", 0x70, 2 * len(xml) + 5) + words(xml)


def pic(byte: bool = False, notes: tuple[str, ...] = (), images: int = 3) -> bytes:
    """Images of 6 by 4 pixels."""
    head = struct.pack("<5hihh32s", 6, 4, images, 0, 255, int(bool(notes)), int(byte), 0, b"a.pic")
    head += struct.pack("<8hf", 0, 7, 12345, 0, 0, 0, 0, 20, 1.0)
    data = head.ljust(76, b"\0") + bytes(24 * images * (1 if byte else 2))
    for number, text in enumerate(notes):
        following = int(number + 1 < len(notes))
        kind, x, y = (21, 0x100, 1) if text[:1].isdigit() else (20, 0, 0)
        data += struct.pack("<hihhhhh80s", 1, following, 0, 0, kind, x, y, text.encode())
    return data


NOTES = ("AXIS_2 257 0.0 0.5 microns", "AXIS_3 257 0.0 0.5 microns", " ".join(map(str, range(20))))


def obf(kind: int = 4, shape: tuple[int, ...] = (6, 4, 3)) -> bytes:
    """One stack, a tenth of a micrometre a pixel."""
    width = {1: 1, 4: 2, 0x40: 4}[kind]
    rest = 15 - len(shape)
    count = width
    for side in shape:
        count *= side
    stack = b"OMAS_BF_STACK\n\xff\xff" + struct.pack("<II", 1, len(shape))
    stack += struct.pack("<15I", *shape, *[0] * rest)
    stack += struct.pack("<15d", *(side * 1e-7 for side in shape), *[0.0] * rest) + bytes(120)
    stack += struct.pack("<5IQQQ", kind, 0, 0, 1, 0, 0, count, 0) + b"a" + bytes(count)
    stack += struct.pack("<I30II", 128, *[0] * 30, 0)
    labels = b"".join(struct.pack("<I", 1) + b"x" for _ in shape)
    return b"OMAS_BF\n\xff\xff" + struct.pack("<IQI", 1, 26, 0) + stack + labels


plain("oir", oir(), "Olympus OIR", "a.oir")
plain("lof", lof(), "Leica LOF", "a.lof")
plain("pic", pic(notes=NOTES), "Bio-Rad PIC", "a.pic")
plain("obf", obf(), "Imspector OBF", "a.obf")
