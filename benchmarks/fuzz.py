"""Damaged headers of every fixture format, told within limits on time and memory.

    python benchmarks/fuzz.py [--minutes 30] [--seed 1] [--number N] [--save FOLDER]

Each mutant is one fixture with one file damaged: bits flipped, cut, numbers set to extremes,
headers spliced between formats, blocks repeated or taken out. A mutant depends on the seed and
its number alone. What breaks a limit is saved with its number; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures" / "images"
SECONDS = 5.0
"""For one image; one whose reader had to be stopped may take the reader's own limit more."""
MEMORY = 300
"""MiB that the process may grow over what it had after its first images."""
HANGS = 60.0
PICTURE = "png-portable-network-graphics/a.png"
DEEP_EVERY = 8
"""One mutant in so many has its pixels read, too."""
OWN_FAULT = "INT912"
READER_STOPPED = "INT911"
MARK = "BIA_FUZZ_RUN"
"""An environment variable that every process of a run inherits."""
NUMBERS = ("0", "-1", "1", "65536", "4294967295", "18446744073709551616", "1e400", "nan", "9" * 400)


@dataclass(frozen=True)
class Mutant:
    """One damaged file: the fixture's folder, the file in it, its bytes, and what was done."""

    folder: Path
    file: Path
    data: bytes
    done: tuple[str, ...]
    deep: bool


def place(rng: random.Random, data: bytes) -> int:
    """An offset, mostly in the first KiB, often in the last."""
    size = max(1, len(data))
    kind = rng.random()
    if kind < 0.7:
        return rng.randrange(min(size, 1024))
    return max(0, size - 1 - rng.randrange(1024)) if kind < 0.85 else rng.randrange(size)


def flipped(rng: random.Random, data: bytes, other: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 32)) if data else 0):
        changed[place(rng, data)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(rng: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: place(rng, data)]


def extreme(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """A binary number of 2, 4 or 8 bytes set to an extreme or to about the file's length."""
    width = rng.choice((2, 4, 8))
    at = place(rng, data)
    at -= at % rng.choice((1, 2, width))
    top = 1 << (8 * width)
    values = (0, 1, top - 1, top // 2, top // 2 - 1, top - 2, len(data), len(data) - 1, at, at + 1)
    number = rng.choice(values) % top
    return data[:at] + number.to_bytes(width, rng.choice(("little", "big"))) + data[at + width :]


def number(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """A number written as text, set to an extreme."""
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data[: 1 << 16]))
    if not found:
        return extreme(rng, data, other)
    one = rng.choice(found)
    return data[: one.start()] + rng.choice(NUMBERS).encode() + data[one.end() :]


def spliced(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of this file before the rest of another, or a piece of another put in."""
    at, start = place(rng, data), place(rng, other)
    if rng.random() < 0.5:
        return data[:at] + other[start:]
    return data[:at] + other[start : start + rng.randrange(1, 512)] + data[at:]


def repeated(rng: random.Random, data: bytes, other: bytes) -> bytes:
    at = place(rng, data)
    block = data[at : at + rng.choice((1, 4, 12, 64, 512))]
    times = rng.choice((2, 16, 1024, 65536))
    return data[:at] + block * min(times, (1 << 20) // max(1, len(block))) + data[at:]


def removed(rng: random.Random, data: bytes, other: bytes) -> bytes:
    at = place(rng, data)
    return data[:at] + data[at + rng.choice((1, 2, 4, 16, 128)) :]


WAYS: tuple[Callable[[random.Random, bytes, bytes], bytes], ...] = (
    flipped,
    cut,
    extreme,
    number,
    spliced,
    repeated,
    removed,
)


def fixtures() -> list[tuple[Path, Path]]:
    """Every file of every fixture, with the fixture's folder; small ones of every format."""
    return [
        (folder, path)
        for folder in sorted(FIXTURES.iterdir())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def mutant(files: list[tuple[Path, Path]], seed: int, count: int) -> Mutant:
    """The mutant of a number: every file comes in turn."""
    rng = random.Random(f"{seed}:{count}")
    folder, file = files[count % len(files)]
    data = file.read_bytes()
    done = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        way = rng.choice(WAYS)
        data = way(rng, data, rng.choice(files)[1].read_bytes())
        done.append(way.__name__)
    return Mutant(folder, file, data, tuple(done), rng.randrange(DEEP_EVERY) == 0)


def ready() -> None:
    """Pay what a process pays once: imports, and the reader process with its libraries."""
    from pipeline import images
    from pipeline.images import isolation, readers

    for warm in ("tiff-tagged-image-file-format", "generic-hdf5"):
        list(images.sniff([FIXTURES / warm], deep=True))
    for reader in {one for claimed in readers.claims().values() for one in claimed}:
        isolation.shared().ask("bioio", str(FIXTURES / PICTURE), reader=reader)


def serve() -> None:
    """Tell the folders that come in by lines; one line out for each."""
    from pipeline import images

    ready()
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    for line in sys.stdin:
        asked = json.loads(line)
        begun = time.monotonic()
        codes = []
        for one in images.sniff([Path(asked["folder"])], deep=asked["deep"]):
            one.model_dump_json()
            codes += [finding.code for finding in one.findings]
        seconds = time.monotonic() - begun
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10) - start
        print(json.dumps({"seconds": seconds, "grown": grown, "codes": codes}), flush=True)
        if READER_STOPPED in codes:
            ready()


@dataclass
class Run:
    """The process that tells images, started again when it ended, and what was seen of it."""

    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    process: subprocess.Popen[bytes] | None = None

    def ask(self, folder: Path, deep: bool) -> dict[str, Any] | str:
        """What the process says of a folder; `crash` or `hang` when it does not."""
        process = self.process = self.process or self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"folder": str(folder), "deep": deep}).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.stop()
            return "crash"
        ready, _, _ = select.select([process.stdout], [], [], HANGS)
        line = process.stdout.readline() if ready else b""
        if not line:
            self.stop()
            return "crash" if ready else "hang"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, MARK: self.mark},
        )

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def end(self) -> list[int]:
        """Let the process end by itself; the processes that it leaves behind."""
        if self.process is not None:
            self.process.communicate(timeout=HANGS)
            self.process = None
        time.sleep(1)
        return [pid for pid in self._marked() if pid != os.getpid()]

    def _marked(self) -> Iterator[int]:
        wanted = f"{MARK}={self.mark}".encode()
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if wanted in path.read_bytes().split(b"\0"):
                    yield int(path.parent.name)
            except OSError:
                continue


