"""What real files showed: packed files, kinds of pixels, text and databases that are no image."""

from __future__ import annotations

import gzip
import struct
from contextlib import closing
from pathlib import Path

import imagecodecs
import numpy
import pydicom
import pytest
from PIL import Image

from pipeline.images import sniff
from tests import stated  # noqa: F401  stated has recipes
from tests.headers import MRC, box, dicom
from tests.pictures import RECIPES, picture, pixels, tiff, write
from tests.told import bmp, fits, grave, made, only


def test_a_packed_file_that_is_cut_is_told(tmp_path: Path) -> None:
    RECIPES["mgz"](tmp_path / "a.mgz")
    whole = (tmp_path / "a.mgz").read_bytes()
    assert not grave(only(tmp_path / "a.mgz"))
    assert grave(made(tmp_path / "a.mgz", whole[:-12])) == {"IMG103"}
    assert grave(made(tmp_path / "notes.txt.gz", whole[:-12])) == {"IMG103"}
    RECIPES["head_elid"](tmp_path / "a.elid")
    elid = (tmp_path / "a.elid").read_bytes()
    write(tmp_path / "a.elid", elid[:-4])
    assert grave(only(tmp_path / "a.elid", deep=True))


PAR_ROW = " {} 1 {} 1 0 2 {} 16 62 4 4 0.5 1.5 4.7e-3 1070 1860 -13.2 0 0 2.5 -0.8 -8.6 6.0 2.0"
PAR_ROW += " 0 1 0 2 3.75 3.75 30.0 0 0 0 0 90.0\n"


def test_rows_of_a_par_are_slices_and_times(tmp_path: Path) -> None:
    rows = [PAR_ROW.format(z, t, 0) for t in (1, 2) for z in (1, 2, 3)]
    text = "# === DATA DESCRIPTION FILE ===\n" + "".join(rows)
    text += "# === END OF DATA DESCRIPTION FILE ===\n"
    write(tmp_path / "a.REC", bytes(range(192)))
    write(tmp_path / "a.PAR", text.encode())
    told = {Path(one.path).name: one for one in sniff([tmp_path])}["a.PAR"]
    assert told.sizes == {"T": 2, "C": 1, "Z": 3, "Y": 4, "X": 4}
    assert told.pixel_type == "uint16"
    assert told.pixel_size_um == {"X": 3750.0, "Y": 3750.0, "Z": 8000.0}
    assert not grave(told)
    write(tmp_path / "a.REC", bytes(range(191)))
    told = {Path(one.path).name: one for one in sniff([tmp_path])}["a.PAR"]
    assert "IMG103" in grave(told)


@pytest.mark.parametrize(("bits", "form"), [(4, "uint8"), (12, "uint16"), (16, "uint16")])
def test_pixels_of_part_of_a_byte_are_read_into_whole_ones(
    bits: int, form: str, tmp_path: Path
) -> None:
    kind = "uint8" if bits == 4 else "uint16"
    data = bytearray(tiff(pixels(8, 8, kind=kind)))
    data = bytearray(
        bytes(data).replace(
            struct.pack("<HHIHxx", 258, 3, 1, 8 if bits == 4 else 16),
            struct.pack("<HHIHxx", 258, 3, 1, bits),
        )
    )
    assert made(tmp_path / "a.tif", bytes(data)).pixel_type == form


def test_a_value_behind_the_end_of_a_tiff_is_told(tmp_path: Path) -> None:
    data = tiff(extratags=[(65000, 7, 400, b"x" * 400, True)])
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    for place in range(entries):
        at = first + 2 + 12 * place
        if struct.unpack_from("<H", data, at)[0] == 65000:
            data = data[: at + 8] + struct.pack("<I", len(data)) + data[at + 12 :]
    one = made(tmp_path / "a.tif", data + b"x" * 399)
    assert grave(one) == {"IMG103"}
    assert one.kind == "image"
    assert not grave(made(tmp_path / "a.tif", data + b"x" * 400))


