"""The header of a Zeiss CZI: its segments, its directory of subblocks, its metadata."""

from __future__ import annotations

import re
import struct
from html import unescape

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened, Wrong

INDEX = 16 << 20
CZI_SAMPLES = {3: 3, 4: 3, 8: 3, 9: 4, 11: 3}
"""Samples of the pixel types with colour: Bgr24, Bgr48, Bgr96Float, Bgra32, Bgr192ComplexFloat."""
CZI_TYPES = {
    0: "uint8",
    1: "uint16",
    2: "float32",
    3: "uint8",
    4: "uint16",
    8: "float32",
    9: "uint8",
    10: "complex64",
    11: "complex64",
    12: "int32",
    13: "float64",
}


@header("Zeiss CZI")
def czi(file: Opened, facts: Facts) -> None:
    """CZI: its segments, sizes from the subblock directory, pixel size from the metadata."""
    file.allow(INDEX)
    head = file.need(0, 112, "the CZI file header")
    directory, metadata = struct.unpack_from("<qq", head, 84)
    attachments = struct.unpack_from("<q", head, 104)[0]
    for at, what in (
        (directory, "subblock directory"),
        (metadata, "metadata"),
        (attachments, "attachment directory"),
    ):
        if at > 0:
            _segment(file, at, f"the CZI {what} segment")
    if directory <= 0:
        raise Wrong("the CZI header names no subblock directory: it was never finished")
    if not file.read(directory, 16).startswith(b"ZISRAWDIRECTORY"):
        raise Wrong(f"no subblock directory stands at byte {directory}, where the header says")
    _czi_entries(file, facts, directory)
    if attachments > 0 and "Label" in _attached(file, attachments):
        facts.flag(faults.LABEL, "an attachment is a photograph of the slide's label")
    if metadata > 0:
        length = struct.unpack("<i", file.need(metadata + 32, 4, "the CZI metadata"))[0]
        text = file.read(metadata + 32 + 256, min(max(length, 0), 4 << 20))
        lengths = {
            axis: float(value) * 1e6
            for axis, value in re.findall(
                r'<Distance Id="([XYZ])">\s*<Value>([\d.eE+-]+)</Value>',
                text.decode("utf-8", "replace"),
            )
        }
        facts.pixel_size(**lengths)
        _czi_said(text.decode("utf-8", "replace"), facts)


def _czi_said(text: str, facts: Facts) -> None:
    """Channels, microscope and date from the metadata of a CZI."""
    at = text.find("<Dimensions>")
    dimensions = text[at : text.find("</Dimensions>", at)] if at >= 0 else ""
    channels = re.findall(r"<Channel\b([^<>]*)>", dimensions)
    names = [re.search(r'\bName="([^"]*)"', one) for one in channels]
    facts.name_channels([unescape(one[1]) if one else "" for one in names])
    if found := re.search(r"<AcquisitionDateAndTime>([^<]*)<", text):
        facts.date(found[1])
    at = text.find("<Microscope ")
    instrument = text[at : text.find("</Microscope>", at)] if at >= 0 else ""
    if found := re.search(r"<System>([^<]+)<", instrument) or re.search(
        r'<Microscope\b[^<>]*\bName="([^"]+)"', instrument
    ):
        facts.name_instrument(unescape(found[1]))


def _attached(file: Opened, at: int) -> set[str]:
    """Names of the attachments: 128 bytes an entry, the name from byte 48 (CZI format 1.2.2)."""
    count = struct.unpack("<i", file.need(at + 32, 4, "the CZI attachment directory"))[0]
    data = file.read(at + 32 + 256, 128 * min(max(count, 0), 64))
    names = (data[place + 48 : place + 128] for place in range(0, len(data) - 127, 128))
    return {name.partition(b"\0")[0].decode("latin-1") for name in names}


def _segment(file: Opened, at: int, what: str) -> int:
    """The end of a segment's used part. Raises Cut when it passes the end of the file."""
    lead = file.need(at, 32, what)
    allocated, used = struct.unpack_from("<qq", lead, 16)
    end = at + 32 + (used or allocated)
    file.reach(end, what)
    return int(end)


def _czi_entries(file: Opened, facts: Facts, at: int) -> None:
    count = struct.unpack("<i", file.need(at + 32, 4, "the CZI directory"))[0]
    used = struct.unpack("<q", file.need(at + 24, 8, "the CZI directory"))[0]
    if count < 0 or count > 10_000_000:
        raise Wrong(f"the CZI directory says it has {count} entries")
    data = file.need(at + 32 + 128, min(max(used - 128, 0), 8 << 20), "the CZI directory")
    place = 0
    low: dict[str, int] = {}
    high: dict[str, int] = {}
    last = 0
    form, samples = None, 1
    for _ in range(count):
        if place + 32 > len(data):
            break
        kind, position = struct.unpack_from("<iq", data, place + 2)
        pyramid = data[place + 22]
        number = struct.unpack_from("<i", data, place + 28)[0]
        part = struct.unpack_from("<i", data, place + 14)[0]
        if not 0 <= number <= 64:
            raise Wrong("an entry of the CZI directory has an impossible number of dimensions")
        if part == 0:
            last = max(last, position)
        if form is None:
            form, samples = CZI_TYPES.get(kind), CZI_SAMPLES.get(kind, 1)
        for axis in range(number):
            where = place + 32 + 20 * axis
            name = data[where : where + 4].rstrip(b"\0").decode("latin-1")
            start, size, _, _ = struct.unpack_from("<iifi", data, where + 4)
            if not pyramid:
                low[name] = min(low.get(name, start), start)
                high[name] = max(high.get(name, start + size), start + size)
        place += 32 + 20 * number
    if last:
        _segment(file, last, f"the CZI subblock at byte {last}")
    sizes = {axis: high[axis] - low[axis] for axis in high}
    facts.pixel_type = form
    sizes["C"] = sizes.get("C", 1) * samples
    facts.size(**{axis: sizes.get(axis, 1) for axis in "TCZYX"})
    facts.images = max(1, sizes.get("S", 1))
