"""Chunks of N5 stores, and of stores behind URLs and in archives, read once with `deep`."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy
import pytest

from pipeline.images import ImageFile, sniff
from tests.servers import FTP, S3, running, web
from tests.test_images_zarr import chunks, store

RANDOM = numpy.random.default_rng(5)


def told(path: Path | str) -> ImageFile:
    (one,) = sniff([path], deep=True)
    return one


def codes(path: Path | str) -> dict[str, str]:
    return {flag.code: flag.severity for flag in told(path).findings if flag.code != "IMG302"}


def lz4_block(data: bytes) -> bytes:
    """As LZ4BlockOutputStream of lz4-java writes it: one packed part, one raw part, the end."""
    from numcodecs import lz4

    half = len(data) // 2
    packed = lz4.compress(data[:half])[4:]
    parts = b"LZ4Block" + struct.pack("<BIII", 0x26, len(packed), half, 0) + packed
    parts += b"LZ4Block" + struct.pack("<BIII", 0x16, len(data) - half, len(data) - half, 0)
    return parts + data[half:] + b"LZ4Block" + struct.pack("<BIII", 0x16, 0, 0, 0)


def blosc(data: bytes) -> bytes:
    from numcodecs.blosc import Blosc

    return bytes(Blosc().encode(data))


def zstd(data: bytes) -> bytes:
    from numcodecs.zstd import Zstd

    return bytes(Zstd().encode(data))


PACKINGS: dict[str, tuple[dict[str, Any], Callable[[bytes], bytes]]] = {
    "raw": ({"type": "raw"}, bytes),
    "gzip": ({"type": "gzip", "level": -1}, gzip.compress),
    "zlib": ({"type": "gzip", "useZlib": True}, zlib.compress),
    "bzip2": ({"type": "bzip2"}, bz2.compress),
    "xz": ({"type": "xz", "preset": 6}, lzma.compress),
    "lz4": ({"type": "lz4", "blockSize": 65536}, lz4_block),
    "blosc": ({"type": "blosc", "cname": "lz4"}, blosc),
    "zstd": ({"type": "zstd"}, zstd),
}


def n5(path: Path, packing: str = "gzip", side: int = 8, whole: tuple[int, int] = (20, 12)) -> Path:
    """An N5 container of one data set `a/s0` of 20 by 12 pixels in blocks of 8; the data set."""
    told, pack = PACKINGS[packing]
    home = path / "a" / "s0"
    home.mkdir(parents=True)
    (path / "attributes.json").write_text(json.dumps({"n5": "4.0.0"}))
    attributes = {"dimensions": whole, "blockSize": [side, side], "dataType": "uint16"}
    (home / "attributes.json").write_text(json.dumps({**attributes, "compression": told}))
    for x in range(-(-whole[0] // side)):
        for y in range(-(-whole[1] // side)):
            shape = (min(side, whole[0] - x * side), min(side, whole[1] - y * side))
            values = RANDOM.integers(1, 60000, shape[0] * shape[1]).astype(">u2").tobytes()
            (home / str(x)).mkdir(exist_ok=True)
            (home / str(x) / str(y)).write_bytes(struct.pack(">HHII", 0, 2, *shape) + pack(values))
    return home


@pytest.mark.parametrize("packing", PACKINGS)
def test_blocks_of_n5_are_read(tmp_path: Path, packing: str) -> None:
    home = n5(tmp_path / "a.n5", packing)
    one = told(tmp_path / "a.n5")
    assert [flag.code for flag in one.findings] == ["IMG302"]
    assert one.sizes == {"T": 1, "C": 1, "Z": 1, "Y": 12, "X": 20}
    assert one.pixel_type == "uint16"
    block = home / "1" / "1"
    whole = block.read_bytes()
    for damage in (whole[:-7], whole[:9], whole[:20], b"", whole[:12] + bytes(40)):
        block.write_bytes(damage)
        (flag,) = [one for one in told(tmp_path / "a.n5").findings if one.code != "IMG302"]
        assert flag.code in ("IMG118", "IMG115"), flag
        assert flag.severity == "error"
        assert flag.value == "1/1"
        assert "1/1" in flag.message
        assert "a/s0" in flag.message
    block.unlink()
    assert codes(tmp_path / "a.n5") == {"IMG007": "warning"}


@pytest.mark.parametrize("packing", ["bzip2", "xz"])
def test_a_damaged_block_is_told_by_its_checksum(tmp_path: Path, packing: str) -> None:
    home = n5(tmp_path / "a.n5", packing)
    block = bytearray((home / "0" / "0").read_bytes())
    block[len(block) // 2] ^= 0x55
    (home / "0" / "0").write_bytes(block)
    assert set(codes(tmp_path / "a.n5")) <= {"IMG115", "IMG118"}
    assert codes(tmp_path / "a.n5")


def test_what_no_codec_here_reads_is_no_fault(tmp_path: Path) -> None:
    home = n5(tmp_path / "a.n5")
    told = json.loads((home / "attributes.json").read_text())
    for change in ({"compression": {"type": "jpeg"}}, {"dataType": "string"}, {"blockSize": "x"}):
        (home / "attributes.json").write_text(json.dumps({**told, **change}))
        assert codes(tmp_path / "a.n5") in ({"IMG305": "hint"}, {})


def test_a_block_of_another_length_by_its_own_header_is_read(tmp_path: Path) -> None:
    home = n5(tmp_path / "a.n5", "raw")
    (home / "0" / "0").write_bytes(struct.pack(">HHIII", 1, 2, 8, 8, 3) + bytes(6))
    assert codes(tmp_path / "a.n5") == {}
    (home / "0" / "0").write_bytes(struct.pack(">HHII", 0, 2, 4, 8) + bytes(64))
    assert codes(tmp_path / "a.n5") == {"IMG118": "error"}


def test_an_n5_store_without_any_block_is_told_without_reading(tmp_path: Path) -> None:
    home = n5(tmp_path / "a.n5")
    for one in home.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
    (one,) = sniff([tmp_path / "a.n5"])
    assert [flag.code for flag in one.findings if flag.code != "IMG302"] == ["IMG002"]


def test_an_array_beside_the_image_is_read_too(tmp_path: Path) -> None:
    import zarr

    path = tmp_path / "a.ome.zarr"
    store(path, RANDOM.integers(1, 9, (16, 16), "uint8"), 2, chunks=(8, 8))
    labels = zarr.open_group(path)
    more = labels.create_array("labels/cells/0", shape=(8, 8), dtype="uint8", chunks=(4, 4))
    more[...] = 3
    assert codes(path) == {}
    next((path / "labels" / "cells" / "0").glob("0*")).write_bytes(b"\x02\x01!3")
    assert codes(path) == {"IMG118": "error"}


def test_many_arrays_with_the_same_fault_are_told_in_few_lines(tmp_path: Path) -> None:
    import zarr

    group = zarr.create_group(tmp_path / "a.zarr", zarr_format=2)
    for number in range(12):
        array = group.create_array(f"{number:02}", shape=(8,), dtype="uint8", chunks=(4,))
        array[...] = 7
        (tmp_path / "a.zarr" / f"{number:02}" / "1").unlink()
    found = [flag for flag in told(tmp_path / "a.zarr").findings if flag.code == "IMG007"]
    assert len(found) == 6
    assert "7 more arrays" in found[-1].message


def away(path: Path) -> Iterator[str]:
    """The same folder in memory, on a web server that lists nothing, by FTP, and in archives."""
    memory = fsspec.filesystem("memory")
    memory.put(str(path), "/chunks", recursive=True)
    below = memory.exists(f"/chunks/{path.name}")
    yield f"memory://chunks/{path.name}" if below else "memory://chunks"
    memory.rm("/chunks", recursive=True)
    with web(path.parent) as server:
        yield f"{server.url}/{path.name}"
    pytest.importorskip("pyftpdlib")
    with running(FTP, str(path.parent)) as port:
        yield f"ftp://127.0.0.1:{port}/{path.name}"
    for packing in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        archive = path.parent / f"packed{packing}.zip"
        with zipfile.ZipFile(archive, "w", packing) as target:
            for one in sorted(path.rglob("*")):
                target.write(one, one.relative_to(path.parent))
        yield f"{archive}!/{path.name}"


@pytest.mark.parametrize("version", [2, 3])
def test_chunks_behind_urls_are_read(tmp_path: Path, version: int) -> None:
    data = RANDOM.integers(1, 200, (40, 40), dtype="uint16")
    for kind in ("sound", "cut", "absent"):
        path = tmp_path / kind / "a.ome.zarr"
        store(path, data, version, chunks=(8, 8))
        third = chunks(path)[3]
        if kind == "cut":
            third.write_bytes(third.read_bytes()[:-9])
        elif kind == "absent":
            third.unlink()
        expected = {"sound": {}, "cut": {"IMG118": "error"}, "absent": {"IMG007": "warning"}}[kind]
        assert codes(path) == expected
        for url in away(path):
            assert codes(url) == expected, url


def test_blocks_behind_urls_are_read(tmp_path: Path) -> None:
    home = n5(tmp_path / "in" / "a.n5")
    shutil.move(home, tmp_path / "in" / "a.n5" / "s0")
    home = tmp_path / "in" / "a.n5" / "s0"
    for url in away(tmp_path / "in" / "a.n5"):
        assert codes(url) == {}, url
    (home / "2" / "1").write_bytes(b"\0\0\0\2")
    for url in away(tmp_path / "in" / "a.n5"):
        found = [flag for flag in told(url).findings if flag.code != "IMG302"]
        assert [(flag.code, flag.value) for flag in found] == [("IMG118", "2/1")], url


def test_chunks_in_a_bucket_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("moto.server")
    import boto3
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()  # each server has its own port

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    path = tmp_path / "a.ome.zarr"
    store(path, RANDOM.integers(1, 200, (80, 80), "uint16"), 3, chunks=(8, 8))
    n5(tmp_path / "b.n5", whole=(80, 80))
    (tmp_path / "b.n5" / "a" / "s0" / "9" / "9").unlink()
    with running(S3) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="chunks")
        for one in tmp_path.rglob("*"):
            if one.is_file():
                client.upload_file(str(one), "chunks", str(one.relative_to(tmp_path)))
        assert codes("s3://chunks/a.ome.zarr") == {}
        assert codes("s3://chunks/b.n5") == {"IMG007": "warning"}
        name = "a.ome.zarr/0/c/5/5"
        client.put_object(Bucket="chunks", Key=name, Body=b"(")
        client.close()
        assert codes("s3://chunks/a.ome.zarr") == {"IMG118": "error"}
    S3FileSystem.clear_instance_cache()


def test_a_chunk_that_is_far_too_long_is_not_fetched_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.zarr"
    store(path, RANDOM.integers(1, 9, (16, 16), "uint8"), 3, chunks=(8, 8))
    with chunks(path)[1].open("r+b") as stream:
        stream.truncate(1 << 30)
    with web(tmp_path) as server:
        assert codes(f"{server.url}/a.ome.zarr") == {"IMG118": "error"}
        assert server.sent < 64 << 20


def test_a_store_behind_a_url_without_any_chunk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.zarr"
    store(path, numpy.ones((16, 16), "uint8"), 2, chunks=(8, 8))
    for one in chunks(path):
        one.unlink()
    with web(tmp_path) as server:
        assert codes(f"{server.url}/a.ome.zarr") == {"IMG002": "warning"}


@pytest.mark.parametrize("version", [2, 3])
def test_a_blosc_chunk_that_ends_early_is_told(tmp_path: Path, version: int) -> None:
    from numcodecs.blosc import Blosc
    from zarr.codecs import BloscCodec

    path = tmp_path / "a.ome.zarr"
    codec: Any = Blosc() if version == 2 else BloscCodec()
    data = RANDOM.integers(1, 200, (16, 16), dtype="uint16")
    store(path, data, version, chunks=(8, 8), compressors=[codec])
    assert codes(path) == {}
    first = chunks(path)[0]
    whole = first.read_bytes()
    for kept in (7, 16, len(whole) - 3):
        first.write_bytes(whole[:kept])
        assert codes(path) == {"IMG118": "error"}


@pytest.mark.parametrize("version", [2, 3])
def test_a_chunk_that_unpacks_without_end_costs_little_memory(tmp_path: Path, version: int) -> None:
    from numcodecs.gzip import GZip
    from zarr.codecs import GzipCodec

    path = tmp_path / "a.ome.zarr"
    codec: Any = GZip() if version == 2 else GzipCodec()
    store(path, numpy.ones((16, 16), "uint8"), version, chunks=(8, 8), compressors=[codec])
    with gzip.open(chunks(path)[0], "wb", 1) as stream:
        for _ in range(2048):
            stream.write(bytes(1 << 20))
    (flag,) = [one for one in told(path).findings if one.code != "IMG302"]
    assert flag.code == "IMG118"
    assert "far more" in flag.message


def test_a_block_that_unpacks_without_end_is_cut_off(tmp_path: Path) -> None:
    for packing, pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress)):
        home = n5(tmp_path / f"{packing}.n5", packing)
        (home / "0" / "0").write_bytes(struct.pack(">HHII", 0, 2, 8, 8) + pack(bytes(1 << 26)))
        (flag,) = [one for one in told(tmp_path / f"{packing}.n5").findings if one.code != "IMG302"]
        assert flag.code == "IMG118"
        assert "129 bytes, 128 are needed" in flag.message


def test_chunks_that_no_memory_holds_are_said_not_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.zarr"
    store(path, numpy.ones((16, 16), "uint8"), 2, chunks=(16, 16))
    told = json.loads((path / "0" / ".zarray").read_text())
    for side in (1 << 16, 1 << 31, 1 << 62):
        shape = {"shape": [side, side], "chunks": [side, side]}
        (path / "0" / ".zarray").write_text(json.dumps({**told, **shape}))
        assert codes(path) == {"IMG305": "hint"}
    home = n5(tmp_path / "b.n5")
    told = json.loads((home / "attributes.json").read_text())
    for side in (1 << 16, 1 << 31, 1 << 62):
        change = {"dimensions": [side, side], "blockSize": [side, side]}
        (home / "attributes.json").write_text(json.dumps({**told, **change}))
        assert set(codes(tmp_path / "b.n5")) <= {"IMG118"}


def test_a_large_shard_is_read_chunk_by_chunk(tmp_path: Path) -> None:
    import zarr

    path = tmp_path / "a.zarr"
    array = zarr.create_array(
        path, shape=(320, 1024, 1024), dtype="uint8", chunks=(64, 1024, 1024),
        shards=(320, 1024, 1024), dimension_names=["z", "y", "x"],
    )  # fmt: skip
    for at in range(0, 320, 64):
        array[at : at + 64] = at // 64 + 1
    assert codes(path) == {}
    shard = next(one for one in path.rglob("*") if one.is_file() and one.name != "zarr.json")
    data = bytearray(shard.read_bytes())
    data[len(data) // 3] ^= 0xFF
    shard.write_bytes(data)
    assert set(codes(path)) <= {"IMG115", "IMG118"}
