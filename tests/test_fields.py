"""Every field that a form or a model has goes to a slot of the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import outputs
from pipeline.findings import Origin, Report
from pipeline.intake import pagetab_json, rembi_yaml
from pipeline.record import CuratedRecord
from pipeline.schema import Template, compiled, templates, violations
from pipeline.schema.template import PLACES
from pipeline.select import find

FORMS = {form.name: form for form in templates().values()}

REMBI = """
study:
  title: Fins regrow by the same rules twice
  description: Fins of adult fish were cut and imaged.
  private_until_date: "2027-03-01"
  keywords: [regeneration, fins]
  authors:
    - first_name: Mira
      last_name: Lindgren
      email: mira.lindgren@example.org
      orcid: 0000-0002-1825-0097
      role: data acquisition
      affiliation: {name: Example Institute of Biology, url: "https://www.example.org"}
    - first_name: Tobe
      last_name: Okafor
      affiliation: {name: Example University, address: 1 Harbour Street}
  license: CC0
  funding:
    funding_statement: Paid for by a fund.
    grant_references: [{identifier: EX-17, funder: Example Fund}]
  publications:
    - {title: Regrowth, authors: Lindgren M, doi: 10.1000/182, year: "2026", pubmed_id: "10000001"}
  links: [{link_url: "https://example.org/code", link_type: code, link_description: figures}]
  acknowledgements: We thank everybody.
  rembi_version: "1.5"
study_component: {Movies: {name: Movies, description: One movie a fin, rembi_version: "1.5"}}
biosamples:
  Fin:
    title: Fin
    organism: {scientific_name: Danio rerio, common_name: zebrafish, ncbi_taxon: "7955"}
    biological_entity: caudal fin
    description: cut fins
    intrinsic_variables: [knockout]
    extrinsic_variables: [drug]
    experimental_variables: [day]
specimens: {Mount: {title: Mount, sample_preparation: mounted, growth_protocol: kept warm}}
acquisitions:
  Sheet:
    title: Sheet
    imaging_method: {value: light sheet, ontology_name: FBbi, ontology_id: "FBbi:00000369"}
    imaging_instrument: a light sheet microscope
    image_acquisition_parameters: 488 nm
correlations:
  Both: {spatial_and_temporal_alignment: by hand, fiducials_used: rays, transformation_matrix: none}
analysis: {Tracks: {analysis_overview: nuclei were followed}}
"""
MIFA = """
study:
  title: Outlines of nuclei in fins
  description: Nuclei were outlined.
  keywords: [nuclei]
  license: CC0
  acknowledgements: We thank everybody.
  funding_statement: Paid for by a fund.
  ai_models_trained: ["https://example.org/model", "another model"]
  publications:
    publication_title: Outlines
    publication_authors: Lindgren M
    publication_doi: 10.1000/182
    publication_year: "2026"
    pubmed_id: "10000001"
  grants: [{grant_id: EX-17, funder: Example Fund}]
  link_url: ["https://example.org/1", "https://example.org/2"]
  link_description: [images, code]
  authors:
    - author_first_name: Mira
      author_last_name: Lindgren
      email: mira.lindgren@example.org
      orcid_id: 0000-0002-1825-0097
      role: [submitter, investigator]
      organisation:
        - {organisation_name: Example Institute, address: 1 Harbour Street, ror_id: "02catss52"}
annotations:
  Nuclei:
    authors: [{author_first_name: Tobe, author_last_name: Okafor, role: [data analyst]}]
    file_metadata:
      - annotation_id: a.tif
        annotation_type: [segmentation_mask]
        source_image_id: b.tif
        transformations: none
        spatial_information: planes 1 to 9
        annotation_creation_time: "2026-09-01"
    annotation_overview: outlines
    annotation_type: [segmentation_mask, tracks]
    annotation_method: by hand
    annotation_criteria: whole nuclei
    annotation_coverage: every tenth plane
    annotation_confidence_level: high
