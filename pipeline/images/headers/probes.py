"""Headers of scanning probe microscopes: Nanoscope."""

from __future__ import annotations

import re

from pipeline.images.facts import Facts
from pipeline.images.headers.named import measured
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened

MOST_TEXT = 1 << 19
_TYPES = {1: "int8", 2: "int16", 4: "int32", 8: "float64"}


@header("Nanoscope SPM")
def nanoscope(file: Opened, facts: Facts) -> None:
    """Nanoscope: its pictures of one scan, and where the values of each end.

    Each list of the text says what it holds, as pySPM 0.6 reads it.
    """
    text = file.read(0, min(file.size, MOST_TEXT)).partition(b"\\*File list end")[0]
    lists = re.split(r"(?m)^\\\*", text.decode("latin-1"))
    pictures = [one for one in lists if re.match(r"(?:Ciao|NC AFM|STM) image list|Image list", one)]
    shape, names = None, []
    for one in lists:
        lines = re.findall(r"(?m)^\\([^:\r\n]+):([^\r\n]*)", one)
        said = {key: value.strip() for key, value in lines}
        at, length = (said.get(f"Data {what}", "") for what in ("offset", "length"))
        if at.isdecimal() and length.isdecimal() and len(at + length) < 24:
            file.reach(int(at) + int(length), "the values of a Nanoscope list")
        if one not in pictures:
            continue
        label = re.search(r'Image Data: *[^"\r\n]*"([^"\r\n]*)"', one)
        names.append(label[1] if label else "")
        columns, rows = said.get("Samps/line", ""), said.get("Number of lines", "")
        if shape is None and columns.isdecimal() and rows.isdecimal() and length.isdecimal():
            shape = int(columns), int(rows)
            _scan(facts, said, shape, int(length))
    if shape:
        facts.size(T=1, C=len(pictures), Z=1, Y=shape[1], X=shape[0])
        facts.images = 1
        facts.name_channels(names)


def _scan(facts: Facts, said: dict[str, str], shape: tuple[int, int], length: int) -> None:
    """The type of the values, by their length, and the step, by the size of the scan."""
    pixels = shape[0] * shape[1]
    if pixels and length % pixels == 0:
        facts.pixel_type = _TYPES.get(length // pixels)
    extent = re.fullmatch(r"([\d.eE+-]+)(?: ([\d.eE+-]+))? (\S+)", said.get("Scan Size", ""))
    if extent and pixels:
        width, height = extent[1], extent[2] or extent[1]
        facts.pixel_size(
            X=measured(width, extent[3]) / shape[0], Y=measured(height, extent[3]) / shape[1]
        )
