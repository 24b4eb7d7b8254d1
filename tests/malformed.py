"""The malformed documents of the shared corpus, where it is."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="needs the shared corpus")


def place_of(locator: str) -> tuple[int | None, str | None]:
    line = re.search(r"line (\d+)", locator)
    pointer = re.search(r"(?:^|\s)(/[^\s(]*)", locator)
    return int(line[1]) if line else None, pointer[1] if pointer and not line else None


JUDGED_LATER = ("ro-crate/date_dmy/ro-crate-metadata.json", "pagetab-tsv/dangling_affiliation.tsv")
"""What checks of release dates and affiliations find, not intake."""


def malformed(kind: str) -> list[Any]:
    manifest = CORPUS / "malformed" / "manifest.csv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8", newline="") as lines:
        return [
            pytest.param(row, id=row["path"])
            for row in csv.DictReader(lines)
            if row["class"] == kind and row["path"] not in JUDGED_LATER
        ]


RANK = {"info": 0, "hint": 0, "warning": 1, "error": 2}