@pytest.mark.parametrize(
    ("name", "data", "colours"),
    [
        ("a.bmp", bmp(40, struct.pack("<iiHHI20x", 4, 4, 1, 32, 0), b"\1" * 64), 3),
        ("b.bmp", bmp(56, struct.pack("<iiHHI20x4I", 4, 4, 1, 32, 3, 1, 2, 4, 8), b"\1" * 64), 4),
        ("a.tga", struct.pack("<3B9x2H2B", 0, 0, 2, 4, 4, 32, 8) + b"\1" * 64, 4),
        ("b.tga", struct.pack("<3B9x2H2B", 0, 0, 3, 4, 4, 16, 8) + b"\1" * 32, 2),
        ("a.pcx", struct.pack("<4B4H", 10, 5, 1, 1, 0, 0, 3, 3).ljust(65, b"\0") + b"\4" * 99, 1),
    ],
)
def test_colours_are_those_that_are_stored(
    name: str, data: bytes, colours: int, tmp_path: Path
) -> None:
    one = made(tmp_path / name, data)
    assert one.sizes is not None
    assert one.sizes["C"] == colours


def test_a_jp2_without_codestream_is_cut(tmp_path: Path) -> None:
    head = bytes.fromhex("0000000C6A5020200D0A870A")
    kind = struct.pack(">I4s4sI4s", 20, b"ftyp", b"jp2 ", 0, b"jp2 ")
    assert grave(made(tmp_path / "a.jp2", head + kind)) == {"IMG103"}


def crlf(lines: int, values: bytes) -> bytes:
    text = b"".join(b"Key%d=%d\r\n" % (n, n) for n in range(lines))
    return tiff(pixels(64, 64) * 0, extratags=[(65000, 7, len(text + values), text + values, True)])


def test_lines_of_metadata_may_end_as_in_windows(tmp_path: Path) -> None:
    assert len(crlf(0, b"").split(b"\n")) == 1
    write(tmp_path / "a.tif", crlf(40, b""))
    assert not grave(only(tmp_path / "a.tif", deep=True))
    write(tmp_path / "a.tif", crlf(0, b"\x90\r\n\xf3" * 40))
    assert grave(only(tmp_path / "a.tif", deep=True)) == {"IMG109"}


