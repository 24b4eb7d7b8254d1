"""What HDF5 files of single kinds say of their pixels (run in the worker)."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from pipeline.images.persons import somebody
from pipeline.images.text import finite

MOST_SETUPS = 512
MOST_NODES = 5000
"""Groups and data sets that are looked at in search of one."""
MOST_METADATA = 1 << 20
_LENGTHS = {"m": 1e6, "mm": 1e3, "um": 1.0, "µm": 1.0, "nm": 1e-3, "n_m": 1e-3, "micron": 1.0}


def said(file: Any) -> dict[str, Any]:
    """Sizes, pixel size, pixel type, images, channels, instrument and date, as far as known."""
    for read in _KINDS:
        try:
            found = read(file)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError):
            continue
        if found:
            return found
    return {}


def outside(file: Any) -> dict[str, int | None]:
    """Files that an HDF5 file leads to: external links, virtual data sets, raw data outside it.

    Each with the bytes that it must have at least, where that is known.
    """
    found: dict[str, int | None] = {}
    todo = [file]
    left = MOST_NODES
    while todo and left > 0:
        with contextlib.suppress(*_UNOPENED):
            group = todo.pop()
            for name in islice(group, left):
                left -= 1
                with contextlib.suppress(*_UNOPENED):
                    found |= _leads(group, name, todo)
    # a virtual data set may stand on others of its own file
    return {name: least for name, least in found.items() if name not in (".", "")}


_UNOPENED = (OSError, RuntimeError, KeyError, ValueError, TypeError)
"""What h5py raises for a link that leads nowhere or is of a kind that it does not know."""


def node_at(group: Any, name: str) -> Any:
    """A group or data set; None where a link does not lead to one."""
    try:
        return group.get(name)
    except _UNOPENED:
        return None


def shape(data: Any) -> list[Any]:
    """Lengths and type of a data set; a type that has no counterpart here is `|V0`."""
    try:
        kind = data.dtype.str
    except _UNOPENED:
        kind = "|V0"
    return [list(data.shape or ()), kind]


def _leads(group: Any, name: str, todo: list[Any]) -> dict[str, int | None]:
    """The files that one link leads to; a group behind it is still to do."""
    import h5py

    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        return {str(link.filename): None}
    node = group.get(name) if isinstance(link, h5py.HardLink) else None
    if isinstance(node, h5py.Group):
        todo.append(node)
        return {}
    if not isinstance(node, h5py.Dataset):
        return {}
    if node.is_virtual:
        named = (str(one.file_name) for one in node.virtual_sources())
        return {one: None for name in named for one in _numbered(name, node.file.filename)}
    return _raw(node)


def _raw(data: Any) -> dict[str, int | None]:
    """The files that hold the numbers of a data set as they are (H5Pset_external)."""
    kept = data.id.get_create_plist()
    found: dict[str, int | None] = {}
    for number in range(kept.get_external_count()):
        name, offset, size = kept.get_external(number)
        known = 0 < size < 1 << 63
        found[name.decode("utf-8", "replace")] = int(offset + size) if known else None
    return found


def _numbered(name: str, path: str) -> list[str]:
    """The files of a virtual data set, which may write %b for their number."""
    if "%b" not in name:
        return [name]
    folder, pattern = os.path.split(name)
    parts = map(re.escape, pattern.replace("%%", "%").split("%b"))
    wanted = re.compile(r"\d+".join(parts))
    beside = os.path.join(os.path.dirname(path), folder)
    there = sorted(os.listdir(beside)) if os.path.isdir(beside) else []
    found = [os.path.join(folder, one) for one in there if wanted.fullmatch(one)]
    return found or [name.replace("%b", "0")]


def _letters(node: Any, name: str) -> str:
    """An attribute of Imaris, each an array of letters."""
    try:
        return b"".join(node.attrs[name]).decode("utf-8", "replace")
    except (AttributeError, KeyError, TypeError):
        return ""


def _kind(kind: Any) -> str | None:
    """The name of a type of numbers, whatever its byte order; None for other types."""
    if kind.kind in "uifcb":
        return "bit" if kind.kind == "b" else str(kind.name)
    parts = [kind[name] for name in kind.names or ()]
    if len(parts) == 2 and {part.kind for part in parts} == {"f"}:
        return f"complex{8 * sum(part.itemsize for part in parts)}"
    return None


def _imaris(file: Any) -> dict[str, Any]:
    """Imaris 5.5: extent and sizes from DataSetInfo, channels with their names."""
    image, level = file.get("DataSetInfo/Image"), file.get("DataSet/ResolutionLevel 0")
    if image is None or level is None:
        return {}
    sizes = {axis: int(finite(_letters(image, axis))) for axis in "XYZ"}
    first = level.get("TimePoint 0")
    sizes |= {"T": len(level), "C": len(first) if first is not None else 1}
    scale = {
        axis: (finite(_letters(image, f"ExtMax{n}")) - finite(_letters(image, f"ExtMin{n}")))
        / sizes[axis]
        for n, axis in enumerate("XYZ")
        if sizes[axis]
    }
    data = first.get("Channel 0/Data") if first is not None else None
    names = [_letters(file.get(f"DataSetInfo/Channel {n}"), "Name") for n in range(sizes["C"])]
    return {
        "sizes": sizes,
        "pixel_size_um": scale,
        "pixel_type": _kind(data.dtype) if data is not None else None,
        "images": 1,
        "channels": names,
        "instrument": _imaris_maker(image, file.get("DataSetInfo/Imaris")),
        "acquired": _letters(image, "RecordingDate"),
    }


def _imaris_maker(*nodes: Any) -> str:
    """Maker and model of the microscope; Imaris writes Generic where it knows none."""
    told = []
    for key in ("ManufactorString", "ManufactorModel"):
        found = (_letters(node, key).strip() for node in nodes if node is not None)
        told.append(next((one for one in found if one and one.lower() != "generic"), ""))
    return " ".join(one for one in told if one)


def _velox(file: Any) -> dict[str, Any]:
    """Velox: frames of Data/Image, and the JSON of the first one's metadata."""
    images = file.get("Data/Image")
    if images is None or not len(images):
        return {}
    first = images[sorted(images)[0]]
    y, x, frames = first["Data"].shape
    raw = bytes(first["Metadata"][:MOST_METADATA, 0]).split(b"\0", 1)[0]
    told = json.loads(raw) if raw else {}
    instrument = told.get("Instrument", {})
    size = told.get("BinaryResult", {}).get("PixelSize", {})
    meters = told.get("BinaryResult", {}).get("PixelUnitX") == "m"
    return {
        "sizes": {"T": frames, "C": 1, "Z": 1, "Y": y, "X": x},
        "pixel_size_um": {
            axis: finite(str(size.get(key, ""))) * 1e6
            for axis, key in (("X", "width"), ("Y", "height"))
            if meters
        },
        "pixel_type": _kind(first["Data"].dtype),
        "images": len(images),
        "instrument": " ".join(
            str(instrument.get(key, "")) for key in ("Manufacturer", "InstrumentModel")
        ).strip(),
    }


