"""Photographs of a slide's label, on which a name may stand, in scans of all makers."""

from __future__ import annotations

from pathlib import Path

import pytest
import tifffile

from pipeline.images import ImageFile, sniff
from tests import slides
from tests.pictures import pixels, tiff, write
from tests.sets import ome_zarr, text
from tests.test_images_people import dicom


def told(folder: Path) -> dict[str, ImageFile]:
    return {one.path: one for one in sniff([folder], base=folder)}


def grave(folder: Path) -> dict[str, list[str]]:
    """Codes that are no hints, by file."""
    found = {
        name: [flag.code for flag in one.findings if flag.severity != "hint"]
        for name, one in told(folder).items()
    }
    return {name: codes for name, codes in found.items() if codes}


@pytest.mark.parametrize(
    ("macro", "label", "pages", "expected"),
    [
        (True, False, 3, ["IMG203"]),
        (False, True, 3, ["IMG203"]),
        (True, True, 3, ["IMG203", "IMG203"]),
        (False, False, 3, []),
        # the label was cut out, and its name forgotten
        (False, True, 2, []),
    ],
)
def test_a_leica_slide(
    macro: bool, label: bool, pages: int, expected: list[str], tmp_path: Path
) -> None:
    slides.scn(tmp_path / "a.scn", macro, label, pages)
    assert grave(tmp_path) == ({"a.scn": expected} if expected else {})
    one = told(tmp_path)["a.scn"]
    assert one.format == "Leica SCN"
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 32, "X": 64}
    assert one.pixel_size_um == {"X": 0.5, "Y": 0.5}
    assert one.images == 1 + macro
    assert (one.instrument, one.acquired) == ("Leica Leica SCN400", "2012-11-06T19:27:15")


def test_a_mirax_slide(tmp_path: Path) -> None:
    slides.mirax(tmp_path / "a.mrxs")
    assert grave(tmp_path) == {"a.mrxs": ["IMG203"]}
    found = told(tmp_path)
    assert found["a.mrxs"].pixel_size_um == {"X": 0.25, "Y": 0.25}
    assert {one.of for name, one in found.items() if name != "a.mrxs"} == {"a.mrxs"}


@pytest.mark.parametrize("label", [None, b"", bytes(300)])
def test_a_mirax_slide_without_a_label(label: bytes | None, tmp_path: Path) -> None:
    slides.mirax(tmp_path / "a.mrxs", label)
    assert grave(tmp_path) == {}


@pytest.mark.parametrize(
    ("lost", "code"),
    [("Slidedat.ini", "IMG001"), ("Index.dat", "IMG001"), ("Data0001.dat", "IMG001")],
)
def test_a_mirax_slide_that_lacks_a_file(lost: str, code: str, tmp_path: Path) -> None:
    slides.mirax(tmp_path / "a.mrxs", None)
    (tmp_path / "a" / lost).unlink()
    (flag,) = [one for one in told(tmp_path)["a.mrxs"].findings if one.code == code]
    assert flag.severity == "error"
    assert f"a/{lost}" in flag.message


def test_a_mirax_slide_whose_tiles_are_cut(tmp_path: Path) -> None:
    slides.mirax(tmp_path / "a.mrxs", None)
    data = (tmp_path / "a" / "Data0000.dat").read_bytes()
    write(tmp_path / "a" / "Data0000.dat", data[:-9])
    assert grave(tmp_path) == {"a.mrxs": ["IMG103"]}


def test_an_olympus_slide(tmp_path: Path) -> None:
    slides.vsi(tmp_path / "a.vsi")
    assert grave(tmp_path) == {"a.vsi": ["IMG203"]}
    slides.vsi(tmp_path / "a.vsi", ("20x", "Overview", "Labelled cells"))
    assert grave(tmp_path) == {}


def test_tiles_of_an_olympus_slide_that_are_cut(tmp_path: Path) -> None:
    slides.vsi(tmp_path / "a.vsi", ("20x",))
    path = tmp_path / "_a_" / "stack1" / "frame_t.ets"
    write(path, path.read_bytes()[:-60])
    assert grave(tmp_path) == {"_a_/stack1/frame_t.ets": ["IMG103"]}


def test_a_hamamatsu_slide_in_jpegs(tmp_path: Path) -> None:
    slides.vms(tmp_path / "a.vms")
    assert grave(tmp_path) == {"a.vms": ["IMG203"]}
    slides.vms(tmp_path / "a.vms", None)
    (tmp_path / "a-macro.jpg").unlink()
    assert grave(tmp_path) == {}


def test_an_index_knows_the_suffix_of_what_it_names(tmp_path: Path) -> None:
    write(tmp_path / "a.vms", b"[Virtual Microscope Specimen]\nImageFile=tile.raw\n")
    write(tmp_path / "tile.raw", slides.JPEG)
    assert grave(tmp_path) == {}
    # but a TIFF that is none is told
    write(tmp_path / "a.vms", b"[Virtual Microscope Specimen]\nImageFile=tile.tif\n")
    write(tmp_path / "tile.tif", slides.JPEG)
    assert grave(tmp_path) == {"tile.tif": ["IMG201"], "tile.raw": ["IMG201"]}


def test_an_uncompressed_hamamatsu_slide(tmp_path: Path) -> None:
    text = (
        "[Uncompressed Virtual Microscope Specimen]\nImageFile=C:\\scan\\a.l0\nMacroImage=m.jpg\n"
    )
    write(tmp_path / "a.vmu", text.encode())
    write(tmp_path / "a.l0", b"GN" + bytes(range(200)))
    write(tmp_path / "m.jpg", slides.JPEG)
    assert grave(tmp_path) == {"a.vmu": ["IMG203"]}
    assert told(tmp_path)["a.l0"].of == "a.vmu"


