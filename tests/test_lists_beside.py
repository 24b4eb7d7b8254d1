"""File lists that were uploaded under nearly the name that the document gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import sources
from pipeline.findings import Finding
from tests.documents import ROWS


def told(folder: Path, name: str, *uploaded: str) -> list[Finding]:
    """What is told of the list of a study that names it so, with these lists beside it."""
    text = ROWS.replace("File List\tmovies.tsv", f"File List\t{name}")
    (folder / "study.tsv").write_text(text, "utf-8")
    for one in uploaded:
        (folder / one).write_text("Files\tCell\na.tif\t1\n", "utf-8")
    (found,) = sources.discover(folder)
    opened = sources.open_found(found)
    return [one for one in opened.findings if one.code in ("FLS001", "FLS101")]


@pytest.mark.parametrize(
    ("name", "uploaded", "code"),
    [
        ("movies.csv", "movies.tsv", "FLS101"),
        ("movies.xls", "movies.xlsx", "FLS101"),
        ("movies.tsv ", "movies.tsv", "FLS101"),
        ("Movies.tsv", "movies.tsv", "FLS001"),
    ],
)
def test_the_list_that_is_there_under_nearly_the_name_is_proposed(
    tmp_path: Path, name: str, uploaded: str, code: str
) -> None:
    (one,) = told(tmp_path, name, uploaded)
    assert one.code == code
    assert one.severity == "error"
    assert one.message.endswith(f"; '{uploaded}' is there")
    assert one.suggestion is not None
    assert one.suggestion.safety == "review"
    assert [edit.after for edit in one.suggestion.operations] == [uploaded]


def test_of_several_lists_none_is_proposed(tmp_path: Path) -> None:
    flags = told(tmp_path, "movies", "movies.tsv", "movies.xlsx")
    assert {one.code for one in flags} == {"FLS001", "FLS101"}
    assert not any(one.suggestion for one in flags)


def test_white_space_around_the_name_of_a_list_is_told_as_that(tmp_path: Path) -> None:
    (one, _) = told(tmp_path, "movies.tsv ")
    assert one.message.startswith("white space stands around the name")
    assert one.suggestion is not None
    assert one.suggestion.safety == "review"
