"""Compressed pixels that unpack to more than their header promises cost little time and memory."""

from __future__ import annotations

import bz2
import gzip
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy
import pytest
import tifffile

from pipeline.images import ImageFile, isolation, sniff
from pipeline.images.deeper import png_bytes
from pipeline.images.unpacking import Ended, unpacked
from tests.growth import TIMES, least

MIB = 1 << 20


def told(path: Path) -> ImageFile:
    (one,) = [one for one in sniff([path], deep=True) if one.kind != "companion"]
    return one


def codes(path: Path) -> dict[str, str]:
    return {flag.code: flag.severity for flag in told(path).findings if flag.code != "IMG302"}


@cache
def endless(data: bytes, kind: str, mebibytes: int) -> bytes:
    """The packed form of data and many zeros behind it, made a little at a time."""
    packer = bz2.BZ2Compressor(1) if kind == "bzip2" else zlib.compressobj(
        1, wbits=31 if kind == "gzip" else 15
    )  # fmt: skip
    parts = [packer.compress(data)]
    zeros = bytes(MIB)
    parts += [packer.compress(zeros) for _ in range(mebibytes)]
    return b"".join([*parts, packer.flush()])


def nifti() -> bytes:
    head = bytearray(352)
    struct.pack_into("<i", head, 0, 348)
    struct.pack_into("<8h", head, 40, 3, 4, 4, 4, 1, 1, 1, 1)
    struct.pack_into("<hh", head, 70, 2, 8)
    struct.pack_into("<f", head, 108, 352.0)
    head[344:348] = b"n+1\0"
    return bytes(head) + bytes(range(64))


def mgh() -> bytes:
    head = struct.pack(">7ih3f", 1, 4, 4, 2, 1, 0, 0, 1, 0.5, 0.5, 2.0)
    return head.ljust(284, b"\0") + bytes(range(32))


NRRD = b"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 8 4\nencoding: %s\n\n"
MHA = (
    b"ObjectType = Image\nNDims = 2\nDimSize = 8 4\nElementType = MET_UCHAR\n"
    b"CompressedData = True\nElementDataFile = LOCAL\n"
)
ICS = (
    b"\t\nics_version\t2.0\nfilename\ta\nlayout\tparameters\t3\nlayout\torder\tbits\tx\ty\n"
    b"layout\tsizes\t8\t8\t4\nrepresentation\tformat\tinteger\nrepresentation\tsign\tunsigned\n"
    b"representation\tcompression\tgzip\nend\n"
)
ICS1 = ICS.replace(b"2.0", b"1.0")
PIXELS = bytes(range(32))
Make = Callable[[Path, Callable[[bytes, str], bytes]], Path]


def alone(name: str, header: bytes, data: bytes, kind: str) -> Make:
    def made(folder: Path, pack: Callable[[bytes, str], bytes]) -> Path:
        (folder / name).write_bytes(header + pack(data, kind))
        return folder / name

    return made


def paired(name: str, header: bytes, beside: str, kind: str) -> Make:
    def made(folder: Path, pack: Callable[[bytes, str], bytes]) -> Path:
        (folder / name).write_bytes(header)
        (folder / beside).write_bytes(pack(PIXELS, kind))
        return folder

    return made


