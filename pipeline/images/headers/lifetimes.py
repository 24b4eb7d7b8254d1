"""Photon records, decays and waves: what tells those without a signature, and their headers."""

from __future__ import annotations

import datetime as dt
import re
import struct
import zlib

from pipeline.images import places
from pipeline.images.facts import Facts, Packed
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import Opened, Wrong

MOST_BLOCKS = 4096
_MEASURED = 211
"""Bytes of a measurement in an SDT that say its sizes."""
_FLIM_TYPES = {
    **{f"UINT{bits}": (f"uint{bits}", bits // 8) for bits in (8, 16, 32)},
    **{f"INT{bits}": (f"int{bits}", bits // 8) for bits in (8, 16, 32)},
    "REAL32": ("float32", 4),
    "REAL64": ("float64", 8),
}
_GALACTIC = (0x4B, 0x4C, 0x4D, 0xCF)
"""The second byte of a .spc of GRAMS, which holds spectra."""


@shaped("spc")
def is_spc(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SPC photon records of 4 or 6 bytes with the set-up (.set) of the same name beside them.

    Alone only records of 4 bytes are told, by the first of them: the macro clock in 0.1 ns and the
    number of routing bits, marked as no photon (TCSPC Handbook, FIFO Data Files).
    """
    stem = file.path.rsplit(".", 1)[0]
    if "set" in suffixes:
        return b"*IDENTIFICATION" in file.head
    setup = next((p for p in (f"{stem}.set", f"{stem}.SET") if places.exists(p)), None)
    if setup is None:
        clock, routing = struct.unpack_from("<I", file.head)[0] & 0xFFFFFF, file.head[3]
        records = file.size >= 8 and file.size % 4 == 0 and file.head[1] not in _GALACTIC
        return records and 10 <= clock <= 10_000 and routing & 0x87 == 0x80
    try:
        with Opened(setup) as file_:
            return b"*IDENTIFICATION" in file_.head and file.size % 2 == 0
    except OSError:
        return False


@shaped("sdt")
def is_sdt(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SDT: the mark of a valid header."""
    return file.head.startswith(b"UU", 32) or file.head.startswith(b"\xaaU", 40)


@shaped("r64")
def is_r64(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """SimFCS: a zlib stream."""
    if file.head[0] & 0x0F != 8 or int.from_bytes(file.head[:2], "big") % 31:
        return False
    try:
        return len(zlib.decompressobj().decompress(file.head, 64)) == 64
    except zlib.error:
        return False


@shaped("igor", anywhere=True)
def is_igor(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Igor wave: a version, and a header whose 16-bit words add up to zero (Igor TN 003)."""
    for order in "<>":
        version = struct.unpack_from(order + "h", file.head, 0)[0]
        length = {1: 134, 2: 142, 3: 146, 5: 384}.get(version)
        if length and file.size < length and "ibw" in suffixes:
            return True  # its header is cut
        if length and len(file.head) >= length:
            words_ = struct.unpack_from(f"{order}{length // 2}h", file.head, 0)
            if sum(words_) & 0xFFFF == 0:
                return True
    return False


@shaped("pqbin")
def is_picoquant_bin(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """PicoQuant BIN: sizes in its first 20 bytes that make up the length of the file."""
    if file.size < 20:
        return False
    x, y, _, bins = struct.unpack_from("<iifi", file.head, 0)
    return bool(x > 0 and y > 0 and bins > 0 and x * y * bins * 4 + 20 == file.size)


@header("PicoQuant Bin")
def picoquant_bin(file: Opened, facts: Facts) -> None:
    """PicoQuant BIN: sizes, micrometres a pixel, and the bins of each decay as time points."""
    x, y, step, bins = struct.unpack_from("<iifi", file.head)
    facts.size(T=bins, C=1, Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = "uint32", 1
    facts.pixel_size(X=step, Y=step)


@header("Becker & Hickl SPCImage")
def sdt(file: Opened, facts: Facts) -> None:
    """SDT: sizes of its first measurement, and the chain of its data blocks.

    The bins of a decay count as time points. Source: SDTInfo of Bio-Formats, and the file format
    in the TCSPC Handbook of Becker & Hickl.
    """
    head = file.need(0, 42, "the SDT header")
    setup, length, at, blocks = struct.unpack_from("<iHih", head, 8)
    place, measured, each = struct.unpack_from("<ihh", head, 24)
    text = file.read(setup, length).partition(b"BIN_PARA_BEGIN")[0].decode("latin-1")
    said = {key: int(n) for key, n in re.findall(r"#SP \[(SP_\w+),I,(\d{1,9})\]", text)}
    x, y = said.get("SP_SCAN_X", 0), said.get("SP_SCAN_Y", 0)
    bins, channels, times = said.get("SP_ADC_RE", 0), said.get("SP_SCAN_RX", 0), 1
    if measured > 0 and each >= _MEASURED:
        info = file.need(place, _MEASURED, "the measurement of the SDT")
        day = info[9:20].partition(b"\0")[0].decode("latin-1")
        facts.date(f"{day} {info[:9].partition(bytes(1))[0].decode('latin-1')}")
        wide, high, rays = struct.unpack_from("<3i", info, 173)
        x, y, channels = wide if wide > 0 else x, high if high > 0 else y, max(rays, channels)
        bins = max(struct.unpack_from("<h", info, 82)[0], 0) or bins
        times = max(1, struct.unpack_from("<h", info, 100)[0])
        mode = struct.unpack_from("<h", info, 36)[0]
        if mode in (0, 1):
            x = y = 1
        elif mode == 13:
            x, y, channels = said.get("SP_IMG_X", x), said.get("SP_IMG_Y", y), measured
    facts.pixel_type = "uint16"
    facts.images = max(1, blocks)
    facts.size(T=bins * times, C=max(1, channels), Z=1, Y=y, X=x)
    for number in range(min(max(0, blocks), MOST_BLOCKS)):
        lead = file.need(at, 22, f"data block {number + 1}")
        start, following = struct.unpack_from("<ii", lead, 2)
        end = start + struct.unpack_from("<I", lead, 18)[0]
        if file.read(start, 2) == b"PK":
            # of a packed block the length is that of its values; the next begins where it ends
            end = max(start, following)
        file.reach(end, f"data block {number + 1}")
        if following <= at:
            return
        at = following


@header("Lambert Instruments FLIM")
def flim(file: Opened, facts: Facts) -> None:
    """FLI: sizes in words, where each phase and frequency is a plane, and the pixels behind them.

    Source: LiFlimReader of Bio-Formats.
    """
    text, end, _ = file.read(0, min(file.size, 1 << 19)).partition(b"{END}")
    found = {name: _chapter(text.decode("latin-1"), name) for name in ("INFO", "LAYOUT")}
    background = _chapter(text.decode("latin-1"), "BACKGROUND")
    if not end or "x" not in found["LAYOUT"]:
        return
    total = 0
    for table in (found["LAYOUT"], background):
        if "x" not in table:
            continue
        keys = ("x", "y", "z", "channels", "timestamps", "phases", "frequencies")
        x, y, z, c, t, phases, tones = (int(table.get(key, "1")) for key in keys)
        if table.get("datatype") not in _FLIM_TYPES or min(x, y, z, c, t, phases, tones) <= 0:
            raise Wrong(f"the FLIM header says {x} by {y} pixels of type {table.get('datatype')}")
        kind, width = _FLIM_TYPES[table["datatype"]]
        if not total:
            facts.size(T=t * phases, C=c, Z=z * tones, Y=y, X=x)
            facts.pixel_type = kind
        facts.images = 1 + bool(total)
        total += x * y * z * c * t * phases * tones * width
    start = len(text) + len(end)
    if found["INFO"].get("compression") == "1":
        facts.packed.append(Packed(start, "gzip", total))
    else:
        file.reach(start + total, "the FLIM pixels")


def _chapter(text: str, name: str) -> dict[str, str]:
    """The values of a table `[name]` that stands below the chapter `{FLIMIMAGE}`."""
    below = text.partition("{FLIMIMAGE}")[2].partition("\n{")[0]
    table = below.partition(f"[{name}]")[2].partition("\n[")[0]
    return {key: value.strip() for key, value in re.findall(r"(?m)^[ \t]*(\w+) ?=(.*)", table)}


MOST_TAGS = 2000
_PQ_TEXTS = (0x4001FFFF, 0x4002FFFF, 0x2001FFFF, 0xFFFFFFFF)
"""Types of tags whose value is the length of what follows."""
_PQ_FLOATS = (0x20000008, 0x21000008)


@header("PicoQuant PTU", "PicoQuant PHU")
def picoquant(file: Opened, facts: Facts) -> None:
    """PTU, PHU: sizes and step of a scan, date and instrument from the tags, and where data end.

    Source: the Unified TTTR file format of PicoQuant, version 2.0.
    """
    said: dict[str, float | str] = {}
    at = 16
    for _ in range(MOST_TAGS):
        tag = file.need(at, 48, "a tag of the header")
        name = tag[:32].partition(b"\0")[0].decode("latin-1")
        index, kind, value = struct.unpack_from("<iIq", tag, 32)
        at += 48
        if name == "Header_End":
            break
        key = f"{name}({index})" if index >= 0 else name
        if kind in _PQ_TEXTS:
            text = file.need(at, value, "a tag of the header") if 0 <= value < 1 << 18 else b""
            said[key] = text.partition(b"\0")[0].decode("latin-1")
            at += max(0, value)
        else:
            said[key] = struct.unpack_from("<d" if kind in _PQ_FLOATS else "<q", tag, 40)[0]

    def number(key: str) -> float:
        value = said.get(key, 0)
        return value if isinstance(value, int | float) else 0

    x, y = int(number("ImgHdr_PixX")), int(number("ImgHdr_PixY"))
    if x > 0 and y > 0:
        facts.size(T=1, C=1, Z=1, Y=y, X=x)
        facts.images = 1
        facts.pixel_size(**dict.fromkeys("XY", number("ImgHdr_PixResol")))
    days = number("File_CreatingTime")
    if 0 < days < 1e5:
        day = dt.datetime(1899, 12, 30) + dt.timedelta(days=days)  # noqa: DTZ001
        facts.date(day.isoformat(timespec="seconds"))
    facts.name_instrument("PicoQuant", str(said.get("HW_Type", "")))
    bits = int(number("TTResultFormat_BitsPerRecord")) or 32
    records = int(number("TTResult_NumberOfRecords"))
    if facts.format == "PicoQuant PTU" and records > 0:
        file.reach(at + records * bits // 8, "the photon records")
    for curve in range(int(number("HistoResult_NumberOfCurves")) if records <= 0 else 0):
        start, bins = (
            int(number(f"HistResDscr_{what}({curve})")) for what in ("DataOffset", "HistogramBins")
        )
        if not start or curve >= MOST_TAGS:
            break
        file.reach(start + 4 * bins, f"curve {curve + 1}")
