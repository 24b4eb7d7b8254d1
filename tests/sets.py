"""Image folders (OME-Zarr, N5) and sets of files that are one image.

`python -m tests.sets FOLDER` writes one folder for each format, named after it, as they stand in
`fixtures/images`.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

from tests import slides, stated  # noqa: F401  slides has recipes
from tests.headers import padded
from tests.pictures import FORMATS, RECIPES, recipe, slug, tiff, write


def text(path: Path, content: Any) -> None:
    write(path, (content if isinstance(content, str) else json.dumps(content, indent=1)).encode())


AXES = [
    {"name": "y", "type": "space", "unit": "micrometer"},
    {"name": "x", "type": "space", "unit": "micrometer"},
]
SCALES = {
    "axes": AXES,
    "datasets": [
        {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [0.5, 0.5]}]}
    ],
}
ARRAY = {
    "zarr_format": 2,
    "shape": [4, 4],
    "chunks": [4, 4],
    "dtype": "|u1",
    "fill_value": 0,
    "order": "C",
    "filters": None,
    "compressor": None,
}


def ome_zarr(path: Path, chunks: bool = True, **attributes: Any) -> None:
    text(path / ".zgroup", {"zarr_format": 2})
    text(path / ".zattrs", {"multiscales": [{"version": "0.4", **SCALES, **attributes}]})
    text(path / "0" / ".zarray", ARRAY)
    if chunks:
        write(path / "0" / "0.0", bytes(range(16)))


def ome_zarr_05(path: Path) -> None:
    ome = {"version": "0.5", "multiscales": [SCALES]}
    text(path / "zarr.json", {"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}})
    text(
        path / "0" / "zarr.json",
        {"zarr_format": 3, "node_type": "array", "shape": [4, 4], "data_type": "uint8"},
    )
    write(path / "0" / "c" / "0" / "0", bytes(16))


def ome_zarr_06(path: Path) -> None:
    """A store of the draft 0.6: its axes stand in coordinate systems, one of them the pixels'."""
    scale = {"type": "scale", "scale": [0.5, 0.5]}
    shift = {"type": "translation", "translation": [3, 4]}
    change = {"type": "sequence", "transformations": [scale, shift], "output": {"name": "pixels"}}
    stage = {**scale, "scale": [9, 9], "input": {"name": "pixels"}, "output": {"name": "stage"}}
    axes = SCALES["axes"]
    scales = {
        "coordinateSystems": [{"name": "stage", "axes": axes}, {"name": "pixels", "axes": axes}],
        "datasets": [{"path": "0", "coordinateTransformations": [change]}],
        "coordinateTransformations": [stage],
    }
    ome_zarr_05(path)
    ome = {"version": "0.6.dev4", "multiscales": [scales]}
    text(path / "zarr.json", {"zarr_format": 3, "node_type": "group", "attributes": {"ome": ome}})


def plate(path: Path) -> None:
    wells = [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}]
    text(path / ".zgroup", {"zarr_format": 2})
    text(path / ".zattrs", {"plate": {"version": "0.4", "wells": wells}})
    text(path / "A" / "1" / ".zattrs", {"well": {"images": [{"path": "0"}]}})
    ome_zarr(path / "A" / "1" / "0")


def layout(path: Path) -> None:
    text(path / ".zgroup", {"zarr_format": 2})
    text(path / ".zattrs", {"bioformats2raw.layout": 3})
    ome_zarr(path / "0")


def zarr(path: Path) -> None:
    text(path / ".zarray", ARRAY)
    write(path / "0.0", bytes(16))


def n5(path: Path) -> None:
    text(path / "attributes.json", {"n5": "2.0.0"})
    told = {"dimensions": [4, 4], "blockSize": [4, 4], "dataType": "uint8"}
    text(path / "a" / "attributes.json", {**told, "compression": {"type": "raw"}})
    write(path / "a" / "0" / "0", struct.pack(">HHII", 0, 2, 4, 4) + bytes(16))


