"""DICOM: its elements one after the other (PS3.5), sizes, truncation, and who is named in it."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Protocol

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import FARTHEST, Cut, Enough, Opened, Wrong
from pipeline.images.persons import somebody

_LONG = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
)
_SHORT = frozenset(
    {
        b"AE",
        b"AS",
        b"AT",
        b"CS",
        b"DA",
        b"DS",
        b"DT",
        b"FL",
        b"FD",
        b"IS",
        b"LO",
        b"LT",
        b"PN",
        b"SH",
        b"SL",
        b"SS",
        b"ST",
        b"TM",
        b"UI",
        b"UL",
        b"US",
    }
)
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = (0xFFFE, 0xE000), (0xFFFE, 0xE00D), (0xFFFE, 0xE0DD)
PIXELS = frozenset({(0x7FE0, 0x0010), (0x7FE0, 0x0008), (0x7FE0, 0x0009)})
_WANTED = {
    (0x0028, 0x0002): "samples",
    (0x0028, 0x0004): "colours",
    (0x0028, 0x0008): "frames",
    (0x0028, 0x0010): "rows",
    (0x0028, 0x0011): "columns",
    (0x0028, 0x0030): "spacing",
    (0x0028, 0x0100): "bits",
    (0x0028, 0x0103): "sign",
    (0x0010, 0x0010): "name",
    (0x0010, 0x0020): "id",
    (0x0010, 0x0030): "birth date",
    (0x0012, 0x0062): "removed",
    (0x0008, 0x0008): "type",
    (0x0010, 0x1040): "address",
    (0x0010, 0x1000): "other ids",
    (0x0010, 0x1001): "other names",
    (0x0010, 0x1005): "birth name",
    (0x0010, 0x1060): "mother's birth name",
    (0x0010, 0x1090): "medical record",
    (0x0010, 0x2154): "telephone numbers",
    (0x0010, 0x2201): "species",
    (0x0010, 0x2297): "responsible person",
    (0x0002, 0x0010): "syntax",
    (0x0018, 0x1164): "imager spacing",
    (0x0008, 0x0016): "class",
    (0x0020, 0x000D): "study",
    (0x0008, 0x0070): "maker",
    (0x0008, 0x1090): "model",
    (0x0008, 0x0022): "date",
    (0x0008, 0x0023): "content date",
    (0x0048, 0x0010): "label",
    (0x0048, 0x0006): "all columns",
    (0x0048, 0x0007): "all rows",
    (0x0048, 0x0303): "focal planes",
}
_NUMBERS = frozenset(
    {"samples", "rows", "columns", "bits", "sign", "all columns", "all rows", "focal planes"}
)
GROUPS = frozenset({(0x5200, 0x9229), (0x5200, 0x9230)})
MEASURES, SPACING = (0x0028, 0x9110), (0x0028, 0x0030)
"""What all frames share, and what each has, with the pixel measures in them (PS3.3, C.7.6.16)."""
MOST_GROUPED = 1000
_OF_ANIMALS = ("name", "birth date", "id", "other ids", "other names")
"""What an animal may have without naming a person."""
_PERSONAL = (
    *_OF_ANIMALS,
    "address",
    "birth name",
    "mother's birth name",
    "medical record",
    "telephone numbers",
    "responsible person",
)
MOST_ELEMENTS = 50_000
MOST_PACKED, MOST_UNPACKED = 4 << 20, 8 << 20
"""Bytes of a deflated data set that are read, and inflated."""


@dataclass(slots=True)
class Element:
    """One element: tag, value representation, length, and where its value stands."""

    tag: tuple[int, int]
    kind: bytes
    length: int
    at: int


class Elements(Protocol):
    """What elements are read from."""

    size: int

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes at an offset."""

    def need(self, offset: int, count: int, what: str) -> bytes:
        """Exactly `count` bytes at an offset. Raises Cut when they pass the end."""

    def reach(self, end: int, what: str) -> None:
        """Raise Cut when there are fewer than `end` bytes."""


