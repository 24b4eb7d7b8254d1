"""Pictures whose rows are packed as runs, and pictures in blocks: what proves that they are cut."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.pictures import picture
from tests.told import grave, made, only


def pcx(width: int = 64, height: int = 32) -> bytes:
    """Rows of single bytes, and runs of five."""
    head = struct.pack("<4B4H", 10, 5, 1, 8, 0, 0, width - 1, height - 1).ljust(65, b"\0")
    head = (head + struct.pack("<BH", 1, width)).ljust(128, b"\0")
    row = (b"\xc5\x07" + b"\x01\x02\x03") * (width // 8)
    return head + row * height + b"\x0c" + bytes(768)


def targa(width: int = 64, height: int = 32) -> bytes:
    head = struct.pack("<3B5x4H2B", 0, 0, 10, 0, 0, width, height, 24, 0)
    return head + (b"\x9f\1\2\3" + b"\x1f" + bytes(range(96))) * (width * height // 64)


def sun(width: int = 64, height: int = 32, length: int | None = None) -> bytes:
    rows = (b"\x80\x0f\x01" + b"\x80\0" + bytes(range(15))) * (width * height // 32)
    stated = len(rows) if length is None else length
    return struct.pack(">8I", 0x59A66A95, width, height, 8, stated, 2, 0, 0) + rows


RUNS = [("a.pcx", pcx()), ("a.tga", targa()), ("a.ras", sun()), ("b.ras", sun(length=2048))]


@pytest.mark.parametrize(("name", "data"), RUNS, ids=[name for name, _ in RUNS])
def test_whole_runs_are_sound(name: str, data: bytes, tmp_path: Path) -> None:
    one = made(tmp_path / name, data)
    assert one.sizes is not None
    assert (one.sizes["X"], one.sizes["Y"]) == (64, 32)
    assert grave(one) == set()
    assert grave(only(tmp_path / name, deep=True)) == set()


@pytest.mark.parametrize(("name", "data"), RUNS, ids=[name for name, _ in RUNS])
def test_runs_that_end_early_are_told_when_they_are_read(
    name: str, data: bytes, tmp_path: Path
) -> None:
    data = data.removesuffix(b"\x0c" + bytes(768))
    made(tmp_path / name, data[: len(data) - 40])
    assert grave(only(tmp_path / name, deep=True)) == {"IMG103"}


@pytest.mark.parametrize(
    ("name", "data"), [("a.pcx", pcx()[:190]), ("a.tga", targa()[:80]), ("a.ras", sun()[:-1])]
)
def test_too_few_bytes_for_the_longest_runs_need_no_reading(
    name: str, data: bytes, tmp_path: Path
) -> None:
    assert grave(made(tmp_path / name, data)) == {"IMG103"}


@pytest.mark.parametrize(("kind", "name"), [("PCX", "a.pcx"), ("TGA", "a.tga"), ("DDS", "a.dds")])
def test_what_a_library_writes_is_sound(kind: str, name: str, tmp_path: Path) -> None:
    more = {"compression": "tga_rle"} if kind == "TGA" else {}
    data = picture(kind, (33, 47, 3), **more)
    assert grave(made(tmp_path / name, data)) == set()
    assert grave(only(tmp_path / name, deep=True)) == set()


def dds(code: bytes, data: int, copies: int = 1, bits: int = 0, caps: int = 0) -> bytes:
    """A DDS of 16 by 8 pixels with a number of bytes behind its header."""
    kinds = 0x4 if code.strip(b"\0") else 0x40
    head = struct.pack("<4s7I", b"DDS ", 124, 0x21007, 8, 16, 0, 0, copies).ljust(76, b"\0")
    head += struct.pack("<2I4sI", 32, kinds, code, bits).ljust(32, b"\0")
    return (head + struct.pack("<2I", 0x1000, caps)).ljust(128, b"\0") + bytes(range(256)) * 99


@pytest.mark.parametrize(
    ("code", "bits", "copies", "caps", "needed"),
    [
        (b"DXT1", 0, 1, 0, 64),
        (b"DXT5", 0, 1, 0, 128),
        (b"\0\0\0\0", 24, 1, 0, 384),
        # 16 by 8, 8 by 4, 4 by 2, 2 by 1, 1 by 1
        (b"DXT1", 0, 5, 0, 64 + 16 + 8 + 8 + 8),
        (b"DXT1", 0, 1, 0xFC00, 6 * 64),
    ],
)
def test_a_directdraw_surface_needs_its_blocks(
    code: bytes, bits: int, copies: int, caps: int, needed: int, tmp_path: Path
) -> None:
    data = dds(code, 0, copies, bits, caps)
    one = made(tmp_path / "a.dds", data[: 128 + needed])
    assert (grave(one), one.sizes and (one.sizes["X"], one.sizes["Y"])) == (set(), (16, 8))
    assert grave(made(tmp_path / "a.dds", data[: 127 + needed])) == {"IMG103"}
    alone = copies == 1 and not caps
    assert only(tmp_path / "a.dds").kind == ("unreadable" if alone else "image")


@pytest.mark.parametrize(("flags", "stated"), [(0x21007 | 0x8, 16), (0x21007 | 0x80000, 128)])
def test_a_surface_whose_header_states_less_is_not_called_cut(
    flags: int, stated: int, tmp_path: Path
) -> None:
    data = bytearray(dds(b"\0\0\0\0", 0, bits=24))
    struct.pack_into("<I", data, 8, flags)
    struct.pack_into("<I", data, 20, stated)
    one = made(tmp_path / "a.dds", bytes(data[: 128 + 128]))
    assert one.kind == "image"
    assert [(f.code, f.severity) for f in one.findings if f.severity != "hint"] == [
        ("IMG103", "warning")
    ]
    made(tmp_path / "a.dds", bytes(data[: 127 + 128]))
    assert only(tmp_path / "a.dds").kind == "unreadable"


def test_a_header_that_is_no_surface_is_told(tmp_path: Path) -> None:
    assert grave(made(tmp_path / "a.dds", b"DDS " + bytes(200))) == {"IMG114"}
