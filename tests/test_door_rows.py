"""PageTab in rows and cells (TSV, XLSX)."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pipeline import intake
from pipeline.edit import located
from pipeline.findings import Operation
from pipeline.intake import (
    pagetab_json,
    pagetab_tsv,
    pagetab_xlsx,
)
from pipeline.intake.reading import Reading
from tests.malformed import CORPUS, RANK, malformed, needs_corpus, place_of
from tests.pagetab_rows import rows, tsv, xlsx

ROOT = Path(__file__).resolve().parents[1]
INBOX = sorted((ROOT / "fixtures" / "inbox").glob("*/submission.json"))

HEAD = (
    "Submission\tS-BIAD90012\nTitle\tSpindles\nReleaseDate\t2027-04-01\n"
    "\nStudy\tSECT-001\nTitle\tSpindles\n"
)


def read_text(text: str) -> Reading:
    return pagetab_tsv.read(text.encode(), "study.tsv")


def found(reading: Reading, code: str) -> list[tuple[int | None, int | None]]:
    return [(f.location.line, f.location.column) for f in reading.findings if f.code == code]


@pytest.mark.parametrize("path", INBOX, ids=lambda path: path.parent.name)
def test_one_study_in_three_files_is_one_record(path: Path) -> None:
    written = rows(json.loads(path.read_text("utf-8")))
    metadata = pagetab_json.read(path.read_bytes(), "study.json").metadata
    assert metadata is not None
    assert pagetab_tsv.read(tsv(written).encode(), "study.tsv").metadata == metadata
    assert pagetab_xlsx.read(xlsx(written), "study.xlsx").metadata == metadata


@pytest.mark.parametrize("path", INBOX, ids=lambda path: path.parent.name)
def test_rows_of_a_sound_study_are_read_in_silence(path: Path, tmp_path: Path) -> None:
    written = rows(json.loads(path.read_text("utf-8")))
    (tmp_path / "study.tsv").write_text(tsv(written), "utf-8")
    (tmp_path / "study.xlsx").write_bytes(xlsx(written))
    for name, kind in (("study.tsv", "pagetab-tsv"), ("study.xlsx", "pagetab-xlsx")):
        reading = intake.read(tmp_path / name)
        assert reading.kind == kind
        assert not [f for f in reading.findings if f.severity != "hint"]


def test_places_are_lines_and_cells() -> None:
    reading = read_text(HEAD + "\nBiosample[SECT-001]\tTitle\tOrganism\nB-1\tWild type\tS. pombe\n")
    at = reading.source_map.locate("/study/biosamples/0/title")
    assert (at.file, at.line, at.column, at.pointer) == ("study.tsv", 9, 2, None)
    assert reading.source_map.locate("/study/title").line == 6
    assert reading.source_map.locate("/accession").column == 2
    assert reading.source_map.locate("/study/keywords").line == 5


def test_a_change_of_a_cell_has_no_pointer() -> None:
    reading = read_text(HEAD)
    change = Operation(do="set", place="/study/title", before="Spindles", after="The spindle")
    assert located(reading.source_map, change).pointer is None


def test_places_are_sheets_and_cells() -> None:
    written = [line.split("\t") for line in HEAD.splitlines()]
    reading = pagetab_xlsx.read(xlsx(written), "study.xlsx")
    at = reading.source_map.locate("/study/title")
    assert (at.sheet, at.cell, at.line, at.pointer) == ("Sheet", "B6", None, None)


def test_qualifiers_and_references() -> None:
    reading = read_text(
        HEAD
        + "License\tCC0\n[URL]\thttps://creativecommons.org/publicdomain/zero/1.0/\n"
        + "Dye\tGFP\n(kind)\tprotein\n[Ontology]\tFBbi\n"
        + "\nauthor\nName\tMira Lindgren\n<affiliation>\to1\n\norganisation\to1\nName\tExample\n"
    )
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["licence"] == {
        "name": "CC0",
        "url": "https://creativecommons.org/publicdomain/zero/1.0/",
    }
    assert study["attributes"] == [
        {
            "name": "Dye",
            "value": "GFP",
            "qualifiers": [
                {"name": "Ontology", "value": "FBbi"},
                {"name": "kind", "value": "protein"},
            ],
        }
    ]
    assert study["authors"][0]["affiliations"] == [{"organisation": "o1"}]


def test_links_and_files_belong_to_the_section_above() -> None:
    reading = read_text(
        HEAD
        + "\nFiles\tDescription\na.tif\tfirst\nb.tif\t\n"
        + "\nBiosample\tB-1\nTitle\tWild type\n\nLink\thttps://example.org/p\nType\tprotocol\n"
    )
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert [file["path"] for file in study["files"]] == ["a.tif", "b.tif"]
    assert study["biosamples"][0]["links"] == [{"url": "https://example.org/p", "type": "protocol"}]


def test_sections_stand_in_the_parent_they_name() -> None:
    reading = read_text(
        HEAD
        + "\nStudy Component\tC-1\nName\tMovies\n\nAssociations\t\tC-1\nBiosample\tWild type\n"
        + "\nStudy Component\tC-2\nName\tStacks\n\nAssociations[C-2]\tBiosample\n\tMutant\n"
    )
    assert reading.metadata is not None
    components = reading.metadata["study"]["study_components"]
    assert [one["associations"] for one in components] == [
        [{"biosample": "Wild type"}],
        [{"biosample": "Mutant"}],
    ]
    assert not reading.findings


def test_a_quoted_value_may_have_lines_and_tabs_of_its_own() -> None:
    text = 'Description\t"One\n\ntwo\tof ""them"""\nKeywords\t"'
    reading = read_text(HEAD + text + 'left" and right\nAcknowledgements\tThanks\n')
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["description"] == 'One\n\ntwo\tof "them"'
    assert study["keywords"] == ['"left" and right']
    assert reading.source_map.locate("/study/acknowledgements").line == 11
    assert not reading.findings


