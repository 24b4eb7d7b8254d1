"""Scans of whole slides: cellSens VSI, MIRAX, iSyntax, Sakura; and photographs of their labels."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator

from pipeline.images import faults, places
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.raster import jpeg
from pipeline.images.headers.registry import header
from pipeline.images.opened import Cut, Enough, Opened
from pipeline.images.text import finite, settings, words

Settings = dict[str, dict[str, str]]
Record = tuple[int, int, int]
"""Number of a data file, offset in it, and length."""

MOST_STACKS = 200
MOST_TAGS = 16 << 20
MOST_XML = 16 << 20
MOST_INDEX = 16 << 20
MOST_RECORDS = 1 << 20
_LABEL = re.compile(rb"\xee\x07\0\0[\0-\xff]{8}(?:[\0-\xff]{4})?(?:L\0a\0b\0e\0l\0\0|Label\0)")
"""The tag 2030 of a VSI, the name of a stack, with the value Label."""
_TEXTS = (b"\0\x20\0", b"\x0d\0\0")
"""Types of texts before a tag (CellSensReader of Bio-Formats)."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"BM")


@header("cellSens VSI")
def vsi(file: Opened, facts: Facts) -> None:
    """VSI: its folder _X_ with the pixels of all but the overview, in .ets files."""
    if not file.name.lower().endswith(".vsi"):
        return
    home = f"_{file.name[:-4]}_"
    facts.members.append(Member(home, "warning"))
    facts.folders.append(home)
    folder = os.path.join(os.path.dirname(file.path) or ".", home)
    if not places.exists(folder):
        return
    stacks = [name for name in places.names(folder) if name.lower().startswith("stack")]
    for stack in stacks[:MOST_STACKS] or ["stack1"]:
        names = places.names(os.path.join(folder, stack))
        if not any(name.lower().endswith(".ets") for name in names):
            facts.members.append(Member(f"{home}/{stack}/frame_t.ets", "warning"))
    file.allow(MOST_TAGS + (1 << 20))
    data = file.read(0, min(file.size, MOST_TAGS))
    if any(data[at.start() - 4 : at.start() - 1] in _TEXTS for at in _LABEL.finditer(data)):
        facts.flag(faults.LABEL, "one of its stacks is a photograph of the slide's label")


