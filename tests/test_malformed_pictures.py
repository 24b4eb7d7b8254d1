"""Pictures whose headers say what no pixel or strip can be, or that end too early."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from pipeline.images import sniff
from tests.pictures import picture, pixels, tiff


def changed(code: int, value: int) -> bytes:
    """A small TIFF with another value for a tag of its first directory."""
    data = bytearray(tiff(pixels(8, 12), photometric="minisblack"))
    at = struct.unpack_from("<I", data, 4)[0]
    for number in range(struct.unpack_from("<H", data, at)[0]):
        place = at + 2 + 12 * number
        if struct.unpack_from("<H", data, place)[0] == code:
            struct.pack_into("<I", data, place + 8, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("code", "value", "severity"),
    [
        (258, 0, "error"),
        (277, 0, "error"),
        (279, 0, "warning"),
        (279, 10**9, "warning"),
        (256, 12, None),
    ],
)
def test_impossible_values_are_told(
    code: int, value: int, severity: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(changed(code, value))
    (one,) = sniff([path])
    told = [found.severity for found in one.findings if found.severity != "hint"]
    assert told == ([severity] if severity else [])


def entries(data: bytes, at: int) -> dict[int, int]:
    """Where the entry of each tag of a directory starts."""
    places = (at + 2 + 12 * n for n in range(struct.unpack_from("<H", data, at)[0]))
    return {struct.unpack_from("<H", data, place)[0]: place for place in places}


@pytest.mark.parametrize("value", [1e300, float("inf"), float("nan")])
def test_a_fraction_for_an_offset_is_no_offset(value: float, tmp_path: Path) -> None:
    data = bytearray(tiff(pixels(8, 12), photometric="minisblack"))
    place = entries(data, struct.unpack_from("<I", data, 4)[0])[273]
    struct.pack_into("<HII", data, place + 2, 12, 1, len(data))
    (tmp_path / "a.tif").write_bytes(data + struct.pack("<d", value))
    (one,) = sniff([tmp_path / "a.tif"])
    assert all(len(found.message) < 200 for found in one.findings)
    assert not [found for found in one.findings if found.code.startswith("INT")]


def test_a_later_page_without_height_ends_nothing(tmp_path: Path) -> None:
    data = bytearray(tiff(np.stack([pixels(8, 12)] * 2), photometric="minisblack"))
    first = struct.unpack_from("<I", data, 4)[0]
    second = struct.unpack_from("<I", data, first + 2 + 12 * len(entries(data, first)))[0]
    for code, value in ((257, 0), (278, 0), (279, 10**6)):
        struct.pack_into("<HII", data, entries(data, second)[code] + 2, 4, 1, value)
    (tmp_path / "a.tif").write_bytes(data)
    (one,) = sniff([tmp_path / "a.tif"])
    assert not [found for found in one.findings if found.code.startswith("INT")]


@pytest.mark.parametrize(
    ("kind", "keep", "severity"),
    [("GIF", 200, "error"), ("GIF", -1, "warning"), ("GIF", None, None), ("PNG", None, None)],
)
def test_pictures_that_end_too_early_are_told(
    kind: str, keep: int | None, severity: str | None, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{kind.lower()}"
    path.write_bytes(picture(kind)[:keep])
    (one,) = sniff([path])
    told = [found.severity for found in one.findings if found.severity != "hint"]
    assert told == ([severity] if severity else [])


def test_a_colour_type_that_no_png_has_is_told(tmp_path: Path) -> None:
    data = bytearray(picture("PNG"))
    data[25] = 9
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    (one,) = sniff([path])
    assert [found.severity for found in one.findings if found.severity != "hint"] == ["error"]
