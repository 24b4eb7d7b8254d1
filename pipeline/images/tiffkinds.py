"""Which kind of TIFF a file is, what is in it, and what its directories prove to be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from pipeline.images import faults
from pipeline.images import tiff as t
from pipeline.images.facts import Facts
from pipeline.images.formats import Format, table
from pipeline.images.opened import Cut, Enough, Opened, Wrong
from pipeline.images.tiff import Loop, Page, Tiff

INDEX_LIMIT = 24 << 20
"""Directories stand anywhere in a TIFF; at most this much of them is read."""
MOST_PAGES = 20_000
_TEXTS = {
    "description": t.DESCRIPTION,
    "software": t.SOFTWARE,
    "make": t.MAKE,
    "copyright": t.COPYRIGHT,
    "xmp": t.XMP,
    "document": t.DOCUMENT,
}
_KINDS = {1: "uint", 2: "int", 3: "float", 5: "int", 6: "complex"}
COMPRESSIONS = frozenset(
    {
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        32766,
        32767,
        32769,
        32770,
        32771,
        32773,
        32774,
        32809,
        32895,
        32896,
        32897,
        32898,
        32908,
        32909,
        32946,
        32947,
        33003,
        33004,
        33005,
        33007,
        34661,
        34676,
        34677,
        34712,
        34713,
        34718,
        34719,
        34720,
        34887,
        34888,
        34889,
        34892,
        34925,
        34926,
        34927,
        34933,
        34934,
        42112,
        48124,
        50000,
        50001,
        50002,
        52546,
        52547,
        65000,
        65001,
        65002,
        65535,
        65536,
    }
)
"""TIFF 6.0, libtiff, tifffile 2026.3.3 and the numbers that vendors registered."""
_UNSURE_STRIPS = frozenset({33628, 33629, 65420, 34412})
"""MetaMorph, NDPI and LSM keep strips their own way when there are many planes or 4 GiB."""


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def kind(tiff: Tiff, page: Page, name: str, suffixes: tuple[str, ...]) -> Format:
    """The kind of TIFF by tags and texts of its first directory, lowest rank first."""
    texts: dict[str, str] = {}
    for signature in table().tiff:
        rule: dict[str, Any] = signature.rule["tiff"]
        if not all(code in page.tags for code in rule.get("tags", ())):
            continue
        if "compression" in rule and tiff.number(page, t.COMPRESSION) not in rule["compression"]:
            continue
        fits = signature.fits_name(name, suffixes)
        for key, code in _TEXTS.items():
            if not fits:
                break
            if key in rule:
                if key not in texts:
                    texts[key] = tiff.text(page, code, 1 << 16) if code in page.tags else ""
                fits = _regex(rule[key]).search(texts[key]) is not None
        if fits:
            return signature.format
    return table().formats["TIFF (Tagged Image File Format)"]


def read(file: Opened, facts: Facts, suffixes: tuple[str, ...]) -> None:
    """Tell a TIFF: its kind, sizes, pixels, and faults that its directories prove."""
    file.allow(INDEX_LIMIT)
    facts.format = "TIFF (Tagged Image File Format)"
    try:
        tiff = t.begin(file)
    except Cut as cut:
        return _cut(facts, file, cut)
    if tiff is None:
        facts.flag(faults.HEADER_DAMAGED, "the TIFF header is not one", broken=True)
        return None
    if tiff.first == 0 or tiff.first >= file.size:
        facts.flag(
            faults.OFFSET_OUTSIDE,
            f"the first directory should be at byte {tiff.first}, the file has {file.size} bytes",
            broken=True,
        )
        return None
    pages: list[Page] = []
    whole = _walk(tiff, facts, file, pages)
    if not pages:
        if facts.kind != "unreadable":
            facts.flag(faults.HEADER_DAMAGED, "no directory of the TIFF can be read", broken=True)
        return None
    first = pages[0]
    try:
        found = kind(tiff, first, file.name, suffixes)
    except (Cut, Enough):
        found = table().formats["TIFF (Tagged Image File Format)"]
    facts.format = found.name
    _strips(tiff, facts, file, pages)
    try:
        _compression(tiff, facts, pages)
        _technical(tiff, facts, pages, whole)
        for special in SPECIAL.get(facts.format, ()):
            special(tiff, facts, pages, whole)
    except Cut as cut:
        _cut(facts, file, cut)
    except Enough:
        pass
    return None


def _cut(facts: Facts, file: Opened, cut: Cut) -> None:
    facts.flag(
        faults.TRUNCATED,
        f"{cut.what} reaches to byte {cut.end}, the file has {file.size} bytes",
        broken=True,
        value=cut.end,
    )


def _walk(tiff: Tiff, facts: Facts, file: Opened, pages: list[Page]) -> bool:
    """Collect the directories of the chain and below; True when all were seen."""
    try:
        for page in tiff.chain(tiff.first):
            pages.append(page)
            if len(pages) >= MOST_PAGES:
                return False
        for page in pages[:64]:
            offsets = tiff.numbers(page, t.SUB_DIRECTORIES, 64)
            for offset in offsets:
                for _ in tiff.chain(int(offset)):
                    pass
    except Loop:
        facts.flag(
            faults.CHAIN_LOOPS,
            f"after directory {len(pages)} the chain of directories comes back to an earlier one",
            broken=True,
        )
        return False
    except Cut as cut:
        if pages:
            _cut(facts, file, cut)
        else:
            facts.flag(
                faults.OFFSET_OUTSIDE,
                f"{cut.what} reaches to byte {cut.end}, the file has {file.size} bytes",
                broken=True,
            )
        return False
    except Wrong as wrong:
        facts.flag(faults.HEADER_DAMAGED, str(wrong), broken=True)
        return False
    except Enough:
        return False
    return True


def _strips(tiff: Tiff, facts: Facts, file: Opened, pages: list[Page]) -> None:
    """Flag the first directory whose pixel data pass the end of the file or are too short."""
    if facts.kind == "unreadable":
        return None
    for number, page in enumerate(pages):
        try:
            if _short(tiff, facts, file, page, number):
                return None
        except Cut as cut:
            return _cut(facts, file, cut)
        except Enough:
            return None


def _short(tiff: Tiff, facts: Facts, file: Opened, page: Page, number: int) -> bool:
    width, height = tiff.number(page, t.WIDTH), tiff.number(page, t.HEIGHT)
    tiled = t.TILES in page.tags
    if t.STRIPS not in page.tags and not tiled:
        if number == 0 and (t.WIDTH not in page.tags or t.HEIGHT not in page.tags):
            if t.SUB_DIRECTORIES not in page.tags and 34665 not in page.tags:
                facts.flag(
                    faults.HEADER_DAMAGED,
                    "the first directory names neither width and height nor pixel data",
                    broken=True,
                )
                return True
        return False
    if number == 0 and (width <= 0 or height <= 0):
        facts.flag(
            faults.HEADER_DAMAGED,
            f"the image is said to be {width} by {height} pixels",
            broken=True,
        )
        return True
    offsets = tiff.numbers(page, t.TILES if tiled else t.STRIPS)
    counts = tiff.numbers(page, t.TILE_COUNTS if tiled else t.COUNTS)
    bits = sum(int(b) for b in tiff.numbers(page, t.BITS, 64)) or 1
    samples = max(1, tiff.number(page, t.SAMPLES, 1))
    if len(tiff.numbers(page, t.BITS, 64)) < samples:
        bits *= samples
    compression = tiff.number(page, t.COMPRESSION, 1)
    plain = compression in (0, 1)
    expected = (width * bits + 7) // 8 * height
    last = 0
    total = 0
    for offset, count in zip(offsets, counts, strict=False):
        if offset and count:
            last = max(last, int(offset) + int(count))
            total += int(count)
    if _UNSURE_STRIPS & page.tags.keys() and (number or len(counts) > 1 or file.size > 1 << 32):
        last = min(last, file.size) if total > expected * 2 else last
    if plain and offsets and not tiled:
        begin = min(int(offset) for offset in offsets)
        if len(offsets) == 1 or total > 2 * expected:
            last = min(last, begin + expected) if last > file.size else last
    if last > file.size + (0 if plain else 4):
        facts.flag(
            faults.TRUNCATED,
            f"the pixel data of page {number + 1} reach to byte {last}, "
            f"the file has {file.size} bytes",
            broken=True,
            value=last,
        )
        return True
    if (
        plain
        and not tiled
        and offsets
        and counts
        and total < expected // 2
        and 34412 not in page.tags
    ):
        complete = all(offsets)
        if complete and expected > file.size - min(int(o) for o in offsets):
            facts.flag(
                faults.TRUNCATED,
                f"page {number + 1} of {width} by {height} pixels needs {expected} bytes, "
                f"its data have {total}",
                broken=True,
                value=total,
            )
            return True
    return False


def _compression(tiff: Tiff, facts: Facts, pages: list[Page]) -> None:
    for number, page in enumerate(pages[:64], 1):
        found = tiff.number(page, t.COMPRESSION, 1)
        if found not in COMPRESSIONS:
            facts.flag(
                faults.COMPRESSION_UNKNOWN,
                f"page {number} names the compression {found}, which no program is known to write",
                value=found,
            )
            return


def pixel_type(tiff: Tiff, page: Page) -> str | None:
    """uint8, int16, float32 … of a directory, or None when unusual."""
    bits = tiff.number(page, t.BITS, 1)
    form = _KINDS.get(tiff.number(page, t.SAMPLE_FORMAT, 1), "uint")
    if bits == 1:
        return "bit"
    return f"{form}{bits}" if 0 < bits <= 128 else None


def shape(tiff: Tiff, page: Page) -> tuple[int, int, int, str | None]:
    """Width, height, samples and pixel type of a directory."""
    return (
        tiff.number(page, t.WIDTH),
        tiff.number(page, t.HEIGHT),
        max(1, tiff.number(page, t.SAMPLES, 1)),
        pixel_type(tiff, page),
    )


def _technical(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
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
    facts.size(T=1, C=samples, Z=count, Y=height, X=width)
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
        return int(value) if value.isdigit() and len(value) < 9 else 1

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
            Z=_float(said.get("spacing", "")) * factor,
        )


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _aperio(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    """Aperio: pixel size from MPP, and the slide's label image."""
    description = tiff.text(pages[0], t.DESCRIPTION, 1 << 16)
    if found := re.search(r"\bMPP *= *([\d.]+)", description):
        facts.pixel_size(X=_float(found[1]), Y=_float(found[1]))
    width, height, samples, _ = shape(tiff, pages[0])
    facts.size(T=1, C=samples, Z=1, Y=height, X=width)
    for number, page in enumerate(pages[1:64], 2):
        text = tiff.text(page, t.DESCRIPTION, 4096) if t.DESCRIPTION in page.tags else ""
        if re.search(r"(?m)^label\b", text):
            facts.flag(faults.LABEL, f"page {number} is a photograph of the slide's label")


def _ome(tiff: Tiff, facts: Facts, pages: list[Page], whole: bool) -> None:
    from pipeline.images import ome

    text = tiff.data(pages[0], t.DESCRIPTION).rstrip(b"\0")
    first = shape(tiff, pages[0])
    ome.read(
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


SPECIAL: dict[str, tuple[Callable[[Tiff, Facts, list[Page], bool], None], ...]] = {
    "Aperio SVS TIFF": (_aperio,),
    "OME-TIFF": (_ome,),
}
