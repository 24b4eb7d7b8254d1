"""What a TIFF says of its pixels: sizes, types, pixel size, and what single kinds add."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from pipeline.images import faults, tiffmakers
from pipeline.images import tiff as t
from pipeline.images.facts import Facts
from pipeline.images.text import finite
from pipeline.images.tiff import Page, Tiff

_UNDATED = frozenset({"TIFF (Tagged Image File Format)", "Photoshop TIFF", "OME-TIFF"})
"""Kinds whose date is when the file was saved."""
_KINDS = {1: "uint", 2: "int", 3: "float", 5: "int", 6: "complex"}


def pixel_type(tiff: Tiff, page: Page) -> str | None:
    """uint8, int16, float32 … of a directory, or None when unusual."""
    bits = tiff.number(page, t.BITS, 1)
    form = _KINDS.get(tiff.number(page, t.SAMPLE_FORMAT, 1), "uint")
    if bits == 1:
        return "bit"
    # pixels of 2, 4 or 12 bits are read into whole bytes
    whole = next((one for one in (8, 16, 32, 64, 128) if 0 < bits <= one), None)
    return f"{form}{bits if form == 'float' else whole}" if whole else None


def shape(tiff: Tiff, page: Page) -> tuple[int, int, int, str | None]:
    """Width, height, samples and pixel type of a directory."""
    return (
        tiff.number(page, t.WIDTH),
        tiff.number(page, t.HEIGHT),
        max(1, tiff.number(page, t.SAMPLES, 1)),
        pixel_type(tiff, page),
    )


def technical(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Sizes, pixel type, pixel size and number of images of a TIFF."""
    width, height, samples, form = shape(tiff, pages[0])
    facts.pixel_type = form
    alike = 0
    kinds = set()
    for page in pages[:512]:
        if tiff.number(page, t.SUBFILE) & 5:
            continue
        one = shape(tiff, page)
        kinds.add(one)
        alike += one == (width, height, samples, form)
    count = len(pages) if len(kinds) <= 1 and len(pages) > 512 else max(1, alike)
    facts.images = max(1, len(kinds)) if whole else None
    if tiff.unread:
        facts.size(C=samples, Y=height, X=width)
    else:
        facts.size(T=1, C=samples, Z=count, Y=height, X=width)
    make = [tiff.text(pages[0], code, 256) for code in (t.MAKE, t.MODEL) if code in pages[0].tags]
    facts.name_instrument(*make)
    if make or facts.format not in _UNDATED:
        facts.date(tiff.text(pages[0], t.DATE, 32))
    unit = {2: 25400.0, 3: 10000.0}.get(tiff.number(pages[0], t.RESOLUTION_UNIT, 1))
    description = (
        tiff.text(pages[0], t.DESCRIPTION, 1 << 16) if t.DESCRIPTION in pages[0].tags else ""
    )
    if description.startswith("ImageJ="):
        _imagej(tiff, facts, pages, description)
    elif unit and t.X_RESOLUTION in pages[0].tags:
        x = tiff.numbers(pages[0], t.X_RESOLUTION, 1)
        y = tiff.numbers(pages[0], t.Y_RESOLUTION, 1)
        # 72, 96, 150 and 300 to the inch are what programs write when they do not know
        if x and y and x[0] not in (1, 72, 96, 150, 300) and x[0] > 0 and y[0] > 0:
            facts.pixel_size(X=unit / float(x[0]), Y=unit / float(y[0]))


def _imagej(tiff: Tiff, facts: Facts, pages: list[Page], description: str) -> None:
    said = dict(line.split("=", 1) for line in description.splitlines() if "=" in line)

    def whole(key: str) -> int:
        value = said.get(key, "")
        return int(value) if value.isdecimal() and len(value) < 9 else 1

    channels, slices, frames = whole("channels"), whole("slices"), whole("frames")
    sizes = facts.sizes or {}
    if channels * slices * frames == 1:
        slices = whole("images")
    facts.size(
        T=frames, C=max(channels, sizes.get("C", 1)), Z=slices, Y=sizes.get("Y"), X=sizes.get("X")
    )
    factor = {
        "micron": 1.0,
        "um": 1.0,
        "µm": 1.0,
        "\\u00b5m": 1.0,
        "nm": 1e-3,
        "mm": 1e3,
        "cm": 1e4,
    }.get(said.get("unit", "").strip().lower())
    x = tiff.numbers(pages[0], t.X_RESOLUTION, 1)
    y = tiff.numbers(pages[0], t.Y_RESOLUTION, 1)
    if factor and x and y and x[0] > 0 and y[0] > 0:
        facts.pixel_size(
            X=factor / float(x[0]),
            Y=factor / float(y[0]),
            Z=finite(said.get("spacing", "")) * factor,
        )


