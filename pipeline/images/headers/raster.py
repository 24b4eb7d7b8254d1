"""Headers of plain picture formats: PNG, JPEG, GIF, BMP, PNM, PSD, JP2, EXR, SGI."""

from __future__ import annotations

import re
import struct
import zlib

from pipeline.images import faults
from pipeline.images.boxes import box_at
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import LIMIT, Cut, Opened, Wrong
from pipeline.images.text import is_text

_PNG_BITS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bits of a sample by colour type (PNG specification, 11.2.1)."""


@header("PNG (Portable Network Graphics)", "Animated PNG")
def png(file: Opened, facts: Facts) -> None:
    """PNG: its chunks to IEND (PNG specification, 5)."""
    if file.head.startswith(b"\x89PNG\r\r\n"):
        facts.flag(faults.TEXT_MODE, "the PNG signature shows a text-mode transfer", broken=True)
        return
    head = file.need(0, 33, "the PNG header")
    if head[12:16] != b"IHDR" or struct.unpack_from(">I", head, 8)[0] != 13:
        raise Wrong("the first chunk of this PNG is not its header")
    if zlib.crc32(head[12:29]) != struct.unpack_from(">I", head, 29)[0]:
        facts.flag(faults.CHECKSUM, "the checksum of the PNG header is wrong", broken=True)
        return
    width, height, bits, colour = struct.unpack_from(">IIBB", head, 16)
    if not width or not height:
        raise Wrong(f"the PNG header says {width} by {height} pixels")
    if head[26] or head[27]:
        raise Wrong(f"the PNG header names the compression {head[26]} and the filter {head[27]}")
    if bits not in _PNG_BITS.get(colour, ()):
        raise Wrong(f"the PNG header names the colour type {colour} with {bits} bits")
    samples = {2: 3, 3: 3, 4: 2, 6: 4}.get(colour, 1)
    facts.size(T=1, C=samples, Z=1, Y=height, X=width)
    facts.pixel_type = "uint16" if bits == 16 else "uint8"
    facts.images = 1
    at = 33
    while True:
        lead = file.need(at, 12, "the last PNG chunk")
        length, kind = struct.unpack_from(">I4s", lead, 0)
        if kind == b"acTL":
            facts.format = "Animated PNG"
            frames = struct.unpack(">I", file.need(at + 8, 4, "the PNG chunk acTL"))[0]
            facts.size(T=frames or 1, C=samples, Z=1, Y=height, X=width)
        at += 12 + length
        file.reach(at, f"the PNG chunk {kind.decode('latin-1')}")
        if kind == b"IEND":
            break
    _behind(file, facts, at)


_WORDS = 8
"""Bytes that a page or a message has at least; programs leave single ones."""


def _behind(file: Opened, facts: Facts, end: int) -> None:
    """Flag text (a web page, a script's message) behind the end of a picture."""
    rest = file.read(end, min(512, file.size - end)) if file.size > end else b""
    if len(rest.strip(b"\0\r\n\t ")) >= _WORDS and is_text(rest):
        facts.flag(
            faults.TRAILING_BYTES,
            f"{file.size - end} bytes of text stand behind the end of the image",
            value=file.size - end,
        )


@header("JPEG", "JPEG-LS")
def jpeg(file: Opened, facts: Facts) -> None:
    """JPEG: sizes from its frame, and the marker that ends it (ITU T.81, B)."""
    at = 2
    for _ in range(4096):
        lead = file.need(at, 4, "a JPEG segment")
        if lead[0] != 0xFF:
            # readers skip what stands between segments
            at += 1
            continue
        marker = lead[1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0x01, *range(0xD0, 0xD9)):
            at += 2
            continue
        length = struct.unpack_from(">H", lead, 2)[0]
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            bits, height, width, parts = struct.unpack(">BHHB", file.need(at + 4, 6, "the frame"))
            facts.size(T=1, C=parts, Z=1, Y=height, X=width)
            facts.pixel_type = "uint8" if bits <= 8 else "uint16"
            facts.images = 1
        if marker == 0xE2:
            _mpf(file, at + 4, length - 2)
        at += 2 + length
        file.reach(at, "a JPEG segment")
        if marker == 0xDA:
            if facts.sizes is None:
                raise Wrong("no frame header stands before the pixels of this JPEG")
            break
        if marker == 0xD9:
            return
    tail_at = at if file.size <= LIMIT // 2 else max(at, file.size - (1 << 16))
    tail = file.read(tail_at, file.size - tail_at)
    end = tail.rfind(b"\xff\xd9")
    if end >= 0:
        _behind(file, facts, tail_at + end + 2)
    elif tail_at == at:
        raise Cut("the JPEG image, which has no end marker,", file.size + 2)


def _mpf(file: Opened, at: int, length: int) -> None:
    """Multi-picture format: each picture that the index lists (CIPA DC-007, 5.2)."""
    # a profile of colours may fill dozens of such segments
    if not file.read(at, min(length, 8)).startswith((b"MPF\0II*\0", b"MPF\0MM\0*")):
        return
    data = file.read(at, length)
    order = "<" if data[4:6] == b"II" else ">"
    data = data[4:]
    start = struct.unpack_from(order + "I", data, 4)[0]
    for entry in range(struct.unpack_from(order + "H", data, start)[0]):
        tag, _, count, place = struct.unpack_from(order + "HHII", data, start + 2 + 12 * entry)
        if tag != 0xB002:
            continue
        for picture in range(min(count // 16, 64)):
            size, offset = struct.unpack_from(order + "4xII", data, place + 16 * picture)
            if offset:
                file.reach(at + 4 + offset + size, f"picture {picture + 1}")


@header("GIF (Graphics Interchange Format)")
def gif(file: Opened, facts: Facts) -> None:
    """GIF: its blocks to the trailer."""
    head = file.need(0, 13, "the GIF header")
    width, height, packed = struct.unpack_from("<HHB", head, 6)
    at = 13 + (3 << ((packed & 7) + 1) if packed & 0x80 else 0)
    frames = 0
    file.reach(at, "the colour table of this GIF")
    data = file.read(0, min(file.size, LIMIT // 2))
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            break
        if kind == 0x2C:
            frames += 1
            if at + 10 > file.size:
                raise Cut("a GIF frame", at + 10)
            if at + 10 > len(data):
                break
            local = data[at + 9]
            at += 10 + (3 << ((local & 7) + 1) if local & 0x80 else 0) + 1
        elif kind == 0x21:
            at += 2
        elif kind == 0:
            at += 1
            continue
        else:
            break
        while at < len(data) and data[at]:
            at += 1 + data[at]
        if at >= file.size:
            raise Cut("a GIF block", at + 1)
        at += 1
    if at >= file.size and not frames:
        raise Cut("the first GIF frame", at + 1)
    if at == file.size:
        facts.flag(
            faults.TRUNCATED,
            "the GIF ends without its last byte, so a frame may be missing",
            severity="warning",
        )
    # of a long one, only the first frames have been counted
    counted = at < len(data) or at >= file.size
    facts.size(T=max(1, frames) if counted else None, C=3, Z=1, Y=height, X=width)
    facts.pixel_type = "uint8"
    facts.images = 1


@shaped("dib")
def is_dib(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """DIB: a bitmap without its file header, with one plane and a known number of bits."""
    info, _, _, planes, bits = struct.unpack_from("<IiiHH", file.head)
    plain = info in (40, 108, 124) and planes == 1 and bits in (1, 4, 8, 16, 24, 32)
    return plain and "dib" in suffixes and not is_cellomics(file, name, suffixes)


@shaped("cellomics")
def is_cellomics(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Cellomics DIB: 52 bytes before 16-bit rows without padding."""
    info, x, y, planes, bits = struct.unpack_from("<IiiHH", file.head)
    return (
        (info, planes) == (40, 1)
        and bits == 16
        and min(x, y) > 0
        and file.size == 52 + x * y * planes * 2
    )


@header("Cellomics")
def cellomics(file: Opened, facts: Facts) -> None:
    """Cellomics DIB: sizes; those of a packed .c01 are not unpacked."""
    if file.head[:4] == b"\x28\0\0\0":
        x, y, _, bits = struct.unpack_from("<iiHH", file.head, 4)
        facts.size(T=1, C=1, Z=1, Y=y, X=x)
        facts.pixel_type, facts.images = f"uint{bits}", 1


def _without_file_header(file: Opened, facts: Facts) -> None:
    """A bitmap that begins with its information header."""
    x, y, _, bits = struct.unpack_from("<iiHH", file.head, 4)
    facts.size(T=1, C=1 if bits < 16 else 3, Z=1, Y=abs(y), X=x)
    facts.pixel_type, facts.images = "uint8", 1
    # colours that are counted as 0 are all that the bits can tell apart
    info, packed = struct.unpack_from("<I12xI", file.need(0, 40, "the header"))
    colours = 0
    if bits <= 8:
        colours = struct.unpack_from("<I", file.head, 32)[0] or 1 << bits
    if packed in (0, 3):
        row = (x * bits + 31) // 32 * 4
        file.reach(info + 4 * colours + row * abs(y) - 3, "the rows of the bitmap")


@header("Windows Bitmap")
def bmp(file: Opened, facts: Facts) -> None:
    """BMP: sizes, the length of uncompressed rows, and the length that the header states."""
    if not file.head.startswith(b"BM"):
        _without_file_header(file, facts)
        return
    head = file.need(0, 26, "the BMP header")
    start, info = struct.unpack_from("<II", head, 10)
    if info == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", head, 18)
        packed = 0
    elif info >= 40:
        file.need(0, 54, "the BMP header")
        width, height, _, bits, packed = struct.unpack_from("<iiHHI", file.head, 18)
    elif info == 16:
        # OS/2 2.0 leaves out what is zero
        width, height, _, bits = struct.unpack_from("<iiHH", file.need(0, 30, "the BMP header"), 18)
        packed = 0
    else:
        raise Wrong(f"the BMP header says it has {info} bytes")
    if info >= 40 and packed in (4, 5) and bits == 0:
        bits = 24  # a whole JPEG or PNG stands in it
    if width <= 0 or height == 0 or bits not in (1, 2, 4, 8, 16, 24, 32, 64):
        raise Wrong(f"the BMP header says {width} by {height} pixels of {bits} bits")
    # the fourth byte of a pixel holds something only where the header has a mask for it
    masked = bits == 32 and info >= 56 and packed in (3, 6) and any(file.head[66:70])
    facts.size(T=1, C=1 if bits < 16 else 4 if masked else 3, Z=1, Y=abs(height), X=width)
    facts.pixel_type = "uint8"
    facts.images = 1
    stated = struct.unpack_from("<I", head, 2)[0]
    end = start
    if packed in (0, 3):
        end += (width * bits + 31) // 32 * 4 * abs(height)
        file.reach(end - 3, "the BMP rows")
    elif info >= 40:
        end += struct.unpack_from("<I", file.head, 34)[0]
        if stated > file.size:
            file.reach(end - 3, "the packed BMP rows")
    if stated > file.size + 3:
        # a colour profile may stand behind the rows; some writers count wrongly
        facts.flag(
            faults.TRUNCATED,
            f"the header says that the file has {stated} bytes, it has {file.size}",
            severity="warning",
            value=stated,
        )
    elif stated:
        _behind(file, facts, max(stated, end))


@header("Portable Any Map", "Portable Arbitrary Map", "Portable Float Map")
def pnm(file: Opened, facts: Facts) -> None:
    """PBM, PGM, PPM: sizes, and the length of binary rows."""
    if file.head.startswith(b"P7"):
        _pam(file, facts)
        return
    if floats := re.match(rb"P([Ff])\s(\d{1,9})\s+(\d{1,9})\s+[-+.\deE]+\s", file.head):
        parts, width, height = (3 if floats[1] == b"F" else 1), int(floats[2]), int(floats[3])
        facts.size(T=1, C=parts, Z=1, Y=height, X=width)
        facts.pixel_type, facts.images = "float32", 1
        file.reach(floats.end() + width * height * parts * 4, "the rows")
        return
    found = re.match(
        rb"P([1-6])(?:\s|#[^\n]*\n)+(\d{1,9})(?:\s|#[^\n]*\n)+(\d{1,9})"
        rb"(?:(?:\s|#[^\n]*\n)+(\d{1,5}))?\s",
        file.head,
    )
    if not found:
        return
    kind, width, height = int(found[1]), int(found[2]), int(found[3])
    if kind in (1, 4):
        found = (
            re.match(rb"P[14](?:\s|#[^\n]*\n)+\d{1,9}(?:\s|#[^\n]*\n)+\d{1,9}\s", file.head)
            or found
        )
    wide = 2 if found.re.groups == 4 and int(found[4] or 255) > 255 else 1
    channels = 3 if kind in (3, 6) else 1
    facts.size(T=1, C=channels, Z=1, Y=height, X=width)
    facts.pixel_type = "uint16" if wide == 2 else "uint8"
    facts.images = 1
    if kind == 4:
        file.reach(found.end() + (width + 7) // 8 * height, "the rows")
    elif kind in (5, 6):
        file.reach(found.end() + width * height * channels * wide, "the rows")


def _pam(file: Opened, facts: Facts) -> None:
    end = file.head.find(b"ENDHDR\n")
    said = dict(re.findall(rb"(?m)^(WIDTH|HEIGHT|DEPTH|MAXVAL) +(\d{1,9})", file.head[:end]))
    if end < 0 or not {b"WIDTH", b"HEIGHT", b"DEPTH"} <= said.keys():
        return
    width, height, depth = (int(said[key]) for key in (b"WIDTH", b"HEIGHT", b"DEPTH"))
    wide = 2 if int(said.get(b"MAXVAL", b"255")) > 255 else 1
    facts.size(T=1, C=depth, Z=1, Y=height, X=width)
    facts.pixel_type, facts.images = f"uint{8 * wide}", 1
    file.reach(end + 7 + width * height * depth * wide, "the rows")


@header("Adobe Photoshop PSD")
def psd(file: Opened, facts: Facts) -> None:
    """PSD: sizes, and the sections before the pixels."""
    head = file.need(0, 26, "the PSD header")
    version, channels, height, width, bits = struct.unpack(">H6xHIIH", head[4:24])
    if version not in (1, 2) or not 0 < channels <= 56 or bits not in (1, 8, 16, 32):
        raise Wrong(f"the PSD header says version {version}, {channels} channels of {bits} bits")
    facts.size(T=1, C=channels, Z=1, Y=height, X=width)
    facts.pixel_type = {1: "bit", 8: "uint8", 16: "uint16", 32: "float32"}[bits]
    facts.images = 1
    at = 26
    for number, what in enumerate(("colour table", "resources", "layers")):
        form = ">Q" if version == 2 and number == 2 else ">I"
        width_ = struct.calcsize(form)
        at += width_ + struct.unpack(form, file.need(at, width_, f"the PSD {what}"))[0]
        file.reach(at, f"the PSD {what}")
    packed = struct.unpack(">H", file.need(at, 2, "the PSD pixels"))[0]
    if packed == 0:
        file.reach(at + 2 + (width * bits + 7) // 8 * height * channels, "the PSD pixels")
    elif packed == 1 and height * channels <= 1 << 17:
        # the bytes of each row stand before the rows
        form, count = ("I", 4) if version == 2 else ("H", 2)
        rows = height * channels
        lengths = file.need(at + 2, rows * count, "the PSD row lengths")
        needed = sum(struct.unpack(f">{rows}{form}", lengths))
        file.reach(at + 2 + rows * count + needed, "the PSD pixels")


_END = 4096
"""Bytes in which the end marker of a codestream stands; packed pixels never hold it."""


@header("JPEG 2000", "JPX")
def jpeg2000(file: Opened, facts: Facts) -> None:
    """JP2: its boxes, and sizes from the header box."""
    if file.head.startswith(b"\xff\x4f"):
        _codestream(file.read(0, 64), facts)
        if b"\xff\xd9" not in file.tail(_END):
            raise Cut("the JPEG 2000 codestream, which has no end marker,", file.size + 2)
        return
    if not file.head.startswith(b"\0\0\0\x0c"):
        return
    at, pixels = 0, False
    while at + 8 <= file.size:
        kind, lead, length = box_at(file, at)
        pixels |= kind == b"jp2c"
        if kind == b"jp2c":
            _codestream(file.read(at + lead, 64), facts)
        if length == 0 and kind == b"jp2c" and b"\xff\xd9" not in file.tail(_END):
            raise Cut("the JPEG 2000 codestream, which has no end marker,", file.size + 2)
        if length == 0:
            return
        if length < lead:
            raise Wrong(f"a JP2 box at byte {at} says it has {length} bytes")
        at += length
        file.reach(at, f"the JP2 box {kind.decode('latin-1')}")
    if not pixels and facts.format == "JPEG 2000":
        raise Cut("the codestream, which is absent,", file.size + 8)


def _codestream(data: bytes, facts: Facts) -> None:
    if len(data) < 42 or data[:4] != b"\xff\x4f\xff\x51":
        return
    x, y, left, top = struct.unpack_from(">4I", data, 8)
    parts, depth = struct.unpack_from(">HB", data, 40)
    facts.size(T=1, C=parts, Z=1, Y=y - top, X=x - left)
    bits = (depth & 0x7F) + 1
    sign = "int" if depth & 0x80 else "uint"
    facts.pixel_type = f"{sign}{8 if bits <= 8 else 16 if bits <= 16 else 32}"
    facts.images = 1


@header("SGI RGB")
def sgi(file: Opened, facts: Facts) -> None:
    """SGI: sizes, and the length of uncompressed rows."""
    head = file.need(0, 512, "the SGI header")
    packed, width = head[2], head[3]
    _, x, y, z = struct.unpack_from(">4H", head, 4)
    facts.size(T=1, C=max(1, z), Z=1, Y=max(1, y), X=x)
    facts.pixel_type = "uint16" if width == 2 else "uint8"
    facts.images = 1
    rows = max(1, y) * max(1, z)
    if packed == 0:
        file.reach(512 + x * rows * max(1, width), "the SGI rows")
    elif rows <= 1 << 16:
        table = struct.unpack(f">{2 * rows}I", file.need(512, 8 * rows, "the SGI table of rows"))
        ends = (a + b for a, b in zip(table[:rows], table[rows:], strict=True))
        file.reach(max(ends), "the SGI rows")


@header("Windows icon")
def icon(file: Opened, facts: Facts) -> None:
    """Icons and cursors: the pictures that its directory lists."""
    count = struct.unpack("<H", file.need(4, 2, "the icon's directory"))[0]
    table = file.need(6, 16 * count, "the icon's directory")
    for number, (length, start) in enumerate(struct.iter_unpack("<8xII", table), 1):
        file.reach(start + length, f"picture {number} of the icon")
    facts.images = count or None


@header("Windows metafile")
def metafile(file: Opened, facts: Facts) -> None:
    """WMF, EMF: the length that the header states."""
    if file.head[40:44] == b" EMF":
        file.reach(struct.unpack("<I", file.need(48, 4, "the header"))[0], "the metafile")
    elif file.head.startswith(b"\xd7\xcd\xc6\x9a"):
        words = struct.unpack("<I", file.need(28, 4, "the header"))[0]
        # some writers count their own 22 bytes in front, too
        file.reach(2 * words, "the metafile")


@header("JPEG XR")
def jpeg_xr(file: Opened, facts: Facts) -> None:
    """JPEG XR: sizes, and where its directory says the pictures stand (ITU T.832, A.7)."""
    first = struct.unpack("<I", file.need(4, 4, "the JPEG XR header"))[0]
    tags = struct.unpack("<H", file.need(first, 2, "the JPEG XR directory"))[0]
    table = file.need(first + 2, 12 * min(tags, 256), "the JPEG XR directory")
    said = {
        tag: value if kind != 3 else value & 0xFFFF
        for tag, kind, _, value in struct.iter_unpack("<HHII", table)
    }
    facts.size(T=1, Z=1, Y=said.get(0xBC81), X=said.get(0xBC80))
    facts.images = 1
    for place, length in ((0xBCC0, 0xBCC1), (0xBCC2, 0xBCC3)):
        if place in said and length in said:
            # jxrlib counts the bytes before the second picture, too
            start, count = said[place], said[length]
            file.reach(min(start + count, max(start + 1, count)), "the JPEG XR picture")


def _exr_channels(data: bytes) -> int:
    """Names in a channel list, each with 16 bytes behind its NUL."""
    count = at = 0
    while (end := data.find(b"\0", at)) > at and end + 16 < len(data):
        count, at = count + 1, end + 17
    return count


@header("OpenEXR")
def openexr(file: Opened, facts: Facts) -> None:
    """OpenEXR: sizes, and the table of rows that follows a simple header."""
    data = file.read(0, min(file.size, 1 << 16))
    flags = struct.unpack_from("<I", data, 4)[0]
    at = 8
    found: dict[str, bytes] = {}
    while at < len(data) and data[at]:
        name_end = data.index(b"\0", at)
        kind_end = data.index(b"\0", name_end + 1)
        length = struct.unpack_from("<i", data, kind_end + 1)[0]
        if length < 0:
            raise Wrong("an attribute of the OpenEXR header has a negative length")
        found[data[at:name_end].decode("latin-1")] = data[kind_end + 5 : kind_end + 5 + length]
        at = kind_end + 5 + length
        file.reach(at, "the OpenEXR header")
    left, top, right, bottom = struct.unpack("<4i", found["dataWindow"])
    channels = _exr_channels(found.get("channels", b""))
    facts.size(T=1, C=max(1, channels), Z=1, Y=bottom - top + 1, X=right - left + 1)
    first = found.get("channels", b"").partition(b"\0")[2][:1]
    facts.pixel_type = {b"\0": "uint32", b"\1": "float16", b"\2": "float32"}.get(first)
    facts.images = 1
    lines = {3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}.get(found["compression"][0], 1)
    if not flags & 0x1A00 and at < len(data) and bottom >= top:
        count = -(-(bottom - top + 1) // lines)
        table = file.need(at + 1, 8 * min(count, 65536), "the OpenEXR table of rows")
        last = max(struct.unpack(f"<{len(table) // 8}Q", table))
        _, packed = struct.unpack("<iI", file.need(last, 8, "the last rows"))
        file.reach(last + 8 + packed, "the last rows")
