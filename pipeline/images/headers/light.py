"""Headers of light-microscopy formats: LIF, ND2, DeltaVision, SIF, SPE, OBF."""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
from html import unescape

from pipeline.images import faults
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Cut, Opened, Wrong

INDEX = 16 << 20
DV_TYPES = {
    0: ("uint8", 1),
    1: ("int16", 2),
    2: ("float32", 4),
    3: ("complex64", 4),
    4: ("complex64", 8),
    5: ("int16", 2),
    6: ("uint16", 2),
    7: ("int32", 4),
}
SPE_TYPES = {
    0: ("float32", 4),
    1: ("int32", 4),
    2: ("int16", 2),
    3: ("uint16", 2),
    5: ("float64", 8),
    6: ("uint8", 1),
    8: ("uint32", 4),
}


@header("Leica LAS AF LIF (Leica Image File Format)")
def lif(file: Opened, facts: Facts) -> None:
    """LIF: its XML, and the memory blocks behind it one after the other."""
    file.allow(INDEX)
    letters = struct.unpack_from("<I", file.need(0, 13, "the LIF header"), 9)[0]
    xml = file.need(13, 2 * letters, "the LIF metadata") if letters < INDEX // 2 else b""
    text = xml.decode("utf-16-le", "replace")
    wide = re.search(r'<LMSDataContainerHeader[^<>]*\bVersion="2"', text) is not None
    at = 13 + 2 * letters
    for _ in range(1_000_000):
        if at >= file.size:
            break
        if not file.read(at, 64).strip(b"\0"):
            break
        lead = file.need(at, 8, "a LIF memory block")
        if lead[:4] != b"\x70\0\0\0":
            facts.flag(
                faults.HEADER_DAMAGED,
                f"no LIF memory block stands at byte {at}, where one should",
                severity="warning",
            )
            break
        body = file.need(at + 8, 9 if wide else 5, "a LIF memory block")
        length = struct.unpack_from("<Q" if wide else "<I", body, 1)[0]
        named = at + 8 + len(body)
        count = struct.unpack_from("<I", file.need(named, 5, "a LIF memory block"), 1)[0]
        at = named + 5 + 2 * count + length
        file.reach(at, "the last LIF memory block")
    leica(text, facts)


def leica(text: str, facts: Facts) -> None:
    """Sizes, lengths, channels, instrument and date of the first image in Leica's XML."""
    facts.images = len(re.findall(r"<Image[ >]", text)) or None
    first = text[text.find("<Image") :]
    first = first[: first.find("</Image>")]
    axes = {"1": "X", "2": "Y", "3": "Z", "4": "T"}
    units = {"m": 1e6, "mm": 1e3, "µm": 1.0, "um": 1.0}
    sizes = {"C": len(re.findall(r"<ChannelDescription\b", first)) or 1}
    lengths: dict[str, float] = {}
    for tag in re.findall(r"<DimensionDescription\b[^<>]*>", first):
        said = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        axis = axes.get(said.get("DimID", ""))
        count = said.get("NumberOfElements", "")
        if axis and count.isdecimal() and len(count) < 9:
            sizes[axis] = int(count)
            unit = units.get(said.get("Unit", ""))
            if unit and axis != "T" and int(count) > 1:
                lengths[axis] = abs(float(said.get("Length", "0"))) * unit / (int(count) - 1)
    facts.size(**{axis: sizes.get(axis, 1) for axis in "TCZYX"})
    facts.pixel_size(**lengths)
    if found := re.search(r'<ChannelDescription\b[^<>]*\bResolution="(\d+)"', first):
        facts.pixel_type = "uint8" if int(found[1]) <= 8 else "uint16"
    channels = re.findall(r"<ChannelDescription\b([^<>]*)>", first)
    names = [re.search(r'\bLUTName="([^"]*)"', one) for one in channels]
    facts.name_channels([unescape(one[1]) if one else "" for one in names])
    if found := re.search(r'\bSystemTypeName="([^"]+)"', first):
        facts.name_instrument("Leica", unescape(found[1]))
    if found := re.search(r"<TimeStampList\b[^<>]*>([0-9a-f]{10,16})\b", first):
        facts.date(_filetime(int(found[1], 16)))
    elif found := re.search(r'<TimeStamp HighInteger="(\d{1,10})" LowInteger="(\d{1,10})"', first):
        facts.date(_filetime((int(found[1]) << 32) + int(found[2])))


