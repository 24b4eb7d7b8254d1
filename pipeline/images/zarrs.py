"""Folders that are one image: OME-Zarr 0.4 and 0.5, plates, bioformats2raw layout, Zarr, N5."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.images import faults
from pipeline.images.facts import Facts

MOST_JSON = 16 << 20
MOST_WELLS = 4096
MARKS = frozenset({".zgroup", ".zarray", ".zattrs", "zarr.json"})
_LENGTHS = {
    "nanometer": 1e-3,
    "micrometer": 1.0,
    "millimeter": 1e3,
    "centimeter": 1e4,
    "meter": 1e6,
    "angstrom": 1e-4,
    "picometer": 1e-6,
}
_TYPES = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}


class Bad(Exception):
    """A metadata file of a store is not JSON; it has been flagged."""


@dataclass(slots=True)
class Store:
    """A Zarr or N5 folder being looked at."""

    path: str
    facts: Facts

    def json(self, *parts: str) -> dict[str, Any] | None:
        """A metadata file of the store; None when absent. Raises Bad after flagging it."""
        path = os.path.join(self.path, *parts)
        try:
            with open(path, "rb") as stream:
                data = stream.read(MOST_JSON)
        except OSError:
            return None
        shown = "/".join(parts)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            self.facts.flag(
                faults.ZARR_METADATA_DAMAGED,
                f"{shown} is not JSON: {error}",
                file=f"{self.facts.path}/{shown}",
                line=line,
                column=getattr(error, "colno", None),
                broken=True,
            )
            raise Bad from error
        if not isinstance(found, dict):
            self.facts.flag(
                faults.ZARR_METADATA_DAMAGED,
                f"{shown} is not a JSON object",
                file=f"{self.facts.path}/{shown}",
                pointer="",
                broken=True,
            )
            raise Bad
        return found

    def has(self, *parts: str) -> bool:
        """Whether a path of the store exists."""
        return os.path.exists(os.path.join(self.path, *parts))


@dataclass(slots=True)
class Array:
    """Shape, chunks and type of one array of a store."""

    shape: tuple[int, ...]
    type: str | None
    chunked: bool
    names: tuple[str, ...] = ()


def is_store(name: str, entries: frozenset[str]) -> bool:
    """Whether a folder with these entries is, or is named as, a Zarr or N5 store."""
    low = name.lower()
    if low.endswith((".zarr", ".n5", ".zr")) or entries & MARKS:
        return True
    return "attributes.json" in entries


def is_n5(path: str) -> bool:
    """Whether a folder's attributes.json is that of an N5 container."""
    try:
        with open(os.path.join(path, "attributes.json"), "rb") as stream:
            found = json.loads(stream.read(1 << 20))
    except (OSError, ValueError, RecursionError):
        return path.lower().endswith(".n5")
    return isinstance(found, dict) and ("n5" in found or "dimensions" in found)


def read(path: str, facts: Facts) -> None:
    """Tell a store: which layout, sizes, pixels, and what is absent or damaged in it."""
    store = Store(path, facts)
    facts.evidence = "content"
    try:
        if os.path.exists(os.path.join(path, "attributes.json")) and not (
            set(os.listdir(path)) & MARKS
        ):
            _n5(store)
        elif store.has("zarr.json"):
            _version3(store)
        elif any(store.has(mark) for mark in (".zgroup", ".zarray", ".zattrs")):
            _version2(store)
        else:
            facts.format = "N5" if path.lower().endswith(".n5") else "Zarr"
            facts.evidence = "suffix"
            facts.flag(
                faults.ZARR_METADATA_MISSING,
                "the folder holds no .zgroup, .zarray or zarr.json",
                broken=True,
            )
    except Bad:
        if facts.format is None:
            facts.format = "OME-Zarr 0.5" if store.has("zarr.json") else "OME-Zarr 0.4"


def _n5(store: Store) -> None:
    store.facts.format = "N5"
    attributes = store.json("attributes.json") or {}
    if "dimensions" in attributes:
        shape = attributes["dimensions"]
        if isinstance(shape, list) and all(isinstance(one, int) for one in shape):
            store.facts.pixel_type = str(attributes.get("dataType")) or None


def _version2(store: Store) -> None:
    facts = store.facts
    facts.format = "Zarr"
    if store.has(".zarray"):
        array = _array(store, "")
        if array is not None:
            facts.pixel_type = array.type
            if not array.chunked:
                _no_chunks(store, "the array")
        return
    attributes = store.json(".zattrs")
    if attributes is None:
        if _looks_like_image(store):
            facts.format = "Zarr"
            facts.flag(
                faults.OME_METADATA_MISSING,
                "the group holds arrays 0, 1 … and no .zattrs that would say what they are",
                file=f"{facts.path}/.zattrs",
            )
        return
    _ome(store, attributes, ".zattrs", "", str(_version(attributes, "0.4")))


