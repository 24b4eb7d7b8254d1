"""Cameras and scanners whose pixels follow one header: IPLab, iVision, DCIMG, HIS, I2I, Openlab."""

from __future__ import annotations

import re
import struct

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Cut, Opened, Wrong

MOST_FRAMES = 4096
MOST_TAGS = 4096
_IPLAB = {
    0: ("uint8", 1),
    1: ("int16", 2),
    2: ("uint16", 2),
    3: ("int32", 4),
    4: ("float32", 4),
    5: ("uint32", 4),
    6: ("uint16", 6),
    10: ("float64", 8),
}
_IPLAB_COLOURS = (5, 6)
_IPLAB_UNITS = {2: 1e3, 3: 1e4, 4: 1e6, 5: 25400.0, 6: 304800.0}
_IVISION = {
    0: ("uint8", 1, 1),
    1: ("int16", 1, 2),
    2: ("int32", 1, 4),
    3: ("float32", 1, 4),
    4: ("uint8", 3, 2),
    5: ("uint8", 3, 4),
    6: ("uint16", 1, 2),
    7: ("float32", 1, 2),
    8: ("uint16", 3, 6),
}
"""Type of the values, channels, and bytes that a pixel takes."""
_HIS = {
    1: ("uint8", 1, 8),
    2: ("uint16", 1, 16),
    6: ("uint16", 1, 12),
    11: ("uint8", 3, 24),
    12: ("uint16", 3, 48),
    14: ("uint16", 3, 36),
}
"""Type of the values, channels, and bits that a pixel takes."""
_UINTS = {1: "uint8", 2: "uint16", 4: "uint32"}
_I2I = {b"I": ("int16", 2), b"R": ("float32", 4), b"C": ("complex64", 8)}
_LIFF_IMAGES, _LIFF_SCALE, _LIFF_LAST, _LIFF_SLACK = (67, 68), 69, 76, 8
_LIM_START = 0x94B


@header("IPLab")
def iplab(file: Opened, facts: Facts) -> None:
    """IPLab: sizes, the end of its data, and the pixel size from a tag behind them.

    Source: IPLabReader of Bio-Formats.
    """
    order = "<" if file.head.startswith(b"iiii") else ">"
    length, x, y, c, z, t, kind = struct.unpack_from(
        order + "7i", file.need(0, 44, "the header"), 16
    )
    if min(x, y, c, z, t) <= 0:
        raise Wrong(f"the IPLab header says {x} by {y} pixels, {c} by {z} by {t} planes")
    facts.size(T=t, C=c, Z=z, Y=y, X=x)
    facts.images = 1
    width = 0
    if kind in _IPLAB:
        facts.pixel_type, width = _IPLAB[kind]
    at = 44 + max(0, length - 28)
    # how wide the pixels of the kinds in colour are, only the stated length says
    planes = 0 if kind in _IPLAB_COLOURS else x * y * z * t * c * width
    file.reach(max(at, 44 + planes), "the IPLab pixels")
    for _ in range(MOST_TAGS):
        tag = file.read(at, 8)
        if len(tag) < 8 or tag.startswith(b"fini"):
            return
        size = struct.unpack_from(order + "I", tag, 4)[0]
        if tag.startswith(b"unit") and size >= 12:
            _, step, unit = struct.unpack(order + "ifi", file.need(at + 8, 12, "an IPLab tag"))
            step *= _IPLAB_UNITS.get(unit, 1.0)
            facts.pixel_size(X=step, Y=step)
        at += 8 + size


@header("IVision")
def ivision(file: Opened, facts: Facts) -> None:
    """IVision: sizes and type, and the length that they ask for (IvisionReader of Bio-Formats)."""
    head = file.need(0, 72, "the iVision header")
    x, y = struct.unpack_from(">ii", head, 6)
    z = struct.unpack_from(">h", head, 20)[0]
    if x <= 0 or y <= 0 or z <= 0 or head[5] not in _IVISION:
        raise Wrong(f"the iVision header says {z} planes of {x} by {y} pixels of type {head[5]}")
    facts.pixel_type, channels, width = _IVISION[head[5]]
    facts.size(T=1, C=channels, Z=z, Y=y, X=x)
    facts.images = 1
    # an image of more than one row and column has a table of colours before its pixels
    start = 72 + 2048 * (x > 1 and y > 1)
    file.reach(start + x * y * z * width, "the iVision pixels")


