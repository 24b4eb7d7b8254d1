"""People and their organisations as depositors write them: names, addresses, iDs, affiliations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.findings import Finding
from pipeline.knowledge import Knowledge
from tests.documents import changed
from tests.judged import found, look, proposed, read


@pytest.mark.parametrize("name", ["Research Council of Norway", "The Research Council of Norway"])
def test_the_article_is_no_part_of_an_organisations_name(
    known: Knowledge, tmp_path: Path, name: str
) -> None:
    _, report = read(known, tmp_path, changed("Norrhamn Institute for Cell Mechanics", name))
    one = found(report, "AFF002")[0]
    assert proposed(one) == ["https://ror.org/00epmv149"]


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


def test_a_name_in_brackets_agrees_with_its_address(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Name\tMira Lindgren", "Name\t山田 花子 (Hanako Yamada)")
    rows = rows.replace("mira.lindgren@", "hanako.yamada@")
    assert not found(read(known, tmp_path, rows)[1], "AUT201")


def test_a_comma_for_the_dot_of_a_country_comes_first(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("mira.lindgren@example.org", "tanaka@example.ac,jp")
    (one,) = found(read(known, tmp_path, rows)[1], "AUT105")
    assert proposed(one) == ["tanaka@example.ac.jp"]


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


def test_an_accno_without_its_hyphen_is_proposed(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("<affiliation>\torg-2", "<affiliation>\tOrg2"))
    (one,) = found(report, "AFF201")
    assert proposed(one) == [{"organisation": "o1"}]


def test_a_footnote_behind_a_name_is_no_letter_of_it(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("Name\tMira Lindgren", "Name\tMira Lindgren¹"))
    assert found(report, "AUT116")
    assert not found(report, "AUT201")


@pytest.mark.parametrize(
    ("name", "address", "told"),
    [
        ("Siobhán Ní Dhomhnaill", "lindgren@example.org", "is also the address of 'Mira Lindgren'"),
        ("M. Lindgren-Berg", "lindgren@example.org", None),
        ("王 小明", "lindgren@example.org", None),
        ("Sjoerd Stallinga-de Vries", "s.stalinga@example.org", "differ in one letter"),
        ("Sjoerd Stallinga-de Vries", "s.stallinga@example.org", None),
    ],
)
def test_an_address_that_another_author_has_is_told(
    known: Knowledge, tmp_path: Path, name: str, address: str, told: str | None
) -> None:
    other = (
        f"\nauthor\nName\t{name}\nE-mail\t{address}\n<affiliation>\torg-2\n\norganisation\torg-2"
    )
    rows = changed("mira.lindgren@", "lindgren@").replace("\norganisation\torg-2", other)
    flags = found(read(known, tmp_path, rows)[1], "AUT201")
    assert len(flags) == (1 if told else 0)
    assert all(told in one.message for one in flags if told)


@pytest.mark.parametrize(
    ("domain", "whole", "told"),
    [
        ("inst.mpg", "inst.mpg.de", True),
        ("inst.com", "inst.com.br", False),
        ("inst.de", "mail.inst.de", False),
    ],
)
def test_a_domain_that_lacks_the_end_of_another_authors_is_cut_off(
    known: Knowledge, tmp_path: Path, domain: str, whole: str, told: bool
) -> None:
    other = f"\nauthor\nName\tTomas Achterberg\nE-mail\tt.achterberg@{domain}\n"
    other += "<affiliation>\torg-2\n\norganisation\torg-2"
    rows = changed("@example.org", f"@{whole}").replace("\norganisation\torg-2", other)
    flags = found(read(known, tmp_path, rows)[1], "AUT105")
    assert [proposed(one) for one in flags] == ([[f"t.achterberg@{whole}"]] if told else [])


def test_an_organisation_under_its_name_with_shortened_words_is_proposed(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("<affiliation>\torg-2", "affiliation\tNorrhamn Inst. for Cell Mech.")
    (one,) = found(read(known, tmp_path, rows)[1], "AFF201")
    assert proposed(one) == [{"organisation": "o1"}]


@pytest.mark.parametrize(
    ("name", "address", "twice"),
    [
        ("M. Lindgren", "mira.lindgren@example.org", True),
        ("M. A. Lindgren", "mira.lindgren@example.org", False),
        ("N. Lindgren", "mira.lindgren@example.org", False),
        ("M. Lindgren", "other@example.org", False),
    ],
)
def test_a_shorter_form_of_a_name_with_the_same_address_is_the_same_author(
    known: Knowledge, tmp_path: Path, name: str, address: str, twice: bool
) -> None:
    other = (
        f"\nauthor\nName\t{name}\nE-mail\t{address}\n<affiliation>\torg-2\n\norganisation\torg-2"
    )
    rows = changed("\norganisation\torg-2", other)
    assert bool(found(read(known, tmp_path, rows)[1], "AUT202")) == twice


@pytest.mark.parametrize(
    ("text", "meant"),
    [("NICM", True), ("Norrhamn Institute", True), ("Norrhamn", False), ("NI", False)],
)
def test_an_organisation_by_its_initials_or_beginning_is_proposed(
    known: Knowledge, tmp_path: Path, text: str, meant: bool
) -> None:
    rows = changed("<affiliation>\torg-2", f"<affiliation>\t{text}")
    (one,) = found(read(known, tmp_path, rows)[1], "AFF201")
    assert (proposed(one) if one.suggestion else []) == ([{"organisation": "o1"}] if meant else [])


def test_a_word_for_no_role_is_not_two_roles(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("<affiliation>\torg-2", "Role\tn/a\n<affiliation>\torg-2")
    assert not found(read(known, tmp_path, rows)[1], "AUT112")


@pytest.mark.parametrize(
    "value",
    [
        *("not registered", "Not registered yet", "not yet registered", "unregistered"),
        *("no orcid yet", "none yet", "does not have one", "no ORCID registered"),
    ],
)
def test_words_for_no_orcid_are_placeholders(known: Knowledge, tmp_path: Path, value: str) -> None:
    rows = changed("E-mail", f"ORCID\t{value}\nE-mail")
    (one,) = found(read(known, tmp_path, rows)[1], "ORC101", "ORC104")
    assert (one.code, one.severity) == ("ORC104", "warning")


@pytest.mark.parametrize("value", ["registered", "0000-0002-1825", "orcid registered no"])
def test_other_words_for_an_orcid_are_none(known: Knowledge, tmp_path: Path, value: str) -> None:
    rows = changed("E-mail", f"ORCID\t{value}\nE-mail")
    assert not found(read(known, tmp_path, rows)[1], "ORC104")


def _deposition(**given: Any) -> str:
    person = {"first_name": "Mira", "last_name": "Lindgren", "email": "m@example.org"}
    names = ("('Lindgren', 'M')", "('Lindgren', 'K')", "('Achterberg', 'T')")
    made = {
        "title": "Actin filaments of crawling keratocytes",
        "authors": [{"name": name, "author_orcid": ""} for name in names],
        "corresponding_author": {**person, "author_orcid": ""},
        "principal_investigator": [{**person, "author_orcid": ""}],
        "imagesets": [{"name": "Movies", "directory": "data/movies", "details": "One each"}],
    }
    return json.dumps({**made, **given})


def test_a_person_of_several_parts_of_a_deposition_counts_once(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = look(known, tmp_path, "empiar.json", _deposition())
    assert len(found(report, "ORC001")) == 3
    (one,) = found(report, "AFF001")
    assert "'Lindgren M' and 2 more" in one.message


def test_what_one_part_of_a_deposition_says_of_a_person_holds_for_all(
    known: Knowledge, tmp_path: Path
) -> None:
    told = {"organization": "Norrhamn Institute", "author_orcid": "0000-0002-1825-0097"}
    person = {"first_name": "Mira", "last_name": "Lindgren", **told}
    text = _deposition(corresponding_author=person)
    _, report = look(known, tmp_path, "empiar.json", text)
    assert len(found(report, "ORC001")) == 2


def test_an_orcid_beside_no_name_is_not_of_two_people(known: Knowledge, tmp_path: Path) -> None:
    text = _deposition(
        authors=[{"name": "('Lindgren', 'M')", "author_orcid": "0000-0002-1825-0097"}],
        corresponding_author={"first_name": "", "author_orcid": "0000-0002-1825-0097"},
    )
    assert not found(look(known, tmp_path, "empiar.json", text)[1], "ORC201")


def test_a_doi_of_another_entry_is_told(known: Knowledge, tmp_path: Path) -> None:
    inner = json.loads(_deposition(entry_doi="10.6019/EMPIAR-11111"))
    _, report = look(known, tmp_path, "empiar.json", json.dumps({"EMPIAR-22222": inner}))
    (one,) = found(report, "ACC205")
    assert "EMPIAR-22222" in one.message
    _, report = look(known, tmp_path, "empiar.json", json.dumps({"EMPIAR-11111": inner}))
    assert not found(report, "ACC205")
