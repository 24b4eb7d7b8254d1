"""What headers of single formats say, and prove: EBSD, ECAT7, SPC, NDTiff, ICS, Imaris, BMP."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import h5py
import numpy
import pytest

from pipeline.images import ImageFile, sniff
from tests.headers import ecat
from tests.pictures import pixels, tiff, write
from tests.stated import ebsp, up
from tests.told import bmp, grave, made, only


def told(folder: Path) -> dict[str, ImageFile]:
    return {one.path: one for one in sniff([folder], base=folder)}


@pytest.mark.parametrize(
    ("name", "data", "form", "kind"),
    [
        ("a.up1", up(1, 1), "EDAX UP", "uint8"),
        ("a.up2", up(3, 2), "EDAX UP", "uint16"),
        ("a.ebsp", ebsp(2), "Oxford EBSP", "uint8"),
        ("b.ebsp", ebsp(4), "Oxford EBSP", "uint8"),
    ],
)
def test_patterns_of_electrons(
    name: str, data: bytes, form: str, kind: str, tmp_path: Path
) -> None:
    one = made(tmp_path / name, data)
    assert (one.format, one.evidence, one.pixel_type) == (form, "content", kind)
    assert one.sizes == {"T": 1, "C": 1, "Z": 6, "Y": 5, "X": 4}
    assert grave(one) == set()
    assert grave(made(tmp_path / name, data[:-1])) == {"IMG103"}
    assert grave(made(tmp_path / name, data[: len(data) // 2])) == {"IMG103"}


def test_ecat_names_who_was_scanned_and_what_its_frames_need(tmp_path: Path) -> None:
    one = made(tmp_path / "a.v", ecat())
    assert one.sizes == {"T": 1, "C": 1, "Z": 2, "Y": 4, "X": 4}
    assert one.pixel_size_um == pytest.approx({"X": 2000.0, "Y": 2000.0, "Z": 3000.0})
    assert one.acquired == "2010-11-18T23:56:55"
    assert grave(one) == set()
    assert grave(made(tmp_path / "a.v", ecat(b"Jane Doe"))) == {"IMG202"}
    assert grave(made(tmp_path / "a.v", ecat(b"ANONYMOUS"))) == set()
    # the last block may lack its padding
    assert grave(made(tmp_path / "a.v", ecat()[: 3 * 512 + 64])) == set()
    assert grave(made(tmp_path / "a.v", ecat()[: 3 * 512 + 63])) == {"IMG103"}
    assert grave(made(tmp_path / "a.v", ecat()[:700])) == {"IMG103"}


@pytest.mark.parametrize(("name", "expected"), [("Doe^Jane", {"IMG202"}), ("phantom", set())])
def test_the_header_of_a_philips_scan_names_the_patient(
    name: str, expected: set[str], tmp_path: Path
) -> None:
    text = f"# === DATA DESCRIPTION FILE ===\n.    Patient name     :   {name}\n"
    write(tmp_path / "a.REC", bytes(range(32)))
    one = made(
        tmp_path / "a.PAR", (text + ".    Examination date/time : 2014.02.14 / 09:00:57\n").encode()
    )
    assert grave(one) == expected
    assert one.acquired == "2014-02-14T09:00:57"


SETUP = """*IDENTIFICATION
  Date      : 2016-09-05
  Time      : 16:12:20
  Contents  : Setup file with module SPC-150 (Ser.No. 3F0022)
*END
  #SP [SP_IMG_X,I,{0}]
  #SP [SP_IMG_Y,I,{0}]
