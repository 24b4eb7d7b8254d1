"""Volumes behind a header in words: GE MicroCT, MRtrix."""

from __future__ import annotations

import math
import re

from pipeline.images import faults
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.containers import binary_feeds_paired
from pipeline.images.headers.figures import count, number
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened, Wrong
from pipeline.images.text import words


@header("GE MicroCT")
def microct(file: Opened, facts: Facts) -> None:
    """VFF: sizes, bits and millimetres in words before a form feed (MicroCTReader)."""
    head = file.read(0, min(file.size, 1 << 18))
    blank = re.search(rb"\n[\x0c\r\t ]*\n", head)
    text, end = (head[: blank.start()], blank[0]) if blank else (head, b"")
    said = dict(re.findall(r"(?m)^(\w+)=([^;\r\n]*)", text.decode("latin-1")))
    sides = [int(one) for one in said.get("size", "").split() if one.isdecimal()]
    bits = count(said.get("bits")) or 0
    if not end or not 2 <= len(sides) <= 3 or not all(sides):
        raise Wrong(f"the VFF header gives the sizes {said.get('size')}")
    x, y, z = (*sides, 1)[:3]
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    facts.pixel_type, facts.images = {8: "int8", 16: "int16", 32: "int32"}.get(bits), 1
    step = (number(said.get("elementsize")) or 0) * 1e3
    facts.pixel_size(X=step, Y=step, Z=step)
    start = len(text) + len(end)
    if binary_feeds_paired(head[start:]):
        facts.flag(
            faults.TEXT_MODE,
            "every line feed among the voxels follows a carriage return",
            broken=True,
        )
    file.reach(start + x * y * z * bits // 8, "the VFF voxels")


_MRTRIX = {
    **{f"{sign}{bits}": (kind + bits, int(bits)) for bits in ("8", "16", "32", "64")
       for sign, kind in (("int", "int"), ("uint", "uint"))},
    "bit": ("bit", 1),
    "float32": ("float32", 32),
    "float64": ("float64", 64),
    "cfloat32": ("complex64", 64),
    "cfloat64": ("complex128", 128),
}  # fmt: skip


@header("MRtrix")
def mrtrix(file: Opened, facts: Facts) -> None:
    """MRtrix: sizes, millimetres and type in words before END, and where its voxels stand.

    Source: the image formats of the MRtrix 3.0 manual.
    """
    text = words(file.read(0, min(file.size, 1 << 18))).partition("\nEND")[0]
    said = dict(re.findall(r"(?m)^(\w+): *([^\r\n]*)", text))
    sides = [count(one) or 0 for one in said.get("dim", "").split(",")]
    if len(sides) < 2 or not all(sides):
        raise Wrong(f"the MRtrix header gives the sizes {said.get('dim')}")
    x, y, z, *more = (*sides, 1)
    facts.size(T=math.prod(more), C=1, Z=z, Y=y, X=x)
    facts.images = 1
    steps = [number(one) or 0 for one in said.get("vox", "").split(",")]
    facts.pixel_size(**{axis: step * 1e3 for axis, step in zip("XYZ", steps, strict=False)})
    kind = _MRTRIX.get(re.sub(r"(?i)[lb]e$", "", said.get("datatype", "").strip()).lower())
    where, _, start = said.get("file", "").strip().rpartition(" ")
    facts.pixel_type = kind[0] if kind else None
    length = -(-math.prod(sides) * (kind[1] if kind else 0) // 8)
    if where == "." and start.isdecimal() and len(start) < 12:
        file.reach(int(start) + length, "the MRtrix voxels")
    elif not where and start not in ("", "."):
        facts.members.append(Member(start, least=length))
