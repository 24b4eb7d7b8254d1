"""PageTab JSON as depositors type it: slips in its keys, other shapes, broken rules of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.findings import Report
from pipeline.intake import pagetab_json
from pipeline.knowledge import Knowledge
from tests.judged import found, look


def tree() -> dict[str, Any]:
    """A small study as PageTab's JSON has it."""

    def pairs(**given: str) -> list[dict[str, str]]:
        return [{"name": name.replace("_", " "), "value": value} for name, value in given.items()]

    title = "Retrograde actin flow in crawling keratocytes"
    people = [
        {"type": "author", "attributes": pairs(Name=name, ORCID=orcid)}
        for name, orcid in (("Mira Lindgren", "0000-0002-1825-0097"), ("Tomas Achterberg", " "))
    ]
    keywords = [{"name": "Keywords", "value": one} for one in ("actin", "cells")]
    return {
        "attributes": pairs(Title=title, ReleaseDate="2027-03-01"),
        "section": {
            "type": "Study",
            "attributes": [*pairs(Description="Movies of actin in fish cells"), *keywords],
            "subsections": [*people, {"type": "Biosample", "attributes": pairs(Title="Cells")}],
        },
    }


def as_read(known: Knowledge, folder: Path, text: str) -> tuple[Any, Report]:
    opened, report = look(known, folder, "study.json", text)
    assert opened.submission is not None
    return opened.submission.metadata, report


@pytest.mark.parametrize(
    ("right", "slip"),
    [("name", "Name"), ("value", "val"), ("value", "Value"), ("name", "key")],
)
def test_a_slip_in_every_key_is_told_once_and_read(
    known: Knowledge, tmp_path: Path, right: str, slip: str
) -> None:
    text = json.dumps(tree(), indent=1)
    metadata, _ = as_read(known, tmp_path, text)
    given, report = as_read(known, tmp_path, text.replace(f'"{right}"', f'"{slip}"'))
    assert given == metadata
    (one,) = found(report, "SUB110")
    assert one.count == text.count(f'"{right}"')
    assert f"'{slip}' is not PageTab's '{right}'" in one.message
    assert not found(report, "SUB003")


def test_attributes_as_one_object_are_told_once_and_read(known: Knowledge, tmp_path: Path) -> None:
    def folded(home: dict[str, Any]) -> dict[str, Any]:
        made = {**home, "attributes": {}}
        for one in home.get("attributes", ()):
            before = made["attributes"].get(one["name"])
            made["attributes"][one["name"]] = [before, one["value"]] if before else one["value"]
        for key in ("section", "subsections"):
            if key in home:
                below = home[key]
                made[key] = [folded(o) for o in below] if key == "subsections" else folded(below)
        return made

    metadata, _ = as_read(known, tmp_path, json.dumps(tree()))
    given, report = as_read(known, tmp_path, json.dumps(folded(tree()), indent=1))
    assert given == metadata
    (one,) = found(report, "SUB111")
    assert (one.count, one.severity) == (5, "error")
    assert one.location.pointer == "/attributes"


def test_a_list_of_texts_as_a_value_is_told_and_read(known: Knowledge, tmp_path: Path) -> None:
    given = tree()
    given["section"]["attributes"][1:] = [{"name": "Keywords", "value": ["actin", "cells"]}]
    metadata, report = as_read(known, tmp_path, json.dumps(given))
    assert metadata["study"]["keywords"] == ["actin", "cells"]
    (one,) = found(report, "SUB111")
    assert one.location.pointer == "/section/attributes/1/value"
    assert not found(report, "STU003")


def test_sections_under_a_slip_of_their_key_are_read(known: Knowledge, tmp_path: Path) -> None:
    text = json.dumps(tree()).replace('"subsections"', '"subSections"')
    metadata, report = as_read(known, tmp_path, text)
    assert len(metadata["study"]["authors"]) == 2
    assert [one.location.pointer for one in found(report, "SUB110")] == ["/section/subSections"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('"actin"', '"actin', "its last quote is missing"),
        ("Movies of", "Movies\nof", "a line's end"),
        ("Movies of", r"C:\movies", "a backslash in it must be doubled"),
        ("Movies of", 'the "Movies" of', "a quotation mark within a text"),
        ('"cells"', "None", "None, which JSON writes null"),
    ],
)
def test_broken_rules_of_json_are_told_in_words_for_people(
    before: str, after: str, words: str
) -> None:
    text = json.dumps(tree(), indent=1)
    assert before in text
    given = pagetab_json.read(text.replace(before, after, 1).encode(), "study.json")
    (one,) = (finding for finding in given.findings if finding.code == "SUB101")
    assert words in one.message
