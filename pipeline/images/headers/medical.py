"""Headers of medical and volume formats: NIfTI, Analyze, NRRD, MetaImage, ICS, FITS, PAR, GIPL."""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.images import faults
from pipeline.images.facts import Facts, Member, Packed
from pipeline.images.formats import suffixes_of
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import LIMIT, Opened, Wrong
from pipeline.images.persons import somebody
from pipeline.images.text import is_text, words

NIFTI_TYPES = {
    1: "bit",
    2: "uint8",
    4: "int16",
    8: "int32",
    16: "float32",
    32: "complex64",
    64: "float64",
    128: "uint8",
    256: "int8",
    512: "uint16",
    768: "uint32",
    1024: "int64",
    1280: "uint64",
    1536: "float128",
    1792: "complex128",
    2304: "uint8",
}


def inflated(file: Opened, count: int) -> bytes:
    """Up to `count` bytes of what a gzip file holds."""
    raw = file.read(0, min(file.size, 1 << 16))
    inflate = zlib.decompressobj(31)
    found = b""
    # in small steps, for what precedes a damaged place is lost with its step
    for at in range(0, len(raw), 64):
        try:
            found += inflate.decompress(raw[at : at + 64], count - len(found))
        except zlib.error:
            break
        if len(found) >= count or inflate.eof:
            break
    return found


@header("NIfTI", "NIfTI-2")
def nifti(file: Opened, facts: Facts) -> None:
    """NIfTI: sizes, spacing, and the length that they ask for, gzip or not."""
    packed = file.head.startswith(b"\x1f\x8b")
    head = inflated(file, 540) if packed else file.head
    second = facts.format == "NIfTI-2"
    lead = 540 if second else 348
    if len(head) < lead:
        file.reach(file.size + 1, "the NIfTI header")
    order = "<" if struct.unpack_from("<i", head, 0)[0] in (348, 540) else ">"
    if second:
        kind, bits = struct.unpack_from(order + "hh", head, 12)
        dims = struct.unpack_from(order + "8q", head, 16)
        steps = struct.unpack_from(order + "8d", head, 104)
        start = struct.unpack_from(order + "q", head, 168)[0]
        units = struct.unpack_from(order + "i", head, 500)[0]
        pair = head[4:8] == b"ni2\0"
    else:
        dims = struct.unpack_from(order + "8h", head, 40)
        kind, bits = struct.unpack_from(order + "hh", head, 70)
        steps = struct.unpack_from(order + "8f", head, 76)
        place = struct.unpack_from(order + "f", head, 108)[0]
        start = int(place) if math.isfinite(place) else 0
        units = head[123]
        pair = head[344:348] == b"ni1\0"
    if not 1 <= dims[0] <= 7 or any(one <= 0 for one in dims[1 : 1 + dims[0]]):
        raise Wrong(f"the NIfTI header says dimensions {tuple(dims)}")
    shape = [*dims[1 : 1 + dims[0]], 1, 1, 1, 1][: max(4, dims[0])]
    facts.pixel_type = NIFTI_TYPES.get(kind)
    rest = math.prod(shape[4:])
    facts.size(T=shape[3], C=rest, Z=shape[2], Y=shape[1], X=shape[0])
    unit = {1: 1e6, 2: 1e3, 3: 1.0}.get(units & 7)
    if unit:
        facts.pixel_size(X=abs(steps[1]) * unit, Y=abs(steps[2]) * unit, Z=abs(steps[3]) * unit)
    facts.images = 1
    length = (math.prod(shape) * bits + 7) // 8
    if pair:
        facts.members.append(Member("{stem}.img|{stem}.img.gz", least=start + length))
        name = f"{os.path.splitext(file.name.removesuffix('.gz'))[0]}.img.gz"
        facts.packed.append(Packed(0, "gzip", start + length, name))
    elif packed:
        facts.packed.append(Packed(0, "gzip", start + length))
        gzip_length(file, facts, start + length)
    else:
        file.reach(start + length, "the NIfTI voxels")


def gzip_length(file: Opened, facts: Facts, needed: int) -> None:
    """A gzip file ends with the length of its content; small files are inflated to the end."""
    if file.size <= LIMIT // 2:
        raw = file.read(0, file.size)
        total = 0
        inflate = zlib.decompressobj(31)
        try:
            while raw:
                while raw and not inflate.eof:
                    total += len(inflate.decompress(raw, LIMIT))
                    raw = inflate.unconsumed_tail
                    if total > 1 << 28:
                        return
                raw = inflate.unused_data if inflate.eof else b""
                if raw[:2] != b"\x1f\x8b":
                    break
                inflate = zlib.decompressobj(31)
        except zlib.error as error:
            facts.flag(faults.CHECKSUM, f"the gzip stream is damaged: {error}", broken=True)
            return
        if not inflate.eof or total < needed:
            facts.flag(
                faults.TRUNCATED,
                f"the gzip stream holds {total} bytes, the header asks for {needed}",
                broken=True,
                value=total,
            )


