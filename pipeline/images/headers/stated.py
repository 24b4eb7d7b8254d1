"""Headers that state sizes and lengths in one place: NumPy, Igor, BCF, SUR, MAT, AFNI."""

from __future__ import annotations

import ast
import math
import re
import struct

from pipeline.images import places, zips
from pipeline.images.facts import Facts, Member, Packed
from pipeline.images.formats import suffixes_of
from pipeline.images.headers.grids import LENGTHS
from pipeline.images.headers.medical import gzip_length, inflated
from pipeline.images.headers.registry import header, shaped
from pipeline.images.headers.slides import pages
from pipeline.images.opened import BLANK, LIMIT, Cut, Opened, Wrong
from pipeline.images.text import words

_NUMPY = {"u": "uint", "i": "int", "f": "float", "c": "complex"}
_IGOR = {
    0x02: ("float32", 4),
    0x03: ("complex64", 8),
    0x04: ("float64", 8),
    0x05: ("complex128", 16),
    0x08: ("int8", 1),
    0x10: ("int16", 2),
    0x20: ("int32", 4),
    0x48: ("uint8", 1),
    0x50: ("uint16", 2),
    0x60: ("uint32", 4),
}
_ENVI = {
    1: ("uint8", 1),
    2: ("int16", 2),
    3: ("int32", 4),
    4: ("float32", 4),
    5: ("float64", 8),
    6: ("complex64", 8),
    9: ("complex128", 16),
    12: ("uint16", 2),
    13: ("uint32", 4),
    14: ("int64", 8),
    15: ("uint64", 8),
}
_AFNI = {0: ("uint8", 1), 1: ("int16", 2), 3: ("float32", 4), 5: ("complex64", 8)}
_MGH = {0: ("uint8", 1), 1: ("int32", 4), 3: ("float32", 4), 4: ("int16", 2), 10: ("uint16", 2)}
_SURFACES = (2, 4, 5, 10, 12, 13, 21)
"""Studiable types that are surfaces, also in a series, in colour or with a spectrum each."""
MOST_RECORDS = 4096


