"""Documents of other resources as their programs and forms write them: no alarm, nothing lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline import sources, stages
from pipeline.findings import Finding
from pipeline.intake import empiar
from pipeline.knowledge import Knowledge
from pipeline.sources import Found
from pipeline.stages import Look


def look(
    known: Knowledge, folder: Path, name: str, content: str | bytes
) -> tuple[dict[str, Any], list[Finding]]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    found = Found(given=name, document=path, folder=None)
    opened = sources.open_found(found, files=False, imported=True)
    assert opened.submission is not None
    report = stages.validate(opened, Look(knowledge=known, day=dt.date(2026, 11, 23)))
    return opened.submission.metadata, list(report.findings)


def crate(*entities: dict[str, Any], **root: Any) -> str:
    """A crate of no profile, as the programs of RO-Crate write it."""
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.2"},
    }
    study = {
        "@id": "./",
        "@type": "Dataset",
        "name": "Kidney organoid stacks and tracks by light microscopy",
        "datePublished": "2027-02-03",
        **root,
    }
    context = "https://w3id.org/ro/crate/1.2/context"
    return json.dumps({"@context": context, "@graph": [study, *entities, descriptor]})


def test_a_funder_keeps_the_ids_that_its_entity_has(known: Knowledge, tmp_path: Path) -> None:
    ror, crossref = "https://ror.org/0472cxd90", "https://doi.org/10.13039/501100000781"
    document = crate(
        {"@id": ror, "@type": "Organization", "name": "European Research Council", "url": ror},
        {"@id": "#g", "@type": "Grant", "identifier": "724349", "funder": {"@id": crossref}},
        {"@id": crossref, "@type": "Organization", "name": "ERC", "url": "https://erc.europa.eu"},
        funder=[{"@id": ror}, {"@id": "https://ror.org/029chgv08"}],
        funding={"@id": "#g"},
    )
    metadata, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    assert metadata["study"]["grants"] == [
        {"funder": "European Research Council", "funder_ror": ror},
        {"funder": "https://ror.org/029chgv08", "funder_ror": "https://ror.org/029chgv08"},
        {
            "funder": "ERC",
            "funder_crossref_id": "10.13039/501100000781",
            "grant_id": "724349",
            "attributes": [{"name": "url", "value": "https://erc.europa.eu"}],
        },
    ]
    assert not {"FUN104", "AFF103"} & {one.code for one in told}


def test_people_may_name_their_organisation_by_its_text(known: Knowledge, tmp_path: Path) -> None:
    ror = "https://ror.org/03mstc592"
    document = crate(
        {"@id": "#a", "@type": "Person", "name": "Mira Lindgren", "affiliation": "Organoid lab"},
        {"@id": "#b", "@type": "Person", "name": "Anna Okafor", "affiliation": "Organoid lab"},
        {"@id": "#c", "@type": "Person", "name": "Yuki Tanaka", "affiliation": {"@id": ror}},
        author=[{"@id": one} for one in ("#a", "#b", "#c")],
    )
    metadata, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    assert metadata["study"]["organisations"] == [
        {"id": "o1", "name": "Organoid lab"},
        {"id": "o2", "ror": ror},
    ]
    assert [one["affiliations"] for one in metadata["study"]["authors"]] == [
        [{"organisation": number}] for number in ("o1", "o1", "o2")
    ]
    bare = [one for one in told if one.code == "SUB151"]
    assert [(one.severity, one.location.pointer) for one in bare] == [
        ("warning", "/@graph/1/affiliation"),
        ("warning", "/@graph/2/affiliation"),
    ]
    assert "AFF201" not in {one.code for one in told}


def test_the_publisher_of_a_crate_need_be_no_affiliation(known: Knowledge, tmp_path: Path) -> None:
    document = crate(
        {"@id": "#us", "@type": "Organization", "name": "Example Library"},
        publisher={"@id": "#us"},
    )
    metadata, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    assert metadata["study"]["organisations"] == [{"id": "o1", "name": "Example Library"}]
    assert "AFF103" not in {one.code for one in told}


def test_a_crate_of_the_submission_profile_is_read_in_peace(
    known: Knowledge, tmp_path: Path
) -> None:
    """bia-ro-crate-validator 0.3.0: models as types of datasets, funding bodies with an id."""
    ror = "https://ror.org/0472cxd90"
    document = crate(
        {
            "@id": "#a",
            "@type": ["Dataset", "bia:Dataset", "bia:RembiDataset"],
            "name": "stacks",
            "description": "stacks of organoids",
        },
        {"@id": "#g", "@type": ["bia:Grant"], "identifier": "724349", "funder": [{"@id": "#erc"}]},
        {"@id": "#erc", "@type": ["bia:FundingBody"], "name": "ERC", "identifier": ror},
        **{"@type": ["Dataset", "bia:Study"]},
        hasPart=[{"@id": "#a"}],
        funding=[{"@id": "#g"}],
        fundingStatement="Funded by the ERC.",
    )
    metadata, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    study = metadata["study"]
    assert study["funding_statement"] == "Funded by the ERC."
    assert study["grants"] == [{"funder": "ERC", "funder_ror": ror, "grant_id": "724349"}]
    assert not {"SUB154", "FUN104"} & {one.code for one in told}


def test_a_class_that_the_profile_has_not_is_told(known: Knowledge, tmp_path: Path) -> None:
    document = crate(
        {"@id": "#a", "@type": ["bia:SpecimenPreparation"], "title": "scales"},
        {"@id": "#b", "@type": ["bia:Association"]},
        {"@id": "#c", "@type": ["bia:Protocol"], "title": "freezing"},
        **{"@type": ["Dataset", "bia:Study"]},
    )
    _, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    [one] = [one for one in told if one.code == "SUB154"]
    assert (one.severity, one.location.pointer) == ("warning", "/@graph/1/@type")


def test_two_ids_of_methods_in_one_value_are_not_made_one(known: Knowledge, tmp_path: Path) -> None:
    method = {"imagingMethodName": "confocal microscopy", "fbbiId": "FBbi_00000251; FBbi_00000369"}
    document = crate({"@id": "#m", "@type": "bia:ImageAcquisitionProtocol", **method})
    _, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    [one] = [one for one in told if one.code.startswith("ACQ")]
    assert (one.code, one.suggestion) == ("ACQ302", None)
    assert "2 ids" in one.message


@pytest.mark.parametrize(("given", "written"), [("./a/", "a/"), ("a/", "./a/")])
def test_identifiers_with_and_without_a_dot_are_one(
    given: str, written: str, known: Knowledge, tmp_path: Path
) -> None:
    document = crate(
        {"@id": written, "@type": "Dataset", "name": "stacks"}, hasPart=[{"@id": given}]
    )
    _, told = look(known, tmp_path, "x-ro-crate-metadata.json", document)
    assert "SUB211" not in {one.code for one in told}


ENTRY = {
    "title": "Cryo-electron tomography of yeast nuclear pore complexes in situ",
    "release_date": "2026-03-02",
    "workflow_file": {"path": ""},
    "grant_references": [
        {"funding_body": "Example Foundation", "code": "EX-1", "country": "Finland"}
    ],
    "imagesets": [{"name": "Tilts", "directory": "\\data\\frames", "segmentations": [{}]}],
}


def test_an_entry_of_empiar_has_fields_that_are_not_filled_in(
    known: Knowledge, tmp_path: Path
) -> None:
    metadata, told = look(known, tmp_path, "e.json", json.dumps({"EMPIAR-99001": ENTRY}))
    assert not {"SUB005", "FUN104"} & {one.code for one in told}
    [grant] = metadata["study"]["grants"]
    assert grant["attributes"] == [{"name": "country", "value": "Finland"}]
    [slashes] = [one for one in told if one.code == "FLS130"]
    assert slashes.location.pointer == "/EMPIAR-99001/imagesets/0/directory"


def test_authors_of_empiar_are_not_asked_for_what_its_form_has_no_place_for(
    known: Knowledge, tmp_path: Path
) -> None:
    names = ["('Lindgren', 'M')", "('Okafor' 'CJ')", "Tanaka Y"]
    person = {"first_name": "Mira", "last_name": "Lindgren", "email": "mira@example.org"}
    person["organization"] = "Example Institute"
    entry = {**ENTRY, "authors": [{"name": name} for name in names], "corresponding_author": person}
    metadata, told = look(known, tmp_path, "e.json", json.dumps(entry))
    given = [one["name"] for one in metadata["study"]["authors"]]
    assert given == ["Lindgren M", "Okafor CJ", "Tanaka Y", "Mira Lindgren"]
    assert not {"AUT002", "AUT102"} & {one.code for one in told}
    [once] = [one for one in told if one.code == "AFF001"]
    assert once.location.pointer == "/authors/0"
    assert "and 2 more" in once.message


STUDY = (
    "Comment[IDR Study Accession]\tidr9999\r\n"
    "Study Title\tGenome-wide RNAi of wing discs\r\n"
    "Study Public Release Date\t2027-04-05\t2027-04-05\r\n"
    "Study Person Last Name\tSöderlund\r\nStudy Person First Name\tMira\r\n"
)


def test_text_of_a_spreadsheet_in_utf16_is_known(known: Knowledge, tmp_path: Path) -> None:
    metadata, told = look(known, tmp_path, "idr9999-study.txt", STUDY.encode("utf-16"))
    assert metadata["study"]["authors"] == [{"name": "Mira Söderlund"}]
    assert [one.severity for one in told if one.code == "SUB106"] == ["warning"]


@pytest.mark.parametrize("name", ["idr9999-study.tsv", "idr9999-study.xlsx"])
def test_a_study_file_may_be_called_a_table_or_be_a_workbook(
    name: str, known: Knowledge, tmp_path: Path
) -> None:
    plain, _ = look(known, tmp_path, "idr9999-study.txt", STUDY)
    (tmp_path / "apart").mkdir()
    path = tmp_path / "apart" / name
    rows = [line.split("\t") for line in STUDY.splitlines()]
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in [["# STUDY DESCRIPTION SECTION"], *rows]:
            book.active.append(row)
        book.save(path)
    else:
        path.write_text(STUDY, "utf-8")
    [found] = sources.discover(path.parent)
    assert found.document == path
    opened = sources.open_found(found, files=False, imported=True)
    assert opened.submission is not None
    assert opened.submission.metadata == plain
    assert opened.submission.source.kind == "idr-study"
    at = opened.submission.source_map.locate("/study/authors/0/name")
    assert (at.line, at.cell) in ((4, None), (None, "B5"))


def test_the_same_value_twice_is_a_hint(known: Knowledge, tmp_path: Path) -> None:
    _, told = look(known, tmp_path, "idr9999-study.txt", STUDY)
    [twice] = [one for one in told if one.code == "SUB205"]
    assert (twice.severity, twice.location.line, twice.location.column) == ("hint", 3, 3)
    assert "same value" in twice.message


def test_slips_in_names_of_fields_lose_nothing_of_a_deposition(
    known: Knowledge, tmp_path: Path
) -> None:
    person = {"first_name": "Mira", "last_name": "Lindgren", "organization": "Example Institute"}
    deposition = {
        "title": "Micrographs of the ribosome of yeast, single particles",
        "releaseDate": "HP",
        "corresponding_autor": person,
        "citations": [{"title": "Ribosomes", "year": "2026"}],
        "imagesets": [{"name": one, "directroy": f"data/{one}"} for one in ("movies", "averages")],
    }
    text = json.dumps(deposition, indent=1)
    opened, found = look(known, tmp_path, "deposition.json", text)
    told = [(one.value, one.count) for one in found if one.code == "SUB125"]
    assert sorted(told) == [
        ("citations", 1),
        ("corresponding_autor", 1),
        ("directroy", 2),
        ("releaseDate", 1),
    ]
    assert not [one for one in found if one.severity == "error"]
    study = opened["study"]
    assert study["authors"][0]["name"] == "Mira Lindgren"
    assert study["publications"][0]["title"] == "Ribosomes"
    assert study["study_components"][1]["files"] == [{"path": "data/averages"}]


def test_a_stray_quote_stops_no_study_of_idr(known: Knowledge, tmp_path: Path) -> None:
    rows = STUDY + 'Study Description\t"Wing discs of larvae\r\nStudy Key Words\twing\tdisc\r\n'
    metadata, found = look(known, tmp_path, "idr9999-study.txt", rows)
    assert [one.severity for one in found if one.code == "SUB130"] == ["warning"]
    assert metadata["study"]["description"] == "Wing discs of larvae"
    assert metadata["study"]["keywords"] == ["wing", "disc"]


def test_what_several_objects_share_is_told_once_and_mended_in_all(
    known: Knowledge, tmp_path: Path
) -> None:
    taxon = {"@id": "NCBI:txid4932", "@type": "bia:Taxon", "scientificName": "Saccharomyces"}
    sample = {"@type": "bia:BioSample", "organismClassification": [{"@id": taxon["@id"]}]}
    samples = [{"@id": f"#{one}", "name": one, **sample} for one in ("DD1407", "DD1475")]
    metadata, found = look(known, tmp_path, "ro-crate-metadata.json", crate(taxon, *samples))
    [once] = [one for one in found if one.code == "BIO103"]
    assert once.count == len(metadata["study"]["biosamples"]) == 2
    assert once.suggestion is not None
    assert [one.place for one in once.suggestion.operations] == [
        f"/study/biosamples/{n}/organisms/0/taxon_id" for n in (0, 1)
    ]


def test_two_spellings_of_one_field_of_empiar_are_both_kept() -> None:
    entry = {
        "imagesets": [{"name": "movies"}],
        "Release Date": "2027-01-01",
        "RELEASE_DATE": "2028",
    }
    reading = empiar.read(json.dumps(entry).encode(), "entry.json")
    assert reading.metadata is not None
    assert reading.metadata["release_date"] == "2027-01-01"
    assert "2028" in str(reading.metadata)
