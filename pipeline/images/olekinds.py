"""What images in OLE2 files say, read in the worker: AxioVision, SimplePCI, Image-Pro.

Sources: ZeissZVIReader, BaseZeissReader, PCIReader and IPWReader of Bio-Formats; the types of
values in a ZVI are those of OLE Automation (VARENUM).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import struct
from collections.abc import Iterator
from typing import Any

MOST_PLANES, LEAST_PLANE, LEAD = 20_000, 1024, 4096
"""Planes looked at, bytes of a stream that holds one, and of it that are read."""
MOST_TAGS = 1 << 20
_WIDTHS = {0: 0, 1: 0, 2: 2, 3: 4, 4: 4, 5: 8, 7: 8, 9: 16, 11: 2, 13: 16, 19: 4, 20: 8, 21: 8,
           22: 4, 23: 4}  # fmt: skip
_FORMS = {2: "<h", 3: "<i", 4: "<f", 5: "<d", 7: "<d", 19: "<I", 22: "<i", 23: "<I"}
_UNITS = {72: 1e6, 73: 1e5, 74: 1e4, 75: 1e3, 76: 1.0, 77: 1e-3}
"""Micrometres of a unit of scale: metre to nanometre."""
_SCALES = {"X": (769, 770), "Y": (772, 773), "Z": (775, 776)}
_ACQUIRED, _MICROSCOPE = (1025, 1793), 2075


class _Values:
    """Values one after the other, each behind its type."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def whole(self) -> int:
        self.at += 4
        return int(struct.unpack_from("<i", self.data, self.at - 4)[0])

    def take(self) -> Any:
        """A number or a text; None for what is neither. Raises struct.error at the end."""
        kind = struct.unpack_from("<H", self.data, self.at)[0]
        self.at += 2
        if kind in (8, 63, 65, 69):
            length = self.whole()
        elif kind == 66:
            length = struct.unpack_from("<H", self.data, self.at)[0]
            self.at += 2
        elif kind in _WIDTHS:
            length = _WIDTHS[kind]
        else:
            # another type: the next value is a whole number
            length = max(0, self.data.find(b"\3\0", self.at) - self.at)
        start, self.at = self.at, self.at + length
        if kind in _FORMS:
            return struct.unpack_from(_FORMS[kind], self.data, start)[0]
        if kind == 8:
            return self.data[start : self.at].decode("utf-16-le", "replace").strip("\0 ")
        return None


