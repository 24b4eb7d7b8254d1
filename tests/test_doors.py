"""All doors: every document is read or refused with a finding, whatever became of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import intake
from pipeline.intake import (
    empiar,
    idr_study,
    pagetab_tsv,
    rembi_yaml,
    ro_crate,
)
from tests.documents import CRATE, EMPIAR, EMPIAR_XML, IDR, REMBI, RENDERED
from tests.malformed import CORPUS, needs_corpus


@needs_corpus
@pytest.mark.parametrize(
    "path",
    sorted(
        one
        for one in (CORPUS / "metadata" / "more").rglob("*")
        if one.is_file() and one.suffix != ".csv"
    ),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_every_real_document_is_read_or_refused_with_a_finding(path: Path) -> None:
    reading = intake.read(path)
    assert reading.read or reading.findings


SEEDS: dict[str, str] = {
    "study.tsv": RENDERED,
    "study.yaml": REMBI,
    "study.txt": IDR,
    "ro-crate-metadata.json": json.dumps(CRATE, indent=1),
    "entry.json": json.dumps(EMPIAR, indent=1),
    "entry.xml": EMPIAR_XML,
}
DOORS = {
    "study.tsv": pagetab_tsv,
    "study.yaml": rembi_yaml,
    "study.txt": idr_study,
    "ro-crate-metadata.json": ro_crate,
    "entry.json": empiar,
    "entry.xml": empiar,
}
PIECES = ["\t", "\n", "\n\n", '"', "[", "]", "{", "}", "<", ">", "#", "null", "5", "\x00", ""]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A sound document with some of its pieces taken out, put in or moved."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    text = SEEDS[name]
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES) | st.just(text[end : end + 60]))
        text = text[:start] + piece + text[end:]
    return name, text


@given(damaged())
@settings(max_examples=150, deadline=None)
def test_damage_is_told_and_never_crashes(document: tuple[str, str]) -> None:
    name, text = document
    reading = DOORS[name].read(text.encode("utf-8"), name)
    assert reading.read or reading.findings
    json.dumps(reading.metadata)
