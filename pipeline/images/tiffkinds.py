"""Which kind of TIFF a file is, what is in it, and what its directories prove to be wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.images import faults
from pipeline.images import tiff as t
from pipeline.images.facts import Facts
from pipeline.images.formats import Format, Signature, by_suffix, table
from pipeline.images.opened import Cut, Enough, Opened, Wrong
from pipeline.images.tiff import Loop, Page, Tiff
from pipeline.images.tiffdetails import PANASONIC, SPECIAL, technical

Numbers = tuple[int | float, ...]
INDEX_LIMIT = 24 << 20
"""Directories stand anywhere in a TIFF; at most this much of them is read."""
MOST_PAGES = 20_000
OLD_JPEG = 6
"""JPEG of TIFF 6.0, whose data may stand outside the strips (TIFF Technical Note 2)."""
_TEXTS = {
    "description": t.DESCRIPTION,
    "software": t.SOFTWARE,
    "make": t.MAKE,
    "copyright": t.COPYRIGHT,
    "xmp": t.XMP,
    "document": t.DOCUMENT,
}
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
        30817,
        30818,
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
        34316,
        34661,
        34676,
        34677,
        34712,
        34713,
        34718,
        34719,
        34720,
        34826,
        34828,
        34830,
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
_UNSURE_STRIPS = frozenset({t.UIC1, t.UIC2, t.NDPI, t.LSM_INFO})
"""MetaMorph, NDPI and LSM keep strips their own way when there are many planes or 4 GiB."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a kind of TIFF asks for: tags, compressions, and texts by their tag."""

    signature: Signature
    tags: frozenset[int]
    compressions: frozenset[int]
    texts: tuple[tuple[int, re.Pattern[str]], ...]


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            signature,
            frozenset(rule.get("tags", ())),
            frozenset(rule.get("compression", ())),
            tuple((code, re.compile(rule[key])) for key, code in _TEXTS.items() if key in rule),
        )
        for signature in table().tiff
        for rule in [signature.rule["tiff"]]
    )


def kind(tiff: Tiff, page: Page, name: str, suffixes: tuple[str, ...]) -> Format:
    """The kind of TIFF by tags and texts of its first directory, lowest rank first."""
    texts: dict[int, str] = {}
    compression = tiff.number(page, t.COMPRESSION)
    present = page.tags.keys()

    def text(code: int) -> str:
        if code not in texts:
            texts[code] = tiff.text(page, code, 1 << 16) if code in present else ""
        return texts[code]

    for rule in _rules():
        if (
            rule.tags <= present
            and (not rule.compressions or compression in rule.compressions)
            and rule.signature.fits_name(name, suffixes)
            and all(pattern.search(text(code)) for code, pattern in rule.texts)
        ):
            return rule.signature.format
    return table().formats["TIFF (Tagged Image File Format)"]


@lru_cache(1024)
def _claimed(suffixes: tuple[str, ...]) -> Format:
    """The kind of TIFF whose suffix a file has, for one of which no directory can be read."""
    plain = table().formats["TIFF (Tagged Image File Format)"]
    for suffix in suffixes:
        kinds = [one for one in by_suffix((suffix,)) if any("tiff" in rule for rule in one.rules)]
        if kinds and suffix not in plain.all_suffixes:
            return kinds[0]
    return plain


def read(file: Opened, facts: Facts, suffixes: tuple[str, ...]) -> None:
    """Tell a TIFF: its kind, sizes, pixels, and faults that its directories prove."""
    file.allow(INDEX_LIMIT)
    facts.format = _claimed(suffixes).name
    try:
        tiff = t.begin(file)
    except Cut as cut:
        return facts.flag_cut(cut, file.size)
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
        if facts.kind != "unreadable" and not tiff.unread:
            facts.flag(faults.HEADER_DAMAGED, "no directory of the TIFF can be read", broken=True)
        return None
    first = pages[0]
    try:
        found = kind(tiff, first, file.name, suffixes)
    except (Cut, Enough):
        found = _claimed(suffixes)
    facts.format = found.name
    _strips(tiff, facts, file, pages)
    _values(facts, file, pages)
    try:
        _compression(tiff, facts, pages)
        technical(tiff, facts, pages, whole)
        for special in SPECIAL.get(PANASONIC if tiff.panasonic else facts.format, ()):
            special(tiff, facts, pages, whole)
    except Cut as cut:
        facts.flag_cut(cut, file.size)
    except Enough:
        pass
    return None


