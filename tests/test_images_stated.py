"""What real files of single formats showed: where their content, sizes and ends stand."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from pipeline.images import sniff
from tests.headers import padded
from tests.pictures import RECIPES, picture, pixels, tiff, write
from tests.stated import TVIPS, npy, parcel, sur
from tests.told import bmp, fits, grave, made, only


@pytest.mark.parametrize("name", ["dm3_thumbnail", "dm3_plain", "dm3_colours"])
def test_a_thumbnail_is_not_the_image(name: str, tmp_path: Path) -> None:
    """A DM3 whose thumbnail has more pixels than its image."""
    RECIPES[name](tmp_path / "a.dm3")
    one = only(tmp_path / "a.dm3")
    assert not grave(one), one
    large = name == "dm3_plain"
    x, y = (9, 7) if large else (4, 3)
    colours = 1 if name == "dm3_thumbnail" else 4
    assert one.sizes == {"T": 1, "C": colours, "Z": 1, "Y": y, "X": x}
    assert one.images == (2 if large else 1)
    if not large:
        assert one.pixel_size_um == {"X": 0.002, "Y": 0.002}


def test_a_directory_behind_what_is_unpacked_is_no_fault(tmp_path: Path) -> None:
    """A large TIFF in a packed archive, whose directory stands at its end."""
    data = tiff(pixels(300, 300))
    first = struct.unpack_from("<I", data, 4)[0]
    moved = data[:4] + struct.pack("<I", len(data) + len(data) % 2) + data[8:]
    moved += bytes(len(data) % 2) + data[first : first + 512]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.tif", moved)
    assert not grave(made(tmp_path / "a.zip", buffer.getvalue()))


def element(tag: tuple[int, int], kind: bytes, value: bytes, order: str = "<") -> bytes:
    value += bytes(len(value) % 2)
    lead = struct.pack(order + "HH", *tag) + kind
    if kind == b"OW":
        return lead + bytes(2) + struct.pack(order + "I", len(value)) + value
    return lead + struct.pack(order + "H", len(value)) + value


def dicom(colours: bytes, pixels_of: int, order: str = "<", marked: bool = True) -> bytes:
    syntax = b"1.2.840.10008.1.2.1\0"
    short = order + "H"
    parts = [
        ((8, 5), b"CS", b"ISO_IR 100"),
        ((8, 0x16), b"UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        ((8, 0x18), b"UI", b"1.2.3.4\0"),
        ((8, 0x60), b"CS", b"OT"),
        ((8, 0x70), b"LO", b"Maker "),
        ((0x20, 0xD), b"UI", b"1.2.3\0"),
        ((0x28, 2), b"US", struct.pack(short, 3)),
        ((0x28, 4), b"CS", colours),
        ((0x28, 0x10), b"US", struct.pack(short, 4)),
        ((0x28, 0x11), b"US", struct.pack(short, 4)),
        ((0x28, 0x100), b"US", struct.pack(short, 8)),
        ((0x7FE0, 0x10), b"OW", bytes(pixels_of)),
    ]
    lead = b"II*\0\x54\x18\x08\0".ljust(128, b"\0") + b"DICM" + element((2, 0x10), b"UI", syntax)
    return lead * marked + b"".join(element(*part, order=order) for part in parts)


@pytest.mark.parametrize("name", ["a.dcm", "a", "a.bin"])
def test_a_tiff_in_a_preamble_is_still_dicom(name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, dicom(b"RGB ", 48))
    assert (one.kind, one.format) == ("image", "DICOM")
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 4, "X": 4}


@pytest.mark.parametrize(
    ("colours", "bytes_", "sound"),
    [(b"YBR_FULL_422", 32, True), (b"RGB ", 48, True), (b"RGB ", 32, False)],
)
def test_dicom_stores_half_of_some_colours(
    colours: bytes, bytes_: int, sound: bool, tmp_path: Path
) -> None:
    assert grave(made(tmp_path / "a.dcm", dicom(colours, bytes_))) is not sound


def test_big_endian_dicom_without_meta_information_is_told(tmp_path: Path) -> None:
    one = made(tmp_path / "a.dcm", dicom(b"RGB ", 48, order=">", marked=False))
    assert (one.format, one.evidence) == ("DICOM", "content")
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 4, "X": 4}


NIFTI = padded(
    [
        (0, struct.pack("<i", 348)),
        (40, struct.pack("<8h", 3, 4, 4, 2, 1, 1, 1, 1)),
        (70, struct.pack("<2h", 2, 8)),
        (344, b"ni1\0"),
    ],
    348,
)
NIFTI_2 = padded(
    [
        (0, struct.pack("<i4s4s2h", 540, b"ni2\0", b"\r\n\x1a\n", 2, 8)),
        (16, struct.pack("<8q", 3, 4, 4, 2, 1, 1, 1, 1)),
    ],
    544,
)


@pytest.mark.parametrize(("head", "format_"), [(NIFTI, "NIfTI"), (NIFTI_2, "NIfTI-2")])
def test_a_nifti_pair_is_not_analyze(head: bytes, format_: str, tmp_path: Path) -> None:
    write(tmp_path / "a.img", bytes(range(32)))
    write(tmp_path / "a.hdr", head)
    told = {Path(one.path).name: one for one in sniff([tmp_path])}
    assert told["a.hdr"].format == format_
    assert not grave(told["a.hdr"]), told["a.hdr"]
    assert told["a.img"].of == told["a.hdr"].path


def test_random_groups_have_no_empty_axis(tmp_path: Path) -> None:
    cards = ["SIMPLE  =  T", "BITPIX  =  8", "NAXIS   =  3", "NAXIS1  =  0", "NAXIS2  =  4"]
    cards += ["NAXIS3  =  3", "GROUPS  =  T", "PCOUNT  =  2", "GCOUNT  =  5"]
    one = made(tmp_path / "a.fits", fits(*cards) + bytes(2880))
    assert not grave(one)
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 3, "X": 4}


@pytest.mark.parametrize(
    "data",
    [
        bmp(16, struct.pack("<iiHH", 4, 4, 1, 24), bytes(range(48))),
        bmp(40, struct.pack("<iiHHI20x", 4, 4, 1, 0, 5), b"\x89PNG" * 8),
        bmp(40, struct.pack("<iiHHI20x", 4, 4, 1, 0, 4), b"\xff\xd8" * 8),
    ],
)
def test_bitmaps_of_seldom_headers_are_sound(data: bytes, tmp_path: Path) -> None:
    one = made(tmp_path / "a.bmp", data)
    assert not grave(one), one
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 4, "X": 4}


@pytest.mark.parametrize(("before", "format_"), [(40, "Windows Bitmap"), (52, "Cellomics")])
def test_a_dib_is_cellomics_only_as_cellomics_writes_it(
    before: int, format_: str, tmp_path: Path
) -> None:
    head = struct.pack("<IiiHH", 40, 6, 4, 1, 16).ljust(before, b"\0")
    one = made(tmp_path / "a.dib", head + bytes(range(48)))
    assert (one.format, one.evidence) == (format_, "content")
    assert one.sizes is not None
    assert (one.sizes["Y"], one.sizes["X"]) == (4, 6)


@pytest.mark.parametrize(
    "name",
    [
        "GFDL-1.2",
        "font.afm",
        "pci.ids",
        "setup.cfg",
        "a.dat",
        "a.hdr",
        "a.map",
        "a.img",
        "a.html",
        "a.lut",
        "a.raw",
        "a.bin",
    ],
)
def test_text_of_a_common_suffix_is_no_image(name: str, tmp_path: Path) -> None:
    said = "<html><body>Report</body></html>" if name.endswith("html") else "1 2 3\n4 5 6\n"
    one = made(tmp_path / name, said.encode())
    assert one.kind == "other", one
    assert not grave(one), one


@pytest.mark.parametrize("name", ["a.bin", "a.lut", "a.dib", "scan.001"])
def test_bytes_of_a_common_suffix_tell_nothing(name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, bytes(range(1, 200)) * 3)
    assert (one.kind, one.format) == ("other", None)
    assert not grave(one)


def test_a_visitech_report_claims_its_images(tmp_path: Path) -> None:
    write(tmp_path / "Cell Report.html", b"<html><body>VisiTech</body></html>")
    write(tmp_path / "Cell 1.xys", bytes(range(1, 200)))
    told = {Path(one.path).name: one for one in sniff([tmp_path])}
    assert told["Cell Report.html"].format == "VisiTech XYS"
    assert told["Cell 1.xys"].of == told["Cell Report.html"].path


@pytest.mark.parametrize("version", [b"MATLAB 7.0 MAT-file", b"MATLAB 7.3 MAT-file"])
def test_a_matlab_file_is_hdf5_behind_its_own_words(version: bytes, tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.mat", "w", userblock_size=512) as file:
        file["x"] = pixels(4, 4)
    with (tmp_path / "a.mat").open("r+b") as stream:
        stream.write(version.ljust(512))
    one = only(tmp_path / "a.mat")
    assert one.format == "MATLAB MAT"
    assert not grave(one)


@pytest.mark.parametrize("name", ["a.ibw", "a", "a.tif", "a.dat"])
@pytest.mark.parametrize("made_by", ["igor", "igor_2"])
def test_an_igor_wave_needs_no_suffix(made_by: str, name: str, tmp_path: Path) -> None:
    RECIPES[made_by](tmp_path / name)
    one = only(tmp_path / name)
    assert (one.format, one.evidence) == ("Igor IBW", "content")
    assert one.kind == "image"


def test_frames_of_a_recorder_go_on_in_the_next_files(tmp_path: Path) -> None:
    write(tmp_path / "a_000.tvips", TVIPS + bytes(16 + 20))
    write(tmp_path / "a_001.tvips", b"\1" * 12)
    told = {Path(one.path).name: one for one in sniff([tmp_path])}
    assert told["a_001.tvips"].of == told["a_000.tvips"].path
    assert not grave(told["a_000.tvips"])
    (tmp_path / "a_001.tvips").unlink()
    assert grave(only(tmp_path / "a_000.tvips")) == {"IMG103"}


def test_short_companions_are_told(tmp_path: Path) -> None:
    for folder, index, data, length in [
        ("ripple", "a.rpl", "a.raw", 63),
        ("afni-head-brik", "a+orig.HEAD", "a+orig.BRIK", 63),
        ("envi", "a.hdr", "a.bsq", 63),
    ]:
        source = Path(__file__).parent.parent / "fixtures" / "images" / folder
        write(tmp_path / folder / index, (source / index).read_bytes())
        write(tmp_path / folder / data, bytes(range(1, length + 1)))
        told = {Path(one.path).name: one for one in sniff([tmp_path / folder])}
        assert "IMG103" in grave(told[index]), folder


@pytest.mark.parametrize(
    ("shape", "kind", "sizes", "pixel_type"),
    [
        ((5, 6), "<u2", {"T": 1, "C": 1, "Z": 1, "Y": 5, "X": 6}, "uint16"),
        ((8, 6, 3), "|u1", {"T": 1, "C": 3, "Z": 1, "Y": 8, "X": 6}, "uint8"),
        ((2, 5, 6), ">f4", {"T": 1, "C": 1, "Z": 2, "Y": 5, "X": 6}, "float32"),
        ((7,), "<f8", None, None),
    ],
)
def test_numpy_says_its_shape(
    shape: tuple[int, ...], kind: str, sizes: dict[str, int] | None, pixel_type: str | None,
    tmp_path: Path,
) -> None:  # fmt: skip
    length = int(kind[2:])
    for axis in shape:
        length *= axis
    one = made(tmp_path / "a.npy", npy(shape, kind, b"\1" * length))
    assert not grave(one)
    assert (one.sizes, one.pixel_type) == (sizes, pixel_type)
    assert grave(made(tmp_path / "a.npy", npy(shape, kind, b"\1" * (length - 1)))) == {"IMG103"}


def test_compressed_surfaces_end_where_their_streams_do(tmp_path: Path) -> None:
    assert not grave(made(tmp_path / "a.sur", sur(b"\1" * 20, 4, 4, True)))
    assert grave(made(tmp_path / "a.sur", sur(b"\1" * 20, 4, 4, True)[:-1])) == {"IMG103"}


def test_an_archive_that_is_an_image_must_be_whole(tmp_path: Path) -> None:
    whole = parcel(("a.npy", npy((4, 4), "|u1", bytes(16))))
    assert grave(made(tmp_path / "a.npz", whole[:-30])) == {"IMG103"}


def jpeg_of_two(length: int) -> bytes:
    """A JPEG that lists itself and a second picture behind it."""
    one = picture("JPEG")
    index = b"II*\0" + struct.pack("<I", 8)
    index += struct.pack("<HHHII", 1, 0xB002, 7, 32, 26) + bytes(4)
    entries = struct.pack("<IIIHH", 0, len(one), 0, 0, 0)
    lead = 2 + 4 + 4
    total = len(one) + 4 + 4 + len(index) + 32
    entries += struct.pack("<IIIHH", 0, len(one), total - lead, 0, 0)
    body = b"MPF\0" + index + entries
    first = one[:2] + b"\xff\xe2" + struct.pack(">H", 2 + len(body)) + body + one[2:]
    return (first + one)[: len(first) + length]


def test_the_second_picture_of_a_jpeg_may_be_cut(tmp_path: Path) -> None:
    assert not grave(made(tmp_path / "a.jpg", jpeg_of_two(1 << 20)))
    assert grave(made(tmp_path / "a.jpg", jpeg_of_two(100))) == {"IMG103"}


def sgi_packed() -> bytes:
    head = struct.pack(">HBBHHHH", 474, 1, 1, 2, 4, 2, 1).ljust(512, b"\0")
    return head + struct.pack(">4I", 528, 533, 5, 5) + b"\x84abcd" + b"\x84ab"


PSD = b"8BPS" + struct.pack(">H6xHIIHH", 1, 1, 4, 4, 8, 1) + bytes(12)
J2K = b"\xff\x4f\xff\x51" + struct.pack(">HH8IHB", 41, 0, 4, 4, 0, 0, 4, 4, 0, 0, 1, 7)
ICON = struct.pack("<HHHBBBBHHII", 0, 1, 1, 4, 4, 0, 0, 1, 8, 20, 22)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.sgi", sgi_packed() + b"cd"),
        ("a.psd", PSD + struct.pack(">H4H", 1, 3, 3, 3, 3) + b"x" * 12),
        ("a.ico", ICON + b"x" * 20),
        ("a.pam", b"P7\nWIDTH 4\nHEIGHT 4\nDEPTH 2\nMAXVAL 255\nENDHDR\n" + b"x" * 32),
        ("a.pfm", b"Pf\n4 4\n-1.0\n" + b"x" * 64),
        ("a.qoi", b"qoif" + struct.pack(">IIBB", 4, 4, 3, 0) + b"\xc0" * 4 + bytes(7) + b"\1"),
        ("a.ras", struct.pack(">8I", 0x59A66A95, 4, 4, 8, 16, 1, 0, 0) + b"x" * 16),
        ("a.j2k", J2K + b"x" * 40 + b"\xff\xd9"),
        ("a.emf", padded([(0, struct.pack("<I", 1)), (40, b" EMF"), (48, b"\x80")], 128)),
    ],
)
def test_pictures_end_where_they_say(name: str, data: bytes, tmp_path: Path) -> None:
    one = made(tmp_path / name, data)
    assert (one.kind, one.evidence) == ("image", "content"), one
    assert not grave(one), one
    assert grave(made(tmp_path / name, data[:-1])) == {"IMG103"}


def test_complex_numbers_of_hdf5_have_a_plain_name(tmp_path: Path) -> None:
    import h5py
    import numpy

    from pipeline.images import hdf5kinds

    parts = numpy.dtype([("real", "<f4"), ("imaginary", "<f4")])
    with h5py.File(tmp_path / "a.h5", "w") as file:
        data = file.create_group("Data/Image/1").create_dataset("Data", (4, 5, 2), parts)
        data.parent.create_dataset("Metadata", data=numpy.zeros((4, 2), "u1"))
        told = hdf5kinds.said(file)
    assert told["pixel_type"] == "complex64"
    assert told["sizes"] == {"T": 2, "C": 1, "Z": 1, "Y": 4, "X": 5}


def netcdf(names: dict[str, int], kind: int, image: tuple[str, ...], step: float) -> bytes:
    """A NetCDF 1 file with one variable, `image`, and the step of the first axis."""

    def text(name: str) -> bytes:
        return struct.pack(">I", len(name)) + name.encode().ljust(-(-len(name) // 4) * 4, b"\0")

    known = list(names)
    head = b"CDF\1" + struct.pack(">III", 0, 10, len(names))
    head += b"".join(text(name) + struct.pack(">I", length) for name, length in names.items())
    head += struct.pack(">II", 0, 0) + struct.pack(">II", 11, 2)
    axis = text(image[-1]) + struct.pack(">I", 0) + struct.pack(">II", 12, 1)
    axis += text("step") + struct.pack(">IId", 6, 1, step)
    order = text("image") + struct.pack(">I", len(image))
    order += struct.pack(f">{len(image)}I", *(known.index(name) for name in image))
    order += struct.pack(">II", 0, 0)
    at = len(head) + len(axis) + 12 + len(order) + 12
    size = {1: 1, 3: 2}[kind]
    for name in image:
        size *= names[name]
    head += axis + struct.pack(">III", 4, 4, at) + order + struct.pack(">III", kind, size, at + 4)
    return head + bytes(4) + b"\1" * size


@pytest.mark.parametrize("name", ["a.mnc", "a", "a.nc"])
def test_minc_1_names_its_axes(name: str, tmp_path: Path) -> None:
    sizes = {"zspace": 2, "yspace": 3, "xspace": 4}
    data = netcdf(sizes, 3, ("zspace", "yspace", "xspace"), 0.5)
    one = made(tmp_path / name, data)
    assert one.format == "MINC MRI"
    assert one.sizes == {"T": 1, "C": 1, "Z": 2, "Y": 3, "X": 4}
    assert (one.pixel_type, one.pixel_size_um) == ("int16", {"X": 500.0})
    assert "IMG103" in grave(made(tmp_path / name, data[:-1]))
    assert "IMG103" in grave(made(tmp_path / name, data[:60]))


def test_netcdf_that_is_no_minc_stays_netcdf(tmp_path: Path) -> None:
    one = made(tmp_path / "a.nc", netcdf({"lat": 3, "lon": 4}, 1, ("lat", "lon"), 1.0))
    assert (one.format, one.sizes) == ("NetCDF", None)
    assert not grave(one)
