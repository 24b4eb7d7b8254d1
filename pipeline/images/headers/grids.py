"""Headers in text before or beside a grid of pixels: NRRD, MetaImage, ICS."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping

from pipeline.images import faults, persons, places
from pipeline.images.facts import Facts, Member, Packed
from pipeline.images.headers.registry import header
from pipeline.images.opened import Opened, Wrong
from pipeline.images.text import finite

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
_PACKINGS = {"gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2"}
LENGTHS = {
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
"""Micrometres of a unit, by its name in small letters."""


def _patient(fields: Iterable[tuple[str, str]], facts: Facts) -> None:
    """Flag what ITK took over of a patient from DICOM, such as `0010|0010`."""
    if found := persons.told(fields):
        text = "the header gives the patient's " + ", ".join(found)
        facts.flag(faults.PATIENT, text, severity="warning")


_DOMAINS = frozenset({"domain", "space", "time", "???", "none"})
"""Kinds of NRRD axes along which pixels lie; others are what one pixel holds."""


def _steps(fields: Mapping[str, str]) -> list[float]:
    """Micrometres of a step along each axis of an NRRD; 0 where its unit is not said."""
    spacings = [finite(one) for one in fields.get("spacings", "").split()]
    said = fields.get("units", "") or fields.get("space units", "")
    units = [one.strip() for one in re.findall(r'"([^"]*)"', said)]
    if spacings and len(units) == len(spacings):
        return [step * LENGTHS.get(unit, 0) for step, unit in zip(spacings, units, strict=True)]
    ways = re.findall(r"none|\([^()]*\)", fields.get("space directions", ""))
    if len(set(units)) != 1:
        return []
    parts = [[finite(part) for part in way.strip("()").split(",")] for way in ways]
    return [math.hypot(*part) * LENGTHS.get(units[0], 0) for part in parts]


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
    _patient(fields.items(), facts)
    sizes = [int(n) for n in fields.get("sizes", "").split() if n.isdecimal() and len(n) < 10]
    if not sizes:
        raise Wrong("the NRRD header gives no sizes")
    kind = fields.get("type", "").lower()
    facts.pixel_type = form = _NRRD_NAMES.get(kind, kind)
    kinds = fields.get("kinds", "").lower().split()
    channel = next((n for n, one in enumerate(kinds) if one not in _DOMAINS), None)
    shape = list(sizes)
    channels = shape.pop(channel) if channel is not None and channel < len(shape) else 1
    shape += [1] * (4 - len(shape))
    facts.size(T=shape[3], C=channels, Z=shape[2], Y=shape[1], X=shape[0])
    steps = _steps(fields)
    if len(steps) == len(sizes):
        if channel is not None and channel < len(steps):
            del steps[channel]
        facts.pixel_size(**dict(zip("XYZ", steps, strict=False)))
    facts.images = 1
    detached = fields.get("data file") or fields.get("datafile")
    packing = _PACKINGS.get(fields.get("encoding", "").lower())
    whole = math.prod(sizes) * NRRD_TYPES[form] if form in NRRD_TYPES else None
    if fields.get("encoding", "").lower() in ("ascii", "text", "txt"):
        packing, whole = "numbers", math.prod(sizes)
    if fields.get("line skip", "0") != "0":
        packing = None
    if packing and not detached and ends:
        facts.packed.append(Packed(start, packing, whole))
    elif packing and detached and len(_series(detached)) == 1:
        facts.packed.append(Packed(0, packing, whole, detached))
    if detached and not detached.startswith("LIST"):
        files = _series(detached)
        plain = fields.get("encoding", "").lower() == "raw" and form in NRRD_TYPES
        least = math.prod(sizes) * NRRD_TYPES[form] // len(files) if plain else None
        facts.members += [Member(name, least=least) for name in files]
    elif not detached:
        if not ends:
            file.reach(file.size + 1, "the NRRD header")
        if fields.get("encoding", "").lower() == "raw" and form in NRRD_TYPES:
            file.reach(start + math.prod(sizes) * NRRD_TYPES[form], "the NRRD data")


def _series(said: str) -> list[str]:
    """The files of `name` or of a pattern with first, last and step: `im%03d.raw 1 20 1`."""
    found = re.fullmatch(r"(.*%0?\d?d\S*)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(?:\s+\d+)?", said)
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
    _patient(fields.items(), facts)
    sizes = [int(n) for n in fields.get("DimSize", "").split() if n.isdecimal() and len(n) < 10]
    data = fields.get("ElementDataFile")
    if not sizes or data is None:
        raise Wrong("the MetaImage header gives no DimSize or no ElementDataFile")
    facts.pixel_type = form = _META_TYPES.get(fields.get("ElementType", "").upper())
    shape = sizes + [1] * (4 - len(sizes))
    channels = fields.get("ElementNumberOfChannels", "1")
    count = int(channels) if channels.isdecimal() and len(channels) < 6 else 1
    facts.size(T=shape[3], C=count, Z=shape[2], Y=shape[1], X=shape[0])
    facts.images = 1
    packed = fields.get("CompressedData", "False").lower() == "true"
    if packed and not data.upper().startswith("LIST") and "%" not in data:
        whole = math.prod(sizes) * count * NRRD_TYPES[form] if form in NRRD_TYPES else None
        own = data.upper() == "LOCAL"
        at = end or 0 if own else 0
        facts.packed.append(Packed(at, "zlib", whole, None if own else data))
    if data.upper() == "LOCAL":
        if not packed and form in NRRD_TYPES and fields.get("BinaryData", "True").lower() == "true":
            file.reach((end or 0) + math.prod(sizes) * count * NRRD_TYPES[form], "the data")
    else:
        files = files or _series(data)
        plain = fields.get("CompressedData", "False").lower() != "true" and form in NRRD_TYPES
        least = math.prod(sizes) * count * NRRD_TYPES[form or ""] // len(files) if plain else None
        facts.members += [Member(n, least=least) for n in files]


@header("ICS (Image Cytometry Standard)")
def ics(file: Opened, facts: Facts) -> None:
    """ICS: sizes; version 1 keeps its pixels in the .ids beside it, version 2 behind `end`."""
    raw = file.read(0, min(file.size, 1 << 16))
    said = _ics_said(raw.decode("latin-1"))
    order = [one.lower() for one in said.get(("layout", "order"), [])]
    sizes = [int(n) for n in said.get(("layout", "sizes"), []) if n.isdecimal() and len(n) < 10]
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
    scales = [finite(n) for n in said.get(("parameter", "scale"), [])]
    units = said.get(("parameter", "units"), [])
    facts.pixel_size(
        **{
            axis.upper(): step * LENGTHS.get(unit.lower(), 0)
            for axis, step, unit in zip(order, scales, units, strict=False)
            if axis in ("x", "y", "z")
        }
    )
    facts.images = 1
    facts.name_instrument(
        *(" ".join(said.get(("sensor", one), [])) for one in ("manufacturer", "model"))
    )
    whole = math.prod(sizes[1:]) * bits // 8 if len(sizes) > 1 else None
    _ics_pixels(file, facts, raw, said, whole)


def _ics_said(text: str) -> dict[tuple[str, ...], list[str]]:
    """The words of each line by its first two, as far as the line `end`."""
    said: dict[tuple[str, ...], list[str]] = {}
    for line in text.splitlines():
        parts = re.split(r"[\t ]+", line.strip())
        if len(parts) >= 3:
            said.setdefault((parts[0].lower(), parts[1].lower()), parts[2:])
        if parts[0].lower() == "end":
            break
    return said


def _ics_pixels(
    file: Opened,
    facts: Facts,
    raw: bytes,
    said: Mapping[tuple[str, ...], list[str]],
    whole: int | None,
) -> None:
    """Where the pixels of an ICS stand, and `whole`, the bytes that they take unpacked."""
    version = re.search(rb"ics_version[\t ]+(\d)", raw)
    packed = " ".join(said.get(("representation", "compression"), [])).lower()
    plain = packed in ("", "uncompressed")
    if version and version[1] == b"1":
        least = whole if plain else None
        facts.members.append(Member("{stem}.ids|{stem}.ids.gz|{stem}.ids.Z", least=least))
        if packed == "gzip":
            stem = os.path.splitext(file.name)[0]
            facts.packed += [
                Packed(0, "gzip", whole, name)
                for name in places.names(os.path.dirname(file.path) or ".")
                if name.lower() in (f"{stem}.ids".lower(), f"{stem}.ids.gz".lower())
            ]
        return
    source = said.get(("source", "file"))
    if source:
        facts.members.append(Member(" ".join(source).replace("\\", "/").rsplit("/", 1)[-1]))
        return
    end = re.search(rb"(?m)^end\r?\n", raw)
    if version and not end and file.size < 1 << 16:
        file.reach(file.size + 1, "the ICS header, which has no end line,")
    if end and packed == "gzip":
        facts.packed.append(Packed(end.end(), "gzip", whole))
    if end and whole is not None and plain:
        file.reach(end.end() + whole, "the ICS pixel data")
