"""What names a person, photographs of a slide's label, and what a header cannot mean."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tifffile

from pipeline.images import sniff
from tests.pictures import pixels, tiff, write
from tests.recipes import RECIPES


def codes(path: Path) -> dict[str, str]:
    (one,) = sniff([path])
    return {flag.code: flag.severity for flag in one.findings if flag.code != "IMG302"}


def dicom(path: Path, **more: Any) -> Path:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, "1.2.3.4"
    made.Rows = made.Columns = 4
    made.BitsAllocated = made.BitsStored = 8
    made.HighBit, made.PixelRepresentation, made.SamplesPerPixel = 7, 0, 1
    made.PhotometricInterpretation, made.PixelData = "MONOCHROME2", bytes(range(16))
    for name, value in more.items():
        setattr(made, name, value)
    made.save_as(path, enforce_file_format=True)
    return path


PERSONS: list[dict[str, Any]] = [
    {"PatientName": "Doe^Jane"},
    {"PatientID": "H123456"},
    {"PatientBirthDate": "19700101"},
    {"OtherPatientIDs": "99887766"},
    {"OtherPatientNames": "Roe^Jane"},
    {"PatientBirthName": "Roe"},
    {"PatientAddress": "1 High Street"},
    {"PatientTelephoneNumbers": "+44 1 2345"},
    {"PatientMotherBirthName": "Poe"},
    {"MedicalRecordLocator": "77/8"},
    {"PatientSpeciesDescription": "Canis lupus", "ResponsiblePerson": "Doe^John"},
    {"PatientSpeciesDescription": "Homo sapiens", "PatientName": "Doe^Jane"},
]
NOBODY: list[dict[str, Any]] = [
    {"PatientName": "", "PatientID": ""},
    {"PatientName": "Anonymous", "PatientID": "ANON001"},
    {"PatientIdentityRemoved": "YES", "PatientName": "P01"},
    {"PatientSpeciesDescription": "Mus musculus", "PatientBirthDate": "20240101"},
]  # fmt: skip


@pytest.mark.parametrize("given", PERSONS, ids=lambda one: "+".join(one))
def test_a_person_is_told_and_not_named(tmp_path: Path, given: dict[str, Any]) -> None:
    (one,) = sniff([dicom(tmp_path / "a.dcm", **given)])
    (flag,) = [flag for flag in one.findings if flag.code == "IMG202"]
    assert flag.severity == "error"
    for value in given.values():
        assert value.replace("^", " ") not in flag.message


@pytest.mark.parametrize("given", NOBODY, ids=lambda one: "+".join(one))
def test_who_is_nobody_is_not_told(tmp_path: Path, given: dict[str, Any]) -> None:
    assert codes(dicom(tmp_path / "a.dcm", **given)) == {}


def nrrd(name: str) -> bytes:
    text = f"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 4 4\nencoding: raw\n0010|0010:={name}\n\n"
    return text.encode() + bytes(range(16))


def mha(name: str) -> bytes:
    text = f"ObjectType = Image\nNDims = 2\n0010|0020 = {name}\nDimSize = 4 4\n"
    return f"{text}ElementType = MET_UCHAR\nElementDataFile = LOCAL\n".encode() + bytes(range(16))


def analyze(name: str) -> bytes:
    head = struct.pack("<i36x8h14xhh", 348, 3, 4, 4, 1, 1, 1, 1, 1, 2, 8).ljust(283, b"\0")
    return (head + name.encode()[:10]).ljust(348, b"\0")


def original(name: str) -> bytes:
    """OME-XML as Bio-Formats writes it from DICOM."""
    said = f"<Key>0010,0010 Patient's Name</Key><Value>{name}</Value>"
    return (
        f'<?xml version="1.0"?><OME xmlns="{SPACE}"><Image ID="Image:0" Name="x"><Pixels '
        'ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="4" SizeY="4" SizeZ="1" '
        'SizeC="1" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5"><Channel ID="Channel:0:0" '
        'SamplesPerPixel="1"/><MetadataOnly/></Pixels></Image><StructuredAnnotations>'
        '<XMLAnnotation ID="Annotation:0" Namespace="openmicroscopy.org/OriginalMetadata"><Value>'
        f"<OriginalMetadata>{said}</OriginalMetadata></Value></XMLAnnotation>"
        "</StructuredAnnotations></OME>"
    ).encode()


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.nrrd", nrrd), ("a.mha", mha), ("a.hdr", analyze), ("a.ome.xml", original)],
    ids=["nrrd", "mha", "analyze", "ome"],
)
def test_who_other_headers_took_over_is_told(
    name: str, make: Callable[[str], bytes], tmp_path: Path
) -> None:
    write(tmp_path / "a.img", bytes(range(16)))
    for person, expected in (("Doe^Jane", {"IMG202": "warning"}), ("ANON7", {}), ("", {})):
        write(tmp_path / name, make(person))
        assert codes(tmp_path / name) == expected


@pytest.mark.parametrize("version", [1, 2])
def test_who_was_scanned_for_a_minc_is_told(version: int, tmp_path: Path) -> None:
    import h5py
    import numpy
    from scipy.io import netcdf_file

    path = tmp_path / "a.mnc"
    for person, expected in (("Jane Doe", {"IMG202": "warning"}), ("anonymous", {})):
        if version == 1:
            with netcdf_file(path, "w") as file:
                for axis in ("yspace", "xspace"):
                    file.createDimension(axis, 4)
                file.createVariable("image", "b", ("yspace", "xspace"))[:] = 1
                file.createVariable("patient", "i", ()).full_name = person
        else:
            with h5py.File(path, "w") as file:
                data = file.create_dataset("minc-2.0/image/0/image", (4, 4), "u1")
                data.attrs["dimorder"] = "yspace,xspace"
                data[:] = numpy.arange(16).reshape(4, 4)
                for axis in ("yspace", "xspace"):
                    file.create_dataset(f"minc-2.0/dimensions/{axis}", data=0).attrs["step"] = 1.5
                file.create_group("minc-2.0/info/patient").attrs["full_name"] = person
        assert codes(path) == expected


def slide(path: Path, pages: list[dict[str, Any]]) -> Path:
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(pixels(16, 16), metadata=None, **page)
    return path


def test_labels_of_slides_are_told(tmp_path: Path) -> None:
    kind = "<PerkinElmer-QPI-ImageDescription><ImageType>{}</ImageType></x>"
    akoya = {"software": "PerkinElmer-QPI"}
    scan = (700, 1, 8, b"<iScan/>", True)
    philips = '<?xml version="1.0"?><DataObject ObjectType="DPUfsImport">{}</DataObject>'
    image = '<Attribute Name="PIM_DP_IMAGE_TYPE">{}</Attribute>'
    slides: dict[str, list[dict[str, Any]]] = {
        "a.qptiff": [{**akoya, "description": kind.format(name)} for name in ("Full", "Label")],
        "a.bif": [{"description": "Label_Image", "extratags": [scan]}, {"description": "level=0"}],
        "a.tiff": [{"description": philips.format(image.format("LABELIMAGE"))}],
    }
    for name, pages in slides.items():
        path = slide(tmp_path / name, pages)
        assert codes(path) == {"IMG203": "warning"}, name
    without = {
        "b.qptiff": slides["a.qptiff"][:1],
        "b.bif": [{"description": "Thumbnail", "extratags": [scan]}],
        "b.tiff": [{"description": philips.format(image.format("WSI"))}],
    }
    for name, pages in without.items():
        assert codes(slide(tmp_path / name, pages)) == {}, name


def test_the_overview_of_a_hamamatsu_slide_is_told(tmp_path: Path) -> None:
    for lens, expected in ((20.0, {}), (-1.0, {"IMG203": "warning"})):
        # as in NDPI, the offset of the next directory has eight bytes
        tags = [(256, 4, 1, 4), (257, 4, 1, 4), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
                (273, 4, 1, 8), (278, 4, 1, 4), (279, 4, 1, 16)]  # fmt: skip
        rows = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        rows += struct.pack("<HHII", 65420, 3, 1, 1) + struct.pack("<HHIf", 65421, 11, 1, lens)
        rows += struct.pack("<HHII", 65426, 4, 1, 0)
        data = b"II*\0" + struct.pack("<I", 24) + bytes(range(1, 17))
        data += struct.pack("<H", len(tags) + 3) + rows + bytes(8)
        write(tmp_path / "a.ndpi", data)
        assert codes(tmp_path / "a.ndpi") == expected


def test_the_label_among_the_attachments_of_a_czi_is_told(tmp_path: Path) -> None:
    RECIPES["czi"](tmp_path / "a.czi")
    sound = (tmp_path / "a.czi").read_bytes()
    for name, expected in ((b"TimeStamps", False), (b"Label", True)):
        entry = b"A1".ljust(48, b"\0") + name.ljust(80, b"\0")
        body = struct.pack("<i", 1).ljust(256, b"\0") + entry
        segment = b"ZISRAWATTDIR".ljust(16, b"\0") + struct.pack("<qq", len(body), len(body)) + body
        data = bytearray(sound + segment)
        struct.pack_into("<q", data, 104, len(sound))
        write(tmp_path / "a.czi", bytes(data))
        assert ("IMG203" in codes(tmp_path / "a.czi")) is expected


SPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"


def ome(path: Path, size: str, name: str = "x", samples: int = 1) -> Path:
    write(path, (
        f'<?xml version="1.0"?><OME xmlns="{SPACE}"><Image ID="Image:0" Name="{name}"><Pixels '
        f'ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" SizeX="4" SizeY="4" SizeZ="1" '
        f'SizeC="{samples}" SizeT="1" {size}><Channel ID="Channel:0:0" SamplesPerPixel="{samples}"'
        f"/><MetadataOnly/></Pixels></Image></OME>"
    ).encode())  # fmt: skip
    return path


def test_a_pixel_size_that_is_none_is_told(tmp_path: Path) -> None:
    def size(value: str, unit: str) -> str:
        return f'PhysicalSizeX="{value}" PhysicalSizeXUnit="{unit}" PhysicalSizeY="{value}"'

    assert codes(ome(tmp_path / "a.ome", size("0.5", "µm"))) == {}
    assert codes(ome(tmp_path / "b.ome", size("1", "pixel"))) == {"OME001": "hint"}
    assert codes(ome(tmp_path / "c.ome", size("300", "m"))) == {"OME001": "hint"}
    assert codes(ome(tmp_path / "d.ome", "")) == {"OME001": "hint"}
    assert codes(ome(tmp_path / "e.ome", size("1.0", "µm"))) == {"IMG206": "hint"}


def test_a_label_that_was_converted_is_told_and_a_segmentation_is_not(tmp_path: Path) -> None:
    size = 'PhysicalSizeX="0.5" PhysicalSizeY="0.5"'
    assert codes(ome(tmp_path / "a.ome", size, "label image", 3)) == {"IMG203": "warning"}
    assert codes(ome(tmp_path / "b.ome", size, "label image", 1)) == {}


def test_planes_that_imagej_counts_and_the_file_lacks_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    write(path, tiff(description="ImageJ=1.53\nimages=9\nslices=9\n"))
    assert codes(path) == {"IMG208": "warning"}
    write(path, tiff(description="ImageJ=1.53\nimages=1\n"))
    assert codes(path) == {}
    # one directory, and the other planes behind the first, as of more than 4 GiB
    data = pixels(9, 8, 12)
    tifffile.imwrite(path, data, imagej=True, metadata={"axes": "ZYX"})
    assert codes(path) == {}
    tifffile.imwrite(path, pixels(3, 2, 8, 12), imagej=True, metadata={"axes": "TZYX"})
    assert codes(path) == {}
    tifffile.imwrite(path, pixels(2, 8, 12, 3).astype("u1"), imagej=True,
                     photometric="rgb", metadata={"axes": "ZYXS"})  # fmt: skip
    assert codes(path) == {}


def test_what_transfer_programs_leave_is_told(tmp_path: Path) -> None:
    for name in ("a.tif.aspera-ckpt", "b.czi.aspx", "c.nd2.tmp", "d.lif.part"):
        write(tmp_path / name, b"x" * 20)
        assert codes(tmp_path / name) == {"IMG110": "error"}, name
    for name in ("page.aspx", "notes.tmp", "notes.txt.tmp"):
        write(tmp_path / name, b"words and more words")
        assert "IMG110" not in codes(tmp_path / name), name