@header("Analyze 7.5")
def analyze(file: Opened, facts: Facts) -> None:
    """Analyze: sizes; its pixels stand in the .img beside it."""
    if len(file.head) < 348 or file.name.lower().endswith(".img"):
        return
    order = "<" if struct.unpack_from("<i", file.head, 0)[0] == 348 else ">"
    # patient_id of data_history (Analyze 7.5 File Format, Mayo Foundation)
    if somebody(file.head[283:293].partition(b"\0")[0].decode("latin-1")):
        facts.flag(faults.PATIENT, "the header gives the patient's id", severity="warning")
    dims = struct.unpack_from(order + "8h", file.head, 40)
    kind = struct.unpack_from(order + "h", file.head, 70)[0]
    facts.pixel_type = NIFTI_TYPES.get(kind)
    shape = [*dims[1:5]]
    bits = struct.unpack_from(order + "h", file.head, 72)[0]
    least = None
    if 2 <= dims[0] <= 7 and all(one > 0 for one in dims[1 : 1 + min(4, dims[0])]):
        shape += [1] * (4 - len(shape))
        facts.size(T=max(1, shape[3]), C=1, Z=max(1, shape[2]), Y=shape[1], X=shape[0])
        least = math.prod(max(1, one) for one in dims[1 : 1 + dims[0]]) * max(0, bits) // 8
    facts.members.append(Member("{stem}.img|{stem}.img.gz", least=least))
    facts.packed.append(Packed(0, "gzip", least, f"{os.path.splitext(file.name)[0]}.img.gz"))


_FITS = frozenset({"fits", "fit", "fts", "fz"})


@header("FITS (Flexible Image Transport System)")
def fits(file: Opened, facts: Facts) -> None:
    """FITS: each header and the length of data that it asks for (FITS standard 4.0)."""
    if file.head.startswith(b"\x1f\x8b"):
        facts.packed.append(Packed(0, "gzip", None))
        gzip_length(file, facts, 2880)
        return
    if not _FITS & set(suffixes_of(file.name)) and file.size % 2880 and _all_text(file):
        # a header by itself, as programs save it beside the image
        facts.format, facts.kind = "Plain text", "other"
        return
    facts.images = 0
    for number, (cards, _, data, _) in enumerate(_fits_units(file), 1):
        axes = _fits_axes(cards)
        if _fits_groups(cards):
            axes = axes[1:]
        picture = bool(axes) and cards.get("XTENSION", "IMAGE") == "IMAGE"
        if picture and facts.sizes is None:
            shape = axes + [1] * (4 - len(axes))
            facts.size(T=shape[3], C=1, Z=shape[2], Y=shape[1], X=shape[0])
            bits = int(cards.get("BITPIX", "8"))
            facts.pixel_type = (
                f"{'float' if bits < 0 else 'int' if bits > 8 else 'uint'}{abs(bits)}"
            )
            facts.name_instrument(cards.get("TELESCOP"), cards.get("INSTRUME"))
            facts.date(cards.get("DATE-OBS", ""))
        file.reach(data, f"the data of FITS unit {number}")
        facts.images += picture
    facts.images = max(1, facts.images)


def _all_text(file: Opened) -> bool:
    return file.size <= LIMIT // 4 and is_text(file.read(0, file.size))


@dataclass(frozen=True, slots=True)
class Unit:
    """Where a unit of a FITS file and its data begin, its end, and the sums that it states."""

    start: int
    data: int
    end: int
    summed: bool
    """Whether it has a CHECKSUM, of the whole."""
    datasum: int | None


def units(file: Opened) -> Iterator[Unit]:
    """Each unit of a FITS file (FITS standard 4.0, 3 and 4.4.2.7)."""
    start = 0
    for cards, data, _, end in _fits_units(file):
        said = cards.get("DATASUM", "")
        datasum = int(said) if said.isdecimal() and len(said) < 12 else None
        yield Unit(start, data, end, bool(cards.get("CHECKSUM")), datasum)
        start = end


def _fits_axes(cards: Mapping[str, str]) -> list[int]:
    count = min(int(cards.get("NAXIS", "0")), 999)
    return [int(cards.get(f"NAXIS{n}", "0")) for n in range(1, count + 1)]


