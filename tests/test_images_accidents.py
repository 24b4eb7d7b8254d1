"""What accidents of a transfer leave of pictures, meshes, spectra and indexes."""

from __future__ import annotations

import base64
import gzip
import struct
from pathlib import Path

import pytest

from tests.cameras import iplab
from tests.pictures import OME, picture, pixels, tiff, write
from tests.recipes import RECIPES
from tests.told import bmp, grave, made, only

SEQ = bytearray(1024)
struct.pack_into("<I", SEQ, 28, 3)
SEQ[:24] = bytes.fromhex("EDFE00004E006F00720070006900780020007300650071") + b"\0"
struct.pack_into("<6I", SEQ, 548, 8, 4, 8, 8, 32, 100)
struct.pack_into("<3I", SEQ, 572, 3, 0, 64)


def radiance(rows: int = 9, row: int = 16) -> bytes:
    """Each channel of a row is a run and four bytes."""
    line = b"\2\2" + struct.pack(">H", row) + (bytes([128 + row - 4, 7]) + b"\4\1\2\3\4") * 4
    return f"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y {rows} +X {row}\n".encode() + line * rows


def dib(bits: int = 8) -> bytes:
    return bmp(40, struct.pack("<iiHHI20x", 5, 4, 1, bits, 0), bytes(1024) + b"\7" * 32)[14:]


AMIRA = (
    b"# AmiraMesh 3D BINARY 2.0\ndefine Lattice 4 4 2\n"
    b"Lattice { short Labels } @1\n\n# Data section follows\n@1\n"
)
FDF = b'#!/usr/local/fdf/startup\nchar *storage = "float";\nfloat bits = 32;\n'
FDF += b"float matrix[] = {4, 8};\n\f\n\0"
WDF = b"WDF1" + struct.pack("<IQ", 1, 64).ljust(60, b"\0") + b"DATA" + struct.pack("<IQ", 0, 80)
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: (atend)\n" + b"0 0 moveto\n" * 40
PREVIEW = b"\xc5\xd0\xd3\xc6" + struct.pack("<6I2x", 30, len(EPS), 0, 0, 30 + len(EPS), 40)
CUT: list[tuple[str, bytes]] = [
    ("a.dib", dib()),
    ("a.am", AMIRA + bytes(range(64))),
    ("a.fdf", FDF + bytes(range(128))),
    ("a.wdf", WDF + bytes(range(64))),
    ("a.eps", PREVIEW + EPS.replace(b"(atend)", b"0 0 9 9") + b"II*\0".ljust(47, b"\1")),
    ("b.eps", EPS + b"%%Trailer\n%%BoundingBox: 0 0 9 9\n%%EOF"),
    ("a.svg", b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><g/></svg>\n"),
    ("a.xlef", b'<?xml version="1.0"?><LMSDataContainerHeader><a/></LMSDataContainerHeader>'),
    ("a.ras", struct.pack(">8I", 0x59A66A95, 5, 4, 24, 0, 3, 0, 0) + b"\1" * 64),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), CUT, ids=[name for name, _ in CUT])
def test_a_file_that_is_cut_is_told(name: str, data: bytes, tmp_path: Path) -> None:
    assert grave(made(tmp_path / name, data)) == set()
    assert grave(only(tmp_path / name, deep=True)) == set()
    one = made(tmp_path / name, data[:-3] if b"<?xml" in data else data[:-40])
    assert (grave(one), one.kind) == ({"IMG103"}, "unreadable")


def test_a_mesh_whose_pixels_were_left_out_on_purpose(tmp_path: Path) -> None:
    one = made(tmp_path / "a.am", AMIRA)
    assert (grave(one), one.kind) == ({"IMG103"}, "image")


