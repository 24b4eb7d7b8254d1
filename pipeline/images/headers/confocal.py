"""Headers of confocal microscopes: Olympus OIR, Leica LOF, Bio-Rad PIC."""

from __future__ import annotations

import re
import struct
from html import unescape
from itertools import islice

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.figures import length as micrometres
from pipeline.images.headers.light import leica
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened, Wrong

INDEX = 16 << 20
MOST_BLOCKS, MOST_XML, MOST_NOTES = 200_000, 4 << 20, 10_000
_UINTS = {1: "uint8", 2: "uint16", 4: "uint32"}
_OIR_PIXELS = (3, 4)
"""Types of the blocks that name pixels and hold them."""


@header("Olympus OIR")
def oir(file: Opened, facts: Facts) -> None:
    """OIR: its chain of blocks, and what the XML among them says (OIRReader of Bio-Formats)."""
    length, index = struct.unpack_from("<QQ", file.need(0, 96, "the OIR header"), 32)
    if 96 < index < length:
        file.reach(index + 12, "the index of the OIR blocks")
    if index < length > file.size and length < 1 << 48:
        text = f"the header says the file has {length:,} bytes, it has {file.size:,}"
        facts.flag(faults.TRUNCATED, text, severity="warning", value=length)
    file.allow(INDEX)
    facts.images = 1
    at, images, frames = 96, "", ""
    for _ in range(MOST_BLOCKS):
        lead = file.read(at, 8)
        if len(lead) < 8:
            break
        size, kind = struct.unpack("<II", lead)
        if kind in _OIR_PIXELS and size:
            file.reach(at + 8 + size, "a block of OIR pixels")
        elif size == 0xFFFFFFFF or at + 8 + size > file.size:
            break
        elif size <= MOST_XML and not (images and frames):
            text = file.read(at + 8, size).decode("utf-8", "replace")
            images = images or _document(text, "lsmimage:imageProperties")
            frames = frames or _document(text, "lsmframe:frameProperties")
        at += 8 + size
    if images or frames:
        _olympus(images, frames, facts)


def _document(text: str, root: str) -> str:
    """The element of a name that stands somewhere in a text."""
    return text.partition(f"<{root}")[2].partition(f"</{root}>")[0]


def _value(text: str, name: str) -> str:
    found = re.search(rf"<{name}(?:\s[^<>]*)?>([^<>]*)<", text)
    return found[1].strip() if found else ""


def _whole(text: str, name: str) -> int:
    value = _value(text, name)
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _olympus(images: str, frames: str, facts: Facts) -> None:
    """Sizes, type, steps, channels and date from the XML of an OIR."""
    frame = _document(frames, "commonframe:imageDefinition")
    info = _document(images, "commonimage:imageInfo")
    parts = info.split("</commonphase:channel>")[:-1]
    channels = [one.rpartition("<commonphase:channel ")[2] for one in parts]
    sizes = {
        axis: _whole(frame, f"base:{side}") or _whole(info, f"commonimage:{side}")
        for axis, side in (("X", "width"), ("Y", "height"))
    }
    told = {"Z": 1, "T": 1, "C": 1}
    for found in islice(re.finditer(r"<commonparam:axis\s([^<>]{0,400})>", images), MOST_AXES):
        attributes, body = found[1], images[found.end() : found.end() + MOST_AXIS]
        used = 'enable="true"' in attributes and 'paramEnable="false"' not in attributes
        axis = _OIR_AXES.get(_value(body, "commonparam:axis"))
        if used and axis and (count := _whole(body, "commonparam:maxSize")):
            told[axis] = count
    facts.size(T=told["T"], C=told["C"] * max(1, len(channels)), Z=told["Z"], **sizes)
    facts.pixel_type = _UINTS.get(_whole(info, "commonphase:depth"))
    first = channels[0] if channels else ""
    lengths = _document(first, "commonphase:length")
    units = _document(first, "commonphase:pixelUnit")
    steps = {
        axis: micrometres(
            _value(lengths, f"commonparam:{axis.lower()}"),
            _OIR_UNITS.get(_value(units, f"commonphase:{axis.lower()}").upper(), "um"),
        )
        for axis in "XYZ"
    }
    facts.pixel_size(**steps)
    facts.name_channels([unescape(_value(one, "commonphase:name")) for one in channels])
    facts.date(_value(images, "base:creationDateTime"))


