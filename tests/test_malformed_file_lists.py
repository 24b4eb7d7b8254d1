"""Malformed file lists: joined lists, exchanged axes, open quotes, slips of keys, short rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.findings import Finding
from pipeline.intake.file_lists import read_file_list
from tests import lists

ROWS = [["Files", "Plate", "Well"], *[[f"p1/cell_{i}.tif", f"P{i}", f"A{i}"] for i in range(1, 5)]]


def tsv(rows: list[list[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def found(text: str, folder: Path, name: str = "list.tsv") -> list[Finding]:
    path = folder / name
    path.write_text(text, "utf-8")
    return [one for one in lists.everything(read_file_list(path)) if one.severity != "hint"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (tsv(ROWS + ROWS), "FLS121", 6),
        (tsv([list(each) for each in zip(*ROWS, strict=True)]), "FLS105", 1),
        (tsv(ROWS).replace("P2\t", '"P2\t'), "FLS123", 3),
        (tsv(ROWS).replace("\tP2\tA2", "  P2  A2"), "FLS109", 3),
        (tsv(ROWS).replace("\tA2\n", "\n"), "FLS112", 3),
        (tsv(ROWS).replace("p1/cell_3.tif", "/p1/cell_2.tif"), "FLS201", 4),
        (tsv(ROWS).replace("p1/cell_3.tif", "/c/Users/mira/cell.tif"), "FLS131", 4),
        (tsv(ROWS).replace("cell_3.tif", "*.tif"), "FLS151", 4),
        (tsv(ROWS).replace("P3", "a\0b"), "FLS145", 4),
        (tsv(ROWS).replace("P3", "########"), "FLS153", 4),
    ],
)
def test_rows_are_told_at_their_line(text: str, code: str, line: int, tmp_path: Path) -> None:
    (one,) = [each for each in found(text, tmp_path) if each.code == code]
    assert one.location.line == line


def test_a_header_that_stands_again_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(tsv([*ROWS[:3], *ROWS[:1], *ROWS[3:]]), "utf-8")
    read = read_file_list(path)
    assert read.file_list is not None
    assert read.file_list.table["path"].tolist() == [row[0] for row in ROWS[1:]]
    assert read.file_list.table["line"].tolist() == [2, 3, 5, 6]


@pytest.mark.parametrize(
    ("entry", "pointer", "severity"),
    [
        ({"path": "a.tif", "Attributes": []}, "/1/Attributes", "error"),
        ({"path": "a.tif", "attribute": []}, "/1/attribute", "error"),
        (
            {"path": "a.tif", "attributes": [{"name": " ", "value": "x"}]},
            "/1/attributes/0",
            "error",
        ),
        (
            {"path": "a.tif", "attributes": [{"name": "n", "value": 5}]},
            "/1/attributes/0",
            "warning",
        ),
    ],
)
def test_entries_are_told_at_their_place(
    entry: dict[str, Any], pointer: str, severity: str, tmp_path: Path
) -> None:
    text = json.dumps([{"path": "b.tif"}, entry])
    (one,) = found(text, tmp_path, "list.json")
    assert (one.location.pointer or "").startswith(pointer)
    assert one.severity == severity


@pytest.mark.parametrize(
    "text",
    [
        tsv(ROWS),
        tsv(ROWS).replace("P2", '5" dish'),
        tsv(ROWS).replace("P2", "-"),
        tsv(ROWS).replace("cell_2", "cell_(2)*"),
        tsv(ROWS).replace("P2", "Größe 5 µm, Ça"),
        tsv([row[:1] for row in ROWS]),
    ],
)
def test_sound_lists_stay_clean(text: str, tmp_path: Path) -> None:
    assert found(text, tmp_path) == []


def test_blank_cells_at_the_end_of_a_sheet_are_no_fault(tmp_path: Path) -> None:
    rows = [["Files", "Well"], ["a.tif", "A1"], ["b.tif"]]
    path = lists.write({"workbook": [{"name": "Sheet", "rows": rows}], "name": "l.xlsx"}, tmp_path)
    findings = lists.everything(read_file_list(path))
    assert [one for one in findings if one.severity != "hint"] == []