recipe("ome_zarr", "OME-Zarr 0.4", "a.ome.zarr")(ome_zarr)
recipe("ome_zarr_05", "OME-Zarr 0.5", "a.ome.zarr")(ome_zarr_05)
recipe("ome_zarr_06", "OME-Zarr 0.6", "a.ome.zarr")(ome_zarr_06)
recipe("plate", "OME-Zarr 0.4 HCS plate", "a.zarr")(plate)
recipe("layout", "OME-Zarr bioformats2raw layout", "a.zarr")(layout)
recipe("zarr", "Zarr", "a.zarr")(zarr)
recipe("n5", "N5", "a.n5")(n5)

SETS: list[tuple[str, dict[str, bytes]]] = [
    ("Unisoku", {"a.hdr": b":STM data\n", "a.dat": bytes(range(32))}),
    ("Philips PAR/REC", {"a.PAR": b"# === DATA DESCRIPTION FILE ===\n", "a.REC": bytes(range(32))}),
    (
        "imzML",
        {"a.imzML": b"<?xml version='1.0'?><mzML><!-- imzML --></mzML>", "a.ibd": bytes(range(32))},
    ),
    ("Hitachi S-4800", {"a.txt": b"[SemImageFile]\r\nImageName=a.tif\r\n", "a.tif": tiff()}),
    ("MetaXpress", {"p.HTD": b'"HTSInfoFile", Version 1.0\n', "p_A01.tif": tiff()}),
    (
        "CV7000",
        {
            "p.wpi": b"<?xml version='1.0'?><b:WellPlate xmlns:b='http://www.yokogawa.co.jp/BTS'/>",
            "MeasurementData.mlf": b"<b:M><b:MeasurementRecord b:Type='IMG'>"
            b'</b:MeasurementRecord><R b:Type="IMG">p_A01C01.tif</R></b:M>',
            "MeasurementDetail.mrf": b"<b:D/>",
            "p_A01C01.tif": tiff(),
        },
    ),
    (
        "Big Data Viewer",
        {
            "a.xml": b"<?xml version='1.0'?><SpimData><n5 type='relative'>a.bin</n5></SpimData>",
            "a.bin": bytes(range(8)),
        },
    ),
    (
        "Leica XLEF",
        {
            "a.xlef": b'<?xml version="1.0"?><LMSDataContainerHeader><Reference File=".%5Cb.xlif"/>'
            b"</LMSDataContainerHeader>",
            "b.xlif": b'<?xml version="1.0"?><LMSDataContainerHeader/>',
        },
    ),
    (
        "Olympus FluoView FV1000",
        {
            "a.oif": "[FileInformation]\n[ProfileSaveInfo]\n".encode("utf-16"),
            "a.oif.files/s_C001.tif": tiff(),
        },
    ),
    (
        "cellSens VSI",
        {"a.vsi": tiff(), "_a_/stack1/frame_t.ets": b"SIS\0".ljust(64, b"\0") + b"ETS\0"},
    ),
    (
        "3i SlideBook 7",
        {
            "a.sldy": b"class_name: CSlideBook\n",
            "a.dir/i.imgdir/ImageData_Ch0_TP0000000.npy": b"\x93NUMPY",
        },
    ),
    (
        "PerkinElmer Operetta",
        {
            "Index.idx.xml": b"<?xml version='1.0'?><EvaluationInputData xmlns='http://x/Harmony'>"
            b"<Image><URL>r01c01.tiff</URL></Image></EvaluationInputData>",
            "r01c01.tiff": tiff(),
        },
    ),
    ("Inveon", {"a.img.hdr": b"#\n# Header file for data file a.img\n", "a.img": bytes(range(32))}),
    (
        "Analyze 7.5",
        {
            "a.hdr": padded(
                [
                    (0, struct.pack("<i", 348)),
                    (40, struct.pack("<8h", 3, 4, 4, 2, 1, 1, 1, 1)),
                    (70, struct.pack("<hh", 2, 8)),
                ],
                348,
            ),
            "a.img": bytes(range(32)),
        },
    ),
]


def main(folder: Path) -> None:
    for shows, (file, name) in FORMATS.items():
        target = folder / slug(shows) / file
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            RECIPES[name](target)
    for shows, files in SETS + stated.SETS:
        for file, data in files.items():
            write(folder / slug(shows) / file, data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
