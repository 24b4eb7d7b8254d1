"""Subblocks of a Zeiss CZI, each unpacked once (run in the worker).

Source: ZEISS CZI file format, ZISRAW 1.2.2; libCZI for the header of the second Zstandard way.
"""

from __future__ import annotations

import contextlib
import math
import struct
from collections.abc import Callable
from typing import Any

from pipeline.images.opened import Opened

MOST_BLOCK = 512 << 20
"""Bytes of one unpacked subblock beyond which it is not read."""
_WIDTHS = {0: 1, 1: 2, 2: 4, 3: 3, 4: 6, 8: 12, 9: 4, 10: 8, 11: 24, 12: 4, 13: 8}
"""Bytes of a pixel by its type."""
_PLAIN, _JPEG, _XR, _ZSTD, _ZSTD_1 = 0, 1, 4, 5, 6
Room = Callable[[int], contextlib.AbstractContextManager[None]]


class Damaged(Exception):
    """A subblock is not what its entry in the directory says; the text says how."""


def read(file: Opened, room: Room) -> dict[str, Any]:
    """Unpack every subblock; the first that is damaged ends it."""
    directory = struct.unpack_from("<q", file.head, 84)[0]
    lead = _part(file, directory + 32, 4)
    count = struct.unpack("<i", lead)[0]
    at = directory + 32 + 128
    unread: dict[str, Any] = {}
    for number in range(count):
        entry = _part(file, at, 32)
        dimensions = struct.unpack_from("<i", entry, 28)[0]
        if not entry.startswith(b"DV") or not 0 <= dimensions <= 64:
            return {}
        length = 32 + 20 * dimensions
        entry = _part(file, at, length)
        at += length
        try:
            why = _block(file, entry, room)
        except Damaged as damage:
            return {"damaged": f"the subblock {number} cannot be read: {damage}"}
        if why:
            unread = {"unread": f"the subblock {number} {why}"}
    return unread


def _part(file: Opened, at: int, count: int) -> bytes:
    return b"".join(file.stream(at, at + count))


def _block(file: Opened, entry: bytes, room: Room) -> str:
    """Unpack a subblock; why it was not, where it was not. Raises Damaged."""
    kind, place, part, packing = struct.unpack_from("<iqii", entry, 2)
    stored = [
        struct.unpack_from("<i", entry, at + 16)[0] or struct.unpack_from("<i", entry, at + 8)[0]
        for at in range(32, len(entry), 20)
    ]
    promised = math.prod(max(1, one) for one in stored) * _WIDTHS.get(kind, 0)
    if part or not promised:
        return ""
    if promised > MOST_BLOCK:
        return f"takes {promised:,} bytes"
    segment = _part(file, place, 48)
    if not segment.startswith(b"ZISRAWSUBBLOCK") or len(segment) < 48:
        raise Damaged(f"no subblock stands at byte {place}, where the directory says")
    metadata, _, length = struct.unpack_from("<iiq", segment, 32)
    start = place + 32 + max(256, 16 + len(entry)) + metadata
    if length < 0 or start + length > file.size:
        raise Damaged(f"its {length:,} bytes end behind the file")
    if packing == _PLAIN:
        if length < promised:
            raise Damaged(f"it holds {length:,} bytes, {promised:,} are needed")
        for _ in file.stream(start, start + length):
            pass
        return ""
    if length > promised * 11 // 10 + (1 << 20):
        raise Damaged(f"it has {length:,} bytes, more than its pixels take")
    try:
        with room(promised):
            found = _unpacked(_part(file, start, length), packing)
    except ImportError:
        return "is packed in a way for which there is no decoder here"
    except MemoryError as error:
        raise Damaged(f"it unpacks to far more than {promised:,} bytes") from error
    except Exception as error:
        raise Damaged(f"it cannot be unpacked: {error}"[:200]) from error
    if found is not None and found != promised:
        raise Damaged(f"it unpacks to {found:,} bytes, {promised:,} are needed")
    return ""


def _unpacked(data: bytes, packing: int) -> int | None:
    """Bytes that a subblock unpacks to; None for ways of packing that are not read."""
    if packing in (_ZSTD, _ZSTD_1):
        from numcodecs.zstd import Zstd

        # the second way stands behind a header that begins with its own length
        return len(Zstd().decode(data[data[0] :] if packing == _ZSTD_1 else data))
    if packing == _XR:
        # The decoder fills what is missing with what it has.
        if (end := _end_of_xr(data)) > len(data):
            raise ValueError(f"it has {len(data):,} bytes of {end:,}")
        import imagecodecs

        return int(imagecodecs.jpegxr_decode(data).nbytes)
    if packing == _JPEG:
        import imagecodecs

        imagecodecs.jpeg_decode(data)
    return None


_OFFSET, _BYTES = 0xBCC0, 0xBCC1
"""Where the coded picture of a JPEG XR file begins, and how long it is."""


def _end_of_xr(data: bytes) -> int:
    """Where the picture ends in a JPEG XR file, as its directory says; 0 where it does not say.

    Entries of 12 bytes: tag, type, count, value (ITU-T T.832, Annex A).
    """
    if data[:4] != b"II\xbc\x01" or len(data) < 8:
        return 0
    at = int.from_bytes(data[4:8], "little")
    number = int.from_bytes(data[at : at + 2], "little")
    entries = data[at + 2 : at + 2 + 12 * number]
    values = {
        tag: value
        for tag, kind, count, value in struct.iter_unpack(
            "<HHII", entries[: len(entries) // 12 * 12]
        )
        if (kind, count) == (4, 1)
    }
    return values[_OFFSET] + values[_BYTES] if _OFFSET in values and values.get(_BYTES) else 0
