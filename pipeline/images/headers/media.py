"""Headers of RIFF and ISO media files: AVI, WebP, QuickTime, MP4, AVIF."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from pipeline.images import faults
from pipeline.images.boxes import box_at
from pipeline.images.facts import Facts, Packed
from pipeline.images.headers.registry import header
from pipeline.images.opened import BLANK, Cut, Opened, Wrong


@header("Radiance HDR", "QOI", "WebP", "AVI (Audio Video Interleave)")
def riff(file: Opened, facts: Facts) -> None:
    """RIFF files: the length that their first chunk states."""
    if file.head.startswith(b"qoif"):
        width, height, channels = struct.unpack_from(">IIB", file.need(0, 14, "the header"), 4)
        facts.size(T=1, C=channels, Z=1, Y=height, X=width)
        facts.pixel_type, facts.images = "uint8", 1
        if not file.tail(8).endswith(bytes(7) + b"\1"):
            raise Cut("the QOI image, which has no end marker,", file.size + 8)
        return
    if file.head.startswith(b"#?"):
        _radiance(file, facts)
    if not file.head.startswith(b"RIFF"):
        return
    length = struct.unpack_from("<I", file.need(0, 12, "the RIFF header"), 4)[0]
    if file.head[8:12] == b"WEBP":
        file.reach(8 + length, "the WebP data")
        kind, data = file.head[12:16], file.head
        if kind == b"VP8X" and len(data) >= 30:
            facts.size(
                T=1,
                C=4 if data[20] & 0x10 else 3,
                Z=1,
                Y=1 + int.from_bytes(data[27:30], "little"),
                X=1 + int.from_bytes(data[24:27], "little"),
            )
        elif kind == b"VP8 " and len(data) >= 30:
            width, height = struct.unpack_from("<HH", data, 26)
            facts.size(T=1, C=3, Z=1, Y=height & 0x3FFF, X=width & 0x3FFF)
        elif kind == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
            bits = int.from_bytes(data[21:25], "little")
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
            facts.size(T=1, C=4 if bits >> 28 & 1 else 3, Z=1, Y=height, X=width)
        facts.pixel_type, facts.images = "uint8", 1
        return
    if 0 < length < 0xFFFFFF00 and file.size < 1 << 31:
        file.reach(8 + length, "the AVI data")
    at = file.head.find(b"avih")
    if at >= 0 and at + 48 <= len(file.head):
        frames = struct.unpack_from("<I", file.head, at + 8 + 16)[0]
        width, height = struct.unpack_from("<II", file.head, at + 8 + 32)
        facts.size(T=max(1, frames), C=3, Z=1, Y=height, X=width)
        facts.pixel_type, facts.images = "uint8", 1


def _radiance(file: Opened, facts: Facts) -> None:
    """Sizes, and the least that rows in runs of 127 bytes take (Ward, Graphics Gems II)."""
    said = re.search(rb"\n\n([-+])([XY]) (\d{1,6}) ([-+])([XY]) (\d{1,6})\n", file.head)
    if said is None or said[2] == said[5]:
        return
    rows, row = int(said[3]), int(said[6])
    facts.size(**{"T": 1, "C": 3, "Z": 1, said[2].decode(): rows, said[5].decode(): row})
    facts.pixel_type, facts.images = "float32", 1
    if file.head[said.end() : said.end() + 4] == b"\2\2" + row.to_bytes(2, "big"):
        least = 4 + 4 * 2 * -(-row // 127)
        file.reach(said.end() + rows * least, "the shortest rows")
        facts.packed.append(Packed(said.end(), f"radiance{row}", 4 * row * rows))


@header("EPS (Encapsulated PostScript)")
def eps(file: Opened, facts: Facts) -> None:
    """EPS with a preview: where its parts end; of any, the trailer that its comments announce.

    Source: Encapsulated PostScript File Format Specification 3.0, Adobe, 5.2.
    """
    start, end = 0, file.size
    if file.head.startswith(b"\xc5\xd0\xd3\xc6"):
        parts = struct.unpack_from("<6I", file.need(0, 30, "the EPS header"), 4)
        for at, length, what in zip(parts[::2], parts[1::2], _PARTS, strict=True):
            if length:
                file.reach(at + length, what)
        start, end = parts[0], parts[0] + parts[1]
    box = re.search(rb"(?m)^%%BoundingBox: *(\(atend\))?", file.read(start, 4096))
    if box and box[1] and b"%%Trailer" not in file.read(max(start, end - (1 << 16)), 1 << 16):
        raise Cut("the trailer that the comments announce", end + 1)


_PARTS = ("the PostScript", "the preview as a metafile", "the preview as a TIFF")


@header("QuickTime Movie", "MP4 (MPEG-4)", "AVIF", "HEIF", "3GP", "Canon CR3")
def boxes(file: Opened, facts: Facts) -> None:
    """ISO media files: their outermost boxes, which must not pass the end (ISO 14496-12, 4.2)."""
    at = 0
    index = b""
    kinds: set[bytes] = set()
    while at + 8 <= file.size:
        kind, lead, length = box_at(file, at)
        kinds.add(kind)
        if kind in (b"moov", b"meta") and not index:
            index = file.read(at, min(max(length, lead), 1 << 18))
        if length == 0:
            break
        if length < lead:
            if kinds & {b"moov", b"meta"}:
                break
            raise Wrong(f"the box at byte {at} says it has {length} bytes")
        if not re.fullmatch(rb"[ -~\xa9]{4}", kind):
            break
        at += length
        if at > file.size:
            raise Cut(f"the {kind.decode('latin-1')} box", at)
    if at < file.size < at + 8 and file.read(at, 8).strip(BLANK):
        raise Cut("a box", at + 8)
    if not kinds & {b"moov", b"moof", b"meta"}:
        raise Cut("the index (moov), which is absent,", file.size + 1)
    facts.images = 1
    _frame(index, facts)


def _frame(index: bytes, facts: Facts) -> None:
    """Sizes from the first track with a picture (ISO 14496-12, 8.3.2), or a still image's box."""
    if index[4:8] == b"meta" and (found := _primary(index)):
        _still(found, facts)
        return
    at = index.find(b"tkhd")
    while at >= 0 and at + 96 <= len(index):
        end = at + (88 if index[at + 4] == 0 else 100)
        if end > len(index):
            return
        width, height = (one >> 16 for one in struct.unpack_from(">II", index, end - 8))
        following = index.find(b"tkhd", at + 4)
        if width and height:
            table = index.find(b"stsz", at, following if following > 0 else len(index))
            frames = (
                struct.unpack_from(">I", index, table + 12)[0] if 0 < table < len(index) - 16 else 1
            )
            facts.size(T=frames, C=3, Z=1, Y=height, X=width)
            facts.pixel_type = "uint8"
            return
        at = following