"""


def record(metadata: dict[str, Any]) -> CuratedRecord:
    origin = Origin(pipeline="0", schema_version="0", schema_digest="0", rules_digest="0")
    return CuratedRecord(
        accession="S-BIAD3001",
        version=1,
        submission="made-up",
        digest="d" * 64,
        citation="…",
        link="https://example.org/S-BIAD3001",
        licence_terms="CC0",
        metadata=metadata,
        report=Report(submission="made-up", origin=origin),
    )


def section(form: Template, of: str) -> dict[str, Any]:
    """A section with every field of a form's class."""
    kind = form.classes[of]
    attributes = [{"name": f.name, "value": f"the {f.slot} of a {of}"} for f in kind.fields]
    return {"type": kind.name, "attributes": attributes}


def document(form: Template) -> dict[str, Any]:
    """A PageTab document with every section and field of a form."""
    study = section(form, "Study") | {"subsections": []}
    apart = ("Submission", "Study", "Link", "Size", "Association", "FileReference")
    for of in form.classes.keys() - set(apart):
        study["subsections"].append(section(form, of))
    component = next((s for s in study["subsections"] if s["type"] == "Study Component"), study)
    protocols = [a for a in component["attributes"] if a["name"] == "Protocol"]
    component["attributes"] = [a for a in component["attributes"] if a not in protocols]
    below = component.setdefault("subsections", [])
    below += [{"type": "Protocols", "attributes": [one]} for one in protocols]
    below += [section(form, of) for of in ("Size", "Association") if of in form.classes]
    files = form.classes["FileReference"].name if "FileReference" in form.classes else "File"
    if files == "File":
        study["files"] = [{"path": "a.tsv"}]
    else:
        names = {"File": "a.tsv", "Type": "Library file", "Description": "wells"}
        attributes = [{"name": name, "value": value} for name, value in names.items()]
        below.append({"type": files, "attributes": attributes})
    link = {f.name: f"the {f.slot}" for f in form.classes["Link"].fields}
    given = [{"name": "Description", "value": link["Description"]}]
    study["links"] = [{"url": link["Link"], "attributes": given}]
    top = [{"name": "Template", "value": form.name}, {"name": "ReleaseDate", "value": "2027-03-01"}]
    return {"attributes": top, "section": study, "type": "submission"}


