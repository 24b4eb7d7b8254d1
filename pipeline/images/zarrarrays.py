"""Arrays of a Zarr or N5 store: shape, type, axes, and which of their chunks are there."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.images import faults, ngff, places
from pipeline.images.facts import Facts
from pipeline.images.zarrstore import Bad, Store

_LENGTHS = {
    "nanometer": 1e-3,
    "micrometer": 1.0,
    "millimeter": 1e3,
    "centimeter": 1e4,
    "meter": 1e6,
    "angstrom": 1e-4,
    "picometer": 1e-6,
    "m": 1e6,
    "mm": 1e3,
    "um": 1.0,
    "µm": 1.0,
    "μm": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "nm": 1e-3,
}
"""Micrometres of a unit: the names that OME-Zarr asks for, and the short ones of others."""
_TYPES = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}


METADATA = frozenset({"zarr.json", "attributes.json", ".DS_Store"})
_OF_ARRAYS = frozenset({".zarray", "zarr.json", "attributes.json"})
MOST_FIRST = 2000
MOST_COUNTED = 2_000_000


@dataclass(slots=True)
class Array:
    """Shape, type and grid of chunks of one array; `key` says how a chunk's file is named."""

    path: str
    shape: tuple[int, ...]
    type: str | None
    chunks: tuple[int, ...]
    key: str
    chunked: bool = True
    job: str = "zarr"
    """The worker's job that reads its chunks."""

    @property
    def bytes(self) -> int | None:
        """Bytes of one unpacked chunk; None when pixels have no fixed width."""
        bits = re.search(r"(?<![0-9])[0-9]{1,6}$", self.type or "")
        width = 1 if self.type == "bool" else int(bits[0]) // 8 if bits else 0
        return math.prod(self.chunks) * width if width else None

    def file(self, place: tuple[int, ...]) -> str:
        """The path of a chunk below the array."""
        lead = self.key if len(self.key) > 1 else ""
        return lead + self.key[-1].join(map(str, place))

    @property
    def grid(self) -> tuple[int, ...]:
        """Number of chunks (of shards, where there are) along each axis."""
        return tuple(
            -(-length // one) for length, one in zip(self.shape, self.chunks, strict=False)
        )


def no_chunks(store: Store, what: str) -> None:
    """Flag an array of which not one chunk is there."""
    store.facts.flag(faults.CHUNKS_MISSING, f"{what} has no chunk: every pixel is the fill value")


def axes_of(given: Any) -> list[str]:
    """Names of axes in lower case, as OME-Zarr 0.3 (texts) or later (objects) gives them."""
    found = []
    for axis in given if isinstance(given, list) else ():
        name = axis.get("name") if isinstance(axis, dict) else axis
        found.append(str(name).lower())
    return found


def technical(
    facts: Facts,
    axes: list[str],
    array: Array,
    scales: Mapping[str, Any],
    dataset: Mapping[str, Any],
) -> None:
    """Take sizes, pixel type and pixel size from the first array of an image."""
    names = axes or ["t", "c", "z", "y", "x"][-len(array.shape) :]
    sizes = {axis.upper(): count for axis, count in zip(names, array.shape, strict=False)}
    facts.size(**{axis: sizes.get(axis, 1) for axis in "TCZYX"})
    facts.pixel_type = array.type
    units: dict[str, float] = {}
    for axis in ngff.axes_given(scales)[0] or ():
        if isinstance(axis, dict) and axis.get("unit") in _LENGTHS:
            units[str(axis.get("name")).upper()] = _LENGTHS[axis["unit"]]
    factors = ngff.scaling(dataset.get("coordinateTransformations"))
    if factors is None:
        return
    # up to 0.5 what stands beside the data sets scales all of them further
    whole = ngff.scaling(scales.get("coordinateTransformations")) if "axes" in scales else None
    if whole and len(whole) == len(factors):
        factors = [one * other for one, other in zip(factors, whole, strict=True)]
    facts.pixel_size(
        **{
            axis.upper(): one * units[axis.upper()]
            for axis, one in zip(names, factors, strict=False)
            if axis.upper() in units
        }
    )


def resolution(store: Store, path: str) -> None:
    """The pixel size of an N5 data set, as n5-viewer and the COSEM project write it.

    Source: the metadata that n5-universe (github.com/saalfeldlab) knows, 2024.
    """
    told = store.json(*path.split("/"), "attributes.json") or {}
    given, cosem = told.get("pixelResolution"), told.get("transform")
    lengths: Any = given
    units: Any = []
    axes: Any = ["x", "y", "z"]
    if isinstance(given, dict):
        lengths, units = given.get("dimensions"), [given.get("unit")] * 3
    elif isinstance(cosem, dict):
        lengths, units, axes = (cosem.get(key) for key in ("scale", "units", "axes"))
    if not all(isinstance(one, list) for one in (lengths, units, axes)):
        return
    store.facts.pixel_size(
        **{
            str(axis).upper(): length * _LENGTHS.get(str(unit).lower(), 0)
            for axis, length, unit in zip(axes, lengths, units, strict=False)
            if isinstance(length, int | float) and str(axis).lower() in ("x", "y", "z")
        }
    )


def walked(store: Store) -> Iterator[str]:
    """Paths of all arrays at and below the top of a store; of none where nothing is listed."""
    folders = [] if places.unlisted(store.path) else [""]
    while folders:
        path = folders.pop()
        try:
            found = places.entries(os.path.join(store.path, path) if path else store.path)
        except OSError:
            continue
        names = {one.name for one in found}
        try:
            if names & _OF_ARRAYS and array_of(store, path) is not None:
                yield path
                if "attributes.json" not in names:
                    continue
        except Bad:
            continue
        below = (one.name for one in found if one.folder and not one.link)
        # folders of blocks are named by numbers alone
        block = "attributes.json" in names and "zarr.json" not in names
        folders += sorted(
            (
                f"{path}/{name}" if path else name
                for name in below
                if not (block and name.isdecimal())
            ),
            reverse=True,
        )


def array_of(store: Store, path: str) -> Array | None:
    """An array of the store by its path; None when its metadata are absent."""
    parts = [part for part in path.split("/") if part]
    if store.n5:
        return _block_array(store, path, parts)
    old = store.json(*parts, ".zarray")
    node = old if old is not None else store.json(*parts, "zarr.json")
    if node is None or (old is None and node.get("node_type") == "group"):
        return None
    shape = _numbers(node.get("shape"))
    kind = node.get("dtype") if old is not None else node.get("data_type")
    form = None
    if isinstance(kind, str) and len(kind) <= LONGEST_TYPE:
        form = kind
        if old is not None and kind[1:2] in _TYPES and _BYTES.fullmatch(kind, 2):
            form = _TYPES[kind[1]] + ("" if kind[1] == "b" else str(8 * int(kind[2:])))
    found = Array(path, shape, form, *_grid(node, old is not None))
    _sound(store, found, parts, old is not None, kind)
    found.chunked = 0 in shape or not shape or _chunked(os.path.join(store.path, *parts))
    if path not in store.arrays:
        store.arrays.append(path)
    return found


def _sound(store: Store, array: Array, parts: list[str], old: bool, kind: Any) -> None:
    """Flag lengths and types that no array has."""
    mark = ".zarray" if old else "zarr.json"
    file = f"{store.facts.path}/{'/'.join([*parts, mark])}"
    wrong = [one for one in (*array.shape, *array.chunks) if one < 0]
    if wrong:
        said = f"the array {array.path!r} has a length of {wrong[0]}"
        store.facts.flag(faults.ZARR_METADATA_DAMAGED, said, file=file, pointer="/shape")
    elif old and isinstance(kind, str) and not _DTYPE.match(kind):
        said = f"the array {array.path!r} has the type {kind[:40]!r}, which no array has"
        store.facts.flag(faults.ZARR_METADATA_DAMAGED, said, file=file, pointer="/dtype")


_DTYPE = re.compile(r"[<>|=][biufcmMSUVO]\d{0,6}(?!\d)")
LONGEST_TYPE = 40
"""Characters of the name of a type; what is longer is none."""
_BYTES = re.compile(r"[0-9]{1,6}")
"""How many bytes a value has, behind the letter of its kind; longer numbers are none."""


def _block_array(store: Store, path: str, parts: list[str]) -> Array | None:
    """A data set of N5, which names its axes from the one that varies fastest."""
    node = store.json(*parts, "attributes.json")
    if node is None or "dimensions" not in node:
        return None
    shape, chunks = _numbers(node.get("dimensions")), _numbers(node.get("blockSize"))
    kind = node.get("dataType")
    found = Array(path, shape, kind if isinstance(kind, str) else None, chunks, "/", job="n5")
    found.chunked = 0 in shape or not shape or _chunked(os.path.join(store.path, *parts))
    if path not in store.arrays:
        store.arrays.append(path)
    return found


def _numbers(given: Any) -> tuple[int, ...]:
    return tuple(n for n in given if isinstance(n, int)) if isinstance(given, list) else ()


def _grid(node: Mapping[str, Any], old: bool) -> tuple[tuple[int, ...], str]:
    """Length of chunks, and a chunk's key with `{}` for the numbers and what parts them."""
    if old:
        apart = node.get("dimension_separator")
        return _numbers(node.get("chunks")), "/" if apart == "/" else "."

    def inside(value: Any, *names: str) -> Any:
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    chunks = _numbers(inside(node, "chunk_grid", "configuration", "chunk_shape"))
    plain = inside(node, "chunk_key_encoding", "name") == "v2"
    apart = inside(node, "chunk_key_encoding", "configuration", "separator")
    apart = apart if apart in (".", "/") else "." if plain else "/"
    return chunks, apart if plain else f"c{apart}"


def present(store: Store, array: Array) -> set[tuple[int, ...]]:
    """The places in the grid whose chunks have a file, of at most two million."""
    home = os.path.join(store.path, *(part for part in array.path.split("/") if part))
    grid = array.grid
    found: set[tuple[int, ...]] = set()
    for one in places.below(home):
        key = one.path.removeprefix(home).lstrip("/").removeprefix(array.key[:-1]).lstrip("./")
        parts = key.replace("/", ".").split(".")
        if len(parts) == len(grid) and all(part.isdecimal() for part in parts):
            place = tuple(int(part) for part in parts)
            if all(at < most for at, most in zip(place, grid, strict=True)):
                found.add(place)
        if len(found) >= MOST_COUNTED:
            break
    return found


def _chunked(path: str) -> bool:
    """Whether at least one file lies below an array that is not metadata."""
    if places.unlisted(path):
        # the first chunk is not asked for
        return True
    for looked, one in enumerate(places.below(path)):
        if not one.name.startswith(".z") and one.name not in METADATA:
            return True
        if looked >= MOST_FIRST:
            return True
    return False
