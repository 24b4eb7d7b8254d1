"""Indexes that single programs write beside pictures: Prairie View, Micro-Manager, BDV, SEM."""

from __future__ import annotations

import glob
import json
import os
import re
from fnmatch import fnmatchcase

from pipeline.images import places
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.figures import count, number
from pipeline.images.headers.grids import LENGTHS
from pipeline.images.headers.indexes import MOST_INDEX, attributes, plain, stated, tags, whole
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened
from pipeline.images.text import settings

_LENGTHS = {**LENGTHS, "μm": 1.0, "nanometer": 1e-3, "meter": 1e6}
_GREYS = {"GRAY8": "uint8", "GRAY16": "uint16", "GRAY32": "float32", "RGB32": "uint8"}
MOST_PATTERN = 200


@header("Prairie Technologies TIFF")
def prairie(file: Opened, facts: Facts) -> None:
    """Prairie XML: the TIFFs that it names, sizes and lengths of pixels, channels and date.

    Version 4 writes `Key` elements, version 5 `PVStateValue` (as Bio-Formats 8 reads both).
    """
    name = file.name.lower()
    if name.endswith((".env", ".cfg")):
        facts.kind = "other"
    if not name.endswith(".xml"):
        return
    text = whole(file)
    facts.name_members(stated(text, "File", "filename"))
    facts.members += [Member("{stem}.env", None), Member("{stem}.cfg", None)]
    for one in ("dataFile", "configurationFile"):
        facts.members += [Member(n, None) for n in stated(text, "VoltageRecording", one)]
    state: dict[str, str] = {}
    for inside, _ in tags(text, "Key|PVStateValue"):
        said = attributes(inside)
        state.setdefault(said.get("key", ""), said.get("value", ""))
    first = text.partition('key="micronsPerPixel"')[2].partition("</PVStateValue>")[0]
    steps = {
        axis: number(
            state.get(f"micronsPerPixel_{axis}Axis")
            or dict(re.findall(r'index="(\w)Axis"\s+value="([^"<>]*)"', first)).get(axis)
        )
        for axis in "XYZ"
    }
    sequences = re.split(r"<Sequence\b", text)[1:]
    frames = [one.count("<Frame ") for one in sequences]
    kinds = " ".join(one.partition(">")[0] for one in sequences[:1])
    deep = "ZSeries" in kinds
    shape = (len(frames), max(frames, default=0)) if deep else (sum(frames), 1)
    channels = list(
        dict.fromkeys(stated(text, "File", "channelName") or stated(text, "File", "channel"))
    )
    if frames and "Linescan" not in kinds:
        facts.size(
            T=shape[0],
            C=max(1, len(channels)),
            Z=shape[1],
            Y=count(state.get("linesPerFrame")),
            X=count(state.get("pixelsPerLine")),
        )
    facts.pixel_size(**{a: n for a, n in steps.items() if a != "Z" or (deep and shape[1] > 1)})
    facts.name_channels([one for one in channels if not one.isdecimal()])
    if found := re.search(r'<PVScan\b[^<>]*\bdate="([^"<>]*)"', text):
        facts.date(found[1])


@header("Micro-Manager")
def micromanager(file: Opened, facts: Facts) -> None:
    """Micro-Manager metadata: the single planes that it names, and its summary (1.4 and 2.0).

    Planes are counted by the keys of their frames, since who stops early leaves the summary.
    """
    if not file.name.lower().endswith(".txt"):
        return
    text = whole(file)
    names = re.findall(r'"FileName":\s*"([^"]+\.tiff?)"', text)
    facts.members += [Member(one, "warning") for one in dict.fromkeys(map(plain, names)) if one]
    start = re.search(r'"Summary"\s*:\s*(?=\{)', text)
    if start is None:
        return
    told, _ = json.JSONDecoder().raw_decode(text, start.end())
    frames = set(re.findall(r'"FrameKey-(\d+)-(\d+)-(\d+)"', text))
    counts: dict[str, int | None] = {
        axis: count(told.get(key)) for axis, key in zip("TCZ", _PLANES, strict=True)
    }
    if frames and file.size <= MOST_INDEX:
        columns = zip(*frames, strict=True)
        counts = {axis: len(set(one)) for axis, one in zip("TCZ", columns, strict=True)}
    facts.size(**counts, Y=count(told.get("Height")), X=count(told.get("Width")))
    facts.images = 1
    facts.pixel_type = _GREYS.get(str(told.get("PixelType")))
    side = number(told.get("PixelSize_um"))
    if not side and (found := re.search(r'"PixelSizeUm":\s*([\d.]{1,20})', text)):
        side = number(found[1])
    step = number(told.get("z-step_um"))
    deep = (counts["Z"] or 1) > 1
    facts.pixel_size(X=side, Y=side, Z=abs(step) if step and deep else None)
    given = told.get("ChNames")
    if isinstance(given, list):
        facts.name_channels([str(one) for one in given[:1000]])
    facts.date(str(told.get("StartTime") or told.get("Time") or told.get("Date") or ""))