@pytest.mark.parametrize("lossless", [True, False])
def test_what_one_decoder_reads_in_part_another_may_read(lossless: bool, tmp_path: Path) -> None:
    imagecodecs = pytest.importorskip("imagecodecs")
    data = pixels(40, 50, 3)
    packed = imagecodecs.jpeg8_encode(data, lossless=True) if lossless else None
    packed = packed or imagecodecs.jpeg2k_encode(data, codecformat="j2k")
    name = "a.jpg" if lossless else "a.j2k"
    write(tmp_path / name, packed)
    assert not grave(only(tmp_path / name, deep=True))
    write(tmp_path / name, packed[: len(packed) // 2])
    assert grave(only(tmp_path / name, deep=True))


def test_maps_and_fits_are_told_in_gzip(tmp_path: Path) -> None:
    whole = gzip.compress(MRC + bytes(range(32)), mtime=0)
    one = made(tmp_path / "a.map.gz", whole)
    assert (one.format, one.kind) == ("MRC (Medical Research Council)", "image")
    assert one.sizes == {"T": 1, "C": 1, "Z": 2, "Y": 4, "X": 4}
    assert not grave(one)
    assert grave(made(tmp_path / "a.map.gz", gzip.compress(MRC + bytes(20)))) == {"IMG103"}
    cards = fits("SIMPLE  =  T", "BITPIX  =  8", "NAXIS   =  0")
    assert (made(tmp_path / "a.fits.gz", gzip.compress(cards)).format or "")[:4] == "FITS"
    assert made(tmp_path / "a.tif.gz", gzip.compress(tiff())).format == "gzip"


def test_numbered_files_are_ultraview_beside_its_index(tmp_path: Path) -> None:
    write(tmp_path / "cell_1.2", bytes(range(1, 129)))
    assert only(tmp_path / "cell_1.2").format is None
    write(tmp_path / "cell.tim", b"1 2 3\n")
    told = {Path(one.path).name: one for one in sniff([tmp_path])}
    assert told["cell_1.2"].format == "PerkinElmer UltraVIEW"
    assert told["cell_1.2"].evidence == "content"


@pytest.mark.parametrize("order", ["<", ">"])
def test_matlab_4_is_told_by_its_first_matrix(order: str, tmp_path: Path) -> None:
    kind = 0 if order == "<" else 1000
    data = (
        struct.pack(order + "5i", kind, 2, 2, 0, 2) + b"x\0" + struct.pack(order + "4d", 1, 2, 3, 4)
    )
    one = made(tmp_path / "a.mat", data)
    assert (one.format, one.evidence) == ("MATLAB MAT", "content")
    assert not grave(one)


@pytest.mark.parametrize(
    "name",
    ["a.cif", "a.seq", "a.ts", "a.inf", "a.exp", "a.p", "a.st", "a.am", "a.dv.log", "a.r3d.log"],
)
def test_text_of_other_programs_is_no_fault(name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, b"data_1ABC\n_cell.length_a 10.0\n")
    assert one.kind == "other"
    assert not grave(one), one


@pytest.mark.parametrize(("name", "severity"), [("a.nd2", "error"), ("a.sld", "warning")])
def test_text_in_an_image_is_as_grave_as_its_suffix_is_sure(
    name: str, severity: str, tmp_path: Path
) -> None:
    one = made(tmp_path / name, b"notes of the second day\n")
    assert [(f.code, f.severity) for f in one.findings] == [("IMG107", severity)]


def test_the_log_of_a_deltavision_image_belongs_to_it(tmp_path: Path) -> None:
    RECIPES["dv"](tmp_path / "a.dv")
    write(tmp_path / "a.dv.log", b"Created 1 Jan\n")
    told = {Path(one.path).name: one for one in sniff([tmp_path])}
    assert told["a.dv.log"].of == told["a.dv"].path
    assert not grave(told["a.dv.log"])


def test_the_experiment_of_bd_pathway_is_told_by_its_name(tmp_path: Path) -> None:
    one = made(tmp_path / "Experiment.exp", b"[General]\nVersion=1\n")
    assert one.format == "BD Pathway"
    assert not grave(one)


def test_a_database_is_tecan_only_with_its_tables(tmp_path: Path) -> None:
    import sqlite3

    for name, table in [("a.db", "notes"), ("b.db", "PlateDefinition")]:
        with closing(sqlite3.connect(tmp_path / name)) as database:
            database.execute(f"create table {table} (x int)")
    told = {Path(one.path).name: one.format for one in sniff([tmp_path])}
    assert told == {"a.db": "SQLite", "b.db": "Tecan Spark Cyto Workspace"}


def test_netcdf_4_is_netcdf(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.nc", "w") as file:
        file["x"] = pixels(4)
    one = only(tmp_path / "a.nc")
    assert one.format == "NetCDF"
    assert not grave(one)


def test_a_fits_header_by_itself_is_text(tmp_path: Path) -> None:
    cards = fits("SIMPLE  =  T", "BITPIX  =  8", "NAXIS   =  2", "NAXIS1  =  4", "NAXIS2  =  4")
    one = made(tmp_path / "a.header", cards.rstrip())
    assert one.kind == "other"
    assert not grave(one)
    assert grave(made(tmp_path / "a.fits", cards.rstrip())) == {"IMG103"}


@pytest.mark.parametrize("name", ["a.ics", "a.dds", "a.res", "a.pgm"])
def test_text_without_the_words_that_a_format_begins_with_is_no_image(
    name: str, tmp_path: Path
) -> None:
    one = made(tmp_path / name, b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n")
    assert (one.kind, one.format, grave(one)) == ("other", "Plain text", set())


@pytest.mark.parametrize("name", ["hh.mod", "network.sif", "model.bif", "words.flex"])
def test_text_of_other_programs_is_no_damaged_image(name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, b"NEURON {\n  SUFFIX hh\n}\nPARAMETER { gl = .0003 }\n")
    assert (one.kind, one.format, grave(one)) == ("other", "Plain text", set())
    page = made(tmp_path / name, b"<!DOCTYPE html><html><body>Not found</body></html>")
    assert grave(page) == {"IMG105"}
    assert grave(made(tmp_path / name, bytes(range(1, 255)))) == {"IMG104"}


@pytest.mark.parametrize("name", [".gitkeep", "_SUCCESS", "py.typed", "__init__.py", "a.tif"])
def test_an_empty_file_is_grave_only_where_an_image_should_be(name: str, tmp_path: Path) -> None:
    (flag,) = made(tmp_path / name, b"").findings
    assert (flag.code, flag.severity) == ("IMG101", "error" if name == "a.tif" else "warning")


def test_the_tags_of_dm4_may_be_said_to_end_in_the_padding(tmp_path: Path) -> None:
    body = struct.pack(">BBQ", 1, 0, 0)
    for said in (len(body), len(body) + 4):
        head = struct.pack(">IQI", 4, said, 1)
        assert not grave(made(tmp_path / "a.dm4", head + body + bytes(8)))
    assert grave(made(tmp_path / "a.dm4", head + body)) == {"IMG103"}


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(data)) + data


def test_a_jpeg_may_have_a_long_profile_of_colours_before_its_frame(tmp_path: Path) -> None:
    whole = picture("JPEG")
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1".ljust(65_000, b"x")) * 24
    one = made(tmp_path / "a.jpg", whole[:2] + profile + whole[2:])
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 8, "X": 12}
    assert grave(one) == set()
    # without a frame nobody knows what the pixels are
    scan = segment(0xDA, b"\3\1\0\2\x11\3\x11\0\x3f\0")
    assert grave(made(tmp_path / "a.jpg", b"\xff\xd8" + scan + b"\0\xff\xd9")) == {"IMG114"}


def test_a_lossless_webp_says_its_sizes(tmp_path: Path) -> None:
    for shape in ((8, 12, 3), (8, 12, 4)):
        one = made(tmp_path / "a.webp", picture("WEBP", shape, lossless=True))
        assert one.sizes == {"T": 1, "C": shape[2], "Z": 1, "Y": 8, "X": 12}


def test_frames_of_a_long_gif_are_not_half_counted(tmp_path: Path) -> None:
    noise = numpy.random.default_rng(1).integers(0, 256, (6, 300, 300), "uint8")
    frames = [Image.fromarray(one, "L") for one in noise]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:3])
    assert only(tmp_path / "a.gif").sizes == {"T": 3, "C": 3, "Z": 1, "Y": 300, "X": 300}
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert only(tmp_path / "a.gif").sizes == {"C": 3, "Z": 1, "Y": 300, "X": 300}