MOST_AXES, MOST_AXIS = 64, 4000
"""Axes of an OIR, and letters of one, in which an element of the same name says which it is."""
_OIR_AXES = {"ZSTACK": "Z", "TIMELAPSE": "T", "LAMBDA": "C"}
_OIR_UNITS = {"NANOMETER": "nm", "MICROMETER": "um", "MILLIMETER": "mm"}


@header("Leica LOF")
def lof(file: Opened, facts: Facts) -> None:
    """LOF: the length of its memory block, and the XML behind it (as liffile 2026.2 reads it)."""
    file.allow(INDEX)
    letters = struct.unpack_from("<I", file.need(0, 13, "the LOF header"), 9)[0]
    at = 13 + 2 * letters
    block = file.need(at, 19, "the LOF header")
    at += 19 + struct.unpack_from("<Q", block, 11)[0]
    lead = file.need(at, 13, "the LOF memory block")
    count = struct.unpack_from("<I", lead, 9)[0]
    if lead[:4] != b"\x70\0\0\0" or lead[8:9] != b"\x2a":
        raise Wrong(f"no XML stands at byte {at} of the LOF, behind its memory block")
    file.reach(at + 13 + 2 * count, "the LOF metadata")
    text = file.read(at + 13, min(2 * count, MOST_XML)).decode("utf-16-le", "replace")
    leica(text, facts)


@header("Bio-Rad PIC")
def biorad(file: Opened, facts: Facts) -> None:
    """Bio-Rad PIC: sizes, the length that they ask for, and the notes behind the pixels.

    Source: BioRadReader of Bio-Formats.
    """
    if not file.head.startswith(b"90", 54):
        return
    x, y, images, more = struct.unpack_from("<3h4xi", file.need(0, 76, "the PIC header"), 0)
    byte = struct.unpack_from("<h", file.head, 14)[0]
    if x <= 0 or y <= 0 or images <= 0:
        raise Wrong(f"the PIC header says {images} images of {x} by {y} pixels")
    facts.pixel_type = "uint8" if byte else "uint16"
    facts.size(T=1, C=1, Z=images, Y=y, X=x)
    facts.images = 1
    at = 76 + x * y * images * (1 if byte else 2)
    file.reach(at, "the PIC pixel data")
    steps: dict[str, float] = {}
    for _ in range(MOST_NOTES if more else 0):
        note = file.read(at, 96)
        if len(note) < 96:
            break
        following, kind, form, part = struct.unpack_from("<2xi4xhhh", note)
        words = note[16:].partition(b"\0")[0].decode("latin-1").replace("=", " ").split()
        _note(words, kind, (form >> 8, part), steps)
        if words[:2] == ["AXIS_4", "2"]:
            facts.size(T=images, C=1, Z=1, Y=y, X=x)
        if not following:
            break
        at += 96
    facts.pixel_size(**steps)


_VARIABLE, _STRUCTURE = 20, 21
_LENGTH_TYPES = ("1", "257")
"""Types of an axis that is a length in micrometres."""


def _note(words: list[str], kind: int, form: tuple[int, int], steps: dict[str, float]) -> None:
    """Take the step along an axis from a note of a PIC."""
    axis = {"AXIS_2": "X", "AXIS_3": "Y"}.get(words[0]) if words else None
    if kind == _VARIABLE and axis and len(words) > 3 and words[1].lstrip("0") in _LENGTH_TYPES:
        steps.setdefault(axis, micrometres(words[3]) or 0)
    elif kind == _STRUCTURE and form == (1, 1) and len(words) > 14:
        steps.setdefault("Z", micrometres(words[14]) or 0)