class Inflated:
    """The elements of a deflated data set, as far as they are read for a header (PS3.5, A.5)."""

    def __init__(self, file: Opened, at: int) -> None:
        packed = file.read(at, MOST_PACKED)
        unpacker = zlib.decompressobj(-15)
        try:
            self._data = unpacker.decompress(packed, MOST_UNPACKED)
        except zlib.error as error:
            raise Wrong(f"the DICOM elements cannot be inflated: {error}") from None
        if at + len(packed) == file.size and not unpacker.eof and not unpacker.unconsumed_tail:
            raise Cut("the deflated DICOM data set", file.size + 1)
        self.size = len(self._data) if unpacker.eof else FARTHEST

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes at an offset."""
        return self._data[offset : offset + count]

    def need(self, offset: int, count: int, what: str) -> bytes:
        """Exactly `count` bytes. Raises Cut past the end, Enough past what is inflated."""
        self.reach(offset + count, what)
        if offset + count > len(self._data):
            raise Enough
        return self.read(offset, count)

    def reach(self, end: int, what: str) -> None:
        """Raise Cut when there are fewer than `end` bytes."""
        if end > self.size:
            raise Cut(what, end)


def element(file: Elements, at: int, order: str, explicit: bool) -> Element:
    """The element at an offset. Raises Cut when its lead passes the end."""
    lead = file.need(at, 8, "a DICOM element")
    tag: tuple[int, int] = struct.unpack_from(order + "HH", lead, 0)
    if tag[0] == 0xFFFE or not explicit:
        return Element(tag, b"", struct.unpack_from(order + "I", lead, 4)[0], at + 8)
    kind = lead[4:6]
    if kind in _LONG:
        raw = file.need(at + 8, 4, "a DICOM element")
        return Element(tag, kind, struct.unpack(order + "I", raw)[0], at + 12)
    if kind not in _SHORT:
        return Element(tag, b"", struct.unpack_from(order + "I", lead, 4)[0], at + 8)
    return Element(tag, kind, struct.unpack_from(order + "H", lead, 6)[0], at + 8)


@shaped("dicom")
def is_dicom(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """DICOM without its preamble: elements of groups 2 or 8 in rising order."""
    at, last = 0, (0, 0)
    order = ">" if file.head[:2] == b"\0\x08" else "<"
    for number in range(6):
        explicit = file.head[at + 4 : at + 6] in _LONG | _SHORT
        one = element(file, at, order, explicit)
        if one.tag <= last or (number == 0 and one.tag[0] not in (2, 8)):
            return False
        if one.length > 4096 or one.tag[0] > 0x40:
            return False
        last, at = one.tag, one.at + one.length
    return True


@header("DICOM")
def dicom(file: Opened, facts: Facts) -> None:
    """DICOM: walk the elements to the pixel data, take sizes, flag what is cut and who is named."""
    file.allow(8 << 20)
    marked = file.head.startswith(b"DICM", 128)
    at = 132 if marked else 0
    said: dict[str, str] = {}
    order, explicit = "<", True
    if at >= file.size:
        raise Cut("the first DICOM element", at + 8)
    while at + 8 <= file.size and struct.unpack("<H", file.read(at, 2))[0] == 2:
        one = element(file, at, "<", file.read(at + 4, 2) in _LONG | _SHORT)
        file.reach(one.at + one.length, "the DICOM file meta information")
        _take(file, one, said, "<")
        at = one.at + one.length
    syntax = said.get("syntax", "")
    if syntax == "1.2.840.10008.1.2.1.99":
        inner = Inflated(file, at)
        try:
            _walk(inner, 0, "<", True, said)
        except Enough:
            pass
        finally:
            _identity(facts, said)
            _sizes(facts, said)
        return
    if syntax == "1.2.840.10008.1.2.2":
        order = ">"
    explicit = syntax != "1.2.840.10008.1.2"
    if not syntax:
        order = ">" if file.read(at, 2) == b"\0\x08" else "<"
        explicit = file.read(at + 4, 2) in _LONG | _SHORT
    try:
        pixels = _walk(file, at, order, explicit, said)
    finally:
        _identity(facts, said)
        _sizes(facts, said)
    if pixels is not None:
        _pixels(file, pixels, order, said)
    elif said.get("class", "").startswith("1.2.840.10008.5.1.4.1.1.") and "study" not in said:
        # every image, report and plan has a study's identifier (PS3.3, C.7.2.1)
        raise Cut("the study identifier that every DICOM object has", file.size + 8)


def _take(file: Elements, one: Element, said: dict[str, str], order: str) -> None:
    key = _WANTED.get(one.tag)
    if key is None or key in said or one.length == UNDEFINED:
        return
    raw = file.read(one.at, min(one.length, 1024))
    if key in _NUMBERS and len(raw) >= 2:
        said[key] = str(struct.unpack_from(order + ("I" if len(raw) == 4 else "H"), raw)[0])
    else:
        said[key] = raw.decode("utf-8", "replace").strip(" \0")


def _walk(
    file: Elements, at: int, order: str, explicit: bool, said: dict[str, str]
) -> Element | None:
    """Walk the top level, descending only into what has no length; the pixel data, if any."""
    depth = 0
    for _ in range(MOST_ELEMENTS):
        if at + 8 > file.size:
            if depth or (at < file.size and file.read(at, 8).strip(b"\0")):
                raise Cut("a DICOM element", at + 8)
            return None
        one = element(file, at, order, explicit)
        if one.tag == (0, 0) and one.length == 0:
            return None
        at = one.at
        if one.tag in PIXELS and depth == 0:
            return one
        if one.tag in GROUPS and depth == 0:
            _grouped(file, one, order, explicit, said)
        if one.tag in (ITEM_END, SEQUENCE_END):
            depth = max(0, depth - 1)
            continue
        if one.length == UNDEFINED:
            depth += 1
            continue
        if one.tag == ITEM:
            # a sequence without length around an item with one: step over the item
            file.reach(at + one.length, "a DICOM item")
            at += one.length
            continue
        file.reach(at + one.length, f"DICOM element ({one.tag[0]:04X},{one.tag[1]:04X})")
        if depth == 0:
            _take(file, one, said, order)
        at += one.length
    return None


def _grouped(
    file: Elements, group: Element, order: str, explicit: bool, said: dict[str, str]
) -> None:
    """Take the pixel spacing of the first frames, through sequences and items as they come."""
    at, open_ends = group.at, 1
    end = file.size if group.length == UNDEFINED else group.at + group.length
    for _ in range(MOST_GROUPED):
        if at + 8 > end or not open_ends:
            return
        one = element(file, at, order, explicit)
        at = one.at
        inner = one.kind == b"SQ" or one.tag == MEASURES or one.length == UNDEFINED
        if one.tag == SPACING:
            _take(file, one, said, order)
            return
        if one.tag == SEQUENCE_END:
            open_ends -= 1
        elif inner and one.tag != ITEM:
            open_ends += one.length == UNDEFINED
        elif one.tag not in (ITEM, ITEM_END):
            at += one.length


def _pixels(file: Opened, pixels: Element, order: str, said: dict[str, str]) -> None:
    if pixels.length != UNDEFINED:
        file.reach(pixels.at + pixels.length, "the DICOM pixel data")
        needed = _int(said, "rows") * _int(said, "columns") * max(1, _int(said, "samples"))
        needed *= max(1, _int(said, "frames")) * _int(said, "bits") // 8
        # half of the blue and the red, a quarter of both (PS3.3, C.7.6.3.1.2)
        colours = said.get("colours", "")
        needed = needed * (4 if "_422" in colours else 3 if "_420" in colours else 6) // 6
        if (
            needed > pixels.length + 1
            and pixels.tag == (0x7FE0, 0x0010)
            and (
                said.get("syntax", "").startswith("1.2.840.10008.1.2")
                and ".4." not in said.get("syntax", "")
                and pixels.at + needed > file.size
            )
        ):
            raise Cut("the DICOM pixel data", pixels.at + needed)
        return
    at = pixels.at
    while True:
        lead = file.need(at, 8, "a fragment of the DICOM pixel data")
        tag: tuple[int, int] = struct.unpack_from(order + "HH", lead, 0)
        length = struct.unpack_from(order + "I", lead, 4)[0]
        if tag == SEQUENCE_END:
            return
        if tag != ITEM or length == UNDEFINED:
            raise Cut("the fragments of the DICOM pixel data", file.size + 1)
        at += 8 + length
        file.reach(at, "a fragment of the DICOM pixel data")


def _int(said: dict[str, str], key: str) -> int:
    text = said.get(key, "").split("\\")[0].strip()
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _sizes(facts: Facts, said: dict[str, str]) -> None:
    facts.name_instrument(said.get("maker"), said.get("model"))
    facts.date(said.get("date") or said.get("content date", ""))
    rows, columns = _int(said, "rows"), _int(said, "columns")
    if not rows or not columns:
        return
    frames = max(1, _int(said, "frames"))
    if _int(said, "all rows") and _int(said, "all columns"):
        # the frames of a slide are its tiles
        rows, columns = _int(said, "all rows"), _int(said, "all columns")
        frames = max(1, _int(said, "focal planes"))
    facts.size(T=1, C=max(1, _int(said, "samples")), Z=frames, Y=rows, X=columns)
    bits = _int(said, "bits")
    facts.pixel_type = f"{'int' if said.get('sign') == '1' else 'uint'}{bits}" if bits else None
    facts.images = 1
    parts = said.get("spacing", "").split("\\")
    try:
        y, x = (float(part) * 1e3 for part in parts)
    except ValueError:
        return
    facts.pixel_size(X=x, Y=y)


def _identity(facts: Facts, said: dict[str, str]) -> None:
    """Name what identifies a person, without repeating it."""
    if said.get("removed", "").upper() == "YES":
        return
    told = []
    species = said.get("species", "").strip().lower()
    animal = bool(species) and not re.search(r"human|homo", species)
    for key in _PERSONAL:
        if animal and key in _OF_ANIMALS:
            continue
        value = said.get(key, "")
        unset = key == "birth date" and value.strip() in ("19000101", "00000000")
        if somebody(value) and not unset:
            told.append(key)
    if told:
        facts.flag(faults.PATIENT, "the DICOM header gives the patient's " + ", ".join(told))
    if "LABEL" in said.get("type", "").upper().split("\\"):
        facts.flag(faults.LABEL, "this DICOM image is a photograph of the slide's label")
    elif said.get("label", "").upper() == "YES":
        # Specimen Label in Image (PS3.3, C.8.12.4)
        facts.flag(faults.LABEL, "this DICOM image says that it shows the slide's label")