@header("Hamamatsu DCIMG")
def dcimg(file: Opened, facts: Facts) -> None:
    """DCIMG of versions 0 and 1: sizes, the length of the file, and where the last frame ends.

    Source: DCIMGReader of Bio-Formats.
    """
    head = file.need(0, 80, "the DCIMG header")
    version, start = (struct.unpack_from("<I", head, at)[0] for at in (8, 40))
    length, again = (struct.unpack_from("<Q", head, at)[0] for at in (48, 64))
    session = file.need(start, 116, "the DCIMG session")
    if version == 7:
        frames, depth, x = struct.unpack_from("<II4xI", session, 32)
        y, frame = struct.unpack_from("<II", session, 52)
        offset = struct.unpack_from("<I", session, 68)[0]
    else:
        frames, depth, x, y = struct.unpack_from("<II4xII", session, 60)
        frame, offset = struct.unpack_from("<I8xQ", session, 84)
    if not x or not y or depth not in (1, 2):
        raise Wrong(f"the DCIMG header says {frames} frames of {x} by {y} pixels of {depth} bytes")
    facts.pixel_type = _UINTS[depth]
    facts.size(T=frames, C=1, Z=1, Y=y, X=x)
    facts.images = 1
    if frame >= x * y * depth:
        file.reach(start + offset + frames * frame, "the last DCIMG frame")
    if length == again > file.size:
        text = f"the header says the file has {length:,} bytes, it has {file.size:,}"
        facts.flag(faults.TRUNCATED, text, severity="warning", value=length)


@header("Hamamatsu HIS")
def his(file: Opened, facts: Facts) -> None:
    """HIS: its frames one behind the other, each with its own header (HISReader of Bio-Formats)."""
    count = struct.unpack_from("<H", file.need(0, 64, "the HIS header"), 14)[0]
    at = 0
    for number in range(min(count, MOST_FRAMES)):
        lead = file.need(at, 64, f"frame {number + 1}")
        if not lead.startswith(b"IM"):
            return
        comment, x, y, kind = struct.unpack_from("<HHH4xH", lead, 2)
        if not x or not y or kind not in _HIS:
            raise Wrong(f"a HIS header says {x} by {y} pixels of type {kind}")
        values, channels, bits = _HIS[kind]
        if number == 0:
            facts.pixel_type, facts.images = values, count
            facts.size(T=1, C=channels, Z=1, Y=y, X=x)
        end = at + 64 + comment + x * y * bits // 8
        # values of 12 bits may take 16 each: then the next frame begins farther on
        wide = at + 64 + comment + x * y * channels * 2
        if kind in (6, 14) and file.read(end, 2) != b"IM" and file.read(wide, 2) == b"IM":
            end = wide
        file.reach(end, f"frame {number + 1}")
        at = end


