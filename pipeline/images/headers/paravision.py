"""Bruker MRI: the scan of ParaVision with its reconstructions, by the texts that describe them."""

from __future__ import annotations

import contextlib
import math
import os
import re

from pipeline.images.facts import Facts, Member
from pipeline.images.headers.grids import LENGTHS
from pipeline.images.headers.registry import header
from pipeline.images.opened import Enough, Opened

_WORDS = {
    "_8BIT_UNSGN_INT": ("uint8", 1),
    "_16BIT_SGN_INT": ("int16", 2),
    "_32BIT_SGN_INT": ("int32", 4),
    "_32BIT_FLOAT": ("float32", 4),
}
_OF_SCAN = (
    *("fid", "method", "reco", "visu_pars", "pulseprogram", "spnam0", "spnam1", "imnd", "ser"),
    *("rawdata.job0", "rawdata.job1", "configscan", "specpar", "AdjStatePerScan"),
    *("uxnmr.par", "uxnmr.info"),
)
_OF_RECONSTRUCTION = ("reco", "procs", "id", "roi", "d3proc", "methreco", "meta")
_FIRST = "pdata/1"
MOST_TEXT = 1 << 19


@header("Bruker MRI")
def bruker(file: Opened, facts: Facts) -> None:
    """Bruker: the files of a scan belong to acqp, those of a lone reconstruction to visu_pars."""
    if file.name == "acqp":
        facts.members += [Member(name, None) for name in _OF_SCAN]
        facts.folders.append("pdata")
        path = os.path.join(os.path.dirname(file.path), _FIRST, "visu_pars")
        with contextlib.suppress(OSError, Enough), Opened(path) as text:
            facts.members.append(Member(f"{_FIRST}/2dseq", None, _described(text, facts)))
    elif file.name == "visu_pars":
        least = _described(file, facts)
        facts.members += [Member(name, None) for name in _OF_RECONSTRUCTION]
        if least is not None:
            facts.members.append(Member("2dseq", "warning", least))


def _described(file: Opened, facts: Facts) -> int | None:
    """Take what visu_pars says of the pixels; the bytes that they take, where it says so.

    Source: the parameters VisuCore as Bruker2dseqImageIO of ITK 5.2 reads them.
    """
    said = parameters(file.read(0, min(file.size, MOST_TEXT)).decode("latin-1"))
    shape = [int(one) for one in said.get("VisuCoreSize", "").split() if one.isdecimal()]
    form, width = _WORDS.get(said.get("VisuCoreWordType", ""), (None, 0))
    if not 2 <= len(shape) <= 3 or not math.prod(shape):
        return None
    count = said.get("VisuCoreFrameCount", "1")
    frames = int(count) if count.isdecimal() and len(count) < 10 else 1
    groups = re.findall(r"\((\d{1,9}), *<FG_(\w+)>", said.get("VisuFGOrderDesc", ""))
    slices = math.prod(int(number) for number, kind in groups if kind == "SLICE")
    if len(shape) == 2:
        # without groups, the frames of a stack of pictures are its slices
        shape.append(slices if groups and slices and frames % slices == 0 else frames)
        frames //= max(1, shape[2])
    facts.size(T=frames, C=1, Z=shape[2], Y=shape[1], X=shape[0])
    facts.pixel_type, facts.images = form, 1
    extent, units = said.get("VisuCoreExtent", "").split(), _texts(said.get("VisuCoreUnits", ""))
    with contextlib.suppress(ValueError):
        facts.pixel_size(
            **{
                axis: float(length) / number * LENGTHS.get(unit, 0)
                for axis, length, number, unit in zip("XYZ", extent, shape, units, strict=False)
            }
        )
    facts.name_instrument(*_texts(said.get("VisuManufacturer", "") + said.get("VisuStation", "")))
    for text in _texts(said.get("VisuAcqDate", "")):
        facts.date(text)
    return math.prod(shape) * frames * width or None


def parameters(text: str) -> dict[str, str]:
    """Parameters of a JCAMP-DX text by name, each without the lengths that stand before it.

    >>> parameters("##$Size=( 2 )\\n4 5\\n$$ @vis= Size\\n##$Count=3\\n##END=\\n")
    {'Size': '4 5', 'Count': '3'}
    """
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(("##", "$$")):
            begun = re.match(r"##\$(\w+)=(?:\([ \d,]*\)$)?(.*)", line)
            name = begun[1] if begun else ""
            if begun:
                found[name] = begun[2].strip()
        elif name:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _texts(value: str) -> list[str]:
    return re.findall(r"<([^<>]*)>", value)
