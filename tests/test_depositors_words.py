"""Documents as depositors write them: fields under other words, references by accno, slips."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from pipeline import knowledge, sources, stages, subjects
from pipeline.checks.code_pages import in_own_code_page
from pipeline.checks.wording import waits
from pipeline.findings import Finding, Report
from pipeline.intake import pagetab_json
from pipeline.knowledge import Knowledge
from pipeline.sources import Found, Opened
from pipeline.stages import Look
from tests.documents import REMBI

ROWS = """\
Submission
Template\tBioImages.v5
Title\tRetrograde actin flow in crawling keratocytes
ReleaseDate\t2027-03-01

Study
Title\tRetrograde actin flow in crawling keratocytes
Description\tSpinning disk movies of actin in keratocytes of zebrafish scales.
Keywords\tactin
License\tCC BY 4.0

author
Name\tMira Lindgren
E-mail\tmira.lindgren@example.org
<affiliation>\torg-2

organisation\torg-2
Name\tNorrhamn Institute for Cell Mechanics

organisation\torg-3
Name\tLight Microscopy Facility Norrhamn

Biosample\tbs-1
Title\tKeratocytes
Organism\tDanio rerio
Biological entity\tCells

Specimen\tsp-1
Title\tCells on gels
Sample preparation protocol\tScales were left on gels.

Image acquisition\tia-1
Title\tMovies
Imaging instrument\tSpinning disk
Image acquisition parameters\t60x
Imaging method\tspinning disk confocal microscopy

Study Component\tsc-1
Name\tActin movies
Description\tOne cell each
File List\tmovies.tsv

