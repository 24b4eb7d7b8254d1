"""Reading the pixel data once, in bounded memory: checksums, compressed streams, line feeds."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib

from pipeline.images import faults
from pipeline.images.facts import Facts
from pipeline.images.headers.medical import units
from pipeline.images.opened import Opened

PIECE = 1 << 20
SLOWEST = 2 << 20
"""Bytes a second that a reader must get through."""
LEAST_FEEDS = 16
_DECODED = frozenset(
    {
        "JPEG",
        "PNG (Portable Network Graphics)",
        "Animated PNG",
        "GIF (Graphics Interchange Format)",
        "WebP",
        "JPEG 2000",
    }
)


def read(file: Opened, facts: Facts, suffixes: tuple[str, ...]) -> None:
    """Read all of a file whose header is sound and flag what its pixel data prove."""
    if file.head.startswith(b"\x1f\x8b"):
        gzip(file, facts)
    elif file.head.startswith(b"\x89PNG"):
        png(file, facts)
    elif file.head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        if not feeds(file, facts):
            decode(file, facts, "tiff")
    elif file.head.startswith(b"\x89HDF\r\n"):
        decode(file, facts, "hdf5_pixels")
    elif file.head.startswith(b"SIMPLE  ="):
        fits(file, facts)
    elif facts.format == "imzML":
        spectra(file, facts)
    elif facts.format in _DECODED:
        decode(file, facts, "picture")


def feeds(file: Opened, facts: Facts) -> bool:
    """Flag a binary file in which every line feed follows a carriage return."""
    count = paired = 0
    last = b""
    for piece in file.stream():
        count += piece.count(b"\n")
        paired += piece.count(b"\r\n") + (last == b"\r" and piece.startswith(b"\n"))
        last = piece[-1:]
        if count - paired > 0:
            return False
    if count < LEAST_FEEDS:
        return False
    facts.flag(
        faults.TEXT_MODE, f"each of the {count} line feeds follows a carriage return", broken=True
    )
    return True


def gzip(file: Opened, facts: Facts) -> None:
    """Inflate a gzip file once: its end, its checksum and its length."""
    inflate = zlib.decompressobj(31)
    try:
        for piece in file.stream():
            while piece:
                while piece and not inflate.eof:
                    inflate.decompress(piece, 8 * PIECE)
                    piece = inflate.unconsumed_tail
                if inflate.eof:
                    rest = inflate.unused_data
                    if not rest.startswith(b"\x1f\x8b"):
                        return
                    inflate = zlib.decompressobj(31)
                    piece = rest
    except zlib.error as error:
        facts.flag(faults.CHECKSUM, f"the gzip stream is damaged: {error}", broken=True)
        return
    if not inflate.eof:
        facts.flag(
            faults.TRUNCATED, f"the gzip stream ends early, at byte {file.size}", broken=True
        )


def png(file: Opened, facts: Facts) -> None:
    """Check the CRC of every chunk of a PNG and inflate its pixels (PNG specification, 5)."""
    at = 8
    inflate = zlib.decompressobj()
    damage: zlib.error | None = None
    while at + 12 <= file.size:
        length, kind = struct.unpack(">I4s", b"".join(file.stream(at, at + 8)))
        total = zlib.crc32(kind)
        for piece in file.stream(at + 8, at + 8 + length):
            total = zlib.crc32(piece, total)
            if kind == b"IDAT" and damage is None:
                try:
                    while piece and not inflate.eof:
                        inflate.decompress(piece, 8 * PIECE)
                        piece = inflate.unconsumed_tail
                except zlib.error as error:
                    damage = error
        stored = b"".join(file.stream(at + 8 + length, at + 12 + length))
        if len(stored) == 4 and struct.unpack(">I", stored)[0] != total:
            facts.flag(
                faults.CHECKSUM,
                f"the checksum of the {kind.decode('latin-1')} chunk at byte {at} is wrong",
                broken=True,
                value=at,
            )
            return
        at += 12 + length
        if kind == b"IEND":
            break
    if damage is not None:
        facts.flag(faults.PIXELS_DAMAGED, f"the pixels cannot be inflated: {damage}", broken=True)


def fits(file: Opened, facts: Facts) -> None:
    """Check CHECKSUM of each unit of a FITS file: its 32-bit words add up to -0 (FITS 4.0, J)."""
    for number, (start, end, summed) in enumerate(units(file), 1):
        total = 0
        for piece in file.stream(start, end) if summed else ():
            piece = piece.ljust(-(-len(piece) // 4) * 4, b"\0")
            total += sum(struct.unpack(f">{len(piece) // 4}I", piece))
        while total >> 32:
            total = (total & 0xFFFFFFFF) + (total >> 32)
        if total not in (0, 0xFFFFFFFF):
            facts.flag(faults.CHECKSUM, f"the checksum of FITS unit {number} is wrong", broken=True)
            return


def spectra(file: Opened, facts: Facts) -> None:
    """Compare the .ibd beside an imzML with the SHA-1 or MD5 that it states (imzML 1.1.0)."""
    text = file.head.decode("latin-1")
    for term, kind in (("1000091", "sha1"), ("1000090", "md5")):
        said = re.search(rf'IMS:{term}"[^<>]{{0,200}}value="([0-9A-Fa-f]{{32,40}})"', text)
        if said is None:
            continue
        found = hashlib.new(kind, usedforsecurity=False)
        path = file.path[: -len("imzML")] + "ibd"
        try:
            with Opened(path) as data:
                for piece in data.stream():
                    found.update(piece)
        except OSError:
            return
        if found.hexdigest() != said[1].lower():
            facts.flag(
                faults.CHECKSUM,
                f"the .ibd beside this imzML has not the {kind.upper()} that it states",
                broken=True,
                value=said[1],
            )
        return


def decode(file: Opened, facts: Facts, job: str) -> None:
    """Let the worker decompress all pixels once."""
    from pipeline.images.isolation import SECONDS, Stopped, shared

    try:
        answer = shared().ask(job, file.path, seconds=SECONDS + file.size / SLOWEST)
    except Stopped as stopped:
        facts.flag(faults.READER_STOPPED, f"reading the pixels was stopped: {stopped}")
        return
    if "damaged" in answer:
        facts.flag(faults.PIXELS_DAMAGED, str(answer["damaged"]), broken=True)
    elif "error" in answer and not str(answer["error"]).startswith(("ValueError: <COMPRESSION",)):
        facts.flag(faults.READER_COMPLAINS, f"the pixels cannot be read: {answer['error']}")
