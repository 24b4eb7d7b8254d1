"""The schema check against linkml's own validator, both warm, on the same records in one run.

Usage: python benchmarks/validate.py [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from pipeline import intake
from pipeline.resources import schemas
from pipeline.schema import check_schema, compiled
from pipeline.submission import Source, SourceMap, Submission

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print milliseconds per record of both, and the ratio."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=20, help="rounds of linkml (default 20)")
    rounds = arguments.parse_args().rounds
    records = documents()
    size = sum(len(json.dumps(one)) for one in records) / len(records)
    ours = timed(our_check(records), 200 * rounds) / len(records)
    theirs = timed(linkml_check(records), rounds) / len(records)
    print(f"{len(records)} records of {size / 1000:.1f} kB on average, median of all rounds")
    print(f"schema check      {ours * 1000:9.4f} ms per record")
    print(f"linkml.validator  {theirs * 1000:9.4f} ms per record")
    print(f"ratio             {theirs / ours:9.0f}")


def documents() -> list[Any]:
    """The metadata of the fixtures that look like real studies."""
    full = ROOT / "fixtures/schema/valid/Submission-full.yaml"
    read = [
        intake.read(path).metadata
        for path in sorted((ROOT / "fixtures/inbox").glob("*/submission.json"))
    ]
    return [yaml.safe_load(full.read_text("utf-8")), *read]


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
            if check_schema(one, schema):
                raise SystemExit(f"record {one.id} is not valid")

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
            if validator.validate(one, "Submission").results:
                raise SystemExit("a record is not valid for linkml")

    return check


def timed(work: Callable[[], None], rounds: int) -> float:
    """Median seconds of one call, after one that is not counted."""
    work()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
