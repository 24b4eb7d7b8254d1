"""One cause is one finding, at its place, in every kind of document."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import sources, stages
from pipeline.check import Images
from pipeline.findings import Report
from pipeline.intake import rembi_yaml
from pipeline.intake.file_lists import read_file_list
from pipeline.knowledge import Knowledge
from pipeline.sources import Found
from pipeline.stages import Look
from tests.archives import DAY
from tests.documents import CRATE, IDR, REMBI, ROWS, changed
from tests.judged import found, look, proposed
from tests.lists import everything

CRATE_NAME = "study-ro-crate-metadata.json"


def crate(at: int, **given: Any) -> str:
    """The crate with properties of one entity set, or taken out where they are None."""
    made = copy.deepcopy(CRATE)
    entity = made["@graph"][at]
    entity |= given
    for name in [name for name, value in given.items() if value is None]:
        del entity[name]
    return json.dumps(made, indent=1)


def test_a_crate_without_date_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    _, report = look(known, tmp_path, CRATE_NAME, crate(1, datePublished=None))
    (one,) = found(report, "SUB038", "REL001")
    assert one.location.pointer == "/@graph/1/datePublished"
    _, report = look(known, tmp_path, CRATE_NAME, crate(1, datePublished=""))
    assert len(found(report, "SUB038", "REL001")) == 1


def test_what_a_spreadsheet_left_in_a_crate_is_told(known: Knowledge, tmp_path: Path) -> None:
    text = crate(8, title="#REF!", biologicalEntityDescription='=VLOOKUP(A2,"x",3)')
    _, report = look(known, tmp_path, CRATE_NAME, text)
    lost, formula = found(report, "SUB148")
    assert (lost.severity, lost.location.pointer) == ("error", "/@graph/8/title")
    assert (formula.severity, formula.location.line) == ("warning", _line(text, "VLOOKUP"))
    _, report = look(known, tmp_path, CRATE_NAME, crate(8, title="#4 wild type = control"))
    assert not found(report, "SUB148")


def _line(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_a_biosample_of_a_crate_without_organism_is_told(known: Knowledge, tmp_path: Path) -> None:
    _, report = look(known, tmp_path, CRATE_NAME, crate(9))
    (one,) = found(report, "BIO001")
    assert (one.severity, one.location.pointer) == ("warning", "/@graph/9")
    assert "'Mutant'" in one.message
    organism = [{"@id": "NCBI:txid4896"}]
    _, report = look(known, tmp_path, CRATE_NAME, crate(9, organismClassification=organism))
    assert not found(report, "BIO001")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("scientific_name: Schizosaccharomyces pombe, ", "", "no scientific name"),
        ("    organism: {scientific_name", "    aside: {scientific_name", "names no organism"),
    ],
)
def test_a_biosample_of_rembi_without_organism_is_told(
    before: str, after: str, words: str, known: Knowledge, tmp_path: Path
) -> None:
    assert before in REMBI
    _, report = look(known, tmp_path, "study.yaml", REMBI)
    assert not found(report, "BIO001")
    _, report = look(known, tmp_path, "study.yaml", REMBI.replace(before, after))
    (one,) = found(report, "BIO001")
    assert (one.severity, one.location.pointer) == ("warning", "/biosamples/Wild type")
    assert words in one.message


def test_a_title_that_waits_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    title = "Retrograde actin flow in crawling keratocytes"
    _, report = look(known, tmp_path, "study.tsv", ROWS.replace(title, "TBD"))
    (one,) = found(report, "STU101", "TXT106")
    assert (one.code, one.severity) == ("STU101", "error")
    assert "placeholder" in one.message


def test_indented_names_are_one_finding(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("\nTitle\t", "\n  Title\t").replace("\nDescription\t", "\n  Description\t")
    opened, report = look(known, tmp_path, "study.tsv", rows)
    plain, _ = look(known, tmp_path, "plain.tsv", ROWS)
    assert opened.submission is not None
    assert plain.submission is not None
    assert opened.submission.metadata == plain.submission.metadata
    (one,) = found(report, "SUB116")
    lines = [number for number, line in enumerate(rows.splitlines(), 1) if line.startswith("  ")]
    assert one.count == len(lines) > 3
    assert [sample["line"] for sample in one.samples] == lines
    assert one.location.line == lines[0]


def test_a_few_names_with_hidden_characters_are_told_each(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("\nKeywords\t", "\n Keywords\t").replace("\nLicense\t", "\nLicense\u200b\t")
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.count for one in found(report, "SUB116")] == [1, 1]


_BLOCKS, _, _ = REMBI.partition("associations:\n")


@pytest.mark.parametrize(
    "rows",
    [
        "- {study_component: one, biosample_id: Wild type, acquisition_id: Spinning disk}",
        "- {Study Component: Movies, biosample_id: Wild type, acquisition_id: Spinning disk}",
        "- {name: Movies, biosample_id: Wild type, acquisition_id: Spinning disk}",
        "- {biosample_id: Wild type, acquisition_id: Spinning disk}",
        "- one: {biosample_id: Wild type, acquisition_id: Spinning disk}",
    ],
)
def test_associations_in_a_list_are_read_and_told(rows: str) -> None:
    sound = rembi_yaml.read(REMBI.encode(), "study.yaml")
    read = rembi_yaml.read(f"{_BLOCKS}associations:\n{rows}\n".encode(), "study.yaml")
    assert read.metadata == sound.metadata
    (one,) = read.findings
    assert (one.code, one.severity) == ("SUB111", "warning")
    at = read.source_map.locate("/study/study_components/0/associations/0/biosample")
    assert at.line == _BLOCKS.count("\n") + 2


def test_associations_for_components_in_a_list_are_parted() -> None:
    blocks = _BLOCKS.replace("  one: {name: Movies}\n", "- {name: Movies}\n- {name: Stills}\n")
    rows = "- {study_component: Stills, biosample_id: Wild type}\n- {study_component: Stils}\n"
    read = rembi_yaml.read(f"{blocks}associations:\n{rows}".encode(), "study.yaml")
    assert read.metadata is not None
    movies, stills = read.metadata["study"]["study_components"]
    assert "associations" not in movies
    assert stills["associations"] == [{"biosample": "Wild type"}]
    (lost,) = (one for one in read.findings if one.code == "SUB213")
    assert "'Stils'" in lost.message
    assert "Stils" in json.dumps(read.metadata), "nothing is lost"


def test_an_organisation_named_in_words_is_told_where_it_is_named(
    known: Knowledge, tmp_path: Path
) -> None:
    named = "<affiliation>\tNorrhamn Institute of Cell Mechanics"
    rows = ROWS.replace("<affiliation>\torg-2", named)
    _, report = look(known, tmp_path, "study.tsv", rows)
    (one,) = found(report, "AFF201")
    assert one.suggestion is not None
    assert one.suggestion.operations[0].after == {"organisation": "o1"}
    (other,) = found(report, "AFF103")
    assert "Light Microscopy Facility" in other.message


@pytest.mark.parametrize("title", ["Movies ", " Movies"])
def test_white_space_that_parts_two_titles_is_told_once(
    known: Knowledge, tmp_path: Path, title: str
) -> None:
    for before in ("\nImage acquisition\tMovies\n", "\nTitle\tMovies\n"):
        rows = ROWS.replace(before, before.replace("Movies", title))
        _, report = look(known, tmp_path, "study.tsv", rows)
        (one,) = found(report, "CMP101", "TXT101")
        assert (one.code, one.severity) == ("CMP101", "warning")


def test_a_field_under_another_word_is_not_told_as_missing(
    known: Knowledge, tmp_path: Path
) -> None:
    paper = "Publication\nTitle\tActin flow\nAuthors\tLindgren M\nDOI\t10.1234/a\n"
    rows = f"{ROWS}\n{paper}Publication year\t2026\n"
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "SUB122", "PUB005")] == ["SUB122"]
    _, report = look(known, tmp_path, "study.tsv", f"{ROWS}\n{paper}")
    assert [one.code for one in found(report, "SUB122", "PUB005")] == ["PUB005"]


def test_the_end_of_a_block_of_yaml_is_no_white_space_of_the_value() -> None:
    text = REMBI.replace("  title: Mitotic spindles", "  title: >\n    Mitotic spindles")
    assert rembi_yaml.read(text.encode(), "study.yaml").metadata == (
        rembi_yaml.read(REMBI.encode(), "study.yaml").metadata
    )


def test_a_doi_that_is_not_finished_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    for value in ("https://doi.org/10.1234/s41564-019-0XXX", "doi:10.1234/s41564-019-0XXX."):
        rows = f"{ROWS}\nPublication\nTitle\tActin flow\nDOI\t{value}\n"
        _, report = look(known, tmp_path, "study.tsv", rows)
        codes = [one.code for one in report.findings if one.code.startswith("PUB1")]
        assert codes == ["PUB107"]


def test_organisations_named_together_are_told_once(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("<affiliation>\torg-2", "<affiliation>\torg-2, org-3")
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "AFF201", "AFF103")] == ["AFF201"]


def test_several_titles_in_one_association_are_told_once(known: Knowledge, tmp_path: Path) -> None:
    more = "Biosample\tbs-2\nTitle\tFibroblasts\nOrganism\tDanio rerio\nBiological entity\tCells\n"
    rows = ROWS.replace("Specimen\tsp-1", f"{more}\nSpecimen\tsp-1")
    rows = rows.replace("Biosample\tKeratocytes\n", "Biosample\tKeratocytes, Fibroblasts\n")
    _, report = look(known, tmp_path, "study.tsv", rows)
    (one,) = found(report, "CMP201", "CMP203")
    assert one.message.endswith("it holds the titles of 2")
    assert one.suggestion is not None
    assert one.suggestion.operations[1].after["biosample"] == "Fibroblasts"


def test_a_field_that_another_proposal_fills_is_not_told_as_missing(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = f"{ROWS}\nPublication\nTitle\t10.1234/a.2026\nAuthors\tLindgren M\nYear\t2026\n"
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "PUB113", "PUB003")] == ["PUB113"]


def test_a_licence_given_by_its_address_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    address = "https://creativecommons.org/licenses/by/4.0/"
    rows = ROWS.replace("License\tCC BY 4.0", f"License\t{address}")
    opened, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "LIC002", "LIC101")] == ["LIC101"]
    judged = stages.curate(opened, Look(knowledge=known, day=DAY))
    assert judged.submission is not None
    licence = judged.submission.metadata["study"]["licence"]
    assert licence["name"] == "CC BY 4.0"
    assert "/by/4.0/" in licence["url"]


def test_a_file_that_a_section_names_itself_is_missed_once(
    known: Knowledge, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    document = folder / "study.tsv"
    document.write_text(ROWS.replace("File List\tmovies.tsv\n", "\nFile\ta.tif\n"), "utf-8")
    opened = sources.open_found(Found(given="one", document=document, folder=folder))
    look_at = Look(knowledge=known, day=DAY)
    report = stages.validate(opened, look_at.model_copy(update={"images": Images(looked=True)}))
    assert [one.count for one in found(report, "FLS205")] == [1]


def test_a_wrongly_read_name_does_not_disagree_with_its_address(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = ROWS.replace("Name\tMira Lindgren", "Name\tJiøí Dvoøák")
    rows = rows.replace("mira.lindgren@", "jiri.dvorak@")
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "TXT104", "AUT201")] == ["TXT104"]


def test_titles_in_each_others_place_are_not_told_as_unused(
    known: Knowledge, tmp_path: Path
) -> None:
    row = "Specimen\tCells on gels\nImage acquisition\tMovies\n"
    assert ROWS.endswith(row)
    rows = ROWS.removesuffix(row) + "Specimen\tMovies\nImage acquisition\tCells on gels\n"
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "CMP201", "CMP203")] == ["CMP201", "CMP201"]


def test_a_needed_field_under_another_word_is_one_error(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("\nDescription\tSpinning", "\nAbstract\tSpinning")
    _, report = look(known, tmp_path, "study.tsv", rows)
    (one,) = found(report, "SUB122", "STU002")
    assert (one.code, one.severity) == ("SUB122", "error")
    assert one.suggestion is not None
    published = report.findings and stages.validate(
        sources.open_found(
            Found(given="study.tsv", document=tmp_path / "study.tsv", folder=None),
            files=False,
            imported=True,
        ),
        Look(knowledge=known, day=DAY, profile="published"),
    )
    assert isinstance(published, Report)
    assert [one.severity for one in found(published, "SUB122")] == ["warning"]


def test_what_stands_under_another_name_is_not_missing(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("License\tCC BY 4.0", "Data license\tCC BY 4.0\nFunding\tExample Fund, 17")
    rows += "\nPublicaton\nTitle\tActin flow\nDOI\t10.1234/a.2026\n"
    _, report = look(known, tmp_path, "study.tsv", rows)
    codes = ("SUB122", "SUB123", "SUB126", "LIC001", "FUN001", "PUB001")
    assert [one.code for one in found(report, *codes)] == ["SUB122", "SUB122", "SUB126"]
    first = found(report, "SUB122")[0].suggestion
    assert first is not None
    assert first.operations[0].after == {"name": "CC BY 4.0"}


def test_a_date_in_wide_digits_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("2027-03-01", "２０２７-03-01")
    _, report = look(known, tmp_path, "study.tsv", rows)
    (one,) = found(report, "REL102", "TXT113")
    assert one.suggestion is not None
    assert one.suggestion.operations[0].after == "2027-03-01"


@pytest.mark.parametrize(
    "line",
    [
        "ReleaseDate\t2027-03-01",
        "Description\tSpinning disk movies of actin in keratocytes of zebrafish scales.",
        "Keywords\tactin",
        "Name\tMira Lindgren",
        "E-mail\tmira.lindgren@example.org",
        "<affiliation>\torg-2",
        "Organism\tDanio rerio",
        "Biological entity\tCells",
        "Imaging method\tspinning disk confocal microscopy",
        "Name\tActin movies",
        "File List\tmovies.tsv",
        "Biosample\tKeratocytes\n",
    ],
)
def test_a_blank_field_that_the_form_asks_for_is_one_error(
    known: Knowledge, tmp_path: Path, line: str
) -> None:
    name, _, value = line.partition("\t")
    rows = ROWS.replace(line, f"{name}\t" + ("\n" if line.endswith("\n") else ""), 1)
    _, report = look(known, tmp_path, "study.tsv", rows)
    _, before = look(known, tmp_path, "before.tsv", ROWS)
    more = {(one.code, one.message) for one in report.findings}
    more -= {(one.code, one.message) for one in before.findings}
    errors = [one for one in report.findings if one.severity == "error"]
    assert [one.code for one in errors] == ["SUB004"]
    elsewhere = {"AFF103", "ORC001"}
    assert {code for code, _ in more} - elsewhere == {"SUB004"}, value


def test_a_missing_field_beside_a_blank_one_is_still_told(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS.replace("Biosample\tKeratocytes\nSpecimen\tCells on gels\n", "Biosample\t\n")
    _, report = look(known, tmp_path, "study.tsv", rows)
    assert [one.code for one in found(report, "SUB004", "CMP004")] == ["CMP004", "SUB004"]


def test_titles_shared_by_kinds_are_not_in_each_others_place(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = ROWS.replace("\nTitle\tCells on gels\n", "\nTitle\tMovies\n")
    rows = rows.replace("Specimen\tCells on gels\n", "Specimen\tMovies\n")
    more = "Image acquisition\tia-2\nTitle\tStills\nImaging instrument\tSpinning disk\n"
    more += "Image acquisition parameters\t60x\nImaging method\tbright-field microscopy\n"
    rows = rows.replace("Study Component\tsc-1", f"{more}\nStudy Component\tsc-1")
    _, report = look(known, tmp_path, "study.tsv", rows)
    (one,) = found(report, "CMP201", "CMP203")
    assert "'Stills'" in one.message


@pytest.mark.parametrize(
    ("rows", "code", "line"),
    [
        (("Name\tNorrhamn Institute for Cell Mechanics", "Name\t"), "AFF003", "Name\t\n"),
        (("License\tCC BY 4.0", "License\t"), "LIC001", "License\t"),
        (
            ("\nBiosample\tbs-1", "\nFunding\nAgency\t\ngrant_id\tEX-118\n\nBiosample\tbs-1"),
            "FUN003",
            "Agency\t",
        ),
        (("Title\tCells on gels", "Title\t"), "CMP003", "Title\t\n"),
    ],
)
def test_a_blank_value_that_a_check_misses_is_told_once_at_the_blank(
    known: Knowledge, tmp_path: Path, rows: tuple[str, str], code: str, line: str
) -> None:
    text = changed(*rows).replace("BioImages.v5", "BioImages.v9")
    _, report = look(known, tmp_path, "study.tsv", text)
    (one,) = found(report, code, "SUB004")
    assert one.code == code
    assert one.location.line == _line(text, line)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Sample preparation protocol", "Sample prep. protocol"),
        ("Image acquisition parameters", "Image acq. params"),
        ("Biological entity", "Biol. entity"),
        ("Imaging instrument", "Imagin instrument"),
    ],
)
def test_a_field_under_a_shortened_name_is_told_once_and_as_gravely(
    known: Knowledge, tmp_path: Path, name: str, given: str
) -> None:
    _, report = look(known, tmp_path, "study.tsv", changed(name, given))
    (one,) = found(report, "SUB122", "SCH003")
    assert (one.code, one.severity) == ("SUB122", "error")
    assert f"'{name}'" in one.message
    assert one.suggestion is not None


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("https://example.org/data/a.tif", "FLS131"),
        ('="data/"&B2', "FLS144"),
        ("#REF!", "FLS152"),
    ],
)
def test_what_is_no_path_has_no_refused_characters(path: str, code: str, tmp_path: Path) -> None:
    listed = tmp_path / "list.tsv"
    listed.write_text(f"Files\n{path}\nb#.tif\n", "utf-8")
    told = everything(read_file_list(listed))
    assert [(one.code, one.location.line) for one in told] == sorted([(code, 2), ("FLS137", 3)])
    listed.write_text("Files\nplate:1/a.tif\n", "utf-8")
    assert [one.code for one in everything(read_file_list(listed))] == ["FLS137"]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Jos\u00c3\u0083\u00c2\u00a9 Garcia", "José Garcia"),
        ("\u00c3\u0081lvaro Mora", "Álvaro Mora"),
        ("Nu\u00f1ez Garc\u00c3\u00ada", "Nuñez García"),
        ("S\u00c3\u00b8ren \u00c3\u0098stergaard", "Søren Østergaard"),
    ],
)
def test_a_garbled_name_is_told_once_with_the_right_letters(
    name: str, right: str, known: Knowledge, tmp_path: Path
) -> None:
    _, report = look(known, tmp_path, "study.tsv", ROWS.replace("Mira Lindgren", name))
    (one,) = found(report, "TXT102", "TXT104", "TXT105", "TXT112")
    assert one.code == "TXT104"
    assert proposed(one) == [right]


@pytest.mark.parametrize(
    "name", ["Jos\u00c3\u00a9 Garcia\u200b Mora", "Jos\u00c3\u00a9 \u202bGarcia"]
)
def test_an_unseen_character_of_its_own_is_told_beside_garbled_letters(
    name: str, known: Knowledge, tmp_path: Path
) -> None:
    _, report = look(known, tmp_path, "study.tsv", ROWS.replace("Mira Lindgren", name))
    assert len(found(report, "TXT102")) == 1


@pytest.mark.parametrize("block", ["Link\t\nDescription\tMovies", "Link\nDescription\tMovies"])
def test_an_empty_link_in_rows_is_told_once(block: str, known: Knowledge, tmp_path: Path) -> None:
    _, report = look(known, tmp_path, "study.tsv", f"{ROWS}\n{block}\n")
    (one,) = found(report, "SUB032", "LNK002")
    assert (one.code, one.severity) == ("SUB032", "error")


@pytest.mark.parametrize(
    ("funder", "number", "code"),
    [
        ("National Science Foundation", "101057970", "HEU202"),
        ("Horizon Europe", "857203", "HEU201"),
    ],
)
def test_a_number_of_another_programme_is_told_once(
    funder: str, number: str, code: str, known: Knowledge, tmp_path: Path
) -> None:
    _, report = look(
        known, tmp_path, "study.tsv", f"{ROWS}\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    )
    (one,) = found(report, "FUN103", "HEU201", "HEU202")
    assert one.code == code


def test_the_name_of_a_screen_is_that_of_an_experiment(known: Knowledge, tmp_path: Path) -> None:
    right = "Comment[IDR Experiment Name]"
    assert right in IDR
    sound, report = look(known, tmp_path, "idr9001-study.txt", IDR)
    other, told = look(
        known, tmp_path, "idr9001-study.txt", IDR.replace(right, "Comment[IDR Screen Name]")
    )
    assert sound.submission is not None
    assert other.submission is not None
    assert other.submission.metadata == sound.submission.metadata
    assert told.findings == report.findings