def _fits_groups(cards: Mapping[str, str]) -> bool:
    """Random groups, whose first axis is said to be 0 long (FITS standard 4.0, 6)."""
    return cards.get("GROUPS") == "T" and cards.get("NAXIS1") == "0"


def _fits_units(file: Opened) -> Iterator[tuple[dict[str, str], int, int, int]]:
    """Cards of each unit, where its data begin and end, and the end of the records with them."""
    at = 0
    for _ in range(64):
        cards: dict[str, str] = {}
        while True:
            block = file.need(at, 2880, "a FITS header")
            at += 2880
            for start in range(0, 2880, 80):
                card = block[start : start + 80].decode("latin-1")
                key = card[:8].strip()
                if card[8:10] == "= ":
                    cards.setdefault(key, card[10:].split("/")[0].strip().strip("'").strip())
                if key == "END":
                    break
            else:
                continue
            break
        axes = _fits_axes(cards)
        if _fits_groups(cards):
            axes = axes[1:]
        count = math.prod(axes) if axes else 0
        count = (count + int(cards.get("PCOUNT", "0"))) * int(cards.get("GCOUNT", "1"))
        length = abs(int(cards.get("BITPIX", "8"))) // 8 * count
        end = at + -(-length // 2880) * 2880
        yield cards, at, at + length, end
        at = end
        if not file.read(at, 8).startswith(b"XTENSION"):
            return


@header("Philips PAR/REC")
def par(file: Opened, facts: Facts) -> None:
    """PAR: its pixels stand in the .REC beside it."""
    if file.name.lower().endswith(".par"):
        text = words(file.read(0, min(file.size, 1 << 18)))
        rows = [line.split() for line in text.splitlines() if re.match(r"\s*\d+\s+\d+", line)]
        facts.members.append(Member("{stem}.REC", least=_par_rows(rows, facts)))
        if rows and "END OF DATA DESCRIPTION" not in text:
            said = "the PAR ends without the line that ends every PAR"
            facts.flag(faults.TRUNCATED, said, severity="warning")
        named = re.search(r"(?m)^\.\s*Patient name\s*:([^\r\n]*)", text)
        if named and somebody(named[1]):
            facts.flag(faults.PATIENT, "the header gives the patient's name", severity="warning")
        if found := re.search(r"(?m)^\.\s*Examination date/time\s*:\s*([\d.]+) / (\S+)", text):
            facts.date(f"{found[1].replace('.', '-')} {found[2]}")


def _par_rows(rows: list[list[str]], facts: Facts) -> int | None:
    """Sizes and steps in millimetres from the rows, one an image; the bytes that they ask for."""
    shapes = {(row[7], row[9], row[10]) for row in rows if len(row) > 11}
    if len(shapes) != 1 or any(not one.isdecimal() or len(one) > 6 for one in min(shapes)):
        return None
    bits, x, y = (int(one) for one in shapes.pop())
    slices = len({row[0] for row in rows})
    rest = len(rows) // slices if len(rows) % slices == 0 else 0
    facts.size(T=rest or 1, C=1, Z=slices if rest else len(rows), Y=y, X=x)
    facts.pixel_type, facts.images = f"uint{bits}" if bits % 8 == 0 else None, 1
    if len(rows[0]) > 30:
        steps = [float(one) * 1e3 for one in (rows[0][n] for n in (28, 29, 22, 23))]
        facts.pixel_size(X=steps[0], Y=steps[1], Z=steps[2] + steps[3])
    return len(rows) * x * y * bits // 8


@header("GIPL")
def gipl(file: Opened, facts: Facts) -> None:
    """GIPL: sizes, and the length that they ask for."""
    head = file.need(0, 256, "the GIPL header")
    shape = struct.unpack_from(">4H", head, 0)
    kind = struct.unpack_from(">H", head, 8)[0]
    widths = {
        1: ("bit", 0),
        7: ("int8", 1),
        8: ("uint8", 1),
        15: ("int16", 2),
        16: ("uint16", 2),
        31: ("uint32", 4),
        32: ("int32", 4),
        64: ("float32", 4),
        65: ("float64", 8),
    }
    if kind not in widths or not shape[0]:
        raise Wrong(f"the GIPL header says pixel kind {kind}")
    facts.pixel_type, width = widths[kind]
    facts.size(T=max(1, shape[3]), C=1, Z=max(1, shape[2]), Y=shape[1], X=shape[0])
    file.reach(256 + math.prod(max(1, n) for n in shape) * width, "the GIPL data")


@header("INR")
def inr(file: Opened, facts: Facts) -> None:
    """INR: sizes from its text header of 256 bytes or a multiple."""
    fields = dict(re.findall(r"(?m)^(\w+)=(\S+)", file.head.decode("latin-1")))
    shape = [int(fields.get(key, "1")) for key in ("XDIM", "YDIM", "ZDIM", "VDIM")]
    bits = int(re.sub(r"\D", "", fields.get("PIXSIZE", "8")) or 8)
    facts.size(T=1, C=shape[3], Z=shape[2], Y=shape[1], X=shape[0])
    end = file.head.find(b"##}\n")
    if end >= 0:
        file.reach(end + 4 + math.prod(shape) * bits // 8, "the INR data")


@shaped("mgh")
def is_mgh(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """MGH: version 1 and sizes, gzip or not."""
    head = inflated(file, 64) if file.head.startswith(b"\x1f\x8b") else file.head
    return (
        len(head) >= 28
        and struct.unpack_from(">i", head, 0)[0] == 1
        and all(0 < one < 1 << 20 for one in struct.unpack_from(">3i", head, 4))
    )


@shaped("imagic")
def is_imagic(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """IMAGIC: records of 1024 bytes that give a plausible date and one of its pixel types."""
    if "hed" not in suffixes or file.size % 1024 or file.size == 0:
        return False
    for order in "<>":
        day, month = struct.unpack_from(order + "2i", file.head, 16)
        if (
            0 <= day <= 31
            and 0 <= month <= 12
            and file.head[56:60] in (b"REAL", b"INTG", b"PACK", b"COMP", b"RECO")
        ):
            return True
    return False


_ECAT = {1: ("uint8", 1), 2: ("int16", 2), 4: ("float32", 4), 5: ("float32", 4),
         6: ("int16", 2), 7: ("int32", 4)}  # fmt: skip
BLOCK = 512


@header("ECAT7")
def ecat(file: Opened, facts: Facts) -> None:
    """ECAT7: who was scanned, and the directory of frames, each with first and last block.

    Source: the header of CTI 7.2 as Ecat7Reader of Bio-Formats and nibabel 5 read it.
    """
    head = file.need(0, 2 * BLOCK, "the ECAT7 header")
    kind = struct.unpack_from(">h", head, 50)[0]
    frames, gates, beds = struct.unpack_from(">3h", head, 354)
    told = [what for what, at, end in (("id", 166, 182), ("name", 182, 214))
            if somebody(head[at:end].partition(b"\0")[0].decode("latin-1"))]  # fmt: skip
    if told:
        text = "the ECAT7 header gives the patient's " + " and ".join(told)
        facts.flag(faults.PATIENT, text, severity="warning")
    started = struct.unpack_from(">i", head, 62)[0]
    if started > 0:
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=started)  # noqa: DTZ001
        facts.date(moment.isoformat())
    shape: tuple[int, int, int, int] | None = None
    for number, (start, end) in enumerate(_ecat_frames(file), 1):
        if kind not in (6, 7):
            file.reach((end - 1) * BLOCK + 1, f"frame {number}")
            continue
        told_of = file.need((start - 1) * BLOCK, BLOCK, f"the header of frame {number}")
        form, _, x, y, z = struct.unpack_from(">5h", told_of)
        if shape is None:
            shape = (x, y, z, form)
            steps = struct.unpack_from(">3f", told_of, 34)
            facts.size(T=max(1, frames * max(1, gates) * (beds + 1)), C=1, Z=z, Y=y, X=x)
            facts.pixel_size(**{axis: cm * 1e4 for axis, cm in zip("XYZ", steps, strict=True)})
            facts.pixel_type, facts.images = _ECAT.get(form, (None, 0))[0], 1
        # the directory may still count what was cropped; the frame's own header does not
        width = _ECAT.get(form, (None, 0))[1]
        file.reach(start * BLOCK + max(0, x * y * z) * width, f"frame {number}")


def _ecat_frames(file: Opened) -> Iterator[tuple[int, int]]:
    """First and last block of each frame, from the chain of directories that begins in block 2."""
    at = BLOCK
    seen: set[int] = set()
    while at not in seen and len(seen) < 1024:
        seen.add(at)
        table = struct.unpack(">128i", file.need(at, BLOCK, "the directory of frames"))
        for start, end in zip(table[5::4], table[6::4], strict=False):
            if 2 < start <= end:
                yield start, end
        if table[1] <= 2:
            return
        at = (table[1] - 1) * BLOCK