def _bdv(file: Any) -> dict[str, Any]:
    """BigDataViewer: the largest cells of each setup at each time point."""
    times = [name for name in file if re.fullmatch(r"t\d{5,}", name)]
    if not times:
        return {}
    setups = [name for name in file[times[0]] if re.fullmatch(r"s\d\d+", name)][:MOST_SETUPS]
    cells = file[times[0]][setups[0]]["0/cells"]
    z, y, x = cells.shape
    return {
        "sizes": {"T": len(times), "C": 1, "Z": z, "Y": y, "X": x},
        "pixel_type": str(cells.dtype).replace("int", "uint", cells.dtype.kind == "i"),
        "images": len(setups),
    }


def _minc(file: Any) -> dict[str, Any]:
    """MINC 2: the order of dimensions and their steps in millimetres."""
    data = file.get("minc-2.0/image/0/image")
    if data is None:
        return {}
    order = _text(data.attrs["dimorder"]).split(",")
    named = {"time": "T", "zspace": "Z", "yspace": "Y", "xspace": "X", "vector_dimension": "C"}
    steps = {
        named[one]: abs(float(file[f"minc-2.0/dimensions/{one}"].attrs.get("step", 0))) * 1e3
        for one in order
        if one.endswith("space")
    }
    return {
        "sizes": {named[one]: n for one, n in zip(order, data.shape, strict=True)},
        "pixel_size_um": steps,
        "pixel_type": _kind(data.dtype),
        "images": 1,
        "patient": _minc_patient(file.get("minc-2.0/info/patient")),
    }


