"""Malformed OME-XML that stands by itself: each fault is found, placed, and told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.images import sniff
from tests.pictures import OME, ome_tiff

SPACE = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
SOUND = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<OME xmlns="{SPACE}">\n<Image ID="Image:0">\n'
    '<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" SizeX="4" SizeY="4" SizeZ="1" '
    'SizeC="1" SizeT="1" PhysicalSizeX="0.5" PhysicalSizeY="0.5">\n<Channel ID="Channel:0:0"/>\n'
    "<MetadataOnly/>\n</Pixels>\n</Image>\n</OME>\n"
)
TIFF = SOUND.replace("<MetadataOnly/>", '<TiffData IFD="0" PlaneCount="1"/>')
PIXELS = "/OME/Image[1]/Pixels"
CASES = [
    ('ID="Channel:0:0"', 'ID="Ch0"', f"{PIXELS}/Channel[1]/@ID"),
    ('ID="Channel:0:0"', 'ID="Channel:0:0" Color="#ff0000"', f"{PIXELS}/Channel[1]/@Color"),
    (' PhysicalSizeX="0.5"', ' PhysicalSizeX="NaN"', f"{PIXELS}/@PhysicalSizeX"),
    ('Type="uint16"', 'Type="uint16" SignificantBits="17"', f"{PIXELS}/@SignificantBits"),
    ('Type="uint16"', 'Type="uint16" TimeIncrement="-1"', f"{PIXELS}/@TimeIncrement"),
    ('PlaneCount="1"', 'PlaneCount="9"', f"{PIXELS}/TiffData[1]/@PlaneCount"),
    ('IFD="0"', 'IFD="-1"', f"{PIXELS}/TiffData[1]/@IFD"),
    ('IFD="0"', 'IFD="0" FirstZ="7"', f"{PIXELS}/TiffData[1]/@FirstZ"),
    (
        '<TiffData IFD="0" PlaneCount="1"/>',
        '<BinData Length="4" BigEndian="false">@@@!</BinData>',
        f"{PIXELS}/BinData[1]",
    ),
    (
        '<TiffData IFD="0" PlaneCount="1"/>',
        '<BinData Length="32" BigEndian="false">AAAA</BinData>',
        f"{PIXELS}/BinData[1]",
    ),
    ("</Pixels>", '<Plane TheZ="0" TheC="0" TheT="3"/></Pixels>', f"{PIXELS}/Plane[1]/@TheT"),
    ("</Pixels>", '<Plane TheZ="0" TheC="0" TheT="0"/>' * 2 + "</Pixels>", f"{PIXELS}/Plane[2]"),
    ("</Pixels>", '</Pixels><ROIRef ID="ROI:9"/>', "/OME/Image[1]/ROIRef[1]/@ID"),
    ("<Pixels", '<InstrumentRef ID="Instrument:5"/><Pixels', "/OME/Image[1]/InstrumentRef/@ID"),
    ("OME/2016-06", "OME/2099-01", "/OME"),
    ("<OME ", "<Metadata ", "/Metadata"),
]


@pytest.mark.parametrize(("old", "new", "pointer"), CASES)
def test_contradictions_stand_at_their_place(
    old: str, new: str, pointer: str, tmp_path: Path
) -> None:
    text = TIFF.replace(old, new, 1)
    if new.startswith("<Metadata"):
        text = text.replace("</OME>", "</Metadata>")
    path = tmp_path / "a.ome.xml"
    path.write_text(text, "utf-8")
    (one,) = sniff([path])
    errors = [finding for finding in one.findings if finding.severity == "error"]
    assert pointer in [finding.location.pointer for finding in errors]
    for finding in errors:
        assert "facet" not in finding.message
        assert "key-sequence" not in finding.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ImageJ=1.53\n" + SOUND, 1),
        (SOUND.replace('ID="Image:0"', 'ID="Image:0" Name="a\x07b"'), 3),
        (SOUND + "\0", 10),
        ('{"OME": {}}', 1),
        ('<?xml version="1.0"?>\n', None),
    ],
)
def test_what_is_no_xml_is_told(text: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "a.ome.xml"
    path.write_text(text, "utf-8")
    (one,) = sniff([path])
    (error,) = [finding for finding in one.findings if finding.severity == "error"]
    assert error.code == "OME101"
    assert line is None or error.location.line == line


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        TIFF,
        SOUND.replace("2016-06", "2008-02"),
        SOUND.replace("UTF-8", "UTF-16"),
        SOUND.replace("<", "<o:")
        .replace("<o:/", "</o:")
        .replace("<o:?", "<?")
        .replace("xmlns=", "xmlns:o="),
        SOUND.replace("</Pixels>", '</Pixels><ROIRef ID="urn:lsid:x.org:ROI:1"/>'),
        SOUND.replace('SizeC="1"', 'SizeC="3"').replace(
            'ID="Channel:0:0"', 'ID="Channel:0:0" SamplesPerPixel="3"'
        ),
    ],
)
def test_sound_documents_stay_clean(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ome.xml"
    path.write_text(text, "utf-16" if "UTF-16" in text else "utf-8")
    (one,) = sniff([path])
    assert [finding for finding in one.findings if finding.severity != "hint"] == []


@pytest.mark.parametrize(("said", "told"), [("uint8", False), ("int8", False), ("uint16", True)])
def test_a_type_that_is_not_the_tiffs_is_told(said: str, told: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    path.write_bytes(ome_tiff(OME.replace('Type="uint8"', f'Type="{said}"')))
    (one,) = sniff([path])
    places = [finding.location.pointer for finding in one.findings if finding.code == "OME203"]
    assert places == ([f"{PIXELS}/@Type"] if told else [])
