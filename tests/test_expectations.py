"""Great Expectations and pandas find the same in every file list, and neither says a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.checks.expectations import GX_NAMES, run_direct, run_suite
from pipeline.checks.file_list_columns import EXPECTATIONS
from pipeline.intake.file_list_grid import Columns
from pipeline.intake.file_lists import read_file_list, table
from pipeline.submission import FileList
from tests import lists

FIXTURES = Path(__file__).parent.parent / "fixtures" / "codes"
COLUMN_CODES = {each.code.code for each in EXPECTATIONS}


def made(
    paths: list[str],
    *,
    sizes: list[int | None] | None = None,
    types: list[str | None] | None = None,
    attributes: dict[str, list[str | None]] | None = None,
) -> FileList:
    columns = Columns(
        paths=paths,
        lines=list(range(2, len(paths) + 2)),
        attributes=dict(attributes or {}),
        names=tuple(attributes or ()),
        sizes=sizes,
        types=types,
    )
    return FileList(name="a.tsv", source="a.tsv", table=table(columns), columns=columns.names)


@pytest.mark.parametrize("code", sorted(COLUMN_CODES))
def test_both_find_the_same_in_the_fixtures(code: str, tmp_path: Path) -> None:
    fixture = yaml.safe_load((FIXTURES / f"{code}.yaml").read_text())
    for number, case in enumerate(fixture["flags"][:2]):
        folder = tmp_path / str(number)
        folder.mkdir()
        file_list = read_file_list(lists.write(case, folder)).file_list
        assert file_list is not None
        found = run_direct(file_list)
        assert code in {each.code for each in found}
        assert run_suite(file_list) == found


PIECES = st.sampled_from(
    [
        *"aB/\\. =~:ü\n\t\0\x85\u00a0\u0308",
        "..",
        "./",
        "//",
        "C:",
        "/home/",
        ".DS_Store",
        "_MACOSX/",
    ]
)
PATHS = st.lists(PIECES, max_size=6).map("".join)
SIZES = st.none() | st.integers(-3, 3) | st.integers(2 * 10**12 - 1, 2 * 10**12 + 1)
TYPES = st.none() | st.sampled_from(["file", "directory", "image", ""])
VALUES = st.none() | PATHS


@st.composite
def file_lists(draw: st.DrawFn) -> FileList:
    paths = draw(st.lists(PATHS, max_size=6))

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=len(paths), max_size=len(paths)))

    return made(
        paths,
        sizes=column(SIZES),
        types=column(TYPES),
        attributes={"Well": column(VALUES), "Dye": column(st.just("GFP") | st.none())},
    )


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(file_lists())
def test_both_find_the_same_in_any_list(file_list: FileList) -> None:
    assert run_suite(file_list) == run_direct(file_list)


def test_a_million_equal_faults_are_one_finding() -> None:
    found = run_direct(made([f"a\\{number}.tif" for number in range(20_000)]))
    assert [(each.code, each.count, len(each.samples)) for each in found] == [("FLS130", 20_000, 5)]
    assert found[0].location.line == 2


def test_the_suite_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    run_suite(made(["a.tif", "a.tif"]))
    assert capfd.readouterr() == ("", "")


def test_each_kind_of_expectation_has_a_name_in_great_expectations() -> None:
    from great_expectations.expectations import core

    assert {each.kind for each in EXPECTATIONS} == set(GX_NAMES)
    assert all(hasattr(core, name) for name in GX_NAMES.values())


def test_checks_load_without_heavy_libraries() -> None:
    code = (
        "import sys, pipeline.checks.file_lists, pipeline.checks.annotations, "
        "pipeline.intake.file_lists as f; "
        "print([m for m in ('pandas', 'great_expectations', 'openpyxl') if m in sys.modules])"
    )
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"
