"""Broken image files, made by name; `tests.pictures`, `headers` and `sets` make sound ones.

Every recipe is an attribute of this module: `recipes.tiff_loop(path)` writes the file at a path.
"""

from __future__ import annotations

import struct
from pathlib import Path

from tests import headers, pictures, sets
from tests.headers import MRC
from tests.pictures import (
    META,
    OME,
    RECIPES,
    Recipe,
    picture,
    plain,
    recipe,
    tiff,
    write,
)
from tests.sets import ome_zarr


def __getattr__(name: str) -> Recipe:
    try:
        return RECIPES[name]
    except KeyError:
        raise AttributeError(name) from None


plain("tiff_sound", tiff())
plain("png_sound", picture("PNG"))
plain("jpeg_sound", picture("JPEG"))
plain("jpeg_trailing", picture("JPEG") + b"<html><body>504 Gateway Time-out</body></html>")
plain("mrc_cut", MRC + bytes(20))
plain("png_text_mode", picture("PNG").replace(b"\n", b"\r\n"))
plain(
    "tiff_other_compression",
    tiff(compression="zlib").replace(
        struct.pack("<HHIHxx", 259, 3, 1, 8), struct.pack("<HHIHxx", 259, 3, 1, 52479)
    ),
)


@recipe("tiff_loop")
def tiff_loop(path: Path) -> None:
    """The only directory of a TIFF names itself as the next one."""
    data = bytearray(tiff())
    first = struct.unpack_from("<I", data, 4)[0]
    end = first + 2 + 12 * struct.unpack_from("<H", data, first)[0]
    data[end : end + 4] = struct.pack("<I", first)
    write(path, bytes(data))


@recipe("tiff_damaged_pixels")
def tiff_damaged_pixels(path: Path) -> None:
    """The middle of a Deflate stream is overwritten."""
    data = bytearray(tiff(pictures.pixels(256, 256, kind="uint16"), compression="zlib"))
    data[-200:-100] = b"\xff" * 100
    write(path, bytes(data))


@recipe("png_crc")
def png_crc(path: Path) -> None:
    """One byte of the stored checksum of the pixels is another."""
    data = bytearray(picture("PNG"))
    data[data.index(b"IEND") - 5] ^= 0xFF
    write(path, bytes(data))


@recipe("hdf5_damaged")
def hdf5_damaged(path: Path) -> None:
    """Everything behind the superblock of an HDF5 file is overwritten."""
    RECIPES["hdf5"](path)
    data = path.read_bytes()
    write(path, data[:96] + b"\xaa" * (len(data) - 96))


for _name, _old, _new in [
    ("unclosed", "    </Pixels>\n", ""),
    ("no_namespace", ' xmlns="', ' about="'),
    ("type", '"uint8"', '"uint24"'),
    ("channels", 'SizeC="1"', 'SizeC="3"'),
    ("doctype", "<OME", '<!DOCTYPE OME SYSTEM "x.dtd">\n<OME'),
    ("no_size", ' PhysicalSizeX="0.5" PhysicalSizeY="0.5"', ""),
    ("colour", "SamplesPerPixel", 'Color="red" SamplesPerPixel'),
]:
    plain(f"ome_xml_{_name}", META.replace(_old, _new, 1).encode())
for _name, _old, _new in [
    ("planes", 'SizeZ="1"', 'SizeZ="20"'),
    ("width", 'SizeX="12"', 'SizeX="13"'),
]:
    plain(f"ome_tiff_{_name}", tiff(description=OME.replace(_old, _new).encode()))


@recipe("zarr_no_chunks")
def zarr_no_chunks(path: Path) -> None:
    """All metadata of an OME-Zarr, and no pixels."""
    ome_zarr(path, chunks=False)


@recipe("zarr_no_array")
def zarr_no_array(path: Path) -> None:
    """The array that the metadata name is not there."""
    ome_zarr(path)
    for one in (path / "0").iterdir():
        one.unlink()


@recipe("zarr_empty")
def zarr_empty(path: Path) -> None:
    """A folder without anything in it."""
    path.mkdir(parents=True)


@recipe("zarr_no_attributes")
def zarr_no_attributes(path: Path) -> None:
    """The .zattrs was lost on the way."""
    ome_zarr(path)
    (path / ".zattrs").unlink()


@recipe("zarr_cut_attributes")
def zarr_cut_attributes(path: Path) -> None:
    """Half of the .zattrs arrived."""
    ome_zarr(path)
    data = (path / ".zattrs").read_bytes()
    write(path / ".zattrs", data[: len(data) // 2])


@recipe("zarr_axes")
def zarr_axes(path: Path) -> None:
    """Three axes for an array of two dimensions."""
    ome_zarr(path, axes=[{"name": "z", "type": "space"}, *sets.AXES])


@recipe("dicom_patient")
def dicom_patient(path: Path) -> None:
    """An invented patient is named."""
    headers.dicom(path, "Doe^Jane")


@recipe("dicom_label")
def dicom_label(path: Path) -> None:
    """The photograph of a slide's label."""
    headers.dicom(path, ImageType=["ORIGINAL", "PRIMARY", "LABEL", "NONE"])