def test_an_open_quote_costs_its_own_cell_only() -> None:
    reading = read_text(HEAD + 'Description\t"never closed\n\nBiosample\tB-1\nTitle\t"Wild type"\n')
    assert found(reading, "SUB130") == [(7, 2)]
    assert reading.metadata is not None
    assert reading.metadata["study"]["description"] == "never closed"
    assert reading.metadata["study"]["biosamples"] == [{"title": "Wild type"}]


def test_all_faults_come_in_one_pass() -> None:
    reading = read_text(
        "Study\tSECT-001\nTitle\tSpindles\nLicense\n"
        "author\nName\tMira Lindgren\n<contact>\tp9\n"
        "\nBiosample[NONE]\tTitle\t\nB-1\tWild type\t25 degrees\tmore\n\nFiles\tDescription\n"
    )
    assert found(reading, "SUB030") == [(1, 1)]
    assert found(reading, "SUB004") == [(3, 2)]
    assert found(reading, "SUB203") == [(8, 1), (6, 2)]
    assert found(reading, "SUB003") == [(8, 3)]
    assert found(reading, "SUB136") == [(9, 4)]
    assert found(reading, "SUB031") == [(11, 1)]


def test_missing_blank_lines_are_told_from_attributes() -> None:
    sound = read_text(HEAD + "Organism\tDanio rerio\nPublication\tin press\nDescription\tText\n")
    assert not found(sound, "SUB138")
    joined = read_text(HEAD + "\nauthor\nName\tMira Lindgren\nauthor\nName\tTomas Achterberg\n")
    assert found(joined, "SUB138") == [(10, 1)]
    assert joined.metadata is not None
    assert len(joined.metadata["study"]["authors"]) == 2
    authors = "".join(f"author\nName\tMira Lindgren {letter}\n" for letter in "ABCDE")
    joined = read_text(HEAD + authors)
    assert found(joined, "SUB138") == [(7, 1)]
    assert [one.count for one in joined.findings if one.code == "SUB138"] == [5]
    assert joined.metadata is not None
    assert len(joined.metadata["study"]["authors"]) == 5


def test_a_value_in_several_lines_without_quotes_is_kept_whole() -> None:
    reading = read_text(HEAD + "Description\tFirst.\nThe second line says what was done next.\n")
    assert found(reading, "SUB140") == [(8, 1)]
    assert reading.metadata is not None
    description = "First.\nThe second line says what was done next."
    assert reading.metadata["study"]["description"] == description


