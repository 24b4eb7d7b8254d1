"""Headers of medical and volume formats: NIfTI, Analyze, NRRD, MetaImage, ICS, FITS, PAR, GIPL."""

from __future__ import annotations

import math
import re
import struct
import zlib

from pipeline.images import faults
from pipeline.images.facts import Facts, Member
from pipeline.images.headers.registry import header, shaped
from pipeline.images.opened import LIMIT, Opened, Wrong
from pipeline.images.text import words

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
NRRD_TYPES = {
    "int8": 1,
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "uint32": 4,
    "int64": 8,
    "uint64": 8,
    "float32": 4,
    "float64": 8,
}
_NRRD_NAMES = {
    "signed char": "int8",
    "int8_t": "int8",
    "uchar": "uint8",
    "unsigned char": "uint8",
    "uint8_t": "uint8",
    "short": "int16",
    "short int": "int16",
    "signed short": "int16",
    "int16_t": "int16",
    "ushort": "uint16",
    "unsigned short": "uint16",
    "unsigned short int": "uint16",
    "uint16_t": "uint16",
    "int": "int32",
    "signed int": "int32",
    "int32_t": "int32",
    "uint": "uint32",
    "unsigned int": "uint32",
    "uint32_t": "uint32",
    "longlong": "int64",
    "long long": "int64",
    "int64_t": "int64",
    "unsigned long long": "uint64",
    "uint64_t": "uint64",
    "ulonglong": "uint64",
    "float": "float32",
    "double": "float64",
}
_META_TYPES = {
    "MET_CHAR": "int8",
    "MET_UCHAR": "uint8",
    "MET_SHORT": "int16",
    "MET_USHORT": "uint16",
    "MET_INT": "int32",
    "MET_UINT": "uint32",
    "MET_LONG": "int32",
    "MET_ULONG": "uint32",
    "MET_LONG_LONG": "int64",
    "MET_ULONG_LONG": "uint64",
    "MET_FLOAT": "float32",
    "MET_DOUBLE": "float64",
}
_LENGTHS = {
    "m": 1e6,
    "mm": 1e3,
    "cm": 1e4,
    "um": 1.0,
    "µm": 1.0,
    "micron": 1.0,
    "microns": 1.0,
    "nm": 1e-3,
    "micrometer": 1.0,
    "micrometers": 1.0,
    "millimeter": 1e3,
}


def inflated(file: Opened, count: int) -> bytes:
    """Up to `count` bytes of what a gzip file holds."""
    raw = file.read(0, min(file.size, 1 << 16))
    inflate = zlib.decompressobj(31)
    try:
        return inflate.decompress(raw, count)
    except zlib.error:
        return b""


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
        pair = False
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
        facts.members.append(Member("{stem}.img|{stem}.img.gz"))
    elif packed:
        _gzip_length(file, facts, start + length)
    else:
        file.reach(start + length, "the NIfTI voxels")


def _gzip_length(file: Opened, facts: Facts, needed: int) -> None:
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
    dims = struct.unpack_from(order + "8h", file.head, 40)
    kind = struct.unpack_from(order + "h", file.head, 70)[0]
    facts.pixel_type = NIFTI_TYPES.get(kind)
    shape = [*dims[1:5]]
    if 2 <= dims[0] <= 7 and all(one > 0 for one in dims[1 : 1 + min(4, dims[0])]):
        shape += [1] * (4 - len(shape))
        facts.size(T=max(1, shape[3]), C=1, Z=max(1, shape[2]), Y=shape[1], X=shape[0])
    facts.members.append(Member("{stem}.img|{stem}.img.gz"))


