"""Headers of single instruments: Zeiss XRM, FluoView, NorPix, SimFCS R64, JEOL Analysis Station."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from pipeline.images import faults
from pipeline.images.facts import Facts, Member, Packed
from pipeline.images.headers.grids import LENGTHS
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened, Wrong
from pipeline.images.text import finite, settings, words

_XRM_TYPES = {3: "uint8", 5: "uint16", 10: "float32"}
_XRM = ("ImageWidth", "ImageHeight", "DataType", "PixelSize", "NoOfImages", "ImagesTaken", "Date")
MOST_TAGS = 5000
MOST_TEXT = 4 << 20
_JEOL = {
    1: ("B", "uint8"),
    2: ("H", "uint16"),
    3: ("i", "int32"),
    4: ("f", "float32"),
    5: ("d", "float64"),
    6: ("B", "uint8"),
    7: ("H", "uint16"),
    8: ("i", "int32"),
    9: ("f", "float32"),
    10: ("d", "float64"),
}
"""Types of values, from 6 on those of several."""


def streams(file: Opened, facts: Facts, names: list[str], most: int = 4096) -> dict[str, bytes]:
    """The beginnings of streams of an OLE2 file, read in the worker; those that are there."""
    from pipeline.images.isolation import Stopped, shared

    try:
        answer = shared().ask("ole", file.path, names=names, most=most)
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"reading the streams was stopped: {stopped}")
        return {}
    found = answer.get("streams", {})
    return {name: bytes.fromhex(value) for name, value in found.items()}


@header("Zeiss XRM")
def xrm(file: Opened, facts: Facts) -> None:
    """XRM, TXRM, TXM: streams below ImageInfo, little endian (as dxchange 0.1.8 reads them)."""
    found = streams(file, facts, [f"ImageInfo/{name}" for name in _XRM])

    def whole(name: str) -> int:
        data = found.get(f"ImageInfo/{name}", b"")
        return int(struct.unpack_from("<i", data)[0]) if len(data) >= 4 else 0

    if whole("ImageWidth") <= 0 or whole("ImageHeight") <= 0:
        return
    taken = whole("ImagesTaken") or whole("NoOfImages")
    facts.size(T=1, C=1, Z=max(1, taken), Y=whole("ImageHeight"), X=whole("ImageWidth"))
    facts.images = 1
    facts.pixel_type = _XRM_TYPES.get(whole("DataType"))
    length = found.get("ImageInfo/PixelSize", b"")
    if len(length) >= 4:
        step = struct.unpack_from("<f", length)[0]
        facts.pixel_size(X=step, Y=step)
    date = found.get("ImageInfo/Date", b"").partition(b"\0")[0].decode("latin-1")
    if day := re.match(r"(\d\d)/(\d\d)/(\d\d) (\d\d:\d\d:\d\d)", date):
        facts.date(f"20{day[3]}-{day[1]}-{day[2]} {day[4]}")
    facts.name_instrument("Zeiss Xradia")


_COMPOUNDS = {
    "Zeiss AxioVision ZVI (Zeiss Vision Image)": "zvi",
    "SimplePCI & HCImage": "cxd",
    "ImagePro Workspace": "ipw",
}


@header(*_COMPOUNDS)
def compound(file: Opened, facts: Facts) -> None:
    """ZVI, CXD and IPW: sizes, type, steps and date from their streams, read in the worker."""
    from pipeline.images.isolation import Stopped, shared

    kind = _COMPOUNDS[facts.format or ""]
    try:
        facts.take(shared().ask("ole_image", file.path, kind=kind))
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"reading the streams was stopped: {stopped}")


@header("Olympus FluoView FV1000")
def fluoview(file: Opened, facts: Facts) -> None:
    """OIF, with its folder X.oif.files, and OIB, which keeps the same files in its streams."""
    if file.head.startswith(b"\xd0\xcf\x11\xe0"):
        told = streams(file, facts, ["OibInfo.txt"], 1 << 20).get("OibInfo.txt", b"")
        info = settings(words(told)).get("OibSaveInfo", {})
        main = info.get("MainFileName", "")
        stream = next((key for key, value in info.items() if value == main != key), "Stream00000")
        if stream == "MainFileName":
            stream = "Stream00000"
        text = words(streams(file, facts, [stream], MOST_TEXT // 8).get(stream, b""))
    elif file.name.lower().endswith(".oif"):
        facts.members.append(Member(f"{file.name}.files"))
        facts.folders.append(f"{file.name}.files")
        file.allow(MOST_TEXT + (1 << 20))
        text = words(file.read(0, min(file.size, MOST_TEXT)))
    else:
        return
    _fluoview(settings(text), facts)


def _fluoview(said: dict[str, dict[str, str]], facts: Facts) -> None:
    """Axes, pixel size, channels and date of an OIF."""
    sizes: dict[str, int] = {}
    lengths: dict[str, float] = {}
    for number in range(8):
        axis = said.get(f"Axis {number} Parameters Common", {})
        code, count = axis.get("AxisCode", "").upper(), axis.get("MaxSize", "")
        if code not in tuple("XYZCTL") or not count.isdecimal() or len(count) > 9:
            continue
        code = "C" if code == "L" else code
        sizes[code] = sizes.get(code, 1) * max(1, int(count))
        unit = LENGTHS.get(axis.get("UnitName", "").lower())
        if code == "Z" and unit:
            lengths["Z"] = abs(finite(axis.get("Interval", ""))) * unit
    if not {"X", "Y"} <= sizes.keys():
        return
    facts.size(**{axis: sizes.get(axis, 1) for axis in "TCZYX"})
    facts.images = 1
    told = said.get("Reference Image Parameter", {})
    for letter, name in (("X", "Width"), ("Y", "Height")):
        factor = LENGTHS.get(told.get(f"{name}Unit", "").lower())
        if factor:
            lengths[letter] = finite(told.get(f"{name}ConvertValue", "")) * factor
    facts.pixel_size(**lengths)
    depth = told.get("ImageDepth", "")
    facts.pixel_type = {"1": "uint8", "2": "uint16", "4": "uint32"}.get(depth)
    names = []
    for number in range(1, sizes.get("C", 1) + 1):
        channel = said.get(f"GUI Channel {number} Parameters", {})
        common = said.get(f"Channel {number} Parameters", {})
        names.append(common.get("DyeName") or channel.get("CH Name") or common.get("CH Name", ""))
    facts.name_channels(names)
    common = said.get("Acquisition Parameters Common", {})
    facts.date(common.get("ImageCaputreDate", "") or common.get("ImageCaptureDate", ""))
    facts.name_instrument("Olympus", said.get("Version Info", {}).get("SystemName", "FluoView"))


@header("NorPix SEQ")
def norpix(file: Opened, facts: Facts) -> None:
    """NorPix StreamPix sequence: sizes, bits and number of frames (as pims 0.7 reads them)."""
    head = file.need(0, 1024, "the NorPix header")
    version = struct.unpack_from("<I", head, 28)[0]
    x, y, bits, real, _, form = struct.unpack_from("<6I", head, 548)
    frames, _, stride = struct.unpack_from("<3I", head, 572)
    if not 0 < x < 1 << 20 or not 0 < y < 1 << 20 or bits not in (8, 16, 24, 32, 48):
        raise Wrong(f"the NorPix header says {x} by {y} pixels of {bits} bits")
    colours = 3 if bits in (24, 48) else 4 if bits == 32 and form >= 200 else 1
    facts.size(T=max(1, frames), C=colours, Z=1, Y=y, X=x)
    facts.pixel_type = f"uint{bits // colours}" if real <= bits else None
    facts.images = 1
    # pixels of the last frame may stand without the padding behind them
    start, length = 8192 if version > 5 else 1024, x * y * bits // 8
    held = (file.size - start + max(0, stride - length)) // stride if stride else 0
    if frames > held:
        facts.flag(
            faults.PLANES_DISAGREE,
            f"the header counts {frames:,} frames, the file has room for {held:,}",
            value=frames,
        )


@header("SimFCS R64")
def r64(file: Opened, facts: Facts) -> None:
    """SimFCS R64: zlib; a whole number, then five or more square images of that side (lfdfiles)."""
    data = zlib.decompressobj().decompress(file.head, 4)
    side = struct.unpack("<i", data)[0] if len(data) == 4 else 0
    if not 2 <= side <= 1 << 14:
        raise Wrong(f"the SimFCS header says images of {side} by {side} pixels")
    facts.size(Y=side, X=side)
    facts.pixel_type, facts.images = "float32", 1
    facts.packed.append(Packed(0, "zlib", 4 + 5 * 4 * side * side))


@header("JEOL Analysis Station")
def jeol(file: Opened, facts: Facts) -> None:
    """JEOL .img and .map: a tree of tags, of which `Image/Size` is looked for (as RosettaSciIO)."""
    if len(file.head) < 64 or file.head[:4] != b"\x34\0\0\0":
        return
    start = struct.unpack_from("<I", file.head, 44)[0] + 12
    file.allow(16 << 20)
    kinds: dict[str, int] = {}
    said: dict[str, bytes] = {}
    for path, kind, value in _tags(file, start):
        kinds[path], said[path] = kind, value
    size = said.get("Image/Size", b"")
    if len(size) < 8:
        return
    x, y = struct.unpack_from("<2i", size)
    facts.size(T=1, C=1, Z=1, Y=y, X=x)
    facts.images = 1
    facts.pixel_type = _JEOL.get(kinds.get("Image/Bits", 0), ("", None))[1]

    def number(path: str) -> float:
        form = _JEOL.get(kinds.get(path, 0), ("", None))[0]
        data = said.get(path, b"")
        fits = form and len(data) == struct.calcsize(form)
        return float(struct.unpack(f"<{form}", data)[0]) if fits else 0.0

    wide = number("Instrument/ScanSize") * 1e3 / (number("Instrument/Mag") or 1)
    if wide and x > 0 and y > 0:
        facts.pixel_size(X=wide / x, Y=wide / y)
    facts.name_instrument("JEOL", said.get("Instrument/Name", b"").decode("latin-1"))


def _tags(file: Opened, at: int) -> Iterator[tuple[str, int, bytes]]:
    """Path, type and value of each tag; long values are stepped over."""
    path: list[str] = []
    for _ in range(MOST_TAGS):
        mark = file.need(at, 1, "the JEOL tags")[0]
        at += 1
        if mark != 1:
            if mark != 255 or not path:
                return
            path.pop()
            continue
        letters = struct.unpack("<i", file.need(at, 4, "a JEOL tag"))[0]
        if not 0 < letters < 256:
            raise Wrong(f"no JEOL tag stands at byte {at}, where one should")
        name = file.need(at + 4, letters, "a JEOL tag").rstrip(b"\0").decode("latin-1")
        at += 4 + letters
        kind, length = struct.unpack("<2i", file.need(at, 8, "a JEOL tag"))
        at += 8
        if len(path) > 32 or length < 0:
            raise Wrong(f"no JEOL tag stands at byte {at}, where one should")
        path.append(name.rstrip("\xde"))
        shown = "/".join(path)
        if length <= 256:
            yield shown, kind, file.need(at, length, "a JEOL value") if length else b""
        else:
            yield shown, kind, b""
            file.reach(at + length, f"the JEOL value {shown}")
        at += length
