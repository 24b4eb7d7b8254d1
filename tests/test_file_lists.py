"""File lists are read without loss, and what is wrong with them is said at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import checks
from pipeline.check import CHECKS, load, run
from pipeline.checks.file_lists import WAITING_CODES
from pipeline.findings import CODES
from pipeline.intake.file_lists import is_file_list
from tests import lists

FIXTURES = Path(__file__).parent.parent / "fixtures" / "codes"
OWN = sorted(code for code in CODES if code[:3] in ("FLS", "ANN"))


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(code, case, id=f"{code}-{number}")
        for code in OWN
        for number, case in enumerate(yaml.safe_load((FIXTURES / f"{code}.yaml").read_text())[kind])
    ]


@pytest.mark.parametrize(("code", "case"), cases("flags"))
def test_a_fault_is_found_at_its_place(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    found = [each for each in lists.found(case, tmp_path) if each.code == code]
    assert len(found) == 1
    assert found[0].hint
    assert found[0].location.file
    for key in ("line", "pointer", "cell"):
        if key in case:
            assert getattr(found[0].location, key) == case[key]
    if "place" in case:
        assert found[0].place == case["place"]


@pytest.mark.parametrize(("code", "case"), cases("passes"))
def test_what_is_right_passes(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert code not in {each.code for each in lists.found(case, tmp_path)}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.tsv", "\ufefffiles \tWell\n", True),
        ("a.txt", "Files\na.tif\n", True),
        ("a.tsv", "a.tif\tA1\n", True),
        ("a.tsv", "Submission\tS-BIAD1\nTitle\tCells\n", False),
        ("a.tsv", "\n\nStudy\nTitle\tCells\n", False),
        ("a.txt", "notes", False),
        ("a.json", '[{"path": "a.tif"}]', True),
        ("a.json", "[]", True),
        ("a.json", '["a.tif"]', True),
        ("a.json", '{"files": []}', True),
        ("a.json", '[{"section": {"files": [{"path": "a.tif"}]}}]', False),
        ("a.json", '{"accno": "S-BIAD1", "section": {"files": [{"path": "a.tif"}]}}', False),
        ("a.json", '[{"title": "Cells"}]', False),
        ("a.json", "[[[", False),
    ],
)
def test_file_lists_are_told_by_content(
    name: str, text: str, expected: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert is_file_list(tmp_path / name) is expected


def test_a_pagetab_workbook_is_no_file_list(tmp_path: Path) -> None:
    sheets = [{"name": "Sheet", "rows": [["Submission", "S-BIAD1"], ["Title", "Cells"]]}]
    assert not is_file_list(lists.write({"workbook": sheets}, tmp_path))
    sheets[0]["rows"] = [["Files"], ["a.tif"]]
    assert is_file_list(lists.write({"workbook": sheets}, tmp_path))


STUDY = {"study": {"study_components": [{"name": "Cells", "file_list": "cells.tsv"}]}}
PLACE = "/study/study_components/0"


@pytest.mark.parametrize(
    ("listed", "uploaded", "said"),
    [
        ("Plate1/A.tif", "plate1/a.tif", "letter case"),
        ("u\u0308.tif", "\u00fc.tif", "accents"),
        ("a.tif ", "a.tif", "white space"),
        ("old/a.tif", "plate1/a.tif", "uploaded as 'plate1/a.tif'"),
    ],
)
def test_a_resembling_name_is_shown(listed: str, uploaded: str, said: str, tmp_path: Path) -> None:
    case = {
        "metadata": STUDY,
        "file_lists": {PLACE: {"file_list": f"Files\n{listed}\n"}},
        "images": {"present": {uploaded: 1}},
    }
    absent = next(each for each in lists.found(case, tmp_path) if each.code == "FLS205")
    assert said in absent.hint
    assert uploaded in absent.hint


def test_checks_of_data_files_say_that_they_did_not_run(tmp_path: Path) -> None:
    load(checks)
    case = {"metadata": STUDY, "file_lists": {PLACE: {"file_list": "Files\na.tif\n"}}}
    asked = [each for code, each in CHECKS.items() if code.startswith("FLS2")]
    findings, skips = run(asked, lists.context(case, tmp_path))
    assert not findings
    assert {skip.code for skip in skips} == {f"FLS{number}" for number in range(205, 212)}


def test_only_absent_and_growing_files_are_waited_for() -> None:
    assert {CODES[code].name for code in WAITING_CODES} == {
        "listed-file-absent",
        "listed-file-growing",
    }


@pytest.mark.parametrize(
    ("template", "severity"),
    [("BioImages.v5", "error"), ("BioImages.MIFA.v1", "error"), ("BioImages.v4", "warning")],
)
def test_templates_that_demand_source_images(template: str, severity: str, tmp_path: Path) -> None:
    case = {
        "metadata": {"study": {"annotations": [{"title": "Masks", "file_list": "m.tsv"}]}},
        "file_lists": {"/study/annotations/0": {"file_list": "Files\nm.tif\n"}},
        "template": template,
    }
    found = {each.code: each.severity for each in lists.found(case, tmp_path)}
    assert found["ANN001"] == severity


def test_a_type_in_another_spelling_is_proposed(tmp_path: Path) -> None:
    case = {"metadata": {"study": {"annotations": [{"annotation_types": ["Bounding boxes"]}]}}}
    (found,) = lists.found(case, tmp_path)
    assert found.suggestion is not None
    assert found.suggestion.safety == "review"
    assert found.suggestion.operations[0].after == "bounding_boxes"


@pytest.mark.parametrize(
    "listed",
    [
        r"C:\Users\mira\plate1\a.tif",
        "/home/mira/data/plate1/a.tif",
        r"\\server\share\plate1\a.tif",
        "/Volumes/Disk/plate1",
    ],
)
def test_a_path_of_the_depositors_computer_is_told_by_its_form_alone(
    listed: str, tmp_path: Path
) -> None:
    case = {
        "metadata": STUDY,
        "file_lists": {PLACE: {"file_list": f"Files\n{listed}\n"}},
        "images": {"present": {"plate1/a.tif": 1}},
    }
    codes = {each.code for each in lists.found(case, tmp_path)}
    assert not codes & {"FLS205", "FLS207"}, "FLS131 tells of it"
    case["images"] = {"present": {"plate2/a.bmp": 1}}
    assert "FLS205" in {each.code for each in lists.found(case, tmp_path)}
