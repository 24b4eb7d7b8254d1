"""The small snapshots that come with the schemas: CSV files that begin with source and date."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.resources import schemas

_COMPILED = re.compile(r"Compiled (\d{4}-\d{2}-\d{2})")


def path(name: str) -> Path:
    """Where a vocabulary stands."""
    return schemas() / "vocabularies" / f"{name}.csv"


def date(name: str) -> dt.date:
    """The day a vocabulary was compiled, as its first line says; raises ValueError without one."""
    with path(name).open(encoding="utf-8") as stream:
        found = _COMPILED.search(stream.readline())
    if found is None:
        raise ValueError(f"the first line of {path(name).name} does not say when it was compiled")
    return dt.date.fromisoformat(found[1])


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a vocabulary, lines that start with `#` left out."""
    with path(name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(line for line in stream if not line.startswith("#"))


def several(text: str | None) -> tuple[str, ...]:
    """The parts of a cell that holds several values."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())
