"""Reading every chunk of a Zarr or N5 store once: absent ones, damaged ones, wrong checksums."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.findings import Code, Severity
from pipeline.images import faults, places, zarrcopies
from pipeline.images.opened import away
from pipeline.images.zarrarrays import MOST_COUNTED, Array, array_of, present, walked
from pipeline.images.zarrstore import Bad, Store

AT_ONCE = 256
SECONDS = 300
MOST_FLAGS = 5
"""Arrays whose faults are told one by one."""
LITTLE = 0.01
"""Share of stored pixels with the fill value below which a chunk of nothing else is implausible."""


Place = tuple[int, ...]


class Fault(NamedTuple):
    """What is wrong with the chunks of one array."""

    code: Code
    message: str
    value: str | int | None = None
    severity: Severity | None = None
    broken: bool = False


def read(store: Store) -> None:
    """Flag chunks that cannot be read, and chunks that are absent from an array that has some."""
    more: dict[Code, list[Fault]] = {}
    for number, fault in enumerate(_faults(store)):
        if number < MOST_FLAGS:
            store.facts.flag(
                fault.code,
                fault.message,
                value=fault.value,
                severity=fault.severity,
                broken=fault.broken,
            )
        else:
            more.setdefault(fault.code, []).append(fault)
    for code, rest in more.items():
        store.facts.flag(
            code,
            f"the same is found in {len(rest):,} more arrays, the last of them: {rest[-1].message}",
            value=len(rest),
            severity="warning" if "warning" in [one.severity for one in rest] else rest[0].severity,
            broken=any(one.broken for one in rest),
        )


def _faults(store: Store) -> Iterator[Fault]:
    known = list(dict.fromkeys(store.arrays))
    for path in [*known, *(one for one in walked(store) if one not in known)]:
        try:
            array = array_of(store, path)
        except Bad:
            continue
        if array is None or not array.chunked or not array.chunks or 0 in array.chunks:
            continue
        if len(array.chunks) == len(array.shape) and (fault := _array(store, array)):
            yield fault


def _batches(store: Store, array: Array, folder: str) -> Iterator[tuple[str, str, list[Place]]]:
    """Where chunks lie to be read: the store, the path of the array in it, and which."""
    if away(store.path):
        for some in zarrcopies.batches(store, array, Path(folder), AT_ONCE):
            yield folder, "", some
        return
    there = sorted(present(store, array))
    for start in range(0, len(there), AT_ONCE):
        yield store.path, array.path, there[start : start + AT_ONCE]


def _array(store: Store, array: Array) -> Fault | None:
    from pipeline.images.isolation import Stopped, shared

    called = f"the array {array.path!r}" if array.path else "the array"
    count = pixels = filled = empty = 0
    complete, why = True, ""
    with tempfile.TemporaryDirectory(prefix="bia-chunks-") as folder:
        try:
            for home, path, wanted in _batches(store, array, folder):
                count += len(wanted)
                if not complete:
                    continue  # the rest are only counted
                answer = shared().ask(
                    array.job,
                    home,
                    seconds=SECONDS,
                    array=path,
                    chunks=array.chunks,
                    wanted=wanted,
                    files=[array.file(place) for place in wanted],
                )
                if "error" in answer:
                    complete, why = False, str(answer["error"])
                elif "damaged" in answer:
                    return _damaged(called, str(answer["chunk"]), str(answer["damaged"]))
                else:
                    pixels += answer["pixels"]
                    filled += answer["filled"]
                    empty += answer["empty"]
        except Stopped as stopped:
            return Fault(faults.READER_STOPPED, f"reading {called} was stopped: {stopped}")
        except zarrcopies.TooLong as long:
            text = f"it has more than the {long.most:,} bytes that its pixels take at most"
            return _damaged(called, "/".join(map(str, long.place)), text)
        except OSError as error:
            why = f"{called} cannot be read further: {error.strerror or error}"
            return Fault(faults.READER_COMPLAINS, why)
    fault = _absent(store, array, called, count, (pixels, filled, empty) if complete else None)
    if fault is None and not complete:
        # what a library says is no word for a depositor
        why = "a reader failed on it" if re.match(r"[A-Z]\w+: ", why) else why
        return Fault(faults.UNREAD, f"{called} was not read: {why}")
    return fault


def _damaged(called: str, chunk: str, text: str) -> Fault:
    wrong = re.search(r"(?i)checksum|crc", text)
    return Fault(
        faults.CHECKSUM if wrong else faults.PIXELS_DAMAGED,
        f"the chunk {chunk} of {called} cannot be read: {text}",
        value=chunk,
        broken=True,
    )


def _absent(
    store: Store, array: Array, called: str, count: int, read: tuple[int, int, int] | None
) -> Fault | None:
    """What the absence of chunks says; pixels read, those with the fill value, such chunks."""
    whole = math.prod(array.grid)
    if count == 0:
        # on disk and in listings it is told without reading
        if not places.unlisted(store.path):
            return None
        text = f"{called} has no chunk: every pixel is the fill value"
        if whole > zarrcopies.FIRST:
            text = f"none of the first {zarrcopies.FIRST:,} chunks of {called} is there"
        return Fault(faults.CHUNKS_MISSING, text)
    absent = whole - count
    if absent <= 0 or count >= MOST_COUNTED:
        return None
    pixels, filled, empty = read or (0, 0, 0)
    # writers that leave out chunks of nothing but the fill value store no such chunk
    lost = pixels > 0 and (empty > 0 or filled < LITTLE * pixels)
    why = "" if not lost else f", which {filled / pixels:.1%} of its stored pixels have"
    return Fault(
        faults.CHUNKS_ABSENT,
        f"{absent:,} of the {whole:,} chunks of {called} are absent and are read "
        f"as the fill value{why}",
        value=absent,
        severity="warning" if lost else "hint",
    )
