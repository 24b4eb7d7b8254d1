"""Arrays of a Zarr store: shape, type, axes, and which of their chunks are there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.images import faults, places
from pipeline.images.facts import Facts
from pipeline.images.opened import away
from pipeline.images.zarrstore import Store

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


METADATA = frozenset({"zarr.json", "attributes.json", ".DS_Store"})
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
    for axis in scales.get("axes") or ():
        if isinstance(axis, dict) and axis.get("unit") in _LENGTHS:
            units[str(axis.get("name")).upper()] = _LENGTHS[axis["unit"]]
    for change in dataset.get("coordinateTransformations") or ():
        if not isinstance(change, dict) or not isinstance(change.get("scale"), list):
            continue
        if all(isinstance(one, int | float) and abs(one) < 1e12 for one in change["scale"]):
            lengths = {
                axis.upper(): float(one) * units[axis.upper()]
                for axis, one in zip(names, change["scale"], strict=False)
                if axis.upper() in units
            }
            facts.pixel_size(**lengths)


def array_of(store: Store, path: str) -> Array | None:
    """An array of the store by its path; None when its metadata are absent."""
    parts = [part for part in path.split("/") if part]
    old = store.json(*parts, ".zarray")
    node = old if old is not None else store.json(*parts, "zarr.json")
    if node is None or (old is None and node.get("node_type") == "group"):
        return None
    shape = _numbers(node.get("shape"))
    kind = node.get("dtype") if old is not None else node.get("data_type")
    form = None
    if isinstance(kind, str):
        form = kind
        if old is not None and len(kind) >= 3 and kind[1] in _TYPES and kind[2:].isdigit():
            form = _TYPES[kind[1]] + ("" if kind[1] == "b" else str(8 * int(kind[2:])))
    found = Array(path, shape, form, *_grid(node, old is not None))
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
        key = os.path.relpath(one.path, home).removeprefix(array.key[:-1]).lstrip("./")
        parts = key.replace("/", ".").split(".")
        if len(parts) == len(grid) and all(part.isdigit() for part in parts):
            place = tuple(int(part) for part in parts)
            if all(at < most for at, most in zip(place, grid, strict=True)):
                found.add(place)
        if len(found) >= MOST_COUNTED:
            break
    return found


def _chunked(path: str) -> bool:
    """Whether at least one file lies below an array that is not metadata."""
    if away(path) and path.startswith(("http://", "https://")):
        # a web server lists nothing: the first chunk is not asked for
        return True
    for looked, one in enumerate(places.below(path)):
        if not one.name.startswith(".z") and one.name not in METADATA:
            return True
        if looked >= MOST_FIRST:
            return True
    return False
