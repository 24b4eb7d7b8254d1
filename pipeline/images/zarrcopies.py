"""Chunks of a store that is not on disk, copied some at a time to where codecs read them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

from pipeline.images import places
from pipeline.images.zarrarrays import MOST_COUNTED, Array, present
from pipeline.images.zarrstore import MOST_JSON, Store

AT_ONCE = 16
"""Chunks that are asked for at the same time of servers that answer several requests."""
MOST_KEPT = 64 << 20
"""Bytes of chunks on disk after which they are read and deleted."""
MOST_UNKNOWN = 1 << 30
"""Bytes of a chunk whose pixels have no fixed width."""
SLACK = 1 << 20
FIRST = 10_000
"""Chunks that are asked for of a server that lists nothing until one is there."""
_PARALLEL = ("http://", "https://", "s3://", "gs://", "gcs://", "az://", "abfs://")
Place = tuple[int, ...]


class TooLong(Exception):
    """A chunk is longer than its pixels are when they are not compressed."""

    def __init__(self, place: Place, most: int) -> None:
        super().__init__(place, most)
        self.place, self.most = place, most


def batches(store: Store, array: Array, folder: Path, most: int) -> Iterator[list[Place]]:
    """Chunks that are there, at most `most` at once, as they lie in the folder with their array.

    They are deleted when the next are asked for. Raises OSError, TooLong.
    """
    home = os.path.join(store.path, *(part for part in array.path.split("/") if part))
    for name in (".zarray", "zarr.json", "attributes.json"):
        with suppress(FileNotFoundError):
            (folder / name).write_bytes(places.beginning(f"{home}/{name}", MOST_JSON))
    copied = partial(_copied, home, array, folder)
    several = AT_ONCE if store.path.startswith(_PARALLEL) else 1
    kept: list[Place] = []
    size = looked = 0
    wanted = _wanted(store, array)
    with ThreadPoolExecutor(several) as threads:
        while some := list(itertools.islice(wanted, several)):
            for place, length in zip(some, threads.map(copied, some), strict=True):
                if length is not None:
                    kept.append(place)
                    size += length
            looked += len(some)
            if len(kept) + several > most or size > MOST_KEPT:
                yield kept
                for place in kept:
                    (folder / array.file(place)).unlink()
                # one was there, so all others are asked for
                kept, size, looked = [], 0, -MOST_COUNTED
            elif not kept and looked >= FIRST:
                return
    if kept:
        yield kept


def _copied(home: str, array: Array, folder: Path, place: Place) -> int | None:
    """Bytes of a chunk that is copied to the folder; None when it is absent."""
    longest = MOST_UNKNOWN if array.bytes is None else array.bytes * 11 // 10 + SLACK
    target = folder / array.file(place)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    try:
        with target.open("wb") as stream:
            for piece in places.pieces(f"{home}/{array.file(place)}"):
                size += stream.write(piece)
                if size > longest:
                    raise TooLong(place, longest)
    except FileNotFoundError:
        target.unlink()
        return None
    return size


def _wanted(store: Store, array: Array) -> Iterator[Place]:
    """The chunks to ask for: those that are listed, or all where nothing is listed."""
    if not places.unlisted(store.path):
        return iter(sorted(present(store, array)))
    grid = itertools.product(*map(range, array.grid))
    return itertools.islice(grid, MOST_COUNTED)
