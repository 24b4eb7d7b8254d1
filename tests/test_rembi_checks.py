"""What the checks of REMBI sections, funding and accessions propose, beyond what they flag."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline import checks
from pipeline.check import CHECKS, Context, load, run
from pipeline.edit import apply
from pipeline.findings import Finding, Skip
from pipeline.registries import Registries, local
from pipeline.schema import template
from pipeline.submission import Source, SourceMap, Submission

load(checks)


@pytest.fixture
def registries(tmp_path: Path) -> Registries:
    return local(tmp_path)


def submission(metadata: dict[str, Any], form: str | None = None) -> Submission:
    return Submission(
        id="S-TEST1",
        metadata=metadata,
        source=Source(path="document.json", template=form),
        source_map=SourceMap(file="document.json"),
    )


def judged(
    given: Submission, registries: Registries
) -> tuple[tuple[Finding, ...], tuple[Skip, ...]]:
    return run(
        CHECKS.values(),
        Context(
            submission=given,
            day=dt.date(2026, 11, 22),
            registries=registries,
            template=template(given.source.template),
        ),
    )


def the(code: str, given: Submission, registries: Registries) -> Finding:
    found = [one for one in judged(given, registries)[0] if one.code == code]
    assert len(found) == 1, found
    return found[0]


def mended(finding: Finding, given: Submission) -> Submission:
    assert finding.suggestion is not None
    return apply(given, finding.suggestion.operations)


ROW = {"biosample": "Larva", "specimen": "Mounted larva", "image_acquisition": "Light sheet"}


def study(**more: Any) -> dict[str, Any]:
    return {
        "study": {
            "biosamples": [{"title": "Larva", "organisms": [{"scientific_name": "Danio rerio"}]}],
            "specimens": [{"title": "Mounted larva"}],
            "image_acquisitions": [{"title": "Light sheet"}],
            "study_components": [{"name": "Fins", "file_list": "f.tsv", "associations": [{**ROW}]}],
            **more,
        }
    }


def test_the_only_possible_association_is_proposed(registries: Registries) -> None:
    given = submission(study(study_components=[{"name": "Fins"}]), "BioImages.v5")
    found = the("CMP002", given, registries)
    assert found.suggestion is not None
    assert found.suggestion.safety == "review"
    component = mended(found, given).metadata["study"]["study_components"][0]
    assert component["associations"] == [ROW]


def test_no_association_is_proposed_where_several_are_possible(registries: Registries) -> None:
    two = [{"title": "Larva"}, {"title": "Adult"}]
    given = submission(study(biosamples=two, study_components=[{"name": "Fins"}]), "BioImages.v5")
    assert the("CMP002", given, registries).suggestion is None


def test_white_space_is_mended_on_both_sides_and_in_every_row(registries: Registries) -> None:
    rows = [{**ROW, "specimen": "Mounted larva"}, {**ROW, "specimen": "Mounted  larva "}]
    given = submission(
        study(
            specimens=[{"title": "Mounted  larva "}],
            study_components=[{"name": "Fins", "file_list": "f.tsv", "associations": rows}],
        )
    )
    found = the("CMP101", given, registries)
    assert found.suggestion is not None
    assert found.suggestion.safety == "safe"
    after = mended(found, given)
    assert after.metadata["study"]["specimens"][0]["title"] == "Mounted larva"
    titles = [
        row["specimen"] for row in after.metadata["study"]["study_components"][0]["associations"]
    ]
    assert titles == ["Mounted larva", "Mounted larva"]
    assert not {"CMP101", "CMP201", "CMP203"} & {one.code for one in judged(after, registries)[0]}


def test_a_broken_association_is_mended_by_the_nearest_title_or_by_retitling(
    registries: Registries,
) -> None:
    given = submission(study(specimens=[{"title": "Mounted larva, all stages"}]))
    found = the("CMP201", given, registries)
    assert found.suggestion is not None
    assert "12 letters differ" in found.message
    for choice in (found.suggestion.operations, *found.suggestion.alternatives):
        after = apply(given, choice)
        assert "CMP201" not in {one.code for one in judged(after, registries)[0]}
    (retitled,) = found.suggestion.alternatives[0]
    assert (retitled.place, retitled.after) == ("/study/specimens/0/title", "Mounted larva")


def test_a_section_that_others_name_is_not_retitled(registries: Registries) -> None:
    rows = [{**ROW, "specimen": "Mounted larvae"}, {**ROW}]
    given = submission(
        study(study_components=[{"name": "Fins", "file_list": "f.tsv", "associations": rows}])
    )
    found = the("CMP201", given, registries)
    assert found.suggestion is not None
    assert found.suggestion.alternatives == ()


def test_nothing_is_proposed_for_a_title_that_is_far_from_all(registries: Registries) -> None:
    given = submission(study(specimens=[{"title": "Cryosections"}]))
    assert the("CMP201", given, registries).suggestion is None


def test_a_common_name_behind_the_scientific_one_is_kept(registries: Registries) -> None:
    given = submission(
        study(biosamples=[{"organisms": [{"scientific_name": "danio rerio (zebrafish)"}]}])
    )
    found = the("BIO101", given, registries)
    assert found.suggestion is not None
    assert found.suggestion.safety == "safe"
    organism = mended(found, given).metadata["study"]["biosamples"][0]["organisms"][0]
    assert organism == {"scientific_name": "Danio rerio", "common_name": "zebrafish"}


def test_letter_case_is_left_alone_where_the_taxon_id_contradicts(registries: Registries) -> None:
    organism = {"scientific_name": "danio rerio", "taxon_id": "10090"}
    given = submission(study(biosamples=[{"organisms": [organism]}]))
    assert the("BIO101", given, registries).suggestion is None
    assert the("BIO201", given, registries).suggestion is None


def test_a_strain_is_kept_beside_its_species(registries: Registries) -> None:
    given = submission(study(biosamples=[{"organisms": [{"scientific_name": "C57BL/6J mice"}]}]))
    organism = mended(the("BIO102", given, registries), given).metadata["study"]["biosamples"][0]
    assert organism["organisms"] == [
        {"scientific_name": "Mus musculus", "common_name": "C57BL/6J mice"}
    ]


@pytest.mark.parametrize(("name", "safety"), [("Danio rerio", "safe"), ("My own fish", "review")])
def test_a_taxon_id_is_rewritten_safely_only_where_the_name_agrees(
    registries: Registries, name: str, safety: str
) -> None:
    organism = {"scientific_name": name, "taxon_id": "NCBI:txid7955"}
    given = submission(study(biosamples=[{"organisms": [organism]}]))
    found = the("BIO103", given, registries)
    assert found.suggestion is not None
    assert found.suggestion.safety == safety
    after = mended(found, given).metadata["study"]["biosamples"][0]["organisms"][0]
    assert after["taxon_id"] == "NCBITaxon:7955"


def test_an_unknown_organism_is_a_skip_without_the_full_taxonomy(registries: Registries) -> None:
    given = submission(
        study(biosamples=[{"organisms": [{"scientific_name": "Imaginaria exempli"}]}])
    )
    found, skips = judged(given, registries)
    assert "BIO302" not in {one.code for one in found}
    assert "BIO302" in {one.code for one in skips}


def test_near_imaging_methods_are_ranked_alternatives(registries: Registries) -> None:
    method = {"name": "confocal laser scaning microscopy"}
    given = submission(
        study(image_acquisitions=[{"title": "Light sheet", "imaging_methods": [method]}])
    )
    found = the("ACQ101", given, registries)
    assert found.suggestion is not None
    assert found.suggestion.safety == "review"
    assert found.suggestion.operations[0].after == "confocal microscopy"
    assert len(found.suggestion.alternatives) <= 2


def test_words_around_a_grant_number_are_kept(registries: Registries) -> None:
    text = "grant ANR-20-CE13-0012, project EXAMPLE"
    grants = [{"funder": "Agence Nationale de la Recherche", "grant_id": text}]
    given = submission(study(grants=grants))
    after = mended(the("FUN101", given, registries), given)
    assert after.metadata["study"]["grants"] == [
        {
            "funder": "Agence Nationale de la Recherche",
            "grant_id": "ANR-20-CE13-0012",
            "attributes": [{"name": "Grant text", "value": text}],
        }
    ]
    assert "FUN104" not in {one.code for one in judged(after, registries)[0]}


@pytest.mark.parametrize(
    ("funder", "text", "number"),
    [
        ("MICIU", "Grant PID2019-123456RB-I00 funded by MCIN/AEI/ 10.13039/501100011033", None),
        ("DFG", "Germany’s Excellence Strategy – EXC 2067/1-390729940", "EXC 2067/1-390729940"),
        ("National Cancer Institute (NCI)", "NIH R21 CA245678", "R21 CA245678"),
        ("NIH", "No 5, R01GM123456", "R01GM123456"),
        ("Example Board", "SR/SO/BB-0012/2014 dt. 22-09-2015", "SR/SO/BB-0012/2014"),
    ],
)
def test_the_whole_number_of_a_text_is_proposed(
    funder: str, text: str, number: str | None, registries: Registries
) -> None:
    given = submission(study(grants=[{"funder": funder, "grant_id": text}]))
    after = mended(the("FUN101", given, registries), given).metadata["study"]["grants"][0]
    assert after["grant_id"] == (number or "PID2019-123456RB-I00")
    assert after["attributes"] == [{"name": "Grant text", "value": text}]


@pytest.mark.parametrize(
    ("text", "funder", "number"),
    [
        ("European Union (ERC, EXA, 101000001)", "European Union (ERC, EXA)", "101000001"),
        ("JSPS KAKENHI Grant Number JP19H05795", "JSPS KAKENHI", "JP19H05795"),
        ("DFG, SFB 1451 (Project-ID 431549029)", "DFG, SFB 1451", "431549029"),
    ],
)
def test_a_number_within_the_funder_gets_its_own_field(
    text: str, funder: str, number: str, registries: Registries
) -> None:
    given = submission(study(grants=[{"funder": text}]))
    (after,) = mended(the("FUN105", given, registries), given).metadata["study"]["grants"]
    assert after == {"funder": funder, "grant_id": number}


@pytest.mark.parametrize(
    "text", ["Deutsche Forschungsgemeinschaft SFB 1381", "NIH R01 GM123456", "DFG SPP 2202"]
)
def test_a_number_of_two_words_in_a_funder_is_not_cut(text: str, registries: Registries) -> None:
    assert (
        the("FUN105", submission(study(grants=[{"funder": text}])), registries).suggestion is None
    )


def test_letters_that_a_dash_joins_to_a_number_stay(registries: Registries) -> None:
    grants = [{"funder": "GACR", "grant_id": "GA-2020-12345; Project-ID 2021-54321"}]
    given = submission(study(grants=grants))
    after = mended(the("FUN102", given, registries), given).metadata["study"]["grants"]
    assert [one["grant_id"] for one in after] == ["GA-2020-12345", "2021-54321"]


def test_several_numbers_become_rows_of_the_same_funder(registries: Registries) -> None:
    grants = [
        {"funder": "Wellcome Trust", "grant_id": "203128/Z/16/Z; 092096"},
        {"funder": "Other"},
    ]
    given = submission(study(grants=grants))
    after = mended(the("FUN102", given, registries), given).metadata["study"]["grants"]
    assert after == [
        {"funder": "Wellcome Trust", "grant_id": "203128/Z/16/Z"},
        {"funder": "Wellcome Trust", "grant_id": "092096"},
        {"funder": "Other"},
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("No. 82071234, 31970811", ["82071234", "31970811"]),
        ("Grant Nos. 31970811 and 32170304", ["31970811", "32170304"]),
        ("GA 101057970 / 101046203", ["101057970", "101046203"]),
        ("Project-ID 431549029; 390939984", ["431549029", "390939984"]),
    ],
)
def test_words_before_several_numbers_are_no_part_of_them(
    text: str, numbers: list[str], registries: Registries
) -> None:
    given = submission(study(grants=[{"funder": "Example Foundation", "grant_id": text}]))
    after = mended(the("FUN102", given, registries), given).metadata["study"]["grants"]
    assert [grant["grant_id"] for grant in after] == numbers


def test_a_note_behind_a_number_is_kept(registries: Registries) -> None:
    grants = [{"funder": "Example Foundation", "grant_id": "21K15022 (to M.L.), 23H04948"}]
    given = submission(study(grants=grants))
    after = mended(the("FUN102", given, registries), given).metadata["study"]["grants"]
    assert [grant["grant_id"] for grant in after] == ["21K15022", "23H04948"]
    assert after[0]["attributes"] == [{"name": "Grant text", "value": "21K15022 (to M.L.)"}]


def test_a_missing_funder_is_read_from_the_statement(registries: Registries) -> None:
    statement = "We thank the Wellcome Trust (203128/Z/16/Z) and the Academy."
    given = submission(study(grants=[{"grant_id": "203128/Z/16/Z"}], funding_statement=statement))
    after = mended(the("FUN003", given, registries), given).metadata["study"]["grants"]
    assert after == [{"grant_id": "203128/Z/16/Z", "funder": "Wellcome Trust"}]


HORIZON = {
    "funding_stream": "Horizon Europe: Research infrastructures (HORIZON.1.3)",
    "project_name": "Artificial Intelligence for Image Data Analysis in the Life Sciences",
    "project_acronym": "AI4LIFE",
    "grant_pid": "10.3030/101057970",
}


def test_the_four_fields_are_proposed_and_the_agency_stays_as_written(
    registries: Registries,
) -> None:
    grant = {"funder": "EU Horizon 2020", "grant_id": "101057970"}
    given = submission(study(grants=[grant]))
    found = the("HEU001", given, registries)
    after = mended(found, given)
    assert after.metadata["study"]["grants"] == [{**grant, **HORIZON}]
    assert found.suggestion is not None
    assert "CORDIS" in found.suggestion.why
    left = {one.code for one in judged(after, registries)[0] if one.code.startswith("HEU")}
    assert left == {"HEU201"}


def test_a_grant_in_free_text_becomes_a_row(registries: Registries) -> None:
    statement = "Supported by the DFG (443217) and by the European Union (AI4Life, 101057970)."
    given = submission(study(funding_statement=statement))
    after = mended(the("HEU002", given, registries), given)
    assert after.metadata["study"]["grants"] == [
        {"funder": "European Commission", "grant_id": "101057970", **HORIZON}
    ]
    assert not [one for one in judged(after, registries)[0] if one.code.startswith("HEU")]


def test_a_grant_within_a_funder_stays_one_row(registries: Registries) -> None:
    given = submission(study(grants=[{"funder": "European Union (ERC, AI4LIFE, 101057970)"}]))
    after = mended(the("HEU002", given, registries), given)
    after = mended(the("FUN105", after, registries), after)
    assert after.metadata["study"]["grants"] == [
        {"funder": "European Union (ERC, AI4LIFE)", "grant_id": "101057970", **HORIZON}
    ]
    assert not [one for one in judged(after, registries)[0] if one.code.startswith("HEU")]


@pytest.mark.parametrize(
    "funder",
    [
        "UKRI (Horizon Europe guarantee)",
        "Swiss State Secretariat for Education, Research and Innovation (SERI)",
        "Deutsche Forschungsgemeinschaft (DFG)",
        "Example Foundation",
    ],
)
def test_another_funder_beside_the_number_is_only_a_hint(
    registries: Registries, funder: str
) -> None:
    given = submission(study(grants=[{"funder": funder, "grant_id": "101057970"}]))
    found = [one for one in judged(given, registries)[0] if one.code.startswith("HEU")]
    assert [(one.code, one.severity) for one in found] == [("HEU202", "hint")]


def test_a_number_that_no_snapshot_has_is_a_skip_and_the_known_ones_are_told(
    registries: Registries,
) -> None:
    grants = [
        {"funder": "European Union", "grant_id": "101999001"},
        {"funder": "European Union", "grant_id": "101057970"},
    ]
    found, skips = judged(submission(study(grants=grants)), registries)
    assert [one.place for one in found if one.code == "HEU001"] == ["/study/grants/1"]
    assert {one.code for one in skips if "101999001" in one.reason} == {"HEU001", "HEU301"}


def test_nothing_of_horizon_europe_blocks() -> None:
    assert {CHECKS[code].code.severity for code in CHECKS if code.startswith("HEU")} == {
        "warning",
        "hint",
    }


def test_a_papers_doi_as_the_studys_own_is_proposed_as_publication(registries: Registries) -> None:
    given = submission({"accession": "S-BIAD990001", "doi": "10.1234/example.5", **study()})
    after = mended(the("ACC205", given, registries), given).metadata
    assert after["doi"] == "10.6019/S-BIAD990001"
    assert after["study"]["publications"] == [{"doi": "10.1234/example.5"}]
