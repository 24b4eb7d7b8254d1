"""Malformed PageTab: what slipped in rows and in JSON is found at its line or pointer."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline import intake, knowledge, subjects
from pipeline.findings import Finding

ROWS = """Submission\tS-BIAD90012
Title\tMitotic spindles in fission yeast
ReleaseDate\t2027-04-01

Study\tSECT-001
Title\tMitotic spindles in fission yeast
Description\tTime-lapse of tagged tubulin in three media.
License\tCC0

author
Name\tMira Lindgren
<affiliation>\to1

organisation\to1
Name\tExample Institute of Yeast Biology

Biosample[SECT-001]\tTitle\tBiological entity
B-1\tWild type\tspindle
B-2\tMutant\tspindle
"""


def found(text: str, folder: Path, name: str = "document.tsv") -> list[Finding]:
    path = folder / name
    path.write_text(text, "utf-8")
    return [one for one in intake.read(path).findings if one.severity != "hint"]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("License\tCC0", "License: CC0", "SUB119", 8),
        ("License\tCC0", "License,CC0", "SUB119", 8),
        ("<affiliation>", "<affiliation", "SUB146", 12),
        ("License\tCC0", "License\tCC0\n[URL\thttps://example.org", "SUB146", 9),
        ("License\tCC0", "=======\nLicense\tCC0", "SUB147", 8),
        ("Name\tExample Institute of Yeast Biology", "Name\t#NAME?", "SUB148", 15),
        ("Title\tBiological entity", "Title\tTitle", "SUB205", 17),
        ("B-2\t", "\t\t\nB-2\t", "SUB139", 19),
        ("B-2\t", "\nB-2\t", "SUB139", 19),
        ("in three media.", "in\nthree media.", "SUB140", 8),
        ("ReleaseDate\t2027-04-01", "ReleaseDate\t", "SUB004", 3),
        ("author\nName", "author[SECT-001]\nName", "SUB135", 10),
    ],
)
def test_rows_are_told_at_their_line(
    old: str, new: str, code: str, line: int, tmp_path: Path
) -> None:
    findings = found(ROWS.replace(old, new), tmp_path)
    assert (code, line) in [(one.code, one.location.line) for one in findings]


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        ROWS.replace("License\tCC0", "License\tCC0\nSize (in µm)\t5\n[unit]\tµm"),
        ROWS.replace("three media.", "three media: a, b; c = d"),
        ROWS + "\nProtocol[SECT-001]\tTitle\tText\nP-1\tFixing\tas usual\n",
        ROWS + "\nTime course\tT-1\tSECT-001\n\nLink\thttps://example.org\nDescription\tMovies\n",
    ],
)
def test_sound_rows_stay_clean(text: str, tmp_path: Path) -> None:
    assert found(text, tmp_path) == []


@pytest.mark.parametrize("ends", ["", "\t\t"])
def test_a_table_without_columns_is_read_as_a_section_and_told_once(
    ends: str, tmp_path: Path
) -> None:
    sound = tmp_path / "sound.tsv"
    sound.write_text(ROWS, "utf-8")
    path = tmp_path / "document.tsv"
    path.write_text(ROWS.replace("author\n", f"author[SECT-001]{ends}\n"), "utf-8")
    read = intake.read(path)
    assert [(one.code, one.location.line) for one in read.findings] == [("SUB135", 10)]
    assert read.metadata == intake.read(sound).metadata


def test_what_a_spreadsheet_left_is_told_once(tmp_path: Path) -> None:
    text = f"{ROWS}\nFunding\nAgency\tWellcome Trust\ngrant_id\t#N/A\n"
    path = tmp_path / "document.tsv"
    path.write_text(text, "utf-8")
    told = [one for one in judged(path) if "#N/A" in one.message]
    assert [one.code for one in told] == ["SUB148"]


def document() -> dict[str, Any]:
    """A sound document of one study."""
    return {
        "accno": "S-BIAD90012",
        "attributes": [{"name": "ReleaseDate", "value": "2027-04-01"}],
        "section": {
            "type": "Study",
            "attributes": [{"name": "Title", "value": "Mitotic spindles in fission yeast"}],
            "files": [{"path": "a.csv", "size": 5}],
            "links": [{"url": "https://example.org"}],
            "subsections": [
                {
                    "type": "organisation",
                    "accno": "o1",
                    "attributes": [{"name": "Name", "value": "Example Institute of Yeast"}],
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('"size": 5', '"size": -5', "/section/files/0/size"),
        ('"size": 5', '"size": "big"', "/section/files/0/size"),
        ('"url"', '"URL"', "/section/links/0/URL"),
        ('"accno": "o1"', '"accNo": "o1"', "/section/subsections/0/accNo"),
        ('"accno": "S-BIAD', '"accession": "S-BIAD', "/accession"),
        ('"subsections"', '"children"', "/section/children"),
        ('"type": "organisation"', '"type": "Study"', "/section/subsections/0"),
        ('"2027-04-01"', '"#N/A"', "/attributes/0/value"),
        ('"size": 5', '"size": 1e999', "/section/files/0/size"),
    ],
)
def test_json_is_told_at_its_pointer(old: str, new: str, pointer: str, tmp_path: Path) -> None:
    text = json.dumps(document())
    assert old in text
    findings = found(text.replace(old, new), tmp_path, "document.json")
    assert pointer in [one.location.pointer for one in findings if one.severity == "error"]


def test_sound_json_stays_clean(tmp_path: Path) -> None:
    assert found(json.dumps(document()), tmp_path, "document.json") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x1f\x8b\x08\0", "SUB124"),
        (b"%PDF-1.7\n", "SUB124"),
        (b"\xff\xfe\0\0{\0\0\0}\0\0\0", "SUB106"),
        ('{"accno": "Söder'.encode()[:-3][:13], "SUB102"),
        (b'{"accno": tru', "SUB102"),
        (b"<?xml version='1.0'?><Error/>", "SUB101"),
        (b'{"accno": "S-BIAD90012", "title": "M+AOE-laga"}', "SUB106"),
    ],
)
def test_what_is_no_text_is_told(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_bytes(data)
    assert [one.code for one in intake.read(path).findings] == [code]


def test_too_deep_a_section_is_told_at_its_pointer(tmp_path: Path) -> None:
    text = '{"type": "Protocol"}'
    for _ in range(150):
        text = f'{{"type": "Protocol", "subsections": [{text}]}}'
    (one,) = found(f'{{"section": {text}}}', tmp_path, "document.json")
    assert (one.location.pointer or "").startswith("/section/subsections/0/subsections/0")


@pytest.mark.parametrize("text", ["CD4+AKT- cells", "PD1+ATM-", "K+ATPase", "5 mM ATP+AMP-PNP"])
def test_markers_of_cells_are_no_utf7(text: str, tmp_path: Path) -> None:
    assert found(ROWS.replace("three media", text), tmp_path) == []


def test_a_workbook_without_its_list_of_parts_is_told_and_read(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for line in ROWS.splitlines():
        book.active.append(line.split("\t"))
    whole, cut = tmp_path / "whole.xlsx", tmp_path / "cut.xlsx"
    book.save(whole)
    assert [one for one in intake.read(whole).findings if one.severity == "error"] == []
    with zipfile.ZipFile(whole) as given, zipfile.ZipFile(cut, "w") as made:
        for name in given.namelist():
            if name != "[Content_Types].xml":
                made.writestr(name, given.read(name))
    read = intake.read(cut)
    assert [one.code for one in read.findings if one.severity == "error"] == ["SUB142"]
    assert read.metadata == intake.read(whole).metadata


def judged(path: Path) -> tuple[Finding, ...]:
    """Every finding of `validate` on a new document."""
    report, _ = subjects.validate(
        next(subjects.at(path)),
        knowledge.load(),
        day=dt.date(2026, 11, 22),
        profile="new",
        files=False,
    )
    return report.findings


@pytest.mark.parametrize("name", ["document.tsv", "document.json"])
def test_a_fault_of_a_value_stands_at_its_place_in_the_record(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(
        ROWS.replace("Example Institute of Yeast Biology", "#NAME?")
        if name.endswith(".tsv")
        else json.dumps(document()).replace("Example Institute of Yeast", "#NAME?"),
        "utf-8",
    )
    told = [one.place for one in judged(path) if one.code == "SUB148"]
    assert told == ["/study/organisations/0/name"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("AttachTo", "ArrayExpress", "ACC206"),
        ("Template", "BioImages v5", "SUB006"),
        ("RootPath", "../elsewhere", "SUB121"),
    ],
)
def test_what_steers_biostudies_is_told_at_its_attribute(
    name: str, value: str, code: str, tmp_path: Path
) -> None:
    made = document()
    made["attributes"].append({"name": name, "value": value})
    path = tmp_path / "document.json"
    path.write_text(json.dumps(made), "utf-8")
    told = [one.location.pointer for one in judged(path) if one.code == code]
    assert told == ["/attributes/1/value"]


@pytest.mark.parametrize("name", ["列3", "Столбец1", "__EMPTY_2", "X.1", "#REF!", "New attribute"])
def test_headings_of_spreadsheets_say_nothing_in_any_language(name: str, tmp_path: Path) -> None:
    made = document()
    made["section"]["attributes"].append({"name": name, "value": "left over"})
    assert "SUB117" in {one.code for one in found(json.dumps(made), tmp_path, "document.json")}


@pytest.mark.parametrize("name", ["性别", "N", "pH", "Notes", "Value of x", "F3 generation"])
def test_short_names_may_say_something(name: str, tmp_path: Path) -> None:
    made = document()
    made["section"]["attributes"].append({"name": name, "value": "left over"})
    assert "SUB117" not in {one.code for one in found(json.dumps(made), tmp_path, "document.json")}