def heif(*own: bytes, names: bytes = b"\1\2") -> bytes:
    """A still picture in tiles: item 1 is a tile of 64 by 64, item 2 the whole with `own`."""
    tile = box(b"ispe", struct.pack(">4xII", 64, 64))
    item = struct.pack(">HB", 1, 1) + b"\x81" + struct.pack(">HB", 2, len(names)) + names
    known = box(b"iprp", box(b"ipco", tile + b"".join(own)) + box(b"ipma", bytes(7) + b"\2" + item))
    meta = box(b"meta", bytes(4) + box(b"pitm", struct.pack(">4xH", 2)) + known)
    return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + meta + box(b"mdat", bytes(64))


@pytest.mark.parametrize(
    ("own", "names", "sizes"),
    [
        ((), b"\2", (100, 150)),
        ((box(b"irot", b"\1"),), b"\3\2", (150, 100)),
        ((box(b"irot", b"\2"),), b"\2\3", (100, 150)),
        ((box(b"clap", struct.pack(">8I", 90, 1, 120, 1, 0, 1, 0, 1)),), b"\2\3", (90, 120)),
    ],
)
def test_a_picture_in_tiles_is_as_large_as_the_whole(
    own: tuple[bytes, ...], names: bytes, sizes: tuple[int, int], tmp_path: Path
) -> None:
    whole = box(b"ispe", struct.pack(">4xII", 100, 150))
    one = made(tmp_path / "a.heic", heif(whole, *own, names=names))
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": sizes[1], "X": sizes[0]}
    data = heif(whole, *own, names=names).replace(b"heic", b"avif")
    one = made(tmp_path / "a.avif", data)
    cropped = sizes if b"clap" in data else (100, 150)
    assert (one.format, one.sizes and (one.sizes["X"], one.sizes["Y"])) == ("AVIF", cropped)
    deep = box(b"pixi", b"\0\0\0\0\1\x0a")
    one = made(tmp_path / "a.heic", heif(whole, deep, names=b"\2\3"))
    assert (one.pixel_type, one.sizes) == ("uint16", {"T": 1, "C": 1, "Z": 1, "Y": 150, "X": 100})


