"""Compressed pixels unpacked once, a little at a time, and never far beyond what is promised."""

from __future__ import annotations

import bz2
import os
import zlib
from collections.abc import Iterable, Iterator

from pipeline.images import faults, runs
from pipeline.images.facts import Facts, Packed
from pipeline.images.opened import Opened

STEP = 1 << 20
MARGIN = 16 << 20
"""Bytes that may follow the pixels: extensions, footers, padding."""
LEAST = 1 << 30
RATIO = 200
"""Where nothing is promised: 1 GiB, or this many bytes for each that the file has, if more."""
NUMBERS = "numbers"
"""The kind of pixels that are written as text; what is promised is how many."""
_STARTS = {"gzip": b"\x1f\x8b", "bzip2": b"BZh"}


class Ended(Exception):
    """A compressed stream breaks off."""


def unpacked(pieces: Iterable[bytes], kind: str) -> Iterator[int]:
    """How many bytes a stream unpacks to, in steps of at most 1 MiB.

    `kind` is `gzip`, `zlib` or `bzip2`; members of the first and last may follow one another.
    Raises zlib.error or OSError for a damaged stream, Ended for one that breaks off.
    """
    make = _Bzip2 if kind == "bzip2" else _Deflate
    unpacker: _Deflate | _Bzip2 = make(kind)
    start = _STARTS.get(kind, b"")
    held = b""
    for piece in pieces:
        rest, held = held + piece, b""
        while True:
            if unpacker.ended:
                rest = unpacker.behind or rest
                if len(rest) < len(start) and start.startswith(rest):
                    held = rest
                    break
                if not start or not rest.startswith(start):
                    return
                unpacker = make(kind)
            count = unpacker.give(rest)
            rest = b""
            yield count
            if unpacker.waits:
                break
    if not unpacker.ended:
        raise Ended


class _Deflate:
    """A gzip or zlib stream that is unpacked at most 1 MiB at a time."""

    def __init__(self, kind: str) -> None:
        self._inflate = zlib.decompressobj(31 if kind == "gzip" else 15)
        self._full = False

    def give(self, data: bytes) -> int:
        """Unpack what was left and more; how many bytes came out."""
        count = len(self._inflate.decompress(self._inflate.unconsumed_tail + data, STEP))
        # all of the input may be taken while output is still held back
        self._full = count == STEP
        return count

    @property
    def waits(self) -> bool:
        """Whether it gives no more without more data."""
        return not (self.ended or self._full or self._inflate.unconsumed_tail)

    @property
    def ended(self) -> bool:
        """Whether the stream is at its end, its checksum included."""
        return self._inflate.eof

    @property
    def behind(self) -> bytes:
        """What was given beyond the end."""
        return self._inflate.unused_data


class _Bzip2:
    """A bzip2 stream that is unpacked at most 1 MiB at a time."""

    def __init__(self, kind: str) -> None:
        self._inner = bz2.BZ2Decompressor()

    def give(self, data: bytes) -> int:
        """Unpack what was left and more; how many bytes came out."""
        return len(self._inner.decompress(data, STEP))

    @property
    def waits(self) -> bool:
        """Whether it gives no more without more data."""
        return not self.ended and self._inner.needs_input

    @property
    def ended(self) -> bool:
        """Whether the stream is at its end, its checksum included."""
        return self._inner.eof

    @property
    def behind(self) -> bytes:
        """What was given beyond the end."""
        return self._inner.unused_data


def read(file: Opened, facts: Facts, packed: Packed) -> None:
    """Unpack one stream of an image and flag its damage, its end, and more than is promised."""
    if packed.name is None:
        _read(file, facts, packed, "")
        return
    name = os.path.normpath(packed.name.replace("\\", "/"))
    if name.startswith(("/", "..")):
        name = os.path.basename(name)
    if "\0" in name:
        return
    path = os.path.join(os.path.dirname(file.path) or ".", name)
    try:
        with Opened(path) as member:
            _read(member, facts, packed, f" in {packed.name}")
    except FileNotFoundError:
        return  # its absence is told as that of any companion
    except OSError as error:
        facts.flag(faults.READER_COMPLAINS, f"{packed.name} cannot be read: {error}")


def _read(file: Opened, facts: Facts, packed: Packed, where: str) -> None:
    limit = max(LEAST, RATIO * file.size)
    promised = packed.promised
    most = limit if promised is None else min(promised + MARGIN, max(limit, promised))
    total = 0
    called = f"the {packed.kind} stream{where}"
    if packed.kind.startswith(runs.KINDS):
        found = runs.count(file.stream(packed.at), packed.kind, promised or 0)
        if found < (promised or 0):
            text = f"the runs of pixels end after {found:,} of {promised:,}"
            facts.flag(faults.TRUNCATED, text, broken=True, value=found)
        return
    if packed.kind == NUMBERS:
        found = _numbers(file.stream(packed.at))
        if found < (promised or 0):
            text = f"{promised:,} numbers are asked for{where}, {found:,} are there"
            facts.flag(faults.TRUNCATED, text, broken=True, value=found)
        return
    try:
        for count in unpacked(file.stream(packed.at), packed.kind):
            total += count
            if total > most:
                too_far(facts, called, most, promised)
                return
    except Ended:
        asked = f", the header asks for {promised:,}" if promised is not None else ""
        text = f"{called} ends early, after {total:,} bytes{asked}"
        facts.flag(faults.TRUNCATED, text, broken=True, value=total)
        return
    except (zlib.error, OSError) as error:
        facts.flag(faults.CHECKSUM, f"{called} is damaged: {error}", broken=True)
        return
    if promised is not None and total < promised:
        text = f"{called} holds {total:,} bytes, the header asks for {promised:,}"
        facts.flag(faults.TRUNCATED, text, broken=True, value=total)


def _numbers(pieces: Iterable[bytes]) -> int:
    """How many numbers a text holds, parted by white space."""
    found, held = 0, b""
    for piece in pieces:
        words = (held + piece).split()
        held = words.pop() if words and not piece[-1:].isspace() else b""
        found += len(words)
    return found + bool(held)


def too_far(facts: Facts, called: str, most: int, promised: int | None) -> None:
    """Flag what unpacks to more than the header promises, or to very much where it is silent."""
    why = f"the header asks for {promised:,}" if promised is not None else "it was read no further"
    facts.flag(faults.UNPACKS_FAR, f"{called} unpacks to more than {most:,} bytes, {why}")
