"""What TIFFs of single makers say beside their pixels: MetaMorph, Zeiss LSM, Micro-Manager."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import struct
from typing import Any

from pipeline.images import faults, places
from pipeline.images import tiff as t
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.slides import holds_label
from pipeline.images.tiff import Page, Tiff

_SAMPLE_TIME = struct.pack("<3I", 0x10000036, 5, 8)
"""The entry Sample0time of ScanInformation: days from 30 December 1899 as a fraction."""
NDPI_LENS = 65421
"""Magnification; -1 marks the overview (NDPITools documentation)."""
MOST_SETTINGS = 1 << 18
MOST_XML = 8 << 20
_JULIAN = 1721425
"""Julian day of 1 January of the year 1, less 1 (MetaMorph counts days so)."""
_LENGTHS = {"um": 1.0, "µm": 1.0, "microns": 1.0, "micron": 1.0, "nm": 1e-3, "mm": 1e3}


def stack(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """MetaMorph: planes of one directory behind one another, calibration and date (UIC1, UIC2).

    Source: MetaMorph Stack (STK) Image File Format, Molecular Devices.
    """
    page = pages[0]
    if t.UIC2 in page.tags and len(pages) == 1:
        planes = page.tags[t.UIC2].count
        facts.size(**{**(facts.sizes or {}), "Z": planes})
        offsets, counts = tiff.numbers(page, t.STRIPS), tiff.numbers(page, t.COUNTS)
        if tiff.number(page, t.COMPRESSION, 1) == 1 and offsets and len(offsets) == len(counts):
            end = max(int(a) + int(b) for a, b in zip(offsets, counts, strict=True))
            first = min(int(a) for a in offsets)
            tiff.file.reach(first + planes * (end - first), f"the last of {planes} planes")
        told = tiff.file.read(_place(tiff, page, t.UIC2), 16)
        if len(told) == 16:
            facts.date(_moment(*struct.unpack_from(tiff.order + "2I", told, 8)) or "")
    if t.UIC1 in page.tags:
        _calibration(tiff, facts, page)


def _place(tiff: Tiff, page: Page, code: int) -> int:
    """Where the value of a tag stands that is longer than its type and count say."""
    tag = page.tags[code]
    if tag.length > 4:
        return tag.at
    return int(struct.unpack(tiff.order + "I", tiff.file.need(tag.at, 4, "a TIFF tag"))[0])


def _calibration(tiff: Tiff, facts: Facts, page: Page) -> None:
    """UIC1: pairs of an id and a value or the place of one."""
    tag = page.tags[t.UIC1]
    count = min(tag.count, 256)
    data = tiff.file.read(_place(tiff, page, t.UIC1), 8 * count)
    said = dict(struct.iter_unpack(tiff.order + "2I", data[: len(data) // 8 * 8]))

    def ratio(key: int) -> float:
        found = tiff.file.read(said.get(key, 0), 8) if said.get(key) else b""
        above, below = struct.unpack(tiff.order + "2I", found) if len(found) == 8 else (0, 0)
        return above / below if below else 0.0

    def text(key: int) -> str:
        found = tiff.file.read(said.get(key, 0), 260) if said.get(key) else b""
        length = struct.unpack_from(tiff.order + "I", found)[0] if len(found) >= 4 else 0
        return found[4 : 4 + min(length, 256)].partition(b"\0")[0].decode("latin-1")

    unit = _LENGTHS.get(text(6).strip().lower())
    if said.get(3) == 1 and unit and not facts.pixel_size_um:
        facts.pixel_size(X=ratio(4) * unit, Y=ratio(5) * unit)
    if (name := text(7)) and not facts.channels:
        facts.name_channels([name])
    if facts.acquired is None and said.get(16):
        found = tiff.file.read(said[16], 8)
        if len(found) == 8:
            facts.date(_moment(*struct.unpack(tiff.order + "2I", found)) or "")


def _moment(day: int, milliseconds: int) -> str | None:
    """A Julian day and milliseconds from midnight in ISO 8601."""
    if not _JULIAN < day < _JULIAN + 3_000_000 or milliseconds >= 86_400_000:
        return None
    date = dt.date.fromordinal(day - _JULIAN)
    if not 1980 <= date.year <= 2100:
        return None
    clock = dt.timedelta(seconds=milliseconds // 1000)
    return (dt.datetime.combine(date, dt.time()) + clock).isoformat()


def lsm(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Zeiss LSM: names of channels and time of the first sample, behind offsets in CZ_LSMINFO.

    Source: the structures ChannelColors and ScanInformation as tifffile 2026 reads them.
    """
    info = tiff.data(pages[0], t.LSM_INFO, 128)
    if len(info) < 128:
        return
    colours, scan = (struct.unpack_from("<I", info, at)[0] for at in (108, 124))
    head = tiff.file.read(colours, 24) if colours else b""
    if len(head) == 24:
        size, _, count, _, names, _ = struct.unpack("<6I", head)
        if 0 < count <= 256 and names < size <= MOST_SETTINGS:
            facts.name_channels(_names(tiff.file.read(colours + names, size - names), count))
    settings = tiff.file.read(scan, MOST_SETTINGS) if scan else b""
    at = settings.find(_SAMPLE_TIME) + len(_SAMPLE_TIME)
    if len(_SAMPLE_TIME) <= at <= len(settings) - 8:
        days = struct.unpack_from("<d", settings, at)[0]
        if 20_000 < days < 80_000:
            moment = dt.datetime(1899, 12, 30) + dt.timedelta(days=days)  # noqa: DTZ001  local time
            facts.date(moment.isoformat(timespec="seconds"))