@header("Olympus ETS")
def ets(file: Opened, facts: Facts) -> None:
    """ETS: its table of tiles, and the end of each (CellSensReader of Bio-Formats)."""
    head = file.need(0, 64, "the ETS header")
    dimensions = struct.unpack_from("<I", head, 12)[0]
    table, count = struct.unpack_from("<QI", head, 32)
    if not count or not 2 <= dimensions <= 16:
        return
    _orphan(file, facts)
    row = 20 + 4 * dimensions
    file.reach(table + row * count, "the table of tiles")
    file.allow(MOST_INDEX + (1 << 20))
    data = file.read(table, row * min(count, MOST_INDEX // row))
    form = struct.Struct(f"<{4 + 4 * dimensions}xQI4x")
    file.reach(max(at + length for at, length in form.iter_unpack(data)), "the last tile")


def _orphan(file: Opened, facts: Facts) -> None:
    """Flag tiles in a folder `_X_/stack1` of which no X.vsi stands above."""
    home, _, stack = os.path.dirname(file.path).rpartition("/")
    above, _, name = home.rpartition("/")
    if not re.fullmatch(r"_.+_", name) or not stack.lower().startswith("stack"):
        return
    index = f"{above or '.'}/{name[1:-1]}.vsi"
    if not places.exists(index):
        facts.flag(
            faults.COMPANION_MISSING,
            f"the file above its folder that describes these tiles is absent: {name[1:-1]}.vsi",
            value=f"{name[1:-1]}.vsi",
            severity="warning",
        )


@header("MIRAX")
def mirax(file: Opened, facts: Facts) -> None:
    """MRXS: a small picture, and the folder of its name with index and data.

    Source: the reader of openslide 4.0 (vendor mirax).
    """
    if not file.name.lower().endswith(".mrxs"):
        home = os.path.dirname(os.path.abspath(file.path)) if not file.away else ""
        if home and not places.exists(f"{home}.mrxs"):
            name = os.path.basename(home) + ".mrxs"
            facts.flag(
                faults.COMPANION_MISSING,
                f"the file beside this folder is absent: {name}",
                value=name,
            )
        return
    _mirax(file, facts)
    told = facts.pixel_size_um
    jpeg(file, facts)
    # the sizes of the scan stand in no one place, those of the picture are not its own
    facts.sizes, facts.pixel_type, facts.pixel_size_um = None, None, told


def _mirax(file: Opened, facts: Facts) -> None:
    """Slidedat.ini, the files that it names and how long they must be, pixel size and label."""
    home = file.name.rpartition(".")[0]
    facts.members.append(Member(f"{home}/Slidedat.ini"))
    facts.folders.append(home)
    folder = os.path.join(os.path.dirname(file.path) or ".", home)
    if places.unlisted(file.path):
        return
    inside = {name.lower(): name for name in places.names(folder)}
    said = settings(words(_content(folder, inside, "Slidedat.ini")))
    if not said:
        return
    layers = said.get("HIERARCHICAL", {})
    index = layers.get("INDEXFILE") or "Index.dat"
    count = _whole(said.get("DATAFILE", {}).get("FILE_COUNT", ""))
    data = [said["DATAFILE"].get(f"FILE_{n}") or f"Data{n:04}.dat" for n in range(min(count, 4096))]
    finest = said.get(layers.get("HIER_0_VAL_0_SECTION", ""), {})
    facts.pixel_size(
        **{axis: finite(finest.get(f"MICROMETER_PER_PIXEL_{axis}", "")) for axis in "XY"}
    )
    raw = _content(folder, inside, index)
    start = len("01.02") + len(said.get("GENERAL", {}).get("SLIDE_ID", ""))
    ends: dict[int, int] = {}
    for number, at, length in _tiles(raw, start, _whole(layers.get("HIER_0_COUNT", ""))):
        ends[number] = max(ends.get(number, 0), at + length)
    facts.members.append(Member(f"{home}/{index}"))
    facts.members += [
        Member(f"{home}/{name}", least=ends.get(number)) for number, name in enumerate(data)
    ]
    label = _slot(layers, "ScanDataLayer_SlideBarcode")
    found = None if label is None else _single(raw, start + 4, label)
    if found is None or found[0] >= len(data) or not found[2]:
        return
    try:
        with Opened(os.path.join(folder, inside.get(data[found[0]].lower(), ""))) as pixels:
            photograph = pixels.read(found[1], 4)
    except OSError:
        return
    if photograph.startswith(_PICTURES):
        facts.flag(faults.LABEL, f"{data[found[0]]} holds a photograph of the slide's label")


def _content(folder: str, inside: dict[str, str], name: str) -> bytes:
    """The beginning of a file in the folder of a slide; nothing when it cannot be read."""
    actual = inside.get(name.lower())
    if actual is None:
        return b""
    try:
        with Opened(os.path.join(folder, actual)) as file:
            file.allow(MOST_INDEX + (1 << 20))
            return file.read(0, min(file.size, MOST_INDEX))
    except (OSError, Enough):
        return b""


def _slot(layers: dict[str, str], wanted: str) -> int | None:
    """The place of a value among all values of all layers without a hierarchy."""
    before = 0
    for layer in range(min(_whole(layers.get("NONHIER_COUNT", "")), 1000)):
        count = _whole(layers.get(f"NONHIER_{layer}_COUNT", ""))
        for value in range(min(count, 1000)):
            if layers.get(f"NONHIER_{layer}_VAL_{value}") == wanted:
                return before + value
        before += count
    return None


def _at(data: bytes, place: int, count: int) -> tuple[int, ...]:
    """Whole numbers of four bytes. Raises Cut when the index ends before."""
    if place < 0 or place + 4 * count > len(data):
        raise Cut("the index", place + 4 * count)
    return struct.unpack_from(f"<{count}i", data, place)


def _single(index: bytes, root: int, number: int) -> Record | None:
    """The record of one value: pointers to its page, and on this two numbers and the record."""
    try:
        (table,) = _at(index, root, 1)
        (entry,) = _at(index, table + 4 * number, 1)
        _, page = _at(index, entry, 2)
        _, _, _, _, at, length, file = _at(index, page, 7)
    except Cut:
        return None
    return (file, at, length) if min(file, at, length) >= 0 else None


def _tiles(index: bytes, root: int, levels: int) -> Iterator[Record]:
    """The tiles of all levels, each in a chain of pages; as far as the index can be followed."""
    left = MOST_RECORDS
    try:
        (table,) = _at(index, root, 1)
        for level in range(min(levels, 64)):
            (entry,) = _at(index, table + 4 * level, 1)
            _, page = _at(index, entry, 2)
            while page and left > 0:
                count, following = _at(index, page, 2)
                left -= max(1, count)
                numbers = _at(index, page + 8, 4 * max(0, min(count, left)))
                for at, length, file in zip(
                    numbers[1::4], numbers[2::4], numbers[3::4], strict=True
                ):
                    if min(file, at, length) >= 0:
                        yield file, at, length
                page = following
    except Cut:
        return


@header("KFBio")
def kfb(file: Opened, facts: Facts) -> None:
    """KFB: sizes, pixel size, and the photograph of the label with a header of its own.

    Source: the reader of KFBio slides that was offered to openslide (vendor kfbio, 2023).
    """
    if not file.head.startswith(b"KFB", 4):
        return
    head = file.need(0, 92, "the KFB header")
    y, x = struct.unpack_from("<2i", head, 20)
    label, _, _, tiles = struct.unpack_from("<4i", head, 56)
    facts.size(T=1, C=3, Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = "uint8", 1
    step = struct.unpack_from("<f", head, 76)[0]
    facts.pixel_size(X=step, Y=step)
    file.reach(tiles, "the table of tiles")
    if label <= 0:
        return
    length = struct.unpack_from("<i", file.need(label, 52, "the header of the label"), 20)[0]
    if length > 0 and file.read(label + 52, 4).startswith(_PICTURES):
        facts.flag(faults.LABEL, "it holds a photograph of the slide's label")
        file.reach(label + 52 + length, "the photograph of the label")


@header("Philips iSyntax")
def isyntax(file: Opened, facts: Facts) -> None:
    """iSyntax: the XML before its blocks, ended by a byte 4, and the label's photograph in it."""
    file.allow(MOST_XML + (1 << 20))
    text, end, _ = file.read(0, min(file.size, MOST_XML)).partition(b"\x04")
    if not end and file.size < MOST_XML:
        raise Cut("the XML before the pixels", file.size + 1)
    facts.images = 1
    if holds_label(text):
        facts.flag(faults.LABEL, "its header holds a photograph of the slide's label")


def holds_label(text: bytes) -> bool:
    """Whether the XML of a Philips slide has a picture of the label, which is not blank."""
    for part in re.split(rb"<DataObject\b", text):
        if re.search(rb">\s*LABELIMAGE\s*<", part):
            data = re.search(rb'"PIM_DP_IMAGE_DATA"[^<>]*+>([^<]{0,4096})', part)
            if data is None or data[1].strip():
                return True
    return False


@header("Sakura slide")
def sakura(file: Opened, facts: Facts) -> None:
    """SVSLIDE: an SQLite database with a table of scanned pictures (openslide, vendor sakura)."""
    from pipeline.images.isolation import Stopped, shared

    pages(file)
    facts.images = 1
    if file.away:
        return
    try:
        answer = shared().ask("sakura", file.path)
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"reading the database was stopped: {stopped}")
        return
    if answer.get("label"):
        facts.flag(faults.LABEL, "its database holds a photograph of the slide's label")


def pages(file: Opened) -> None:
    """Raise Cut when an SQLite database lacks pages that its header counts (SQLite format, 1.3)."""
    head = file.need(0, 100, "the SQLite header")
    length = struct.unpack_from(">H", head, 16)[0]
    changed, count = struct.unpack_from(">II", head, 24)
    # the count is sound only where both counters of changes are equal
    if changed == struct.unpack_from(">I", head, 92)[0] and count:
        file.reach(count * (65536 if length == 1 else length), "the last page of the database")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
