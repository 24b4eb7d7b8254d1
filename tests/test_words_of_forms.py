"""The form as depositors fill it in: other words for fields and sections, other marks, sheets."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from pipeline import subjects
from pipeline.knowledge import Knowledge
from tests.archives import DAY
from tests.documents import REMBI, ROWS, changed
from tests.judged import found, look, proposed, read


def test_the_study_itself_is_sound(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, ROWS)
    assert {one.severity for one in report.findings} == {"hint", "warning"}
    assert [one.code for one in report.findings if one.severity == "warning"] == ["ACC001"]


def test_a_row_of_the_type_association_is_one_of_associations(
    known: Knowledge, tmp_path: Path
) -> None:
    plain, _ = read(known, tmp_path, ROWS)
    single, report = read(known, tmp_path, changed("Associations\t", "Association\t"))
    assert not found(report, "CMP002")
    assert plain.submission is not None
    assert single.submission is not None
    assert single.submission.metadata == plain.submission.metadata


def test_an_imaging_acquisition_is_an_image_acquisition(known: Knowledge, tmp_path: Path) -> None:
    plain, _ = read(known, tmp_path, ROWS)
    other, _ = read(known, tmp_path, changed("Image acquisition\tia", "Imaging acquisition\tia"))
    assert plain.submission is not None
    assert other.submission is not None
    assert other.submission.metadata == plain.submission.metadata


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("Organism\t", "Species\t", "'Species' is another word for 'Organism'"),
        ("Imaging instrument\t", "Microscope\t", "another word for 'Imaging instrument'"),
        ("Biological entity\t", "Biological entitiy\t", "nearly named 'Biological entity'"),
        ("File List\t", "File Lists\t", "nearly named 'File List'"),
    ],
)
def test_a_field_under_another_word_is_named_as_the_form_does(
    known: Knowledge, tmp_path: Path, before: str, after: str, message: str
) -> None:
    _, report = read(known, tmp_path, changed(before, after))
    (one,) = found(report, "SUB122")
    assert message in one.message
    assert proposed(one)


def test_a_section_type_is_named_as_the_form_does(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Image acquisition\tia-1", "Image aquisition\tia-1")
    _, report = read(known, tmp_path, rows)
    (one,) = found(report, "SUB126")
    assert one.message == "the section type 'Image aquisition' was read as 'Image acquisition'"


def test_slips_in_types_of_sections_lose_nothing(known: Knowledge, tmp_path: Path) -> None:
    table = "Authors[]\tName\tE-mail\t<affiliation>\n"
    table += "\tMira Lindgren\tmira.lindgren@example.org\torg-2\n"
    block = ROWS[ROWS.index("author\n") : ROWS.index("\norganisation\torg-2")]
    rows = changed(block, table).replace("\nSpecimen\tsp-1", "\nSpecimens\tsp-1")
    opened, report = read(known, tmp_path, rows)
    study = opened.submission.metadata["study"]
    assert study["authors"][0]["name"] == "Mira Lindgren"
    assert study["specimens"][0]["title"] == "Cells on gels"
    assert [one.value for one in found(report, "SUB126")] == ["Authors", "Specimens"]
    assert [one.code for one in report.findings if one.severity == "error"] == []


def test_other_separators_are_known_beside_a_tab_in_a_value(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("zebrafish scales.", "zebrafish:scales.").replace("\t", ";")
    rows = rows.replace("Submission\n", "Submission;\n", 1)
    opened, report = read(known, tmp_path, rows.replace("zebrafish:", "zebrafish\t"))
    assert [one.code for one in report.findings if one.severity == "error"] == ["SUB119"]
    assert opened.submission.metadata["study"]["specimens"][0]["title"] == "Cells on gels"


def workbook(path: Path, before: str = "", **cells: str) -> Path:
    """The study in a workbook, behind a sheet with a text where one is given."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Study"
    for line in ROWS.split("\n"):
        sheet.append(line.split("\t"))
    for at, value in cells.items():
        sheet[at] = value
    if before:
        book.create_sheet("ReadMe", 0).append([before])
    book.save(path)
    return path


