"""Headers that name their sizes in text: Amira, Varian FDF, WSxM, GSF and VTK; and VIFF."""

from __future__ import annotations

import math
import re
import struct

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.figures import count, number
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
        if re.search(r'^# HyperSurface|ContentType "Hx(?:SpatialGraph|Surface|SpreadSheet)', text):
            facts.kind = "other"
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
    if re.match(r"[^\n]*\n\s*(?:\w+ curve file|WSxM ASCII)", text):
        # a curve, or the numbers of a picture as a text of any suffix
        facts.kind = "other"
        return
    said = dict(re.findall(r"(?m)^ *(?:Image )?(Number of \w+|Data [Tt]ype): *(\S+)", text))
    start = re.search(r"Image header size: *(\d{1,8})", text)
    columns, rows = said.get("Number of columns", ""), said.get("Number of rows", "")
    if start:
        file.reach(int(start[1]), "the WSxM header")
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
    for axis, pixels in (("X", columns), ("Y", rows)):
        told = re.search(rf"{axis} Amplitude: *([\d.eE+-]+) (\S+)", extent)
        if told and int(pixels):
            lengths[axis] = measured(told[1], told[2]) / int(pixels)
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


@header("Gwyddion Simple Field")
def simple_field(file: Opened, facts: Facts) -> None:
    """GSF: sizes and extent in text, up to four zero bytes to a multiple of four, float values."""
    text = _beginning(file).partition("\0")[0]
    said = dict(re.findall(r"(?m)^(\w+) *= *(.*?) *\r?$", text))
    x, y = (count(said.get(key, "")) for key in ("XRes", "YRes"))
    if not x or not y:
        return
    facts.size(T=1, C=1, Z=1, Y=y, X=x)
    facts.images, facts.pixel_type = 1, "float32"
    if said.get("XYUnits") == "m":
        extents = {"X": (number(said.get("XReal")), x), "Y": (number(said.get("YReal")), y)}
        facts.pixel_size(**{a: n * 1e6 / pixels for a, (n, pixels) in extents.items() if n})
    start = len(text) // 4 * 4 + 4
    file.reach(start + 4 * x * y, "the GSF values")


_VTK = {
    "unsigned_char": ("uint8", 1),
    "char": ("int8", 1),
    "unsigned_short": ("uint16", 2),
    "short": ("int16", 2),
    "unsigned_int": ("uint32", 4),
    "int": ("int32", 4),
    "float": ("float32", 4),
    "double": ("float64", 8),
}


@header("VTK")
def vtk(file: Opened, facts: Facts) -> None:
    """VTK, the older form: points or cells of an image, and their type; anything else is a mesh."""
    text = _beginning(file)
    dataset = re.search(r"(?m)^\s*DATASET +(\w+)", text)
    if dataset is None:
        return
    if dataset[1] not in ("STRUCTURED_POINTS", "RECTILINEAR_GRID"):
        facts.kind = "other"
        return
    told = re.search(r"(?m)^\s*DIMENSIONS +(\d{1,8}) +(\d{1,8}) +(\d{1,8})\b", text)
    if told is None:
        return
    cells = re.search(r"(?m)^CELL_DATA +\d", text) is not None
    x, y, z = (max(1, int(one) - cells) for one in told.groups())
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    facts.images = 1
    kind = re.search(r"(?m)^SCALARS +\S+ +(\w+)(?: +(\d))? *\r?\n(LOOKUP_TABLE +\S+ *\r?\n)?", text)
    facts.pixel_type, width = _VTK.get(kind[1] if kind else "", (None, 0))
    if kind and kind[3] and re.search(r"(?m)^BINARY\s", text[: dataset.start()]):
        file.reach(kind.end() + x * y * z * width * int(kind[2] or 1), "the VTK values")


@header("VTK XML")
def vtk_xml(file: Opened, facts: Facts) -> None:
    """VTK XML: points or cells of an image, and the pieces that an index names; or a mesh."""
    text = _beginning(file)
    kind = re.search(r"<VTKFile\b[^<>]*?\btype=[\"'](\w+)", text)
    facts.name_members(re.findall(r"<(?:Piece|DataSet)\b[^<>]*? (?:Source|file)=\"([^\"]+)", text))
    if kind and kind[1] not in ("ImageData", "PImageData", "RectilinearGrid", "PRectilinearGrid"):
        facts.kind = "other"
    extent = re.search(r"\bWholeExtent=[\"']([-\d ]{1,99})", text)
    ends = [int(one) for one in re.findall(r"-?\d{1,8}", extent[1])] if extent else []
    if facts.kind == "other" or len(ends) != 6:
        return
    points = re.search(r"<P?PointData\b[^<>]*(?<!/)>\s*<P?DataArray", text) is not None
    x, y, z = (max(1, ends[at + 1] - ends[at] + points) for at in (0, 2, 4))
    facts.size(T=1, C=1, Z=z, Y=y, X=x)
    facts.images = 1
    values = re.search(r"<P?(?:Point|Cell)Data\b[^<>]*>\s*<P?DataArray\b[^<>]*? type=\"(\w+)", text)
    if values and values[1].lower() in {form for form, _ in _VTK.values()}:
        facts.pixel_type = values[1].lower()
