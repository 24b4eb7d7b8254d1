"""Reading every chunk of a Zarr store once: absent ones, damaged ones, wrong checksums."""

from __future__ import annotations

import math
import re

from pipeline.images import faults
from pipeline.images.zarrarrays import Array, array_of, present
from pipeline.images.zarrstore import Store

AT_ONCE = 256
LITTLE = 0.01
"""Share of stored pixels with the fill value below which a chunk of nothing else is implausible."""


def read(store: Store) -> None:
    """Flag chunks that cannot be read, and chunks that are absent from an array that has some."""
    for path in list(store.arrays):
        array = array_of(store, path)
        if array is None or not array.chunked or not array.chunks or 0 in array.chunks:
            continue
        there = present(store, array)
        if there:
            _array(store, array, sorted(there))


def _array(store: Store, array: Array, there: list[tuple[int, ...]]) -> None:
    from pipeline.images.isolation import Stopped, shared

    called = f"the array {array.path!r}" if array.path else "the array"
    pixels = filled = empty = 0
    complete = True
    for start in range(0, len(there), AT_ONCE):
        try:
            answer = shared().ask(
                "zarr",
                store.path,
                seconds=300,
                array=array.path,
                chunks=array.chunks,
                wanted=there[start : start + AT_ONCE],
            )
        except Stopped as stopped:
            store.facts.flag(faults.READER_STOPPED, f"reading {called} was stopped: {stopped}")
            return
        if "error" in answer:
            complete = False
            break
        if "damaged" in answer:
            wrong = re.search(r"(?i)checksum|crc", answer["damaged"])
            store.facts.flag(
                faults.CHECKSUM if wrong else faults.PIXELS_DAMAGED,
                f"the chunk {answer['chunk']} of {called} cannot be read: {answer['damaged']}",
                broken=True,
                value=answer["chunk"],
            )
            return
        pixels, filled, empty = (
            pixels + answer["pixels"],
            filled + answer["filled"],
            empty + answer["empty"],
        )
    absent = math.prod(array.grid) - len(there)
    if absent <= 0:
        return
    # writers that leave out chunks of nothing but the fill value store no such chunk
    lost = complete and pixels and (empty or filled < LITTLE * pixels)
    why = "" if not lost else f", which {filled / pixels:.1%} of its stored pixels have"
    store.facts.flag(
        faults.CHUNKS_ABSENT,
        f"{absent:,} of the {math.prod(array.grid):,} chunks of {called} are absent and are read "
        f"as the fill value{why}",
        value=absent,
        severity="warning" if lost else "hint",
    )
