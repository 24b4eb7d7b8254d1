"""Blocks of an N5 data set: their header, their compression, and what they hold.

Source: the file-system specification of N5 4.0.0 (github.com/saalfeldlab/n5, README).
"""

from __future__ import annotations

import bz2
import json
import lzma
import math
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

MOST_BLOCK = 512 << 20
"""Bytes of one unpacked block beyond which it is not read."""
WIDTHS = {
    "uint8": 1,
    "int8": 1,
    "uint16": 2,
    "int16": 2,
    "uint32": 4,
    "int32": 4,
    "uint64": 8,
    "int64": 8,
    "float32": 4,
    "float64": 8,
}
WIDEST = 8
PIECE = 1 << 20
_LZ4 = b"LZ4Block"
_LZ4_RAW, _LZ4_PACKED = 0x10, 0x20


class Damaged(Exception):
    """A block is not what its header and its data set say; the text says how."""


class Unknown(Exception):
    """The pixel type, the compression or the size of blocks is one that is not read."""


def read(path: str, wanted: list[list[int]]) -> dict[str, Any]:
    """Read blocks of a data set one after the other; how many pixels are zero."""
    import numpy

    with open(os.path.join(path, "attributes.json"), "rb") as stream:
        told = json.load(stream)
    kind = str(told.get("dataType"))
    if kind not in WIDTHS:
        return {"error": f"blocks of {kind!r} are not read"}
    form = numpy.dtype(kind).newbyteorder(">")
    pixels = filled = empty = 0
    for place in wanted:
        named = "/".join(map(str, place))
        try:
            data = block(_raw(os.path.join(path, *map(str, place)), told), told, place)
        except Unknown as unknown:
            return {"error": str(unknown)}
        except Damaged as damage:
            return {"damaged": str(damage), "chunk": named}
        except MemoryError:
            return {"damaged": "it takes far more memory than its pixels", "chunk": named}
        values = numpy.frombuffer(data, form)
        zeros = values.size - int(numpy.count_nonzero(values))
        pixels, filled, empty = pixels + values.size, filled + zeros, empty + (zeros == values.size)
    return {"pixels": pixels, "filled": filled, "empty": empty}


def _raw(path: str, told: Mapping[str, Any]) -> bytes:
    """A block's file. Raises Damaged when no compression makes pixels that long."""
    longest = math.prod(told["blockSize"]) * WIDEST * 11 // 10 + PIECE
    size = os.stat(path).st_size
    if size > min(longest, MOST_BLOCK):
        raise Damaged(f"it has {size:,} bytes, more than its pixels take")
    with open(path, "rb") as stream:
        return stream.read()


def block(raw: bytes, told: Mapping[str, Any], place: list[int]) -> bytes:
    """The values of a block, big endian. Raises Damaged or Unknown."""
    width = WIDTHS[str(told["dataType"])]
    lengths, count, at = _header(raw, told)
    for axis, (here, number) in enumerate(zip(lengths, place, strict=True)):
        most = told["blockSize"][axis]
        least = min(most, told["dimensions"][axis] - number * most)
        if not least <= here <= most and count is None:
            raise Damaged(f"its header says {here} pixels along axis {axis}, its place has {least}")
    promised = (math.prod(lengths) if count is None else count) * width
    if promised > MOST_BLOCK:
        raise Unknown(f"a block of {promised:,} bytes is not read")
    try:
        data = _unpacked(raw[at:], _compression(told), promised)
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError, RuntimeError) as error:
        raise Damaged(f"it cannot be unpacked: {error}") from error
    except MemoryError as error:
        raise Damaged(f"it unpacks to far more than {promised:,} bytes") from error
    if len(data) != promised:
        raise Damaged(f"it holds {len(data):,} bytes, {promised:,} are needed")
    return data


