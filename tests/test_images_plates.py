"""Plates: which picture of which well, site and wavelength is absent, and what indexes tell."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from pipeline.images import sniff
from tests.pictures import tiff, write

HTD = (
    '"HTSInfoFile", Version 1.0\r\n"XWells", 3\r\n"YWells", 2\r\n'
    '"WellsSelection1", FALSE, TRUE, TRUE\r\n"WellsSelection2", FALSE, FALSE, TRUE\r\n'
    '"Sites", TRUE\r\n"XSites", 2\r\n"YSites", 2\r\n'
    '"SiteSelection1", TRUE, FALSE\r\n"SiteSelection2", TRUE, TRUE\r\n'
    '"Waves", TRUE\r\n"NWavelengths", 2\r\n'
    '"WaveName1", "DAPI"\r\n"WaveName2", "GFP"\r\n"WaveCollect1", 1\r\n"WaveCollect2", 1\r\n'
    '"EndFile"\r\n'
)
WELLS = ("A02", "A03", "B03")


def plate(folder: Path, sites: tuple[int, ...] = (1, 3, 4), times: int = 1) -> None:
    """Three wells of three sites in two waves; names end in a GUID, thumbnails stand beside."""
    write(folder / "p.HTD", HTD.encode())
    for time, well, site, wave in product(range(1, times + 1), WELLS, sites, (1, 2)):
        home = folder / f"TimePoint_{time}" if times > 1 else folder
        name = f"p_{well}_s{site}_w{wave}"
        write(home / f"{name}7F3A-{site}.tif", tiff())
        write(home / f"{name}_thumb9F3A.tif", tiff())


def absent(folder: Path) -> str:
    (one,) = [one for one in sniff([folder]) if one.path.endswith("p.HTD")]
    found = [flag.message for flag in one.findings if flag.code == "IMG001"]
    assert {flag.severity for flag in one.findings if flag.code == "IMG001"} <= {"warning"}
    return "; ".join(found).partition("absent: ")[2]


@pytest.mark.parametrize("times", [1, 2])
def test_a_plate_with_all_its_sites_lacks_nothing(tmp_path: Path, times: int) -> None:
    plate(tmp_path, times=times)
    assert absent(tmp_path) == ""
    (one,) = [one for one in sniff([tmp_path]) if one.path.endswith("p.HTD")]
    assert (one.images, one.channels) == (9, ("DAPI", "GFP"))


def test_absent_sites_are_named_by_their_number(tmp_path: Path) -> None:
    plate(tmp_path)
    (tmp_path / "p_A03_s3_w17F3A-3.tif").unlink()
    (tmp_path / "p_B03_s4_w27F3A-4.tif").unlink()
    assert absent(tmp_path) == "p_A03_s3_w1*.tif, p_B03_s4_w2*.tif"


def test_another_site_does_not_make_up_for_an_absent_one(tmp_path: Path) -> None:
    plate(tmp_path)
    (tmp_path / "p_A02_s1_w17F3A-1.tif").unlink()
    # the same picture twice, under two GUIDs
    write(tmp_path / "p_A02_s3_w1AAAA-3.tif", tiff())
    assert absent(tmp_path) == "p_A02_s1_w1*.tif"


def test_a_well_that_is_absent_altogether_is_named(tmp_path: Path) -> None:
    plate(tmp_path, times=2)
    for one in (tmp_path / "TimePoint_2").glob("p_A02_*"):
        one.unlink()
    names = [f"TimePoint_2/p_A02_s{site}_w{wave}*.tif" for wave in (1, 2) for site in (1, 3, 4)]
    assert absent(tmp_path) == ", ".join(names[:5]) + " …"


def test_a_wave_of_some_depths_or_a_projection_alone_lacks_nothing(tmp_path: Path) -> None:
    """The first wave has three depths, the second its projection beside them."""
    write(tmp_path / "p.HTD", HTD.encode())
    for well, site, step in product(WELLS, (1, 3, 4), (1, 2, 3)):
        write(tmp_path / f"ZStep_{step}" / f"p_{well}_s{site}_w1.TIF", tiff())
        write(tmp_path / f"p_{well}_s{site}_w2.TIF", tiff())
    assert absent(tmp_path) == ""
    assert {one.of for one in sniff([tmp_path]) if one.path.endswith("TIF")} == {
        f"{tmp_path}/p.HTD"
    }
    (tmp_path / "ZStep_2" / "p_A02_s3_w1.TIF").unlink()
    assert absent(tmp_path) == "ZStep_2/p_A02_s3_w1*.tif"
    for one in tmp_path.glob("*_w2.TIF"):
        one.unlink()
    assert absent(tmp_path).startswith("ZStep_1/p_A02_s1_w2*.tif")


def test_sites_that_no_well_has_are_counted(tmp_path: Path) -> None:
    plate(tmp_path, sites=(1, 3))
    assert absent(tmp_path).startswith("p_A02_s?_w1*.tif, p_A02_s?_w2*.tif, p_A03_s?_w1*.tif")


def yokogawa(folder: Path) -> None:
    """A plate of two wells, two channels and three slices, as CV8000 writes it; no pictures."""
    space = 'xmlns:bts="http://www.yokogawa.co.jp/BTS/BTSSchema/1.0"'
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    records = "".join(
        f'<bts:MeasurementRecord bts:Type="IMG" bts:Column="{well}" bts:Row="2" bts:TimePoint="1" '
        f'bts:FieldIndex="1" bts:ZIndex="{z}" bts:Ch="{channel}">p_B0{well}_Z{z}C{channel}.tif'
        "</bts:MeasurementRecord>"
        for well, z, channel in product((3, 4), (1, 2, 3), (1, 4))
    )
    write(folder / "MeasurementData.mlf", (
        f"{head}<bts:MeasurementData {space}>{records}"
        '<bts:MeasurementRecord bts:Type="ERR" bts:Column="9">AF Error</bts:MeasurementRecord>'
        "</bts:MeasurementData>"
    ).encode())  # fmt: skip
    write(folder / "MeasurementDetail.mrf", (
        f'{head}<bts:MeasurementDetail bts:BeginTime="2024-02-03T04:05:06.7+01:00" '
        f'bts:MeasurementSettingFileName="two.mes" bts:TargetSystem="CV8000 FD" {space}>'
        '<bts:MeasurementSamplePlate bts:WellPlateFileName="p.wpi" />'
        '<bts:MeasurementChannel bts:Ch="1" bts:HorizontalPixelDimension="0.325" '
        'bts:VerticalPixelDimension="0.65" bts:InputBitDepth="16" bts:HorizontalPixels="2000" '
        'bts:VerticalPixels="1000" /></bts:MeasurementDetail>'
    ).encode())  # fmt: skip
    channels = "".join(
        f'<bts:Channel bts:Ch="{n}" bts:Target="{name}" />' for n, name in ((1, "A"), (4, "D"))
    )
    write(folder / "two.mes", f"{head}<bts:S {space}>{channels}</bts:S>".encode())
    write(folder / "p.wpi", f"{head}<bts:WellPlate {space}/>".encode())


@pytest.mark.parametrize("index", ["p.wpi", "MeasurementData.mlf"])
def test_a_yokogawa_plate_tells_its_pictures_with_and_without_its_wpi(
    tmp_path: Path, index: str
) -> None:
    yokogawa(tmp_path)
    if index != "p.wpi":
        (tmp_path / "p.wpi").unlink()
    found = {Path(one.path).name: one for one in sniff([tmp_path])}
    one = found.pop(index)
    assert {other.kind for other in found.values()} == {"companion"}
    assert (one.kind, one.format, one.evidence) == ("image", "CV7000", "content")
    assert one.sizes == {"T": 1, "C": 2, "Z": 3, "Y": 1000, "X": 2000}
    assert one.pixel_size_um == {"X": 0.325, "Y": 0.65}
    assert (one.pixel_type, one.images, one.channels) == ("uint16", 2, ("A", "D"))
    assert (one.instrument, one.acquired) == ("Yokogawa CV8000", "2024-02-03T04:05:06")
    absent = {flag.severity: flag.message for flag in one.findings if flag.code == "IMG001"}
    assert absent["error"].startswith("12 files of this image are absent: p_B03_Z1C1.tif")
    assert absent.get("warning", "").endswith("absent: p.wpi") == (index != "p.wpi")
    (tmp_path / index).unlink()
    assert {one.kind for one in sniff([tmp_path]) if one.path.endswith((".mrf", ".mes"))} <= {
        "other", "companion",
    }  # fmt: skip


def test_a_jdce_names_its_tables_and_they_its_pictures(tmp_path: Path) -> None:
    filters = [{"EmissionFilter": {"Name": "blue"}}, {"EmissionFilter": None}, 7]
    protocol = {
        "Camera": {"Size": {"Width": 20, "Height": 10}},
        "ObjectiveCalibration": {"Unit": "\u03bcm", "PixelWidth": 0.5, "PixelHeight": 0.5},
        "Wavelengths": filters,
    }
    stack = {
        "AutoLeadAcquisitionProtocol": protocol,
        "Creation": {"Date": "2026-01-02", "Time": "03:04:05"},
        "ImageMetadataFiles": ["t.csv", 3],
    }
    rows = ["Row,Column,Field,Wavelength,Timepoint,ZIndex,ImageSubFolderPath,ImageFileName"]
    rows += [f"3,5,0,{wave},0,{z},t0,w{wave}z{z}.tif" for wave, z in product((0, 1), (0, 1, 2))]
    write(tmp_path / "p.jdce", json.dumps({"ImageStack": stack}).encode())
    write(tmp_path / "t.csv", "\r\n".join(rows).encode())
    write(tmp_path / "t0" / "w1z2.tif", tiff())
    found = {Path(one.path).name: one for one in sniff([tmp_path])}
    one = found["p.jdce"]
    assert (one.format, one.evidence) == ("JDCE", "content")
    assert one.sizes == {"T": 1, "C": 2, "Z": 3, "Y": 10, "X": 20}
    assert (one.pixel_size_um, one.images) == ({"X": 0.5, "Y": 0.5}, 1)
    assert (one.channels, one.acquired) == (("blue", "", ""), "2026-01-02T03:04:05")
    assert {name for name, other in found.items() if other.of} == {"t.csv", "w1z2.tif"}
    (flag,) = one.findings
    assert (flag.code, flag.message[:7]) == ("IMG001", "5 files")
    for spoilt in (b'{"ImageStack": []}', b'{"ImageStack": ', b"{}"):
        write(tmp_path / "p.jdce", spoilt)
        (one,) = sniff([tmp_path / "p.jdce"])
        assert {flag.code for flag in one.findings} <= {"IMG114"}, one.findings


def test_an_in_cell_index_tells_its_pictures(tmp_path: Path) -> None:
    pictures = "".join(
        f'<Image filename="w{column}f{field}z{z}.tif"><Row number="1"/><Column number="{column}"/>'
        f'<Identifier field_index="{field}" time_index="0" wave_index="0" z_index="{z}"/></Image>'
        for column, field, z in product((1, 2), (0, 1), (0, 1, 2))
    )
    write(tmp_path / "p.xdce", (
        '<?xml version="1.0"?><ImageStack><Creation date="2012-05-30" time="13:05:54"/>'
        '<ObjectiveCalibration unit="um" pixel_height="0.645" pixel_width="0.645"/>'
        '<Camera name="c"><Size height="8" width="16"/></Camera>'
        '<Wavelength><EmissionFilter name="DAPI"/></Wavelength>'
        f"<Images>{pictures}</Images></ImageStack>"
    ).encode())  # fmt: skip
    (one,) = sniff([tmp_path])
    assert (one.format, one.images, one.channels) == ("InCell 1000/2000", 4, ("DAPI",))
    assert one.sizes == {"T": 1, "C": 1, "Z": 3, "Y": 8, "X": 16}
    assert one.pixel_size_um == {"X": 0.645, "Y": 0.645}
    assert one.acquired == "2012-05-30T13:05:54"


HARMONY = (
    '<?xml version="1.0"?><EvaluationInputData xmlns="{}"><InstrumentType>Phenix</InstrumentType>'
    "<Plates><Plate><MeasurementStartTime>2022-05-25T14:44:40.4+02:00</MeasurementStartTime></Plate>"
    '</Plates><Maps><Map><Entry ChannelID="1"><ChannelName>DAPI</ChannelName>'
    '<ImageResolutionX Unit="m">3E-07</ImageResolutionX><ImageSizeX>20</ImageSizeX>'
    "<ImageSizeY>10</ImageSizeY></Entry></Map></Maps><Images>{}</Images></EvaluationInputData>"
)


@pytest.mark.parametrize(
    ("space", "form"),
    [
        ("43B2/HarmonyV7", "PerkinElmer Operetta"),
        ("http://www.perkinelmer.com/PEHH/HarmonyV5", "PerkinElmer Operetta"),
        ("http://www.perkinelmer.com/Columbus", "PerkinElmer Columbus"),
    ],
)
def test_an_index_of_harmony_or_columbus_tells_fields_and_planes(
    tmp_path: Path, space: str, form: str
) -> None:
    pictures = "".join(
        f'<Image><URL BufferNo="0">r2c{column}p{plane}ch{channel}.tiff</URL><Row>2</Row>'
        f"<Col>{column}</Col><FieldID>1</FieldID><PlaneID>{plane}</PlaneID>"
        f"<TimepointID>1</TimepointID><ChannelID>{channel}</ChannelID></Image>"
        for column, plane, channel in product((3, 4), (1, 2, 3), (1, 2))
    )
    write(tmp_path / "Index.xml", HARMONY.format(space, pictures).encode())
    (one,) = sniff([tmp_path])
    assert (one.format, one.images) == (form, 2)
    assert one.sizes == {"T": 1, "C": 2, "Z": 3, "Y": 10, "X": 20}
    assert (one.pixel_size_um, one.channels) == ({"X": 0.3}, ("DAPI",))
    assert (one.instrument, one.acquired) == ("PerkinElmer Phenix", "2022-05-25T14:44:40")
    (flag,) = [flag for flag in one.findings if flag.code == "IMG001"]
    assert flag.message.startswith("12 files of this image are absent: r2c3p1ch1.tiff")


def test_an_index_of_columbus_refers_to_those_of_its_pictures(tmp_path: Path) -> None:
    write(tmp_path / "MeasurementIndex.ColumbusIDX.xml", (
        b'<?xml version="1.0"?><MeasurementIndex xmlns="http://www.perkinelmer.com/Columbus">'
        b'<Reference Class="x">ImageIndex.ColumbusIDX.xml</Reference></MeasurementIndex>'
    ))  # fmt: skip
    space = "http://www.perkinelmer.com/Columbus"
    write(tmp_path / "ImageIndex.ColumbusIDX.xml", HARMONY.format(space, "").encode())
    found = {Path(one.path).name: one for one in sniff([tmp_path])}
    assert {one.format for one in found.values()} == {"PerkinElmer Columbus"}
    (tmp_path / "ImageIndex.ColumbusIDX.xml").unlink()
    (one,) = sniff([tmp_path])
    assert [flag.severity for flag in one.findings if flag.code == "IMG001"] == ["warning"]


def test_a_scanr_experiment_tells_its_scale_and_that_its_pictures_are_absent(
    tmp_path: Path,
) -> None:
    write(tmp_path / "experiment_descriptor.xml", (
        b"<?xml version='1.0'?><Cluster><Name>Experiment Descriptor Cluster</Name><DBL>"
        b"<Name>conversion factor um/pixel</Name>\n<Val>0.3225</Val></DBL></Cluster>"
    ))  # fmt: skip
    (one,) = sniff([tmp_path])
    assert (one.format, one.pixel_size_um) == ("Olympus ScanR", {"X": 0.3225, "Y": 0.3225})
    assert [flag.value for flag in one.findings if flag.code == "IMG001"] == ["data"]
    (tmp_path / "data").mkdir()
    (one,) = sniff([tmp_path])
    assert [flag.value for flag in one.findings if flag.code == "IMG001"] == ["data/*.tif"]
    write(tmp_path / "data" / "A1--W00001--P00001--Z00000--T00000--DAPI.tif", tiff())
    (one,) = [one for one in sniff([tmp_path]) if one.kind == "image"]
    assert (one.images, one.channels, one.findings) == (1, ("DAPI",), ())