@header("NumPy NPY")
def npy(file: Opened, facts: Facts) -> None:
    """NPY: type and shape, and the length that they ask for (NEP 1)."""
    wide = file.head[6:7] not in (b"\1", b"")
    lead = file.need(0, 12 if wide else 10, "the NPY header")
    length = struct.unpack_from("<I" if wide else "<H", lead, 8)[0]
    start = len(lead) + length
    text = file.need(len(lead), min(length, LIMIT // 2), "the NPY header").decode("latin-1")
    try:
        said = ast.literal_eval(text.strip())
    except (SyntaxError, MemoryError):
        raise Wrong("the NPY header is no dictionary") from None
    shape = [int(one) for one in said["shape"]]
    kind = re.fullmatch(r"[<>|=]?([a-zA-Z])(\d+)", str(said["descr"]))
    if kind and kind[1] in "uifcbSVmM":
        file.reach(start + math.prod(shape) * int(kind[2]), "the NPY data")
    if kind is None or kind[1] not in "uifcb" or not 2 <= len(shape) <= 4:
        return
    bits = 8 * int(kind[2])
    facts.pixel_type = f"{_NUMPY[kind[1]]}{bits}" if kind[1] in _NUMPY else "bit"
    facts.images = 1
    colours = len(shape) > 2 and shape[-1] in (3, 4) and min(shape[-3:-1]) > 4
    sizes = {"T": 1, "C": shape.pop() if colours else 1, "Z": 1}
    facts.size(**sizes | dict(zip("TZYX"[-len(shape) :], shape, strict=True)))


@header("NumPy NPZ", "JPK force data", "Olympus POIR")
def parcel(file: Opened, facts: Facts) -> None:
    """ZIP archives that are one image: the list of files that ends them."""
    zips.contents(file)


@header("Phenom ELID")
def elid(file: Opened, facts: Facts) -> None:
    """ELID: packed as a whole."""
    facts.packed.append(Packed(0, "bzip2", None))


@header("gzip")
def gzip(file: Opened, facts: Facts) -> None:
    """Small gzip files: the end of their stream, and its checksum; by themselves no image."""
    gzip_length(file, facts, 0)
    facts.kind = "other"


@header("Igor IBW")
def igor(file: Opened, facts: Facts) -> None:
    """Igor wave: sizes and type, and the length that its binary header states (Igor TN 003)."""
    order = "<" if file.head[1:2] == b"\0" else ">"
    version = struct.unpack_from(order + "h", file.need(0, 2, "the Igor header"))[0]
    lead = {1: 8, 2: 16, 3: 20, 5: 64}[version]
    if version == 5:
        head = file.need(0, 384, "the Igor header")
        sizes = struct.unpack_from(order + "9i", head, 4)
        end = lead + sum(one for one in (*sizes[:4], *sizes[4:8], sizes[8]) if one > 0)
        kind = struct.unpack_from(order + "h", head, lead + 16)[0]
        shape = list(struct.unpack_from(order + "4i", head, lead + 68))
    else:
        head = file.need(0, lead + 110, "the Igor header")
        end = lead + struct.unpack_from(order + "i", head, 2)[0] - 16
        kind = struct.unpack_from(order + "h", head, lead)[0]
        shape = [struct.unpack_from(order + "i", head, lead + 42)[0]]
    shape = [one for one in shape if one > 0]
    if kind in _IGOR:
        facts.pixel_type = _IGOR[kind][0]
        if len(shape) >= 2:
            facts.size(**{"T": 1, "C": 1, "Z": 1} | dict(zip("XYZT", shape, strict=False)))
            facts.images = 1
    file.reach(end, "the Igor wave")


@header("Bruker BCF")
def bcf(file: Opened, facts: Facts) -> None:
    """BCF: the number and the length of the chunks of its file system."""
    head = file.need(0, 0x14C, "the BCF header")
    length = struct.unpack_from("<I", head, 0x128)[0]
    count = struct.unpack_from("<I", head, 0x148)[0]
    if 64 <= length <= 1 << 24 and count:
        file.reach(0x118 + length * count, "the chunks of the BCF")


@header("Renishaw WDF")
def wdf(file: Opened, facts: Facts) -> None:
    """WDF: its blocks, one after the other, each with its length (as RosettaSciIO reads them)."""
    at = 0
    for _ in range(MOST_RECORDS):
        if at >= file.size or not file.read(at, 16).strip(BLANK):
            return
        kind, length = struct.unpack("<4s4xQ", file.need(at, 16, "a WDF block"))
        if length < 16 or not kind.strip(b"\0 "):
            return
        at += length
        file.reach(at, f"the WDF block {kind.decode('latin-1').strip()}")


@header("NanoMegas Blockfile")
def blockfile(file: Opened, facts: Facts) -> None:
    """BLO: sizes of scan and patterns, and the length that they ask for."""
    head = file.need(0, 64, "the blockfile header")
    first, second = struct.unpack_from("<II", head, 8)
    side, _, x, y = struct.unpack_from("<HHHH", head, 20)
    facts.pixel_type = "uint8"
    if 0 < side < 8192 and x and y and 0 < first < second:
        facts.size(T=1, C=1, Z=x * y, Y=side, X=side)
        facts.images = 1
        file.reach(second + x * y * (6 + side * side), "the blockfile patterns")


@header("TVIPS stack")
def tvips(file: Opened, facts: Facts) -> None:
    """TVIPS recorder: sizes, whole frames only, and the files that go on behind it."""
    head = file.need(0, 64, "the TVIPS header")
    lead, version, x, y, bits = struct.unpack_from("<5i", head, 0)
    extra = struct.unpack_from("<i", head, 48)[0] if version == 2 else 12
    if not (lead == 256 and x > 0 and y > 0 and bits in (8, 16, 32) and 0 <= extra < 1 << 16):
        raise Wrong(f"the TVIPS header says frames of {x} by {y} pixels of {bits} bits")
    frame = extra + x * y * bits // 8
    frames, rest = divmod(file.size - lead, frame)
    facts.pixel_type = f"uint{bits}"
    facts.size(T=max(1, frames), C=1, Z=1, Y=y, X=x)
    facts.images = 1
    series = re.fullmatch(r"(.*_)0+(\.tvips)", file.name, re.IGNORECASE)
    if series and not file.away:
        pattern = re.compile(re.escape(series[1]) + r"\d+" + re.escape(series[2]), re.IGNORECASE)
        known = places.names(file.path[: -len(file.name)] or ".")
        more = [one for one in known if pattern.fullmatch(one) and one != file.name]
        facts.members += [Member(one) for one in sorted(more)]
        if more:
            return
    if rest:
        raise Cut(f"frame {frames + 1}", lead + (frames + 1) * frame)


@header("Digital Surf SUR")
def digital_surf(file: Opened, facts: Facts) -> None:
    """SUR, PRO: points, lines and steps of the first object, and the length of its data."""
    head = file.need(0, 512, "the SUR header")
    kind = struct.unpack_from("<h", head, 18)[0]
    bits = struct.unpack_from("<h", head, 98)[0]
    points, lines = struct.unpack_from("<ii", head, 108)
    deep = struct.unpack_from("<I", head, 94)[0]
    if points <= 0 or lines <= 0 or bits not in (16, 32):
        raise Wrong(f"the SUR header says {points} points of {bits} bits in {lines} lines")
    facts.pixel_type = f"int{bits}"
    if kind in _SURFACES:
        facts.size(T=1, C=3 if kind == 12 else 1, Z=max(1, deep), Y=lines, X=points)
        steps = struct.unpack_from("<ff", head, 120)
        units = (head[at : at + 16].decode("latin-1").strip(" \0") for at in (180, 196))
        facts.pixel_size(
            **{a: n * LENGTHS.get(u, 0) for a, n, u in zip("XY", steps, units, strict=True)}
        )
    facts.images = 1
    objects = max(1, struct.unpack_from("<h", head, 14)[0])
    parts = max(1, struct.unpack_from("<h", head, 80)[0])
    at = 0
    for _ in range(min(objects * parts, 64)):
        at = _surface_end(file, at)
        if file.read(at, 12) not in (b"DIGITAL SURF", b"DSCOMPRESSED"):
            return


def _surface_end(file: Opened, at: int) -> int:
    """The end of the object that begins at a byte."""
    head = file.need(at, 512, "a SUR header")
    bits = struct.unpack_from("<h", head, 98)[0]
    points, lines = struct.unpack_from("<ii", head, 108)
    deep = struct.unpack_from("<I", head, 94)[0]
    comment, private = struct.unpack_from("<hh", head, 334)
    start = at + 512 + max(0, comment) + max(0, private)
    if head.startswith(b"DIGITAL SURF"):
        end = start + max(0, points) * max(0, lines) * max(1, deep) * bits // 8
    else:
        streams = struct.unpack("<I", file.need(start, 4, "the SUR data"))[0]
        if not 0 < streams <= 1024:
            return file.size
        table = file.need(start + 4, 8 * streams, "the SUR streams")
        packed = sum(one for _, one in struct.iter_unpack("<II", table))
        end = start + 4 + 8 * streams + packed
    file.reach(end, "the SUR data")
    return int(end)


@shaped("mat4")
def is_matlab_4(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """MAT 4: a type of four digits, rows, columns, and a name that ends in NUL."""
    if "mat" not in suffixes:
        return False
    for order, machine in (("<", 0), (">", 1)):
        kind, rows, columns, complex_, length = struct.unpack_from(order + "5i", file.head)
        told = kind // 1000 == machine and kind % 1000 < 53 and complex_ in (0, 1)
        if told and rows >= 0 and columns >= 0 and 1 < length <= 64:
            text = file.head[20 : 20 + length]
            if re.fullmatch(rb"[A-Za-z]\w*\0", text):
                return True
    return False


@header("MATLAB MAT")
def matlab(file: Opened, facts: Facts) -> None:
    """MAT 5: its elements, one after the other (MATLAB MAT-file format, 1)."""
    if not file.head.startswith(b"MATLAB 5.0"):
        return
    order = {b"IM": "<", b"MI": ">"}.get(file.need(0, 128, "the MAT header")[126:128])
    if order is None:
        return
    at = 128
    for _ in range(MOST_RECORDS):
        if at >= file.size or not file.read(at, 8).strip(BLANK):
            return
        kind, length = struct.unpack(order + "II", file.need(at, 8, "an element"))
        if kind >> 16:
            return
        at += 8 + length
        file.reach(at, "an element of the MAT file")


@header("Semper UNF")
def semper(file: Opened, facts: Facts) -> None:
    """Semper: columns, rows and layers, and its records, each between its lengths."""
    at = 0
    order = "<" if file.head[:1] != b"\0" else ">"
    head = file.need(0, 20, "the Semper header")
    columns, rows, layers = struct.unpack_from(order + "3h", head, 4)
    form = struct.unpack_from(order + "h", head, 12)[0]
    facts.pixel_type = {0: "uint8", 1: "int16", 2: "float32", 3: "complex64", 4: "int32"}.get(form)
    if columns > 0 and rows > 0:
        facts.size(T=1, C=1, Z=max(1, layers), Y=rows, X=columns)
        facts.images = 1
    for _ in range(MOST_RECORDS):
        if at >= file.size or not file.read(at, 4).strip(BLANK):
            return
        length = struct.unpack(order + "I", file.need(at, 4, "a Semper record"))[0]
        file.reach(at + 8 + length, "a Semper record")
        at += 8 + length


@header("AFNI HEAD/BRIK")
def afni(file: Opened, facts: Facts) -> None:
    """AFNI: sizes, steps in millimetres and type; its pixels stand in the .BRIK beside it."""
    if not file.name.lower().endswith(".head"):
        return
    text = words(file.read(0, min(file.size, LIMIT // 2)))
    said: dict[str, list[float]] = {}
    for name, count, values in re.findall(
        r"name\s*=\s*(\w+)\s+count\s*=\s*(\d{1,6})\s+([-+.\deE\s]+)", text
    ):
        said.setdefault(name, [float(one) for one in values.split()[: int(count)]])
    shape = [int(one) for one in said.get("DATASET_DIMENSIONS", [])[:3] if one > 0]
    volumes = int((said.get("DATASET_RANK") or [3, 1])[1])
    kinds = {int(one) for one in said.get("BRICK_TYPES", [])}
    least = None
    if len(shape) == 3 and volumes > 0:
        x, y, z = shape
        facts.size(T=volumes, C=1, Z=z, Y=y, X=x)
        facts.images = 1
        if len(kinds) == 1 and (kind := kinds.pop()) in _AFNI:
            facts.pixel_type, width = _AFNI[kind]
            least = math.prod(shape) * volumes * width
    steps = said.get("DELTA", [])
    facts.pixel_size(**{axis: abs(step) * 1e3 for axis, step in zip("XYZ", steps, strict=False)})
    facts.members.append(Member("{stem}.BRIK|{stem}.BRIK.gz|{stem}.BRIK.bz2", least=least))


@header("MGH (FreeSurfer)")
def mgh(file: Opened, facts: Facts) -> None:
    """MGH: sizes, steps in millimetres, and the length that they ask for, gzip or not."""
    packed = file.head.startswith(b"\x1f\x8b")
    head = inflated(file, 284) if packed else file.need(0, 284, "the MGH header")
    if len(head) < 284:
        gzip_length(file, facts, 284)
        return
    x, y, z, frames, kind = struct.unpack_from(">5i", head, 4)
    facts.size(T=frames, C=1, Z=z, Y=y, X=x)
    facts.images = 1
    if kind in _MGH:
        facts.pixel_type, width = _MGH[kind]
        length = 284 + x * y * z * frames * width
        if packed:
            facts.packed.append(Packed(0, "gzip", length))
            gzip_length(file, facts, length)
        else:
            file.reach(length, "the MGH voxels")
    if struct.unpack_from(">h", head, 28)[0] == 1:
        steps = struct.unpack_from(">3f", head, 30)
        facts.pixel_size(**{a: step * 1e3 for a, step in zip("XYZ", steps, strict=True)})


@header("Ripple")
def ripple(file: Opened, facts: Facts) -> None:
    """Ripple: sizes and type of the .raw beside it."""
    text = words(file.read(0, min(file.size, 1 << 16)))
    said = {
        parts[0].lower(): parts[1].lower()
        for line in text.splitlines()
        if not line.startswith(";") and len(parts := line.split()) == 2
    }

    def number(key: str) -> int:
        value = said.get(key, "0")
        return int(value) if value.isdecimal() and len(value) < 12 else 0

    width, height, depth = (max(1, number(key)) for key in ("width", "height", "depth"))
    size = number("data-length")
    kind = {"signed": "int", "unsigned": "uint", "float": "float"}.get(said.get("data-type", ""))
    facts.pixel_type = f"{kind}{8 * size}" if kind and size else None
    facts.size(T=1, C=1, Z=depth, Y=height, X=width)
    facts.images = 1
    least = number("offset") + width * height * depth * size
    facts.members.append(Member("{stem}.raw", least=least))


@header("ENVI")
def envi(file: Opened, facts: Facts) -> None:
    """ENVI: samples, lines, bands and type of the data beside its header (ENVI header format)."""
    if not file.name.lower().endswith(".hdr"):
        return
    text = words(file.read(0, min(file.size, 1 << 16)))
    said = dict(
        re.findall(r"(?mi)^ *(samples|lines|bands|data type|header offset) *= *(\d{1,9})", text)
    )
    said = {key.lower(): value for key, value in said.items()}
    x, y, bands = (int(said.get(key, 0)) for key in ("samples", "lines", "bands"))
    least = None
    if x and y:
        facts.size(T=1, C=max(1, bands), Z=1, Y=y, X=x)
        facts.images = 1
        if (kind := int(said.get("data type", 0))) in _ENVI:
            facts.pixel_type, width = _ENVI[kind]
            least = int(said.get("header offset", 0)) + x * y * max(1, bands) * width
    ends = (".dat", ".img", ".raw", ".bsq", ".bil", ".bip", ".bin", "")
    facts.members.append(Member("|".join("{stem}" + end for end in ends), least=least))


@header("Autodesk FLIC")
def flic(file: Opened, facts: Facts) -> None:
    """FLIC: length, frames and sizes."""
    length, _, frames, x, y = struct.unpack_from("<IHHHH", file.need(0, 128, "the FLIC header"))
    facts.size(T=max(1, frames), C=1, Z=1, Y=y, X=x)
    facts.pixel_type, facts.images = "uint8", 1
    # the last frame may be counted with its padding
    file.reach(length - 1, "the FLIC frames")


def _xys(file: Opened) -> list[str]:
    """The .xys beside a VisiTech report whose names begin as its name does."""
    start = file.name[: -len("Report.html")].lower()
    names = [] if file.away else places.names(file.path[: -len(file.name)] or ".")
    return [n for n in names if n.lower().startswith(start) and n.lower().endswith(".xys")]


@shaped("visitech")
def is_visitech(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """VisiTech: `X Report.html` beside `X 1.xys`, or such a .xys."""
    if "xys" in suffixes:
        return re.search(r" \d+\.xys$", name, re.IGNORECASE) is not None
    return name.lower().endswith(" report.html") and bool(_xys(file))


@header("VisiTech XYS")
def visitech(file: Opened, facts: Facts) -> None:
    """VisiTech report: the .xys that begin with its name."""
    if file.name.lower().endswith(" report.html"):
        facts.members += [Member(name) for name in _xys(file)]


@shaped("ultraview")
def is_ultraview(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """UltraVIEW: a numbered file beside the .tim, .zpo or .ano whose name begins its own."""
    if file.away or not {"2", "3", "4"} & set(suffixes):
        return False
    stems = (one.rpartition(".") for one in places.names(file.path[: -len(file.name)] or "."))
    return any(
        end.lower() in ("tim", "zpo", "ano") and stem and name.startswith(stem)
        for stem, _, end in stems
    )


@header("SQLite")
def sqlite(file: Opened, facts: Facts) -> None:
    """SQLite: the pages it counts; a workspace of Tecan Spark Cyto when it has its tables."""
    pages(file)
    if is_tecan(file, file.name, suffixes_of(file.name)):
        facts.format, facts.kind = "Tecan Spark Cyto Workspace", "image"


@shaped("tecan")
def is_tecan(file: Opened, name: str, suffixes: tuple[str, ...]) -> bool:
    """Tecan Spark Cyto: an SQLite database with its tables, or with Images beside its folder."""
    if "db" not in suffixes or not file.head.startswith(b"SQLite format 3\0"):
        return False
    start = file.read(0, min(file.size, 1 << 16))
    if any(table in start for table in (b"PlateDefinition", b"SelectedWell", b"ImagingResult")):
        return True
    above = file.path[: -len(file.name)] + ".."
    return not file.away and "Images" in places.names(above)