_PLANES = ("Frames", "Channels", "Slices")


@header("Big Data Viewer")
def bdv(file: Opened, facts: Facts) -> None:
    """BigDataViewer XML: its HDF5, N5, Zarr or pictures, sizes and lengths of the first view."""
    if not file.name.lower().endswith(".xml"):
        facts.members.append(Member("{stem}.xml", "warning"))
        return
    text = whole(file)
    for kind, name in tags(text, r"hdf5|n5|zarr|imaris|file|filename_\d+"):
        if name.strip() and "absolute" not in kind:
            facts.name_members([name])
    _pattern(file, facts, text)
    bare = re.sub(r"<voxelSize>.{0,400}?</voxelSize>", "", text, flags=re.DOTALL)
    if found := re.search(r"<size>(\d{1,8}) (\d{1,8}) (\d{1,8})</size>", bare):
        z, y, x = (int(found[n]) for n in (3, 2, 1))
        facts.size(T=_times(text), C=1, Z=z, Y=y, X=x)
    facts.images = len(re.findall(r"<ViewSetup>", text)) or None
    voxel = text.partition("<voxelSize>")[2].partition("</voxelSize>")[0]
    unit = re.search(r"<unit>([^<]{1,40})</unit>", voxel)
    steps = re.search(r"<size>([^<]{1,200})</size>", voxel)
    if unit and steps:
        factor = _LENGTHS.get(unit[1].strip().lower(), 0)
        lengths = [number(one) or 0 for one in steps[1].split()]
        facts.pixel_size(**{a: n * factor for a, n in zip("XYZ", lengths, strict=False)})


def _times(text: str) -> int:
    """How many times a BigDataViewer XML has: a range, or a list such as `0-3, 7`."""
    part = text.partition("<Timepoints")[2].partition("</Timepoints>")[0]
    ends = re.search(r"<first>(\d{1,8})</first>\s*<last>(\d{1,8})</last>", part)
    if ends:
        return max(1, int(ends[2]) - int(ends[1]) + 1)
    listed = re.search(r"<integerpattern>([\d,\s-]{1,2000})</integerpattern>", part)
    total = 0
    for one in re.findall(r"(\d{1,8})(?:\s*-\s*(\d{1,8}))?", listed[1] if listed else ""):
        total += max(0, int(one[1] or one[0]) - int(one[0])) + 1
    return max(1, total)


def _pattern(file: Opened, facts: Facts, text: str) -> None:
    """The pictures that a pattern such as `tile_{x}.tif` names, which BigStitcher asks for."""
    given = re.search(r"<filePattern>([^<]+)</filePattern>", text)
    folder = re.search(r'<imagedirectory type="relative">([^<]*)</imagedirectory>', text)
    if given is None or folder is None or len(given[1]) > MOST_PATTERN:
        return
    pieces = re.split(r"(?:\{+\w+\}+)+", plain(given[1]))
    form = "*".join(map(glob.escape, pieces))
    below = os.path.normpath(plain(folder[1]) or ".")
    known = places.names(os.path.join(os.path.dirname(file.path) or ".", below))
    found = [os.path.normpath(os.path.join(below, one)) for one in known if fnmatchcase(one, form)]
    facts.members += [Member(one) for one in found] or [Member("*".join(pieces))]


