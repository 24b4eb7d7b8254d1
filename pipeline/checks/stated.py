"""What the columns of a file list state of images: which column states what, and in which unit.

Names of columns are compared without letter case, separators and the unit in brackets or at their
end: `Pixel size X (µm)`, `pixel_size_x_um` and `PhysicalSizeX [um]` state the same.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from pipeline.checks.expectations import RESERVED
from pipeline.findings import Frozen
from pipeline.submission import FileList

About = Literal["format", "pixels", "pixel size", "bytes", "checksum"]

MICROMETRES: dict[str, float] = {
    "pm": 1e-6,
    "angstrom": 1e-4,
    "a": 1e-4,
    "å": 1e-4,
    "nm": 1e-3,
    "nanometer": 1e-3,
    "nanometre": 1e-3,
    "um": 1.0,
    "μm": 1.0,
    "micron": 1.0,
    "micrometer": 1.0,
    "micrometre": 1.0,
    "mm": 1e3,
    "millimeter": 1e3,
    "millimetre": 1e3,
    "cm": 1e4,
    "centimeter": 1e4,
    "centimetre": 1e4,
    "m": 1e6,
    "meter": 1e6,
    "metre": 1e6,
}
"""Units of length by the names that people give them, singular and casefolded (so with a Greek mu,
not the micro sign), in micrometres."""

BYTES: dict[str, tuple[int, ...]] = {
    "b": (1,),
    "byte": (1,),
    "kb": (1000, 1024),
    "kib": (1024,),
    "mb": (10**6, 2**20),
    "mib": (2**20,),
    "gb": (10**9, 2**30),
    "gib": (2**30,),
    "tb": (10**12, 2**40),
    "tib": (2**40,),
}
"""Units of file size; people write MB for either count."""

_PIXELS = frozenset({"px", "pixel", "pix", "voxel", "vx"})
_COUNT = r"(?:(?:number|no|num|nr|count) (?:of )?|n |# ?)"
_CHECKSUM = r"(?:md ?5|sha ?(?:1|224|256|384|512))"
_KINDS: tuple[tuple[About, str, str, bool], ...] = (
    ("format", r"(?:(?:image|file) )?(?:file )?format|file ?type|file extension", "", True),
    (
        "checksum",
        rf"(?:(?:file )?(?:checksum|hash) )?{_CHECKSUM}(?: ?sum| checksum| hash| digest| hex)?",
        "",
        True,
    ),
    ("checksum", r"(?:file )?checksums?(?: value)?", "", True),
    ("checksum", r"(?:file )?(?:hash|digest)(?: value)?", "", False),
    ("bytes", r"file ?size(?: in)?|size(?: in)?|size of file", "", True),
    ("pixels", r"size ?x|x ?size|image width|x pixels|pixels x|(?:dim|dimension) x", "X", True),
    ("pixels", r"size ?y|y ?size|image height|y pixels|pixels y|(?:dim|dimension) y", "Y", True),
    ("pixels", r"width", "X", False),
    ("pixels", r"height", "Y", False),
    ("pixels", rf"size ?z|z ?size|z ?slices|z planes|{_COUNT}(?:z )?(?:slices|planes)", "Z", True),
    ("pixels", r"slices|planes", "Z", False),
    ("pixels", rf"size ?t|t ?size|time ?points|{_COUNT}(?:time ?points|frames)", "T", True),
    ("pixels", r"frames", "T", False),
    ("pixels", rf"size ?c|c ?size|channels|{_COUNT}channels|channel count", "C", True),
    (
        "pixels",
        r"(?:image |pixel )?dimensions?|image size|(?:image )?resolution|(?:size )?xy(?: size)?",
        "XYZ",
        False,
    ),
    (
        "pixel size",
        r"(?:pixel|voxel) width|(?:pixel|voxel) size x|x (?:pixel|voxel) size",
        "X",
        True,
    ),
    (
        "pixel size",
        r"(?:pixel|voxel) height|(?:pixel|voxel) size y|y (?:pixel|voxel) size",
        "Y",
        True,
    ),
    ("pixel size", r"voxel depth|(?:pixel|voxel) size z|z (?:pixel|voxel) size", "Z", True),
    ("pixel size", r"physical ?(?:pixel )?size ?x", "X", True),
    ("pixel size", r"physical ?(?:pixel )?size ?y", "Y", True),
    ("pixel size", r"physical ?(?:pixel )?size ?z|z ?(?:step(?: size)?|spacing)", "Z", True),
    ("pixel size", r"(?:physical )?(?:pixel|voxel) (?:size|spacing)(?: xyz?)?", "XYZ", True),
    ("pixel size", r"(?:um|microns?) per pixel|mpp", "XYZ", True),
)
"""About what, the column's name without its unit, the axes, and whether the name is certain."""