def test_frames_of_a_norpix_sequence_are_counted_behind_its_header(tmp_path: Path) -> None:
    data = bytes(SEQ) + (bytes(range(32)) + bytes(32)) * 3
    assert grave(made(tmp_path / "a.seq", data)) == set()
    # the padding of the last frame may be absent
    assert grave(made(tmp_path / "a.seq", data[:-32])) == set()
    assert grave(made(tmp_path / "a.seq", data[:-33])) == {"IMG208"}
    sixth = bytearray(data)
    struct.pack_into("<I", sixth, 28, 6)
    assert grave(made(tmp_path / "a.seq", bytes(sixth))) == {"IMG208"}
    later = bytes(sixth[:1024]) + bytes(7168) + data[1024:]
    assert grave(made(tmp_path / "a.seq", later)) == set()


def test_rows_of_a_radiance_picture_are_counted_when_they_are_read(tmp_path: Path) -> None:
    data = radiance()
    one = made(tmp_path / "a.hdr", data)
    assert one.sizes == {"T": 1, "C": 3, "Z": 1, "Y": 9, "X": 16}
    assert grave(only(tmp_path / "a.hdr", deep=True)) == set()
    made(tmp_path / "a.hdr", data[:-5])
    assert grave(only(tmp_path / "a.hdr", deep=True)) == {"IMG103"}
    assert grave(made(tmp_path / "a.hdr", data[:80])) == {"IMG103"}


def test_values_of_a_plain_picture_are_counted_when_they_are_read(tmp_path: Path) -> None:
    data = b"P3\n# made by hand\n4 3\n255\n" + b"1 2 3 # pixel\n" * 12
    assert grave(made(tmp_path / "a.ppm", data)) == set()
    assert grave(only(tmp_path / "a.ppm", deep=True)) == set()
    made(tmp_path / "a.ppm", data[:-20])
    assert grave(only(tmp_path / "a.ppm", deep=True)) == {"IMG103"}


@pytest.mark.parametrize("recipe", ["dv", "npy", "a_bmp"])
def test_a_transfer_in_text_mode_is_told_when_all_is_read(recipe: str, tmp_path: Path) -> None:
    names = {"dv": "a.dv", "npy": "a.npy", "a_bmp": "a.bmp"}
    path = tmp_path / names[recipe]
    more = bytes(range(256)) * 20
    if recipe == "a_bmp":
        write(path, picture("BMP", (64, 64, 3)))
    elif recipe == "npy":
        import numpy

        numpy.save(path, pixels(64, 64))
    else:
        RECIPES[recipe](path)
    sound = path.read_bytes() + more
    write(path, sound)
    assert "IMG109" not in grave(only(path, deep=True))
    write(path, sound.replace(b"\n", b"\r\n"))
    assert "IMG109" in grave(only(path, deep=True))


@pytest.mark.parametrize("name", ["a.dcm", "a.dv", "a.pcx", "a.ppm", "a.cr2", "a.spi", "a.sgi"])
def test_a_beginning_of_zeros_is_no_header(name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, bytes(600) + bytes(range(1, 256)) * 9)
    (flag,) = [flag for flag in one.findings if flag.code == "IMG104"]
    assert flag.severity == ("error" if one.kind == "unreadable" else "warning")


@pytest.mark.parametrize("name", ["a.raw", "a.ids", "a.img", "a.dat", "a.bin", "a.rec", "a.brik"])
def test_pixels_alone_may_begin_with_zeros(name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, bytes(600) + bytes(range(1, 256)) * 9)
    assert "IMG104" not in grave(one)