@header("I2I")
def i2i(file: Opened, facts: Facts) -> None:
    """I2I: sizes in letters, and the length that they ask for (I2IReader of Bio-Formats)."""
    head = file.need(0, 1024, "the I2I header")
    sides = [head[at : at + 6].decode("latin-1").strip() for at in (2, 8, 14)]
    if not all(one.isdecimal() and int(one) for one in sides):
        raise Wrong(f"the I2I header says {' by '.join(sides)} pixels")
    x, y, planes = map(int, sides)
    order = ">" if head[20:21] == b"B" else "<"
    groups = struct.unpack_from(order + "h", head, 29)[0]
    facts.pixel_type, width = _I2I[head[:1]]
    times = groups if groups > 0 and planes % groups == 0 else 1
    facts.size(T=times, C=1, Z=planes // times, Y=y, X=x)
    facts.images = 1
    file.reach(1024 + x * y * planes * width, "the I2I pixels")


@header("Axon Raw Format")
def arf(file: Opened, facts: Facts) -> None:
    """ARF: sizes, and the length that they ask for (ARFReader of Bio-Formats)."""
    head = file.need(0, 524, "the ARF header")
    order = "<" if head[0] else ">"
    version, x, y, bits, images = struct.unpack_from(order + "5H", head, 4)
    times = images if version == 2 else 1
    if not x or not y or not times or not 0 < bits <= 32:
        raise Wrong(f"the ARF header says {times} images of {x} by {y} pixels of {bits} bits")
    width = -(-bits // 8)
    facts.pixel_type = _UINTS.get(width)
    facts.size(T=times, C=1, Z=1, Y=y, X=x)
    facts.images = 1
    file.reach(524 + x * y * width * times, "the ARF pixels")


@header("SBIG")
def sbig(file: Opened, facts: Facts) -> None:
    """SBIG: sizes in words, and its rows, of which each says its length when they are packed.

    Source: SBIGReader of Bio-Formats.
    """
    text = file.need(0, 2048, "the SBIG header").decode("latin-1")
    pairs = re.findall(r"(?m)^[ \t\r]*(\w+) ?=([^\r\n]*)", text.partition("\nEnd")[0])
    said = {key: value.strip() for key, value in pairs}
    width, height = (int(said.get(side, "0")) for side in ("Width", "Height"))
    if width <= 0 or height <= 0:
        raise Wrong(f"the SBIG header says {width} by {height} pixels")
    facts.size(T=1, C=1, Z=1, Y=height, X=width)
    facts.pixel_type, facts.images = "uint16", 1
    facts.pixel_size(**{axis: float(said.get(f"{axis}_pixel_size", 0)) * 1e3 for axis in "XY"})
    if "Compressed" not in text[:64]:
        file.reach(2048 + 2 * width * height, "the SBIG pixels")
        return
    at = 2048
    for row in range(min(height, MOST_FRAMES)):
        length = struct.unpack("<H", file.need(at, 2, f"row {row + 1}"))[0]
        at += 2 + length
        file.reach(at, f"row {row + 1}")


@header("Improvision Openlab Raw")
def openlab_raw(file: Opened, facts: Facts) -> None:
    """Openlab Raw: sizes of the first plane, and the length of all (OpenlabRawReader)."""
    head = file.need(0, 300, "the header of the first plane")
    planes, x, y = struct.unpack_from(">i8xii", head, 8)
    channels, width = head[29], head[30]
    if min(planes, x, y, width) <= 0:
        raise Wrong(f"the Openlab header says {planes} planes of {x} by {y} pixels")
    facts.pixel_type = {1: "uint8", 2: "uint16", 3: "uint8"}.get(width, "float32")
    facts.size(T=1, C=1 if channels <= 1 else 3, Z=planes, Y=y, X=x)
    facts.images = 1
    file.reach(12 + planes * (288 + x * y * width), "the last Openlab plane")


@header("Improvision Openlab LIFF")
def liff(file: Opened, facts: Facts) -> None:
    """LIFF of versions 2 and 5: its chain of tags, and what they say of the planes.

    Names of planes may say `Z=`, `C=` and `T=`. Source: OpenlabReader of Bio-Formats.
    """
    version, at = struct.unpack_from(">I4xI", file.need(0, 20, "the LIFF header"), 8)
    if version not in (2, 5):
        return
    lead = ">HHI4s4x" if version == 2 else ">HHQ4s8x"
    planes: list[tuple[int, int, int, str]] = []
    for _ in range(MOST_TAGS):
        if at + struct.calcsize(lead) >= file.size:
            break
        found = file.need(at, struct.calcsize(lead), "a LIFF tag")
        tag, _, following, _ = struct.unpack(lead, found)
        body = at + len(found)
        if not _LIFF_IMAGES[0] <= tag <= _LIFF_LAST:
            break
        if tag in _LIFF_IMAGES:
            planes.append(_plane(file, body, version))
        elif tag == _LIFF_SCALE:
            unit, x, y = struct.unpack(">H12xff", file.need(body + 4, 22, "the LIFF scale"))
            step = 1e-3 if unit == 3 else 1.0
            facts.pixel_size(X=x * step, Y=y * step)
        if not at < following:
            break
        at = following
        # the last of them may point a little behind the end
        file.reach(at - _LIFF_SLACK, "a LIFF tag")
    like = [one for one in planes if one[:2] == planes[0][:2] and "Original" not in one[3]]
    if like:
        width, height, kind, _ = like[0]
        colours = 3 if kind in (4, 7, 8) else 1
        names = [one[3] for one in like]
        axes = {axis: set(re.findall(rf"{axis} ?=(.\d*)", "\n".join(names))) for axis in "CT"}
        channels, times = (max(1, len(axes[axis])) for axis in "CT")
        depth = max(1, len(like) // (channels * times))
        facts.size(T=times, C=channels * colours, Z=depth, Y=height, X=width)
        facts.pixel_type = "uint16" if kind == 3 or kind > 8 else "uint8"
        facts.images = 1


def _plane(file: Opened, at: int, version: int) -> tuple[int, int, int, str]:
    """Width, height, kind of pixels and name of a plane of a LIFF."""
    body = file.need(at, 24 + 2 + 16 + 256 + 10, "a LIFF plane")
    kind = struct.unpack_from(">H", body, 24)[0]
    name = body[42 : 42 + 256].partition(b"\0")[0].decode("mac-roman")
    if version == 2:
        top, left, bottom, right = struct.unpack_from(">4h", body, 300)
        return right - left, bottom - top, kind, name
    return (*struct.unpack_from(">2i", body, 298), kind, name)


@shaped("lim")
def is_lim(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """LIM: sizes in its first words that make up the length of the file."""
    x, y, bits, packed = struct.unpack_from("<4H", file.head)
    length = _LIM_START + (x & 0x7FFF) * y * -(-bits // 8)
    return bool(x and y and 0 < bits <= 48 and not packed and length == file.size)


@header("LIM (Laboratory Imaging/Nikon)")
def lim(file: Opened, facts: Facts) -> None:
    """LIM: sizes and type (LIMReader of Bio-Formats)."""
    x, y, bits = struct.unpack_from("<3H", file.head)
    width = -(-bits // 8)
    channels = 1 if width % 3 else 3
    facts.pixel_type = _UINTS.get(width // channels)
    facts.size(T=1, C=channels, Z=1, Y=y, X=x & 0x7FFF)
    facts.images = 1


@header("Kodak BIP")
def bip(file: Opened, facts: Facts) -> None:
    """Kodak BIP: sizes behind the word GBiH, pixels behind BSfD (KodakReader of Bio-Formats)."""
    head = file.read(0, min(file.size, 1 << 19))
    sizes, start = head.find(b"GBiH"), head.find(b"BSfD")
    if len(head) == file.size and min(sizes, start) < 0:
        raise Cut("the mark of the BIP pixels, which is absent,", file.size + 1)
    if sizes >= 0:
        width, height = struct.unpack_from(">ii", head, sizes + 24)
        facts.size(T=1, C=1, Z=1, Y=height, X=width)
        facts.pixel_type, facts.images = "float32", 1
        if start >= 0 and width > 0 and height > 0:
            file.reach(start + 24 + 4 * width * height, "the BIP pixels")
    dots = {
        axis: re.search(rb"%s Resolution: *([\d.]+)" % side, head)
        for axis, side in (("X", b"Horizontal"), ("Y", b"Vertical"))
    }
    facts.pixel_size(
        **{axis: 25400 / max(1e-9, float(found[1])) for axis, found in dots.items() if found}
    )


@header("Bio-Rad Gel")
def biorad_gel(file: Opened, facts: Facts) -> None:
    """Bio-Rad 1SC: its list of blocks, one of which says where the sizes stand.

    Source: BioRadGelReader of Bio-Formats.
    """
    order = "<" if b"Intel Format" in file.head[:48] else ">"
    at = 160
    for _ in range(256):
        code, length = struct.unpack(order + "hh", file.need(at, 4, "a block of the gel"))
        at += 6 + 2 * max(0, length)
        if code == 0x81:
            break
        at += {1: 12, 2: 10}.get(length, 0)
    else:
        return
    place = struct.unpack(order + "H", file.need(at, 2, "a block of the gel"))[0] + 320
    lead = file.need(place, 8, "the sizes of the gel")
    width, height, octets = struct.unpack(order + "HH2xh", lead)
    if width * height > file.size:
        width, height, octets = struct.unpack("<HH2xh", lead)
    facts.size(T=1, C=1, Z=1, Y=height, X=width)
    facts.pixel_type, facts.images = _UINTS.get(octets), 1
    words = file.read(max(0, place - 8187), 1024)
    area = re.search(rb":\s*\(([\d.]+)[^x()]{0,8}x ?([\d.]+)", words)
    if area and width and height:
        facts.pixel_size(X=float(area[1]) * 1e3 / width, Y=float(area[2]) * 1e3 / height)
    file.reach(place + width * height * max(0, octets), "the pixels of the gel")


@header("Bio-Rad SCN")
def biorad_scn(file: Opened, facts: Facts) -> None:
    """Bio-Rad SCN: the parts of a message, each with its length: pixels, and XML that says more.

    Source: BioRadSCNReader of Bio-Formats.
    """
    at = 0
    for _ in range(64):
        found = re.match(rb"\s*((?:[^\r\n]+\r?\n)+)\r?\n", file.read(at, 4096))
        if found is None:
            return
        body = at + found.end()
        said = re.search(rb"(?i)Content-Length: *(\d{1,15})", found[1])
        at = body + int(said[1]) if said else body
        file.reach(at, "a part of the SCN")
        if said and b"xml" in found[1]:
            _scn(file.read(body, min(int(said[1]), 1 << 19)).decode("utf-8", "replace"), facts)


def _scn(xml: str, facts: Facts) -> None:
    """What the XML of a Bio-Rad SCN says of its image."""

    def said(pattern: str) -> str:
        found = re.search(pattern, xml)
        return found[1] if found else ""

    sides = {axis: said(rf'<size_pix\b[^<>]*\b{side}="(\d{{1,9}})"') for axis, side in _SIDES}
    if not all(sides.values()):
        return
    channels = said(r"<channel_count>\s*(\d{1,4})\s*<")
    facts.size(T=1, C=int(channels or 1), Z=1, **{axis: int(one) for axis, one in sides.items()})
    facts.images = 1
    if most := said(r'<scanner\b[^<>]*\bmax_value="(\d{1,12})"'):
        facts.pixel_type = "uint8" if int(most) <= 256 else "uint16"
    lengths = {axis: said(rf'<size_mm\b[^<>]*\b{side}="([\d.]+)"') for axis, side in _SIDES}
    facts.pixel_size(
        **{axis: float(lengths[axis] or 0) * 1e3 / int(sides[axis] or 1) for axis in "XY"}
    )
    facts.name_instrument("Bio-Rad", said(r'<imager\b[^<>]*\bvalue="([^"]*)"'))
    facts.date(said(r'<image_date\b[^<>]*\bvalue="([^"]*)"'))


_SIDES = (("X", "width"), ("Y", "height"))


@header("Volocity Library Clipping")
def clipping(file: Opened, facts: Facts) -> None:
    """ACFF: sizes behind the mark of its image (VolocityClippingReader of Bio-Formats)."""
    order = "<" if file.head[:1] == b"I" else ">"
    marks = {struct.pack(order + "I", 0x208): 0, struct.pack(order + "I", 0x46534941): 28}
    places = [(at, mark) for mark in marks if (at := file.head.find(mark, 9)) >= 0]
    if not places:
        return
    at, mark = min(places)
    if marks[mark]:
        order = ">"
    x, y, z = struct.unpack_from(order + "3i", file.head, at + 4 + marks[mark])
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    facts.images = 1