Associations\t\tsc-1
Biosample\tKeratocytes
Specimen\tCells on gels
Image acquisition\tMovies
"""


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return knowledge.load()


def read(known: Knowledge, folder: Path, rows: str) -> tuple[Opened, Report]:
    path = folder / "study.tsv"
    path.write_text(rows, "utf-8")
    opened = sources.open_found(
        Found(given=path.name, document=path, folder=None), files=False, imported=False
    )
    return opened, stages.validate(opened, Look(knowledge=known, day=dt.date(2026, 11, 22)))


def found(report: Report, code: str) -> list[Finding]:
    return [one for one in report.findings if one.code == code]


def proposed(finding: Finding) -> list[Any]:
    assert finding.suggestion is not None
    assert finding.suggestion.safety == "review"
    return [one.after for one in finding.suggestion.operations]


def changed(before: str, after: str) -> str:
    assert before in ROWS
    return ROWS.replace(before, after)


def test_the_study_itself_is_sound(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, ROWS)
    assert {one.severity for one in report.findings} == {"hint", "warning"}
    assert [one.code for one in report.findings if one.severity == "warning"] == ["ACC001"]


def test_an_association_by_accno_is_proposed_by_title(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("Biosample\tKeratocytes", "Biosample\tbs-1"))
    (one,) = found(report, "CMP201")
    assert "it is the accno of the biosample 'Keratocytes'" in one.message
    assert proposed(one) == ["Keratocytes"]
    assert not found(report, "CMP203"), "the biosample is the one that is meant"


def test_unseen_characters_of_a_title_are_not_brought_into_associations(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("Title\tKeratocytes", "Title\tKerato\u200bcytes"))
    (one,) = found(report, "CMP201")
    assert proposed(one) == ["Keratocytes"]
    assert one.suggestion is not None
    assert one.suggestion.operations[0].place == "/study/biosamples/0/title"
    assert not one.suggestion.alternatives


def test_an_association_of_a_known_and_an_unknown_title_is_not_cut_to_the_known_one(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Biosample\tKeratocytes", "Biosample\tKeratocytes; Fibroblasts")
    _, report = read(known, tmp_path, rows)
    (one,) = found(report, "CMP201")
    assert one.suggestion is None


def test_a_row_of_the_type_association_is_one_of_associations(
    known: Knowledge, tmp_path: Path
) -> None:
    plain, _ = read(known, tmp_path, ROWS)
    single, report = read(known, tmp_path, changed("Associations\t", "Association\t"))
    assert not found(report, "CMP002")
    assert plain.submission is not None
    assert single.submission is not None
    assert single.submission.metadata == plain.submission.metadata


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("Biological entity\tCells", "Biological entity\tunknown", ["hint"]),
        ("Scales were left on gels.", "Will be provided upon publication", ["warning"]),
        ("Scales were left on gels.", "<to fill in>", ["warning"]),
        ("Biological entity\tCells", "Biological entity\tCells\nDescription\tnone", []),
        ("File List\tmovies.tsv", "File List\tnone", []),
    ],
)
def test_no_word_for_nothing_is_an_answer_where_the_form_demands_one(
    known: Knowledge, tmp_path: Path, before: str, after: str, told: list[str]
) -> None:
    _, report = read(known, tmp_path, changed(before, after))
    assert [one.severity for one in found(report, "TXT106")] == told


@pytest.mark.parametrize("name", ["Research Council of Norway", "The Research Council of Norway"])
def test_the_article_is_no_part_of_an_organisations_name(
    known: Knowledge, tmp_path: Path, name: str
) -> None:
    _, report = read(known, tmp_path, changed("Norrhamn Institute for Cell Mechanics", name))
    one = found(report, "AFF002")[0]
    assert proposed(one) == ["https://ror.org/00epmv149"]


@pytest.mark.parametrize(
    ("given", "slot", "meant"),
    [("37123456", "pubmed_id", "37123456"), ("PMC9876543", "pmc_id", "PMC9876543")],
)
def test_an_identifier_as_a_title_is_moved_to_its_field(
    known: Knowledge, tmp_path: Path, given: str, slot: str, meant: str
) -> None:
    rows = ROWS + f"\nPublication\nTitle\t{given}\nDOI\t10.1234/exa.1\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB113")
    assert one.suggestion is not None
    added, taken = one.suggestion.operations
    assert (added.place, added.after) == (f"/study/publications/0/{slot}", meant)
    assert (taken.do, taken.place) == ("remove", "/study/publications/0/title")


def test_an_imaging_acquisition_is_an_image_acquisition(known: Knowledge, tmp_path: Path) -> None:
    plain, _ = read(known, tmp_path, ROWS)
    other, _ = read(known, tmp_path, changed("Image acquisition\tia", "Imaging acquisition\tia"))
    assert plain.submission is not None
    assert other.submission is not None
    assert other.submission.metadata == plain.submission.metadata


def test_a_dangling_affiliation_is_matched_by_the_accnos_of_the_document(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("<affiliation>\torg-2", "<affiliation>\to1"))
    (one,) = found(report, "AFF201")
    assert one.suggestion is None
    assert "org-2 = Norrhamn Institute for Cell Mechanics" in one.hint
    _, report = read(known, tmp_path, changed("<affiliation>\torg-2", "<affiliation>\tORG-3"))
    (one,) = found(report, "AFF201")
    assert proposed(one) == [{"organisation": "o2"}]


def test_the_only_organisation_without_an_accno_is_proposed(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("organisation\torg-3", "organisation").replace(
        "<affiliation>\torg-2", "<affiliation>\torg-9"
    )
    (one,) = found(read(known, tmp_path, rows)[1], "AFF201")
    assert proposed(one) == [{"organisation": "o2"}]


def test_an_organisation_without_a_name_is_told_where_it_stands(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Name\tNorrhamn Institute for Cell Mechanics", "Name")
    _, report = read(known, tmp_path, rows)
    (one,) = found(report, "AFF003")
    assert one.severity == "error"
    assert one.message == "the organisation org-2 has no name"
    assert not found(report, "AFF201")
    assert not found(report, "SUB005")


def test_a_name_in_parts_is_proposed_as_a_whole(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Name\tMira Lindgren", "First Name\tMira\nLast Name\tLindgren")
    _, report = read(known, tmp_path, rows)
    (one,) = found(report, "AUT001")
    assert proposed(one) == ["Mira Lindgren"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mira@example.org Lindgren", True),
        ("<mira@example.org> Mira Lindgren", True),
        ("Lindgren (mira@example.org)", True),
        ("Mira Lindgren (@mira)", False),
        ("Mira Lindgren (ML)", False),
    ],
)
def test_an_address_within_a_name_is_told(
    name: str, told: bool, known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("Name\tMira Lindgren", f"Name\t{name}"))
    assert bool(found(report, "AUT116")) is told
    assert all(one.suggestion is None for one in found(report, "AUT116"))


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


def test_a_number_under_another_word_of_a_grant_is_proposed(
    known: Knowledge, tmp_path: Path
) -> None:
    grant = "\nFunding\tf-1\nAgency\tExample Foundation\nAward number\tEX-2024-118\n"
    _, report = read(known, tmp_path, changed("\nBiosample\tbs-1", f"{grant}\nBiosample\tbs-1"))
    (one,) = found(report, "FUN104")
    assert proposed(one)[0] == "EX-2024-118"


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


def test_what_the_form_demands_is_never_proposed_for_removal(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("mira.lindgren@example.org", "n/a"))
    (one,) = found(report, "AUT113")
    assert (one.severity, one.suggestion) == ("error", None)
    _, report = read(known, tmp_path, changed("mira.lindgren@example.org", "test@test.com"))
    (one,) = found(report, "AUT113")
    assert (one.severity, one.suggestion) == ("warning", None)
    _, report = read(known, tmp_path, changed("Scales were left on gels.", "TBD"))
    (one,) = found(report, "TXT106")
    assert one.suggestion is None


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
    report, done = subjects.validate(
        subject, known, day=dt.date(2026, 11, 22), profile="new", files=False
    )
    assert done
    assert [one.location.sheet for one in found(report, "SUB143")] == ["ReadMe"]


def test_a_list_of_files_stays_one_whatever_stands_behind_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", "Files")
    assert [one.kind for one in subjects.at(path)] == ["file-list"]


def test_a_formula_without_a_result_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    (subject,) = subjects.at(workbook(tmp_path / "study.xlsx", B8="=B3"))
    report, _ = subjects.validate(
        subject, known, day=dt.date(2026, 11, 22), profile="new", files=False
    )
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
    path = folder / "study.json"
    path.write_text(text, "utf-8")
    opened = sources.open_found(
        Found(given=path.name, document=path, folder=None), files=False, imported=False
    )
    assert opened.submission is not None
    look = Look(knowledge=known, day=dt.date(2026, 11, 22))
    return opened.submission.metadata, stages.validate(opened, look)


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


def test_a_slip_in_yaml_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(REMBI.replace("biological_entity:", "biological_entitiy:"), "utf-8")
    opened = sources.open_found(
        Found(given=path.name, document=path, folder=None), files=False, imported=False
    )
    report = stages.validate(opened, Look(knowledge=known, day=dt.date(2026, 11, 22)))
    (one,) = found(report, "SUB122")
    assert proposed(one)
    assert not found(report, "SUB125")


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


@pytest.mark.parametrize(
    "hint",
    [
        "[Enter title of the study here]",
        "<free text>",
        "[Title of your study, 25 characters at least]",
        "{Insert entity here: one of the list}",
        "<your biological entity>",
        "[select from the list]",
        "<Your title here in words that others can find>",
    ],
)
def test_hints_of_templates_in_brackets_are_placeholders(hint: str) -> None:
    assert waits(hint)


@pytest.mark.parametrize(
    "text",
    [
        "[Selecting the embryo: a review of methods]",
        "[Description of a new species of Drosophila from Chile]",
        "[Your brain, seen with light sheets and other microscopes]",
        "[Type II collagen in cartilage of the knee]",
        "[Name of the rose gene in the fly]",
        "[Fe(CN)6]",
        "<30 somite embryos>",
        "{beta}-catenin in {alpha}",
        "[PSI+] yeast",
    ],
)
def test_other_texts_in_brackets_are_values(text: str) -> None:
    assert not waits(text)


@pytest.mark.parametrize(
    ("given", "whole", "other"),
    [
        ("Actin ﬂow in ﬁns", "Actin flow in fins", None),
        ("Einﬂuss der Auﬂösung", "Einfluss der Auflösung", None),
        ("Justus Muster, Gieﬂen", "Justus Muster, Gießen", None),
        ("Weiﬂmann, Straﬂe 5", "Weißmann, Straße 5", None),
        ("auﬂerhalb der Zelle", "auflerhalb der Zelle", "außerhalb der Zelle"),
    ],
)
def test_a_joined_letter_may_be_a_sharp_s(
    known: Knowledge, tmp_path: Path, given: str, whole: str, other: str | None
) -> None:
    rows = changed("Keywords\tactin", f"Keywords\t{given}")
    (one,) = found(read(known, tmp_path, rows)[1], "TXT113")
    assert proposed(one) == [whole]
    assert one.suggestion is not None
    assert [after.after for (after,) in one.suggestion.alternatives] == ([other] if other else [])


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Prof. dr hab. Tomasz Żukowski", "Tomasz Żukowski"),
        ("doc. RNDr. Jan Novák, Ph.D.", "Jan Novák"),
        ("Priv.-Doz. Dr. med. Eva Beispiel", "Eva Beispiel"),
        ("Asst. Prof. Li Wei", "Li Wei"),
        ("Prof. Dr. Dr. h.c. mult. Karl Muster", "Karl Muster"),
        ("Ir. Jan de Vries", "Jan de Vries"),
        ("Doc Emmett Brown", None),
        ("Asta Nielsen", None),
        ("Ing-Marie Svensson", None),
    ],
)
def test_titles_of_many_countries_are_no_part_of_a_name(
    known: Knowledge, tmp_path: Path, given: str, name: str | None
) -> None:
    _, report = read(known, tmp_path, changed("Name\tMira Lindgren", f"Name\t{given}"))
    assert [proposed(one) for one in found(report, "AUT116")] == ([[name]] if name else [])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("We thank [add names] for help with the gels and all members of the group.", True),
        ("Gels were made as described [insert reference here] and coated.", True),
        ("Stiffness was 5 kPa [TBC], measured by indentation.", True),
        ("Gels were coated with fibronectin (to be completed).", True),
        ("Gels were coated as by Lindgren (to be published).", False),
        ("Stiffness was 5 kPa [1], measured in buffer [add 5 µl of DTT] by indentation.", False),
        ("[Update on actin flow]", False),
    ],
)
def test_what_is_left_open_within_a_text_is_told(
    known: Knowledge, tmp_path: Path, text: str, left: bool
) -> None:
    rows = changed("Scales were left on gels.", text)
    told = found(read(known, tmp_path, rows)[1], "TXT106")
    assert [one.severity for one in told] == (["warning"] if left else [])
    assert all("left open" in one.message and one.suggestion is None for one in told)


def test_the_digits_of_a_pubmed_id_are_proposed_out_of_a_sentence(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = ROWS + "\nPublication\nTitle\tActin flow\nPubMed ID\tPMID: 38123456.\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB109")
    assert proposed(one) == ["38123456"]


def test_every_sign_of_a_person_in_a_sentence_is_named(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Danio rerio", "Homo sapiens")
    rows = rows.replace("One cell each", "Cells of patient number 4711, date of birth 12.03.1987")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO202")
    assert one.message.endswith("speaks of patient number 4711 and date of birth")


def test_grouped_digits_and_decimals_are_proposed_whole(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS + "\nPublication\nTitle\tActin flow\nPubMed ID\t3 876 5432\n"
    rows += "\nFunding\nAgency\tResearch Council of Norway\ngrant_id\t320726.0\n"
    _, report = read(known, tmp_path, rows)
    (paper,), (grant,) = found(report, "PUB109"), found(report, "FUN101")
    assert (proposed(paper), proposed(grant)) == (["38765432"], ["320726"])
    assert not found(report, "FUN103")


@pytest.mark.parametrize("value", ["submitted to eLife", "Under review at Development", "in prep."])
def test_what_is_said_of_a_paper_without_doi_is_a_placeholder(
    known: Knowledge, tmp_path: Path, value: str
) -> None:
    _, report = read(known, tmp_path, ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{value}\n")
    assert [one.code for one in report.findings if one.code.startswith("PUB1")] == ["PUB107"]


def test_two_terms_with_a_comma_are_two_methods(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Imaging method\tspinning", "Imaging method\tfluorescence microscopy, spinning")
    (one,) = found(read(known, tmp_path, rows)[1], "ACQ105")
    assert proposed(one) == [
        [{"name": "fluorescence microscopy"}, {"name": "spinning disk confocal microscopy"}]
    ]


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("Bjørn A. Haugland, Ragnhild Øverland", True),
        ("García López, María José", False),
        ("van der Berg, Jan Peter", False),
        ("Martin L. King, Jr.", False),
    ],
)
def test_two_people_with_an_initial_are_two(
    known: Knowledge, tmp_path: Path, name: str, people: bool
) -> None:
    _, report = read(known, tmp_path, changed("Name\tMira Lindgren", f"Name\t{name}"))
    assert bool(found(report, "AUT114")) == people


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("3205 6786", "32056786"),
        ("https://pubmed.ncbi.nlm.nih.gov/26840719/?dopt=Abstract", "26840719"),
        ("www.ncbi.nlm.nih.gov/pubmed/26840719#abstract", "26840719"),
    ],
)
def test_a_pubmed_id_is_proposed_from_what_it_was_copied_with(
    known: Knowledge, tmp_path: Path, value: str, digits: str
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tActin flow\nPubMed ID\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB109")
    assert proposed(one) == [digits]


def test_a_doi_in_both_fields_is_proposed_out_of_the_wrong_one(
    known: Knowledge, tmp_path: Path
) -> None:
    paper = "DOI\tDOI:10.1234/a.2026.\nPubMed ID\t10.1234/a.2026\n"
    _, report = read(known, tmp_path, f"{ROWS}\nPublication\nTitle\tActin flow\n{paper}")
    (one,) = found(report, "PUB109")
    assert one.suggestion is not None
    assert [edit.do for edit in one.suggestion.operations] == ["remove"]


def test_a_shortened_species_is_no_common_name(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Organism\tDanio rerio", "Organism\tD. rerio")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO102")
    assert proposed(one) == ["Danio rerio"]


def test_numbers_of_grants_part_at_the_and_of_many_languages(
    known: Knowledge, tmp_path: Path
) -> None:
    for word in ("a", "i", "og", "och", "e"):
        number = f"GA22-12345S {word} GA23-54321S"
        rows = ROWS + f"\nFunding\nAgency\tExample Agency\ngrant_id\t{number}\n"
        (one,) = found(read(known, tmp_path, rows)[1], "FUN102")
        assert proposed(one)[0] == "GA22-12345S"


def test_a_name_in_brackets_agrees_with_its_address(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Name\tMira Lindgren", "Name\t山田 花子 (Hanako Yamada)")
    rows = rows.replace("mira.lindgren@", "hanako.yamada@")
    assert not found(read(known, tmp_path, rows)[1], "AUT201")


def test_a_comma_for_the_dot_of_a_country_comes_first(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("mira.lindgren@example.org", "tanaka@example.ac,jp")
    (one,) = found(read(known, tmp_path, rows)[1], "AUT105")
    assert proposed(one) == ["tanaka@example.ac.jp"]


def test_names_of_plant_genes_stay_whole(known: Knowledge, tmp_path: Path) -> None:
    given = ("OsPIP2;4", "PIP2;1; aquaporin; root", "actin;53BP1;2-photon")
    rows = changed("Keywords\tactin", "\n".join(f"Keywords\t{one}" for one in given))
    opened, report = read(known, tmp_path, rows)
    several, packed = found(report, "STU104")
    assert proposed(several) == [["PIP2;1", "aquaporin", "root"]]
    assert packed.suggestion is not None
    assert packed.suggestion.safety == "safe"
    judged = stages.curate(opened, Look(knowledge=known, day=dt.date(2026, 11, 22)))
    assert judged.submission is not None
    kept = judged.submission.metadata["study"]["keywords"]
    assert kept == [*given[:2], "actin", "53BP1", "2-photon"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Mice were born on 3 March 2021 and imaged at P21", None),
        ("The boy was born on 3 March 2021", "born on 3 march 2021"),
        ("He was born in March 1987 in Oslo", "born in march 1987"),
        ("Patient number 4711 gave cells for rats with their date of birth", "patient number 4711"),
    ],
)
def test_birth_dates_of_animals_are_no_matter_in_a_study_of_humans(
    known: Knowledge, tmp_path: Path, sentence: str, told: str | None
) -> None:
    rows = changed("Danio rerio", "Homo sapiens").replace("One cell each", sentence)
    flags = found(read(known, tmp_path, rows)[1], "BIO202")
    messages = [one.message.removeprefix("a study of humans speaks of ") for one in flags]
    assert messages == ([told] if told else [])


def test_ids_in_each_others_field_are_proposed_exchanged(known: Knowledge, tmp_path: Path) -> None:
    ids = "PubMed ID\tPMC8936015\nPMC ID\t35679401\n"
    _, report = read(known, tmp_path, f"{ROWS}\nPublication\nTitle\tActin flow\n{ids}")
    (one,) = [one for one in report.findings if one.code.startswith("PUB1")]
    assert proposed(one) == ["35679401", "PMC8936015"]


def test_a_text_pasted_twice_keeps_its_full_stop(known: Knowledge, tmp_path: Path) -> None:
    text = "Scales were left on gels."
    (one,) = found(read(known, tmp_path, changed(text, text + text))[1], "TXT107")
    assert proposed(one) == [text]


def test_a_taxon_id_that_is_not_known_is_told_in_words(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Organism\tDanio rerio", "Organism\tDanio rerio\n[NCBI taxon ID]\t99999999")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO201")
    assert "99999999 is not known here, and the organism named is Danio rerio" in one.message


def test_the_collection_in_other_capitals_is_named(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Template\tBioImages.v5", "Template\tBioImages.v5\nAttachTo\tbioimages")
    (one,) = found(read(known, tmp_path, rows)[1], "ACC206")
    assert one.message == "AttachTo names the collection 'bioimages', not 'BioImages'"


@pytest.mark.parametrize(
    ("value", "choices"),
    [
        ("10.1111/nph.18220 10.1111/nph.18221", ["10.1111/nph.18220", "10.1111/nph.18221"]),
        ("https://doi.org/10.1234/a; 10.1234/b", ["10.1234/a", "10.1234/b"]),
        ("bioRxiv 2023.05.01.538999", ["10.1101/2023.05.01.538999"]),
    ],
)
def test_several_dois_in_one_field_are_offered(
    known: Knowledge, tmp_path: Path, value: str, choices: list[str]
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{value}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "PUB106")
    assert one.suggestion is not None
    others = [after.after for (after,) in one.suggestion.alternatives]
    assert [*proposed(one), *others] == choices


def test_a_closing_quotation_mark_that_lost_a_byte_is_one(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Scales were", "â€œScalesâ€ of fish, or â€œskinâ€, were")
    (one,) = found(read(known, tmp_path, rows)[1], "TXT104")
    assert proposed(one) == ["“Scales” of fish, or “skin”, were left on gels."]


def test_a_person_with_another_accent_may_be_listed_twice(known: Knowledge, tmp_path: Path) -> None:
    def pair(one: str, other: str) -> list[Finding]:
        rows = changed("Name\tMira Lindgren", f"Name\t{one}")
        rows = rows.replace(
            "\norganisation\torg-2", f"\nauthor\nName\t{other}\n\norganisation\torg-2"
        )
        return found(read(known, tmp_path, rows)[1], "AUT202")

    (told,) = pair("Amélie Lefèbvre", "Amélie Lefébvre")
    assert told.message.endswith("stands twice among the authors, once as 'Amélie Lefèbvre'")
    assert not pair("Nguyễn Văn Hùng", "Nguyễn Văn Hưng")


@pytest.mark.parametrize(
    ("funder", "number", "numbers"),
    [
        ("ANR", "ANR-10-INBS-04 (FranceBioImaging)", ["ANR-10-INBS-04"]),
        ("FWO", "1SF3422N to T.C.", ["1SF3422N"]),
        ("AEI", "PID2020-114426GB-C21 MCIN/AEI/10.13039/501100011033", ["PID2020-114426GB-C21"]),
        ("AEI", "PID2019-104567GB-I00/AEI/10.13039/501100011033", ["PID2019-104567GB-I00"]),
        ("MEXT", "KAKENHI Grant Numbers JP19H05794 and JP19H05795", ["JP19H05794", "JP19H05795"]),
        ("DFG", "Project number 390732324 – EXC 2064/1", []),
    ],
)
def test_remarks_are_parted_from_the_number_of_a_grant(
    known: Knowledge, tmp_path: Path, funder: str, number: str, numbers: list[str]
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN101")
    if not numbers:
        assert one.suggestion is None
        return
    first, kept, *others = proposed(one)
    assert [first, *(other["grant_id"] for other in others)] == numbers
    assert kept == {"name": "Grant text", "value": number}


@pytest.mark.parametrize(
    ("funder", "number"),
    [
        ("DFG", "EXC 2067/1- 390729940"),
        ("NIH", "R01 GM123456"),
        ("Dutch Research Council", "016.Vidi.189.007"),
        ("DBT/Wellcome Trust India Alliance", "IA/I/17/1/503110"),
        ("DFG", "SFB1190 (P17)"),
    ],
)
def test_numbers_with_parts_of_their_own_are_left_alone(
    known: Knowledge, tmp_path: Path, funder: str, number: str
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    assert not found(read(known, tmp_path, rows)[1], "FUN101")


def test_grants_with_a_call_each_are_several(known: Knowledge, tmp_path: Path) -> None:
    number = "ERC-2022-COG 101057970; ERC-2016-STG 715243"
    rows = ROWS + f"\nFunding\nAgency\tEuropean Research Council\ngrant_id\t{number}\n"
    _, report = read(known, tmp_path, rows)
    assert not found(report, "FUN101")
    (one,) = found(report, "FUN102")
    assert [after if isinstance(after, str) else after["grant_id"] for after in proposed(one)] == (
        number.split("; ")
    )


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("mira lindgren@example.org", None),
        ("contact: mira@example.org", "mira@example.org"),
        ("mira@@example.org", "mira@example.org"),
        ("mira at example dot org", "mira@example.org"),
    ],
)
def test_an_address_is_proposed_only_where_all_of_it_is_told(
    known: Knowledge, tmp_path: Path, given: str, meant: str | None
) -> None:
    _, report = read(known, tmp_path, changed("mira.lindgren@example.org", given))
    (one,) = found(report, "AUT105") + found(report, "AUT110")
    assert (proposed(one) if one.suggestion else []) == ([meant] if meant else [])


def test_a_multiplication_sign_for_the_last_letter_of_an_orcid(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("E-mail\tmira", "ORCID\t0000-0002-1694-233×\nE-mail\tmira")
    (one,) = found(read(known, tmp_path, rows)[1], "ORC101")
    assert proposed(one) == ["0000-0002-1694-233X"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("218250097", ["0000-0002-1825-0097"]),
        ("218250097.0", ["0000-0002-1825-0097"]),
        ("000-0002-1825-0097", ["0000-0002-1825-0097"]),
        ("21694233X", ["0000-0002-1694-233X"]),
        ("218250098", []),
        ("0000-0002-1825-009", []),
    ],
)
def test_zeros_that_a_spreadsheet_dropped_are_proposed(
    known: Knowledge, tmp_path: Path, given: str, meant: list[str]
) -> None:
    rows = changed("E-mail\tmira", f"ORCID\t{given}\nE-mail\tmira")
    (one,) = found(read(known, tmp_path, rows)[1], "ORC101")
    assert (proposed(one) if one.suggestion else []) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Bounding box", "bounding_boxes"),
        ("Instance segmentation masks", "segmentation_mask"),
        ("segmentaion_mask", "segmentation_mask"),
        ("Class label", "class_labels"),
        ("class", "class_labels"),
        ("Classes", "class_labels"),
        ("Heat map", None),
    ],
)
def test_a_usual_word_for_a_type_of_annotation_is_proposed_as_the_form_has_it(
    known: Knowledge, tmp_path: Path, given: str, meant: str | None
) -> None:
    rows = ROWS + f"\nAnnotations\ta-1\nTitle\tCells\nAnnotation Type\t{given}\nFile List\ta.tsv\n"
    (one,) = found(read(known, tmp_path, rows)[1], "ANN101")
    assert (proposed(one) if one.suggestion else [None]) == [meant]


def test_what_stands_in_brackets_behind_an_organism_is_kept(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("Danio rerio", "Human (HeLa cells)"))
    (one,) = found(report, "BIO102")
    assert proposed(one) == ["Homo sapiens (HeLa cells)", "Human"]


def test_a_term_in_brackets_is_the_first_to_be_proposed(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("spinning disk confocal microscopy", "Electron microscopy (TEM)")
    (one,) = found(read(known, tmp_path, rows)[1], "ACQ101")
    assert proposed(one) == ["transmission electron microscopy (TEM)"]


def test_an_organism_with_its_id_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("Danio rerio", "Mouse (10090)"))
    assert [one.code for one in report.findings if one.code.startswith("BIO")] == ["BIO107"]


@pytest.mark.parametrize("given", ["mira@lab.example。org", "mira@lab．example．org"])
def test_full_stops_of_east_asian_programs_are_dots(
    known: Knowledge, tmp_path: Path, given: str
) -> None:
    _, report = read(known, tmp_path, changed("mira.lindgren@example.org", given))
    (one,) = found(report, "AUT105")
    assert proposed(one) == ["mira@lab.example.org"]


def test_a_domain_that_a_co_author_has_longer_is_cut(known: Knowledge, tmp_path: Path) -> None:
    other = "\nauthor\nName\tTomas Example\nE-mail\ttomas@lab.example.ac.uk\n<affiliation>\torg-2\n"
    rows = changed("\norganisation\torg-2", f"{other}\norganisation\torg-2")
    rows = rows.replace("mira.lindgren@example.org", "mira@lab.example.ac")
    (one,) = found(read(known, tmp_path, rows)[1], "AUT105")
    assert one.severity == "warning"
    assert proposed(one) == ["mira@lab.example.ac.uk"]


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
    ("given", "meant"),
    [
        ("https://doi.org/10.1038/s41586-020-2649-2 (accessed 1 May 2024)", None),
        ("“10.1038/s41586-020-2649-2”", None),
        ("urn:doi:10.1038/s41586-020-2649-2", None),
        ("https://dx.doi.org:10.1038/s41586-020-2649-2", None),
        ("https://doi.org/doi.org/10.1038/s41586-020-2649-2", None),
        ("https://doi.org/https://doi.org/10.1038/s41586-020-2649-2", None),
        ("https://doi.org/10.1038/s41586-020-2649-2?utm_source=mail", None),
        ("10.1038/s41586-020-2649-2;10.1101/2020.01.01.123456", None),
        ("https://doi.org/10.1038/s41586-020-2649-2,https://doi.org/10.1101/123456", None),
        ("10.1038/ s41586-020-2649-2", None),
        ("10.1038/s41586-020- 2649-2", None),
        ("10.1101/2020.01.01.123456v2", "10.1101/2020.01.01.123456"),
        ("10.1101/123456v1.full.pdf", "10.1101/123456"),
    ],
)
def test_the_doi_is_proposed_whole(
    known: Knowledge, tmp_path: Path, given: str, meant: str | None
) -> None:
    rows = ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{given}\n"
    told = [one for one in read(known, tmp_path, rows)[1].findings if one.code.startswith("PUB1")]
    assert proposed(told[0]) == [meant or "10.1038/s41586-020-2649-2"]
    assert len(told) == 1


@pytest.mark.parametrize("doi", ["10.1101/gr.123456.111", "10.1101/cshperspect.a000001"])
def test_dois_of_journals_have_no_version(known: Knowledge, tmp_path: Path, doi: str) -> None:
    _, report = read(known, tmp_path, ROWS + f"\nPublication\nTitle\tActin flow\nDOI\t{doi}\n")
    assert not [one for one in report.findings if one.code.startswith("PUB1")]


def test_an_accno_without_its_hyphen_is_proposed(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("<affiliation>\torg-2", "<affiliation>\tOrg2"))
    (one,) = found(report, "AFF201")
    assert proposed(one) == [{"organisation": "o1"}]


def test_a_footnote_behind_a_name_is_no_letter_of_it(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("Name\tMira Lindgren", "Name\tMira Lindgren¹"))
    assert found(report, "AUT116")
    assert not found(report, "AUT201")


@pytest.mark.parametrize(
    ("given", "urls"),
    [
        ("https:// example.org/x", ["https://example.org/x"]),
        ("[code](https://example.org/x)", ["https://example.org/x"]),
        ("ENA PRJEB12345", ["PRJEB12345"]),
        (
            "https://example.org/x https://example.org/y",
            ["https://example.org/x", "https://example.org/y"],
        ),
        ("see paper", []),
    ],
)
def test_the_address_within_a_link_is_proposed(
    known: Knowledge, tmp_path: Path, given: str, urls: list[str]
) -> None:
    rows = ROWS + f"\nLinks\tDescription\n{given}\tPage\n"
    (one,) = found(read(known, tmp_path, rows)[1], "LNK102")
    after = proposed(one) if one.suggestion else []
    assert [url if isinstance(url, str) else url["url"] for url in after] == urls


@pytest.mark.parametrize("name", ["CC BY 4.0 NC", "CC-BY 4.0-NC", "CC BY 4.0 / MIT", "not CC0"])
def test_no_licence_is_proposed_beside_other_terms(
    known: Knowledge, tmp_path: Path, name: str
) -> None:
    (one,) = found(read(known, tmp_path, changed("CC BY 4.0", name))[1], "LIC301")
    assert one.suggestion is None


def test_genotypes_and_the_marks_of_sentences_are_no_safe_changes(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Keywords\tactin", "Keywords\tNkx2.1-Cre;Ai9\nKeywords\tw[1118];UAS-GFP;+")
    opened, report = read(known, tmp_path, rows + "\nLink\t10.5281/zenodo.123456.\n")
    assert not found(report, "STU104")
    (one,) = found(report, "LNK102")
    assert proposed(one) == ["10.5281/zenodo.123456"]
    safe = [one for one in report.findings if one.suggestion and one.suggestion.safety == "safe"]
    assert not [one for one in safe if one.code.startswith(("LNK", "STU"))]
    assert opened.submission is not None


def test_a_link_without_address_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, ROWS + "\nLinks\tDescription\n\tPage\n")
    codes = [one.code for one in report.findings if one.code in ("SUB032", "LNK002")]
    assert codes == ["SUB032"]


def test_quotation_marks_around_packed_keywords_are_left_out(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Keywords\tactin", 'Keywords\t"actin", “myosin”')
    (one,) = found(read(known, tmp_path, rows)[1], "STU105")
    assert proposed(one) == [["actin", "myosin"]]


@pytest.mark.parametrize(
    "sound",
    [
        "Images are named plate_???_A1.tif or img???.tif of each well.",
        "Labels were drawn by hand (allowing new masks to be added) and read twice.",
        "The protocol is at https://example.org/watch123?l=de for all.",
    ],
)
def test_patterns_addresses_and_what_a_program_allows_are_sound_text(
    known: Knowledge, tmp_path: Path, sound: str
) -> None:
    _, report = read(known, tmp_path, changed("Scales were left on gels.", sound))
    assert not found(report, "TXT106")
    assert not found(report, "TXT112")


@pytest.mark.parametrize(
    "left", ["Excited at ???nm.", "Scale bars (to be added)", "Imaged at 37 ?C."]
)
def test_what_is_left_open_or_lost_beside_them_is_told(
    known: Knowledge, tmp_path: Path, left: str
) -> None:
    _, report = read(known, tmp_path, changed("Scales were left on gels.", left))
    assert len(found(report, "TXT106") + found(report, "TXT112")) == 1


def test_a_spanish_name_in_polish_text_is_not_made_polish() -> None:
    told = in_own_code_page("Wydzia³ Biologii, with Pedro Muñoz")
    assert told is not None
    assert told[1] is None


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


def test_a_shortened_species_in_brackets_is_told_by_the_whole_one(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Danio rerio", "Yeast (S. cerevisiae)")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO102")
    assert proposed(one) == ["Saccharomyces cerevisiae", "Yeast"]