@header("NRRD (Nearly Raw Raster Data)")
def nrrd(file: Opened, facts: Facts) -> None:
    """NRRD: sizes, spacing, the length of raw data, and the files of a detached header."""
    raw = file.read(0, min(file.size, 1 << 16))
    ends = [at for at in (raw.find(b"\n\n"), raw.find(b"\r\n\r\n")) if at >= 0]
    end = min(ends) if ends else len(raw)
    start = end + (4 if raw.startswith(b"\r\n\r\n", end) else 2)
    fields: dict[str, str] = {}
    lines = raw[:end].decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines):
        key, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            fields.setdefault(key.strip().lower(), value.lstrip("=").strip())
        if key.strip().lower() in ("data file", "datafile") and value.strip().startswith("LIST"):
            facts.members += [Member(name.strip()) for name in lines[number + 1 :] if name.strip()]
            break
    sizes = [int(n) for n in fields.get("sizes", "").split() if n.isdigit() and len(n) < 10]
    if not sizes:
        raise Wrong("the NRRD header gives no sizes")
    kind = fields.get("type", "").lower()
    facts.pixel_type = form = _NRRD_NAMES.get(kind, kind)
    kinds = fields.get("kinds", "").lower().split()
    flat = (
        "vector",
        "color",
        "3-color",
        "list",
        "rgb-color",
        "rgba-color",
        "4-color",
        "point",
        "covariant-vector",
        "2-vector",
        "3-vector",
        "complex",
    )
    channel = next((n for n, one in enumerate(kinds) if one in flat or "matrix" in one), None)
    shape = list(sizes)
    channels = shape.pop(channel) if channel is not None and channel < len(shape) else 1
    shape += [1] * (4 - len(shape))
    facts.size(T=shape[3], C=channels, Z=shape[2], Y=shape[1], X=shape[0])
    spacings = [_number(one) for one in fields.get("spacings", "").split()]
    units = re.findall(r'"([^"]*)"', fields.get("units", "") or fields.get("space units", ""))
    if spacings and units and len(spacings) == len(sizes):
        facts.pixel_size(
            **{
                axis: step * _LENGTHS.get(unit.strip(), 0)
                for axis, step, unit in zip("XYZ", spacings, units, strict=False)
            }
        )
    facts.images = 1
    detached = fields.get("data file") or fields.get("datafile")
    if detached and not detached.startswith("LIST"):
        facts.members += [Member(name) for name in _series(detached)]
    elif not detached:
        if not ends:
            file.reach(file.size + 1, "the NRRD header")
        if fields.get("encoding", "").lower() == "raw" and form in NRRD_TYPES:
            file.reach(start + math.prod(sizes) * NRRD_TYPES[form], "the NRRD data")


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return 0.0
    return found if math.isfinite(found) else 0.0


def _series(said: str) -> list[str]:
    """The files of `name` or of a pattern with first, last and step: `im%03d.raw 1 20 1`."""
    found = re.fullmatch(r"(.*%0?\d*d\S*)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+\d+)?", said)
    if not found:
        return [said]
    first, last, step = (int(found[n]) for n in (2, 3, 4))
    if step == 0 or (last - first) // step > 100_000:
        return [said]
    return [found[1] % n for n in range(first, last + (1 if step > 0 else -1), step)]


@header("MetaImage")
def metaimage(file: Opened, facts: Facts) -> None:
    """MetaImage: sizes, spacing, and where the data stand."""
    raw = file.read(0, min(file.size, 1 << 16))
    fields: dict[str, str] = {}
    end = None
    files: list[str] = []
    place = 0
    for line in raw.split(b"\n"):
        place += len(line) + 1
        key, equals, value = line.decode("latin-1").partition("=")
        if end is not None:
            if fields["ElementDataFile"].upper().startswith("LIST") and key.strip():
                files.append(key.strip())
                continue
            break
        if not equals:
            continue
        fields[key.strip()] = value.strip()
        if key.strip() == "ElementDataFile":
            end = place
    sizes = [int(n) for n in fields.get("DimSize", "").split() if n.isdigit() and len(n) < 10]
    data = fields.get("ElementDataFile")
    if not sizes or data is None:
        raise Wrong("the MetaImage header gives no DimSize or no ElementDataFile")
    facts.pixel_type = form = _META_TYPES.get(fields.get("ElementType", "").upper())
    shape = sizes + [1] * (4 - len(sizes))
    channels = fields.get("ElementNumberOfChannels", "1")
    count = int(channels) if channels.isdigit() and len(channels) < 6 else 1
    facts.size(T=shape[3], C=count, Z=shape[2], Y=shape[1], X=shape[0])
    facts.images = 1
    if data.upper() == "LOCAL":
        packed = fields.get("CompressedData", "False").lower() == "true"
        if not packed and form in NRRD_TYPES and fields.get("BinaryData", "True").lower() == "true":
            file.reach((end or 0) + math.prod(sizes) * count * NRRD_TYPES[form], "the data")
    else:
        facts.members += [Member(n) for n in (files or _series(data))]