@header("Hitachi S-4800")
def hitachi(file: Opened, facts: Facts) -> None:
    """Hitachi SEM: the picture that the text beside it names, its size, scale, date and model.

    Lengths of pixels are nanometres, dates month first (as Bio-Formats 8 reads them).
    """
    if not file.name.lower().endswith(".txt"):
        return
    told = settings(whole(file)).get("SemImageFile", {})
    name = told.get("ImageName", "").replace("\\", "/").rpartition("/")[2]
    ends = ("tif", "bmp", "jpg", "tiff")
    names = [one for one in (name, *(f"{{stem}}.{end}" for end in ends)) if one]
    facts.members.append(Member("|".join(names)))
    size = re.fullmatch(r"(\d{1,6})\s*[xX*]\s*(\d{1,6})", told.get("DataSize", ""))
    if size:
        facts.size(Y=int(size[2]), X=int(size[1]))
        facts.images = 1
    side = number(told.get("PixelSize"))
    facts.pixel_size(**dict.fromkeys("XY", side * 1e-3 if side else None))
    facts.name_instrument("Hitachi", told.get("InstructName"))
    day = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", told.get("Date", ""))
    if day:
        facts.date(f"{day[3]}-{day[1]}-{day[2]} {told.get('Time', '')}".strip())


@header("Inveon")
def inveon(file: Opened, facts: Facts) -> None:
    """Inveon: sizes, millimetres of voxels, type and date; the pixels have its name without .hdr.

    Source: the comments that Siemens writes into its headers, and Bio-Formats 8.
    """
    lines = (line.split(None, 1) for line in whole(file).splitlines() if line[:1].isalpha())
    told: dict[str, str] = {}
    for parts in lines:
        told.setdefault(parts[0], parts[1].strip() if len(parts) > 1 else "")
    sizes = {axis: count(told.get(f"{axis.lower()}_dimension")) for axis in "XYZ"}
    frames = count(told.get("total_frames")) or 1
    least = None
    if sizes["X"] and sizes["Y"]:
        facts.size(T=frames, C=1, Z=sizes["Z"] or 1, Y=sizes["Y"], X=sizes["X"])
        facts.images = 1
        facts.pixel_type, width = _INVEON.get(told.get("data_type", ""), (None, 0))
        # a header that was written before the scan ended counts more frames than there are
        least = sizes["X"] * sizes["Y"] * (sizes["Z"] or 1) * width or None
    steps = {axis: number(told.get(f"pixel_size_{axis.lower()}")) for axis in "XYZ"}
    facts.pixel_size(**{axis: n * 1e3 if n else None for axis, n in steps.items()})
    facts.members.append(Member("{stem}", least=least))
    day = re.fullmatch(r"\w{3} (\w{3}) +(\d{1,2}) ([\d:]{8}) (\d{4})", told.get("scan_time", ""))
    if day and day[1] in _MONTHS:
        month = _MONTHS.index(day[1]) + 1
        facts.date(f"{day[4]}-{month:02}-{int(day[2]):02} {day[3]}")


_INVEON = {
    "1": ("int8", 1),
    "2": ("int16", 2),
    "3": ("int32", 4),
    "4": ("float32", 4),
    "5": ("float32", 4),
    "6": ("int16", 2),
    "7": ("int32", 4),
}
"""Types of voxels by their number: little endian up to 4, then big endian."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@header("Perkin Elmer Densitometer")
def densitometer(file: Opened, facts: Facts) -> None:
    """PDS: sizes, colours and steps in words; its pixels stand in the .img beside it.

    Source: PDSReader of Bio-Formats.
    """
    text = file.read(0, min(file.size, 1 << 18)).decode("latin-1").replace("\r", "\n")
    pairs = (line.partition("/")[0].partition("=") for line in text.split("\n"))
    said = {key.strip(): value.strip() for key, mark, value in pairs if mark}
    x, y = count(said.get("NXP")), count(said.get("NYP"))
    if not x or not y:
        return
    colours = 3 if said.get("COLOR") == "4" else 1
    facts.size(T=1, C=colours, Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = "uint16", 1
    facts.pixel_size(X=number(said.get("DELTAX")), Y=number(said.get("DELTAY")))
    facts.members.append(Member("{stem}.IMG|{stem}.img", least=2 * x * y * colours))
