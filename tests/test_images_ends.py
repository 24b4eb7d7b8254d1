"""Older formats whose tables say where their parts end: what is cut is told, the whole is not."""

from __future__ import annotations

import struct
from pathlib import Path

import h5py
import pytest

from tests.pictures import pixels, tiff, write
from tests.told import grave, made, only


def hdf4() -> bytes:
    """Two tables of descriptors, one of them unused; the last points at 40 bytes."""
    first = struct.pack(">HI", 2, 34) + struct.pack(">HHII", 30, 1, 60, 20)
    first += struct.pack(">HHII", 1, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    second = struct.pack(">HI", 1, 0) + struct.pack(">HHII", 302, 2, 80, 40)
    return (b"\x0e\x03\x13\x01" + first + second).ljust(120, b"\1")


def chunks(start: bytes, *kinds: bytes) -> bytes:
    header = kinds[0] + struct.pack(">II", 30, 20) + bytes(8)
    rest = b"".join(struct.pack(">I", 4) + kind + bytes(8) for kind in kinds[1:-1])
    end = struct.pack(">I", 0) + kinds[-1] + bytes(4)
    return start + b"\r\n\x1a\n" + struct.pack(">I", 16) + header + bytes(4) + rest + end


def mrw(stored: int, length: int) -> bytes:
    block = b"\0PRD" + struct.pack(
        ">I8s4H5B", 24, b"27200001", 20, 30, 20, 30, 12, 12, stored, 0, 0
    )
    block = block.ljust(32, b"\0")
    return b"\0MRM" + struct.pack(">I", len(block)) + block + b"\1" * length


def crw(order: str) -> bytes:
    start = (b"II" if order == "<" else b"MM") + struct.pack(order + "I", 26) + b"HEAPCCDR"
    heap = b"\1" * 40 + struct.pack(order + "HHIIHII", 2, 0x300, 4, 0, 0x301, 4, 4)
    return start.ljust(26, b"\0") + heap + struct.pack(order + "I", 40)


def pict() -> bytes:
    frame = struct.pack(">H4h", 0, 10, 20, 50, 80)
    return bytes(512) + frame + b"\x00\x11\x02\xff\x0c\x00" + b"\1" * 60 + b"\0\xff\0\0"


WHOLE = {
    "a.h4": (hdf4(), "HDF4", None),
    "a.hdf": (hdf4(), "Veeco AFM", None),
    "a.mng": (
        chunks(b"\x8aMNG", b"MHDR", b"FRAM", b"IHDR", b"IEND", b"MEND"),
        "MNG (Multiple-image Network Graphics)",
        (30, 20),
    ),
    "a.jng": (
        chunks(b"\x8bJNG", b"JHDR", b"JDAT", b"IEND"), "JPEG Network Graphics", (30, 20)),
    "a.mrw": (mrw(0x59, 900), "Minolta MRW", (30, 20)),
    "b.mrw": (mrw(0x52, 1200), "Minolta MRW", (30, 20)),
    "a.crw": (crw("<"), "Canon DNG", None),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_its_tables_ask_for_must_be_there(name: str, tmp_path: Path) -> None:
    data, form, sides = WHOLE[name]
    one = made(tmp_path / name, data)
    assert (one.format, one.kind, grave(one)) == (form, "image", set())
    assert sides is None or (one.sizes and (one.sizes["X"], one.sizes["Y"]) == sides)
    for length in (len(data) - 1, len(data) * 3 // 4, len(data) // 2):
        assert "IMG103" in grave(made(tmp_path / name, data[:length]))


def test_a_pict_says_its_frame_and_ends_with_a_mark(tmp_path: Path) -> None:
    one = made(tmp_path / "a.pict", pict())
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 40, "X": 60}
    assert grave(one) == set()
    (flag,) = (f for f in made(tmp_path / "a.pict", pict()[:-20]).findings if f.code == "IMG103")
    assert flag.severity == "warning"


def test_a_viff_has_its_map_before_its_pixels(tmp_path: Path) -> None:
    head = bytearray(b"\xab\x01".ljust(1024, b"\0"))
    struct.pack_into(">2i", head, 520, 8, 4)
    struct.pack_into(">8i", head, 556, 1, 1, 1, 0, 1, 1, 3, 256)
    data = bytes(head) + bytes(range(256)) * 3 + b"\1" * 32
    one = made(tmp_path / "a.xv", data)
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 8}
    assert grave(one) == set()
    assert grave(made(tmp_path / "a.xv", data[:-1])) == {"IMG103"}


def test_a_matlab_file_in_hdf5_is_as_long_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        file["x"] = pixels(40, 40)
    whole = bytearray(path.read_bytes())
    whole[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM"
    one = made(path, bytes(whole))
    assert (one.format, grave(one)) == ("MATLAB MAT", set())
    assert grave(made(path, bytes(whole[:-1]))) == {"IMG103"}
    assert only(path).kind == "unreadable"


def test_half_a_header_of_a_fits_extension_is_told(tmp_path: Path) -> None:
    first = "".join(card.ljust(80) for card in ("SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2",
                    "NAXIS1  = 8", "NAXIS2  = 8", "END")).ljust(2880)  # fmt: skip
    data = first.encode() + bytes(range(64)).ljust(2880, b"\0")
    assert grave(made(tmp_path / "a.fits", data)) == set()
    assert grave(made(tmp_path / "a.fits", data + b"XTENSION= 'IMAGE'".ljust(900))) == {"IMG103"}


@pytest.mark.parametrize("beside", [False, True])
def test_numbers_of_an_nrrd_in_text_are_counted(beside: bool, tmp_path: Path) -> None:
    head = "NRRD0004\ntype: float\ndimension: 2\nsizes: 4 3\nencoding: ascii\n"
    for count in (12, 11):
        numbers = " ".join(str(n * 0.5) for n in range(count)) + ("\n" if count == 12 else "")
        if beside:
            write(tmp_path / "a.txt", numbers.encode())
            write(tmp_path / "a.nhdr", f"{head}data file: a.txt\n".encode())
        else:
            write(tmp_path / "a.nrrd", f"{head}\n{numbers}".encode())
        one = only(tmp_path / ("a.nhdr" if beside else "a.nrrd"), deep=True)
        assert one.format == "NRRD (Nearly Raw Raster Data)"
        assert grave(one) == (set() if count == 12 else {"IMG103"})


@pytest.mark.parametrize(("offset", "code"), [(1 << 20, "IMG113"), (-4, "IMG103")])
def test_a_value_beside_the_pixels_that_is_not_there_is_a_warning(
    offset: int, code: str, tmp_path: Path
) -> None:
    data = bytearray(tiff(description="cells in growth medium"))
    entry = struct.pack("<HH", 270, 2)
    at = data.index(entry) + 8
    struct.pack_into("<I", data, at, offset if offset > 0 else len(data) + offset)
    one = made(tmp_path / "a.tif", bytes(data))
    assert one.kind == "image"
    assert [(flag.code, flag.severity) for flag in one.findings] == [(code, "warning")]
