"""Headers of microscopes that scan with a probe or measure heights: Nanoscope, RHK, Alicona."""

from __future__ import annotations

import re
import struct

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.named import measured
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Opened, Wrong

MOST_TEXT = 1 << 19
_TYPES = {1: "int8", 2: "int16", 4: "int32", 8: "float64"}


@header("Nanoscope SPM")
def nanoscope(file: Opened, facts: Facts) -> None:
    """Nanoscope: its pictures of one scan, and where the values of each end.

    Each list of the text says what it holds, as pySPM 0.6 reads it.
    """
    text = file.read(0, min(file.size, MOST_TEXT)).partition(b"\\*File list end")[0]
    lists = re.split(r"(?m)^\\\*", text.decode("latin-1"))
    pictures = [one for one in lists if re.match(r"(?:Ciao|NC AFM|STM) image list|Image list", one)]
    shape, names = None, []
    for one in lists:
        lines = re.findall(r"(?m)^\\([^:\r\n]+):([^\r\n]*)", one)
        said = {key: value.strip() for key, value in lines}
        at, length = (said.get(f"Data {what}", "") for what in ("offset", "length"))
        if at.isdecimal() and length.isdecimal() and len(at + length) < 24:
            file.reach(int(at) + int(length), "the values of a Nanoscope list")
        if one not in pictures:
            continue
        label = re.search(r'Image Data: *[^"\r\n]*"([^"\r\n]*)"', one)
        names.append(label[1] if label else "")
        columns, rows = said.get("Samps/line", ""), said.get("Number of lines", "")
        if shape is None and columns.isdecimal() and rows.isdecimal() and length.isdecimal():
            shape = int(columns), int(rows)
            _scan(facts, said, shape, int(length))
    if shape:
        facts.size(T=1, C=len(pictures), Z=1, Y=shape[1], X=shape[0])
        facts.images = 1
        facts.name_channels(names)