@pytest.mark.parametrize(("data", "expected"), [("/9j/4AAQ", ["IMG203"]), ("", []), (None, [])])
def test_a_philips_slide(data: str | None, expected: list[str], tmp_path: Path) -> None:
    slides.isyntax(tmp_path / "a.isyntax", data)
    assert grave(tmp_path) == ({"a.isyntax": expected} if expected else {})


def test_a_philips_slide_that_is_cut(tmp_path: Path) -> None:
    slides.isyntax(tmp_path / "a.isyntax")
    data = (tmp_path / "a.isyntax").read_bytes()
    write(tmp_path / "a.isyntax", data[:300])
    assert grave(tmp_path) == {"a.isyntax": ["IMG103"]}


def test_a_philips_tiff_whose_label_is_a_page(tmp_path: Path) -> None:
    xml = '<?xml version="1.0"?><DataObject ObjectType="DPUfsImport"></DataObject>'
    for last, expected in (("Label", {"a.tiff": ["IMG203"]}), ("Macro", {})):
        with tifffile.TiffWriter(tmp_path / "a.tiff") as writer:
            for text in (xml, last):
                writer.write(pixels(16, 16), metadata=None, description=text)
        assert grave(tmp_path) == expected


def test_a_sakura_slide(tmp_path: Path) -> None:
    slides.sakura(tmp_path / "a.svslide")
    assert grave(tmp_path) == {"a.svslide": ["IMG203"]}
    data = (tmp_path / "a.svslide").read_bytes()
    write(tmp_path / "a.svslide", data[:-100])
    assert "IMG103" in grave(tmp_path)["a.svslide"]
    (tmp_path / "a.svslide").unlink()
    slides.sakura(tmp_path / "a.svslide", b"")
    assert grave(tmp_path) == {}


def test_a_trestle_slide(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", tiff(extratags=[(33432, 2, 14, "Trestle Corp.", True)]))
    assert told(tmp_path)["a.tif"].format == "Trestle"
    assert grave(tmp_path) == {}
    write(tmp_path / "a.Full", slides.JPEG)
    assert grave(tmp_path) == {"a.tif": ["IMG203"]}
    assert told(tmp_path)["a.Full"].of == "a.tif"


def test_an_aperio_slide_whose_label_alone_was_taken_away(tmp_path: Path) -> None:
    texts = ["Aperio Image Library v1\n64x64|MPP = 0.5", "Aperio Image Library v1\nmacro 16x16"]
    for kept, expected in ((2, {"a.svs": ["IMG203"]}), (1, {})):
        with tifffile.TiffWriter(tmp_path / "a.svs") as writer:
            for text in texts[:kept]:
                writer.write(pixels(16, 16), metadata=None, description=text)
        assert grave(tmp_path) == expected


def test_folders_whose_index_was_left_behind(tmp_path: Path) -> None:
    slides.mirax(tmp_path / "a.mrxs", None)
    (tmp_path / "a.mrxs").unlink()
    slides.vsi(tmp_path / "b.vsi", ("20x",))
    (tmp_path / "b.vsi").unlink()
    assert grave(tmp_path) == {"a/Slidedat.ini": ["IMG001"], "_b_/stack1/frame_t.ets": ["IMG001"]}


def test_a_kfbio_slide(tmp_path: Path) -> None:
    slides.kfb(tmp_path / "a.kfb")
    assert grave(tmp_path) == {"a.kfb": ["IMG203"]}
    one = told(tmp_path)["a.kfb"]
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 32, "X": 64}
    assert one.pixel_size_um == {"X": 0.25, "Y": 0.25}
    data = (tmp_path / "a.kfb").read_bytes()
    write(tmp_path / "a.kfb", data[:-9])
    assert grave(tmp_path) == {"a.kfb": ["IMG203", "IMG103"]}
    for label in (None, b"", bytes(90)):
        slides.kfb(tmp_path / "a.kfb", label)
        assert grave(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "channels", "image", "expected"),
    [("label image", 3, "1", ["IMG203"]), ("label image", 1, "1", []), ("label image", 3, "2", [])],
)
def test_a_slide_that_was_converted_to_zarr(
    name: str, channels: int, image: str, expected: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.zarr"
    text(path / ".zgroup", {"zarr_format": 2})
    text(path / ".zattrs", {"bioformats2raw.layout": 3})
    for number in ("0", image):
        ome_zarr(path / number)
    xml = (
        '<OME><Image ID="Image:0" Name="scan"><Pixels SizeC="3"/></Image>'
        f'<Image ID="Image:1" Name="{name}"><Pixels SizeC="{channels}"/></Image></OME>'
    )
    write(path / "OME" / "METADATA.ome.xml", xml.encode())
    assert grave(tmp_path) == ({"a.zarr": expected} if expected else {})


def test_a_dicom_image_that_shows_the_label(tmp_path: Path) -> None:
    for said, expected in (("YES", {"a.dcm": ["IMG203"]}), ("NO", {})):
        dicom(tmp_path / "a.dcm", SpecimenLabelInImage=said)
        assert grave(tmp_path) == expected
    dicom(
        tmp_path / "a.dcm", SpecimenLabelInImage="YES", ImageType=["ORIGINAL", "PRIMARY", "LABEL"]
    )
    assert grave(tmp_path) == {"a.dcm": ["IMG203"]}