def test_a_submission_block_without_its_first_line_is_still_one() -> None:
    reading = read_text(HEAD.partition("\n")[2])
    assert found(reading, "SUB030") == [(1, 1)]
    assert reading.metadata is not None
    assert reading.metadata["release_date"] == "2027-04-01"
    assert reading.metadata["study"] == {"title": "Spindles"}


def test_spaces_for_tabs_are_read_with_an_error() -> None:
    text = (HEAD + "\nauthor\nName\tMira  Lindgren\n").replace("\t", "    ")
    reading = read_text(text)
    assert found(reading, "SUB119") == [(1, 1)]
    assert reading.metadata is not None
    assert reading.metadata["study"]["authors"] == [{"name": "Mira  Lindgren"}]


def test_sections_without_end_do_not_exhaust_the_reader() -> None:
    chain = "".join(f"\nPart\tp{n}\tp{n - 1}\nName\tx\n" for n in range(1, 3000))
    reading = read_text(HEAD + "\nPart\tp0\nName\tx\n" + chain)
    assert found(reading, "SUB107")
    assert reading.metadata is not None


def test_dates_and_numbers_of_a_sheet_are_read_as_shown() -> None:
    import datetime as dt

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Submission", "S-BIAD90012"],
        ["ReleaseDate", dt.date(2027, 4, 1)],
        [],
        ["Study"],
        ["Title", "Spindles"],
        [],
        ["Publication"],
        ["Year", 2026],
    ):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    metadata = pagetab_xlsx.read(stream.getvalue(), "study.xlsx").metadata
    assert metadata is not None
    assert metadata["release_date"] == "2027-04-01"
    assert metadata["study"]["publications"] == [{"year": "2026"}]


@pytest.mark.parametrize(
    "text",
    ["Files\tChannel\na.tif\t1\n", "\ufeffFILES \tChannel\na.tif\t1\n", "a,b\n1,2\n", "free text"],
)
def test_what_is_no_pagetab_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(text, "utf-8")
    assert not pagetab_tsv.knows(path, path.read_bytes())


@needs_corpus
@pytest.mark.parametrize("row", malformed("pagetab-tsv") + malformed("encoding-transfer"))
def test_malformed_documents(row: dict[str, str]) -> None:
    reading = intake.read(CORPUS / "malformed" / row["path"])
    line, _ = place_of(row["locator"])
    strong = [f for f in reading.findings if RANK[f.severity] >= RANK[row["severity"]]]
    assert [f for f in strong if line is None or f.location.line == line]


@needs_corpus
def test_sound_rows_are_left_in_peace() -> None:
    reading = intake.read(CORPUS / "malformed" / "control" / "pagetab.tsv")
    assert reading.read
    assert not [f for f in reading.findings if f.severity != "hint"]


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"), min_size=1
).filter(lambda text: text.strip())


@given(st.lists(texts, min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_value_comes_back_as_it_was_written(values: list[str]) -> None:
    document = {
        "section": {
            "type": "Study",
            "attributes": [{"name": "Keywords", "value": value} for value in values],
        }
    }
    reading = pagetab_tsv.read(tsv(rows(document)).encode(), "study.tsv")
    assert reading.metadata is not None
    assert reading.metadata["study"]["keywords"] == values


def test_values_in_further_cells_are_told_and_kept() -> None:
    reading = read_text(
        HEAD + "Keywords\tactin\tflow\tfish\nAcknowledgements\tWe thank all.\tnone else\n"
        "\nauthor\nName\tMira Lindgren\n<affiliation>\to1\to2\n"
        "\norganisation\to1\nName\tOne\n\norganisation\to2\nName\tTwo\n"
    )
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["keywords"] == ["actin", "flow", "fish"]
    assert study["qualifiers"] == [
        {"of": "acknowledgements", "name": "cell 3", "value": "none else"}
    ]
    assert study["authors"][0]["affiliations"] == [{"organisation": "o1"}, {"organisation": "o2"}]
    assert found(reading, "SUB136") == [(7, 3), (8, 3), (12, 3)]
    told = next(one for one in reading.findings if one.code == "SUB136")
    assert "'flow'" in told.message
    assert "'fish'" in told.message
    assert reading.source_map.locate("/study/keywords/2").column == 4
