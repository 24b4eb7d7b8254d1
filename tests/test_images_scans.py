"""Indexes of single programs: what they tell of their pictures, and which of these are absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest
import tifffile

from pipeline.images import ImageFile, sniff
from tests.growth import LINEAR, growth
from tests.pictures import tiff, write


def told(folder: Path) -> dict[str, ImageFile]:
    return {str(Path(one.path).relative_to(folder)): one for one in sniff([folder])}


def absent(one: ImageFile) -> str:
    found = [flag.message for flag in one.findings if flag.code == "IMG001"]
    return "; ".join(found).partition("absent: ")[2]


FILES = (
    '<File channel="2" channelName="{}" filename="a_Ch2_{}.ome.tif" />'
    '<File channel="3" channelName="{}" filename="a_Ch3_{}.ome.tif" />'
)
NEW = """<PVStateShard><PVStateValue key="linesPerFrame" value="256" />
<PVStateValue key="micronsPerPixel"><IndexedValue index="XAxis" value="0.5" />
<IndexedValue index="YAxis" value="0.25" /><IndexedValue index="ZAxis" value="3" /></PVStateValue>
<PVStateValue key="pixelsPerLine" value="512" /></PVStateShard>"""
OLD = """<PVStateShard><Key key="linesPerFrame" permissions="Read" value="256" />
<Key key="pixelsPerLine" permissions="Read" value="512" />
<Key key="micronsPerPixel_XAxis" permissions="Read" value="0.5" />
<Key key="micronsPerPixel_YAxis" permissions="Read" value="0.25" />
<Key key="micronsPerPixel_ZAxis" permissions="Read" value="3" />
<Key key="pixelsPerLine" permissions="Read" value="7" /></PVStateShard>"""


@pytest.mark.parametrize("state", [NEW, OLD])
@pytest.mark.parametrize(
    ("kind", "shape"), [("TSeries ZSeries Element", (2, 3)), ("TSeries Timed Element", (6, 1))]
)
def test_a_prairie_index_tells_its_pictures(
    tmp_path: Path, state: str, kind: str, shape: tuple[int, int]
) -> None:
    frames = [f"<Frame index='1'>{FILES.format('Red', n, 'Green', n)}</Frame>" for n in range(6)]
    sequences = "".join(
        f'<Sequence type="{kind}" cycle="{n}">{"".join(frames[3 * n : 3 * n + 3])}</Sequence>'
        for n in range(2)
    )
    write(tmp_path / "a.xml", (
        '<?xml version="1.0"?><PVScan version="5.4" date="9/8/2024 4:05:06 PM">'
        f"{state}{sequences}</PVScan>"
    ).encode())  # fmt: skip
    write(tmp_path / "a.env", b'<?xml version="1.0"?><Environment version="5.4" />')
    write(tmp_path / "b.env", b'<?xml version="1.0"?><Environment version="5.4" />')
    found = told(tmp_path)
    one = found["a.xml"]
    depth = {"Z": 3.0} if shape[1] > 1 else {}
    assert one.sizes == {"T": shape[0], "C": 2, "Z": shape[1], "Y": 256, "X": 512}
    assert one.pixel_size_um == {"X": 0.5, "Y": 0.25, **depth}
    assert (one.channels, one.acquired) == (("Red", "Green"), "2024-09-08T16:05:06")
    assert absent(one).startswith("a_Ch2_0.ome.tif, a_Ch3_0.ome.tif")
    assert (found["a.env"].kind, found["b.env"].kind) == ("companion", "other")


SUMMARY: dict[str, Any] = {
    "Slices": 9, "Frames": 9, "Channels": 2, "Width": 20, "Height": 10, "PixelType": "GRAY16",
    "PixelSize_um": 0.16, "z-step_um": -0.5, "ChNames": ["A", "B"],
    "Time": "2014-03-26 12:21:05 +0100",
}  # fmt: skip


def test_a_summary_of_micro_manager_tells_sizes_and_channels(tmp_path: Path) -> None:
    keys = [f"FrameKey-{t}-{c}-{z}" for t in range(2) for c in range(2) for z in range(3)]
    frames = {key: {"FileName": f"{key}.tif", "PixelSizeUm": 0.108} for key in keys}
    path = tmp_path / "metadata.txt"
    write(path, json.dumps({"Summary": SUMMARY, **frames}).encode())
    one = told(tmp_path)["metadata.txt"]
    assert one.format == "Micro-Manager"
    assert one.sizes == {"T": 2, "C": 2, "Z": 3, "Y": 10, "X": 20}  # as far as it went
    assert one.pixel_size_um == {"X": 0.16, "Y": 0.16, "Z": 0.5}
    assert (one.pixel_type, one.channels, one.images) == ("uint16", ("A", "B"), 1)
    assert one.acquired == "2014-03-26T12:21:05"
    newer = {key: value for key, value in SUMMARY.items() if key != "PixelSize_um"}
    # a program that crashed leaves the end off
    write(path, json.dumps({"Summary": newer, **frames}).encode()[:-40])
    one = told(tmp_path)["metadata.txt"]
    assert one.pixel_size_um == {"X": 0.108, "Y": 0.108, "Z": 0.5}
    write(path, json.dumps({"Summary": SUMMARY}).encode())
    assert told(tmp_path)["metadata.txt"].sizes == {"T": 9, "C": 2, "Z": 9, "Y": 10, "X": 20}


def test_metadata_beside_a_stack_of_micro_manager_belong_to_the_stack(tmp_path: Path) -> None:
    name = "x_MMStack_Pos0.ome.tif"
    told_in = {"Summary": SUMMARY, "FrameKey-0-0-0": {"FileName": name}}
    write(tmp_path / "x_MMStack_Pos0_metadata.txt", json.dumps(told_in).encode())
    data = numpy.zeros((8, 8), "uint8")
    tifffile.imwrite(tmp_path / name, data, ome=True, photometric="minisblack")
    found = told(tmp_path)
    assert (found[name].kind, found[name].format) == ("image", "OME-TIFF")
    assert found["x_MMStack_Pos0_metadata.txt"].of == f"{tmp_path}/{name}"
    (tmp_path / name).unlink()
    one = told(tmp_path)["x_MMStack_Pos0_metadata.txt"]
    assert (one.kind, one.format, absent(one)) == ("image", "Micro-Manager", name)


BDV = """<?xml version="1.0"?><SpimData version="0.2"><SequenceDescription>
<ImageLoader>{loader}</ImageLoader><ViewSetups><ViewSetup><id>0</id>
<voxelSize><unit>{unit}</unit><size>500 500 2000</size></voxelSize><size>30 20 10</size>
</ViewSetup></ViewSetups><Timepoints type="x">{times}</Timepoints>
</SequenceDescription></SpimData>"""


@pytest.mark.parametrize(
    ("times", "count"),
    [
        ("<first>2</first><last>5</last>", 4),
        ("<integerpattern>0-3, 7</integerpattern>", 5),
        ("<integerpattern></integerpattern>", 1),
        ("", 1),
    ],
)
@pytest.mark.parametrize(("unit", "factor"), [("nm", 1e-3), ("µm", 1.0), ("pixel", None)])
def test_a_bdv_index_tells_times_and_lengths_of_voxels(
    tmp_path: Path, times: str, count: int, unit: str, factor: float | None
) -> None:
    loader = '<hdf5 type="relative">a.h5</hdf5>'
    text = BDV.format(loader=loader, unit=unit, times=times)
    write(tmp_path / "a.xml", text.encode())
    one = told(tmp_path)["a.xml"]
    assert one.sizes == {"T": count, "C": 1, "Z": 10, "Y": 20, "X": 30}
    lengths = {"X": 500.0, "Y": 500.0, "Z": 2000.0}
    expected = {axis: n * factor for axis, n in lengths.items()} if factor else None
    assert one.pixel_size_um == expected
    assert absent(one) == "a.h5"


PATTERN = (
    '<imagedirectory type="relative">tiles</imagedirectory>'
    "<filePattern>t{x}_c{cc}.tif</filePattern>"
)
NUMBERED = "<files_number>1</files_number><filename_0>tiles/t0_c1.tif</filename_0>"
LISTED = '<files><FileMapping><file type="relative">tiles/t0_c1.tif</file></FileMapping></files>'


@pytest.mark.parametrize(
    ("loader", "lacking"),
    [(PATTERN, "t*_c*.tif"), (LISTED, "tiles/t0_c1.tif"), (NUMBERED, "tiles/t0_c1.tif")],
)
def test_pictures_of_a_big_stitcher_project_belong_to_it(
    tmp_path: Path, loader: str, lacking: str
) -> None:
    write(tmp_path / "dataset.xml", BDV.format(loader=loader, unit="um", times="").encode())
    assert absent(told(tmp_path)["dataset.xml"]) == lacking
    write(tmp_path / "tiles" / "t0_c1.tif", tiff())
    write(tmp_path / "tiles" / "other.tif", tiff())
    found = told(tmp_path)
    assert absent(found["dataset.xml"]) == ""
    assert found["tiles/t0_c1.tif"].of == f"{tmp_path}/dataset.xml"
    assert found["tiles/other.tif"].of is None


HITACHI = (
    "[SemImageFile]\r\nInstructName=S-4800\r\nImageName={}\r\nDate=02/28/2016\r\n"
    "Time=14:23:41\r\nDataSize=1280x960\r\nPixelSize=24.5\r\n"
)


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("said", "name"), [("b.tif", "b.tif"), ("D:\\x\\old.tif", "a.tif")])
def test_a_text_of_hitachi_tells_the_picture_beside_it(
    tmp_path: Path, coding: str, said: str, name: str
) -> None:
    write(tmp_path / "a.txt", HITACHI.format(said).encode(coding))
    one = told(tmp_path)["a.txt"]
    assert (one.format, absent(one)) == ("Hitachi S-4800", said.rpartition("\\")[2])
    assert (one.sizes, one.instrument) == ({"Y": 960, "X": 1280}, "Hitachi S-4800")
    assert one.pixel_size_um == {"X": 0.0245, "Y": 0.0245}
    assert one.acquired == "2016-02-28T14:23:41"
    write(tmp_path / name, tiff())
    found = told(tmp_path)
    assert absent(found["a.txt"]) == ""
    assert found[name].of == f"{tmp_path}/a.txt"


@pytest.mark.parametrize(
    ("unit", "length"), [("micrometer", 50.0), ("nanometer", 0.05), ("millimeter", 50000.0)]
)
def test_an_imzml_tells_the_length_of_its_pixels(tmp_path: Path, unit: str, length: float) -> None:
    terms = "".join(
        f'<cvParam accession="IMS:{number}" value="50" unitName="{unit}"/>'
        for number in ("1000042", "1000043", "1000046")
    )
    write(tmp_path / "a.imzML", f'<?xml version="1.0"?><mzML>imzML{terms}</mzML>'.encode())
    one = told(tmp_path)["a.imzML"]
    assert one.pixel_size_um == {"X": length, "Y": length}


def test_the_oldest_ome_xml_tells_type_channels_and_length(tmp_path: Path) -> None:
    write(tmp_path / "a.ome", (
        b'<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/XMLschemas/OME/FC/ome.xsd">'
        b'<Image ID="Image:1" PixelSizeX="0.2" PixelSizeY="0.3"><ChannelInfo Name="blue"/>'
        b'<ChannelInfo Name="red"/><Pixels DimensionOrder="XYZTC" PixelType="Uint16" SizeX="4" '
        b'SizeY="4" SizeZ="1" SizeT="1" SizeC="2"/></Image></OME>'
    ))  # fmt: skip
    one = told(tmp_path)["a.ome"]
    assert (one.pixel_type, one.channels) == ("uint16", ("blue", "red"))
    assert one.pixel_size_um == {"X": 0.2, "Y": 0.3}
    assert one.findings == ()


def test_an_id_out_of_form_is_told_once(tmp_path: Path) -> None:
    write(tmp_path / "a.ome.xml", (
        b'<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        b'<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZTC" Type="uint8" SizeX="4" '
        b'SizeY="4" SizeZ="1" SizeT="1" SizeC="1" PhysicalSizeX="1.5"><Channel ID="one"/>'
        b"<MetadataOnly/></Pixels></Image></OME>"
    ))  # fmt: skip
    (flag,) = told(tmp_path)["a.ome.xml"].findings
    assert (flag.code, "'one'" in flag.message) == ("OME103", True)


INVEON = """#
# Header file for data file pet.img
#	with 2 frames.
#
version 001.910
total_frames 2
x_dimension 8
y_dimension 6
z_dimension 4
data_type {}
pixel_size_x 0.5
pixel_size_y 0.25
pixel_size_z 2
scan_time Tue May  1 10:11:12 2012
"""


@pytest.mark.parametrize(("kind", "form", "width"), [(4, "float32", 4), (2, "int16", 2)])
def test_an_inveon_header_tells_its_voxels(
    tmp_path: Path, kind: int, form: str, width: int
) -> None:
    write(tmp_path / "pet.img.hdr", INVEON.format(kind).encode())
    one = told(tmp_path)["pet.img.hdr"]
    assert one.format == "Inveon"
    assert one.sizes == {"T": 2, "C": 1, "Z": 4, "Y": 6, "X": 8}
    assert one.pixel_size_um == {"X": 500.0, "Y": 250.0, "Z": 2000.0}
    assert (one.pixel_type, one.acquired) == (form, "2012-05-01T10:11:12")
    assert absent(one) == "pet.img"
    write(tmp_path / "pet.img", bytes(range(192)) * width)
    found = told(tmp_path)
    assert (found["pet.img.hdr"].findings, found["pet.img"].kind) == ((), "companion")
    write(tmp_path / "pet.img", bytes(range(100)))
    (flag,) = told(tmp_path)["pet.img.hdr"].findings
    assert (flag.code, flag.value) == ("IMG103", 100)


def test_tiles_of_an_olympus_map_belong_to_it(tmp_path: Path) -> None:
    area = "<matl:area><matl:image>{}</matl:image></matl:area>"
    write(tmp_path / "matl.omp2info", (
        '<?xml version="1.0"?><matl:properties xmlns:matl="http://www.olympus.co.jp/hpf/matl">'
        f"{area.format('a_0001.oir')}{area.format('a_0002.oir')}</matl:properties>"
    ).encode())  # fmt: skip
    one = told(tmp_path)["matl.omp2info"]
    assert (one.format, absent(one)) == ("Olympus OMP2INFO", "a_0001.oir, a_0002.oir")


def test_a_scan_of_metamorph_names_its_waves(tmp_path: Path) -> None:
    write(tmp_path / "a.scan", (
        b'"NDInfoFile", Version 1.0\r\n"StartTime1", 20240102 03:04:05\r\n"DoWave", TRUE\r\n'
        b'"NWavelengths", 2\r\n"WaveName1", "Green"\r\n"WaveName2", "DAPI"\r\n"EndFile"\r\n'
    ))  # fmt: skip
    one = told(tmp_path)["a.scan"]
    assert (one.channels, one.acquired) == (("Green", "DAPI"), "2024-01-02T03:04:05")


XLIF = """<?xml version="1.0"?><LMSDataContainerHeader Version="2"><Element Name="one"><Data>
<Image><ImageDescription><Channels><ChannelDescription Resolution="16" LUTName="Green"/>
<ChannelDescription Resolution="16" LUTName="Red"/></Channels><Dimensions>
<DimensionDescription DimID="1" NumberOfElements="11" Length="5.0e-06" Unit="m"/>
<DimensionDescription DimID="2" NumberOfElements="21" Length="1.0e-05" Unit="m"/>
<DimensionDescription DimID="3" NumberOfElements="3" Length="4.0e-06" Unit="m"/>
</Dimensions></ImageDescription></Image></Data><Memory><Frame File="{}.tif"/></Memory></Element>
</LMSDataContainerHeader>"""


def test_an_index_of_leica_tells_of_the_images_below_it(tmp_path: Path) -> None:
    refer = "".join(f'<Reference File="m/{name}.xlif"/>' for name in ("a", "b"))
    header = f'<?xml version="1.0"?><LMSDataContainerHeader>{refer}</LMSDataContainerHeader>'
    write(tmp_path / "x.xlef", header.encode())
    for name in ("a", "b"):
        write(tmp_path / "m" / f"{name}.xlif", XLIF.format(name).encode())
    one = told(tmp_path)["x.xlef"]
    assert (one.format, one.images) == ("Leica XLEF", 2)
    assert one.sizes == {"T": 1, "C": 2, "Z": 3, "Y": 21, "X": 11}
    assert one.pixel_size_um == {"X": 0.5, "Y": 0.5, "Z": 2.0}
    assert (one.channels, one.pixel_type) == (("Green", "Red"), "uint16")
    assert absent(one) == "m/a.tif, m/b.tif"


@pytest.mark.parametrize(
    ("space", "said"),
    [("http://www.openmicroscopy.org/Schemas/SPW/2013-06", "SPW/2013-06"), ("", "no namespace")],
)
def test_an_element_of_another_namespace_is_called_that(
    tmp_path: Path, space: str, said: str
) -> None:
    write(tmp_path / "a.ome.xml", (
        '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">'
        f'<Plate xmlns="{space}" ID="Plate:0"/>'
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZTC" Type="uint8" SizeX="4" '
        'SizeY="4" SizeZ="1" SizeT="1" SizeC="1" PhysicalSizeX="1.5"><Channel ID="Channel:0"/>'
        "<MetadataOnly/></Pixels></Image></OME>"
    ).encode())  # fmt: skip
    (flag,) = told(tmp_path)["a.ome.xml"].findings
    assert (flag.code, flag.location.pointer) == ("OME103", "/OME/Plate[1]")
    assert said in flag.message
    assert "Expected" not in flag.message


def of_bad_intent(folder: Path, size: int) -> Path:
    """Names and attributes that cost a careless reader the square of their size, or far more."""
    form = "{x}1" * (size // 1000)
    write(folder / "d" / "a.xml", (
        '<SpimData version="0.2"><SequenceDescription><ImageLoader format="spimreconstruction.'
        f'filelist"><imagedirectory type="relative">.</imagedirectory><filePattern>{form}'
        "</filePattern></ImageLoader></SequenceDescription></SpimData>"
    ).encode())  # fmt: skip
    write(folder / "d" / ("1" * 250), b"1")
    many = 'key="a" ' * size
    write(folder / "p" / "a.xml", (
        f'<?xml version="1.0"?><PVScan version="5.4"><PVStateShard><PVStateValue {many}/>'
        "</PVStateShard></PVScan>"
    ).encode())  # fmt: skip
    many = 'Unit="m" ' * size
    write(folder / "h" / "Index.idx.xml", (
        '<?xml version="1.0"?><EvaluationInputData xmlns="http://www.perkinelmer.com/PEHH/'
        f'HarmonyV5"><ImageResolutionX {many}></ImageResolutionX></EvaluationInputData>'
    ).encode())  # fmt: skip
    return folder


def test_names_and_attributes_of_bad_intent_are_read_in_little_time(tmp_path: Path) -> None:
    assert growth(lambda n: told(of_bad_intent(tmp_path / str(n), n)), 5_000) < LINEAR
    found = told(of_bad_intent(tmp_path / "all", 40_000))
    assert {one.format for one in found.values()} >= {
        "Prairie Technologies TIFF",
        "PerkinElmer Operetta",
    }
