"""Grants as depositors write them: numbers with words around them, several in one field."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.knowledge import Knowledge
from tests.documents import ROWS, changed
from tests.judged import found, proposed, read


def test_a_number_under_another_word_of_a_grant_is_proposed(
    known: Knowledge, tmp_path: Path
) -> None:
    grant = "\nFunding\tf-1\nAgency\tExample Foundation\nAward number\tEX-2024-118\n"
    _, report = read(known, tmp_path, changed("\nBiosample\tbs-1", f"{grant}\nBiosample\tbs-1"))
    (one,) = found(report, "FUN104")
    assert proposed(one)[0] == "EX-2024-118"


def test_numbers_of_grants_part_at_the_and_of_many_languages(
    known: Knowledge, tmp_path: Path
) -> None:
    for word in ("a", "i", "og", "och", "e"):
        number = f"GA22-12345S {word} GA23-54321S"
        rows = ROWS + f"\nFunding\nAgency\tExample Agency\ngrant_id\t{number}\n"
        (one,) = found(read(known, tmp_path, rows)[1], "FUN102")
        assert proposed(one)[0] == "GA22-12345S"


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
    ("funder", "number"),
    [
        ("JSPS", "P21391"),
        ("Czech Science Foundation", "GA23-05543S"),
        ("KWF Kankerbestrijding", "11315/2017-1"),
        ("AEI", "RYC2021-031234-I"),
        ("DFG", "TRR 267/Z02"),
        ("Swedish Research Council", "2021-03451_VR"),
        ("Chan Zuckerberg Initiative", "2021-240504 (5022)"),
        ("British Heart Foundation", "RG/F/22/110081"),
        ("Volkswagen Foundation", "9B 123"),
        ("NIHR", "BRC-1299-29914"),
        ("NIHR", "RP-PG-0699-19966"),
        ("Swiss National Science Foundation", "TMAG-3_299277/1"),
        ("Alzheimer's Research UK", "ARUK-PG2029A-093"),
        ("American Cancer Society", "RSG-29-172-91-CSM"),
        ("Cancer Research UK", "DRCNPG-May29\\199991"),
        ("Cancer Research UK", "SEBINT-2029/199993"),
        ("British Heart Foundation", "FS/4yPhD/F/29/34939"),
        ("Leverhulme Trust", "DS-2029-924"),
        ("Royal Society", "RGF\\EA\\199932"),
        ("Royal Society", "UF199952"),
        ("BBSRC", "BBS/OS/NW/909991"),
        ("National Cancer Institute", "ZIA BC 019999"),
        ("NIH", "HHSN292299999996C"),
        ("NIGMS", "1 R35GM199992"),
        ("NSERC", "DGECR-2029-90123"),
        ("Human Frontier Science Program", "CDA90034/2027-C"),
        ("European Molecular Biology Organization", "IG-9310-2029"),
        ("JSPS", "29379999"),
        ("Japan Agency for Medical Research and Development", "JP29ama929991"),
        ("National Natural Science Foundation of China", "82259419293"),
        ("AEI", "SEV-2029-0929"),
        ("Instituto de Salud Carlos III", "CB26/91/90350"),
        ("Instituto de Salud Carlos III", "PT27/9009/9019"),
        ("Fundação para a Ciência e a Tecnologia", "POCI-01-9145-FEDER-997274"),
        ("Fonds Wetenschappelijk Onderzoek", "S009929N"),
        ("Dutch Research Council", "ALWOP.2029.129"),
        ("Knut and Alice Wallenberg Foundation", "KAW2029.9352"),
        ("Independent Research Fund Denmark", "DFF-4999-90289"),
        ("Science Foundation Ireland", "29/FFP-P/9809"),
        ("Ministry of Education, Youth and Sports", "LX29NPO5993"),
        ("Gordon and Betty Moore Foundation", "GBMF 9558"),
        ("Gates Foundation", "OPP59729"),
    ],
)
def test_numbers_of_fellowships_and_of_parts_of_programmes_are_usual(
    known: Knowledge, tmp_path: Path, funder: str, number: str
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    assert not found(read(known, tmp_path, rows)[1], "FUN101", "FUN102", "FUN103")


@pytest.mark.parametrize(
    ("funder", "number"),
    [
        ("NIHR", "1299-29914"),
        ("Swiss National Science Foundation", "TMAG-3_2992"),
        ("Alzheimer's Research UK", "PG2029A-093"),
        ("Leverhulme Trust", "2029-924"),
        ("National Cancer Institute", "R01GM199992"),
        ("National Natural Science Foundation of China", "822594192"),
        ("NSERC", "2022-0432"),
    ],
)
def test_numbers_with_a_part_too_few_are_unusual(
    known: Knowledge, tmp_path: Path, funder: str, number: str
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    assert found(read(known, tmp_path, rows)[1], "FUN103")


@pytest.mark.parametrize("number", ["101 057 970", "AI4Life"])
def test_a_grant_of_the_union_that_is_listed_is_not_in_the_text_only(
    known: Knowledge, tmp_path: Path, number: str
) -> None:
    said = "Funded by the European Union (grant agreement 101057970)."
    rows = changed("\nLicense\t", f"\nFunding statement\t{said}\nLicense\t")
    rows += f"\nFunding\nAgency\tEuropean Commission\ngrant_id\t{number}\n"
    _, report = read(known, tmp_path, rows)
    assert not found(report, "HEU002")
    (one,) = found(report, "FUN101", "FUN103")
    assert proposed(one)[0] == "101057970"


@pytest.mark.parametrize(
    ("number", "told"),
    [("intramural", True), ("start-up", True), ("ROSAE", False), ("Ambizione", False)],
)
def test_a_small_word_is_no_grant_number(
    known: Knowledge, tmp_path: Path, number: str, told: bool
) -> None:
    rows = ROWS + f"\nFunding\nAgency\tExample Foundation\ngrant_id\t{number}\n"
    assert bool(found(read(known, tmp_path, rows)[1], "FUN101")) == told


@pytest.mark.parametrize(
    ("funder", "named"),
    [
        ("Villum Fonden; Example Foundation", 2),
        ("Example Foundation;Example Trust", 0),
        ("NIH / NIAID (intramural)", 0),
    ],
)
def test_a_semicolon_parts_funders_of_which_one_is_known(
    known: Knowledge, tmp_path: Path, funder: str, named: int
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{funder}\ngrant_id\t00025414\n"
    told = found(read(known, tmp_path, rows)[1], "FUN106")
    assert [one.message.split(":")[0] for one in told] == (
        [f"the field names {named} funders"] if named else []
    )


def test_a_placeholder_for_a_funder_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    codes = ("FUN002", "HEU202", "TXT106")
    for number in ("", "grant_id\t101057970\n"):
        rows = ROWS + f"\nFunding\nAgency\tTBA\n{number}"
        (one,) = found(read(known, tmp_path, rows)[1], *codes)
        assert one.code == "TXT106"


@pytest.mark.parametrize("name", ["Agencies", "Agncy"])
def test_a_funder_under_a_slip_of_its_field_is_proposed(
    known: Knowledge, tmp_path: Path, name: str
) -> None:
    rows = ROWS + f"\nFunding\n{name}\tExample Foundation\ngrant_id\tEX-118\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN003", "FUN104")
    assert one.code == "FUN104"
    assert proposed(one)[0] == "Example Foundation"


@pytest.mark.parametrize(
    ("given", "slot", "kept"),
    [
        ("10.13039/501100001659", "funder_crossref_id", "10.13039/501100001659"),
        ("https://ror.org/018mejw64", "funder_ror", "https://ror.org/018mejw64"),
    ],
)
def test_the_id_of_a_funder_in_the_place_of_its_name_is_proposed_apart(
    known: Knowledge, tmp_path: Path, given: str, slot: str, kept: str
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{given}\ngrant_id\t403222702\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN003", "FUN105")
    assert one.code == "FUN003"
    assert proposed(one) == ["Deutsche Forschungsgemeinschaft", kept]
    assert one.suggestion is not None
    assert one.suggestion.operations[1].place == f"/study/grants/0/{slot}"


@pytest.mark.parametrize(
    ("funder", "number"),
    [
        ("UK Research and Innovation", "EP/X027287/1 [grant number 101057970]"),
        ("NIH", "T32 training grant"),
    ],
)
def test_no_number_is_proposed_where_another_may_be_meant(
    known: Knowledge, tmp_path: Path, funder: str, number: str
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN101")
    assert one.suggestion is None


def test_an_unseen_character_in_a_number_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS + "\nFunding\nAgency\tEuropean Research Council\ngrant_id\t\u200c101057970\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN101", "FUN103", "TXT102")
    assert one.code == "TXT102"


def test_funders_are_parted_without_the_comma_between(known: Knowledge, tmp_path: Path) -> None:
    rows = ROWS + "\nFunding\nAgency\tMax Planck Society, and the Volkswagen Foundation\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN106")
    assert proposed(one) == ["Max Planck Society", {"funder": "Volkswagen Foundation"}]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("No specific funding.", False),
        ("This work received no specific grant from any funding agency.", False),
        ("Self-funded", False),
        ("No funding from companies; supported by the Example Foundation", True),
        ("The funders had no role.", True),
    ],
)
def test_a_statement_of_no_funding_is_no_funding_in_text_only(
    known: Knowledge, tmp_path: Path, statement: str, told: bool
) -> None:
    rows = changed("Keywords\tactin", f"Funding statement\t{statement}\nKeywords\tactin")
    assert bool(found(read(known, tmp_path, rows)[1], "FUN004")) == told


def test_a_number_behind_the_name_of_its_call_is_of_horizon_europe(
    known: Knowledge, tmp_path: Path
) -> None:
    said = "Funding statement\tSupported by HORIZON-INFRA-2021-101057970.\nKeywords\tactin"
    (one,) = found(read(known, tmp_path, changed("Keywords\tactin", said))[1], "HEU002")
    assert "101057970 (AI4LIFE)" in one.message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Welcome Trust", "Wellcome Trust"),
        ("Europaen Research Council", "European Research Council"),
        ("Example Trust", None),
        # another funder's word in the place of one, and a name of two slips
        ("Russian Research Council", None),
        ("Wellcom Trusst", None),
    ],
)
def test_a_funder_one_letter_off_is_proposed(
    known: Knowledge, tmp_path: Path, written: str, meant: str | None
) -> None:
    rows = ROWS + f"\nFunding\nAgency\t{written}\nGrant_id\t210585\n"
    told = found(read(known, tmp_path, rows)[1], "FUN107")
    assert [proposed(one) for one in told] == ([[meant]] if meant else [])


_STATED = "Study\nFunding statement\tFunded by Horizon Europe, grant agreement 101057970{}.\nTitle"


@pytest.mark.parametrize("number", ["101057907", "10105797", "1010579700", "101057971"])
def test_a_listed_number_one_slip_off_the_text_is_corrected(
    known: Knowledge, tmp_path: Path, number: str
) -> None:
    rows = changed("Study\nTitle", _STATED.format(""))
    rows += f"\nFunding\nAgency\tEuropean Commission\ngrant_id\t{number}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "HEU002")
    assert (one.place, one.severity) == ("/study/grants/0/grant_id", "hint")
    assert proposed(one) == ["101057970"]


@pytest.mark.parametrize(
    ("funder", "number", "also"),
    [
        ("European Commission", "101046203", ""),
        ("European Commission", "101057971", " and 101057971"),
        ("Deutsche Forschungsgemeinschaft", "101057971", ""),
    ],
)
def test_another_grant_beside_that_of_the_text_stays(
    known: Knowledge, tmp_path: Path, funder: str, number: str, also: str
) -> None:
    rows = changed("Study\nTitle", _STATED.format(also))
    rows += f"\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "HEU002")
    assert one.suggestion is not None
    assert one.suggestion.operations[0].place == "/study/grants/-"


@pytest.mark.parametrize(
    ("funder", "number", "meant"),
    [
        ("National Science Foundation", "#1941966", "1941966"),
        ("National Institutes of Health", "RO1 GM123456", "R01 GM123456"),
        ("National Institutes of Health", "5UO1CA12345O-02", "5U01CA123450-02"),
        ("National Institutes of Health", "RO1OD012345", "R01OD012345"),
    ],
)
def test_marks_and_letters_for_zeros_in_grant_numbers_are_proposed_away(
    known: Knowledge, tmp_path: Path, funder: str, number: str, meant: str
) -> None:
    rows = f"{ROWS}\nFunding\nAgency\t{funder}\ngrant_id\t{number}\n"
    (one,) = found(read(known, tmp_path, rows)[1], "FUN103")
    assert proposed(one) == [meant]


def test_a_usual_number_of_the_office_of_the_director_is_not_told(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = f"{ROWS}\nFunding\nAgency\tNational Institutes of Health\ngrant_id\tOT2OD012345\n"
    assert not found(read(known, tmp_path, rows)[1], "FUN103")