MADE: dict[str, Make] = {
    "nifti": alone("a.nii.gz", b"", nifti(), "gzip"),
    "mgz": alone("a.mgz", b"", mgh(), "gzip"),
    "nrrd": alone("a.nrrd", NRRD % b"gzip", PIXELS, "gzip"),
    "nrrd bzip2": alone("a.nrrd", NRRD % b"bzip2", PIXELS, "bzip2"),
    "mha": alone("a.mha", MHA, PIXELS, "zlib"),
    "mhd": paired("a.mhd", MHA.replace(b"LOCAL", b"a.zraw"), "a.zraw", "zlib"),
    "ics": alone("a.ics", ICS, PIXELS, "gzip"),
    "ics and ids": paired("a.ics", ICS1, "a.ids.gz", "gzip"),
    "nhdr": paired(
        "a.nhdr", NRRD.replace(b"\n\n", b"\ndata file: a.raw.gz\n\n") % b"gzip", "a.raw.gz", "gzip"
    ),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_packed_holds_what_the_header_asks_for(tmp_path: Path, kind: str) -> None:
    make = MADE[kind]
    for name in ("sound", "long", "longer", "cut", "short", "damaged"):
        (tmp_path / name).mkdir()
    assert codes(make(tmp_path / "sound", lambda data, how: endless(data, how, 0))) == {}
    path, longer = (
        make(tmp_path / folder, lambda data, how, size=size: endless(data, how, size))
        for folder, size in (("long", 50), ("longer", 50 * TIMES))
    )
    assert codes(longer) == {"IMG122": "warning"}
    assert least(*[lambda: codes(longer)] * 3) < TIMES / 2 * least(*[lambda: codes(path)] * 3)
    cut = make(tmp_path / "cut", lambda data, how: endless(data, how, 0)[:-9])
    assert codes(cut) in ({"IMG103": "error"}, {"IMG115": "error"})
    short = make(tmp_path / "short", lambda data, how: endless(data[:-5], how, 0))
    assert codes(short) == {"IMG103": "error"}

    def spoilt(data: bytes, how: str) -> bytes:
        found = bytearray(endless(data, how, 0))
        found[-3 if how == "zlib" else -5] ^= 0x40
        return bytes(found)

    assert set(codes(make(tmp_path / "damaged", spoilt))) <= {"IMG115", "IMG103"}
    assert codes(make(tmp_path / "damaged", spoilt))


def test_a_header_of_mgh_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.mgz").write_bytes(gzip.compress(mgh()))
    (tmp_path / "b.mgh").write_bytes(mgh())
    for one in sniff([tmp_path / "a.mgz", tmp_path / "b.mgh"]):
        assert one.sizes == {"T": 1, "C": 1, "Z": 2, "Y": 4, "X": 4}
        assert one.pixel_size_um == {"X": 500.0, "Y": 500.0, "Z": 2000.0}
        assert one.pixel_type == "uint8"
    (tmp_path / "b.mgh").write_bytes(mgh()[:-1])
    (one,) = sniff([tmp_path / "b.mgh"])
    assert [flag.code for flag in one.findings if flag.severity == "error"] == ["IMG103"]


def test_memory_stays_flat_while_a_bomb_is_read(tmp_path: Path) -> None:
    for name, make in MADE.items():
        folder = tmp_path / name
        folder.mkdir()
        make(folder, lambda data, how: endless(data, how, 400))
    code = (
        "import re, sys; from pipeline.images import sniff;"
        "found = [f.code for one in sniff(sys.argv[1:], deep=True) for f in one.findings];"
        "print(found.count('IMG122'));"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    flagged, kilobytes = map(int, done.stdout.split())
    assert flagged == len(MADE)
    assert kilobytes < 150_000


def test_a_gzip_file_whose_header_promises_nothing_is_read_up_to_a_limit() -> None:
    assert sum(unpacked([gzip.compress(bytes(5 * MIB))], "gzip")) == 5 * MIB
    several = gzip.compress(b"one") + gzip.compress(bytes(3 * MIB)) + b"tail"
    for step in (1, 7, 4096):
        pieces = [several[at : at + step] for at in range(0, len(several), step)]
        assert sum(unpacked(pieces, "gzip")) == 3 * MIB + 3
    assert max(unpacked([gzip.compress(bytes(64 * MIB))], "gzip")) == MIB
    with pytest.raises(Ended):
        sum(unpacked([gzip.compress(bytes(9))[:-1]], "gzip"))


def test_a_tile_that_unpacks_without_end_costs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.svs"
    bomb = endless(b"", "zlib", 5000)
    data = numpy.zeros((256, 256), "uint8")
    tiles = iter([bomb])
    tifffile.imwrite(
        path, tiles, shape=data.shape, dtype="uint8", tile=(256, 256), compression="adobe_deflate",
        description="Aperio Image Library v12\n256x256 (256x256) |AppMag = 20|MPP = 0.5",
    )  # fmt: skip
    assert path.stat().st_size < 64 * MIB
    isolation.shared().close()
    one = told(path)
    found = [flag for flag in one.findings if flag.code in ("IMG118", "INT911")]
    assert [flag.code for flag in found] == ["IMG118"], one.findings


def test_a_chunk_of_hdf5_that_unpacks_without_end_costs_little_memory(tmp_path: Path) -> None:
    import h5py

    path = tmp_path / "a.h5"
    bomb = endless(b"", "zlib", 5000)
    with h5py.File(path, "w") as file:
        node = file.create_dataset("a", (64, 64), "uint8", chunks=(64, 64), compression="gzip")
        node.id.write_direct_chunk((0, 0), bomb)
    one = told(path)
    assert "INT911" not in codes(path), one.findings
    assert "IMG118" in codes(path), one.findings


def png(rows: bytes, width: int, height: int, depth: int = 8, colour: int = 0, lace: int = 0) -> (
    bytes
):  # fmt: skip
    def chunk(kind: bytes, data: bytes) -> bytes:
        total = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + total

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_rows_of_a_png_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(zlib.compress(bytes(9 * 8)), 8, 8))
    assert codes(path) == {}
    path.write_bytes(png(zlib.compress(bytes(9 * 8 - 1)), 8, 8))
    assert codes(path) == {"IMG118": "error"}
    path.write_bytes(png(endless(bytes(9 * 8), "zlib", 300), 8, 8))
    assert codes(path) == {"IMG122": "warning"}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (8, 8), (13, 2), (31, 17)])
def test_a_png_has_as_many_bytes_as_are_expected(
    tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    from PIL import Image

    Image.new(mode, size).save(tmp_path / "a.png")
    assert codes(tmp_path / "a.png") == {}


def test_passes_of_an_interlaced_png_are_counted() -> None:
    # 8 by 8 pixels: 1, 1, 2, 4, 8, 16, 32 pixels in 1, 1, 1, 2, 2, 4, 4 rows
    assert png_bytes(png(b"", 8, 8, lace=1)) == 64 + 15
    # one pixel is in the first pass alone
    assert png_bytes(png(b"", 1, 1, lace=1)) == 2


def test_an_archive_that_unpacks_to_very_much_is_said_to_be_read_in_part(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for number in range(4):
            target.writestr(f"{number}.tif", bytes(100 * MIB))
    assert codes(path)["IMG122"] == "hint"


def test_names_of_packed_data_lead_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(3)))
    for name in ("../a.gz", str(tmp_path / "a.gz"), "..\\a.gz", "file:///etc/passwd", "a\0.gz"):
        header = NRRD.replace(b"\n\n", b"\ndata file: " + name.encode() + b"\n\n") % b"gzip"
        (tmp_path / "in" / "a.nhdr").write_bytes(header)
        assert set(codes(tmp_path / "in" / "a.nhdr")) == {"IMG001"}, json.dumps(name)
