"""Sets of files that are one image: each is found whole, and what it misses is told at the set."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.images import ImageFile, sniff
from tests.pictures import META, OME, tiff, write
from tests.recipes import IBD, imzml

HTD = (
    '"HTSInfoFile", Version 1.0\r\n"TimePoints", 2\r\n"XWells", 3\r\n"YWells", 2\r\n'
    '"WellsSelection1", TRUE, FALSE, FALSE\r\n"WellsSelection2", FALSE, TRUE, FALSE\r\n'
    '"Sites", TRUE\r\n"SiteSelection1", TRUE, TRUE\r\n"Waves", TRUE\r\n"NWavelengths", 2\r\n'
    '"WaveName1", "DAPI"\r\n"WaveName2", "GFP"\r\n"EndFile"\r\n'
)
OPERETTA = (
    "<?xml version='1.0'?><EvaluationInputData xmlns='http://www.perkinelmer.com/PEHH/HarmonyV5'>"
    "<MeasurementStartTime>2024-05-06T07:08:09+01:00</MeasurementStartTime>"
    "<Image><URL>r01c01f01p01-ch1.tiff</URL><ChannelName>DAPI</ChannelName>"
    '<ImageResolutionX Unit="m">2.5E-07</ImageResolutionX>'
    '<ImageResolutionY Unit="m">2.5E-07</ImageResolutionY></Image>'
    "<Image><URL>r01c01f01p01-ch2.tiff</URL><ChannelName>GFP</ChannelName></Image>"
    "</EvaluationInputData>"
)
MLF = "<b:M xmlns:b='http://www.yokogawa.co.jp/BTS'>{}</b:M>"
RECORD = '<b:MeasurementRecord b:Type="IMG">p_A01_{}.tif</b:MeasurementRecord>'


def uuids(*names: str) -> str:
    blocks = "".join(
        f'<TiffData FirstZ="{z}" IFD="0" PlaneCount="1"><UUID FileName="{name}">urn:uuid:'
        f"00000000-0000-4000-8000-{z:012}</UUID></TiffData>"
        for z, name in enumerate(names)
    )
    return OME.replace("<TiffData/>", blocks).replace('SizeZ="1"', f'SizeZ="{len(names)}"')


def metaxpress(folder: Path) -> None:
    write(folder / "p.HTD", HTD.encode())
    for time in (1, 2):
        for well in ("A01", "B02"):
            for site in (1, 2):
                for wave in (1, 2):
                    name = f"p_{well}_s{site}_w{wave}0AF3.tif"
                    write(folder / f"TimePoint_{time}" / name, tiff())
    write(folder / "TimePoint_1" / "p_A01_s1_w1_thumb.tif", tiff())


def operetta(folder: Path) -> None:
    write(folder / "Index.idx.xml", OPERETTA.encode())
    for channel in (1, 2):
        write(folder / f"r01c01f01p01-ch{channel}.tiff", tiff())


def cv7000(folder: Path) -> None:
    write(
        folder / "p.wpi",
        b"<?xml version='1.0'?><b:WellPlate xmlns:b='http://www.yokogawa.co.jp/BTS'/>",
    )
    write(folder / "MeasurementDetail.mrf", b"<b:D/>")
    names = [f"T0001F001L01A01Z01C0{c}" for c in (1, 2)]
    write(folder / "MeasurementData.mlf", MLF.format("".join(map(RECORD.format, names))).encode())
    for name in names:
        write(folder / f"p_A01_{name}.tif", tiff())


def scanr(folder: Path) -> None:
    write(folder / "experiment_descriptor.xml", b"<?xml version='1.0'?><LVData>ScanR</LVData>")
    for position in (1, 2):
        for z in (0, 1):
            for channel in ("DAPI", "GFP"):
                name = f"A1--W00001--P0000{position}--Z0000{z}--T00000--{channel}.tif"
                write(folder / "data" / name, tiff())


def vsi(folder: Path) -> None:
    write(folder / "a.vsi", tiff())
    for stack in ("stack1", "stack10001"):
        write(folder / "_a_" / stack / "frame_t.ets", b"SIS\0".ljust(64, b"\0") + b"ETS\0")


def sldy(folder: Path) -> None:
    write(folder / "a.sldy", b"class_name: CSlideBook\n")
    for channel in (0, 1):
        for time in (0, 1):
            name = f"ImageData_Ch{channel}_TP{time:07}.npy"
            write(folder / "a.dir" / "one.imgdir" / name, b"\x93NUMPY" + bytes(32))


def ome_set(folder: Path) -> None:
    names = ("a_z0.ome.tif", "a_z1.ome.tif")
    for name in names:
        write(folder / name, tiff(description=uuids(*names).encode()))


def companion(folder: Path) -> None:
    names = ("a_z0.ome.tif", "a_z1.ome.tif")
    binary = (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        '<BinaryOnly MetadataFile="a.companion.ome" '
        'UUID="urn:uuid:00000000-0000-4000-8000-00000000000a"/></OME>'
    )
    write(folder / "a.companion.ome", uuids(*names).encode())
    for name in names:
        write(folder / name, tiff(description=binary.encode()))


def spectra(folder: Path) -> None:
    imzml(folder / "a.imzML", IBD[:16], IBD)


def metaimage(folder: Path) -> None:
    text = "ObjectType = Image\nNDims = 2\nDimSize = 4 4\nElementType = MET_UCHAR\n"
    write(folder / "a.mhd", f"{text}ElementDataFile = a.raw\n".encode())
    write(folder / "a.raw", bytes(range(16)))


SETS = [
    (metaxpress, "MetaXpress", "p.HTD", "TimePoint_2/p_B02_s2_w20AF3.tif", "p_B02_s2_w2*.tif"),
    (operetta, "PerkinElmer Operetta", "Index.idx.xml", "r01c01f01p01-ch2.tiff", None),
    (cv7000, "CV7000", "p.wpi", "p_A01_T0001F001L01A01Z01C02.tif", None),
    (scanr, "Olympus ScanR", "experiment_descriptor.xml",
     "data/A1--W00001--P00002--Z00001--T00000--GFP.tif", None),
    (vsi, "cellSens VSI", "a.vsi", "_a_/stack10001/frame_t.ets", None),
    (sldy, "3i SlideBook 7", "a.sldy", "a.dir/one.imgdir/ImageData_Ch1_TP0000001.npy", None),
    (companion, "OME-XML", "a.companion.ome", "a_z1.ome.tif", None),
    (spectra, "imzML", "a.imzML", "a.ibd", None),
    (metaimage, "MetaImage", "a.mhd", "a.raw", None),
]  # fmt: skip


def told(folder: Path) -> dict[str, ImageFile]:
    return {one.path: one for one in sniff([folder], base=folder)}


@pytest.mark.parametrize(("made", "shows", "index", "_", "__"), SETS)
def test_a_whole_set_is_one_image(
    made: object, shows: str, index: str, _: str, __: str | None, tmp_path: Path
) -> None:
    assert callable(made)
    made(tmp_path)
    found = told(tmp_path)
    assert (found[index].kind, found[index].format) == ("image", shows)
    assert [one.path for one in found.values() if one.kind == "image"] == [index]
    assert all(one.of == index for one in found.values() if one.kind == "companion")
    assert not [flag for flag in found[index].findings if flag.severity != "hint"]


@pytest.mark.parametrize(("made", "shows", "index", "member", "said"), SETS)
def test_a_missing_member_is_told_at_the_set(
    made: object, shows: str, index: str, member: str, said: str | None, tmp_path: Path
) -> None:
    assert callable(made)
    made(tmp_path)
    (tmp_path / member).unlink()
    (flag,) = [flag for flag in told(tmp_path)[index].findings if flag.code == "IMG001"]
    assert (said or member) in flag.message
    assert flag.severity in ("error", "warning")


def test_an_ome_tiff_set_belongs_together_and_misses_a_member(tmp_path: Path) -> None:
    ome_set(tmp_path)
    found = told(tmp_path)
    assert {one.kind for one in found.values()} == {"image", "companion"}
    assert not [flag for one in found.values() for flag in one.findings if flag.severity != "hint"]
    (tmp_path / "a_z1.ome.tif").unlink()
    (flag,) = [flag for flag in told(tmp_path)["a_z0.ome.tif"].findings if flag.code == "IMG001"]
    assert "a_z1.ome.tif" in flag.message


def test_a_folder_of_a_set_that_is_gone_is_told(tmp_path: Path) -> None:
    vsi(tmp_path)
    shutil.rmtree(tmp_path / "_a_")
    (flag,) = [flag for flag in told(tmp_path)["a.vsi"].findings if flag.code == "IMG001"]
    assert "_a_" in flag.message


def test_a_screen_that_was_stopped_early_misses_nothing(tmp_path: Path) -> None:
    """Where most of a grid is absent, the grid was never full."""
    write(tmp_path / "experiment_descriptor.xml", b"<?xml version='1.0'?><LVData>ScanR</LVData>")
    for number in range(5):
        name = f"W00001--P0000{number}--Z0000{number}--T00000--DAPI.tif"
        write(tmp_path / "data" / name, tiff())
    assert not told(tmp_path)["experiment_descriptor.xml"].findings


def test_what_an_index_says_of_its_images(tmp_path: Path) -> None:
    operetta(tmp_path / "a")
    metaxpress(tmp_path / "b")
    scanr(tmp_path / "c")
    first = told(tmp_path / "a")["Index.idx.xml"]
    assert (first.channels, first.acquired) == (("DAPI", "GFP"), "2024-05-06T07:08:09")
    assert first.pixel_size_um == pytest.approx({"X": 0.25, "Y": 0.25})
    assert (first.images, told(tmp_path / "b")["p.HTD"].images) == (2, 4)
    assert told(tmp_path / "b")["p.HTD"].channels == ("DAPI", "GFP")
    assert told(tmp_path / "c")["experiment_descriptor.xml"].channels == ("DAPI", "GFP")


def test_channels_instrument_and_date_of_single_files(tmp_path: Path) -> None:
    described = META.replace(
        '<Image ID="Image:0" Name="cells">',
        '<Instrument ID="Instrument:0"><Microscope Manufacturer="Example" Model="Scope 2"/>'
        '</Instrument><Image ID="Image:0" Name="cells">'
        "<AcquisitionDate>2023-02-03T04:05:06</AcquisitionDate>"
        '<InstrumentRef ID="Instrument:0"/>',
    ).replace('ID="Channel:0:0"', 'ID="Channel:0:0" Name="nuclei"')
    write(tmp_path / "a.ome.xml", described.encode())
    (one,) = sniff([tmp_path / "a.ome.xml"])
    assert not [flag for flag in one.findings if flag.severity != "hint"]
    assert (one.channels, one.instrument, one.acquired) == (
        ("nuclei",), "Example Scope 2", "2023-02-03T04:05:06",
    )  # fmt: skip
    text = {"extratags": [(271, 2, 8, "Example", True), (272, 2, 6, "Cam 3", True)]}
    write(tmp_path / "b.tif", tiff(datetime="2022:01:02 03:04:05", **text))
    (two,) = sniff([tmp_path / "b.tif"])
    assert (two.instrument, two.acquired) == ("Example Cam 3", "2022-01-02T03:04:05")


def test_hdf5_kinds_say_their_sizes(tmp_path: Path) -> None:
    import h5py
    import numpy

    def file(name: str) -> h5py.File:
        return h5py.File(tmp_path / name, "w")

    with file("bdv.h5") as target:
        for time in range(2):
            for setup in range(3):
                target[f"t{time:05}/s{setup:02}/0/cells"] = numpy.zeros((4, 5, 6), "int16")
    with file("minc.mnc") as target:
        data = target.create_dataset("minc-2.0/image/0/image", data=numpy.zeros((4, 5, 6), "u1"))
        data.attrs["dimorder"] = b"zspace,yspace,xspace"
        for axis in "xyz":
            step = target.create_dataset(f"minc-2.0/dimensions/{axis}space", data=0)
            step.attrs["step"] = -0.5
    with file("ilastik.h5") as target:
        data = target.create_dataset("exported_data", data=numpy.zeros((2, 5, 6), "u1"))
        data.attrs["axistags"] = json.dumps({"axes": [{"key": key} for key in "cyx"]})
    with file("velox.emd") as target:
        target["Version"] = 1
        told_ = {"BinaryResult": {"PixelSize": {"width": "2e-9", "height": "2e-9"},
                                  "PixelUnitX": "m"},
                 "Instrument": {"Manufacturer": "Example", "InstrumentModel": "TEM 4"}}  # fmt: skip
        raw = numpy.frombuffer(json.dumps(told_).encode().ljust(600, b"\0"), "u1").reshape(-1, 1)
        target["Data/Image/0/Data"] = numpy.zeros((5, 6, 3), "uint16")
        target["Data/Image/0/Metadata"] = raw
    found = told(tmp_path)
    assert found["bdv.h5"].sizes == {"T": 2, "C": 1, "Z": 4, "Y": 5, "X": 6}
    assert (found["bdv.h5"].images, found["bdv.h5"].pixel_type) == (3, "uint16")
    assert found["minc.mnc"].sizes == {"T": 1, "C": 1, "Z": 4, "Y": 5, "X": 6}
    assert found["minc.mnc"].pixel_size_um == pytest.approx({"X": 500.0, "Y": 500.0, "Z": 500.0})
    assert found["ilastik.h5"].sizes == {"T": 1, "C": 2, "Z": 1, "Y": 5, "X": 6}
    assert found["velox.emd"].sizes == {"T": 3, "C": 1, "Z": 1, "Y": 5, "X": 6}
    assert found["velox.emd"].pixel_size_um == pytest.approx({"X": 0.002, "Y": 0.002})
    assert found["velox.emd"].instrument == "Example TEM 4"