def _scan(facts: Facts, said: dict[str, str], shape: tuple[int, int], length: int) -> None:
    """The type of the values, by their length, and the step, by the size of the scan."""
    pixels = shape[0] * shape[1]
    if pixels and length % pixels == 0:
        facts.pixel_type = _TYPES.get(length // pixels)
    extent = re.fullmatch(r"([\d.eE+-]+)(?: ([\d.eE+-]+))? (\S+)", said.get("Scan Size", ""))
    if extent and pixels:
        width, height = extent[1], extent[2] or extent[1]
        facts.pixel_size(
            X=measured(width, extent[3]) / shape[0], Y=measured(height, extent[3]) / shape[1]
        )


def _picture(
    file: Opened, facts: Facts, kind: str, shape: tuple[int, int], start: int, width: int
) -> None:
    """Sizes x, y and type of one picture, and the length that they ask for."""
    x, y = shape
    if x <= 0 or y <= 0:
        raise Wrong(f"the header says {x} by {y} pixels")
    facts.size(T=1, C=1, Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = kind, 1
    file.reach(start + x * y * width, "the pixels")


_RHK_TYPES = {0: ("float32", 4), 1: ("int16", 2), 2: ("int32", 4), 3: ("uint8", 1)}


@header("RHK")
def rhk(file: Opened, facts: Facts) -> None:
    """RHK, with a header of numbers (SM3) or words (SM2): sizes, type and steps in metres.

    Source: RHKReader of Bio-Formats.
    """
    head = file.need(0, 512, "the RHK header")
    if head[0] == 0xAA:
        kind, x, y = struct.unpack_from("<i12xii", head, 48)
        start, *steps = struct.unpack_from("<i8xff", head, 88)
    else:
        said = head[32:128].decode("latin-1")
        kind, _, x, y = map(int, said[:32].split()[1:5])
        start, steps = 512, [float(axis.split()[1]) for axis in (said[32:64], said[64:96])]
    if kind not in _RHK_TYPES:
        raise Wrong(f"the RHK header says values of type {kind}")
    facts.pixel_size(X=abs(steps[0]) * 1e6, Y=abs(steps[1]) * 1e6)
    _picture(file, facts, _RHK_TYPES[kind][0], (x, y), start, _RHK_TYPES[kind][1])


_QUESANT_CODES = (b"SDES", b"DESC", b"DATE", b"HARD", b"IMGP", b"PLAT", b"USER")


def _quesant(file: Opened) -> dict[bytes, int]:
    """Where the parts of a Quesant file begin, by their codes in its first KiB."""
    parts = struct.iter_unpack("<4sI", file.head[:1024].ljust(1024, b"\0"))
    return {code: at for code, at in parts if code.isalpha() and at}


@shaped("quesant")
def is_quesant(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Quesant: a table of four-letter codes and places, among them that of the image."""
    parts = _quesant(file)
    return b"IMAG" in parts and any(code in parts for code in _QUESANT_CODES)


@header("Quesant")
def quesant(file: Opened, facts: Facts) -> None:
    """Quesant: a square picture, and the width of the scan in micrometres (QuesantReader)."""
    parts = _quesant(file)
    at = parts[b"IMAG"]
    side = struct.unpack("<H", file.need(at, 2, "the Quesant image"))[0]
    if b"HARD" in parts:
        extent = struct.unpack("<f", file.need(parts[b"HARD"], 4, "the Quesant hardware"))[0]
        facts.pixel_size(X=extent / max(1, side), Y=extent / max(1, side))
    _picture(file, facts, "uint16", (side, side), at + 2, 2)


@header("Topometrix")
def topometrix(file: Opened, facts: Facts) -> None:
    """Topometrix: sizes, the extent in micrometres, and the pixels (TopometrixReader)."""
    head = file.need(0, 690, "the Topometrix header")
    late = int(float(head[2:6])) == 5
    at = 604 if late else 406
    extents = struct.unpack_from("<d8xd" if late else "<f4xf", head, at + (20 if late else 16))
    shape = struct.unpack_from("<H2xH", head, at)
    facts.pixel_size(
        **{axis: length / max(1, n) for axis, length, n in zip("XY", extents, shape, strict=True)}
    )
    _picture(file, facts, "uint16", shape, int(head[8:12]), 2)


_SEIKO_START, _UBM_START, _WATOP_START = 2944, 128, 4864


@shaped("seiko")
def is_seiko(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Seiko: sizes at byte 1402 that make up the length of the file."""
    x, y = struct.unpack_from("<HH", file.head, 1402)
    return bool(x and y and file.size == _SEIKO_START + 2 * x * y)


@header("Seiko")
def seiko(file: Opened, facts: Facts) -> None:
    """Seiko: sizes, and steps in micrometres (SeikoReader of Bio-Formats)."""
    step, other = struct.unpack_from("<f4xf", file.head, 156)
    facts.pixel_size(X=step, Y=other)
    shape = struct.unpack_from("<HH", file.head, 1402)
    _picture(file, facts, "uint16", shape, _SEIKO_START, 2)


@shaped("ubm")
def is_ubm(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """UBM: sizes at byte 44, of which rows with some padding fill the file."""
    x, y = struct.unpack_from("<ii", file.head, 44)
    return bool(x > 0 and y > 0 and 0 <= file.size - _UBM_START - 4 * x * y <= 64 * y)


@header("UBM")
def ubm(file: Opened, facts: Facts) -> None:
    """UBM: sizes (UBMReader of Bio-Formats)."""
    shape = struct.unpack_from("<ii", file.head, 44)
    _picture(file, facts, "uint32", shape, _UBM_START, 4)


@header("WA-TOP")
def watop(file: Opened, facts: Facts) -> None:
    """WA-TOP: sizes, the extent in hundredths of a micrometre, the date (WATOPReader)."""
    head = file.need(0, 259, "the WA-TOP header")
    year, month, day, hour, minute, *extents = struct.unpack_from("<5i8x3i", head, 211)
    shape = struct.unpack_from("<ii", head, 251)
    facts.date(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00")
    facts.pixel_size(X=extents[0] / 100 / max(1, shape[0]), Y=extents[1] / 100 / max(1, shape[1]))
    _picture(file, facts, "int16", shape, _WATOP_START, 2)


@header("Oxford Instruments")
def oxford(file: Opened, facts: Facts) -> None:
    """Oxford Instruments: sizes, corners in micrometres, and the date (OxfordInstrumentsReader)."""
    head = file.need(0, 1292, "the Oxford Instruments header")
    year, month, day, hour, minute = struct.unpack_from("<5i", head, 80)
    facts.date(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00")
    left, right = struct.unpack_from("<ff", head, 116)
    top, bottom = struct.unpack_from("<ff", head, 144)
    x, y = struct.unpack_from("<ii", head, 1048)
    if x == y == 0:
        x, y = struct.unpack_from("<ii", head, 1084)
    start = 1292 + struct.unpack_from("<I", head, 1288)[0]
    facts.pixel_size(X=abs(right - left) / max(1, x), Y=abs(bottom - top) / max(1, y))
    if start + 2 * x <= file.size < start + 2 * x * y:
        # of a line scan only one row is stored, whatever the header says
        text = f"the header counts {y} rows, the file has not room for them"
        facts.flag(faults.PLANES_DISAGREE, text, value=y)
        y = 1
    _picture(file, facts, "uint16", (x, y), start, 2)


@header("Burleigh")
def burleigh(file: Opened, facts: Facts) -> None:
    """Burleigh of versions 2.1 and 3.1: sizes and the extent (BurleighReader of Bio-Formats)."""
    head = file.need(0, 64, "the Burleigh header")
    early = int(struct.unpack_from("<f", head, 0)[0]) - 1 == 1
    shape = struct.unpack_from("<hh", head, 4)
    if early:
        tail = file.tail(40)
        extents = struct.unpack_from("<2i", tail, 12)
        times = struct.unpack_from("<h", tail, 26)[0]
        magnified = {3: 10, 4: 50, 5: 250}.get(times, times)
    else:
        extents, magnified = struct.unpack_from("<2i", head, 22), 1
    facts.pixel_size(
        **{
            axis: length / max(1, magnified) / max(1, n)
            for axis, length, n in zip("XY", extents, shape, strict=True)
        }
    )
    _picture(file, facts, "uint16", shape, 8 if early else 260, 2)


@header("SM Camera")
def sm_camera(file: Opened, facts: Facts) -> None:
    """SM Camera: sizes (SMCameraReader of Bio-Formats)."""
    y, x = struct.unpack_from(">h6xh", file.need(0, 548, "the SM Camera header"), 524)
    _picture(file, facts, "uint8", (x, y), 548, 1)


@header("Molecular Imaging")
def molecular(file: Opened, facts: Facts) -> None:
    """Molecular Imaging: sizes, extent and buffers in words (MolecularImagingReader)."""
    head = file.read(0, min(file.size, MOST_TEXT))
    text, mark, _ = head.partition(b"Data_section  \r\n")
    pairs = [line.split(None, 1) for line in text.decode("latin-1").splitlines()]
    said = {one[0]: one[1].strip() for one in pairs if len(one) == 2}
    buffers = sum(one[:1] == ["buffer_id"] for one in pairs)
    x, y = (int(said.get(f"samples_{axis}", "0")) for axis in "xy")
    if x <= 0 or y <= 0 or not mark:
        raise Wrong(f"the Molecular Imaging header says {x} by {y} samples")
    facts.pixel_size(
        X=float(said.get("length_x", 0)) / x,
        Y=float(said.get("length_y", 0)) / y,
    )
    facts.size(T=1, C=1, Z=max(1, buffers), Y=y, X=x)
    facts.pixel_type, facts.images = "uint16", 1
    file.reach(len(text) + len(mark) + 2 * x * y * max(1, buffers), "the pixels")


@header("Alicona 3D")
def alicona(file: Opened, facts: Facts) -> None:
    """Alicona: its tags of 52 bytes: sizes, steps in metres, where heights and texture stand.

    Source: AliconaReader of Bio-Formats.
    """
    said: dict[str, str] = {}
    at, end = 17, 17 + 2 * 52
    while at < min(end, MOST_TEXT):
        line = file.need(at, 52, "a tag")[:50].decode("latin-1")
        said[line[:20].strip("\0 ")] = value = line[20:].strip("\0 ")
        if line.startswith("TagCount") and value.isdecimal() and len(value) < 6:
            end += 52 * int(value)
        at += 52

    def number(key: str) -> int:
        value = said.get(key, "0")
        return int(value) if value.isdecimal() and len(value) < 12 else 0

    x, y, planes = number("Cols"), number("Rows"), max(1, number("NumberOfPlanes"))
    if not x or not y:
        raise Wrong(f"the Alicona header says {x} by {y} pixels")
    facts.pixel_size(**{axis: float(said.get(f"PixelSize{axis}Meter", 0)) * 1e6 for axis in "XY"})
    facts.images = 1
    depth, texture = number("DepthImageOffset"), number("TextureImageOffset")
    if depth:
        file.reach(depth + 4 * x * y, "the heights")
    if not texture:
        facts.size(T=1, C=1, Z=1, Y=y, X=x)
        facts.pixel_type = "float32"
        return
    file.reach(texture + x * y * planes, "the texture")
    channels = 3 if said.get("TexturePtr", "7") != "7" and planes % 3 == 0 else 1
    facts.size(T=planes // channels, C=channels, Z=1, Y=y, X=x)
    # a texture of two bytes a value keeps first all low bytes, then all high ones
    width = (file.size - texture) // (x * y * planes)
    facts.pixel_type = {1: "uint8", 2: "uint16", 4: "uint32"}.get(width)


@header("Nanonis SXM")
def sxm(file: Opened, facts: Facts) -> None:
    """SXM: sizes, extent in metres and channels in words, and the values of each behind them.

    Of a channel in both directions two pictures are stored. Source: the file formats in the
    manual of Nanonis SPM Control, as nanonispy 1.1 reads them.
    """
    head = file.read(0, min(file.size, MOST_TEXT))
    text, end, _ = head.partition(b":SCANIT_END:")
    said = {
        key: value.split()
        for key, value in re.findall(
            r"(?ms)^:([A-Z_>-]+):[ \t]*\r?\n(.*?)(?=^:|\Z)", text.decode("latin-1")
        )
        if key in ("SCAN_PIXELS", "SCAN_RANGE", "SCANIT_TYPE", "REC_DATE", "REC_TIME")
    }
    table = text.decode("latin-1").partition(":DATA_INFO:")[2].partition("\n:")[0]
    rows = [row.split() for row in table.splitlines() if row.strip()][1:]
    x, y = (int(one) if one.isdecimal() else 0 for one in (said.get("SCAN_PIXELS") or ["", ""])[:2])
    if not end or x <= 0 or y <= 0:
        raise Wrong(f"the SXM header says {x} by {y} pixels")
    facts.size(T=1, C=max(1, len(rows)), Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = "float32", 1
    facts.name_channels([row[1] for row in rows if len(row) > 3])
    extents = [float(one) for one in (said.get("SCAN_RANGE") or ["0", "0"])[:2]]
    facts.pixel_size(X=extents[0] * 1e6 / x, Y=extents[1] * 1e6 / y)
    day, time = (" ".join(said.get(key, [])) for key in ("REC_DATE", "REC_TIME"))
    if found := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", day):
        facts.date(f"{found[3]}-{found[2]}-{found[1]} {time}")
    start = head.find(b"\x1a\x04", len(text)) + 2
    pictures = sum(2 if "both" in row else 1 for row in rows)
    if start > 1 and pictures:
        file.reach(start + 4 * x * y * pictures, "the values of the last channel")


_AIM_030 = b"AIMDATA_V030   "


@shaped("aim")
def is_aim(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """AIM before version 030: the lengths of its first two blocks."""
    return struct.unpack_from("<2i", file.head) == (20, 140)


@header("AIM")
def aim(file: Opened, facts: Facts) -> None:
    """AIM of Scanco: sizes, the lengths of its blocks, and steps from its processing log.

    Source: AIMReader of Bio-Formats and ScancoImageIO of ITK.
    """
    late = file.head.startswith(_AIM_030)
    lead, form, sizes, log = (16, "<5q", 96, 280) if late else (0, "<5i", 56, 160)
    head = file.need(0, log, "the AIM header")
    blocks = struct.unpack_from(form, head, lead)
    x, y, z = struct.unpack_from("<3q" if late else "<3i", head, sizes)
    if min(x, y, z) <= 0:
        raise Wrong(f"the AIM header says {x} by {y} by {z} pixels")
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    facts.pixel_type, facts.images = "int16", 1
    if lead + blocks[0] + blocks[1] == log and min(blocks) >= 0:
        file.reach(lead + sum(blocks[:4]), "the AIM pixels")
    text = file.read(log, min(MOST_TEXT, file.size - log)).partition(b"\0")[0].decode("latin-1")
    said = {
        unit: [float(one) for one in found[1].split()]
        for unit in ("p", "um")
        if (found := re.search(rf"(?m)^Orig-ISQ-Dim-{unit} ([\d. \t]+)", text))
    }
    if len(said) == 2 and all(len(one) == 3 and all(one) for one in said.values()):
        steps = (whole / n for whole, n in zip(said["um"], said["p"], strict=True))
        facts.pixel_size(**dict(zip("XYZ", steps, strict=True)))
