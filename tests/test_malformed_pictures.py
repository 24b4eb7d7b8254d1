"""Pictures whose headers say what no pixel or strip can be, or that end too early."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

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