@pytest.mark.parametrize("before", ["How to fill in", "Notes on the files", "v2"])
def test_a_workbook_may_begin_with_a_sheet_of_notes(
    known: Knowledge, tmp_path: Path, before: str
) -> None:
    path = workbook(tmp_path / "study.xlsx", before)
    (subject,) = subjects.at(path)
    assert subject.kind == "submission"
    report, done = subjects.validate(subject, known, day=DAY, profile="new", files=False)
    assert done
    assert [one.location.sheet for one in found(report, "SUB143")] == ["ReadMe"]


def test_a_list_of_files_stays_one_whatever_stands_behind_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", "Files")
    assert [one.kind for one in subjects.at(path)] == ["file-list"]


def test_a_formula_without_a_result_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    (subject,) = subjects.at(workbook(tmp_path / "study.xlsx", B8="=B3"))
    report, _ = subjects.validate(subject, known, day=DAY, profile="new", files=False)
    assert [one.location.cell for one in found(report, "SUB144")] == ["B8"]
    assert not found(report, "SUB148")


@pytest.mark.parametrize("mark", [";", ",", "|", ":", ": "])
def test_another_mark_for_every_tab_is_told_once_and_read(
    known: Knowledge, tmp_path: Path, mark: str
) -> None:
    plain, before = read(known, tmp_path, ROWS)
    other, report = read(known, tmp_path, ROWS.replace("\t", mark))
    (one,) = found(report, "SUB119")
    assert one.count == sum("\t" in line for line in ROWS.split("\n"))
    assert {one.code for one in report.findings} - {"SUB119"} == {
        one.code for one in before.findings
    }
    assert plain.submission is not None
    assert other.submission is not None
    assert other.submission.metadata == plain.submission.metadata


def test_marks_within_values_are_no_separators(known: Knowledge, tmp_path: Path) -> None:
    spaced = ROWS.replace("\t", "    ").replace("One cell each", "One cell each; see: notes, 2")
    _, report = read(known, tmp_path, spaced)
    (one,) = found(report, "SUB119")
    assert one.message.startswith("spaces stand for a tab")


def test_a_slip_in_yaml_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    text = REMBI.replace("biological_entity:", "biological_entitiy:")
    _, report = look(known, tmp_path, "study.yaml", text)
    (one,) = found(report, "SUB122")
    assert proposed(one)
    assert not found(report, "SUB125")


def test_the_collection_in_other_capitals_is_named(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Template\tBioImages.v5", "Template\tBioImages.v5\nAttachTo\tbioimages")
    (one,) = found(read(known, tmp_path, rows)[1], "ACC206")
    assert one.message == "AttachTo names the collection 'bioimages', not 'BioImages'"


@pytest.mark.parametrize("later", ["2027-02-01", "2027-04-01"])
def test_each_of_two_release_dates_is_told_as_it_stands(
    known: Knowledge, tmp_path: Path, later: str
) -> None:
    _, report = read(
        known, tmp_path, changed("Study\nTitle", f"Study\nReleaseDate\t{later}\nTitle")
    )
    (one,) = found(report, "REL203")
    earlier = min("2027-03-01", later)
    assert one.message.startswith(f"the release date here is '{earlier}'")
    assert one.location.line == (4 if earlier == "2027-03-01" else 7)


@pytest.mark.parametrize(
    ("name", "after"),
    [("Extrinsic variable (min)", None), ("Extrinsic variable (optional)", ["5"])],
)
def test_a_unit_behind_the_name_of_a_field_is_not_dropped(
    known: Knowledge, tmp_path: Path, name: str, after: list[str] | None
) -> None:
    rows = changed("Biological entity\tCells", f"Biological entity\tCells\n{name}\t5")
    (one,) = found(read(known, tmp_path, rows)[1], "SUB122")
    assert (proposed(one)[0] if one.suggestion else None) == after
