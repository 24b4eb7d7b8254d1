"""A bioio plug-in that a user installs is used; one that misbehaves costs its file alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.pictures import tiff, write

PLUGIN = """
import os, signal, subprocess, sys, time

class ReaderMetadata:
    @staticmethod
    def get_supported_extensions():
        return ["foo"]

class Reader:
    def __init__(self, path):
        how = open(path, "rb").read().split(b"\\0")[1].decode()
        print("a reader may talk")
        if how == "sleeps":
            time.sleep(1e6)
        elif how == "crashes":
            import ctypes
            ctypes.string_at(0)
        elif how == "eats":
            kept = [bytearray(1 << 30) for _ in range(8)]
        elif how == "floods":
            for _ in range(1024):
                os.write(1, b"x" * (1 << 20))
        elif how == "floods the answers":
            for place in range(3, 32):
                try:
                    for _ in range(64):
                        os.write(place, b"x" * (1 << 20))
                except OSError:
                    pass
        elif how == "ignores":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(1e6)
        elif how == "leaves":
            subprocess.Popen(["sleep", os.environ["LEFT"]])
        elif how == "leaves and parts":
            subprocess.Popen(["sleep", os.environ["LEFT"]], start_new_session=True)
        elif how == "leaves and crashes":
            subprocess.Popen(["sleep", os.environ["LEFT"]], start_new_session=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        self.physical_pixel_sizes = type("P", (), {"X": 0.5, "Y": 0.5, "Z": None})
        self.dtype, self.scenes = "uint8", ("one", "two")
        self.xarray_dask_data = type("A", (), {"sizes": {"C": 2, "Y": 4, "X": 5}})
"""
RUN = """
import json, sys
from pipeline.images import isolation, sniff
isolation._SHARED = isolation.Worker(seconds=int(sys.argv[1]))
for one in sniff(sys.argv[2:]):
    print(one.model_dump_json(), flush=True)
isolation._SHARED.close()
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    home = tmp_path / "site"
    write(home / "bioio_foo" / "__init__.py", PLUGIN.encode())
    info = home / "bioio_foo-1.0.dist-info"
    write(info / "METADATA", b"Metadata-Version: 2.1\nName: bioio-foo\nVersion: 1.0\n")
    write(info / "entry_points.txt", b"[bioio.readers]\nbioio-foo = bioio_foo\n")
    return home


def sniffed(
    installed: Path, folder: Path, left: str = "0", seconds: int = 60
) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(seconds), str(folder)],
        env={**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{Path.cwd()}", "LEFT": left},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["path"].rpartition("/")[2]: one for one in told}


def running(argument: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if argument.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def files(folder: Path, how: str) -> Path:
    write(folder / "a.foo", b"\1\0" + how.encode() + b"\0rest")
    write(folder / "b.foo", b"\1\0behaves\0rest")
    write(folder / "c.tif", tiff())
    return folder


def test_a_plugin_that_a_user_installs_is_used(tmp_path: Path, installed: Path) -> None:
    told = sniffed(installed, files(tmp_path / "in", "behaves"))["a.foo"]
    assert (told["kind"], told["reader"], told["evidence"]) == ("image", "bioio_foo", "reader")
    assert told["sizes"] == {"T": 1, "C": 2, "Z": 1, "Y": 4, "X": 5}
    assert told["pixel_size_um"] == {"X": 0.5, "Y": 0.5}
    assert (told["images"], told["findings"]) == (2, [])


MISDEEDS = {
    "sleeps": "longer than 12 seconds",
    "crashes": "crashed",
    "eats": "too much memory",
    "floods": None,
    "floods the answers": "answered without end",
    "ignores": "longer than 12 seconds",
    "leaves": None,
    "leaves and parts": None,
    "leaves and crashes": "crashed",
}


@pytest.mark.parametrize("how", MISDEEDS)
def test_a_plugin_that_misbehaves_costs_its_file_alone(
    tmp_path: Path, installed: Path, how: str
) -> None:
    left = f"4{list(MISDEEDS).index(how)}{os.getpid()}.5"
    start = time.monotonic()
    reason = MISDEEDS[how]
    hangs = reason is not None and "12 seconds" in reason
    told = sniffed(installed, files(tmp_path / "in", how), left, seconds=12 if hangs else 60)
    assert time.monotonic() - start < 120
    flags = [flag for flag in told["a.foo"]["findings"] if flag["code"] == "INT911"]
    if reason is None:
        assert flags == []
        assert told["a.foo"]["reader"] == "bioio_foo"
    else:
        (flag,) = flags
        assert flag["message"].startswith("bioio_foo was stopped")
        assert reason in flag["message"]
    # the run goes on, with the same reader, too
    assert told["b.foo"]["reader"] == "bioio_foo"
    assert told["c.tif"]["kind"] == "image"
    try:
        assert running(left) == []
    finally:
        for pid in running(left):
            os.kill(pid, signal.SIGKILL)