def test_a_deflated_dicom_is_read_as_any_other(tmp_path: Path) -> None:
    dicom(tmp_path / "a.dcm", "Doe^Jane", PixelSpacing=[0.5, 0.25])
    data = pydicom.dcmread(tmp_path / "a.dcm")
    data.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    one = only(tmp_path / "a.dcm", deep=True)
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}
    assert (one.pixel_type, one.pixel_size_um) == ("uint8", {"X": 250.0, "Y": 500.0})
    assert grave(one) == {"IMG202"}
    whole = (tmp_path / "a.dcm").read_bytes()
    assert "IMG103" in grave(made(tmp_path / "a.dcm", whole[:-40]))
    at = whole.index(b"1.2.840.10008.1.2.1.99") + 22
    assert "IMG114" in grave(made(tmp_path / "a.dcm", whole[:at] + b"\xff" * 64))


def test_a_byte_behind_a_picture_is_no_page(tmp_path: Path) -> None:
    whole = picture("PNG")
    assert grave(made(tmp_path / "a.png", whole + b"\x82")) == set()
    assert grave(made(tmp_path / "a.png", whole + b"<br />Warning: 3")) == {"IMG117"}


@pytest.mark.parametrize(
    ("lines", "sizes", "lengths"),
    [
        ("kinds: RGBA space space", (4, 5, 6, 1), None),
        ("kinds: 4-vector domain domain\nspacings: nan 0.5 2\nunits: \"\" \"mm\" \"um\"",
         (4, 5, 6, 1), {"X": 500.0, "Y": 2.0}),
        ("kinds: domain domain domain\nspacings: 1 2 3\nunits: \"um\" \"um\" \"um\"",
         (1, 4, 5, 6), {"X": 1.0, "Y": 2.0, "Z": 3.0}),
        ("kinds: vector domain domain\nspace dimension: 2\nspace units: \"mm\" \"mm\"\n"
         "space directions: none (0.3,0.4) (-0.8,0.6)", (4, 5, 6, 1), {"X": 500.0, "Y": 1000.0}),
        ("kinds: domain domain domain\nspace directions: (1,0,0) (0,1,0) (0,0,1)",
         (1, 4, 5, 6), None),
    ],
)  # fmt: skip
def test_axes_of_an_nrrd_that_hold_a_pixel_are_no_sides(
    lines: str, sizes: tuple[int, ...], lengths: dict[str, float] | None, tmp_path: Path
) -> None:
    head = f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 4 5 6\nencoding: raw\n{lines}\n\n"
    one = made(tmp_path / "a.nrrd", head.encode() + bytes(120))
    assert one.sizes == {"T": 1, **dict(zip("CXYZ", sizes, strict=True))}
    assert one.pixel_size_um == (lengths and pytest.approx(lengths))
    assert grave(one) == set()