def verdict(answer: dict[str, Any] | str, reader_seconds: float) -> str | None:
    """What limit an answer breaks, or None."""
    if isinstance(answer, str):
        return answer
    if OWN_FAULT in answer["codes"]:
        return "own fault"
    stopped = READER_STOPPED in answer["codes"]
    if answer["seconds"] > SECONDS + (reader_seconds if stopped else 0):
        return "slow"
    return "memory" if answer["grown"] > MEMORY else None


def fuzz(minutes: float, seed: int, only: int | None, save: Path) -> dict[str, Any]:
    """Run mutants until the time is up, or one by its number; the summary."""
    from pipeline.images.isolation import SECONDS as READER_SECONDS

    files = fixtures()
    run = Run()
    failures: Counter[str] = Counter()
    slowest = grown = 0.0
    stopped = 0
    broken = 0
    end = time.monotonic() + 60 * minutes
    count = only or 0
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "images"
        shutil.copytree(FIXTURES, copy)
        while time.monotonic() < end:
            made = mutant(files, seed, count)
            target = copy / made.file.relative_to(FIXTURES)
            target.write_bytes(made.data)
            answer = run.ask(copy / made.folder.name, made.deep)
            failed = verdict(answer, READER_SECONDS)
            if isinstance(answer, dict):
                slowest = max(slowest, answer["seconds"])
                grown = max(grown, answer["grown"])
                stopped += READER_STOPPED in answer["codes"]
                broken += bool(answer["codes"])
            if failed:
                failures[failed] += 1
                _save(save, copy / made.folder.name, made, seed, count, failed, answer)
                if failed == "memory":
                    run.end()
            shutil.copyfile(made.file, target)
            count += 1
            if only is not None:
                break
        behind = run.end()
    for pid in behind:
        failures["left behind"] += 1
        os.kill(pid, signal.SIGKILL)
    return {
        "mutants": count - (only or 0),
        "files": len(files),
        "seed": seed,
        "with_findings": broken,
        "readers_stopped": stopped,
        "slowest_seconds": round(slowest, 2),
        "grown_mib": grown,
        "failures": dict(failures),
    }


def _save(
    save: Path, folder: Path, made: Mutant, seed: int, count: int, failed: str, answer: Any
) -> None:
    home = save / f"{failed.replace(' ', '-')}-{seed}-{count}"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder, home / folder.name)
    said = {
        "failed": failed,
        "file": str(made.file.relative_to(FIXTURES)),
        "done": made.done,
        "deep": made.deep,
        "answer": answer,
    }
    (home / "mutant.json").write_text(json.dumps(said, indent=2) + "\n", "utf-8")
    print(f"{failed}: {home}", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, help="only the mutant of this number")
    parser.add_argument("--save", type=Path, default=Path(tempfile.gettempdir()) / "bia-fuzz")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    summary = fuzz(given.minutes, given.seed, given.number, given.save)
    print(json.dumps(summary))
    sys.exit(1 if summary["failures"] else 0)


if __name__ == "__main__":
    main()
