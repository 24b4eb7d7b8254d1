"""The schema check, and the whole of `validate`, against linkml's own validator in one run.

All are warm and judge the same documents: linkml is given the records, `validate` the files, which
it reads, checks against the schema and all checks and rules. No two documents of a batch have the
same titles, names or texts. Last, one document from a cold start.

Usage: python benchmarks/validate.py [DOCUMENT...] [--rounds N]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import intake
from pipeline.cli import batch
from pipeline.resources import schemas
from pipeline.schema import check_schema, compiled
from pipeline.submission import Source, SourceMap, Submission

ROOT = Path(__file__).resolve().parent.parent
VARIED = frozenset(
    ["title", "name", "description", "biosample", "specimen", "annotations", "authors", "keywords"]
) | {"image acquisition", "image analysis", "image correlation", "growth protocol"}
BATCH = 1200
"""Documents that one round judges; `validate` shares them among the processors."""


def main() -> None:
    """Print milliseconds per record of each, and the ratios."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "documents", nargs="*", type=Path, help="PageTab JSON (default: fixtures, real ones)"
    )
    arguments.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    asked = arguments.parse_args()
    fixtures = sorted((ROOT / "fixtures/inbox").glob("*/submission.json"))
    real = sorted(
        (ROOT.parent / "shared/corpus/metadata/bia").glob("*_original.json"),
        key=lambda path: path.stat().st_size,
    )
    # The largest study has a third of all bytes: without it the others are seen.
    for documents in [asked.documents] if asked.documents else [fixtures, real[:-1], real]:
        if documents:
            with tempfile.TemporaryDirectory() as folder:
                measure(batch_of(documents, Path(folder)), asked.rounds)


def measure(paths: list[Path], rounds: int) -> None:
    records = [intake.read(path).metadata for path in paths]
    size = sum(path.stat().st_size for path in paths) / len(paths)
    ours = timed(our_check(records[:20]), 1000) / 20
    theirs, whole = together(linkml_check(records), our_validate(paths), rounds)
    theirs, whole = theirs / len(records), whole / len(records)
    cold = min(cold_start(max(paths, key=lambda path: path.stat().st_size)) for _ in range(3))
    print(f"{len(records)} documents of {size / 1000:.1f} kB on average")
    print(f"schema check       {ours * 1000:9.4f} ms per record")
    print(f"linkml.validator   {theirs * 1000:9.4f} ms per record")
    print(f"whole of validate  {whole * 1000:9.4f} ms per document")
    print(f"linkml / schema check       {theirs / ours:9.0f}")
    print(f"linkml / whole of validate  {theirs / whole:9.2f}")
    print(f"one document, cold start    {cold:9.2f} s")


def batch_of(documents: list[Path], folder: Path) -> list[Path]:
    """Copies of documents in turn, each with texts of its own."""
    made = []
    for number in range(BATCH):
        document = json.loads(documents[number % len(documents)].read_text("utf-8"))
        vary(document, "".join(chr(ord("a") + int(digit)) for digit in str(number)))
        made.append(folder / f"study-{number}.json")
        made[-1].write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
    return made


def vary(part: Any, word: str) -> None:
    """Add a word to titles, names, addresses and texts, and to what refers to them."""
    for one in part.values() if isinstance(part, dict) else part:
        if isinstance(one, dict | list):
            vary(one, word)
    if isinstance(part, dict) and isinstance(part.get("value"), str):
        name = str(part.get("name")).casefold()
        if name in ("e-mail", "email"):
            part["value"] = part["value"].replace("@", f"{word}@")
        elif name in VARIED and part["value"]:
            part["value"] += f" {word}"


def our_check(records: list[Any]) -> Callable[[], None]:
    """The check as the pipeline runs it, findings and places included."""
    schema = compiled()
    made = [
        Submission(
            id=str(number),
            metadata=one,
            source=Source(path="submission.json"),
            source_map=SourceMap(file="submission.json"),
        )
        for number, one in enumerate(records)
    ]

    def check() -> None:
        for one in made:
            check_schema(one, schema)

    return check


def linkml_check(records: list[Any]) -> Callable[[], None]:
    """linkml's validator with its JSON Schema plugin, loaded once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from linkml.validator import Validator
        from linkml.validator.plugins import JsonschemaValidationPlugin

        validator = Validator(
            str(schemas() / "submission.yaml"),
            validation_plugins=[JsonschemaValidationPlugin(closed=True)],
        )

    def check() -> None:
        for one in records:
            list(validator.validate(one, "Submission").results)

    return check


def our_validate(paths: list[Path]) -> Callable[[], None]:
    """All that `validate --no-files` does with a batch: reading, schema, checks, rules, lines."""
    ask = batch.Ask(schemas=None, profile="new", files=False, day=dt.date(2026, 11, 22))
    # A few are judged in this process: what they need is then loaded, as linkml's schema is.
    deque(batch.told(paths[: batch.MANY - 1], ask), maxlen=0)
    return lambda: deque(batch.told(paths, ask), maxlen=0)  # type: ignore[func-returns-value]


def together(one: Callable[[], None], two: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Least seconds of a call of each, in turns, so that a busy machine slows both alike."""
    one()
    two()
    gc.collect()
    gc.freeze()
    first, second = [], []
    for _ in range(rounds):
        for work, taken in ((one, first), (two, second)):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return min(first), min(second)


def cold_start(path: Path) -> float:
    """Seconds of `bia-curation validate` of one document in a process of its own."""
    command = [sys.executable, "-m", "pipeline", "validate", str(path), "--no-files"]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return time.perf_counter() - start


def timed(work: Callable[[], None], rounds: int) -> float:
    """Least seconds of one call, after one that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    main()
