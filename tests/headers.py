"""Small sound image files of single formats, with headers made by hand or by their libraries."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

from tests.pictures import pixels, plain, recipe, slug, write

plain(
    "psd",
    b"8BPS" + struct.pack(">H6xHIIHH", 1, 1, 4, 4, 8, 1) + bytes(12) + bytes(2 + 16),
    "Adobe Photoshop PSD",
    "a.psd",
)
plain(
    "nrrd",
    b"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 4 4\nencoding: raw\n\n" + bytes(range(16)),
    "NRRD (Nearly Raw Raster Data)",
    "a.nrrd",
)
plain(
    "mha",
    b"ObjectType = Image\nNDims = 2\nDimSize = 4 4\nElementType = MET_UCHAR\n"
    b"ElementDataFile = LOCAL\n" + bytes(range(16)),
    "MetaImage",
    "a.mha",
)
plain(
    "ics2",
    b"\t\nics_version\t2.0\nfilename\ta\nlayout\tparameters\t3\nlayout\torder\tbits\tx\ty\n"
    b"layout\tsizes\t8\t4\t4\nrepresentation\tformat\tinteger\nrepresentation\tsign\tunsigned\n"
    b"representation\tcompression\tuncompressed\nend\n" + bytes(range(16)),
    "ICS (Image Cytometry Standard)",
    "a.ics",
)
plain(
    "ics1",
    b"\t\nics_version\t1.0\nfilename\ta\nlayout\torder\tbits\tx\ty\nlayout\tsizes\t8\t4\t4\nend\n",
)


def padded(fields: list[tuple[int, bytes]], length: int, fill: bytes = b"\0") -> bytes:
    data = bytearray(fill * length)
    for at, value in fields:
        data[at : at + len(value)] = value
    return bytes(data)


MRC = padded(
    [
        (0, struct.pack("<4i", 4, 4, 2, 0)),
        (28, struct.pack("<3i3f", 4, 4, 2, 8, 8, 4)),
        (208, b"MAP DD\0\0"),
    ],
    1024,
)
plain("mrc", MRC + bytes(range(32)), "MRC (Medical Research Council)", "a.mrc")
DV = padded(
    [
        (0, struct.pack("<4i", 4, 4, 2, 6)),
        (40, struct.pack("<3f", 0.1, 0.1, 0.5)),
        (96, b"\xa0\xc0"),
        (180, struct.pack("<hh", 1, 0)),
        (196, struct.pack("<h", 2)),
    ],
    1024,
)
plain("dv", DV + bytes(64), "DeltaVision", "a.dv")
NIFTI = padded(
    [
        (0, struct.pack("<i", 348)),
        (40, struct.pack("<8h", 3, 4, 4, 2, 1, 1, 1, 1)),
        (70, struct.pack("<hh", 2, 8)),
        (76, struct.pack("<4f", 1, 2, 2, 3)),
        (108, struct.pack("<f", 352)),
        (123, b"\2"),
        (344, b"n+1\0"),
    ],
    352,
)
plain("nifti", NIFTI + bytes(range(32)), "NIfTI", "a.nii")
plain("nifti_gz", gzip.compress(NIFTI + bytes(range(32)), mtime=0))
plain("nifti_far", gzip.compress(NIFTI + bytes(20 << 20), mtime=0))
plain(
    "spe",
    padded(
        [
            (42, struct.pack("<H", 4)),
            (108, struct.pack("<h", 3)),
            (656, struct.pack("<H", 4)),
            (1446, struct.pack("<i", 1)),
        ],
        4100,
    )
    + bytes(range(32)),
    "Princeton Instruments SPE",
    "a.spe",
)
plain(
    "fits",
    b"".join(
        card.ljust(80).encode()
        for card in [
            "SIMPLE  =                    T",
            "BITPIX  =                    8",
            "NAXIS   =                    2",
            "NAXIS1  =                    4",
            "NAXIS2  =                    4",
            "END",
        ]
    ).ljust(2880)
    + bytes(range(16)).ljust(2880, b"\0"),
    "FITS (Flexible Image Transport System)",
    "a.fits",
)
plain("dm3", struct.pack(">III", 3, 40 - 16, 1) + bytes(28), "Gatan Digital Micrograph", "a.dm3")
plain(
    "sif",
    b"Andor Technology Multi-Channel File\n65538 1\n12\nPixel number65541 1 4 4 1 1 1 16 16\n"
    b"65538 1 4 4 1 1 1 0\n" + bytes(64),
    "Andor SIF",
    "a.sif",
)
plain(
    "imod",
    padded(
        [
            (0, b"IMODV1.2model"),
            (136, struct.pack(">3i", 6, 4, 3)),
            (216, struct.pack(">fi", 5.5, -9)),
        ],
        240,
    )
    + b"IEOF",
    "IMOD",
    "a.mod",
)
plain(
    "jng",
    b"\x8bJNG\r\n\x1a\n" + struct.pack(">I4sII", 16, b"JHDR", 4, 4) + bytes(12)
    + struct.pack(">I4sI", 0, b"IEND", 0),
    "JPEG Network Graphics",
    "a.jng",
)  # fmt: skip
plain(
    "klb",
    padded([(0, struct.pack("<B5I5f2B", 2, 4, 4, 2, 1, 1, 0.4, 0.4, 2, 1, 1, 1, 0)),
            (299, struct.pack("<5I", 4, 4, 1, 1, 1)), (319, struct.pack("<2Q", 32, 64))], 335)
    + bytes(range(64)),
    "Keller Lab Block",
    "a.klb",
)  # fmt: skip
plain("avi", b"RIFF" + struct.pack("<I", 4) + b"AVI ", "AVI (Audio Video Interleave)", "a.avi")


def box(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(data)) + kind + data


plain(
    "mov",
    box(b"ftyp", b"qt  \0\0\0\0") + box(b"moov") + box(b"mdat", b"x"),
    "QuickTime Movie",
    "a.mov",
)
plain(
    "mp4",
    box(b"ftyp", b"isom\0\0\0\0") + box(b"moov") + box(b"mdat", b"x"),
    "MP4 (MPEG-4)",
    "a.mp4",
)
for _format, _file, _hex in [
    ("Amira Mesh", "a.am", b"# AmiraMesh 3D ASCII 2.0\n".hex()),
    ("INR", "a.inr", b"#INRIMAGE-4#{\nXDIM=4\nYDIM=4\nPIXSIZE=8 bits\n".hex()),
    ("Varian FDF", "a.fdf", b"#!/usr/local/fdf/startup\nfloat rank = 2;\n".hex()),
    ("Zeiss Axio CSM", "a.lms", b"....LMSFLE".hex() + "00" * 32),
    ("Renishaw WDF", "a.wdf", "5744463101000000" + "00" * 8),
    ("WSxM", "a.stp", b"WSxM file copyright UAM\r\n".hex()),
    ("Minolta MRW", "a.mrw", "004d524d" + "00" * 12),
    ("ImageMagick MIFF", "a.miff", b"id=ImageMagick  version=1.0\nclass=DirectClass\n".hex()),
    ("FLIF", "a.flif", b"FLIF31".hex() + "00" * 10),
    ("Better Portable Graphics (BPG)", "a.bpg", "425047fb" + "00" * 12),
    ("Sigma X3F", "a.x3f", b"FOVb".hex() + "00" * 12),
    ("GE Genesis", "a.fre", b"IMGF".hex() + "00000d58" + "00" * 8),
]:
    plain(f"head_{slug(_format)}", bytes.fromhex(_hex), _format, _file)


def ecat(name: bytes = b"", shape: tuple[int, int, int] = (4, 4, 2)) -> bytes:
    """An ECAT7 volume of one frame: header, directory, header of the frame, pixels."""
    x, y, z = shape
    pixels_ = bytes(range(2 * x * y * z))
    last = 3 + -(-len(pixels_) // 512)
    head = padded(
        [
            (0, b"MATRIX72v"),
            (46, struct.pack(">3h", 72, 328, 7)),
            (62, struct.pack(">i", 1290124615)),
            (182, name),
            (352, struct.pack(">4h", z, 1, 1, 0)),
        ],
        512,
    )
    table = struct.pack(">8i", 30, 2, 0, 1, 16842758, 3, last, 1).ljust(512, b"\0")
    frame = padded(
        [(0, struct.pack(">5h", 6, 3, x, y, z)), (34, struct.pack(">3f", 0.2, 0.2, 0.3))], 512
    )
    return head + table + frame + pixels_.ljust(512 * (last - 3), b"\0")


plain("ecat", ecat(), "ECAT7", "a.v")


def czi(path: Path) -> None:
    def segment(kind: bytes, data: bytes) -> bytes:
        return struct.pack("<16sqq", kind, len(data), len(data)) + data

    entry = struct.pack("<2siqiiB5xi", b"DV", 0, 1000, 0, 0, 0, 2)
    for axis, size in ((b"X", 4), (b"Y", 4)):
        entry += struct.pack("<4siifi", axis, 0, size, 0, size)
    inside = struct.pack("<iiq", 0, 0, 16) + entry
    block = segment(b"ZISRAWSUBBLOCK", inside.ljust(256, b"\0") + bytes(range(16)))
    xml = b'<D><Distance Id="X"><Value>1E-07</Value></Distance></D>'
    parts = [
        (0, segment(b"ZISRAWFILE", padded([(52, struct.pack("<qq", 300, 600))], 80))),
        (300, segment(b"ZISRAWDIRECTORY", struct.pack("<i", 1).ljust(128, b"\0") + entry)),
        (600, segment(b"ZISRAWMETADATA", struct.pack("<ii", len(xml), 0).ljust(256, b"\0") + xml)),
        (1000, block),
    ]
    write(path, padded(parts, 1000 + len(block)))


recipe("czi", "Zeiss CZI", "a.czi")(czi)


def lif(path: Path) -> None:
    xml = (
        '<LMSDataContainerHeader Version="2"><Element><Data><Image>'
        '<ChannelDescription Resolution="8"/>'
        '<DimensionDescription DimID="1" NumberOfElements="4" Length="3e-6" Unit="m"/>'
        '<DimensionDescription DimID="2" NumberOfElements="4" Length="3e-6" Unit="m"/>'
        "</Image></Data></Element></LMSDataContainerHeader>"
    )
    body = b"\x2a" + struct.pack("<I", len(xml)) + xml.encode("utf-16-le")
    name = "MemBlock_1"
    block = (
        b"\x2a"
        + struct.pack("<Q", 16)
        + b"\x2a"
        + struct.pack("<I", len(name))
        + name.encode("utf-16-le")
    )
    write(
        path,
        b"\x70\0\0\0"
        + struct.pack("<I", len(body))
        + body
        + b"\x70\0\0\0"
        + struct.pack("<I", len(block))
        + block
        + bytes(range(16)),
    )


recipe("lif", "Leica LAS AF LIF (Leica Image File Format)", "a.lif")(lif)


def nd2(path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("<IIQ", 0x0ABECEDA, len(name), len(data)) + name + data

    def setting(name: str, value: int) -> bytes:
        return (
            bytes([3, len(name) + 1]) + (name + "\0").encode("utf-16-le") + struct.pack("<I", value)
        )

    start = chunk(b"ND2 FILE SIGNATURE CHUNK NAME01!", b"Ver3.0".ljust(64, b"\0"))
    values = b"".join(
        setting(*one)
        for one in [
            ("uiWidth", 4),
            ("uiHeight", 4),
            ("uiComp", 1),
            ("uiBpcInMemory", 16),
            ("uiSequenceCount", 1),
        ]
    )
    attributes = chunk(b"ImageAttributesLV!", values)
    at = len(start) + len(attributes)
    index = b"ImageAttributesLV!" + struct.pack("<QQ", len(start), len(attributes))
    index += b"ND2 CHUNK MAP SIGNATURE 0000001!" + struct.pack("<Q", at)
    write(path, start + attributes + chunk(b"ND2 FILEMAP SIGNATURE NAME 0001!", index))


recipe("nd2", "Nikon NIS-Elements ND2", "a.nd2")(nd2)


def hdf5(name: str, shows: str, file: str, *groups: str, **attributes: Any) -> None:
    def made(path: Path) -> None:
        import h5py

        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(path, "w") as target:
            for group in groups:
                target.create_dataset(group, data=pixels(2, 2)) if group.endswith("data") else (
                    target.require_group(group)
                )
            target.attrs.update(attributes)

    recipe(name, shows, file)(made)


hdf5("imaris", "Bitplane Imaris", "a.ims", "DataSet", "DataSetInfo")
hdf5("velox", "FEI/Thermo Velox EMD", "a.emd", "Data/Image", "Version")
hdf5("berkeley", "Berkeley EMD", "a.emd", "data", version_major=0, version_minor=2)
hdf5("minc2", "MINC MRI", "a.mnc", "minc-2.0")
hdf5("hdf5", "Generic HDF5", "a.h5", "values/data")
hdf5("ilastik", "ilastik HDF5", "a.h5", "exported_data")
hdf5("nwb", "Neurodata Without Borders (NWB)", "a.nwb", "acquisition", nwb_version="2.7.0")


def dicom(path: Path, name: str = "", **more: Any) -> None:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    data = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID, data.StudyInstanceUID = (
        meta.MediaStorageSOPClassUID,
        "1.2.3",
        "1.2",
    )
    data.PatientName, data.PatientID = name, ""
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.Rows, data.Columns, data.BitsAllocated, data.BitsStored, data.HighBit = 4, 4, 8, 8, 7
    data.PixelRepresentation, data.PixelData = 0, bytes(range(16))
    for key, value in more.items():
        setattr(data, key, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)


recipe("dicom", "DICOM", "a.dcm")(dicom)