def _walk(tiff: Tiff, facts: Facts, file: Opened, pages: list[Page]) -> bool:
    """Collect the directories of the chain and below; True when all were seen."""
    try:
        for page in tiff.chain(tiff.first):
            pages.append(page)
            if len(pages) >= MOST_PAGES:
                return False
        for page in pages[:64]:
            for offset in tiff.numbers(page, t.SUB_DIRECTORIES, 64):
                tiff.seen = {page.offset}
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
        last = pages[-1].next if pages else 0
        if not pages:
            facts.flag(
                faults.OFFSET_OUTSIDE,
                f"{cut.what} reaches to byte {cut.end}, the file has {file.size} bytes",
                broken=True,
            )
        elif last % 2 or last >= 0xFFFFFFFE:
            # directories stand at even bytes: this offset was never one
            _no_next(facts, len(pages), last)
        else:
            facts.flag_cut(cut, file.size)
        return False
    except Wrong as wrong:
        if pages:
            _no_next(facts, len(pages), pages[-1].next)
        else:
            facts.flag(faults.HEADER_DAMAGED, str(wrong), broken=True)
        return False
    except Enough:
        tiff.unread = True
        return False
    return True


def _no_next(facts: Facts, pages: int, offset: int) -> None:
    facts.flag(
        faults.HEADER_DAMAGED,
        f"directory {pages} says the next one stands at byte {offset}, where none is",
        severity="warning",
        value=offset,
    )


def _strips(tiff: Tiff, facts: Facts, file: Opened, pages: list[Page]) -> None:
    """Flag the first directory whose pixel data pass the end of the file or are too short."""
    if facts.kind == "unreadable":
        return None
    for number, page in enumerate(pages):
        try:
            if _short(tiff, facts, file, page, number):
                return None
        except Cut as cut:
            return facts.flag_cut(cut, file.size)
        except Enough:
            return None
    return None


def _values(facts: Facts, file: Opened, pages: list[Page]) -> None:
    """Flag the first directory with a value that passes the end of the file."""
    if facts.kind == "unreadable" or file.size > 1 << 32:
        return
    for number, page in enumerate(pages, 1):
        if _UNSURE_STRIPS & page.tags.keys():
            return
        for code, tag in page.tags.items():
            end = tag.at + tag.length
            if tag.type in t.SIZES and file.size < end:
                outside = tag.at >= file.size
                facts.flag(
                    faults.OFFSET_OUTSIDE if outside else faults.TRUNCATED,
                    f"the value of tag {code} of page {number} reaches to byte {end}, "
                    f"the file has {file.size} bytes",
                    severity="warning",
                    value=end,
                )
                return


