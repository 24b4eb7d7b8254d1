"""Sizes, pixel sizes, channels, instruments and dates that headers of single makers hold."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy
import pytest
import tifffile

from pipeline.images import ImageFile, sniff
from tests.compound import compound
from tests.instruments import norpix, xrm
from tests.pictures import pixels, tiff, write


def told(path: Path, deep: bool = False) -> ImageFile:
    (one,) = [one for one in sniff([path], deep=deep) if one.kind not in ("companion", "other")]
    return one


def codes(path: Path, deep: bool = False) -> set[str]:
    return {flag.code for flag in told(path, deep).findings} - {"IMG302", "IMG008"}


def test_streams_of_an_xrm_are_read(tmp_path: Path) -> None:
    write(tmp_path / "a.txrm", xrm())
    one = told(tmp_path / "a.txrm")
    assert one.format == "Zeiss XRM"
    assert one.sizes == {"T": 1, "C": 1, "Z": 3, "Y": 4, "X": 6}
    assert one.pixel_size_um == {"X": 0.25, "Y": 0.25}
    assert (one.pixel_type, one.acquired) == ("uint16", "2015-11-08T11:58:08")
    data = bytearray(xrm())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    write(tmp_path / "a.txrm", bytes(data))
    assert told(tmp_path / "a.txrm").format == "Zeiss XRM"


OIF = """[Acquisition Parameters Common]\r
ImageCaputreDate='2009-02-13 14:05:06'\r
[Axis 0 Parameters Common]\r
AxisCode="X"\r
MaxSize=512\r
UnitName="um"\r
[Axis 1 Parameters Common]\r
AxisCode="Y"\r
MaxSize=256\r
[Axis 2 Parameters Common]\r
AxisCode="C"\r
MaxSize=2\r
[Axis 3 Parameters Common]\r
AxisCode="Z"\r
MaxSize=7\r
Interval=-420\r
UnitName="nm"\r
[Axis 4 Parameters Common]\r
AxisCode="T"\r
MaxSize=0\r
[Channel 1 Parameters]\r
DyeName="DAPI"\r
[Channel 2 Parameters]\r
DyeName="GFP"\r
[FileInformation]\r
[ProfileSaveInfo]\r
[Reference Image Parameter]\r
HeightConvertValue=0.2\r
HeightUnit="um"\r
ImageDepth=2\r
WidthConvertValue=0.1\r
WidthUnit="um"\r
[Version Info]\r
SystemName="FLUOVIEW FV1000"\r
"""


def expect_fluoview(one: ImageFile) -> None:
    assert one.format == "Olympus FluoView FV1000"
    assert one.sizes == {"T": 1, "C": 2, "Z": 7, "Y": 256, "X": 512}
    assert one.pixel_size_um == {"X": 0.1, "Y": 0.2, "Z": 0.42}
    assert one.pixel_type == "uint16"
    assert one.channels == ("DAPI", "GFP")
    assert (one.acquired, one.instrument) == ("2009-02-13T14:05:06", "Olympus FLUOVIEW FV1000")


def test_fluoview_is_read_from_its_text_and_from_its_streams(tmp_path: Path) -> None:
    text = b"\xff\xfe" + OIF.encode("utf-16-le")
    write(tmp_path / "a.oif", text)
    write(tmp_path / "a.oif.files" / "s_C001.tif", tiff())
    expect_fluoview(told(tmp_path))
    shutil.rmtree(tmp_path / "a.oif.files")
    assert codes(tmp_path) == {"IMG001"}
    info = (
        "[OibSaveInfo]\r\nMainFileName=a.oif\r\nStream00000=a.oif\r\n"
        "Storage00001=a.oif.files\r\nVersion=1.0.0.0\r\n"
    )
    streams = {
        "OibInfo.txt": b"\xff\xfe" + info.encode("utf-16-le"),
        "Stream00000": text,
        "Storage00001/Stream00001": tiff(),
    }
    write(tmp_path / "b" / "b.oib", compound(streams))
    expect_fluoview(told(tmp_path / "b" / "b.oib"))


def test_a_norpix_sequence_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.seq", norpix())
    one = told(tmp_path / "a.seq")
    assert one.sizes == {"T": 4, "C": 1, "Z": 1, "Y": 8, "X": 32}
    assert one.pixel_type == "uint16"


def test_a_simfcs_file_is_read_and_unpacked(tmp_path: Path) -> None:
    data = struct.pack("<i", 16) + numpy.zeros((5, 16, 16), "<f4").tobytes()
    write(tmp_path / "a.r64", zlib.compress(data))
    one = told(tmp_path / "a.r64", deep=True)
    assert (one.format, one.sizes) == ("SimFCS R64", {"Y": 16, "X": 16})
    assert codes(tmp_path / "a.r64", deep=True) == set()
    write(tmp_path / "a.r64", zlib.compress(data[:-1]))
    assert codes(tmp_path / "a.r64", deep=True) == {"IMG103"}


def jeol() -> bytes:
    def tag(name: str, kind: int = 0, value: bytes = b"") -> bytes:
        letters = name.encode() + b"\0"
        return (
            b"\1" + struct.pack("<i", len(letters)) + letters
            + struct.pack("<2i", kind, len(value)) + value
        )  # fmt: skip

    tree = tag("Instrument") + tag("ScanSize", 4, struct.pack("<f", 128.0)) + b"\xff"
    tree += tag("Mag", 3, struct.pack("<i", 1000)) + b"\xff"
    tree += tag("Name", 12, b"JEM-1400\0") + b"\xff\xff"
    tree += tag("Image") + tag("Size", 8, struct.pack("<2i", 32, 16)) + b"\xff"
    tree += tag("Bits", 6, bytes(512)) + b"\xff\xff\xff"
    head = struct.pack("<I", 52) + b"JED-2200:LibJxImageForm".ljust(32, b"\0")
    lead = head + struct.pack("<4I", 0, 64, 0, 100)
    marks = b"FileType\0Analysis Station".ljust(48, b"\0")
    # where the tree begins stands at byte 44
    start = 48 + len(marks)
    lead = head.ljust(44, b"\0") + struct.pack("<I", start) + marks
    return lead + bytes(12) + tree


def test_a_jeol_image_is_read(tmp_path: Path) -> None:
    from pipeline.images.facts import Facts
    from pipeline.images.headers import HEADERS
    from pipeline.images.opened import Cut, Opened

    write(tmp_path / "a.img", jeol())
    facts = Facts("a.img")
    with Opened(str(tmp_path / "a.img")) as file:
        HEADERS["JEOL Analysis Station"](file, facts)
    assert facts.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 16, "X": 32}
    assert facts.pixel_size_um == {"X": 4.0, "Y": 8.0}
    assert (facts.pixel_type, facts.instrument) == ("uint8", "JEOL JEM-1400")
    write(tmp_path / "a.img", jeol()[:-40])
    with Opened(str(tmp_path / "a.img")) as file, pytest.raises(Cut):
        HEADERS["JEOL Analysis Station"](file, Facts("a.img"))


def stk(planes: int) -> bytes:
    """A MetaMorph stack of planes behind one another in one directory, with UIC1 and UIC2."""
    data = pixels(planes, 8, 12).tobytes()
    day, moment = 2455260, 43_732_000  # 4 March 2010, 12:08:52
    at = 8
    uic2 = struct.pack("<6I", 1, 1, day, moment, day, moment) * planes
    ratio = struct.pack("<2I", 645, 1000)
    unit, name = struct.pack("<I", 3) + b"um\0", struct.pack("<I", 4) + b"Cy5\0"
    body = b""
    places = []
    for part in (data, uic2, ratio, unit, name):
        body = body.ljust(-(-len(body) // 2) * 2, b"\0")
        places.append(at + len(body))
        body += part
    body = body.ljust(-(-len(body) // 2) * 2, b"\0")
    pairs = [(3, 1), (4, places[2]), (5, places[2]), (6, places[3]), (7, places[4])]
    uic1_at = at + len(body)
    body += b"".join(struct.pack("<2I", *pair) for pair in pairs)
    size = len(data) // planes
    bits = 8 * size // 96
    tags = [
        (256, 4, 1, 12), (257, 4, 1, 8), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, places[0]), (277, 3, 1, 1), (278, 4, 1, 8), (279, 4, 1, size),
        (33628, 4, len(pairs), uic1_at), (33629, 5, planes, places[1]),
    ]  # fmt: skip
    first = at + len(body)
    rows = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = b"II*\0" + struct.pack("<I", first)
    return head + body + struct.pack("<H", len(tags)) + rows + bytes(4)


@pytest.mark.parametrize("planes", [1, 2, 7])
def test_planes_of_a_metamorph_stack_are_counted(tmp_path: Path, planes: int) -> None:
    write(tmp_path / "a.stk", stk(planes))
    one = told(tmp_path / "a.stk")
    assert one.format == "MetaMorph Stack (STK)"
    assert one.sizes == {"T": 1, "C": 1, "Z": planes, "Y": 8, "X": 12}
    assert one.pixel_size_um == {"X": 0.645, "Y": 0.645}
    assert (one.channels, one.acquired) == (("Cy5",), "2010-03-04T12:08:52")
    assert codes(tmp_path / "a.stk") == set()


def test_a_metamorph_stack_whose_planes_are_cut_is_told(tmp_path: Path) -> None:
    data = bytearray(stk(2))
    # say a thousand planes
    at = data.rindex(struct.pack("<HHI", 33629, 5, 2))
    struct.pack_into("<I", data, at + 4, 1000)
    write(tmp_path / "a.stk", bytes(data))
    assert codes(tmp_path / "a.stk") == {"IMG103"}


def test_scanner_and_date_of_an_aperio_slide_are_told(tmp_path: Path) -> None:
    text = (
        "Aperio Image Library v11.2.1 \r\n12x8 (240x240) JPEG/RGB Q=30|AppMag = 20|ScanScope ID = "
        "SS1302|Date = 12/29/09|Time = 09:59:15|MPP = 0.4990"
    )
    write(tmp_path / "a.svs", tiff(description=text))
    one = told(tmp_path / "a.svs")
    assert (one.instrument, one.acquired) == ("Aperio SS1302", "2009-12-29T09:59:15")


def test_what_micro_manager_says_of_a_plane_is_told(tmp_path: Path) -> None:
    said = {
        "Channel": "Cy3", "PixelSizeUm": 0.325, "Core-Camera": "Zyla", "Zyla-CameraName": "Andor Z",
        "Time": "2019-05-03 11:22:33 +0200",
    }  # fmt: skip
    raw = json.dumps(said).encode()
    write(tmp_path / "img_Cy3.tif", tiff(extratags=[(51123, 2, len(raw) + 1, raw + b"\0", True)]))
    one = told(tmp_path / "img_Cy3.tif")
    assert one.format == "Micro-Manager"
    assert one.pixel_size_um == {"X": 0.325, "Y": 0.325}
    assert (one.channels, one.instrument) == (("Cy3",), "Andor Z")
    assert one.acquired == "2019-05-03T11:22:33"
    raw = b"[" * 100_000
    write(tmp_path / "b.tif", tiff(extratags=[(51123, 2, len(raw), raw, True)]))
    assert told(tmp_path / "b.tif").kind == "image"


def test_axes_of_a_plain_zarr_are_told_where_they_are_known(tmp_path: Path) -> None:
    import zarr

    cases: list[tuple[dict[str, Any], dict[str, int] | None]] = [
        ({"shape": (6, 8)}, {"Y": 6, "X": 8}),
        ({"shape": (3, 6, 8)}, None),
        ({"shape": (3, 6, 8), "dimension_names": ["z", "y", "x"]}, {"Z": 3, "Y": 6, "X": 8}),
        ({"shape": (3, 6), "dimension_names": ["cells", "genes"]}, None),
        ({"shape": (3, 6, 8), "attributes": {"_ARRAY_DIMENSIONS": ["t", "y", "x"]}},
         {"T": 3, "Y": 6, "X": 8}),
    ]  # fmt: skip
    for number, (given, sizes) in enumerate(cases):
        for version in (2, 3):
            if version == 2 and "dimension_names" in given:
                continue
            path = tmp_path / f"{number}{version}.zarr"
            array = zarr.create_array(path, zarr_format=version, dtype="uint16", **given)
            array[...] = 7
            one = told(path)
            assert (one.sizes, one.pixel_type, one.images) == (sizes, "uint16", 1), (
                number,
                version,
            )


def test_the_largest_array_of_a_plain_group_speaks_for_it(tmp_path: Path) -> None:
    import zarr

    for version in (2, 3):
        path = tmp_path / f"{version}.zarr"
        group = zarr.create_group(path, zarr_format=version)
        for name, shape in (("few", (2, 2)), ("below/most", (30, 40)), ("line", (5000,))):
            group.create_array(name, shape=shape, dtype="float32")[...] = 1
        one = told(path)
        assert one.sizes == {"Y": 30, "X": 40}
        assert (one.pixel_type, one.images) == ("float32", 2)


def lsm_file(path: Path, size: int, days: float) -> ImageFile:
    """An LSM whose settings, two names and a time, stand behind its pixels."""
    names = b"".join(struct.pack("<I", len(one)) + one for one in (b"Ch1-T1\0", b"Ch2-T2\0"))
    colours = struct.pack("<6I", 32 + len(names) if size < 0 else size, 2, 2, 24, 32, 0)
    colours += bytes(8) + names
    scan = struct.pack("<3I", 0x10000000, 0, 0) + struct.pack("<3Id", 0x10000036, 5, 8, days)
    info = bytearray(struct.pack("<II5i", 67127628, 512, 12, 8, 1, 2, 1).ljust(512, b"\0"))
    tags = [(34412, 1, 512, bytes(info), True)]
    tifffile.imwrite(path, pixels(8, 12), extratags=tags, metadata=None)
    data = bytearray(path.read_bytes())
    at = data.index(info[:28])
    struct.pack_into("<I", data, at + 108, len(data))
    struct.pack_into("<I", data, at + 124, len(data) + len(colours))
    path.write_bytes(data + colours + scan)
    return told(path)


def test_names_and_time_of_an_lsm_are_read(tmp_path: Path) -> None:
    one = lsm_file(tmp_path / "a.lsm", -1, 40_000.75)
    assert one.format == "Zeiss LSM (Laser Scanning Microscope) 510/710"
    assert (one.channels, one.acquired) == (("Ch1-T1", "Ch2-T2"), "2009-07-06T18:00:00")
    odd = lsm_file(tmp_path / "b.lsm", 1 << 30, float("nan"))
    assert (odd.channels, odd.acquired) == ((), None)
    assert {fault.code for fault in odd.findings} == {"IMG008"}


def test_frames_that_a_norpix_sequence_lacks_are_told(tmp_path: Path) -> None:
    write(tmp_path / "a.seq", norpix())
    assert codes(tmp_path / "a.seq") == set()
    write(tmp_path / "a.seq", norpix()[:-600])
    assert codes(tmp_path / "a.seq") == {"IMG208"}
