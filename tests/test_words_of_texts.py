"""Texts and keywords as depositors write them: placeholders, lost letters, what is left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import stages
from pipeline.checks.code_pages import in_own_code_page
from pipeline.checks.wording import waits
from pipeline.knowledge import Knowledge
from pipeline.stages import Look
from tests.archives import DAY
from tests.documents import changed
from tests.judged import found, proposed, read


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


def test_names_of_plant_genes_stay_whole(known: Knowledge, tmp_path: Path) -> None:
    given = ("OsPIP2;4", "PIP2;1; aquaporin; root", "actin;53BP1;2-photon")
    rows = changed("Keywords\tactin", "\n".join(f"Keywords\t{one}" for one in given))
    opened, report = read(known, tmp_path, rows)
    several, packed = found(report, "STU104")
    assert proposed(several) == [["PIP2;1", "aquaporin", "root"]]
    assert packed.suggestion is not None
    assert packed.suggestion.safety == "safe"
    judged = stages.curate(opened, Look(knowledge=known, day=DAY))
    assert judged.submission is not None
    kept = judged.submission.metadata["study"]["keywords"]
    assert kept == [*given[:2], "actin", "53BP1", "2-photon"]


def test_a_text_pasted_twice_keeps_its_full_stop(known: Knowledge, tmp_path: Path) -> None:
    text = "Scales were left on gels."
    (one,) = found(read(known, tmp_path, changed(text, text + text))[1], "TXT107")
    assert proposed(one) == [text]


def test_a_closing_quotation_mark_that_lost_a_byte_is_one(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Scales were", "â€œScalesâ€ of fish, or â€œskinâ€, were")
    (one,) = found(read(known, tmp_path, rows)[1], "TXT104")
    assert proposed(one) == ["“Scales” of fish, or “skin”, were left on gels."]


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
    ("text", "told"),
    [("TODO add Simon", True), ("TODO list of the lab", False), ("Todo Lab", False)],
)
def test_what_begins_with_todo_is_left_open(
    known: Knowledge, tmp_path: Path, text: str, told: bool
) -> None:
    rows = changed("Keywords\tactin", f"Acknowledgements\t{text}\nKeywords\tactin")
    assert bool(found(read(known, tmp_path, rows)[1], "TXT106")) == told


def test_a_request_of_a_form_is_no_value(known: Knowledge, tmp_path: Path) -> None:
    said = "Please describe how the sample was prepared"
    rows = changed("Scales were left on gels.", said)
    (one,) = found(read(known, tmp_path, rows)[1], "TXT106")
    assert one.severity == "warning"


def test_a_submission_with_another_title_than_its_study_is_told(
    known: Knowledge, tmp_path: Path
) -> None:
    above, own = "Title\tRetrograde actin flow", "Title\tAnterograde actin flow"
    rows = changed(f"Study\n{above}", f"Study\n{own}")
    opened, report = read(known, tmp_path, rows)
    (one,) = found(report, "SUB205")
    assert (one.severity, one.location.line) == ("warning", 3)
    assert opened.submission.metadata["study"]["title"].startswith("Anterograde")
    spaced = changed(f"Study\n{above}", f"Study\n{above.replace(' ', '  ')}")
    assert not found(read(known, tmp_path, spaced)[1], "SUB205")


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("TBD - imaging of zebrafish hearts", True),
        ("TBC: imaging of zebrafish hearts", True),
        ("TBD-tagged proteins in zebrafish hearts", False),
        ("TBC1D15 at the mitochondria of fish", False),
    ],
)
def test_a_title_that_begins_with_a_word_for_later_is_left_open(
    known: Knowledge, tmp_path: Path, title: str, told: bool
) -> None:
    rows = changed(
        "Study\nTitle\tRetrograde actin flow in crawling keratocytes", f"Study\nTitle\t{title}"
    )
    assert bool(found(read(known, tmp_path, rows)[1], "TXT106")) == told


def test_a_line_end_written_as_letters_parts_no_keywords(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Keywords\tactin", "Keywords\tactin\\nmyosin")
    (one,) = found(read(known, tmp_path, rows)[1], "STU106", "TXT114")
    assert one.code == "TXT114"


def test_the_commands_of_a_word_processor_are_told_and_not_broken(
    known: Knowledge, tmp_path: Path
) -> None:
    text = r"{\rtf1\ansi {\fonttbl {\f0 Times;}} Scales were left on gels.}"
    _, report = read(known, tmp_path, changed("Scales were left on gels.", text))
    (one,) = found(report, "TXT114")
    assert "RTF" in one.message
    assert one.suggestion is None
