"""Odd ways in which sound documents of each kind are written: read whole, and told truly."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import intake
from tests.documents import CRATE

HEAD = """\
Comment[IDR Study Accession]\tidr9998
Study Title\tUltrastructure of kidneys of first and second trimester
Study Public Release Date\t2023-04-05
Study Organism\tMus musculus
Study Organism Term Accession Number\thttp://purl.obolibrary.org/obo/NCBITaxon_10090
Study Person Last Name\tLindgren\tAchterberg
Study Person First Name\tMira\tTomas
"""


def study_file(tmp_path: Path, rows: str) -> Any:
    path = tmp_path / "idr9998-study.txt"
    path.write_text(HEAD + rows, "utf-8")
    reading = intake.read(path)
    assert reading.metadata is not None
    return reading


def test_an_old_name_of_a_row_has_its_place(tmp_path: Path) -> None:
    study = study_file(tmp_path, "").metadata["study"]
    [organism] = study["biosamples"][0]["organisms"]
    assert organism["taxon_id"] == "http://purl.obolibrary.org/obo/NCBITaxon_10090"


def test_a_cell_with_a_break_in_it_keeps_its_column(tmp_path: Path) -> None:
    rows = (
        "Study Person Address\tInstitute of Kidneys\n"
        "Oslo, Norway\tInstitute of Livers, Bergen\n"
        "Experiment Number\t1\n"
        "Protocol Name\tgrowth\ttreatment\timaging\n"
        "Protocol Description\tCells were grown.\tCells were fed.\n"
        "\tCells were seen.\n"
    )
    reading = study_file(tmp_path, rows)
    study = reading.metadata["study"]
    assert [one["address"] for one in study["authors"]] == [
        "Institute of Kidneys\nOslo, Norway",
        "Institute of Livers, Bergen",
    ]
    protocols = study["study_components"][0]["sections"]
    assert [one["attributes"][-1]["value"] for one in protocols] == [
        "Cells were grown.",
        "Cells were fed.",
        "Cells were seen.",
    ]
    assert [(one.code, one.location.line) for one in reading.findings] == [
        ("SUB140", 9),
        ("SUB140", 13),
    ]
    assert reading.source_map.locate("/study/authors/1/address").line == 9


def test_a_value_in_the_lines_below_its_name_is_kept(tmp_path: Path) -> None:
    rows = (
        "Experiment Number\t1 \n"
        "Experiment Imaging Method\tconfocal microscopy\n"
        "Protocol Description\n"
        "growth protocol: cells were grown overnight in a shaking incubator\n"
        "imaging protocol: cells were seen on a cover slip at noon\n"
    )
    reading = study_file(tmp_path, rows)
    [component] = reading.metadata["study"]["study_components"]
    [protocol] = component["sections"]
    assert protocol["attributes"][0]["value"].count("protocol: cells were") == 2
    assert component["associations"][0]["image_acquisition"] == "Image Acquisition of Experiment 1"
    assert [one.code for one in reading.findings] == ["SUB140"]


def test_single_words_in_the_lines_below_a_name_are_its_values(tmp_path: Path) -> None:
    rows = (
        "Experiment Number\t1\t\n"
        "Processed Data Column Name\t\n"
        "cell_id\n"
        "area\n"
        "\n"
        "and\n"
        "\n"
        "plate_id\n"
        "Processed Data Column Type\tdata\t\n"
    )
    reading = study_file(tmp_path, rows)
    assert [one.code for one in reading.findings] == ["SUB140"]
    attributes = reading.metadata["study"]["study_components"][0]["attributes"]
    columns = {"name": "Processed Data Column Name", "value": "cell_id\narea\nand\nplate_id"}
    assert columns in attributes


def test_names_that_stand_below_each_other_without_values_are_names(tmp_path: Path) -> None:
    rows = (
        "Screen Number\t1\t\n"
        "Screen Target Organism\tMus musculus\t\n"
        "Cell Line or Strain\t\t\n"
        "Cell Line of Strain Term Source REF\t\t\n"
        "Library Assembly \t\t\n"
    )
    reading = study_file(tmp_path, rows)
    assert not reading.findings
    attributes = reading.metadata["study"]["study_components"][0]["attributes"]
    assert {"name": "Screen Target Organism", "value": "Mus musculus"} in attributes


def test_a_line_of_few_words_may_be_the_rest_of_a_value(tmp_path: Path) -> None:
    rows = "Screen Number\t1\nScreen Comments\tSeen at noon,\nexperimental light, no sun\n"
    reading = study_file(tmp_path, rows)
    assert [one.code for one in reading.findings] == ["SUB140"]
    attributes = reading.metadata["study"]["study_components"][0]["attributes"]
    comment = {"name": "Screen Comments", "value": "Seen at noon,\nexperimental light, no sun"}
    assert comment in attributes


def test_quoted_values_with_blanks_between_them_are_parted(tmp_path: Path) -> None:
    rows = (
        "Experiment Number\t1\n"
        'Protocol Name\t"Growth for 4h" "Imaging"\n'
        'Protocol Description\t"Cells were grown." "Cells were seen." \n'
    )
    reading = study_file(tmp_path, rows)
    [component] = reading.metadata["study"]["study_components"]
    given = [[one["value"] for one in section["attributes"]] for section in component["sections"]]
    assert given == [["Growth for 4h", "Cells were grown."], ["Imaging", "Cells were seen."]]
    assert [one.code for one in reading.findings] == ["SUB119", "SUB119"]


def test_more_addresses_than_people_are_no_people(tmp_path: Path) -> None:
    rows = (
        "\t\t# Study\t\n"
        "Study Person Last Name\tLindgren\tExample\n"
        "Study Person First Name\tMira\tLi\n"
        "Study Person Address\tHeart Group\t Oslo\tLung Group\t Bergen\n"
    )
    reading = study_file(tmp_path, rows)
    study = reading.metadata["study"]
    assert [one["name"] for one in study["authors"]][-2:] == ["Mira Lindgren", "Li Example"]
    beside = [one["value"] for one in study["attributes"] if one["name"] == "Study Person Address"]
    assert beside == ["Lung Group", " Bergen"]
    assert [one.code for one in reading.findings] == ["SUB136", "SUB136"]


def test_a_blank_for_the_tab_is_told_and_the_value_kept(tmp_path: Path) -> None:
    rows = "Screen Number\t1\nScreen Type primary screen\t\nScreen Type Term Source REF EFO\t\n"
    reading = study_file(tmp_path, rows)
    assert [(one.code, one.severity) for one in reading.findings] == [("SUB119", "warning")] * 2
    attributes = reading.metadata["study"]["study_components"][0]["attributes"]
    assert {"name": "Screen Type", "value": "primary screen"} in attributes
    assert {"name": "Screen Type Term Source REF", "value": "EFO"} in attributes


def crate(*entities: dict[str, Any], context: dict[str, Any] | None = None) -> str:
    root = {"@id": "./", "@type": "Dataset", "name": "Fat body", "datePublished": "2027-01-07"}
    about = {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}}
    about["conformsTo"] = {"@id": "https://w3id.org/ro/crate/1.1"}
    return json.dumps(
        {
            "@context": ["https://w3id.org/ro/crate/1.1/context", context or {}],
            "@graph": [about, {**root, **entities[0]}, *entities[1:]],
        }
    )


def read_crate(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "ro-crate-metadata.json"
    path.write_text(text, "utf-8")
    reading = intake.read(path)
    assert reading.metadata is not None
    return reading


def test_a_dataset_without_an_id_stops_no_crate(tmp_path: Path) -> None:
    reading = read_crate(tmp_path, crate({}, {"@type": "Dataset", "name": "Raw data"}))
    assert "SUB037" in {one.code for one in reading.findings}
    assert reading.metadata["study"]["study_components"] == [{"name": "Raw data"}]


@pytest.mark.parametrize("defined", [True, False])
def test_a_type_that_the_context_defines_is_no_slip(defined: bool, tmp_path: Path) -> None:
    context = {"biosample": "http://purl.obolibrary.org/obo/OBI_0002648"} if defined else {}
    sample = {"@id": "#b", "@type": "biosample", "name": "Wing"}
    reading = read_crate(tmp_path, crate({}, sample, context=context))
    assert [one.code for one in reading.findings] == ([] if defined else ["SUB156"])
    assert reading.metadata["study"]["biosamples"] == [{"title": "Wing"}]


def test_a_slip_of_a_type_is_told_and_read_as_the_one_that_is_meant(tmp_path: Path) -> None:
    sample = {"@id": "#b", "@type": "Biosampel", "name": "Wing"}
    reading = read_crate(tmp_path, crate({}, sample))
    assert [(one.code, one.severity) for one in reading.findings] == [("SUB156", "warning")]
    assert "'BioSample'" in reading.findings[0].message
    assert reading.metadata["study"]["biosamples"] == [{"title": "Wing"}]


@pytest.mark.parametrize("name", ["ImageObject", "ex:Specimon", "LabProtocol"])
def test_a_type_of_another_name_is_no_slip(name: str, tmp_path: Path) -> None:
    reading = read_crate(tmp_path, crate({}, {"@id": "#b", "@type": name, "name": "Wing"}))
    assert [one.code for one in reading.findings if one.code == "SUB156"] == []


def test_a_slip_of_a_term_of_the_profile_is_told(tmp_path: Path) -> None:
    document = copy.deepcopy(CRATE)
    sample = next(one for one in document["@graph"] if one["@id"] == "#wild")
    sample["organismClasification"] = sample.pop("organismClassification")
    reading = read_crate(tmp_path, json.dumps(document))
    told = [one.message for one in reading.findings if one.code == "SUB156"]
    assert len(told) == 1
    assert "'organismClassification'" in told[0]


def test_a_date_may_be_a_typed_literal(tmp_path: Path) -> None:
    date = {"@value": "2027-01-09", "@type": "http://www.w3.org/2001/XMLSchema#date"}
    reading = read_crate(tmp_path, crate({"datePublished": date}))
    assert reading.findings == ()
    assert reading.metadata["release_date"] == "2027-01-09"


def test_identifiers_of_articles_and_people_may_be_properties(tmp_path: Path) -> None:
    text = crate(
        {"author": {"@id": "#p"}, "citation": {"@id": "#a"}},
        {
            "@id": "#p",
            "@type": "Person",
            "name": "Mira Lindgren",
            "identifier": "https://orcid.org/0000-0002-1825-0097",
        },
        {"@id": "#a", "@type": "ScholarlyArticle", "name": "Fat", "identifier": "10.5555/a.1"},
    )
    study = read_crate(tmp_path, text).metadata["study"]
    assert study["authors"] == [
        {"name": "Mira Lindgren", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    ]
    assert study["publications"] == [{"title": "Fat", "doi": "10.5555/a.1"}]


def test_a_method_may_be_a_reference_to_its_term(tmp_path: Path) -> None:
    method = {"@id": "#i", "@type": "image_acquisition", "fbbi_id": {"@id": "obo:FBbi_00000253"}}
    study = read_crate(tmp_path, crate({}, method)).metadata["study"]
    [acquisition] = study["image_acquisitions"]
    assert acquisition["imaging_methods"] == [{"term_id": "obo:FBbi_00000253"}]


def test_versions_of_the_profile_differ_in_what_terms_mean(tmp_path: Path) -> None:
    person = {"@id": "#p", "@type": ["Person", "bia:Contributor"], "name": "Mira Lindgren"}
    home = {"@id": "#o", "@type": ["Organization", "bia:Affiliation"], "name": "Example Institute"}
    study = {"@type": ["Dataset", "bia:Study"], "author": [{"@id": "#p"}]}
    context = {"bia": "http://bia/", "accessionId": {"@id": "bia:accessionId"}}
    text = crate(study, {**person, "memberOf": [{"@id": "#o"}]}, home, context=context)
    reading = read_crate(tmp_path, text)
    assert not reading.findings
    assert reading.metadata["study"]["authors"] == [
        {"name": "Mira Lindgren", "affiliations": [{"organisation": "o1"}]}
    ]


def test_a_study_of_mifa_as_json_with_grants_in_its_funding(tmp_path: Path) -> None:
    path = tmp_path / "study.json"
    document = {
        "title": "Annotated nuclei of yeast",
        "authors": [{"author_first_name": "Mira", "author_last_name": "Lindgren"}],
        "funding": [
            {"funding_statement": "Supported by the Example Foundation."},
            {"grants": [{"grant_id": "EX-17", "funder": "Example Foundation"}]},
        ],
    }
    path.write_text(json.dumps(document), "utf-8")
    reading = intake.read(path)
    assert reading.kind == "rembi-yaml"
    assert not reading.findings
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["grants"] == [{"grant_id": "EX-17", "funder": "Example Foundation"}]
    assert study["funding_statement"] == "Supported by the Example Foundation."


def test_tables_of_the_extended_form_are_unfolded(tmp_path: Path) -> None:
    def section(kind: str, **more: Any) -> dict[str, Any]:
        return {"accNo": None, "type": kind, "extType": "section", "attributes": [], **more}

    protocols = [
        section("Protocols", attributes=[{"name": "Name", "value": name}]) for name in "AB"
    ]
    link = {"url": "https://example.org", "extType": "link", "attributes": []}
    study = section(
        "Study",
        sections=[{"sections": protocols, "extType": "sectionsTable"}],
        links=[{"links": [link], "extType": "linksTable"}],
    )
    path = tmp_path / "S-BIAD90012.json"
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    path.write_text(json.dumps(document), "utf-8")
    reading = intake.read(path)
    assert not [one for one in reading.findings if one.severity == "error"]
    assert reading.metadata is not None
    read = reading.metadata["study"]
    assert [one["attributes"][0]["value"] for one in read["sections"]] == ["A", "B"]
    assert [one["url"] for one in read["links"]] == ["https://example.org"]
    at = reading.source_map.locate("/study/sections/1").pointer
    assert at == "/section/sections/0/sections/1"


def read_json(tmp_path: Path, text: str) -> Any:
    path = tmp_path / "S-BIAD90012.json"
    path.write_text(text, "utf-8")
    return intake.read(path)


def test_an_organisation_may_be_called_an_affiliation(tmp_path: Path) -> None:
    reference = {"name": "Affiliation", "value": "ref1", "isReference": True}
    name = [{"name": "Name", "value": "Example Institute"}]
    below = [
        {"type": "Author", "attributes": [{"name": "Name", "value": "Mira Lindgren"}, reference]},
        {"type": "Affiliation", "accno": "ref1", "attributes": name},
    ]
    document = {"section": {"type": "Study", "subsections": below}}
    study = read_json(tmp_path, json.dumps(document)).metadata["study"]
    assert study["authors"][0]["affiliations"] == [{"organisation": "o1"}]
    assert study["organisations"] == [{"id": "o1", "name": "Example Institute"}]


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ('{"section": {"type": "Study",\n}}', "a comma stands after the last value", 2),
        ('{"section": {"links": [{},\n]}}', "a comma stands after the last value", 2),
        ('{"submissions": [{"section": {"type": "Study"}}]}', "is a list of 'submissions'", 1),
    ],
)
def test_what_keeps_a_document_from_being_read_is_named(
    text: str, said: str, line: int, tmp_path: Path
) -> None:
    reading = read_json(tmp_path, text)
    [told] = reading.findings
    assert said in told.message
    assert told.location.line == line


def test_a_lab_protocol_is_what_it_is_referred_to_as(tmp_path: Path) -> None:
    protocol = {"@type": "LabProtocol", "description": "Done."}
    dataset = {
        "@id": "#Plate-1",
        "@type": ["Dataset", "bia:Dataset"],
        "name": "Plate 1",
        "associatedImageAcquisitionProtocol": [{"@id": "#imaging"}],
        "associatedSpecimenImagingPreparationProtocol": [{"@id": "#imaging"}, {"@id": "#mounting"}],
    }
    text = crate(
        {"@type": ["Dataset", "bia:Study"], "hasPart": [{"@id": "#Plate-1"}]},
        dataset,
        {"@id": "#imaging", "name": "confocal", **protocol},
        {"@id": "#mounting", "name": "agarose", **protocol},
    )
    reading = read_crate(tmp_path, text)
    assert [(one.code, one.severity) for one in reading.findings] == [("SUB154", "warning")] * 2
    study = reading.metadata["study"]
    assert [one["title"] for one in study["specimens"]] == ["agarose"]
    assert [one["title"] for one in study["image_acquisitions"]] == ["confocal"]
    [association] = study["study_components"][0]["associations"]
    assert association == {"specimen": "agarose", "image_acquisition": "confocal"}