WRAPS: list[tuple[str, bytes]] = [
    ("mark", b"\xef\xbb\xbf"),
    ("blank line", b"\r\n\r\n"),
    ("answer", b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"),
    ("form", b'------WebKitFormBoundaryAB\r\nContent-Disposition: form-data; name="f"\r\n\r\n'),
]  # fmt: skip


@pytest.mark.parametrize("lead", [lead for _, lead in WRAPS], ids=[name for name, _ in WRAPS])
@pytest.mark.parametrize("recipe", ["dv", "nd2", "tiff", "a_bmp", "a_png"])
def test_what_a_script_puts_before_an_image_is_told(
    lead: bytes, recipe: str, tmp_path: Path
) -> None:
    path = tmp_path / {"dv": "a.dv", "nd2": "a.nd2", "tiff": "a.tif", "a_bmp": "a.bmp",
                       "a_png": "a.png"}[recipe]  # fmt: skip
    RECIPES[recipe](path)
    assert "IMG104" not in grave(only(path))
    write(path, lead + path.read_bytes())
    one = only(path)
    assert (grave(one), one.kind) == ({"IMG104"}, "unreadable")


def test_bytes_that_were_taken_for_text_are_told(tmp_path: Path) -> None:
    data = tiff(pixels(64, 64), photometric="minisblack")
    latin = data.decode("latin-1").encode("utf-8")
    lost = data.decode("utf-8", "replace").encode("utf-8")
    for spoilt in (latin, lost):
        one = made(tmp_path / "a.dv", b"\0\1" + spoilt)
        assert (grave(one), one.kind) == ({"IMG109"}, "unreadable")
        assert "IMG109" in grave(made(tmp_path / "a.tif", spoilt))
    # words of many languages before pixels that are zero are no such thing
    words = "µm Größe élève naïve Señor 細胞 клетка " * 9
    sound = tiff(pixels(64, 64) * 0, description=words.encode("utf-8"), photometric="minisblack")
    assert grave(made(tmp_path / "b.tif", sound)) == set()


@pytest.mark.parametrize("name", ["a.tif", "a.dv", "a.xyz"])
def test_an_image_in_base64_is_told(name: str, tmp_path: Path) -> None:
    data = base64.encodebytes(tiff(pixels(64, 64)))
    assert grave(made(tmp_path / name, data)) == {"IMG107"}
    line = b"data:image/tiff;base64," + data.replace(b"\n", b"")
    assert grave(made(tmp_path / name, line)) == {"IMG107"}
    assert grave(made(tmp_path / "a.txt", b"QUJD" * 200)) == set()


def test_text_that_is_named_as_a_medical_image_is_told(tmp_path: Path) -> None:
    assert grave(made(tmp_path / "a.dcm", b"Dear archive, the scan will follow.\n" * 9)) == {
        "IMG107"
    }
    packed = gzip.compress(bytes(range(256)))
    assert grave(made(tmp_path / "b.dcm", packed)) == {"IMG108"}
    assert grave(made(tmp_path / "b.bin", packed)) == set()


def test_xml_that_is_read_elsewhere_is_told_once(tmp_path: Path) -> None:
    one = made(tmp_path / "a.ome.xml", OME.encode()[:-9])
    assert not grave(one) & {"IMG103"}
    assert grave(one)
    assert grave(made(tmp_path / "a.tif", tiff())) == set()


FAILURES = {
    "html": b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body/></html>\n",
    "xml": b"<?xml version='1.0'?>\n<Error><Message>No such key</Message></Error>",
    "json": b'{"message": "Bad credentials", "status": "401"}',
}


@pytest.mark.parametrize("kind", FAILURES)
@pytest.mark.parametrize("name", ["a.spe", "a.HTD", "a.ics", "a.sdt", "a.ipl", "a.pic", "a.mlf"])
def test_what_a_server_says_of_a_failure_is_no_image(kind: str, name: str, tmp_path: Path) -> None:
    one = made(tmp_path / name, FAILURES[kind])
    assert one.kind == "other"
    assert grave(one) == {"IMG105"}


def test_pages_and_messages_of_other_kinds_are_left_alone(tmp_path: Path) -> None:
    page = FAILURES["html"]
    for name, data in [
        ("a.html", page),
        ("a.htm", page),
        ("a.json", FAILURES["json"]),
        ("a.set", page.replace(b"404 Not Found", b"Settings of the laser")),
        ("a.xml", b"<?xml version='1.0'?>\n<Errors><Error>none found</Error></Errors>"),
    ]:
        assert grave(made(tmp_path / name, data)) == set(), name


def test_a_file_packed_twice_or_under_its_own_name_is_told(tmp_path: Path) -> None:
    RECIPES["nifti_gz"](tmp_path / "a.nii.gz")
    once = (tmp_path / "a.nii.gz").read_bytes()
    assert grave(only(tmp_path / "a.nii.gz")) == set()
    assert grave(made(tmp_path / "b.nii.gz", gzip.compress(once + bytes(2000)))) == {"IMG104"}
    for name, data in [("a.spe", bytes(5000)), ("a.ipl", iplab()), ("a.xml", b"<BDV/>" * 99)]:
        assert grave(made(tmp_path / name, gzip.compress(data))) == {"IMG108"}, name


def test_pixels_behind_words_that_were_taken_for_text_are_told(tmp_path: Path) -> None:
    pixels = bytes(range(256)) * 400
    head = b"ncaa\nrank=3;\ntype=raster;\nsize=64 64 10;\nbits=8;\n".ljust(5000, b"\n") + b"\f\n"
    sound = head + pixels
    for name, data, expected in [
        ("a.vff", sound, set()),
        ("b.vff", sound.replace(b"\n", b"\r\n"), {"IMG109"}),
        ("c.vff", sound.decode("latin-1").encode(), {"IMG109"}),
        ("d.vff", sound.decode("utf-8", "replace").encode(), {"IMG109"}),
        ("a.ids", pixels, set()),
        ("b.ids", pixels.replace(b"\n", b"\r\n"), {"IMG109"}),
        ("c.ids", pixels.decode("latin-1").encode(), {"IMG109"}),
    ]:
        (tmp_path / name).write_bytes(data)
        assert expected <= grave(only(tmp_path / name, deep=True)), name
        assert expected or not grave(only(tmp_path / name, deep=True)), name
    assert grave(only(tmp_path / "b.vff")) == {"IMG109"}
    assert grave(only(tmp_path / "a.vff")) == set()


def test_an_index_in_xml_that_is_cut_keeps_its_format(tmp_path: Path) -> None:
    data = (
        b'<?xml version="1.0"?>\n<mzML xmlns="http://psi.hupo.org/ms/mzml">\n'
        b"  <!-- imzml -->\n" + b'  <cvParam name="x"/>\n' * 300 + b"</mzML>\n"
    )
    for name, whole, form in [
        ("a.imzML", data, "imzML"),
        ("a.xml", b"<SpimData>" + b'<a b="c"/>' * 999 + b"</SpimData>", "Big Data Viewer"),
    ]:
        assert "IMG103" not in grave(made(tmp_path / name, whole))
        for end in (b"/>", b'="'):
            one = made(tmp_path / name, whole[: whole.rindex(end) + len(end)])
            assert one.format == form
            assert one.kind == "unreadable"
            assert "IMG103" in grave(one)
    # its root is one element alone
    assert "IMG103" not in grave(made(tmp_path / "b.xml", b"<SpimData/>\n"))
    # what kind it is stood behind the cut
    part = made(tmp_path / "c.xml", b'<?xml version="1.0"?>\n<stack><frames count="7')
    assert {flag.code: flag.severity for flag in part.findings}["IMG103"] == "warning"


def test_blank_bytes_behind_the_last_link_of_a_chain_are_no_cut(tmp_path: Path) -> None:
    for recipe, name in [
        ("mov", "a.mov"),
        ("mp4", "a.mp4"),
        ("semper", "a.unf"),
        ("head_renishaw-wdf", "a.wdf"),
        ("mat5", "a.mat"),
        ("a_jpeg2000", "a.jp2"),
    ]:
        RECIPES[recipe](tmp_path / name)
        data = (tmp_path / name).read_bytes()
        for more in (b"", b"\n", b"\r\n", bytes(512)):
            assert grave(made(tmp_path / name, data + more)) == set(), (name, more)


def test_the_end_marker_of_a_codestream_proves_a_cut(tmp_path: Path) -> None:
    data = picture("JPEG2000")
    at = data.index(b"jp2c") - 4
    for whole in (data[at + 8 :], data[:at] + bytes(4) + data[at + 4 :]):
        assert grave(made(tmp_path / "a.jp2", whole)) == set()
        assert grave(made(tmp_path / "a.jp2", whole + bytes(512))) == set()
        assert grave(made(tmp_path / "a.jp2", whole[:-3])) == {"IMG103"}


def test_the_last_rows_of_an_exr_say_how_long_they_are(tmp_path: Path) -> None:
    def entry(name: str, kind: str, value: bytes) -> bytes:
        return f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value

    window = struct.pack("<4i", 0, 0, 5, 1)
    channels = b"Y\0" + struct.pack("<iB3xii", 1, 0, 1, 1) + b"\0"
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    head += entry("channels", "chlist", channels) + entry("compression", "compression", b"\0")
    head += entry("dataWindow", "box2i", window) + b"\0"
    start = len(head) + 16
    table = struct.pack("<2Q", start, start + 20)
    rows = b"".join(struct.pack("<ii", row, 12) + bytes(12) for row in range(2))
    assert grave(made(tmp_path / "a.exr", head + table + rows)) == set()
    assert grave(made(tmp_path / "a.exr", head + table + rows[:-1])) == {"IMG103"}


def test_a_par_without_its_last_line_is_told(tmp_path: Path) -> None:
    row = "  1   1    1  1 0 2     0  16   100    4    4     0.00000   1.0\n"
    whole = f"# === DATA DESCRIPTION FILE ===\n# === IMAGE INFORMATION ===\n{row * 2}\n"
    (tmp_path / "a.REC").write_bytes(bytes(64))
    end = "# === END OF DATA DESCRIPTION FILE ===\n"
    assert grave(made(tmp_path / "a.PAR", (whole + end).encode())) == set()
    assert grave(made(tmp_path / "a.PAR", whole.encode())) == {"IMG103"}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.svs", "Aperio SVS TIFF"),
        ("plate.1.lsm", "Zeiss LSM (Laser Scanning Microscope) 510/710"),
        ("a.ome.tif", "OME-TIFF"),
        ("a.1.tif", "TIFF (Tagged Image File Format)"),
        ("a.jpk-qi-image", "JPK"),
    ],
)
def test_a_tiff_without_its_directory_is_of_the_kind_of_its_name(
    name: str, form: str, tmp_path: Path
) -> None:
    data = tiff(pixels(64, 64))
    late = data[:4] + struct.pack("<I", len(data) + 8) + data[8:]
    one = made(tmp_path / name, late)
    assert (one.format, one.kind) == (form, "unreadable")
    assert "IMG201" not in grave(one)
    # so it is while it is fetched
    part = made(tmp_path / f"{name}.part", late)
    assert (part.format, grave(part)) == (form, {"IMG110"})