@header("ICS (Image Cytometry Standard)")
def ics(file: Opened, facts: Facts) -> None:
    """ICS: sizes; version 1 keeps its pixels in the .ids beside it, version 2 behind `end`."""
    raw = file.read(0, min(file.size, 1 << 16))
    text = raw.decode("latin-1")
    said: dict[tuple[str, ...], list[str]] = {}
    for line in text.splitlines():
        parts = re.split(r"[\t ]+", line.strip())
        if len(parts) >= 3:
            said.setdefault((parts[0].lower(), parts[1].lower()), parts[2:])
        if parts[0].lower() == "end":
            break
    version = re.search(r"ics_version[\t ]+(\d)", text)
    order = [one.lower() for one in said.get(("layout", "order"), [])]
    sizes = [int(n) for n in said.get(("layout", "sizes"), []) if n.isdigit() and len(n) < 10]
    form = " ".join(said.get(("representation", "format"), [])).lower()
    sign = " ".join(said.get(("representation", "sign"), [])).lower()
    named = dict(zip(order, sizes, strict=False))
    bits = named.get("bits", 8)
    if named:
        facts.size(
            **{axis: named.get(axis.lower(), 1) for axis in "TZYX"},
            C=named.get("ch", named.get("probe", 1)),
        )
    kind = {"real": "float", "complex": "complex"}.get(form, "uint" if "un" in sign else "int")
    facts.pixel_type = f"{kind}{bits}"
    scales = [_number(n) for n in said.get(("parameter", "scale"), [])]
    units = said.get(("parameter", "units"), [])
    facts.pixel_size(
        **{
            axis.upper(): step * _LENGTHS.get(unit.lower(), 0)
            for axis, step, unit in zip(order, scales, units, strict=False)
            if axis in ("x", "y", "z")
        }
    )
    facts.images = 1
    if version and version[1] == "1":
        facts.members.append(Member("{stem}.ids|{stem}.ids.gz|{stem}.ids.Z"))
        return
    source = said.get(("source", "file"))
    if source:
        facts.members.append(Member(" ".join(source).replace("\\", "/").rsplit("/", 1)[-1]))
        return
    end = re.search(rb"(?m)^end\r?\n", raw)
    if version and not end and file.size < 1 << 16:
        file.reach(file.size + 1, "the ICS header, which has no end line,")
    packed = " ".join(said.get(("representation", "compression"), [])).lower()
    if end and sizes and packed in ("", "uncompressed"):
        file.reach(end.end() + math.prod(sizes[1:]) * bits // 8, "the ICS pixel data")


@header("FITS (Flexible Image Transport System)")
def fits(file: Opened, facts: Facts) -> None:
    """FITS: each header and the length of data that it asks for (FITS standard 4.0)."""
    at = 0
    for number in range(64):
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
        bits = int(cards.get("BITPIX", "8"))
        axes = [
            int(cards.get(f"NAXIS{n}", "0")) for n in range(1, int(cards.get("NAXIS", "0")) + 1)
        ]
        count = math.prod(axes) if axes else 0
        count = (count + int(cards.get("PCOUNT", "0"))) * int(cards.get("GCOUNT", "1"))
        length = abs(bits) // 8 * count
        if axes and facts.sizes is None and cards.get("XTENSION", "IMAGE") == "IMAGE":
            shape = axes + [1] * (4 - len(axes))
            facts.size(T=shape[3], C=1, Z=shape[2], Y=shape[1], X=shape[0])
            facts.pixel_type = (
                f"{'float' if bits < 0 else 'int' if bits > 8 else 'uint'}{abs(bits)}"
            )
        file.reach(at + length, f"the data of FITS unit {number + 1}")
        at += -(-length // 2880) * 2880
        if at + 2880 > file.size or not file.read(at, 8).startswith(b"XTENSION"):
            break
        facts.images = (facts.images or 0) + 1
    facts.images = max(1, facts.images or 1)


@header("Philips PAR/REC")
def par(file: Opened, facts: Facts) -> None:
    """PAR: its pixels stand in the .REC beside it."""
    if file.name.lower().endswith(".par"):
        facts.members.append(Member("{stem}.REC"))
        text = words(file.read(0, min(file.size, 1 << 18)))
        rows = [line.split() for line in text.splitlines() if re.match(r"\s*\d+\s+\d+", line)]
        shapes = {(row[9], row[10]) for row in rows if len(row) > 11}
        if len(shapes) == 1:
            x, y = shapes.pop()
            if x.isdigit() and y.isdigit():
                facts.size(T=1, C=1, Z=len(rows), Y=int(y), X=int(x))


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