def _minc_patient(node: Any) -> list[str]:
    """What of a patient the group of MINC names."""
    keys = {"full_name": "name", "identification": "id", "birthdate": "birth date"}
    said = {} if node is None else dict(node.attrs)
    return [what for key, what in keys.items() if key in said and somebody(_text(said[key]))]


def _visit(file: Any, look: Callable[[str, Any], Any]) -> bool:
    """Look at nodes until one is found; False when there are too many."""
    seen = 0

    def counted(name: str, node: Any) -> Any:
        nonlocal seen
        seen += 1
        return True if seen > MOST_NODES else look(name, node)

    file.visititems(counted)
    return seen <= MOST_NODES


def _labelled(file: Any) -> dict[str, Any]:
    """ilastik (axistags) and data sets with DIMENSION_LABELS: axes as they are named."""
    found: dict[str, Any] = {}

    def look(name: str, node: Any) -> Any:
        if not hasattr(node, "shape") or node.dtype.kind not in "uifb":
            return None
        if "axistags" in node.attrs:
            told = json.loads(_text(node.attrs["axistags"]))
            axes = [str(one.get("key", "")).upper() for one in told["axes"]]
        elif "DIMENSION_LABELS" in node.attrs:
            axes = [_text(one).upper() for one in node.attrs["DIMENSION_LABELS"]]
        else:
            return None
        if len(axes) == len(node.shape) and {"X", "Y"} <= set(axes):
            found["sizes"] = dict(zip(axes, map(int, node.shape), strict=True))
            found["pixel_type"] = _kind(node.dtype)
            return True
        return None

    _visit(file, look)
    return found


def _berkeley(file: Any) -> dict[str, Any]:
    """Berkeley EMD: the data set of the first group that is marked, and its dimension vectors."""
    found: dict[str, Any] = {}

    def look(name: str, node: Any) -> Any:
        if "emd_group_type" not in node.attrs or "data" not in node:
            return None
        data = node["data"]
        if len(data.shape) not in (2, 3):
            return None
        found["pixel_type"] = _kind(data.dtype)
        found["sizes"] = dict(zip("ZYX"[-len(data.shape) :], map(int, data.shape), strict=True))
        lengths = {}
        for number, axis in enumerate("ZYX"[-len(data.shape) :], 1):
            steps = node[f"dim{number}"]
            unit = _LENGTHS.get(_text(steps.attrs.get("units", "")).strip("[]"))
            if unit and len(steps) > 1 and axis != "Z":
                lengths[axis] = abs(float(steps[1] - steps[0])) * unit
        found["pixel_size_um"] = lengths
        return True

    _visit(file, look)
    return found


def _lone(file: Any) -> dict[str, Any]:
    """A file with one data set of numbers: its type, and its sizes when it has two dimensions."""
    numbers: list[Any] = []

    def look(name: str, node: Any) -> Any:
        if hasattr(node, "shape") and node.dtype.kind in "uif" and len(node.shape) >= 2:
            numbers.append(node)
        return len(numbers) > 1 or None

    if not _visit(file, look) or len(numbers) != 1:
        return {}
    data = numbers[0]
    sizes = dict(zip("YX", map(int, data.shape), strict=True)) if len(data.shape) == 2 else {}
    return {"sizes": sizes, "pixel_type": _kind(data.dtype)}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


_KINDS: tuple[Callable[[Any], dict[str, Any]], ...] = (
    _imaris,
    _velox,
    _bdv,
    _minc,
    _berkeley,
    _labelled,
    _lone,
)