def summed() -> bytes:
    """A FITS unit whose words, with one at the end of the header, add up to ones."""
    data = bytes(range(32)).ljust(2880, b"\0")
    words = sum(struct.unpack(">720I", data))
    axes = ("BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 8", "NAXIS2  = 4", "OBSERVER= 'A'")
    head = fits("SIMPLE  = T", *axes, "CHECKSUM= 'given'", f"DATASUM = '{words}'")[:-4]
    total = sum(struct.unpack(">719I", head)) + words
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return head + struct.pack(">I", 0xFFFFFFFF - total) + data


def test_a_fits_header_that_was_changed_is_no_damage(tmp_path: Path) -> None:
    unit = summed()
    assert grave(made(tmp_path / "a.fits", unit)) == set()
    deep = tmp_path / "a.fits"
    assert grave(only(deep, deep=True)) == set()
    for changed, said in ((unit.replace(b"OBSERVER= 'A'", b"OBSERVER= 'B'"), "header was"),
                          (unit.replace(b"DATASUM ", b"DATAS   "), "header or data")):  # fmt: skip
        write(deep, changed)
        (flag,) = [one for one in only(deep, deep=True).findings if one.code == "IMG115"]
        assert (flag.severity, said in flag.message) == ("warning", True)
    write(deep, unit[:2880] + b"\1" + unit[2881:])
    one = only(deep, deep=True)
    assert (one.kind, grave(one)) == ("unreadable", {"IMG115"})


@pytest.mark.parametrize("syntax", ["ExplicitVRLittleEndian", "ImplicitVRLittleEndian"])
@pytest.mark.parametrize("open_ended", [True, False])
@pytest.mark.parametrize("group", ["SharedFunctionalGroups", "PerFrameFunctionalGroups"])
def test_a_slide_in_dicom_is_as_large_as_its_tiles_together(
    syntax: str, open_ended: bool, group: str, tmp_path: Path
) -> None:
    measures = pydicom.Dataset()
    measures.SliceThickness, measures.PixelSpacing = 0.1, [0.0005, 0.00025]
    kind = pydicom.Dataset()
    kind.FrameType = ["DERIVED", "PRIMARY", "VOLUME", "NONE"]
    groups = pydicom.Dataset()
    groups.WholeSlideMicroscopyImageFrameTypeSequence = [kind]
    groups.PixelMeasuresSequence = [measures]
    dicom(
        tmp_path / "a.dcm",
        NumberOfFrames=6,
        PixelData=bytes(96),
        TotalPixelMatrixColumns=70_000,
        TotalPixelMatrixRows=7,
        **{f"{group}Sequence": [groups]},
    )
    data = pydicom.dcmread(tmp_path / "a.dcm")
    data.file_meta.TransferSyntaxUID = getattr(pydicom.uid, syntax)
    for one in (data, data[f"{group}Sequence"][0]):
        for part in one:
            if part.VR == "SQ":
                part.is_undefined_length = open_ended
                part.value[0].is_undefined_length_sequence_item = open_ended
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    one = only(tmp_path / "a.dcm")
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 7, "X": 70_000}
    assert one.pixel_size_um == {"X": 0.25, "Y": 0.5}


