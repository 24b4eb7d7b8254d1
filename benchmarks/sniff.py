"""How fast `sniff` is: the whole command on many small files, beside bioio and a bare read.

    python benchmarks/sniff.py [--files 100000] [--sample 300]

Prints files per second of the command, of `BioImage.determine_plugin` (on a sample) and of a bare
open-and-read of 4 KiB a file (the limit), and the command's peak memory in MiB, for a tenth of
the files and for all. Every eighth file is of one format; all are read once before the clock runs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "images"
KINDS = (
    "png-portable-network-graphics/a.png",
    "jpeg/a.jpg",
    "tiff-tagged-image-file-format/cells.tif",
    "ome-tiff/cells.ome.tiff",
    "zeiss-czi/a.czi",
    "gif-graphics-interchange-format/a.gif",
    "nikon-nis-elements-nd2/a.nd2",
    "zeiss-lsm-laser-scanning-microscope-510-710/a.lsm",
)


def lay_out(folder: Path, files: int) -> list[Path]:
    contents = [((FIXTURES / kind).read_bytes(), "".join(Path(kind).suffixes)) for kind in KINDS]
    made = []
    for number in range(files):
        data, suffix = contents[number % len(contents)]
        home = folder / f"{number // 1000:04d}"
        home.mkdir(exist_ok=True)
        path = home / f"image_{number:06d}{suffix}"
        path.write_bytes(data)
        made.append(path)
    return made


def rate(files: int, work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return files / (time.perf_counter() - begun)


def command(folders: list[Path]) -> int:
    line = [sys.executable, "-m", "pipeline", "sniff", "--format", "jsonl", *map(str, folders)]
    done = subprocess.run(line, stdout=subprocess.PIPE, cwd=ROOT, check=False)
    return done.stdout.count(b"\n")


def read_all(paths: list[Path]) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        os.read(descriptor, 4096)
        os.close(descriptor)


def plugins(paths: list[Path]) -> None:
    import logging

    from bioio import BioImage
    from bioio_base.exceptions import UnsupportedFileFormatError

    logging.disable(logging.WARNING)
    for path in paths:
        try:
            BioImage.determine_plugin(str(path))
        except UnsupportedFileFormatError:
            continue


def peak() -> float:
    """MiB of the largest process that was waited for so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return used / (1 << 10 if sys.platform == "linux" else 1 << 20)


def figures(files: int, sample: int) -> Iterator[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as name:
        paths = lay_out(Path(name), files)
        folders = sorted(Path(name).iterdir())
        read_all(paths)
        command(folders[: max(1, len(folders) // 10)])
        yield "peak_memory_mib_of_a_tenth", peak()
        lines = 0

        def run() -> None:
            nonlocal lines
            lines = command(folders)

        yield "files_per_second", rate(files, run)
        yield "lines", lines
        yield "peak_memory_mib", peak()
        yield "bare_read_files_per_second", rate(files, lambda: read_all(paths))
        plugins(paths[: len(KINDS)])
        yield "determine_plugin_files_per_second", rate(sample, lambda: plugins(paths[:sample]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=300)
    given = parser.parse_args()
    found = {name: round(value, 1) for name, value in figures(given.files, given.sample)}
    found["times_faster"] = round(
        found["files_per_second"] / found["determine_plugin_files_per_second"], 1
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
