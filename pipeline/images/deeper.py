"""Reading the pixel data once, in bounded memory: checksums, compressed streams, line feeds."""

from __future__ import annotations

import hashlib
import math
import re
import struct
import zlib
from collections.abc import Callable, Iterable

from pipeline.images import faults, spoilt, unpacking
from pipeline.images.facts import Facts, Packed
from pipeline.images.headers.medical import units
from pipeline.images.opened import Opened
from pipeline.images.text import is_text

PIECE = 1 << 20
SLOWEST = 2 << 20
"""Bytes a second that a reader must get through."""
SAMPLE, WIDE = 4096, 1 << 16
"""Bytes looked at to tell pixels from words, and pixels from pixels that were taken for words."""
LEAST_FEEDS = 16
_OUTSIDE = re.compile(rb"[^\t\r\n -~]\r\n|\r\n[^\t\r\n -~]|(?:\r\n){4}")
"""Ends of line beside a byte that is no text, or several: lines of metadata may end so anywhere."""
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Where each pass of an interlaced PNG begins and how far it steps: x, y, right, down."""
_DECODED = frozenset(
    {
        "JPEG",
        "PNG (Portable Network Graphics)",
        "Animated PNG",
        "GIF (Graphics Interchange Format)",
        "WebP",
        "JPEG 2000",
        "JPX",
        "AVIF",
    }
)


def read(file: Opened, facts: Facts, suffixes: tuple[str, ...]) -> None:
    """Read all of a file whose header is sound and flag what its pixel data prove."""
    if file.head.startswith(b"\x1f\x8b") and not facts.packed:
        facts.packed.append(Packed(0, "gzip", None))
    for packed in facts.packed:
        unpacking.read(file, facts, packed)
    way = _way(file, facts)
    binary = not textual(file)
    plain = not way and not facts.packed
    if binary and as_text(file, facts, whole=plain):
        return
    if way in _OWN:
        _OWN[way](file, facts)
    elif way:
        decode(file, facts, way)
    elif not binary and not facts.packed:
        for _ in file.stream():
            pass


def _way(file: Opened, facts: Facts) -> str:
    """How the pixels are read; empty where they are stored as they are, or unpacked already."""
    if file.head.startswith(b"\x89PNG"):
        return "png"
    if file.head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    if file.head.startswith(b"\x89HDF\r\n"):
        return "hdf5_pixels"
    if file.head.startswith(b"SIMPLE  ="):
        return "fits"
    if facts.format == "Portable Any Map" and file.head[:2] in (b"P2", b"P3"):
        return "numbers"
    if facts.format == "Nikon NIS-Elements ND2" and not file.away:
        return "nd2_pixels"
    if facts.format in _DECODED:
        return "picture"
    return {"Zeiss CZI": "czi", "imzML": "imzml", "DICOM": "dicom"}.get(facts.format or "", "")


def textual(file: Opened) -> bool:
    """Whether a file is text at its beginning, in its middle and at its end.

    Pixels may stand behind a header in words.
    """
    places = (file.size // 2, file.size - SAMPLE) if file.size > 2 * len(file.head) else ()
    parts = (b"".join(file.stream(at, at + SAMPLE)) for at in places)
    return is_text(file.head) and all(map(is_text, parts))


def as_text(file: Opened, facts: Facts, whole: bool = False) -> bool:
    """Flag a binary file that a program took for text; `whole` reads it to its end, too.

    Far from its beginning it is UTF-8, as no pixels are, or all its line feeds were changed.
    """
    for at in (file.size // 2, file.size * 3 // 4):
        if file.size > WIDE and spoilt.is_utf8(b"".join(file.stream(at, at + WIDE))):
            facts.flag(
                faults.TEXT_MODE,
                "its bytes were written as text in UTF-8, which cannot be undone",
                broken=True,
            )
            return True
    return feeds(file, facts, whole)


BLOCK, EDGE = 4096, 8
"""Bytes of a block of a disk, and of what must not be zero beside a hole."""
LEAST_HOLE = 1 << 15
_ZEROS = bytes(BLOCK)


class _Holes:
    """The longest run of zero bytes that begins, and ends, where a block of a disk does."""

    def __init__(self) -> None:
        self.at, self.start, self.edge = 0, -1, False
        self.longest = (0, 0)

    def give(self, piece: bytes) -> None:
        """Look at the next piece, of whole blocks unless it is the last."""
        for place in range(-self.at % BLOCK, len(piece), BLOCK):
            part = piece[place : place + BLOCK]
            if part == _ZEROS[: len(part)]:
                self.start = self.at + place if self.edge else self.start
                self.edge = False
                continue
            if part[:EDGE].strip(b"\0"):
                self.end(self.at + place)
            self.start, self.edge = -1, bool(part[-EDGE:].strip(b"\0"))
        self.at += len(piece)

    def end(self, at: int) -> None:
        """A run that has begun ends at a byte."""
        if self.start >= 0:
            self.longest = max(self.longest, (at - self.start, self.start))

    def judge(self, facts: Facts) -> None:
        """Flag a hole, unless rows begin where it does: then it may be a black part."""
        self.end(self.at)
        length, start = self.longest
        width = int((re.findall(r"\d+$", facts.pixel_type or "") or ["8"])[0]) // 8 or 1
        row = (facts.sizes or {}).get("X", 1) * width
        if length >= LEAST_HOLE and (self.at - start) % row and length % row:
            facts.flag(
                faults.HOLE,
                f"{length:,} bytes from byte {start:,} on are zero, in whole blocks of {BLOCK:,}",
                value=start,
            )


def feeds(file: Opened, facts: Facts, whole: bool = False) -> bool:
    """Flag a binary file in which every line feed follows a carriage return.

    `whole` reads it to its end, too, when it is none.
    """
    count = paired = outside = 0
    last = b""
    holes = _Holes()
    for piece in file.stream():
        if whole:
            holes.give(piece)
        count += piece.count(b"\n")
        paired += piece.count(b"\r\n") + (last == b"\r" and piece.startswith(b"\n"))
        outside += len(_OUTSIDE.findall(piece))
        last = piece[-1:]
        if count > paired and not whole:
            return False
    if count > paired or outside < LEAST_FEEDS:
        if whole:
            holes.judge(facts)
        return False
    facts.flag(
        faults.TEXT_MODE, f"each of the {count} line feeds follows a carriage return", broken=True
    )
    return True


def png(file: Opened, facts: Facts) -> None:
    """Check the CRC of every chunk of a PNG and inflate its pixels (PNG specification, 5)."""
    at = 8
    pixels = _Pixels(png_bytes(file.head))
    while at + 12 <= file.size:
        length, kind = struct.unpack(">I4s", b"".join(file.stream(at, at + 8)))
        total = zlib.crc32(kind)
        for piece in file.stream(at + 8, at + 8 + length):
            total = zlib.crc32(piece, total)
            if kind == b"IDAT":
                pixels.give(piece)
        stored = b"".join(file.stream(at + 8 + length, at + 12 + length))
        if len(stored) == 4 and struct.unpack(">I", stored)[0] != total:
            # without a chunk that begins with a small letter, the pixels are shown all the same
            needed = not kind[0] & 0x20
            facts.flag(
                faults.CHECKSUM,
                f"the checksum of the {kind.decode('latin-1')} chunk at byte {at} is wrong",
                broken=needed,
                severity=None if needed else "warning",
                value=at,
            )
            if needed:
                return
        at += 12 + length
        if kind == b"IEND":
            break
    if pixels.damage is not None:
        why = f"the pixels cannot be inflated: {pixels.damage}"
        facts.flag(faults.PIXELS_DAMAGED, why, broken=True)
    elif pixels.count > pixels.most:
        unpacking.too_far(facts, "the pixel data", pixels.most, pixels.promised)
    elif pixels.count < pixels.promised:
        facts.flag(
            faults.PIXELS_DAMAGED,
            f"the pixels take {pixels.promised:,} bytes, {pixels.count:,} are stored",
            broken=True,
            value=pixels.count,
        )


def numbers(file: Opened, facts: Facts) -> None:
    """Count the values of a PGM or PPM in plain text (Netpbm)."""
    asked = math.prod((facts.sizes or {}).get(axis, 1) for axis in "CYX")
    found = 0
    held = b""
    for piece in file.stream():
        held, _, rest = (held + piece).rpartition(b"\n")
        found += len(re.sub(rb"#[^\n]*", b"", held).split())
        held = rest
    # the kind, two sides and the greatest value stand before them
    found += len(held.split()) - 4
    if found < asked:
        facts.flag(
            faults.TRUNCATED,
            f"{asked:,} values are asked for, {found:,} are there",
            broken=True,
            value=found,
        )


class _Pixels:
    """The pixels of a PNG as they are inflated: bytes so far, and how many there must be."""

    def __init__(self, promised: int) -> None:
        self.count, self.promised = 0, promised
        self.most = promised + unpacking.MARGIN
        self.damage: zlib.error | None = None
        self._inflate = zlib.decompressobj()

    def give(self, piece: bytes) -> None:
        """Inflate what one IDAT chunk holds, as far as pixels are promised."""
        try:
            while not self._inflate.eof and self.damage is None and self.count <= self.most:
                given = len(self._inflate.decompress(piece, PIECE))
                self.count += given
                piece = self._inflate.unconsumed_tail
                if not piece and given < PIECE:
                    return
        except zlib.error as error:
            self.damage = error


def png_bytes(head: bytes) -> int:
    """Bytes of the rows of a PNG, each with its filter's byte (PNG specification, 7.2 and 8)."""
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", head, 16)
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 0)
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    total = 0
    for x, y, right, down in passes:
        columns, rows = max(0, -(-(width - x) // right)), max(0, -(-(height - y) // down))
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total


def fits(file: Opened, facts: Facts) -> None:
    """Check DATASUM and CHECKSUM of each unit of a FITS file (FITS 4.0, J).

    A program that changes a header without the CHECKSUM leaves sound data: DATASUM proves them.
    """
    for number, unit in enumerate(units(file), 1):
        if not unit.summed and unit.datasum is None:
            continue
        data = _added(file.stream(unit.data, unit.end))
        if unit.datasum is not None and data != unit.datasum:
            text = f"the checksum of the data of FITS unit {number} is wrong"
            facts.flag(faults.CHECKSUM, text, broken=True)
            return
        if unit.summed and _added(file.stream(unit.start, unit.data), data) not in (0, _ONES):
            changed = "its header was" if unit.datasum is not None else "its header or data were"
            facts.flag(
                faults.CHECKSUM,
                f"the checksum of FITS unit {number} is wrong: {changed} changed after it",
                severity="warning",
            )
            return


_ONES = 0xFFFFFFFF


def _added(pieces: Iterable[bytes], total: int = 0) -> int:
    """The sum of words of 32 bits, with what is carried added at the other end."""
    for piece in pieces:
        piece = piece.ljust(-(-len(piece) // 4) * 4, b"\0")
        total += sum(struct.unpack(f">{len(piece) // 4}I", piece))
    while total >> 32:
        total = (total & _ONES) + (total >> 32)
    return total


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
    elif "unread" in answer:
        facts.flag(faults.UNREAD, f"not all pixels were read: {answer['unread']}")


_OWN: dict[str, Callable[[Opened, Facts], None]] = {
    "png": png,
    "fits": fits,
    "imzml": spectra,
    "numbers": numbers,
}
"""Ways to read pixels in this process; the others are jobs of the worker."""
