"""Pixel data that only `--deep` reads: subblocks of CZI, frames of DICOM, planes as they are."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy
import pytest
from numcodecs.zstd import Zstd
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, SecondaryCaptureImageStorage, generate_uid

from pipeline.images import sniff
from tests.instruments import hole
from tests.pictures import picture, pixels, write
from tests.servers import web
from tests.told import only

SIDE = 16
RAW = pixels(SIDE, SIDE).astype("uint8")


def zstd(data: bytes) -> bytes:
    return bytes(Zstd().encode(data))


def czi(path: Path, packing: int, blocks: list[bytes]) -> Path:
    """A CZI of one plane a subblock, packed in one way."""

    def segment(kind: bytes, data: bytes) -> bytes:
        return struct.pack("<16sqq", kind, len(data), len(data)) + data

    body, entries, at = b"", b"", 112
    for number, data in enumerate(blocks):
        entry = struct.pack("<2siqiiB5xi", b"DV", 0, at + len(body), 0, packing, 0, 3)
        for axis, start, size in ((b"X", 0, SIDE), (b"Y", 0, SIDE), (b"T", number, 1)):
            entry += struct.pack("<4siifi", axis, start, size, 0, size)
        inside = struct.pack("<iiq", 5, 0, len(data)) + entry
        body += segment(b"ZISRAWSUBBLOCK", inside.ljust(256, b"\0") + b"<X/>\n" + data)
        entries += entry
    directory = segment(
        b"ZISRAWDIRECTORY", struct.pack("<i", len(blocks)).ljust(128, b"\0") + entries
    )
    head = struct.pack("<16sqq", b"ZISRAWFILE", 80, 80).ljust(84, b"\0")
    head += struct.pack("<qqi", at + len(body), 0, 0)
    write(path, head.ljust(112, b"\0") + body + directory)
    return path


def faults(path: Path | str, *, deep: bool = True) -> list[tuple[str, str]]:
    (one,) = sniff([path], deep=deep)
    return [(flag.code, flag.message) for flag in one.findings if flag.code not in ("IMG008",)]


PACKINGS: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "none": (0, bytes),
    "zstd": (5, zstd),
    "zstd behind a header": (6, lambda data: b"\3\1\0" + zstd(data)),
    "jpegxr": (4, lambda data: bytes(imagecodecs.jpegxr_encode(
        numpy.frombuffer(data, "uint8").reshape(SIDE, SIDE), level=1.0))),
    "unknown": (99, bytes),
}  # fmt: skip


@pytest.mark.parametrize("kind", PACKINGS)
def test_subblocks_of_a_czi_are_unpacked(tmp_path: Path, kind: str) -> None:
    packing, pack = PACKINGS[kind]
    data = pack(RAW.tobytes())
    assert faults(czi(tmp_path / "a.czi", packing, [data] * 3)) == []
    if kind == "unknown":
        return
    path = czi(tmp_path / "b.czi", packing, [data, data[: len(data) // 2], data])
    assert faults(path, deep=False) == []
    ((code, message),) = faults(path)
    assert code == "IMG118"
    assert "subblock 1 " in message
    ((code, _),) = faults(czi(tmp_path / "c.czi", packing, [data, data[:-1], data]))
    assert code == "IMG118"
    with web(tmp_path) as server:
        assert faults(f"{server.url}/a.czi") == []
        assert [code for code, _ in faults(f"{server.url}/b.czi")] == ["IMG118"]


def test_a_subblock_of_a_czi_that_unpacks_without_end_costs_little(tmp_path: Path) -> None:
    bomb = zstd(bytes(1 << 30))
    ((code, message),) = faults(czi(tmp_path / "a.czi", 5, [bomb]))
    assert code == "IMG118"
    assert "far more" in message or "cannot be unpacked" in message


def test_a_subblock_elsewhere_than_the_directory_says_is_told(tmp_path: Path) -> None:
    path = czi(tmp_path / "a.czi", 0, [RAW.tobytes()] * 2)
    data = bytearray(path.read_bytes())
    data[112 : 112 + 14] = b"ZISRAWNOTHINGX"
    write(path, bytes(data))
    ((code, message),) = faults(path)
    assert (code, "subblock 0 " in message) == ("IMG118", True)


def dicom(path: Path, frames: list[bytes]) -> Path:
    """A DICOM of JPEG 2000 frames without anybody's name."""
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    data.Modality, data.PhotometricInterpretation = "SM", "MONOCHROME2"
    data.Rows = data.Columns = SIDE
    data.SamplesPerPixel, data.NumberOfFrames, data.PixelRepresentation = 1, len(frames), 0
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit = 7
    data.PixelData = encapsulate(frames)
    data["PixelData"].VR = "OB"
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = JPEG2000Lossless
    data.save_as(path, enforce_file_format=True)
    return path