"""
PHOTONS = bytes.fromhex("5f0000800a0000c0160cd7040700000c") * 8


def test_photons_with_their_setup(tmp_path: Path) -> None:
    write(tmp_path / "a.spc", PHOTONS)
    write(tmp_path / "a.set", SETUP.format(256).encode())
    one = told(tmp_path)["a.spc"]
    assert (one.sizes, one.instrument) == ({"Y": 256, "X": 256}, "Becker & Hickl SPC-150")
    assert one.acquired == "2016-09-05T16:12:20"
    assert grave(one) == set()
    write(tmp_path / "a.set", SETUP.format(1).encode())
    assert told(tmp_path)["a.spc"].sizes is None


def test_photons_without_their_setup(tmp_path: Path) -> None:
    one = made(tmp_path / "a.spc", PHOTONS)
    assert (one.format, one.evidence) == ("Becker & Hickl SPC FIFO", "content")
    (flag,) = [flag for flag in one.findings if flag.code == "IMG001"]
    assert (flag.severity, "a.set" in flag.message) == ("warning", True)
    # spectra of GRAMS have this suffix, too
    spectra = made(tmp_path / "b.spc", b"\x80\x4b" + bytes(range(2, 250)))
    assert grave(spectra) == set()


def test_a_setup_without_its_photons(tmp_path: Path) -> None:
    write(tmp_path / "a.set", SETUP.format(256).encode())
    (flag,) = [flag for flag in told(tmp_path)["a.set"].findings if flag.code == "IMG001"]
    assert "a.spc" in flag.message


def ndtiff(folder: Path, axes: list[dict[str, object]], name: str = "a_NDTiffStack.tif") -> None:
    """Planes of 12 by 8 pixels in one file, with their index."""
    data = tiff(pixels(len(axes), 8, 12), photometric="minisblack")
    first = struct.unpack_from("<I", data, 4)[0]
    # what marks NDTiff stands between header and first directory
    shift = 20
    body = bytearray(data[:4] + struct.pack("<I", first + shift))
    body += struct.pack("<3I", 0x076191, 3, 0) + bytes(8)
    body += data[8:]
    index = b""
    for number, one in enumerate(axes):
        for part in (json.dumps(one).encode(), name.encode()):
            index += struct.pack("<I", len(part)) + part
        index += struct.pack("<8I", 40 + 96 * number, 12, 8, 0, 0, 0, 0, 0)
    write(folder / "a_NDTiffStack.tif", bytes(body))
    write(folder / "NDTiff.index", index)


AXES: list[dict[str, object]] = [
    {"time": t, "channel": c, "z": z, "position": p}
    for p in range(2) for t in range(3) for c in ("DAPI", "GFP") for z in range(4)
]  # fmt: skip


def test_the_index_of_an_ndtiff_names_its_axes(tmp_path: Path) -> None:
    ndtiff(tmp_path, AXES)
    one = told(tmp_path)["a_NDTiffStack.tif"]
    assert one.format == "NDTiff"
    assert one.sizes == {"T": 3, "C": 2, "Z": 4, "Y": 8, "X": 12}
    assert (one.images, one.channels) == (2, ("DAPI", "GFP"))


def test_an_index_of_an_ndtiff_that_ends_within_an_entry_is_told(tmp_path: Path) -> None:
    ndtiff(tmp_path, AXES)
    index = tmp_path / "NDTiff.index"
    data = index.read_bytes()
    for more in (b"", bytes(4096)):
        index.write_bytes(data + more)
        assert "IMG103" not in grave(told(tmp_path)["a_NDTiffStack.tif"])
    index.write_bytes(data[:-7])
    assert "IMG103" in grave(told(tmp_path)["a_NDTiffStack.tif"])


def test_the_index_of_an_ndtiff_names_its_files(tmp_path: Path) -> None:
    ndtiff(tmp_path, AXES)
    index = (tmp_path / "NDTiff.index").read_bytes()
    more = index.replace(b"NDTiffStack.tif", b"NDTiffStac2.tif")
    write(tmp_path / "NDTiff.index", index + more)
    (flag,) = [f for f in told(tmp_path)["a_NDTiffStack.tif"].findings if f.code == "IMG001"]
    assert (flag.severity, "a_NDTiffStac2.tif" in flag.message) == ("error", True)
    # an index of other names says nothing of a stack that was renamed
    write(tmp_path / "NDTiff.index", more)
    one = told(tmp_path)["a_NDTiffStack.tif"]
    assert not [f for f in one.findings if f.code == "IMG001"]


def test_the_maker_of_the_microscope(tmp_path: Path) -> None:
    text = (
        "\t\nics_version\t2.0\nfilename\ta\nlayout\torder\tbits\tx\ty\nlayout\tsizes\t8\t4\t4\n"
        "sensor\tmanufacturer\tZeiss\nsensor\tmodel\tLSM 510\nend\n"
    )
    assert made(tmp_path / "a.ics", text.encode() + bytes(16)).instrument == "Zeiss LSM 510"
    for maker, expected in (("Andor", "Andor Dragonfly"), ("Generic", "Dragonfly")):
        with h5py.File(tmp_path / "a.ims", "w") as file:
            file.create_group("DataSet/ResolutionLevel 0/TimePoint 0/Channel 0")
            image = file.create_group("DataSetInfo/Image")
            said = {"X": "4", "Y": "4", "Z": "1", "ManufactorString": maker}
            for key, value in {**said, "ManufactorModel": "Dragonfly"}.items():
                image.attrs[key] = numpy.array(list(value), "S1")
        assert only(tmp_path / "a.ims").instrument == expected


def test_a_dicom_of_nothing_but_its_preamble(tmp_path: Path) -> None:
    assert grave(made(tmp_path / "a.dcm", bytes(128) + b"DICM")) == {"IMG103"}


def test_a_bitmap_that_is_shorter_than_it_says(tmp_path: Path) -> None:
    more = struct.pack("<iiHHI20x", 4, 4, 1, 24, 0)
    sound = bmp(40, more, b"\1" * 48)
    assert grave(made(tmp_path / "a.bmp", sound)) == set()
    longer = sound[:2] + struct.pack("<I", len(sound) + 40) + sound[6:]
    one = made(tmp_path / "a.bmp", longer)
    assert (grave(one), one.kind) == ({"IMG103"}, "image")
    runs = struct.pack("<iiHHII16x", 4, 4, 1, 8, 1, 24)
    packed = bmp(40, runs, b"\4\1\0\0" * 5 + b"\4\1\0\1")
    assert grave(made(tmp_path / "b.bmp", packed)) == set()
    assert only(tmp_path / "b.bmp").kind == "image"
    one = made(tmp_path / "b.bmp", packed[:-8])
    assert (grave(one), one.kind) == ({"IMG103"}, "unreadable")


@pytest.mark.parametrize("compression", [50001, 50002, 34887])
def test_a_strip_of_zeros_is_no_stream(compression: int, tmp_path: Path) -> None:
    data = bytearray(tiff(pixels(64, 64), compression="zlib"))
    at = struct.unpack_from("<I", data, 4)[0]
    entries = {
        struct.unpack_from("<H", data, place)[0]: place
        for place in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], 12)
    }
    struct.pack_into("<I", data, entries[259] + 8, compression)
    (tmp_path / "a.tif").write_bytes(data)
    assert grave(only(tmp_path / "a.tif", deep=True)) == set()
    start, count = (struct.unpack_from("<I", data, entries[tag] + 8)[0] for tag in (273, 279))
    data[start : start + count] = bytes(count)
    (tmp_path / "a.tif").write_bytes(data)
    assert grave(only(tmp_path / "a.tif")) == set()
    assert grave(only(tmp_path / "a.tif", deep=True)) == {"IMG118"}
