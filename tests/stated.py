"""Small sound files of formats whose header states how long the file is."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import zipfile
from pathlib import Path

from tests.headers import padded
from tests.pictures import pixels, plain, recipe, write


def npy(shape: tuple[int, ...], kind: str, data: bytes) -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text = text.ljust(117) + b"\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + data


def sur(data: bytes, x: int, y: int, packed: bool = False) -> bytes:
    head = padded(
        [
            (0, b"DSCOMPRESSED" if packed else b"DIGITAL SURF"),
            (14, struct.pack("<hhh", 1, 1, 2)),
            (98, struct.pack("<h", 16)),
            (108, struct.pack("<iii", x, y, x * y)),
            (120, struct.pack("<ff", 0.5, 0.5)),
            (180, b"\xb5m".ljust(16)),
            (196, b"\xb5m".ljust(16)),
        ],
        512,
    )
    streams = struct.pack("<III", 1, 2 * x * y, len(data)) if packed else b""
    return head + streams + data


def igor(kind: int, shape: tuple[int, ...], data: bytes, order: str = "<") -> bytes:
    """An Igor 5 wave: 16-bit words of its header add up to zero."""
    wave = padded(
        [
            (12, struct.pack(order + "i", max(1, len(data) // 2))),
            (16, struct.pack(order + "h", kind)),
            (28, b"wave0"),
            (68, struct.pack(order + "4i", *(*shape, 0, 0, 0, 0)[:4])),
        ],
        320,
    )
    sizes = struct.pack(order + "9i", 320 + len(data), *[0] * 8)
    head = struct.pack(order + "hh", 5, 0) + sizes + bytes(24) + wave
    rest = -sum(struct.unpack(f"{order}192h", head)) & 0xFFFF
    return head[:2] + struct.pack(order + "H", rest) + head[4:] + data


def up(version: int, width: int) -> bytes:
    """An EDAX UP of six patterns of four by five pixels."""
    start = 16 if version == 1 else 42
    more = b"" if version == 1 else struct.pack("<x2IB2d", 3, 2, 0, 1.5, 1.5)
    head = struct.pack("<4I", version, 4, 5, start) + more
    return head.ljust(start, b"\0") + bytes(range(1, 121)) * width


def ebsp(version: int) -> bytes:
    """An Oxford EBSP of six patterns of four by five pixels, the first place last."""
    table = 9 if version > 3 else 8
    first = table + 6 * 8
    pattern = struct.pack("<4i", 0, 5, 4, 20) + bytes(range(1, 21)) + b"\1" + bytes(8) + b"\1"
    pattern += bytes(8)
    places = [first + number * len(pattern) for number in (5, 0, 1, 2, 3, 4)]
    head = struct.pack("<q", -version).ljust(table, b"\0") + struct.pack("<6q", *places)
    return head + pattern * 5 + pattern[:36]


plain("edax_up", up(3, 1), "EDAX UP", "a.up1")
plain("ebsp", ebsp(2), "Oxford EBSP", "a.ebsp")


def old_igor(order: str, kind: int, data: bytes) -> bytes:
    """An Igor 2 wave, whose header counts 16 bytes of the data."""
    head = struct.pack(order + "hiiih", 2, 126 + len(data) - 16, 0, 0, 0)
    wave = padded(
        [
            (0, struct.pack(order + "h", kind)),
            (6, b"wave0"),
            (42, struct.pack(order + "i", 8)),
        ],
        110,
    )
    whole = head + wave + data[:16]
    rest = -sum(struct.unpack(f"{order}{len(whole) // 2}h", whole)) & 0xFFFF
    return head[:14] + struct.pack(order + "H", rest) + wave + data


def semper() -> bytes:
    def record(data: bytes) -> bytes:
        return struct.pack("<I", len(data)) + data + struct.pack("<I", len(data))

    label = b"Semper".decode().encode("utf-16-le").ljust(512, b"\0")
    rows = b"".join(record(struct.pack("<4f", *range(4))) for _ in range(4))
    return record(struct.pack("<6h", 4, 4, 1, 1, 2, 1)) + record(label) + rows


def tagged(kind: int, thumbnails: bool = True) -> bytes:
    """DM3: a thumbnail of 9 by 7 pixels before an image of 4 by 3."""

    def named(name: str, body: bytes, group: bool) -> bytes:
        return struct.pack(">BH", 20 if group else 21, len(name)) + name.encode() + body

    def number(name: str, value: int) -> bytes:
        return named(name, b"%%%%" + struct.pack(">II", 1, 5) + struct.pack("<I", value), False)

    def group(name: str, *parts: bytes) -> bytes:
        return named(name, struct.pack(">BBI", 1, 0, len(parts)) + b"".join(parts), True)

    def real(name: str, value: float) -> bytes:
        return named(name, b"%%%%" + struct.pack(">II", 1, 6) + struct.pack("<f", value), False)

    def text(name: str, value: str) -> bytes:
        words = value.encode("utf-16-le")
        lead = b"%%%%" + struct.pack(">IIII", 3, 20, 4, len(value))
        return named(name, lead + words, False)

    def image(x: int, y: int, form: int, unit: str) -> bytes:
        scale = group("", real("Scale", 2.0), text("Units", unit))
        return group(
            "",
            group(
                "ImageData",
                group("Calibrations", group("Dimension", scale, scale)),
                number("DataType", form),
                group("Dimensions", number("", x), number("", y)),
            ),
        )

    parts = [group("ImageList", image(9, 7, 23, "pm"), image(4, 3, kind, "nm"))]
    if thumbnails:
        parts.append(group("Thumbnails", group("", number("ImageIndex", 0))))
    body = struct.pack(">BBI", 1, 0, len(parts)) + b"".join(parts)
    return struct.pack(">III", 3, len(body) - 4, 1) + body + bytes(8)


def parcel(*files: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


NPY = npy((4, 4), "|u1", bytes(range(16)))
plain("npy", NPY, "NumPy NPY", "a.npy")
plain("npz", parcel(("a.npy", NPY)), "NumPy NPZ", "a.npz")
plain("sur", sur(bytes(32), 4, 4), "Digital Surf SUR", "a.sur")
plain("sur_packed", sur(bytes(20), 4, 4, True))
plain("igor", igor(0x10, (4, 4), bytes(32)), "Igor IBW", "a.ibw")
plain("igor_2", old_igor(">", 4, bytes(range(64))))
plain("semper", semper(), "Semper UNF", "a.unf")
plain("gwyddion", b"GWYPGwyContainer\0" + struct.pack("<I", 4) + b"/x\0b", "Gwyddion", "a.gwy")
plain(
    "bcf",
    padded([(0, b"AAMVHFSS"), (0x124, struct.pack("<fI", 2.6, 64))], 0x148)
    + struct.pack("<I", 2)
    + bytes(0x118 + 2 * 64 - 0x14C),
    "Bruker BCF",
    "a.bcf",
)
plain(
    "blockfile",
    padded([(0, b"IMGBLO\x01\x02"), (8, struct.pack("<III4H", 64, 72, 0, 4, 0, 2, 1))], 72)
    + bytes(2 * (6 + 16)),
    "NanoMegas Blockfile",
    "a.blo",
)
TVIPS = padded([(0, struct.pack("<13i", 256, 2, 4, 4, 16, 0, 0, 1, 1, 1, 200, 80, 16))], 256)
plain("tvips", TVIPS + 3 * bytes(16 + 32), "TVIPS stack", "a_000.tvips")
plain(
    "mat5",
    b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 256) + b"IM"
    + struct.pack("<II", 15, 40) + bytes(40),
    "MATLAB MAT",
    "a.mat",
)  # fmt: skip
MGH = padded(
    [(0, struct.pack(">6i", 1, 4, 4, 2, 1, 0)), (28, struct.pack(">h3f", 1, 1, 1, 2))], 284
)
plain("mgh", MGH + bytes(32), "MGH (FreeSurfer)", "a.mgh")
plain("mgz", gzip.compress(MGH + bytes(32), mtime=0))
plain(
    "flic",
    struct.pack("<IHHHH", 160, 0xAF11, 1, 4, 4).ljust(128, b"\0") + bytes(32),
    "Autodesk FLIC",
    "a.flc",
)
plain(
    "jpeg_ls",
    bytes.fromhex("FFD8FFF7000B080004000401011100FFDA0008010100000000") + b"x" * 8 + b"\xff\xd9",
    "JPEG-LS",
    "a.jls",
)
plain(
    "jpk_force",
    parcel(
        ("header.properties", b"jpk-data-file=spm-forcefile\n"),
        ("segments/0/segment-header.properties", b""),
    ),
    "JPK force data",
    "a.jpk-force",
)
plain("head_elid", bz2.compress(b"data"), "Phenom ELID", "a.elid")
plain(
    "head_pts", struct.pack("<I", 304) + b"PTTDFILE" + bytes(300), "JEOL Analysis Station", "a.pts"
)
plain("dm3_thumbnail", tagged(10))
plain("dm3_colours", tagged(23))
plain("dm3_plain", tagged(10, thumbnails=False))


@recipe("head_hyperspy", "HyperSpy", "a.hspy")
def hyperspy(path: Path) -> None:
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs["file_format"] = "HyperSpy"
        file.attrs["file_format_version"] = "3.1"
        file.create_dataset("Experiments/a/data", data=pixels(4, 4))
    write(path, buffer.getvalue())


AFNI = "".join(
    f"type = {kind}-attribute\nname = {name}\ncount = {len(values.split())}\n{values}\n\n"
    for kind, name, values in [
        ("string", "TYPESTRING", "'3DIM_HEAD_ANAT~"),
        ("integer", "DATASET_DIMENSIONS", " 4 4 2 0 0"),
        ("integer", "DATASET_RANK", " 3 1 0 0 0 0 0 0"),
        ("integer", "BRICK_TYPES", " 1"),
        ("float", "DELTA", " -3.0 3 3.5"),
    ]
).encode()
RIPPLE = (
    b"key\tvalue\nwidth\t4\nheight\t4\ndepth\t2\noffset\t0\ndata-length\t2\n"
    b"data-type\tunsigned\nbyte-order\tlittle-endian\nrecord-by\timage\n"
)
SETS: list[tuple[str, dict[str, bytes]]] = [
    ("AFNI HEAD/BRIK", {"a+orig.HEAD": b"\n" + AFNI, "a+orig.BRIK": bytes(range(64))}),
    (
        "ENVI",
        {
            "a.hdr": b"ENVI\nsamples = 4\nlines   = 4\nbands   = 2\nheader offset = 0\n"
            b"file type = ENVI Standard\ndata type = 12\ninterleave = bsq\nbyte order = 0\n",
            "a.bsq": bytes(range(64)),
        },
    ),
    ("Ripple", {"a.rpl": RIPPLE, "a.raw": bytes(range(64))}),
]