def test_frames_of_a_dicom_are_decoded(tmp_path: Path) -> None:
    frame = bytes(imagecodecs.jpeg2k_encode(RAW, level=0))
    assert faults(dicom(tmp_path / "a.dcm", [frame] * 3)) == []
    path = dicom(tmp_path / "b.dcm", [frame, bytes(len(frame)), frame])
    assert faults(path, deep=False) == []
    ((code, message),) = faults(path)
    assert (code, message.startswith("frame 2 cannot be decompressed")) == ("IMG118", True)


def test_pixels_that_are_stored_as_they_are_are_read_whole(tmp_path: Path) -> None:
    header = struct.pack("<4i", 1024, 1024, 4, 0).ljust(208, b"\0") + b"MAP \x44\x44\0\0"
    write(tmp_path / "a.mrc", header.ljust(1024, b"\0") + bytes(4 << 20))
    for deep, least, most in ((False, 0, 1 << 20), (True, 4 << 20, 6 << 20)):
        with web(tmp_path) as server:
            faults(f"{server.url}/a.mrc", deep=deep)
            assert least <= server.sent <= most


def padded_strips(rows: int) -> bytes:
    """A TIFF of 16 rows in strips of 10, each deflated with as many rows as are given."""
    strips = [zlib.compress(bytes(16 * rows)), zlib.compress(bytes(16 * 10))]
    body = b"".join(strips[::-1])
    places = (8, 8 + len(strips[1]))
    entries = [
        (256, 16), (257, 16), (258, 8), (259, 8), (262, 1), (273, 8 + len(body)), (277, 1),
        (278, 10), (279, 16 + len(body)),
    ]  # fmt: skip
    data = struct.pack("<4sI", b"II*\0", 24 + len(body)) + body
    data += struct.pack("<4I", *places, len(strips[1]), len(strips[0]))
    data += struct.pack("<H", len(entries))
    for tag, value in entries:
        data += struct.pack("<HHII", tag, 4, 2 if tag in (273, 279) else 1, value)
    return data + bytes(4)


def test_the_last_strip_may_hold_rows_below_the_image(tmp_path: Path) -> None:
    for rows in (6, 10):
        write(tmp_path / "a.tif", padded_strips(rows))
        assert faults(tmp_path / "a.tif") == []
    cut = padded_strips(10)
    at = struct.unpack_from("<I", cut, 4)[0] - 20
    write(tmp_path / "a.tif", cut[:at] + bytes(2) + cut[at + 2 :])
    assert [code for code, _ in faults(tmp_path / "a.tif")] == ["IMG118"]


def test_a_picture_without_room_to_decode_it_is_not_called_damaged(tmp_path: Path) -> None:
    for progressive, side in ((True, 30_000), (False, 65_000)):
        data = bytearray(picture("JPEG", progressive=progressive))
        at = data.index(b"\xff\xc2" if progressive else b"\xff\xc0")
        struct.pack_into(">HH", data, at + 5, side, side)
        write(tmp_path / "a.jpg", bytes(data))
        assert [code for code, _ in faults(tmp_path / "a.jpg")] == ["IMG305"]


@pytest.mark.parametrize(
    ("start", "length", "told"),
    [
        (40960, 65536, True),
        (40960, 300044 - 40960, True),
        (8192, 32768, True),
        (8192, 28672, False),
        (40961, 65536, False),
        (40960, 65545, False),
        (44 + 100 * 1000, 70_000, False),
        (44 + 200 * 1000, 100_000, False),
    ],
)
def test_a_hole_in_whole_blocks_is_told_from_a_black_part(
    start: int, length: int, told: bool, tmp_path: Path
) -> None:
    data = hole(start, length)
    data = data[:300044] if start + length == 300044 else data
    (tmp_path / "a.ipl").write_bytes(data)
    codes = {flag.code for flag in only(tmp_path / "a.ipl", deep=True).findings}
    assert ("IMG124" in codes) is told
    assert "IMG124" not in {flag.code for flag in only(tmp_path / "a.ipl").findings}