class Stated(Frozen):
    """One column that states something: `index` among the list's own attributes, from 0.

    `axes` are those of one value, or of the parts of `512 x 512 x 20` in this order; `unit` is
    that of the header; `certain` is false for names that may mean something else.
    """

    index: int
    name: str
    about: About
    axes: str = ""
    unit: str | None = None
    certain: bool = True

    def values(self, file_list: FileList) -> list[str]:
        """What stands in the column, row after row, without white space around it."""
        cells = file_list.table.iloc[:, RESERVED + self.index].fillna("").tolist()
        return [str(cell).strip() for cell in cells]


def columns(file_list: FileList, about: About) -> Iterator[Stated]:
    """The columns of a file list that state something of one kind."""
    for index, name in enumerate(file_list.columns):
        found = _stated(index, name)
        if found is not None and found.about == about:
            yield found


def _stated(index: int, name: str) -> Stated | None:
    words, unit = _parted(name)
    for about, pattern, axes, certain in _KINDS:
        if re.fullmatch(pattern, words):
            if about == "pixels" and unit is not None and unit not in _PIXELS:
                return None
            # a size alone may be that of the cell or the field
            if words == "size" and unit not in BYTES:
                return None
            sure = certain or unit in _PIXELS
            return Stated(index=index, name=name, about=about, axes=axes, unit=unit, certain=sure)
    return None


def _parted(name: str) -> tuple[str, str | None]:
    """The words of a column's name, and its unit."""
    unit: str | None = None
    if found := re.search(r"[(\[]\s*([^)\]]*?)\s*[)\]]\s*$", name):
        unit, name = _unit(found[1]), name[: found.start()]
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    words = re.sub(r"[\s_\-./:]+", " ", name).strip().casefold().split(" ")
    if words[0] in ("um", "micron", "microns", "mpp"):
        return " ".join(words), "um"
    if unit is None and len(words) > 2 and _known(_unit(words[-1])):
        unit = _unit(words.pop())
    return " ".join(words), unit


def _unit(text: str) -> str:
    """A unit in small letters and singular."""
    text = re.sub(r"\s*(?:/|\bper)\s*(?:px|pixel|voxel|vx)$", "", text.strip().casefold())
    return text.removesuffix("s") if len(text) > 2 else text


def _known(unit: str) -> bool:
    return unit in MICROMETRES or unit in _PIXELS or unit in BYTES


_DIGITS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
"""Kinds of checksums that are compared, with the number of their hexadecimal digits."""


class Checksum(Frozen):
    """A checksum as stated: its kind as `hashlib` names it, and hexadecimal digits."""

    kind: str
    digits: str


def checksum_kind(name: str) -> str | None:
    """The kind of checksum that a column's name says.

    >>> checksum_kind("MD5 sum"), checksum_kind("sha-256"), checksum_kind("Checksum")
    ('md5', 'sha256', None)
    """
    found = re.search(_CHECKSUM, _parted(name)[0])
    return found[0].replace(" ", "") if found else None