def _short(tiff: Tiff, facts: Facts, file: Opened, page: Page, number: int) -> bool:
    """Flag a page whose size or pixel data cannot be; whether there is such a fault."""
    width, height = tiff.number(page, t.WIDTH), tiff.number(page, t.HEIGHT)
    tiled = t.TILES in page.tags
    if t.STRIPS not in page.tags and not tiled:
        return number == 0 and _without_pixels(facts, page)
    if number == 0 and (width <= 0 or height <= 0):
        facts.flag(
            faults.HEADER_DAMAGED,
            f"the image is said to be {width} by {height} pixels",
            broken=True,
        )
        return True
    offsets = tiff.numbers(page, t.TILES if tiled else t.STRIPS)
    counts = tiff.numbers(page, t.TILE_COUNTS if tiled else t.COUNTS)
    if number == 0 and _impossible(tiff, facts, page, offsets, counts, file.size):
        return True
    compression = tiff.number(page, t.COMPRESSION, 1)
    if compression == OLD_JPEG:
        return False
    plain = compression in (0, 1)
    bits = _bits(tiff, page)
    expected = (width * bits + 7) // 8 * height
    stored = [(int(at), int(n)) for at, n in zip(offsets, counts, strict=False) if at and n]
    last = max((at + count for at, count in stored), default=0)
    total = sum(count for _, count in stored)
    if _UNSURE_STRIPS & page.tags.keys() and (number or len(counts) > 1 or file.size > 1 << 32):
        last = min(last, file.size) if total > expected * 2 else last
    if plain and offsets and not tiled:
        if not counts and len(offsets) == 1:
            last = int(offsets[0]) + expected
        elif last > file.size:
            last = _plain_end(tiff, page, offsets, counts, width * bits, height)
    if last > file.size + (0 if plain else 4):
        facts.flag(
            faults.TRUNCATED,
            f"the pixel data of page {number + 1} reach to byte {last}, "
            f"the file has {file.size} bytes",
            broken=True,
            value=last,
        )
        return True
    counted = plain and not tiled and offsets and counts and t.LSM_INFO not in page.tags
    if not counted or total >= expected // 2 or not all(offsets):
        return False
    if expected <= file.size - min(int(at) for at in offsets):
        return False
    facts.flag(
        faults.TRUNCATED,
        f"page {number + 1} of {width} by {height} pixels needs {expected} bytes, "
        f"its data have {total}",
        broken=True,
        value=total,
    )
    return True


def _without_pixels(facts: Facts, page: Page) -> bool:
    """Flag a first directory that tells neither of pixels nor where else they are."""
    told = {t.WIDTH, t.HEIGHT} <= page.tags.keys()
    elsewhere = {t.SUB_DIRECTORIES, t.EXIF} & page.tags.keys()
    if told or elsewhere:
        return False
    facts.flag(
        faults.HEADER_DAMAGED,
        "the first directory names neither width and height nor pixel data",
        broken=True,
    )
    return True


def _bits(tiff: Tiff, page: Page) -> int:
    """Bits of one pixel with all its samples."""
    each = tiff.numbers(page, t.BITS, 64)
    bits = sum(int(one) for one in each) or 1
    samples = max(1, tiff.number(page, t.SAMPLES, 1))
    return bits * samples if len(each) < samples else bits


def _impossible(
    tiff: Tiff, facts: Facts, page: Page, offsets: Numbers, counts: Numbers, size: int
) -> bool:
    """Flag pixels without bits or samples; and, as a warning, strips of impossible lengths."""
    bits = tiff.numbers(page, t.BITS, 64)
    for name, none in (
        ("BitsPerSample", bool(bits) and min(bits) <= 0),
        ("SamplesPerPixel", t.SAMPLES in page.tags and tiff.number(page, t.SAMPLES, 1) <= 0),
    ):
        if none:
            facts.flag(
                faults.HEADER_DAMAGED, f"{name} is 0, so a pixel would hold nothing", broken=True
            )
            return True
    plain = tiff.number(page, t.COMPRESSION, 1) in (0, 1)
    odd = [
        int(count)
        for offset, count in zip(offsets, counts, strict=False)
        if offset and (count == 0 or count > size)
    ]
    if plain and odd and len(offsets) == 1 and not _UNSURE_STRIPS & page.tags.keys():
        facts.flag(
            faults.HEADER_DAMAGED,
            f"the only strip is said to have {odd[0]} bytes, the file has {size}",
            severity="warning",
            value=odd[0],
        )
    return False


def _plain_end(
    tiff: Tiff, page: Page, offsets: Numbers, counts: Numbers, row_bits: int, height: int
) -> int:
    """The end of uncompressed strips, none longer than its rows: some writers round the last up."""
    rows = max(1, tiff.number(page, t.ROWS, height) or height)
    planes = max(1, tiff.number(page, t.SAMPLES, 1)) if tiff.number(page, t.PLANAR, 1) == 2 else 1
    row = (row_bits // planes + 7) // 8
    strips = max(1, -(-height // rows))
    end = 0
    for number, (offset, count) in enumerate(zip(offsets, counts, strict=False)):
        left = height - (number % strips) * rows
        needed = row * min(rows, max(0, left))
        end = max(end, int(offset) + min(int(count), needed))
    return end


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