def test_runs_of_dicom_are_unpacked(tmp_path: Path) -> None:
    dicom(tmp_path / "a.dcm")
    data = pydicom.dcmread(tmp_path / "a.dcm")
    data.compress(pydicom.uid.RLELossless)
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    assert not only(tmp_path / "a.dcm", deep=True).findings
    whole = (tmp_path / "a.dcm").read_bytes()
    at = whole.index(struct.pack("<2I", 1, 64)) + 64
    write(tmp_path / "a.dcm", whole[:at] + b"\x7f" + whole[at + 1 :])
    assert grave(only(tmp_path / "a.dcm", deep=True)) == {"IMG118"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("README", b"DDS plugin, written by hand for the GIMP and other programs of its kind\n"),
        ("default.env", b"# what is set for every program\nPATH=/usr/bin\n"),
        ("mesh.txt", b"ObjectType = Mesh\nPoints =\n" + bytes(range(128, 256)) * 4),
    ],
)
def test_what_only_sounds_like_an_image_is_none(name: str, data: bytes, tmp_path: Path) -> None:
    one = made(tmp_path / name, data)
    assert (one.kind, grave(one)) == ("other", set())


def test_a_raw_of_panasonic_has_sizes_in_its_own_tags(tmp_path: Path) -> None:
    pixels = 40 * 30 // 8
    entries = ((2, 40), (3, 30), (10, 12), (11, 34316), (273, 0xFFFFFFFF), (279, 2400), (280, 200))
    data = b"IIU\0" + struct.pack("<IH", 8, len(entries))
    data += b"".join(struct.pack("<HHII", code, 4, 1, value) for code, value in entries)
    data = data.ljust(200, b"\0") + b"\1" * pixels
    one = made(tmp_path / "a.rw2", data)
    assert (one.format, one.pixel_type) == ("Panasonic RW2", "uint16")
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 30, "X": 40}
    assert grave(one) == set()
    assert not grave(only(tmp_path / "a.rw2", deep=True))
    assert grave(made(tmp_path / "a.rw2", data[:-1])) == {"IMG103"}


def test_a_packed_file_may_have_any_suffix_before_that_of_gzip(tmp_path: Path) -> None:
    data = gzip.compress(MRC + bytes(range(32)))
    assert grave(made(tmp_path / "a.msk.gz", data)) == set()
    assert grave(made(tmp_path / "a.tif.gz", data)) == set()


def test_damage_beside_the_pixels_of_a_png_is_a_warning(tmp_path: Path) -> None:
    whole = picture("PNG")
    for kind, severity in ((b"tEXt", "warning"), (b"PLTE", "error")):
        chunk = struct.pack(">I", 9) + kind + b"abc\0defgh" + b"bad!"
        write(tmp_path / "a.png", whole[:33] + chunk + whole[33:])
        (flag,) = only(tmp_path / "a.png", deep=True).findings
        assert (flag.code, flag.severity) == ("IMG115", severity)
        assert only(tmp_path / "a.png").kind == "image"


@pytest.mark.parametrize("shape", [(40, 64, 3), (31, 300), (600, 450, 3), (5000, 2, 3)])
def test_jpeg_xl_says_its_sizes_bare_and_in_boxes(shape: tuple[int, ...], tmp_path: Path) -> None:
    bare = bytes(imagecodecs.jpegxl_encode(numpy.zeros(shape, "uint8"), usecontainer=False))
    start = bytes.fromhex("0000000c4a584c200d0a870a") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    parts = box(b"jxlp", bytes(4) + bare[:30]) + box(b"jxlp", b"\x80\0\0\1" + bare[30:])
    for data in (bare, start + box(b"jxlc", bare), start + parts):
        one = made(tmp_path / "a.jxl", data)
        assert one.format == "JPEG XL"
        assert one.sizes == {"T": 1, "Z": 1, "Y": shape[0], "X": shape[1]}
        assert grave(one) == set()
    assert grave(made(tmp_path / "a.jxl", (start + box(b"jxlc", bare))[:-1])) == {"IMG103"}
    assert grave(made(tmp_path / "a.jxl", start)) == {"IMG103"}