def zvi(ole: Any) -> dict[str, Any]:
    """Sizes, type, steps in micrometres, date and instrument of an opened OLE2 file."""
    places: list[tuple[int, ...]] = []
    shape = width = 0, 0
    for path in _planes(ole):
        data = beginning(ole, path, LEAD)
        try:
            place, shape, width = _plane(data)
        except struct.error:
            continue
        places.append(place)
    if not places:
        return {}
    axes = [len({one[n] for one in places}) for n in range(3)]
    planes = math.prod(axes)
    if planes == 1 or len(places) < planes:
        axes = [1, 1, 1] if len(places) == 1 else axes
    bytes_, packed = width
    colours = 3 if bytes_ % 3 == 0 and bytes_ else 1
    kind = "uint8" if packed or bytes_ // colours == 1 else "uint16"
    return {
        "sizes": {"Z": axes[0], "C": axes[1] * colours, "T": axes[2], "Y": shape[1], "X": shape[0]},
        "pixel_type": kind,
        "images": max(1, len(places) // math.prod(axes)),
        **_tags(ole),
    }


def _planes(ole: Any) -> list[list[str]]:
    """The streams that hold a plane each; without items the image holds one itself."""
    found = [path for path in ole.listdir() if path[-1].lower() == "contents" and len(path) > 1]
    items = [path for path in found if re.fullmatch(r"(?i)item\(\d+\)", path[-2])]
    own = [path for path in found if path[-2].lower() == "image"]
    held = [path for path in items or own if ole.get_size(path) > LEAST_PLANE]
    return held[:MOST_PLANES]


def _plane(data: bytes) -> tuple[tuple[int, ...], tuple[int, int], tuple[int, bool]]:
    """Place z, c, t and tile; width and height; bytes a pixel, and whether a JPEG is stored."""
    values = _Values(data)
    for _ in range(11):
        values.take()
    values.at += 2
    length = values.whole() - 20
    values.at += 8
    z, c, t = values.whole(), values.whole(), values.whole()
    values.at += 4
    tile = values.whole()
    values.at += length - 8
    for _ in range(5):
        values.take()
    x, y, _, width, _, valid = struct.unpack_from("<6i", data, values.at + 4)
    packed = valid in (0, 1) and not data.startswith(b"WZL", values.at + 28)
    return (z, c, t, tile), (x, y), (width, packed)


def _tags(ole: Any) -> dict[str, Any]:
    """Steps, date and microscope from the tags of the image."""
    found: dict[int, Any] = {}
    path = next((one for one in ole.listdir() if [p.lower() for p in one] == _TAGS), None)
    for tag, value in _tagged(beginning(ole, path, MOST_TAGS)) if path else ():
        found.setdefault(tag, value)
    steps = {
        axis: found[factor] * _UNITS.get(found.get(unit, 76), 1.0)
        for axis, (factor, unit) in _SCALES.items()
        if isinstance(found.get(factor), float) and 0 < found[factor] < math.inf
    }
    days = next((found[tag] for tag in _ACQUIRED if isinstance(found.get(tag), float)), None)
    day = dt.datetime(1899, 12, 30) + dt.timedelta(days=days) if days and 0 < days < 1e5 else None  # noqa: DTZ001
    return {
        "pixel_size_um": steps,
        "acquired": day.isoformat(timespec="seconds") if day else "",
        "instrument": str(found.get(_MICROSCOPE) or ""),
    }


_TAGS = ["image", "tags", "contents"]


def _tagged(data: bytes) -> Iterator[tuple[int, Any]]:
    """The tags of a stream: value, number and attribute of each."""
    if len(data) < 12:
        return
    values = _Values(data, 8)
    for _ in range(min(values.whole(), len(data))):
        try:
            value = values.take()
            values.at += 2
            tag = values.whole()
        except struct.error:
            return
        values.at += 6
        yield tag, value


def beginning(ole: Any, path: list[str], most: int) -> bytes:
    """The first bytes of a stream, of which no more is read than they take."""
    entry = ole.direntries[ole._find(path)]
    if entry.size < ole.minisectorcutoff:
        return bytes(ole.openstream(path).read(most))
    data, at = b"", entry.isectStart
    while len(data) < min(most, entry.size) and 0 <= at < len(ole.fat):
        data += ole.getsect(at)
        at = ole.fat[at]
    return data[: min(most, entry.size)]


MOST_FIELDS = 5000
_UINTS = {1: "uint8", 2: "uint16", 4: "uint32"}


def cxd(ole: Any) -> dict[str, Any]:
    """Sizes, type, steps in micrometres and date of a CXD, by the names of its streams."""
    found: dict[str, list[list[str]]] = {}
    for path in ole.listdir():
        found.setdefault(path[-1], []).append(path)

    def first(name: str, form: str = "<d") -> Any:
        data = beginning(ole, found[name][0], 8) if name in found else b""
        return struct.unpack_from(form, data)[0] if len(data) >= struct.calcsize(form) else 0

    bitmaps = [path for name, paths in found.items() if name.startswith("Bitmap") for path in paths]
    bitmaps += [path for path in found.get("Data", ()) if any("Image" in part for part in path)]
    width, height, bits = (int(first(f"Image_{side}")) for side in ("Width", "Height", "Depth"))
    fields = first("Field Count", "<i") or len(bitmaps)
    if width <= 0 or height <= 0 or fields <= 0 or not bitmaps:
        return {}
    octets = max(1, -(-bits // 8))
    colours = 3 if octets % 3 == 0 else 1
    heights = {beginning(ole, path, 8) for path in found.get("Position_Z", ())[:MOST_FIELDS]}
    chosen = found.get("GroupSelectedFields")
    slices = ole.get_size(chosen[0]) // 8 if chosen and first("GroupMode", "<i") else 0
    if slices <= 1 or fields % slices:
        slices = max(1, len(heights))
    while slices * (fields // slices) < fields:
        slices += 1
    channels = len(bitmaps) // fields if len(bitmaps) > fields and colours == 1 else colours
    # rows may be wider than what is said
    surplus = ole.get_size(bitmaps[0]) - width * height * octets
    if surplus > 0 and beginning(ole, bitmaps[0], 4) not in (b"II*\0", b"MM\0*"):
        width += surplus // (height * octets)
    return {
        "sizes": {"T": fields // slices, "C": channels, "Z": slices, "Y": height, "X": width},
        "pixel_type": _UINTS.get(octets // colours),
        "images": 1,
        **_comments(ole, found.get("Comments", [])),
        "acquired": _since_1601(first("First Field Date & Time")),
    }


def _comments(ole: Any, paths: list[list[str]]) -> dict[str, Any]:
    """The step that the comments give: a factor, and by what it is magnified."""
    text = beginning(ole, paths[0], MOST_TAGS).decode("latin-1") if paths else ""
    said = dict(re.findall(r"(?m)^[ \t]*(factor|magnification) ?= ?([\d.eE+-]+)", text))
    if len(said) < 2:
        return {}
    step = float(said["factor"]) * float(said["magnification"])
    return {"pixel_size_um": {"X": step, "Y": step}}


def _since_1601(seconds: float) -> str:
    if not 0 < seconds < 1 << 35:
        return ""
    day = dt.datetime(1601, 1, 1) + dt.timedelta(seconds=int(seconds))  # noqa: DTZ001
    return day.isoformat()


MOST_TIFF = 64 << 20


def ipw(ole: Any) -> dict[str, Any]:
    """Sizes and type of an Image-Pro workspace, by the TIFF that each frame is, and its words."""
    import tifffile

    paths = [path for path in ole.listdir() if path[-1] == "ImageTIFF"]
    if not paths or ole.get_size(paths[0]) > MOST_TIFF:
        return {}
    words = [path for path in ole.listdir() if path[-1] == "ImageInfo"]
    text = beginning(ole, words[0], MOST_TAGS).decode("latin-1") if words else ""
    said = {
        key: max(1, int(value))
        for key, value in re.findall(r"(?m)^(frames|slices|channels)=(\d{1,6})\r?$", text)
    }
    with tifffile.TiffFile(io.BytesIO(ole.openstream(paths[0]).read())) as file:
        page = file.pages.first
        kind, colours = str(page.dtype), int(page.samplesperpixel)
        height, width = int(page.imagelength), int(page.imagewidth)
    axes = {axis: said.get(key, 1) for axis, key in _IPW_AXES.items()}
    if math.prod(axes.values()) == 1:
        axes["Z"] = len(paths)
    return {
        "sizes": {**axes, "C": axes["C"] * colours, "Y": height, "X": width},
        "pixel_type": kind,
        "images": 1,
    }


_IPW_AXES = {"T": "frames", "Z": "slices", "C": "channels"}