def _inside(data: bytes, at: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """The kinds of the boxes in a box, and what each holds."""
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if length < 8:
            return
        yield kind, data[at + 8 : at + length]
        at += length


def _primary(meta: bytes) -> list[tuple[bytes, bytes]]:
    """The properties of the primary item, in order (ISO 14496-12, 8.11.4; ISO 23008-12, 9.3)."""
    inner = dict(_inside(meta, 12))
    which = inner.get(b"pitm", b"")
    if len(which) < 6 or b"iprp" not in inner:
        return []
    wanted = int.from_bytes(which[4 : 6 if which[0] == 0 else 8], "big")
    parts = list(_inside(inner[b"iprp"]))
    known = [one for kind, data in parts if kind == b"ipco" for one in _inside(data)]
    found = []
    for kind, data in parts:
        if kind != b"ipma" or len(data) < 8:
            continue
        named, numbered = (2 if data[0] == 0 else 4), 1 + (data[3] & 1)
        count, at = int.from_bytes(data[4:8], "big"), 8
        while count and at + named < len(data):
            item = int.from_bytes(data[at : at + named], "big")
            length = data[at + named]
            at += named + 1
            if item == wanted:
                for place in range(at, at + length * numbered, numbered):
                    number = int.from_bytes(data[place : place + numbered], "big")
                    number &= (1 << 8 * numbered - 1) - 1
                    found += known[number - 1 : number] if number else []
            at += length * numbered
            count -= 1
    return found


def _still(properties: list[tuple[bytes, bytes]], facts: Facts) -> None:
    """Sizes of a still picture as its readers give it, cropped and turned (ISO 23008-12, 6.5)."""
    width = height = colours = 0
    # what describes the picture may stand behind what turns it
    for kind, data in sorted(properties, key=lambda one: one[0] != b"ispe"):
        if kind == b"ispe" and len(data) >= 12:
            width, height = struct.unpack_from(">II", data, 4)
        elif kind == b"clap" and len(data) >= 16:
            wide, across, high, down = struct.unpack_from(">4I", data)
            if across and down and wide // across <= width and high // down <= height:
                width, height = wide // across, high // down
        elif kind == b"irot" and data[:1] and data[0] & 1 and facts.format != "AVIF":
            # libheif turns a picture, libavif leaves that to others
            width, height = height, width
        elif kind == b"pixi" and len(data) > 5:
            colours = data[4]
            facts.pixel_type = "uint8" if data[5] <= 8 else "uint16"
    facts.size(T=1, C=colours or 3, Z=1, Y=height, X=width)


_UNKNOWN_LENGTH = (0, 0xFFFFFFFF)


@header("Digital Picture Exchange (DPX)")
def dpx(file: Opened, facts: Facts) -> None:
    """DPX: sizes and bits of the first element, and the length of the file (SMPTE 268M)."""
    order = ">" if file.head.startswith(b"SDPX") else "<"
    head = file.need(0, 808, "the DPX header")
    length = struct.unpack_from(order + "I", head, 16)[0]
    width, height = struct.unpack_from(order + "II", head, 772)
    colours = {50: 3, 51: 4, 52: 4}.get(head[800], 1)
    facts.size(T=1, C=colours, Z=1, Y=height, X=width)
    facts.images = 1
    facts.pixel_type = {8: "uint8", 10: "uint16", 12: "uint16", 16: "uint16", 32: "float32"}.get(
        head[803]
    )
    start = struct.unpack_from(order + "I", head, 4)[0]
    if not struct.unpack_from(order + "H", head, 806)[0]:
        file.reach(start + width * height * colours * head[803] // 8, "the DPX pixels")
    _shorter(file, facts, length)


@header("Kodak Cineon")
def cineon(file: Opened, facts: Facts) -> None:
    """Cineon: sizes and bits of the first channel, and the length of the file (version 4.5)."""
    order = ">" if file.head.startswith(b"\x80\x2a") else "<"
    head = file.need(0, 712, "the Cineon header")
    length = struct.unpack_from(order + "I", head, 20)[0]
    width, height = struct.unpack_from(order + "II", head, 200)
    facts.size(T=1, C=head[193], Z=1, Y=height, X=width)
    facts.images = 1
    facts.pixel_type = "uint8" if head[198] <= 8 else "uint16"
    start = struct.unpack_from(order + "I", head, 4)[0]
    file.reach(start + width * height * head[193] * head[198] // 8, "the Cineon pixels")
    _shorter(file, facts, length)


def _shorter(file: Opened, facts: Facts, length: int) -> None:
    """Flag a file that is shorter than its header says; not all programs write that rightly."""
    if length not in _UNKNOWN_LENGTH and length > file.size:
        text = f"the header says the file has {length:,} bytes, it has {file.size:,}"
        facts.flag(faults.TRUNCATED, text, severity="warning", value=length)