def _version3(store: Store) -> None:
    facts = store.facts
    facts.format = "Zarr"
    node = store.json("zarr.json") or {}
    if node.get("node_type") == "array":
        array = _array(store, "")
        if array is not None:
            facts.pixel_type = array.type
        return
    attributes = node.get("attributes")
    ome = attributes.get("ome") if isinstance(attributes, dict) else None
    if isinstance(ome, dict):
        _ome(store, ome, "zarr.json", "/attributes/ome", "0.5")
    elif isinstance(attributes, dict):
        _ome(store, attributes, "zarr.json", "/attributes", "0.5")


def _version(attributes: Mapping[str, Any], default: str) -> str:
    for key in ("multiscales", "plate", "well"):
        found = attributes.get(key)
        found = found[0] if isinstance(found, list) and found else found
        if isinstance(found, dict) and isinstance(found.get("version"), str):
            return "0.5" if found["version"].startswith("0.5") else default
    return default


def _ome(store: Store, attributes: Mapping[str, Any], file: str, at: str, version: str) -> None:
    facts = store.facts
    multiscales = attributes.get("multiscales")
    if isinstance(attributes.get("plate"), dict):
        facts.format = f"OME-Zarr {version} HCS plate"
        _plate(store, attributes["plate"], file, f"{at}/plate")
    elif isinstance(multiscales, list) and multiscales:
        facts.format = f"OME-Zarr {version}"
        facts.images = 1
        if "image-label" in attributes:
            facts.format = f"OME-Zarr {version}"
        _image(store, "", multiscales, file, f"{at}/multiscales")
    elif "bioformats2raw.layout" in attributes:
        facts.format = "OME-Zarr bioformats2raw layout"
        _layout(store, file)
    elif isinstance(attributes.get("well"), dict):
        facts.format = f"OME-Zarr {version}"


def _looks_like_image(store: Store) -> bool:
    return any(store.has("0", mark) for mark in (".zarray", "zarr.json"))


def _layout(store: Store, file: str) -> None:
    images = []
    for name in sorted(os.listdir(store.path)):
        if name.isdigit():
            images.append(name)
    store.facts.images = len(images) or None
    for name in sorted(images, key=int)[:64]:
        for mark, at in ((".zattrs", ""), ("zarr.json", "/attributes/ome")):
            found = store.json(name, mark)
            for part in at.split("/")[1:]:
                found = found.get(part) if isinstance(found, dict) else None
            if isinstance(found, dict) and isinstance(found.get("multiscales"), list):
                _image(store, name, found["multiscales"], f"{name}/{mark}", f"{at}/multiscales")


def _plate(store: Store, plate: Mapping[str, Any], file: str, at: str) -> None:
    facts = store.facts
    wells = plate.get("wells")
    count = 0
    if not isinstance(wells, list):
        return
    missing: list[str] = []
    first = True
    empty: list[str] = []
    for number, well in enumerate(wells[:MOST_WELLS]):
        path = well.get("path") if isinstance(well, dict) else None
        if not isinstance(path, str) or ".." in path:
            continue
        if not store.has(path):
            missing.append(path)
            if len(missing) == 1:
                where = f"{at}/wells/{number}"
            continue
        for field in _fields(store, path):
            if not store.has(path, field):
                missing.append(f"{path}/{field}")
                where = f"{at}/wells/{number}"
                continue
            count += 1
            if count <= 64:
                empty += _field(store, f"{path}/{field}", first)
                first = False
    facts.images = count or None
    if missing:
        facts.flag(
            faults.MEMBER_MISSING,
            f"{len(missing)} of the wells and fields that the plate lists are absent: "
            + ", ".join(missing[:5]),
            file=f"{facts.path}/{file}",
            pointer=where,
            value=missing[0],
            broken=True,
        )
    if empty and len(empty) >= min(count, 64):
        _no_chunks(store, f"the first array of {len(empty)} fields")


def _fields(store: Store, well: str) -> Iterator[str]:
    for mark in (".zattrs", "zarr.json"):
        found: Any = store.json(*well.split("/"), mark)
        if mark == "zarr.json" and isinstance(found, dict):
            found = found.get("attributes", {})
            found = found.get("ome", {}) if isinstance(found, dict) else {}
        described = found.get("well") if isinstance(found, dict) else None
        images = described.get("images") if isinstance(described, dict) else None
        for image in images if isinstance(images, list) else ():
            path = image.get("path") if isinstance(image, dict) else None
            if isinstance(path, str) and ".." not in path:
                yield path


