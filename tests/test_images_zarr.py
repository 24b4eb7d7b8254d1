"""Zarr stores read whole: chunks that are absent, damaged, or fail their checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from pipeline.images import ImageFile, sniff
from tests.sets import n5, ome_zarr, ome_zarr_06, plate


def codes(path: Path, *, deep: bool = True) -> dict[str, str]:
    (one,) = sniff([path], deep=deep)
    assert isinstance(one, ImageFile)
    return {flag.code: flag.severity for flag in one.findings if flag.code != "IMG302"}


def store(path: Path, data: Any, version: int, **more: Any) -> Any:
    """An OME-Zarr of one array."""
    import zarr

    group = zarr.create_group(path, zarr_format=version)
    array = group.create_array("0", shape=data.shape, dtype=data.dtype, **more)
    array[...] = data
    axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"[-data.ndim :]]
    scale = {"type": "scale", "scale": [0.5] * data.ndim}
    ome = {"multiscales": [
        {"version": "0.4", "axes": axes,
         "datasets": [{"path": "0", "coordinateTransformations": [scale]}]},
    ]}  # fmt: skip
    group.attrs.update({"ome": {**ome, "version": "0.5"}} if version == 3 else ome)
    return array


LAYOUTS: list[tuple[int, dict[str, Any]]] = [
    (2, {"chunks": (8, 8)}),
    (2, {"chunks": (8, 8), "chunk_key_encoding": {"name": "v2", "separator": "/"}}),
    (3, {"chunks": (8, 8)}),
    (3, {"chunks": (4, 4), "shards": (8, 8)}),
]


def chunks(path: Path) -> list[Path]:
    """Files of the array that are no metadata."""
    return sorted(one for one in (path / "0").rglob("*") if one.is_file() and one.name[0] != "."
                  and one.name != "zarr.json")  # fmt: skip


@pytest.mark.parametrize(("version", "more"), LAYOUTS)
def test_absent_and_damaged_chunks_are_told(
    tmp_path: Path, version: int, more: dict[str, Any]
) -> None:
    data = numpy.random.default_rng(3).integers(1, 200, (32, 32), dtype="uint16")
    path = tmp_path / "a.ome.zarr"
    store(path, data, version, **more)
    assert codes(path) == {}
    found = chunks(path)
    assert len(found) == 16
    whole = found[5].read_bytes()
    found[5].unlink()
    assert codes(path) == {"IMG007": "warning"}
    assert codes(path, deep=False) == {}
    found[5].write_bytes(whole[: len(whole) // 2])
    assert set(codes(path)) & {"IMG115", "IMG118"}


def test_a_checksum_of_a_chunk_is_checked(tmp_path: Path) -> None:
    from zarr.codecs import Crc32cCodec

    path = tmp_path / "a.ome.zarr"
    data = numpy.arange(256, dtype="uint8").reshape(16, 16)
    store(path, data, 3, chunks=(8, 8), compressors=[Crc32cCodec()])
    assert codes(path) == {}
    first = chunks(path)[0]
    damaged = bytearray(first.read_bytes())
    damaged[3] ^= 1
    first.write_bytes(damaged)
    assert codes(path) == {"IMG115": "error"}


def test_chunks_left_out_on_purpose_are_a_hint(tmp_path: Path) -> None:
    data = numpy.zeros((32, 32), "uint8")
    data[::5, :16] = 9
    path = tmp_path / "labels.ome.zarr"
    store(path, data, 3, chunks=(8, 8))
    assert len(chunks(path)) == 8
    assert codes(path) == {"IMG007": "hint"}


def test_an_array_that_no_library_opens_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.zarr"
    store(path, numpy.ones((8, 8), "uint8"), 2, chunks=(8, 8))
    told = json.loads((path / "0" / ".zarray").read_text())
    (path / "0" / ".zarray").write_text(json.dumps({**told, "compressor": {"id": "nobody"}}))
    assert not {"INT911", "INT912"} & set(codes(path))


def test_axes_of_a_coordinate_system_are_those_of_the_image(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.zarr"
    ome_zarr_06(path)
    (one,) = sniff([path])
    assert [flag.code for flag in one.findings] == ["IMG302"]
    assert one.format == "OME-Zarr 0.6"
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}
    assert one.pixel_size_um == {"X": 0.5, "Y": 0.5}  # not that of the stage
    told = json.loads((path / "zarr.json").read_text())
    scales = told["attributes"]["ome"]["multiscales"][0]
    for wrong, message in (
        ([], "no axes"),
        ([{"name": "pixels", "axes": []}], "no list"),
        ([{"name": "pixels", "axes": [{"name": "x"}] * 2}], "two axes"),
    ):
        scales["coordinateSystems"] = wrong
        (path / "zarr.json").write_text(json.dumps(told))
        (found,) = [one for file in sniff([path]) for one in file.findings if one.code == "IMG123"]
        assert message in found.message
        assert "/multiscales/0/coordinateSystems/0/axes" in (found.location.pointer or "")


@pytest.mark.parametrize("whole", [[2, 2], None])
def test_a_scale_beside_the_data_sets_scales_all_of_them(tmp_path: Path, whole: Any) -> None:
    path = tmp_path / "a.ome.zarr"
    more = {"coordinateTransformations": [{"type": "scale", "scale": whole}]} if whole else {}
    ome_zarr(path, **more)
    (one,) = sniff([path])
    assert one.pixel_size_um == ({"X": 1.0, "Y": 1.0} if whole else {"X": 0.5, "Y": 0.5})


@pytest.mark.parametrize(
    "told",
    [
        {"pixelResolution": {"dimensions": [4, 8, 40], "unit": "nm"}},
        {"transform": {"axes": ["z", "y", "x"], "scale": [40, 8, 4], "units": ["nm"] * 3}},
        {"pixelResolution": {"dimensions": [4, 8, 40], "unit": "furlong"}},
        {"pixelResolution": {"dimensions": "4", "unit": None}},
        {"transform": {"axes": None, "scale": [1]}},
        {"pixelResolution": [4, 8, 40]},
    ],
)
def test_pixel_sizes_of_n5_are_told_where_their_unit_is(tmp_path: Path, told: Any) -> None:
    path = tmp_path / "a.n5"
    n5(path)
    file = path / "a" / "attributes.json"
    shape = {"dimensions": [4, 4, 2], "blockSize": [4, 4, 2]}
    file.write_text(json.dumps({**json.loads(file.read_text()), **shape, **told}))
    (one,) = sniff([path])
    known = "nm" in json.dumps(told)
    assert one.pixel_size_um == ({"X": 0.004, "Y": 0.008, "Z": 0.04} if known else None)
    assert not {flag.code for flag in one.findings} - {"IMG302"}


@pytest.mark.parametrize("version", ["0.4", "0.6"])
def test_images_of_a_collection_speak_for_it(tmp_path: Path, version: str) -> None:
    path = tmp_path / "a.zarr"
    for name in ("one", "two"):
        ome_zarr(path / "images" / name) if version == "0.4" else ome_zarr_06(path / name)
    if version == "0.4":
        (path / ".zgroup").write_text('{"zarr_format": 2}')
        (path / ".zattrs").write_text('{"spatialdata_attrs": {"version": "0.1"}}')
    else:
        scene = {"version": "0.6", "scene": {"coordinateSystems": []}}
        told = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": scene}}
        (path / "zarr.json").write_text(json.dumps(told))
    (one,) = sniff([path])
    assert one.format == ("Zarr" if version == "0.4" else "OME-Zarr 0.6")
    assert (one.images, one.pixel_size_um) == (2, {"X": 0.5, "Y": 0.5})
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4}
    assert [flag.code for flag in one.findings] == ["IMG302"]


def test_a_unit_under_another_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.zarr"
    axes = [{"name": name, "type": "space", "units": "micrometer"} for name in "yx"]
    ome_zarr(path, axes=axes)
    (one,) = sniff([path])
    found = [flag for flag in one.findings if flag.code == "IMG123"]
    assert [flag.location.pointer for flag in found] == [f"/multiscales/0/axes/{n}" for n in (0, 1)]
    assert {(flag.severity, "'units'" in flag.message) for flag in found} == {("hint", True)}
    assert one.pixel_size_um is None


def test_the_first_absent_well_of_a_plate_is_pointed_at(tmp_path: Path) -> None:
    path = tmp_path / "a.zarr"
    plate(path)
    described = json.loads((path / ".zattrs").read_bytes())
    described["plate"]["wells"] = [{"path": "B/1"}, {"path": "A/1"}]
    (path / ".zattrs").write_text(json.dumps(described), encoding="utf-8")
    fields = {"well": {"images": [{"path": "0"}, {"path": "1"}]}}
    (path / "A" / "1" / ".zattrs").write_text(json.dumps(fields), encoding="utf-8")
    (one,) = sniff([path])
    (absent,) = (flag for flag in one.findings if flag.code == "IMG003")
    assert (absent.value, absent.location.pointer) == ("B/1", "/plate/wells/0")
    assert absent.message.startswith("2 of the wells and fields")