def _filetime(ticks: int) -> str:
    """A time that Windows counts in 100 ns since 1601, in ISO 8601."""
    try:
        return (dt.datetime(1601, 1, 1) + dt.timedelta(microseconds=ticks // 10)).isoformat()  # noqa: DTZ001
    except OverflowError:
        return ""


@header("Nikon NIS-Elements ND2")
def nd2(file: Opened, facts: Facts) -> None:
    """ND2: the chunk map at its end, and sizes from the image attributes."""
    if file.head.startswith(b"\0\0\0\x0cjP"):
        return
    file.allow(INDEX)
    file.need(0, 112, "the ND2 signature")
    tail = file.tail(40)
    if not tail.startswith(b"ND2 CHUNK MAP SIGNATURE 0000001!"):
        facts.flag(
            faults.TRUNCATED,
            f"the chunk map that ends every ND2 file is absent at byte {file.size}",
            broken=True,
        )
        return
    at = struct.unpack_from("<Q", tail, 32)[0]
    magic, name_length, length = struct.unpack("<IIQ", file.need(at, 16, "the ND2 chunk map"))
    if magic != 0x0ABECEDA:
        raise Wrong(f"no ND2 chunk map stands at byte {at}, where the end says")
    data = file.read(at + 16 + name_length, min(length, 8 << 20))
    place = 0
    chunks: dict[str, tuple[int, int]] = {}
    while (end := data.find(b"!", place)) >= 0 and end + 17 <= len(data):
        name = data[place : end + 1].decode("latin-1")
        offset, size = struct.unpack_from("<QQ", data, end + 1)
        if name.startswith("ND2 CHUNK MAP"):
            break
        if offset + size > file.size + 4096:
            raise Cut(f"the ND2 chunk {name}", offset + size)
        chunks[name] = (offset, size)
        place = end + 17
    _nd2_sizes(file, facts, chunks)
    # what the attributes leave unsaid stands in these chunks
    more = chunks.keys() & {"ImageTextInfoLV!", "ImageMetadataLV!", "ImageMetadataSeqLV|0!"}
    if more and not file.away and facts.sizes:
        _nd2_said(file, facts)


def _nd2_said(file: Opened, facts: Facts) -> None:
    """What the nd2 library says: its loops tell slices from time points, as no attribute does."""
    from pipeline.images.isolation import Stopped, shared

    try:
        facts.take(shared().ask("nd2", file.path))
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"nd2 was stopped: {stopped}")


def _nd2_sizes(file: Opened, facts: Facts, chunks: dict[str, tuple[int, int]]) -> None:
    def chunk(name: str) -> bytes:
        if name not in chunks:
            return b""
        lead = struct.unpack("<IIQ", file.read(chunks[name][0], 16))
        return file.read(chunks[name][0] + 16 + lead[1], min(lead[2], 1 << 20))

    def value(data: bytes, name: str, form: str) -> float:
        key = (name + "\0").encode("utf-16-le")
        found = data.find(key)
        width = struct.calcsize(form)
        if found < 0 or found + len(key) + width > len(data):
            return 0
        return float(struct.unpack_from(form, data, found + len(key))[0])

    attributes = chunk("ImageAttributesLV!")
    width, height = value(attributes, "uiWidth", "<I"), value(attributes, "uiHeight", "<I")
    channels = int(value(attributes, "uiComp", "<I")) or 1
    frames = int(value(attributes, "uiSequenceCount", "<I")) or 1
    bits = int(value(attributes, "uiBpcInMemory", "<I"))
    if width and height:
        facts.size(T=frames, C=channels, Z=1, Y=int(height), X=int(width))
    facts.pixel_type = {8: "uint8", 16: "uint16", 32: "float32"}.get(bits)
    facts.images = 1
    size = value(chunk("ImageMetadataSeqLV|0!"), "dCalibration", "<d")
    facts.pixel_size(X=size, Y=size)


@header("DeltaVision")
def deltavision(file: Opened, facts: Facts) -> None:
    """DeltaVision: sizes, and the length that they ask for."""
    head = file.need(0, 1024, "the DeltaVision header")
    order = "<" if head[96:98] == b"\xa0\xc0" else ">"
    x, y, sections, mode = struct.unpack_from(order + "4i", head, 0)
    extended = struct.unpack_from(order + "i", head, 92)[0]
    times, _ = struct.unpack_from(order + "hh", head, 180)
    waves = struct.unpack_from(order + "h", head, 196)[0]
    if x <= 0 or y <= 0 or sections <= 0 or mode not in DV_TYPES or extended < 0:
        raise Wrong(f"the DeltaVision header says {x} by {y} by {sections} pixels of mode {mode}")
    facts.pixel_type, width = DV_TYPES[mode]
    times, waves = max(1, times), max(1, waves)
    facts.size(T=times, C=waves, Z=max(1, sections // (times * waves)), Y=y, X=x)
    lengths = struct.unpack_from(order + "3f", head, 40)
    facts.pixel_size(**dict(zip("XYZ", lengths, strict=True)))
    facts.images = 1
    facts.members.append(Member(f"{file.name}.log", None))
    file.reach(1024 + extended + x * y * sections * width, "the DeltaVision pixel data")


@header("Andor SIF")
def sif(file: Opened, facts: Facts) -> None:
    """Andor SIF: sizes from its text header, and the length that they ask for."""
    head = file.read(0, 1 << 18)
    all_found = list(re.finditer(rb"Pixel number *65541((?: +-?\d+){8})[ \r\n]", head))
    found = all_found[-1] if all_found else None
    if found is None:
        if file.size < 4096:
            raise Cut("the SIF text header", file.size + 1)
        return
    _, _, _, _, frames, _, total, one = (int(number) for number in found[1].split())
    block = re.match(rb"[ \r\n]*65538((?: +-?\d+){6})", head[found.end() - 1 :])
    if total < 0 or frames <= 0 or one < 0:
        raise Wrong(f"the SIF header says {frames} frames of {one} values")
    if block:
        left, top, right, bottom, y_bin, x_bin = (int(n) for n in block[1].split())
        facts.size(
            T=frames,
            C=1,
            Z=1,
            Y=(abs(top - bottom) + 1) // max(1, y_bin),
            X=(abs(right - left) + 1) // max(1, x_bin),
        )
    facts.pixel_type = "float32"
    facts.images = 1
    file.reach(found.end() + 4 * total, "the SIF pixel data")


@shaped("spe")
def is_spe(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """WinView SPE: its marks at 2996 or 4098, or a length that fits exactly."""
    if len(file.head) < 4096:
        return False
    x, y, frames, kind = _spe(file.head)
    if kind not in SPE_TYPES or x <= 0 or y <= 0 or frames <= 0:
        return False
    marks = file.head[2996:3000] == b"\x67\x45\x23\x01" or file.read(4098, 2) == b"\x55\x55"
    return marks or 4100 + x * y * frames * SPE_TYPES[kind][1] == file.size


def _spe(head: bytes) -> tuple[int, int, int, int]:
    return (
        struct.unpack_from("<H", head, 42)[0],
        struct.unpack_from("<H", head, 656)[0],
        struct.unpack_from("<i", head, 1446)[0],
        struct.unpack_from("<h", head, 108)[0],
    )


@header("Princeton Instruments SPE")
def spe(file: Opened, facts: Facts) -> None:
    """SPE: sizes, and the length that they ask for."""
    x, y, frames, kind = _spe(file.need(0, 4096, "the SPE header"))
    facts.pixel_type, width = SPE_TYPES[kind]
    facts.size(T=frames, C=1, Z=1, Y=y, X=x)
    facts.images = 1
    file.reach(4100 + x * y * frames * width, "the SPE pixel data")


_OBF_TYPES = {
    **dict(zip((1, 2, 4, 8), ("uint8", "int8", "uint16", "int16"), strict=True)),
    **dict(zip((16, 32, 64, 128), ("uint32", "int32", "float32", "float64"), strict=True)),
    **dict(zip((0x400, 0x800), ("uint8", "uint8"), strict=True)),
    **dict(zip((0x1000, 0x2000), ("uint64", "int64"), strict=True)),
}


@header("Imspector OBF")
def obf(file: Opened, facts: Facts) -> None:
    """OBF: its chain of stacks, each with the length of its data."""
    head = file.need(0, 26, "the OBF header")
    at = struct.unpack_from("<Q", head, 14)[0]
    seen: set[int] = set()
    while at and at not in seen and len(seen) < 4096:
        seen.add(at)
        lead = file.need(at, 368, "an OBF stack")
        if not lead.startswith(b"OMAS_BF_STACK\n"):
            raise Wrong(f"no OBF stack stands at byte {at}, where one should")
        rank = struct.unpack_from("<I", lead, 20)[0]
        if not 0 < rank <= 15:
            raise Wrong(f"an OBF stack says it has {rank} dimensions")
        shape = struct.unpack_from(f"<{rank}I", lead, 24)
        names, description = struct.unpack_from("<II", lead, 24 + 60 + 120 + 120 + 4 + 4 + 4)
        length, following = struct.unpack_from("<QQ", lead, 352)
        if len(seen) == 1:
            sizes = dict(zip("XYZCT", shape, strict=False))
            kind = struct.unpack_from("<I", lead, 324)[0]
            colours = {0x400: 3, 0x800: 4}.get(kind, 1)
            told = {axis: sizes.get(axis, 1) for axis in "TZYX"}
            facts.size(C=colours * sizes.get("C", 1), **told)
            facts.pixel_type = _OBF_TYPES.get(kind)
            lengths = struct.unpack_from(f"<{rank}d", lead, 84)
            steps = (1e6 * whole / n if n else 0 for whole, n in zip(lengths, shape, strict=True))
            facts.pixel_size(**dict(zip("XYZ", steps, strict=False)))
        end = at + 368 + names + description + length
        file.reach(end, "an OBF stack")
        if struct.unpack_from("<I", lead, 16)[0] >= 1:
            foot = struct.unpack("<I", file.need(end, 4, "the footer of an OBF stack"))[0]
            file.reach(end + foot, "the footer of an OBF stack")
        at = following
    facts.images = len(seen) or None


_KLB = (
    *(("uint8", 1), ("uint16", 2), ("uint32", 4), ("uint64", 8)),
    *(("int8", 1), ("int16", 2), ("int32", 4), ("int64", 8), ("float32", 4), ("float64", 8)),
)
MOST_BLOCKS = 1 << 24


@header("Keller Lab Block")
def klb(file: Opened, facts: Facts) -> None:
    """KLB: sizes, steps in micrometres, and where the last of its blocks ends.

    Source: klb_imageHeader.h of github.com/fernandoamat/keller-lab-block-filetype.
    """
    head = file.need(0, 319, "the KLB header")
    shape, blocks = struct.unpack_from("<5I", head, 1), struct.unpack_from("<5I", head, 299)
    if not all(shape) or not all(blocks) or head[41] >= len(_KLB):
        raise Wrong(f"the KLB header says {shape} pixels in blocks of {blocks}")
    x, y, z, channels, times = shape
    facts.size(T=times, C=channels, Z=z, Y=y, X=x)
    facts.pixel_type, facts.images = _KLB[head[41]][0], 1
    steps = struct.unpack_from("<3f", head, 21)
    # 1 by 1 by 1 is what the library writes when nobody says more
    if steps != (1, 1, 1):
        facts.pixel_size(**dict(zip("XYZ", steps, strict=True)))
    count = math.prod(-(-side // block) for side, block in zip(shape, blocks, strict=True))
    if count > MOST_BLOCKS:
        raise Wrong(f"the KLB header asks for {count:,} blocks")
    start = 319 + 8 * count
    last = struct.unpack("<Q", file.need(start - 8, 8, "the index of the KLB blocks"))[0]
    file.reach(start + last, "the last KLB block")