def _field(store: Store, path: str, first: bool) -> list[str]:
    """The path when the first array of a field has no chunk."""
    for mark, at in ((".zattrs", ""), ("zarr.json", "/attributes/ome")):
        found: Any = store.json(*path.split("/"), mark)
        for part in at.split("/")[1:]:
            found = found.get(part) if isinstance(found, dict) else None
        if isinstance(found, dict) and isinstance(found.get("multiscales"), list):
            return (
                [path]
                if not _image(
                    store,
                    path,
                    found["multiscales"],
                    f"{path}/{mark}",
                    f"{at}/multiscales",
                    quiet=not first,
                    plate=True,
                )
                else []
            )
    return []


def _image(
    store: Store,
    path: str,
    multiscales: list[Any],
    file: str,
    at: str,
    quiet: bool = False,
    plate: bool = False,
) -> bool:
    """Tell one multiscale image; False when its first array has no chunk."""
    facts = store.facts
    scales = multiscales[0] if multiscales and isinstance(multiscales[0], dict) else {}
    datasets = scales.get("datasets")
    axes = _axes(scales.get("axes"))
    stored = True
    for number, dataset in enumerate(datasets if isinstance(datasets, list) else ()):
        name = dataset.get("path") if isinstance(dataset, dict) else None
        if not isinstance(name, str) or ".." in name:
            continue
        where = f"{path}/{name}" if path else name
        array = _array(store, where)
        if array is None:
            facts.flag(
                faults.MEMBER_MISSING,
                f"the array {where!r} that the metadata names is not in the folder",
                file=f"{facts.path}/{file}",
                pointer=f"{at}/0/datasets/{number}",
                value=where,
                broken=True,
            )
            continue
        if axes and len(axes) != len(array.shape):
            facts.flag(
                faults.AXES,
                f"{len(axes)} axes ({', '.join(axes)}) are named for an array of "
                f"{len(array.shape)} dimensions",
                file=f"{facts.path}/{file}",
                pointer=f"{at}/0/axes",
                value=len(axes),
            )
            return stored
        if number == 0:
            stored = array.chunked
            if not array.chunked and not plate:
                _no_chunks(store, f"the array {where!r}")
            if not quiet:
                _technical(facts, axes, array, scales, dataset)
    return stored


def _no_chunks(store: Store, what: str) -> None:
    store.facts.flag(faults.CHUNKS_MISSING, f"{what} has no chunk: every pixel is the fill value")


def _axes(given: Any) -> list[str]:
    found = []
    for axis in given if isinstance(given, list) else ():
        name = axis.get("name") if isinstance(axis, dict) else axis
        found.append(str(name).lower())
    return found


def _technical(
    facts: Facts,
    axes: list[str],
    array: Array,
    scales: Mapping[str, Any],
    dataset: Mapping[str, Any],
) -> None:
    names = axes or ["t", "c", "z", "y", "x"][-len(array.shape) :]
    sizes = {axis.upper(): count for axis, count in zip(names, array.shape, strict=False)}
    facts.size(**{axis: sizes.get(axis, 1) for axis in "TCZYX"})
    facts.pixel_type = array.type
    units: dict[str, float] = {}
    for axis in scales.get("axes") or ():
        if isinstance(axis, dict) and axis.get("unit") in _LENGTHS:
            units[str(axis.get("name")).upper()] = _LENGTHS[axis["unit"]]
    for change in dataset.get("coordinateTransformations") or ():
        if not isinstance(change, dict) or not isinstance(change.get("scale"), list):
            continue
        if all(isinstance(one, int | float) for one in change["scale"]):
            lengths = {
                axis.upper(): float(one) * units[axis.upper()]
                for axis, one in zip(names, change["scale"], strict=False)
                if axis.upper() in units
            }
            facts.pixel_size(**lengths)


def _array(store: Store, path: str) -> Array | None:
    """An array of the store by its path; None when its metadata are absent."""
    parts = [part for part in path.split("/") if part]
    old = store.json(*parts, ".zarray")
    node = old if old is not None else store.json(*parts, "zarr.json")
    if node is None or (old is None and node.get("node_type") == "group"):
        return None
    shape = node.get("shape")
    shape = tuple(one for one in shape if isinstance(one, int)) if isinstance(shape, list) else ()
    kind = node.get("dtype") if old is not None else node.get("data_type")
    form = None
    if isinstance(kind, str):
        form = kind
        if old is not None and len(kind) >= 3 and kind[1] in _TYPES and kind[2:].isdigit():
            form = _TYPES[kind[1]] + ("" if kind[1] == "b" else str(8 * int(kind[2:])))
    return Array(shape, form, 0 in shape or _chunked(os.path.join(store.path, *parts)))


def _chunked(path: str) -> bool:
    """Whether at least one file lies below an array that is not metadata."""
    looked = 0
    folders = [path]
    while folders and looked < 2000:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                looked += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif not entry.name.startswith(".z") and entry.name not in (
                    "zarr.json",
                    "attributes.json",
                    ".DS_Store",
                ):
                    return True
    return looked >= 2000


def weight(path: str) -> int:
    """Bytes of all files below a folder."""
    total = 0
    folders = [path]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total