def unslotted(tree: Any) -> Iterator[Any]:
    """What stands under a name that no slot has."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("attributes", "qualifiers", "sections"):
                yield from value
            yield from unslotted(value)
    elif isinstance(tree, list):
        for one in tree:
            yield from unslotted(one)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_field_of_a_form_goes_to_its_slot(name: str) -> None:
    form = FORMS[name]
    reading = pagetab_json.read(json.dumps(document(form)).encode(), "form.json")
    assert reading.metadata is not None
    assert list(unslotted(reading.metadata)) == []
    assert list(violations(reading.metadata, compiled())) == []
    for of, kind in form.classes.items():
        pattern = PLACES.get(of, "/study/**/files/*" if of == "FileReference" else "/none")
        ((_, found),) = list(find(reading.metadata, pattern))[:1] or [("", {})]
        assert {field.slot for field in kind.fields} <= found.keys(), of


@pytest.mark.parametrize("text", [REMBI, MIFA], ids=["REMBI", "MIFA"])
def test_every_field_of_a_model_goes_to_a_slot(text: str) -> None:
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    assert reading.metadata is not None
    assert reading.findings == ()
    assert list(unslotted(reading.metadata)) == []
    assert list(violations(reading.metadata, compiled())) == []


def test_models_name_people_links_and_organisations_as_pagetab_does() -> None:
    metadata = rembi_yaml.read(MIFA.encode(), "study.yaml").metadata
    assert metadata is not None
    study = metadata["study"]
    assert [one["name"] for one in study["authors"]] == ["Mira Lindgren"]
    (annotations,) = study["annotations"]
    assert annotations["authors"] == [{"name": "Tobe Okafor", "roles": ["data analyst"]}]
    assert study["links"][1] == {"url": "https://example.org/2", "description": "code"}
    assert study["organisations"][0]["ror"] == "02catss52"


def test_the_first_form_says_the_same_as_a_newer_layout() -> None:
    old = {
        "type": "Study Component",
        "attributes": [{"name": "Name", "value": "Screen"}],
        "subsections": [
            [
                {"type": "Other data files", "attributes": [{"name": "File", "value": "w.tsv"}]},
                {
                    "type": "Imaging Method",
                    "attributes": [
                        {"name": "Ontology Value", "value": "confocal microscopy"},
                        {"name": "Ontology Term ID", "value": "FBbi:00000251"},
                    ],
                },
            ]
        ],
    }
    term = {"name": "TermId", "value": "FBbi:00000251"}
    new = {
        "type": "Study Component",
        "attributes": [
            {"name": "Name", "value": "Screen"},
            {"name": "Imaging method", "value": "confocal microscopy", "valqual": [term]},
        ],
        "files": [{"path": "w.tsv"}],
    }
    made = [
        pagetab_json.read(
            json.dumps({"section": {"type": "Study", "subsections": [one]}}).encode(), "a.json"
        ).metadata
        for one in (old, new)
    ]
    assert made[0] == made[1]


def test_a_protocol_that_says_more_than_its_name_is_kept_whole() -> None:
    said = [{"name": "Protocol", "value": "Staining"}, {"name": "Day", "value": "3"}]
    component = {
        "type": "Study Component",
        "attributes": [{"name": "Name", "value": "Screen"}],
        "subsections": [{"type": "Protocols", "attributes": said}],
    }
    document = {"section": {"type": "Study", "subsections": [component]}}
    metadata = pagetab_json.read(json.dumps(document).encode(), "a.json").metadata
    assert metadata is not None
    (made,) = metadata["study"]["study_components"]
    assert "protocols" not in made
    assert made["sections"] == [{"type": "Protocols", "attributes": said}]


@pytest.mark.parametrize("text", [REMBI, MIFA], ids=["REMBI", "MIFA"])
def test_models_read_back_from_the_yaml_that_is_written(text: str) -> None:
    given = rembi_yaml.read(text.encode(), "study.yaml").metadata
    assert given is not None
    content = outputs.write(record(given), "rembi-yaml")
    assert rembi_yaml.knows(Path("rembi.yaml"), content)
    assert rembi_yaml.read(content, "rembi.yaml").metadata == {"accession": "S-BIAD3001"} | given
    assert content.startswith(b"# S-BIAD3001, version 1\n")
    assert content.endswith(b"\nfurther_metadata:\n  /accession: S-BIAD3001\n")


def test_yaml_keeps_beside_the_form_what_it_has_no_field_for() -> None:
    licence = {"name": "CC0", "url": "https://example.org/cc0"}
    file = {"path": "map.csv", "size": 7}
    study = {"title": "Fins", "licence": licence, "sections": [{"type": "Map", "files": [file]}]}
    given = {"doi": "10.6019/x", "doi_requested": True, "study": study}
    content = outputs.write(record(given), "rembi-yaml")
    block = content.decode().partition("further_metadata:\n")[2]
    assert re.findall(r"^  (/[^:]*):", block, re.MULTILINE) == [
        "/accession",
        "/doi",
        "/doi_requested",
        "/study/licence/url",
        "/study/sections",
    ]
    assert rembi_yaml.read(content, "rembi.yaml").metadata == {"accession": "S-BIAD3001"} | given


def test_further_metadata_without_a_place_is_told() -> None:
    block = "further_metadata:\n  /study/biosamples/3/title: Fin\n  doi: 10.6019/x\n"
    text = f"study: {{title: Fins}}\n{block}"
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    told = [(one.code, one.location.line, one.value) for one in reading.findings]
    assert told == [("SUB111", 3, "/study/biosamples/3/title"), ("SUB111", 4, "doi")]
    lone = rembi_yaml.read(b"study: {title: Fins}\nfurther_metadata: none\n", "study.yaml")
    assert [(one.code, one.location.line) for one in lone.findings] == [("SUB111", 2)]


def test_components_of_one_name_keep_their_own_associations_in_yaml() -> None:
    components = [
        {"name": "Movies", "associations": [{"specimen": "Mount"}]},
        {"name": "Movies", "associations": [{"specimen": "Slice"}], "protocols": ["Staining"]},
    ]
    given = {"accession": "S-BIAD3001", "study": {"study_components": components}}
    content = outputs.write(record(given), "rembi-yaml")
    assert rembi_yaml.read(content, "rembi.yaml").metadata == given
