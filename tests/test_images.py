"""Walking, sets, technical metadata, and what happens to damaged and hostile files."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.images import ImageFile, readers, sniff, sniff_file
from pipeline.images.facts import Facts
from tests import recipes
from tests.pictures import FORMATS, OME, RECIPES, pixels, tiff, write


def only(path: Path, deep: bool = False) -> ImageFile:
    (found,) = sniff([path], deep=deep)
    return found


def codes(one: ImageFile) -> set[str]:
    return {flag.code for flag in one.findings}


def test_paths_are_the_given_one_joined_with_the_rest(tmp_path: Path) -> None:
    RECIPES["tiff_sound"](tmp_path / "a" / "b.tif")
    RECIPES["ome_zarr"](tmp_path / "c.zarr")
    assert [one.path for one in sniff([tmp_path])] == [f"{tmp_path}/a/b.tif", f"{tmp_path}/c.zarr"]
    assert [one.path for one in sniff([tmp_path], base=tmp_path)] == ["a/b.tif", "c.zarr"]


def test_importing_costs_nothing_heavy() -> None:
    heavy = ["numpy", "tifffile", "h5py", "bioio", "lxml", "yaml", "pydicom", "ome_types", "PIL"]
    code = f"import sys, pipeline.images; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "recipe", "sizes", "pixel_type", "pixel_size"),
    [
        ("a.tif", "tiff", {"T": 1, "C": 1, "Z": 1, "Y": 8, "X": 12}, "uint8", {"X": 0.2, "Y": 0.2}),
        ("a.tif", "tiff_pages", {"T": 1, "C": 1, "Z": 10, "Y": 64, "X": 64}, "uint8", None),
        ("a.ome.tif", "ome_tiff", {"T": 1, "C": 1, "Z": 1, "Y": 8, "X": 12}, "uint8",
         {"X": 0.5, "Y": 0.5}),
        ("a.czi", "czi", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "uint8", {"X": 0.1}),
        ("a.lif", "lif", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "uint8", {"X": 1.0, "Y": 1.0}),
        ("a.nd2", "nd2", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "uint16", None),
        ("a.dv", "dv", {"T": 1, "C": 2, "Z": 1, "Y": 4, "X": 4}, "uint16",
         {"X": 0.1, "Y": 0.1, "Z": 0.5}),
        ("a.mrc", "mrc", {"T": 1, "C": 1, "Z": 2, "Y": 4, "X": 4}, "int8",
         {"X": 2e-4, "Y": 2e-4, "Z": 2e-4}),
        ("a.nii.gz", "nifti_gz", {"T": 1, "C": 1, "Z": 2, "Y": 4, "X": 4}, "uint8",
         {"X": 2000.0, "Y": 2000.0, "Z": 3000.0}),
        ("a.nrrd", "nrrd", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "uint8", None),
        ("a.dcm", "dicom", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "uint8", None),
        ("a.sif", "sif", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "float32", None),
        ("a.png", "a_png", {"T": 1, "C": 3, "Z": 1, "Y": 8, "X": 12}, "uint8", None),
        ("a.zarr", "ome_zarr", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}, "uint8",
         {"X": 0.5, "Y": 0.5}),
    ],
)  # fmt: skip
def test_headers_say_what_is_in_the_image(
    tmp_path: Path, name: str, recipe: str, sizes: dict[str, int], pixel_type: str,
    pixel_size: dict[str, float] | None,
) -> None:  # fmt: skip
    RECIPES[recipe](tmp_path / name)
    one = only(tmp_path / name)
    assert one.sizes == sizes
    assert one.pixel_type == pixel_type
    assert one.images == 1
    if pixel_size is None:
        assert one.pixel_size_um is None
    else:
        assert one.pixel_size_um == pytest.approx(pixel_size)


def test_an_unknown_file_is_asked_of_the_readers_and_then_a_hint(tmp_path: Path) -> None:
    write(tmp_path / "a.zzz", bytes(range(1, 200)))
    one = only(tmp_path / "a.zzz")
    assert (one.kind, one.format, one.evidence) == ("other", None, None)
    assert [flag.severity for flag in one.findings] == ["hint"]


def test_a_reader_that_opens_a_file_is_named(
    tmp_path: Path,
) -> None:
    RECIPES["tiff"](tmp_path / "a.tif")
    readers.claims.cache_clear()
    facts = Facts("a.tif")
    assert readers.ask(str(tmp_path / "a.tif"), facts, ("tif",))
    assert facts.evidence == "reader"
    assert facts.reader in {"bioio_tifffile", "bioio_imageio"}
    assert facts.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 8, "X": 12}


def test_a_slidebook_set_is_one_line(tmp_path: Path) -> None:
    write(tmp_path / "a.sldy", b"class_name: CSlideBook\n")
    pixels_of = tmp_path / "a.dir" / "b.imgdir" / "ImageData_Ch0_TP0000000.npy"
    write(pixels_of, b"\x93NUMPY" + bytes(100))
    one = only(tmp_path)
    assert (one.path, one.size) == (f"{tmp_path}/a.sldy", 23 + 106)


def test_a_name_that_is_not_utf8_can_be_written_down(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.bin")), b"")
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.tif")), b"")
    for one in sniff([tmp_path]):
        assert "caf\ufffd" in one.model_dump_json()


def test_files_of_a_set_belong_to_its_index(tmp_path: Path) -> None:
    RECIPES["ics1"](tmp_path / "cells.ics")
    write(tmp_path / "CELLS.IDS", bytes(range(16)))
    write(tmp_path / "notes.txt", b"words")
    found = {one.path.rsplit("/", 1)[1]: one for one in sniff([tmp_path])}
    assert found["cells.ics"].kind == "image"
    assert found["cells.ics"].findings == ()
    assert (found["CELLS.IDS"].kind, found["CELLS.IDS"].of) == (
        "companion", f"{tmp_path}/cells.ics",
    )  # fmt: skip
    assert (found["notes.txt"].kind, found["notes.txt"].of) == ("other", None)


def test_a_member_outside_the_folder_is_never_followed(tmp_path: Path) -> None:
    write(tmp_path / "secret.raw", bytes(range(16)))
    header = b"NRRD0004\ntype: uint8\ndimension: 1\nsizes: 4\ndata file: ../secret.raw\n\n"
    write(tmp_path / "in" / "a.nhdr", header)
    assert "IMG001" in codes(only(tmp_path / "in" / "a.nhdr"))


def test_a_zarr_metadata_file_speaks_for_its_store(tmp_path: Path) -> None:
    recipes.zarr_cut_attributes(tmp_path / "a.zarr")
    one = sniff_file(tmp_path / "a.zarr" / ".zattrs")
    assert one.path.endswith("/.zattrs")
    (flag,) = [flag for flag in one.findings if flag.code == "IMG116"]
    assert flag.location.line is not None
    assert flag.location.file == f"{tmp_path}/a.zarr/.zattrs"


def test_links_that_lead_nowhere_or_round_do_not_stop_the_walk(tmp_path: Path) -> None:
    (tmp_path / "gone.tif").symlink_to(tmp_path / "nothing")
    (tmp_path / "round").symlink_to(tmp_path)
    RECIPES["tiff_sound"](tmp_path / "z.tif")
    found = {one.path.rsplit("/", 1)[1]: one for one in sniff([tmp_path])}
    assert set(found) == {"gone.tif", "z.tif"}
    assert found["gone.tif"].kind == "unreadable"


def test_what_is_no_file_costs_its_folder_nothing(tmp_path: Path) -> None:
    (tmp_path / "itself").symlink_to("itself")
    os.mkfifo(tmp_path / "pipe.tif")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "socket.tif"))
    RECIPES["tiff_sound"](tmp_path / "z.tif")
    found = {one.path.rsplit("/", 1)[1]: one for one in sniff([tmp_path])}
    assert found["z.tif"].kind == "image"
    told = {name: one.findings[0].message for name, one in found.items() if name != "z.tif"}
    assert told == {
        "itself": "it cannot be opened: it is a link that leads to itself",
        "pipe.tif": "it cannot be opened: it is a pipe, a socket or a device",
        "socket.tif": "it cannot be opened: it is a pipe, a socket or a device",
    }


SOUND = {name: file for file, name in FORMATS.values() if not name.startswith("head_")}
FOLDERS = {"ome_zarr", "ome_zarr_05", "ome_zarr_06", "plate", "layout", "zarr", "n5"}
UNPROVEN = {"dm3", "avi", "a_eps", "a_gif", "pic", "spe", "lim", "picoquant_bin", "seiko", "ubm"}
"""Halves of these are sound as far as their headers say, or too short to be told."""
HDF5 = {"imaris", "velox", "berkeley", "minc2", "hdf5", "ilastik", "nwb"}
FILES = sorted(set(SOUND) - FOLDERS)


@pytest.mark.parametrize("recipe", sorted(set(FILES) - UNPROVEN))
def test_half_of_a_file_is_broken(recipe: str, tmp_path: Path) -> None:
    path = tmp_path / SOUND[recipe]
    RECIPES[recipe](path)
    data = path.read_bytes()
    write(path, data[: len(data) // 2])
    one = only(path, deep=True)
    assert any(flag.severity == "error" for flag in one.findings), one


@pytest.mark.parametrize("recipe", sorted(set(FILES) - HDF5))
def test_mutated_headers_neither_crash_nor_hang(recipe: str, tmp_path: Path) -> None:
    path = tmp_path / SOUND[recipe]
    RECIPES[recipe](path)
    data = path.read_bytes()
    state = 12345
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(4):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            at = state % min(len(damaged), 700)
            damaged[at] = (state >> 16) & 0xFF if state & 0x400 else 0xFF
        write(path, bytes(damaged[: len(damaged) - (state >> 8) % 64]))
        assert not codes(only(path)) & {"INT912"}


def test_hostile_tiffs_are_read_within_bounds(tmp_path: Path) -> None:
    huge = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 256, 4, 0xFFFFFFFF, 8) + bytes(4)
    write(tmp_path / "count.tif", huge)
    many = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1 << 60) + bytes(8)
    write(tmp_path / "entries.tif", many)
    assert {one.kind for one in sniff([tmp_path])} == {"unreadable"}


def test_deep_xml_is_refused_and_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    write(secret, b"SECRETWORD")
    document = (
        f'<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY x SYSTEM "file://{secret}">]>'
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="&x;"/></OME>'
    )
    write(tmp_path / "a.ome.xml", document.encode())
    write(tmp_path / "b.ome.xml", b"<OME>" + b"<a>" * 100_000)
    first, second = (sniff_file(tmp_path / name) for name in ("a.ome.xml", "b.ome.xml"))
    assert "OME104" in codes(first)
    assert "SECRETWORD" not in first.model_dump_json()
    assert "OME101" in codes(second)


def test_colour_without_its_samples_is_no_fault(tmp_path: Path) -> None:
    xml = OME.replace('SizeC="1"', 'SizeC="3"').replace(' SamplesPerPixel="1"', "")
    write(tmp_path / "a.ome.tif", tiff(pixels(8, 12, 3), description=xml.encode()))
    assert only(tmp_path / "a.ome.tif").findings == ()


def test_a_text_mode_transfer_is_told_when_pixels_are_read(tmp_path: Path) -> None:
    import numpy

    data = tiff(numpy.full((64, 64), 10, "uint8"))
    write(tmp_path / "a.tif", data.replace(b"\n", b"\r\n"))
    assert "IMG109" in codes(only(tmp_path / "a.tif", deep=True))
