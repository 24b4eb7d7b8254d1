"""All doors: every document is read or refused with a finding, whatever became of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import intake
from pipeline.intake import (
    empiar,
    idr_study,
    pagetab_json,
    pagetab_tsv,
    rembi_yaml,
    ro_crate,
)
from tests.documents import CRATE, EMPIAR, EMPIAR_XML, IDR, REMBI, RENDERED
from tests.malformed import CORPUS, needs_corpus

ROOT = Path(__file__).resolve().parent.parent


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


EXTENDED: dict[str, Any] = {
    "accNo": "S-BIAD90013",
    "title": "Mitotic spindles in fission yeast",
    "doi": "10.1234/spindles",
    "releaseTime": "2027-04-01T00:00:00Z",
    "rootPath": "data",
    "collections": [{"accNo": "BioImages"}],
    "attributes": [{"name": "Title", "value": "Mitotic spindles in fission yeast"}],
    "section": {
        "type": "Study",
        "fileList": {"fileName": "movies.tsv"},
        "attributes": [{"name": "Keywords", "value": "yeast", "valueAttrs": [], "nameAttrs": []}],
        "links": [{"url": "EMPIAR-90125", "attributes": [{"name": "Type", "value": "empiar"}]}],
        "files": [{"filePath": "a.tif", "size": 17, "type": "file", "attributes": []}],
        "sections": [{"extType": "sectionsTable", "sections": [{"type": "Author"}]}],
    },
}
PLACED: dict[str, Any] = {
    "study.json": json.loads(
        (ROOT / "fixtures/inbox/wing-disc-wounding/submission.json").read_text("utf-8")
    ),
    "extended.json": EXTENDED,
    "ro-crate-metadata.json": CRATE,
    "entry.json": EMPIAR,
    **dict.fromkeys(
        ["rembi.json", "rembi.yaml"], json.loads(json.dumps(yaml.safe_load(REMBI), default=str))
    ),
}
WRONG: list[Any] = [5, 1.5, True, None, "", [], {}, [5], [None], [[{}]], {"a": 5}, {"@id": 5}]


def nodes(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping or list below a value, with each of its keys."""
    for key, one in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(one, dict | list):
            yield from nodes(one)


def types(value: Any) -> Iterator[type]:
    """The types of everything in a value."""
    yield type(value)
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from types(one)


@pytest.mark.parametrize("name", PLACED)
def test_a_value_of_another_type_anywhere_gives_a_record_of_plain_values(
    name: str, tmp_path: Path
) -> None:
    document = copy.deepcopy(PLACED[name])
    path = tmp_path / name
    for home, key in nodes(document):
        kept = home[key]
        for home[key] in WRONG:
            path.write_text(json.dumps(document), encoding="utf-8")
            reading = intake.read(path)
            assert reading.read or reading.findings
            left = set(types(reading.metadata)) - {dict, list, str, int, float, bool, type(None)}
            assert not left, (home, home[key])
        home[key] = kept


@pytest.mark.parametrize(
    ("file_list", "name"),
    [
        ({"fileName": "movies", "filesUrl": "/submissions/x/movies"}, "movies.json"),
        (
            {"fileName": "night 1/movies", "filesUrl": "/x", "pageTabFiles": []},
            "night 1/movies.json",
        ),
        ({"fileName": "movies.csv", "filesUrl": "/submissions/x/movies"}, "movies.csv"),
        ({"fileName": "movies"}, "movies"),
    ],
)
def test_a_file_list_of_the_extended_form_has_the_name_of_its_json_copy(
    file_list: dict[str, Any], name: str
) -> None:
    document = copy.deepcopy(EXTENDED)
    component = {"type": "Study Component", "attributes": [], "fileList": file_list}
    document["section"]["sections"] = [component]
    reading = pagetab_json.read(json.dumps(document).encode(), "study.json")
    assert reading.metadata["study"]["study_components"][0]["file_list"] == name
