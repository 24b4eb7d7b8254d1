"""How fast official dumps load and look-ups answer, beside pandas with the same dump in memory.

    python benchmarks/registries.py [--dumps FOLDER] [--asked 2000]

FOLDER (default: the dumps beside the checkout) holds `cordis*.zip` and `ror*.zip` as their
publishers give them. Each is loaded by a process of its own, for its peak memory. No look-up is
asked twice, so that no answer is remembered.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas

from pipeline.registries import local

ROOT = Path(__file__).resolve().parent.parent
LOAD = r"""
import re, sys, time
from pathlib import Path
from pipeline.registries import refresh
begun = time.perf_counter()
made = refresh(sys.argv[1], Path(sys.argv[2]), folder=Path(sys.argv[3]))
taken = time.perf_counter() - begun
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(made.size, taken, int(peak[1]) / 1024)
"""
"""VmHWM and not ru_maxrss, which a process takes over from the one that started it."""


def main() -> None:
    """Print seconds and MiB of each dump, microseconds of each look-up, and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--dumps", type=Path, default=ROOT.parent / "shared" / "registries")
    arguments.add_argument("--asked", type=int, default=2000, help="look-ups (default 2000)")
    asked = arguments.parse_args()
    frames = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, read in (("cordis", projects), ("ror", organisations)):
            (dump,) = asked.dumps.glob(f"{name}*.zip")
            begun = time.perf_counter()
            frames[name] = read(dump)
            theirs = time.perf_counter() - begun
            line = [sys.executable, "-c", LOAD, name, str(dump), folder]
            told = subprocess.run(line, cwd=ROOT, capture_output=True, check=True, text=True)
            size, ours, memory = told.stdout.split()
            print(
                f"{name} ({size} entries): loaded in {float(ours):.1f} s with {float(memory):.0f} "
                f"MiB; pandas reads it in {theirs:.1f} s"
            )
        known = local(Path(folder))
        known.project("1"), known.organisation("1"), known.nearest_imaging_methods("light")
        for what, values, our, column in (
            ("project by its number", sample(frames["cordis"].id, asked.asked), known.project,
             frames["cordis"].id),
            ("organisation by its iD", sample(frames["ror"].id, asked.asked), known.organisation,
             frames["ror"].id),
            ("organisation by its name", sample(frames["ror"].name, asked.asked),
             known.organisations, frames["ror"].name),
        ):  # fmt: skip
            mine = each(our, values)
            peer = each(lambda value, of=column: of[of == value], values[:200])
            print(f"{what}: {mine * 1e6:.0f} µs, {peer / mine:.0f} times faster than pandas")
        words = [f"{one} microscopy" for one in sample(frames["cordis"].acronym, 200)]
        taken = each(known.nearest_imaging_methods, words)
        print(f"nearest imaging methods of a text: {taken * 1e6:.0f} µs")


def projects(dump: Path) -> pandas.DataFrame:
    with zipfile.ZipFile(dump) as packed:
        data = packed.read(next(one for one in packed.namelist() if one.endswith("project.csv")))
    return pandas.read_csv(io.BytesIO(data), sep=";", dtype=str)


def organisations(dump: Path) -> pandas.DataFrame:
    with zipfile.ZipFile(dump) as packed:
        data = packed.read(next(one for one in packed.namelist() if one.endswith("v2.json")))
    frame = pandas.read_json(io.BytesIO(data))
    frame["name"] = [names[0]["value"] for names in frame.names]
    return frame


def sample(values: Iterable[Any], count: int) -> list[str]:
    return random.Random(1).sample(sorted({str(one) for one in values}), count)


def each(look_up: Callable[[str], object], values: list[str]) -> float:
    """Seconds of a look-up: the mean of many."""
    begun = time.perf_counter()
    for value in values:
        look_up(value)
    return (time.perf_counter() - begun) / len(values)


if __name__ == "__main__":
    main()