def _header(raw: bytes, told: Mapping[str, Any]) -> tuple[tuple[int, ...], int | None, int]:
    """Pixels along each axis, number of values when it is another, and where the values begin."""
    if len(raw) < 4:
        raise Damaged(f"it has {len(raw)} bytes, fewer than its header")
    mode, number = struct.unpack_from(">HH", raw)
    if mode == 2:
        raise Unknown("blocks of objects are not read")
    if mode not in (0, 1) or number != len(told["dimensions"]):
        raise Damaged(
            f"its header says mode {mode} and {number} dimensions, the data set has "
            f"{len(told['dimensions'])}"
        )
    end = 4 + 4 * number + 4 * mode
    if len(raw) < end:
        raise Damaged(f"it has {len(raw)} bytes, fewer than its header")
    lengths = struct.unpack_from(f">{number}I", raw, 4)
    return lengths, struct.unpack_from(">I", raw, end - 4)[0] if mode else None, end


def _compression(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """The compression of a data set; N5 1 wrote its name alone, as `compressionType`."""
    found = told.get("compression", told.get("compressionType", "raw"))
    return found if isinstance(found, dict) else {"type": str(found)}


def _unpacked(data: bytes, packing: Mapping[str, Any], promised: int) -> bytes:
    """The values of a block, at most one byte more than promised."""
    kind = str(packing.get("type", "raw"))
    if kind == "raw":
        return data
    if kind == "gzip":
        return _inflated(data, promised, 15 if packing.get("useZlib") else 31)
    if kind == "bzip2":
        return _drained(bz2.BZ2Decompressor(), data, promised)
    if kind == "xz":
        return _drained(lzma.LZMADecompressor(memlimit=MOST_BLOCK), data, promised)
    if kind == "lz4":
        return b"".join(_lz4(data, promised))
    if kind == "blosc":
        from numcodecs import blosc

        if fault := blosc_fault(data[:16], len(data), promised):
            raise Damaged(fault)
        return bytes(blosc.decompress(data))
    if kind in ("zstd", "zstandard"):
        from numcodecs.zstd import Zstd

        return bytes(Zstd().decode(data))
    raise Unknown(f"the compression {kind!r} is not read")


def blosc_fault(head: bytes, size: int, promised: int) -> str | None:
    """What is wrong with the lengths in the first 16 bytes of Blosc data of `size` bytes.

    The decompressor takes them on trust and reads behind the end of its input (Blosc 1 chunk
    format, README_CHUNK_FORMAT.rst).
    """
    if len(head) < 16:
        return f"its Blosc stream of {size:,} bytes ends in its header"
    unpacked, _, packed = struct.unpack_from("<III", head, 4)
    if packed > size:
        return f"its Blosc stream ends early: it has {size:,} of {packed:,} bytes"
    if unpacked > promised:
        return f"its Blosc stream unpacks to {unpacked:,} bytes, {promised:,} are needed"
    return None


def _inflated(data: bytes, promised: int, window: int) -> bytes:
    inflate = zlib.decompressobj(window)
    found = inflate.decompress(data, promised + 1)
    if not inflate.eof and len(found) <= promised:
        # the checksum behind the last value
        found += inflate.decompress(inflate.unconsumed_tail, 1)
    if not inflate.eof and len(found) <= promised:
        raise EOFError("its compressed stream ends early")
    return found


def _drained(unpacker: Any, data: bytes, promised: int) -> bytes:
    """What a decompressor of bzip2 or xz gives, at most one byte more than promised."""
    found = bytearray()
    while not unpacker.eof and len(found) <= promised:
        piece = unpacker.decompress(data, min(PIECE, promised + 1 - len(found)))
        data = b""
        if not piece and unpacker.needs_input:
            raise EOFError("its compressed stream ends early")
        found += piece
    return bytes(found)


def _lz4(data: bytes, promised: int) -> Iterator[bytes]:
    """Values packed by the LZ4BlockOutputStream of lz4-java, which N5 uses."""
    from numcodecs import lz4

    at = total = 0
    while True:
        if not data.startswith(_LZ4, at) or at + 21 > len(data):
            raise EOFError("its compressed stream ends early")
        token, packed, length = struct.unpack_from("<BII", data, at + 8)
        at += 21
        if not length:
            return
        total += length
        if total > promised or at + packed > len(data):
            raise EOFError(f"a part of {length:,} bytes does not fit in it")
        part = data[at : at + packed]
        if token & 0xF0 == _LZ4_PACKED:
            part = bytes(lz4.decompress(struct.pack("<I", length) + part))
        elif token & 0xF0 != _LZ4_RAW:
            raise EOFError(f"a part is packed in the unknown way {token}")
        yield part
        at += packed