@lru_cache(maxsize=4096)
def checksum(name: str, text: str) -> Checksum | None:
    """The checksum in a cell by its length, its own prefix and its column's name; None for others.

    Object stores write MD5 in base64. What names another kind than its length has is none.

    >>> checksum("Checksum", "MD5: D41D8CD98F00B204E9800998ECF8427E").kind
    'md5'
    >>> checksum("MD5", "1B2M2Y8AsgTpgAmY7PhCfg==").digits
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    prefix = re.match(r"\s*(md-?5|sha-?\d{1,3})(?:sum)?\s*[:=\-\s]\s*", text, re.IGNORECASE)
    rest = (text[prefix.end() :] if prefix else text).strip().split()
    # as `md5sum` prints it, the name of the file follows
    digits = rest[0].casefold() if rest else ""
    if re.fullmatch(r"[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=", "".join(rest)):
        digits = base64.b64decode("".join(rest)).hex()
    kind = next((one for one, n in _DIGITS.items() if len(digits) == n), None)
    said = {checksum_kind(name), prefix[1].casefold().replace("-", "") if prefix else None}
    if kind is None or not re.fullmatch(r"[0-9a-f]+", digits) or said - {None, kind}:
        return None
    return Checksum(kind=kind, digits=digits)


_BETWEEN = r"\s*[x×*;]\s*(?=[\d.])|,\s+"
_NUMBER = r"\d+(?:[.,]\d+)?(?:e[-+]?\d+)?"
_PART = re.compile(rf"\s*({_NUMBER})\s*([^\W\d_]*)\s*(?:/\s*(?:px|pixel|voxel))?\s*", re.IGNORECASE)


class Length(Frozen):
    """A number as written, with the worth of its last digit, and the unit if one is known."""

    value: float
    step: float
    unit: str | None


@lru_cache(maxsize=4096)
def lengths(text: str, unit: str | None) -> tuple[Length, ...]:
    """The lengths in a text such as `0.1 x 0.1 x 0.3 µm`; none where it says anything else."""
    parts = [_PART.fullmatch(part) for part in re.split(_BETWEEN, text.strip())]
    read = [part for part in parts if part is not None]
    if not read or len(read) != len(parts):
        return ()
    own = [_unit(part[2]) for part in read if part[2]]
    if any(each not in MICROMETRES for each in own):
        return ()
    said = own[-1] if own else unit
    if said is not None and said not in MICROMETRES:
        return ()
    found: list[Length] = []
    for part in read:
        each = _unit(part[2]) or said
        digits = part[1].replace(",", ".").casefold()
        mantissa, _, power = digits.partition("e")
        step = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
        found.append(Length(value=float(digits), step=step, unit=each))
    return tuple(found)


@lru_cache(maxsize=4096)
def counts(text: str) -> tuple[int, ...]:
    """The whole numbers in a text such as `1,024 x 1,024 px`; none where it says anything else."""
    text = re.sub(r"\s*(?:px|pix|pixels?|voxels?)(?=\W|$)", "", text.strip(), flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    parts = re.split(_BETWEEN, text)
    if not all(re.fullmatch(r"\d{1,9}(?:\.0+)?", part) for part in parts):
        return ()
    return tuple(int(float(part)) for part in parts)


@lru_cache(maxsize=4096)
def names(text: str) -> tuple[str, ...]:
    """The several names in a text such as `DAPI, GFP`; none where it is one name alone."""
    parts = [part.strip() for part in re.split(r"[;,/|+&]|\band\b", text)]
    return tuple(parts) if len(parts) > 1 and all(parts) else ()


@lru_cache(maxsize=4096)
def byte_counts(text: str, unit: str | None) -> tuple[tuple[float, float], ...]:
    """Each count of bytes that a text such as `12.5 MB` may mean, with its last digit's worth.

    That is zero for bytes, which are counted. Without any unit it may be of each.
    """
    found = _PART.fullmatch(text)
    if found is None:
        return ()
    said = found[2].casefold() or unit
    meant = {each for some in BYTES.values() for each in some} if said is None else BYTES.get(said)
    digits = re.sub(r",(?=\d{3}$)", "", found[1]).replace(",", ".")
    mantissa = digits.casefold().partition("e")[0]
    step = 10.0 ** -len(mantissa.partition(".")[2])
    return tuple((float(digits) * each, step * each * (each > 1)) for each in meant or ())
