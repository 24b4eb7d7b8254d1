"""What headers of scanning probe microscopes, and of Keller Lab Block, say of their pixels."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.pictures import RECIPES
from tests.told import grave, made, only

LINES = r"""\*File list
\Version: 0x09300201
\Date: 03:40:34 PM Thu Mar 09 2017
\Data length: 2048
\*Ciao scan list
\Scan Size: 505.859 nm
\Samps/line: 8
\*Ciao image list
\Data offset: 2048
\Data length: 128
\Bytes/pixel: 2
\Samps/line: 8
\Number of lines: 4
\Scan Size: 2 1 ~m
\@2:Image Data: S [ZSensor] "Height Sensor"
\*Ciao image list
\Data offset: 2176
\Data length: 128
\Bytes/pixel: 2
\Samps/line: 8
\Number of lines: 4
\Scan Size: 2 1 ~m
\@2:Image Data: S [] "Peak Force Error"
\*File list end
"""


def test_pictures_of_nanoscope_are_channels_of_one_scan(tmp_path: Path) -> None:
    text = LINES.replace("\n", "\r\n").encode("latin-1").ljust(2048, b"\0")
    one = made(tmp_path / "a.spm", text + bytes(range(256)))
    assert one.sizes == {"T": 1, "C": 2, "Z": 1, "Y": 4, "X": 8}
    assert (one.pixel_type, one.channels) == ("int32", ("Height Sensor", "Peak Force Error"))
    assert one.pixel_size_um == {"X": 0.25, "Y": 0.25}
    assert grave(one) == set()
    assert grave(made(tmp_path / "a.spm", text + bytes(range(255)))) == {"IMG103"}
    force = LINES.replace("*File list\n", "*Force file list\n").replace("image list", "force list")
    one = made(tmp_path / "a.000", force.encode("latin-1").ljust(2048, b"\0") + bytes(range(256)))
    assert (one.format, one.sizes, grave(one)) == ("Nanoscope SPM", None, set())


@pytest.mark.parametrize(
    ("kind", "form", "width", "size", "step"),
    [
        ("Image Data Type: double", "float64", 8, "2 \xb5m", 0.25),
        ("Image Data Type: short", "int16", 2, "500 nm", 0.0625),
        ("Data type: float", "float32", 4, "5 V", None),
    ],
)
def test_wsxm_says_type_and_step(
    kind: str, form: str, width: int, size: str, step: float | None, tmp_path: Path
) -> None:
    text = (
        "WSxM file copyright UAM\r\nSxM Image file\r\nImage header size: 600\r\n\r\n"
        f"[Control]\r\n\r\n    X Amplitude: {size}\r\n    Y Amplitude: {size}\r\n\r\n"
        "[Dynamic settings]\r\n\r\n    X Amplitude: 2 \r\n\r\n[General Info]\r\n\r\n"
        f"    {kind}\r\n    Number of columns: 8\r\n    Number of rows: 4\r\n\r\n[Header end]\r\n"
    )
    data = text.encode("latin-1").ljust(600, b"\0") + bytes(range(8 * 4 * width))
    one = made(tmp_path / "a.stp", data)
    assert (one.pixel_type, one.sizes) == (form, {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 8})
    assert one.pixel_size_um == (step and {"X": step, "Y": 2 * step})
    assert grave(one) == set()
    assert grave(made(tmp_path / "a.stp", data[:-1])) == {"IMG103"}


def test_blocks_of_klb_end_where_its_index_says(tmp_path: Path) -> None:
    RECIPES["klb"](tmp_path / "a.klb")
    one = only(tmp_path / "a.klb")
    assert one.sizes == {"T": 1, "C": 1, "Z": 2, "Y": 4, "X": 4}
    assert one.pixel_type == "uint16"
    assert one.pixel_size_um == pytest.approx({"X": 0.4, "Y": 0.4, "Z": 2.0})
    assert grave(one) == set()
    whole = (tmp_path / "a.klb").read_bytes()
    assert grave(made(tmp_path / "a.klb", whole[:-1])) == {"IMG103"}
    assert grave(made(tmp_path / "a.klb", whole[:300])) == {"IMG103"}
    none = whole[:1] + struct.pack("<I", 0) + whole[5:]
    assert grave(made(tmp_path / "a.klb", none)) == {"IMG114"}


def part(name: str, kind: str, value: bytes) -> bytes:
    return name.encode() + b"\0" + kind.encode() + value


def thing(name: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return name.encode() + b"\0" + struct.pack("<I", len(body)) + body


def gwyddion(unit: str, *first: bytes) -> bytes:
    """Two data fields of 6 by 4 values, 3 by 1 micrometres large, behind other components."""
    values = part("data", "D", struct.pack("<I24d", 24, *range(24)))
    steps = part("xreal", "d", struct.pack("<d", 3e-6)) + part(
        "yreal", "d", struct.pack("<d", 1e-6)
    )
    sides = part("xres", "i", struct.pack("<i", 6)) + part("yres", "i", struct.pack("<i", 4))
    named = part("si_unit_xy", "o", thing("GwySIUnit", part("unitstr", "s", unit.encode() + b"\0")))
    field = thing("GwyDataField", values, sides, steps, named)
    fields = [part(f"/{n}/data", "o", field) for n in (0, 3)]
    return b"GWYP" + thing("GwyContainer", *first, *fields)


OTHERS = (
    part("/0/data/title", "s", b"Height\0"),
    part("/0/show", "b", b"\1"),
    part("/q", "q", bytes(8)) + part("/c", "c", b"x"),
    part("/names", "S", struct.pack("<I", 2) + b"one\0two\0"),
    part("/things", "O", struct.pack("<I", 2) + thing("A", part("b", "b", b"\0")) + thing("B")),
    part("/bytes", "C", struct.pack("<I", 3) + b"abc"),
    part("/whole", "I", struct.pack("<I2i", 2, 1, 2)) + part("/wide", "Q", struct.pack("<I", 0)),
)


def test_data_fields_of_gwyddion_are_found_behind_anything(tmp_path: Path) -> None:
    one = made(tmp_path / "a.gwy", gwyddion("m", *OTHERS))
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 6}
    assert one.pixel_size_um == pytest.approx({"X": 0.5, "Y": 0.25})
    assert (one.images, one.pixel_type, grave(one)) == (2, "float64", set())
    assert made(tmp_path / "a.gwy", gwyddion("V")).pixel_size_um is None
    later = made(tmp_path / "a.gwy", gwyddion("m", part("/new", "z", b"123")))
    assert (later.sizes, grave(later)) == (None, set())
    assert grave(made(tmp_path / "a.gwy", gwyddion("m", *OTHERS)[:-1])) == {"IMG103"}