def _names(data: bytes, count: int) -> list[str]:
    """Texts behind their lengths, each ended by a zero byte."""
    names: list[str] = []
    while len(data) > 4 and len(names) < count:
        end = 4 + int(struct.unpack_from("<I", data)[0])
        names.append(data[4:end].partition(b"\0")[0].decode("utf-8", "replace"))
        data = data[end:]
    return names


def micromanager(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Micro-Manager, NDTiff: pixel size, channel, camera and time of the first plane."""
    if t.MICRO_MANAGER not in pages[0].tags:
        return
    data = tiff.data(pages[0], t.MICRO_MANAGER, MOST_SETTINGS).rstrip(b"\0")
    try:
        said: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(said, dict):
        return
    step = said.get("PixelSizeUm", said.get("PixelSize_um"))
    if isinstance(step, int | float) and step > 0 and not facts.pixel_size_um:
        facts.pixel_size(X=float(step), Y=float(step))
    channel = said.get("Channel")
    if isinstance(channel, str) and not facts.channels and len(pages) == 1:
        facts.name_channels([channel])
    camera = str(said.get("Core-Camera") or said.get("Camera") or "")
    name = said.get(f"{camera}-CameraName") or said.get(f"{camera}-Description")
    if isinstance(name, str) and facts.instrument is None:
        facts.name_instrument(name)
    for key in ("ReceivedTime", "Time"):
        if facts.acquired is None and isinstance(said.get(key), str):
            facts.date(said[key])


def labels(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Photographs of the label of a slide in files of Hamamatsu, Akoya and Ventana."""
    for number, page in enumerate(pages[:64], 1):
        text = tiff.text(page, t.DESCRIPTION, 4096) if t.DESCRIPTION in page.tags else ""
        lens = tiff.data(page, NDPI_LENS, 4) if NDPI_LENS in page.tags else b""
        if re.search(r"<ImageType>\s*Label\s*<|^Label(?:[_ ]Image|\s*$)", text):
            facts.flag(faults.LABEL, f"page {number} is a photograph of the slide's label")
        elif len(lens) == 4 and struct.unpack(tiff.order + "f", lens)[0] == -1:
            facts.flag(
                faults.LABEL,
                f"page {number} is a photograph of the whole slide, on which its label may be read",
            )


def philips(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """The label of a slide in the XML of a Philips TIFF (iSyntax export)."""
    if t.DESCRIPTION not in pages[0].tags:
        return
    if b"DPUfsImport" in tiff.data(pages[0], t.DESCRIPTION, 1024):
        if holds_label(tiff.data(pages[0], t.DESCRIPTION, MOST_XML)):
            facts.flag(faults.LABEL, "its description holds a photograph of the slide's label")
        else:
            labels(tiff, facts, pages, whole)


def scn(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Leica SCN: its largest image, and photographs of the label and of the whole slide.

    Lengths are in nanometres, and a view as large as the collection is the whole slide.
    Source: openslide 4.0 (vendor leica), LeicaSCNReader of Bio-Formats, large_image 1.30.
    """
    text = tiff.text(pages[0], t.DESCRIPTION, MOST_XML)
    there = len(pages) if whole else MOST_XML
    slide = _said(text, "collection")
    images = [part.partition("</image>")[0] for part in re.split(r"<image\b", text)[1:]]
    facts.images = len(images) or None
    largest = 0
    shown: set[int] = set()
    for image in images:
        view, pixels = _said(image, "view"), _said(image, "pixels")
        x, y = (_whole(pixels.get(key, "")) for key in ("sizeX", "sizeY"))
        if slide and all(view.get(key) == slide.get(key) for key in ("sizeX", "sizeY")):
            shown |= {_whole(one) for one in re.findall(r'<dimension\b[^<>]*\bifd="(\d+)"', image)}
            continue
        if x * y <= largest:
            continue
        largest = x * y
        planes = {one: len(set(re.findall(rf'<dimension\b[^<>]*\b{one}="(\d+)"', image)))
                  for one in "cz"}  # fmt: skip
        samples = max(1, tiff.number(pages[0], t.SAMPLES, 1)) if planes["c"] < 2 else planes["c"]
        facts.size(T=1, C=samples, Z=max(1, planes["z"]), Y=y, X=x)
        wide = (_whole(view.get(key, "")) for key in ("sizeX", "sizeY"))
        facts.pixel_size(
            **{a: nm / count / 1e3 for a, nm, count in zip("XY", wide, (x, y), strict=True)}
        )
        facts.name_instrument("Leica", _said(image, "device").get("model", "").split(";")[0])
        if found := re.search(r"<creationDate>([^<]+)<", image):
            facts.date(found[1])
    for found in re.finditer(r"<supplementalImage\b([^<>]*)>", text):
        said = dict(re.findall(r'\b(\w+)="([^"]*)"', found[1]))
        if said.get("type", "").lower() == "label" and _whole(said.get("ifd", "")) < there:
            facts.flag(
                faults.LABEL, f"page {int(said['ifd']) + 1} is a photograph of the slide's label"
            )
    if shown and min(shown) < there:
        facts.flag(
            faults.LABEL,
            f"page {min(shown) + 1} is a photograph of the whole slide, "
            "on which its label may be read",
        )


def _said(text: str, name: str) -> dict[str, str]:
    """The attributes of the first element of a name."""
    found = re.search(rf"<{name}\b([^<>]*)>", text)
    return dict(re.findall(r'\b(\w+)="([^"]*)"', found[1])) if found else {}


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def trestle(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Trestle: the photograph of the whole slide in X.Full (openslide, vendor trestle)."""
    stem = tiff.file.path.rpartition(".")[0]
    name = f"{stem}.Full"
    if places.exists(name) and places.size_of(name):
        facts.members.append(Member(name.rpartition("/")[2], None))
        facts.flag(
            faults.LABEL,
            f"{name.rpartition('/')[2]} is a photograph of the whole slide, "
            "on which its label may be read",
        )


def planes(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """ImageJ: the planes that its description counts, of which a copied one may count too many."""
    sizes = facts.sizes or {}
    page = pages[0]
    text = tiff.text(page, t.DESCRIPTION, 4096) if t.DESCRIPTION in page.tags else ""
    if not text.startswith("ImageJ=") or not whole or tiff.unread:
        return
    count = math.prod(sizes.get(axis, 1) for axis in "TCZ") // max(1, tiff.number(page, t.SAMPLES))
    offsets, counts = tiff.numbers(page, t.STRIPS, 1 << 16), tiff.numbers(page, t.COUNTS, 1 << 16)
    if len(pages) == 1 and offsets and tiff.number(page, t.COMPRESSION, 1) == 1:
        # a stack of more than 4 GiB has one directory, and its planes behind one another
        there = (tiff.file.size - min(offsets)) // max(1, sum(counts))
    else:
        there = len(pages)
    if count > there > 0:
        facts.flag(
            faults.PLANES_DISAGREE,
            f"the ImageJ description counts {count:,} planes, the file has {there:,}",
            value=count,
        )


def aperio(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Aperio: scanner and time of the scan from the description."""
    text = tiff.text(pages[0], t.DESCRIPTION, 1 << 16)
    said = dict(re.findall(r"\|\s*([\w ]+?) *= *([^|]*)", text))
    if scanner := said.get("ScannerType") or said.get("ScanScope ID"):
        facts.name_instrument("Aperio", scanner)
    day = re.fullmatch(r"(\d\d)/(\d\d)/(\d\d)", said.get("Date", "").strip())
    if day:
        facts.date(f"20{day[3]}-{day[1]}-{day[2]} {said.get('Time', '').strip()}".strip())