def test_an_unfinished_file_is_told_by_all_that_tells_a_finished_one(tmp_path: Path) -> None:
    for recipe, name, form in [
        ("spe", "a.spe", "Princeton Instruments SPE"),
        ("iplab", "a.ipl", "IPLab"),
        ("xrm", "a.txrm", "Zeiss XRM"),
        ("hdf5", "a.ims", "Bitplane Imaris"),
    ]:
        RECIPES[recipe](tmp_path / name)
        data = (tmp_path / name).read_bytes()
        part = made(tmp_path / f"{name}.partial", data[:-1])
        assert (part.format, part.kind, grave(part)) == (form, "unreadable", {"IMG110"})


def test_a_part_of_hdf5_that_lost_its_letters_is_damaged(tmp_path: Path) -> None:
    RECIPES["imaris"](tmp_path / "a.ims")
    data = (tmp_path / "a.ims").read_bytes()
    at = data.index(b"SNOD")
    one = made(tmp_path / "a.ims", data[:at] + bytes(4) + data[at + 4 :])
    assert (one.format, one.kind) == ("Bitplane Imaris", "unreadable")
    assert "IMG114" in grave(one)


def test_what_is_left_of_a_packed_nifti_keeps_its_format(tmp_path: Path) -> None:
    RECIPES["nifti_gz"](tmp_path / "a.nii.gz")
    data = (tmp_path / "a.nii.gz").read_bytes()
    one = made(tmp_path / "a.nii.gz", data[:40])
    assert (one.format, one.kind) == ("NIfTI", "unreadable")
