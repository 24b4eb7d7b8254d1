"""Headers that name their sizes in text before the pixels: Amira, Varian FDF, WSxM; and VIFF."""

from __future__ import annotations

import math
import re
import struct

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened, Wrong

MOST_TEXT = 1 << 16
_AMIRA = {
    "byte": "uint8",
    "short": "int16",
    "ushort": "uint16",
    "int": "int32",
    "int32": "int32",
    "float": "float32",
    "double": "float64",
}
_AMIRA_BYTES = {
    "byte": 1,
    "short": 2,
    "ushort": 2,
    "int": 4,
    "int32": 4,
    "float": 4,
    "double": 8,
}
_VIFF = {1: ("uint8", 1), 2: ("int16", 2), 4: ("int32", 4), 5: ("float32", 4), 9: ("float64", 8)}


_LENGTHS = {"nm": 1e-3, "\xb5m": 1.0, "um": 1.0, "~m": 1.0, "pm": 1e-6, "\xc5": 1e-4, "mm": 1e3}
"""Micrometres of a unit, as texts in Latin-1 write it."""


def measured(number: str, unit: str) -> float:
    """Micrometres; 0 where the number or the unit is none."""
    try:
        return float(number) * _LENGTHS.get(unit, 0)
    except ValueError:
        return 0.0


_VIFF_MAPS = {1: 1, 2: 2, 4: 4, 5: 4, 7: 8}
"""Bytes of a value in the map of colours, by its type."""


def _beginning(file: Opened) -> str:
    return file.read(0, min(file.size, MOST_TEXT)).decode("latin-1")


@header("Amira Mesh")
def amira(file: Opened, facts: Facts) -> None:
    """Amira mesh: the lattice and the type of its values."""
    text = _beginning(file).partition("# Data section follows")[0]
    lattice = re.search(r"define Lattice (\d{1,8}) (\d{1,8}) (\d{1,8})\b", text)
    if lattice is None:
        return
    x, y, z = (int(one) for one in lattice.groups())
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    facts.images = 1
    told = re.search(
        r"Lattice \{ *(\w+)(?:\[(\d{1,3})\])? +\w+ *\} *=? *@1(?:\(\w+, *(\d{1,12})\))?\s", text
    )
    if kind := told or re.search(r"Lattice \{ *(\w+)", text):
        facts.pixel_type = _AMIRA.get(kind[1])
    if told is None or text.count("@") > 1 or not re.match(r"# \w+ (3D )?BINARY", text):
        return
    marked = _beginning(file).find("\n@1\n", len(text))
    width = _AMIRA_BYTES.get(told[1])
    if marked < 0 or width is None:
        return
    start = marked + len("\n@1\n")
    end = start + int(told[3] or x * y * z * int(told[2] or 1) * width)
    # a header alone is no accident of a transfer
    facts.flag(
        faults.TRUNCATED,
        f"the header asks for {end} bytes, the file has {file.size}",
        broken=file.size > start + 16,
        severity="error" if file.size > start + 16 else "warning",
        value=end,
    ) if end > file.size else None


@header("Varian FDF")
def fdf(file: Opened, facts: Facts) -> None:
    """Varian FDF: matrix, bits, and the region of interest in centimetres."""
    text = _beginning(file).partition("\0")[0]
    matrix = re.search(r"\bmatrix\[\] *= *\{([\d., ]+)\}", text)
    if matrix is None:
        return
    shape = [int(float(one)) for one in matrix[1].split(",")]
    facts.size(T=1, C=1, **dict(zip("XYZ", [*shape, 1, 1], strict=False)))
    facts.images = 1
    bits = re.search(r"\bbits *= *(\d+)", text)
    storage = re.search(r'\*storage *= *"(\w+)"', text)
    if bits and storage:
        facts.pixel_type = f"{'float' if storage[1] == 'float' else 'int'}{bits[1]}"
        if 0 < len(text) < MOST_TEXT and len(bits[1]) < 4:
            # a NUL parts the text from the values
            length = math.prod(max(1, one) for one in shape) * int(bits[1]) // 8
            file.reach(len(text) + 1 + length, "the FDF values")
    if region := re.search(r"\broi\[\] *= *\{([\d., ]+)\}", text):
        lengths = [float(one) * 1e4 for one in region[1].split(",")]
        steps = {
            axis: length / count
            for axis, length, count in zip("XYZ", lengths, shape, strict=False)
            if count
        }
        facts.pixel_size(**steps)


@header("WSxM")
def wsxm(file: Opened, facts: Facts) -> None:
    """WSxM: columns, rows and type of data, and the length that they ask for."""
    text = _beginning(file)
    said = dict(re.findall(r"(?m)^ *(?:Image )?(Number of \w+|Data [Tt]ype): *(\S+)", text))
    start = re.search(r"Image header size: *(\d{1,8})", text)
    columns, rows = said.get("Number of columns", ""), said.get("Number of rows", "")
    if not (start and columns.isdecimal() and rows.isdecimal()):
        return
    facts.size(T=1, C=1, Z=1, Y=int(rows), X=int(columns))
    facts.images = 1
    kind = said.get("Data Type") or said.get("Data type") or ""
    facts.pixel_type, width = {"double": ("float64", 8), "float": ("float32", 4)}.get(
        kind, ("int16", 2)
    )
    extent = text.partition("[Control]")[2].partition("[")[0]
    lengths = {}
    for axis, count in (("X", columns), ("Y", rows)):
        told = re.search(rf"{axis} Amplitude: *([\d.eE+-]+) (\S+)", extent)
        if told and int(count):
            lengths[axis] = measured(told[1], told[2]) / int(count)
    facts.pixel_size(**lengths)
    if "ASCII" not in text[:200]:
        file.reach(int(start[1]) + int(rows) * int(columns) * width, "the WSxM values")


@header("Khoros VIFF (Visualization Image File Format) Bitmap")
def viff(file: Opened, facts: Facts) -> None:
    """Khoros VIFF: sizes, and the length that they ask for (header of 1024 bytes)."""
    head = file.need(0, 1024, "the VIFF header")
    order = "<" if head[4] in (4, 8) else ">"
    x, y = struct.unpack_from(order + "ii", head, 520)
    images, bands, kind, packed = struct.unpack_from(order + "iiii", head, 556)
    if x <= 0 or y <= 0 or images <= 0 or bands <= 0:
        raise Wrong(f"the VIFF header says {images} images of {x} by {y} pixels")
    facts.size(T=1, C=bands, Z=images, Y=y, X=x)
    facts.images = 1
    if kind in _VIFF:
        facts.pixel_type, width = _VIFF[kind]
        if packed == 0:
            # a map of colours stands before the pixels
            kind, rows, columns = struct.unpack_from(order + "3i", head, 576)
            mapped = max(0, rows * columns) * _VIFF_MAPS.get(kind, 0)
            file.reach(1024 + mapped + x * y * images * bands * width, "the VIFF pixels")
