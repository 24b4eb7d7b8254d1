"""Broken image files, made by name; `tests.pictures`, `headers` and `sets` make sound ones.

Every recipe is an attribute of this module: `recipes.tiff_loop(path)` writes the file at a path.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path

from tests import (  # noqa: F401  cameras, confocal, instruments and probes have recipes
    cameras,
    confocal,
    headers,
    instruments,
    pictures,
    probes,
    sets,
)
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


@recipe("tiff_wide_strip")
def tiff_wide_strip(path: Path) -> None:
    """A packed strip of 40,000 by 20,000 pixels, by the header."""
    data = bytearray(tiff(pictures.pixels(8, 12), compression="zlib", rowsperstrip=8))
    at = struct.unpack_from("<I", data, 4)[0]
    for number in range(struct.unpack_from("<H", data, at)[0]):
        place = at + 2 + 12 * number
        if (code := struct.unpack_from("<H", data, place)[0]) in (256, 257, 278):
            struct.pack_into("<HII", data, place + 2, 4, 1, 40_000 if code == 256 else 20_000)
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
]:
    plain(f"ome_xml_{_name}", META.replace(_old, _new, 1).encode())
for _name, _old, _new in [
    ("planes", 'SizeZ="1"', 'SizeZ="20"'),
    ("width", 'SizeX="12"', 'SizeX="13"'),
    ("colour", "SamplesPerPixel", 'Color="red" SamplesPerPixel'),
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


@recipe("zarr_axes_twice")
def zarr_axes_twice(path: Path) -> None:
    """Two axes of an OME-Zarr have one name."""
    ome_zarr(path, axes=[sets.AXES[0], *sets.AXES[:-1]])


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


@recipe("zarr_chunk_lost")
def zarr_chunk_lost(path: Path) -> None:
    """One of four chunks has no file, and the others hold no pixel of the fill value."""
    quarters(path, [bytes([7] * 4)] * 3)


@recipe("zarr_sparse")
def zarr_sparse(path: Path) -> None:
    """One of four chunks has no file; in the others the fill value is common."""
    quarters(path, [bytes([0, 0, 0, 5])] * 3)


@recipe("zarr_all_chunks")
def zarr_all_chunks(path: Path) -> None:
    """All of four chunks have their files."""
    quarters(path, [bytes([7] * 4)] * 4)


@recipe("zarr_chunk_cut")
def zarr_chunk_cut(path: Path) -> None:
    """Half of one chunk arrived."""
    quarters(path, [bytes([7] * 4)] * 3 + [bytes([7] * 2)])


def quarters(path: Path, chunks: list[bytes]) -> None:
    """An OME-Zarr of 4 by 4 pixels in chunks of 2 by 2."""
    ome_zarr(path, chunks=False)
    sets.text(path / "0" / ".zarray", {**sets.ARRAY, "chunks": [2, 2]})
    for name, data in zip(("0.0", "0.1", "1.0", "1.1"), chunks, strict=False):
        write(path / "0" / name, data)


def zipped(**files: bytes) -> bytes:
    """A ZIP archive of files, the names with `_dot_` for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_dot_", ".")), data)
    return buffer.getvalue()


SOUND = zipped(a_dot_tif=tiff(), b_dot_tif=tiff(), notes_dot_txt=b"words")
plain("zip_images", SOUND)
plain("zip_text", zipped(notes_dot_txt=b"words"))
plain("zip_cut", SOUND[: len(SOUND) // 2])
plain("zip_broken_member", zipped(a_dot_tif=tiff()[:90]))
plain("zip_checksum", SOUND.replace(zlib.crc32(b"words").to_bytes(4, "little"), b"\1\2\3\4"))


@recipe("zip_locked")
def zip_locked(path: Path) -> None:
    """The list of files says that they are encrypted."""
    data = bytearray(SOUND)
    for at in range(len(data)):
        if data.startswith(b"PK\1\2", at):
            data[at + 8] |= 1
    write(path, bytes(data))


@recipe("fits_checksum")
def fits_checksum(path: Path) -> None:
    """A FITS unit with a DATASUM that its words do not add up to."""
    RECIPES["fits"](path)
    data = path.read_bytes().replace(b"END".ljust(80), b"DATASUM = '12345'".ljust(80), 1)
    at = data.index(b"DATASUM") + 80
    write(path, data[:at] + b"END".ljust(80) + data[at + 80 :])


@recipe("hdf5_checksum")
def hdf5_checksum(path: Path) -> None:
    """One byte of a chunk with a Fletcher checksum is another."""
    import h5py

    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        made = file.create_dataset(
            "pixels", data=pictures.pixels(8, 8), chunks=(8, 8), fletcher32=True
        )
        at = made.id.get_chunk_info(0).byte_offset
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    write(path, bytes(data))


@recipe("zarr_one")
def zarr_one(path: Path) -> None:
    """Pixels of exactly one micrometre."""
    scale = {"type": "scale", "scale": [1.0, 1.0]}
    ome_zarr(path, datasets=[{"path": "0", "coordinateTransformations": [scale]}])


@recipe("zarr_unmeasured")
def zarr_unmeasured(path: Path) -> None:
    """Axes without a unit."""
    ome_zarr(path, axes=[{"name": "y", "type": "space"}, {"name": "x", "type": "space"}])


@recipe("zarr_hollow")
def zarr_hollow(path: Path) -> None:
    """An array with no rows."""
    ome_zarr(path)
    sets.text(path / "0" / ".zarray", {**sets.ARRAY, "shape": [0, 4]})


IBD = bytes(range(16)) + bytes(32)


def imzml(path: Path, identifier: bytes, data: bytes, checksum: str = "") -> None:
    """An imzML with one spectrum, and its data."""
    term = '<cvParam cvRef="IMS" accession="IMS:{}" name="x" value="{}"/>'
    write(
        path,
        (
            '<?xml version="1.0"?><mzML><!-- imzML -->'
            + term.format(1000080, identifier.hex())
            + term.format(1000091, checksum or hashlib.sha1(data).hexdigest())
            + "<binaryDataArray>"
            + term.format(1000102, 16)
            + term.format(1000103, 4)
            + term.format(1000104, 32)
            + "</binaryDataArray></mzML>"
        ).encode(),
    )
    write(path.with_suffix(".ibd"), data)


@recipe("imzml_pair")
def imzml_pair(path: Path) -> None:
    """An imzML and an .ibd with the same identifier."""
    imzml(path, IBD[:16], IBD)


@recipe("imzml_changed")
def imzml_changed(path: Path) -> None:
    """The .ibd was changed after its checksum was written."""
    imzml(path, IBD[:16], IBD, "0" * 40)


@recipe("imzml_other")
def imzml_other(path: Path) -> None:
    """The .ibd of another imzML."""
    imzml(path, IBD[16:32], IBD)


@recipe("imzml_cut")
def imzml_cut(path: Path) -> None:
    """The .ibd ends before the last spectrum."""
    imzml(path, IBD[:16], IBD[:30])


@recipe("mhd_cut")
def mhd_cut(path: Path) -> None:
    """Half of the pixels beside a MetaImage header arrived."""
    text = "ObjectType = Image\nNDims = 2\nDimSize = 4 4\nElementType = MET_UCHAR\n"
    write(path, (text + "ElementDataFile = pixels.raw\n").encode())
    write(path.parent / "pixels.raw", bytes(8))
