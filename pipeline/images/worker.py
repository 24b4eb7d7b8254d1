"""What runs in the worker process: jobs by name, one JSON line in, one out."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from itertools import islice
from typing import Any

from pipeline.images.pixeljobs import (
    czi,
    dicom,
    hdf5_pixels,
    n5,
    nd2_pixels,
    picture,
    source,
    tiff,
    zarr,
)

MOST_NAMES = 2000


def hdf5(path: str) -> dict[str, Any]:
    """Names of groups, data sets and attributes (`@x`) to the third level of an HDF5 file."""
    import h5py

    from pipeline.images import hdf5kinds
    from pipeline.images.opened import away

    shapes: dict[str, list[Any]] = {}
    with h5py.File(source(path), "r") as file:
        found = [f"@{name}" for name in file.attrs]
        for count, name in enumerate(islice(file, MOST_NAMES)):
            found.append(name)
            node = hdf5kinds.node_at(file, name)
            if not isinstance(node, h5py.Group | h5py.Dataset):
                continue
            found += [f"{name}@{key}" for key in node.attrs]
            found += [f"*@{key}" for key in node.attrs]
            if isinstance(node, h5py.Dataset):
                shapes[name] = hdf5kinds.shape(node)
            elif count < 64:
                found += _below(node, name, shapes, leaves=count < 8)
        told = hdf5kinds.said(file)
        # far away, looking at every group would cost more than a header may
        outside = {} if away(path) else hdf5kinds.outside(file)
    return {"names": found[: 4 * MOST_NAMES], "shapes": shapes, "outside": outside, **told}


def _below(group: Any, path: str, shapes: dict[str, list[Any]], *, leaves: bool) -> list[str]:
    """Names in a group of the first level, and with `leaves` in the first groups of the second."""
    import h5py

    from pipeline.images import hdf5kinds

    found: list[str] = []
    for count, name in enumerate(islice(group, 64)):
        place = f"{path}/{name}"
        found.append(place)
        node = hdf5kinds.node_at(group, name)
        if not isinstance(node, h5py.Group | h5py.Dataset):
            continue
        found += [f"{place}@{key}" for key in node.attrs]
        if isinstance(node, h5py.Dataset):
            shapes[place] = hdf5kinds.shape(node)
        elif leaves and count < 8 and len(node):
            found += [f"{place}/{leaf}" for leaf in islice(node, 16)]
            found += [f"*@{key}" for key in node.attrs]
    return found


def bioio(path: str, reader: str) -> dict[str, Any]:
    """What a named bioio reader says of a file: sizes, pixel size, pixel type, images."""
    import importlib

    image = importlib.import_module(reader).Reader(path)
    scale = image.physical_pixel_sizes
    sizes = {str(axis): int(count) for axis, count in dict(image.xarray_dask_data.sizes).items()}
    return {
        "sizes": sizes,
        "pixel_size_um": {a: getattr(scale, a) for a in ("X", "Y", "Z") if getattr(scale, a)},
        "pixel_type": str(image.dtype),
        "images": len(image.scenes),
    }


def nd2(path: str) -> dict[str, Any]:
    """What the nd2 library says of an ND2 file: axes as they were acquired, channels, date."""
    import nd2

    with nd2.ND2File(path) as file:
        sizes = {str(axis): int(count) for axis, count in file.sizes.items()}
        told = file.text_info
        camera = [
            line for line in told.get("description", "").splitlines() if "Microscope:" in line
        ]
        return {
            "sizes": {axis: sizes.get(axis, 1) for axis in "TCZYX"},
            "pixel_size_um": dict(
                zip("XYZ"[: 2 + ("Z" in sizes)], file.voxel_size(), strict=False)
            ),
            "pixel_type": str(file.dtype),
            "images": sizes.get("P", 1),
            "channels": [one.channel.name for one in file.metadata.channels or ()],
            "instrument": camera[0].rpartition("Microscope:")[2] if camera else "",
            "acquired": told.get("date", ""),
        }


def ole(path: str, names: list[str], most: int) -> dict[str, Any]:
    """The beginnings of streams of an OLE2 file in hexadecimal; a lone name may lie anywhere."""
    import olefile

    found: dict[str, str] = {}
    with olefile.OleFileIO(source(path)) as file:
        if names and not any(map(file.exists, names)):
            below = {parts[-1]: "/".join(parts) for parts in file.listdir()}
            where = {name: below[name] for name in names if name in below}
        else:
            where = {name: name for name in names if file.exists(name)}
        for name, stream in where.items():
            found[name] = file.openstream(stream).read(most).hex()
    return {"streams": found}


def ole_image(path: str, kind: str) -> dict[str, Any]:
    """What the image in an OLE2 file of a kind says: `zvi`, `cxd` or `ipw`."""
    import olefile

    from pipeline.images import olekinds

    with olefile.OleFileIO(source(path)) as file:
        return {"zvi": olekinds.zvi, "cxd": olekinds.cxd, "ipw": olekinds.ipw}[kind](file)


def readers(path: str) -> dict[str, Any]:
    """The installed bioio readers and the suffixes that each claims."""
    from importlib.metadata import entry_points

    found: dict[str, list[str]] = {}
    for entry in entry_points(group="bioio.readers"):
        try:
            claimed = entry.load().ReaderMetadata.get_supported_extensions()
        except Exception:  # noqa: BLE001  one broken plug-in must not hide the others
            continue
        module = entry.value.split(":")[0].split(".")[0]
        found[module] = [str(one).lower().lstrip(".") for one in claimed]
    return {"readers": found}


def sakura(path: str) -> dict[str, Any]:
    """Whether the SQLite database of a Sakura slide holds a photograph of the label."""
    import sqlite3
    from urllib.parse import quote

    # the tables that openslide (vendor sakura) reads
    label = (
        "SELECT 1 FROM SVScannedImageDataXPO JOIN SVSlideDataXPO"
        " ON SVSlideDataXPO.m_labelScan = SVScannedImageDataXPO.OID WHERE length(Image) > 0"
    )
    place = f"file:{quote(os.path.abspath(path))}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(place, uri=True)) as base:
        return {"label": base.execute(label).fetchone() is not None}


def omexml(path: str, data: str, around: dict[str, Any] | None) -> dict[str, Any]:
    """What a long OME-XML document in base64 says."""
    from pipeline.images import omedocument

    return omedocument.told(path, data, around)


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    "hdf5": hdf5,
    "bioio": bioio,
    "nd2": nd2,
    "ole": ole,
    "ole_image": ole_image,
    "czi": czi,
    "nd2_pixels": nd2_pixels,
    "readers": readers,
    "tiff": tiff,
    "picture": picture,
    "dicom": dicom,
    "omexml": omexml,
    "zarr": zarr,
    "n5": n5,
    "hdf5_pixels": hdf5_pixels,
    "sakura": sakura,
}


def serve() -> None:
    """Answer jobs until the pipe closes; what readers print goes nowhere."""
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    for line in sys.stdin:
        request = json.loads(line)
        job = JOBS[request.pop("job")]
        try:
            answer = job(**request)
        except BaseException as crash:  # noqa: BLE001  any failure of a reader is its answer
            answer = {"error": f"{type(crash).__name__}: {crash}"[:500]}
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()
