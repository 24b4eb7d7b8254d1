"""Files behind URLs and in archives: the same is told, from at most 1 MiB of each."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import tifffile

from pipeline.images import ImageFile, isolation, sniff
from pipeline.images.opened import LIMIT
from pipeline.images.places import plain
from tests.pictures import pixels, tiff, write
from tests.recipes import RECIPES
from tests.servers import FTP, S3, Web, running, web

KEPT = ("kind", "format", "sizes", "pixel_size_um", "pixel_type", "images")
OVER = 4 << 20
"""Bytes appended to files to make them larger than what may be read."""


def told(path: str) -> ImageFile:
    (one,) = sniff([path])
    return one


def same(here: Path, there: str) -> None:
    local, away = told(str(here)), told(there)
    assert {key: getattr(away, key) for key in KEPT} == {key: getattr(local, key) for key in KEPT}
    assert (away.path, away.size) == (there, local.size)
    assert [fault.code for fault in away.findings] == [fault.code for fault in local.findings]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    RECIPES["czi"](folder / "a.czi")
    RECIPES["nd2"](folder / "a.nd2")
    RECIPES["ome_tiff"](folder / "a.ome.tif")
    RECIPES["hdf5"](folder / "a.h5")
    RECIPES["mrc_cut"](folder / "cut.mrc")
    write(folder / "zero.tif", b"")
    write(folder / "large.tif", tiff(pixels(2048, 2048)) + bytes(OVER))
    return folder


@pytest.fixture
def server(files: Path) -> Iterator[Web]:
    with web(files) as found:
        yield found


NAMES = ("a.czi", "a.nd2", "a.ome.tif", "a.h5", "cut.mrc", "zero.tif", "large.tif")


@pytest.mark.parametrize("name", NAMES)
def test_http_tells_what_the_disk_tells(server: Web, files: Path, name: str) -> None:
    same(files / name, f"{server.url}/{name}")
    assert server.sent <= LIMIT


def test_what_is_scattered_through_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for _ in range(300):
            writer.write(pixels(128, 256), contiguous=False, metadata=None)
    with web(tmp_path) as server:
        one = told(f"{server.url}/a.tif")
        assert server.sent <= LIMIT
    assert one.kind == "image"
    assert one.sizes == {"C": 1, "Y": 128, "X": 256}
    assert one.images is None


def test_a_server_without_ranges_sends_no_whole_file(files: Path) -> None:
    with web(files, ranges=False) as server:
        one = told(f"{server.url}/large.tif")
        assert server.sent <= LIMIT
    assert one.kind == "unreadable"
    assert "byte ranges" in one.findings[0].message


def test_a_server_that_ignores_ranges_without_saying_so_is_no_crash(tmp_path: Path) -> None:
    RECIPES["czi"](tmp_path / "a.czi")
    with (tmp_path / "a.czi").open("r+b") as stream:
        stream.seek(84)
        stream.write(struct.pack("<q", OVER))
        stream.seek(OVER + 999)
        stream.write(b"0")
    with web(tmp_path, ranges=None) as server:
        one = told(f"{server.url}/a.czi")
    assert one.format == "Zeiss CZI"
    assert [fault.code for fault in one.findings] == ["IMG901"]


def test_an_index_inside_a_container_is_read_up_to_the_limit(tmp_path: Path) -> None:
    import h5py

    with h5py.File(tmp_path / "a.h5", "w") as target:
        for number in range(1500):
            target[f"g{number % 40}/values {number}"] = pixels(64, 64)
    with web(tmp_path) as server:
        one = told(f"{server.url}/a.h5")
        assert server.sent <= LIMIT
    assert one.format == "Generic HDF5"


def test_what_is_asked_of_a_server_is_no_part_of_the_name(server: Web) -> None:
    one = told(f"{server.url}/a.czi?version=2#top")
    assert (one.format, one.evidence, one.findings) == ("Zeiss CZI", "content", ())


def test_what_is_not_there_costs_one_line(server: Web) -> None:
    one = told(f"{server.url}/none.tif")
    assert one.kind == "unreadable"
    assert one.findings[0].severity == "error"


def test_a_zarr_store_on_a_web_server_is_an_image(tmp_path: Path) -> None:
    RECIPES["ome_zarr"](tmp_path / "a.ome.zarr")
    RECIPES["ome_zarr_05"](tmp_path / "b.ome.zarr")
    RECIPES["zarr_axes"](tmp_path / "c.ome.zarr")
    with web(tmp_path) as server:
        first, second, third = sniff([f"{server.url}/{name}.ome.zarr/" for name in "abc"])
    assert (first.format, first.sizes) == (
        "OME-Zarr 0.4", {"T": 1, "C": 1, "Z": 1, "Y": 4, "X": 4},
    )  # fmt: skip
    assert second.format == "OME-Zarr 0.5"
    assert "IMG204" in {fault.code for fault in third.findings}


def test_ftp_tells_what_the_disk_tells(files: Path) -> None:
    pytest.importorskip("pyftpdlib")
    RECIPES["ome_zarr"](files / "b.ome.zarr")
    with running(FTP, str(files)) as port:
        for name in NAMES:
            same(files / name, f"ftp://127.0.0.1:{port}/{name}")
        found = sorted(one.path for one in sniff([f"ftp://127.0.0.1:{port}/"]))
    assert found == [f"ftp://127.0.0.1:{port}/{name}" for name in sorted([*NAMES, "b.ome.zarr"])]


@pytest.fixture
def bucket(files: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    pytest.importorskip("moto.server")
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    RECIPES["plate"](files / "plate.zarr")
    with running(S3) as port:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="cells")
        for path in files.rglob("*"):
            if path.is_file():
                client.upload_file(str(path), "cells", f"day 1/{path.relative_to(files)}")
        client.close()
        isolation.shared().close()  # the next one knows the server's address
        yield "s3://cells/day 1"
    isolation.shared().close()


def test_s3_tells_what_the_disk_tells(bucket: str, files: Path) -> None:
    for name in (*NAMES, "plate.zarr"):
        same(files / name, f"{bucket}/{name}")
    assert sorted(one.path for one in sniff([bucket])) == [
        f"{bucket}/{name}" for name in sorted([*NAMES, "plate.zarr"])
    ]


def test_a_set_behind_a_url_is_complete_or_not(tmp_path: Path) -> None:
    import fsspec

    RECIPES["ics1"](tmp_path / "a.ics")
    memory = fsspec.filesystem("memory")
    memory.pipe("/sets/a.ics", (tmp_path / "a.ics").read_bytes())
    memory.pipe("/sets/A.ids", bytes(16))
    memory.pipe("/sets/below/b.ics", (tmp_path / "a.ics").read_bytes())
    found = {one.path: one for one in sniff(["memory://sets"])}
    memory.rm("/sets", recursive=True)
    assert found["memory://sets/A.ids"].of == "memory://sets/a.ics"
    assert found["memory://sets/a.ics"].findings == ()
    assert [fault.code for fault in found["memory://sets/below/b.ics"].findings] == ["IMG001"]


def archive(path: Path, files: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", packed) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return path


def test_an_archive_is_one_line_that_says_what_it_holds(tmp_path: Path, files: Path) -> None:
    held = {f"plate/{n}.tif": tiff() for n in range(20)}
    held |= {"plate/.DS_Store": b"x", "__MACOSX/plate/._0.tif": b"x", "read me.txt": b"words"}
    held |= {"c.ome.zarr/.zattrs": b"{}", "c.ome.zarr/0/0.0": b"1", "a.czi": b"\0" * 40}
    one = told(str(archive(tmp_path / "a.zip", held)))
    assert (one.kind, one.format) == ("other", "ZIP")
    said = {fault.code: fault.message for fault in one.findings}
    assert said["IMG304"] == (
        "a.zip holds 26 files: 1 Zarr or N5 store, 20 .tif (TIFF (Tagged Image File Format)), "
        "1 .czi, 1 .txt"
    )
    assert said["IMG120"].startswith("1 of the files looked at are broken: a.czi (")


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_of_an_archive_are_told_one_by_one(
    tmp_path: Path, files: Path, packed: int
) -> None:
    names = ("a.czi", "a.ome.tif", "cut.mrc", "zero.tif")
    path = archive(
        tmp_path / "a.zip", {f"in/{name}": (files / name).read_bytes() for name in names}, packed
    )
    found = list(sniff([f"zip://::{path}"]))
    assert [one.path for one in found] == [f"zip://in/{name}::{path}" for name in names]
    for one, name in zip(found, names, strict=True):
        local = told(str(files / name))
        assert {key: getattr(one, key) for key in KEPT} == {k: getattr(local, k) for k in KEPT}
    with web(tmp_path) as server:
        one = told(f"zip://in/a.czi::{server.url}/a.zip")
        assert server.sent <= LIMIT
    assert (one.format, one.path) == ("Zeiss CZI", f"zip://in/a.czi::{server.url}/a.zip")


def test_an_archive_on_a_server_is_looked_into(tmp_path: Path) -> None:
    held = {f"{n}.tif": tiff(pixels(200, 200)) for n in range(200)}
    archive(tmp_path / "a.zip", held, zipfile.ZIP_STORED)
    assert (tmp_path / "a.zip").stat().st_size > OVER
    with web(tmp_path) as server:
        one = told(f"{server.url}/a.zip")
        assert server.sent <= LIMIT
    assert "200 .tif" in one.findings[0].message


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {f"{n}.tif": tiff() + bytes(64 << 20) for n in range(4)})
    code = (
        "import re, sys; from pipeline.images import sniff;"
        "print(len(list(sniff(sys.argv[1:]))));"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    lines, kilobytes = map(int, done.stdout.split())
    assert lines == 1
    assert kilobytes < 150_000


def test_names_that_lead_out_of_an_archive_lead_nowhere(tmp_path: Path) -> None:
    write(tmp_path / "secret.tif", tiff())
    path = archive(tmp_path / "in" / "a.zip", {"../secret.tif": b"II*\0", "/etc/b.tif": b"II*\0"})
    for one in sniff([str(path), f"zip://::{path}"]):
        assert one.sizes is None
    assert told(f"zip://../../secret.tif::{path}").kind == "unreadable"


def test_damaged_lists_of_files_are_read_within_bounds(tmp_path: Path) -> None:
    data = archive(tmp_path / "a.zip", {"a.tif": tiff(), "b.czi": bytes(99)}).read_bytes()
    state = 7
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(3):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            damaged[-1 - state % 200] = (state >> 16) & 0xFF
        write(tmp_path / "b.zip", bytes(damaged))
        assert "INT912" not in {fault.code for fault in told(str(tmp_path / "b.zip")).findings}
        list(sniff([f"zip://::{tmp_path / 'b.zip'}"]))


def test_the_command_takes_urls_and_refuses_paths_that_are_not_there(server: Web) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline", "sniff", "--format", "jsonl", *arguments],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONWARNINGS": ""},
        )  # fmt: skip

    done = run(f"{server.url}/a.czi")
    assert done.returncode == 0, done.stderr
    line = json.loads(done.stdout)
    assert line["format"] == "Zeiss CZI"
    assert list(line) == [
        "path", "size", "kind", "format", "on_bioformats_list", "reader", "evidence", "of",
        "sizes", "pixel_size_um", "pixel_type", "images", "findings",
    ]  # fmt: skip
    assert run("/no/such/file.tif").returncode == 2


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    assert plain(f"file://{tmp_path}/a.tif") == f"{tmp_path}/a.tif"
    RECIPES["tiff"](tmp_path / "a.tif")
    one = told(f"file://{tmp_path}/a.tif")
    assert (one.kind, one.path) == ("image", f"file://{tmp_path}/a.tif")
    assert [found.path for found in sniff([f"file://{tmp_path}"])] == [f"file://{tmp_path}/a.tif"]


def test_a_64_bit_archive_is_read(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as target,
        target.open("a.tif", "w", force_zip64=True) as member,
    ):
        member.write(tiff())
    write(tmp_path / "a.zip", buffer.getvalue())
    assert told(f"zip://a.tif::{tmp_path}/a.zip").kind == "image"


def test_names_with_a_nul_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.jpk-force", {"aXb.tif": b"II*\0" + bytes(60)})
    path.write_bytes(path.read_bytes().replace(b"aXb.tif", b"a\0b.tif"))
    one = told(path)
    assert not [fault for fault in one.findings if fault.code.startswith("INT")]