def _aperio(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Aperio: pixel size from MPP, and the slide's label image."""
    description = tiff.text(pages[0], t.DESCRIPTION, 1 << 16)
    if found := re.search(r"\bMPP *= *([\d.]+)", description):
        facts.pixel_size(X=finite(found[1]), Y=finite(found[1]))
    width, height, samples, _ = shape(tiff, pages[0])
    facts.size(T=1, C=samples, Z=1, Y=height, X=width)
    texts = {
        number: tiff.text(page, t.DESCRIPTION, 4096) if t.DESCRIPTION in page.tags else ""
        for number, page in enumerate(pages[1:64], 2)
    }
    for kind, what in (("label", "the slide's label"), ("macro", "the whole slide, on which its "
                       "label may be read")):  # fmt: skip
        for number, text in texts.items():
            if re.search(rf"(?m)^{kind}\b", text):
                facts.flag(faults.LABEL, f"page {number} is a photograph of {what}")
                return


def _ome(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    from pipeline.images import ome, omedocument

    text = tiff.data(pages[0], t.DESCRIPTION).rstrip(b"\0")
    first = shape(tiff, pages[0])
    omedocument.read(
        text,
        facts,
        ome.Around(
            pages=len(pages) if whole else None,
            width=first[0],
            height=first[1],
            samples=first[2],
            pixel_type=first[3],
            name=tiff.file.name,
        ),
    )


def _lsm(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Zeiss LSM: sizes and voxel size from CZ_LSMINFO (every second page is a thumbnail)."""
    data = tiff.data(pages[0], t.LSM_INFO, 512)
    if len(data) < 64 or struct.unpack_from(tiff.order + "I", data)[0] not in (67127628, 50350412):
        return
    x, y, z, channels, times = struct.unpack_from(tiff.order + "5i", data, 8)
    if x > 0 and y > 0:
        facts.size(T=max(1, times), C=max(1, channels), Z=max(1, z), Y=y, X=x)
    steps = struct.unpack_from(tiff.order + "3d", data, 40)
    facts.pixel_size(**{axis: step * 1e6 for axis, step in zip("XYZ", steps, strict=True)})
    facts.images = 1


def _fei(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """FEI: pixel size in metres from its text of settings."""
    for code in (34682, 34680, 34683):
        text = tiff.text(pages[0], code, 1 << 16)
        said = dict(re.findall(r"(?m)^(Date|Time|SystemType)=(.*)$", text))
        if said.get("SystemType"):
            facts.name_instrument("FEI", said["SystemType"])
        if said.get("Date"):
            facts.date(f"{said['Date']} {said.get('Time', '')}".replace("\r", ""))
        found = dict(re.findall(r"(?m)^Pixel(Width|Height)=([\d.eE+-]+)", text))
        if "Width" in found and "Height" in found:
            facts.pixel_size(X=finite(found["Width"]) * 1e6, Y=finite(found["Height"]) * 1e6)
            return


def _sem(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Zeiss SEM: pixel size with its unit from its text of settings."""
    found = re.search(
        r"Pixel Size = ([\d.eE+-]+) (pm|nm|µm|um|mm)",
        tiff.data(pages[0], 34118, 1 << 16).decode("cp1252", "replace"),
    )
    if found:
        unit = {"pm": 1e-6, "nm": 1e-3, "mm": 1e3}.get(found[2], 1.0)
        facts.pixel_size(X=finite(found[1]) * unit, Y=finite(found[1]) * unit)


def _metamorph(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """MetaMorph: pixel size and time from the properties in its description."""
    text = tiff.text(pages[0], t.DESCRIPTION, 1 << 16)
    said = dict(re.findall(r'<(?:custom-)?prop id="([\w-]+)"[^<>]*? value="([^"]*)"', text))
    if said.get("spatial-calibration-state") == "on" and said.get(
        "spatial-calibration-units", ""
    ).lower() in ("um", "µm", "microns"):
        facts.pixel_size(
            X=finite(said.get("spatial-calibration-x", "")),
            Y=finite(said.get("spatial-calibration-y", "")),
        )
    facts.date(said.get("acquisition-time-local", ""))
    if said.get("image-name"):
        facts.name_channels([said["image-name"]])


PANASONIC = "Panasonic RW2"


def _panasonic(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Panasonic RW2: where its pixels begin; packed, each takes more than one bit."""
    if at := tiff.number(pages[0], t.RAW_OFFSET):
        pixels = tiff.number(pages[0], t.WIDTH) * tiff.number(pages[0], t.HEIGHT)
        tiff.file.reach(at + pixels // 8, "the raw pixels, packed,")


SPECIAL: dict[str, tuple[Callable[[Tiff, Facts, list[Page], bool], None], ...]] = {
    "Aperio SVS TIFF": (_aperio, tiffmakers.aperio),
    "FEI TIFF": (_fei,),
    PANASONIC: (_panasonic,),
    "LEO": (_sem,),
    "MetaMorph 7.5 TIFF": (_metamorph, tiffmakers.stack),
    "MetaMorph Stack (STK)": (_metamorph, tiffmakers.stack),
    "MetaXpress": (_metamorph, tiffmakers.stack),
    "Hamamatsu ndpi": (tiffmakers.labels,),
    "Leica SCN": (tiffmakers.scn,),
    "Micro-Manager": (tiffmakers.micromanager,),
    "NDTiff": (tiffmakers.micromanager,),
    "OME-TIFF": (_ome,),
    "TIFF (Tagged Image File Format)": (tiffmakers.philips, tiffmakers.planes),
    "Trestle": (tiffmakers.trestle,),
    "Vectra QPTIFF": (tiffmakers.labels,),
    "Ventana BIF": (tiffmakers.labels,),
    "Zeiss LSM (Laser Scanning Microscope) 510/710": (_lsm, tiffmakers.lsm),
}
