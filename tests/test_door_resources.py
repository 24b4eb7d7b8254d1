"""Study files of IDR, entries and proposals of EMPIAR."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import intake
from tests.documents import EMPIAR, EMPIAR_XML, IDR


def test_an_idr_study_file_is_read_into_the_record(tmp_path: Path) -> None:
    (tmp_path / "idr9001-study.txt").write_text(IDR, "utf-8")
    reading = intake.read(tmp_path / "idr9001-study.txt")
    assert (reading.kind, reading.findings) == ("idr-study", ())
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert reading.metadata["release_date"] == "2027-04-01"
    assert [author["name"] for author in study["authors"]] == ["Mira Lindgren", "Tomas Achterberg"]
    assert study["authors"][0]["email"] == "mira.lindgren@example.org"
    assert study["keywords"] == ["yeast", "spindle"]
    assert study["licence"]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert study["biosamples"][0]["organisms"] == [
        {"scientific_name": "Schizosaccharomyces pombe", "taxon_id": "NCBITaxon_4896"}
    ]
    (component,) = study["study_components"]
    assert component["name"] == "idr9001-lindgren/experimentA"
    assert component["associations"] == [
        {"biosample": "Biosample", "image_acquisition": "Image Acquisition of Experiment 1"}
    ]
    assert [one["attributes"][0]["value"] for one in component["sections"]] == ["growth", "imaging"]
    assert {"name": "Experiment Size", "value": "5D Images: 12"} in component["attributes"]
    assert reading.source_map.locate("/study/authors/1/name").column == 3


def test_an_empiar_entry_is_read_from_json_and_xml(tmp_path: Path) -> None:
    (tmp_path / "entry.json").write_text(json.dumps(EMPIAR), "utf-8")
    (tmp_path / "entry.xml").write_text(EMPIAR_XML, "utf-8")
    for name in ("entry.json", "entry.xml"):
        reading = intake.read(tmp_path / name)
        assert (reading.kind, reading.findings) == ("empiar", ())
        assert reading.metadata is not None
        assert reading.metadata["release_date"] == "2027-04-01"
        assert reading.metadata["doi"] == "10.6019/EMPIAR-90001"
        study = reading.metadata["study"]
        assert study["title"] == "Tilt series of fission yeast"
        assert study["authors"] == [{"name": "Lindgren M", "orcid": "0000-0002-1825-0097"}]
        assert study["publications"] == [
            {"title": "Spindles", "year": "2026", "authors": "Lindgren M"}
        ]
        assert study["study_components"][0]["name"] == "Tilt series"
        known = {"name": "EMPIAR accession", "value": "EMPIAR-90001"}
        assert known in study["attributes"]


def test_an_empiar_proposal_is_read_into_the_record(tmp_path: Path) -> None:
    path = tmp_path / "proposal.yaml"
    path.write_text(
        "accession_id: EMPIAR-90001\npaper_doi: 10.1234/example\nrembis:\n"
        "  BioSample:\n  - title: Wild type\n"
        "    organism_classification: [{scientific_name: yeast}]\n"
        "  ImageAcquisitionProtocol:\n"
        "  - {title: Tomography, imaging_method_name: [cryo-ET], fbbi_id: [FBbi:00000256]}\n"
        "datasets:\n- {title: Frames}\n",
        "utf-8",
    )
    reading = intake.read(path)
    assert not reading.findings
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["biosamples"] == [
        {"title": "Wild type", "organisms": [{"scientific_name": "yeast"}]}
    ]
    assert study["image_acquisitions"][0]["imaging_methods"] == [
        {"name": "cryo-ET", "term_id": "FBbi:00000256"}
    ]
    assert study["publications"] == [{"doi": "10.1234/example"}]
    assert study["study_components"] == [{"name": "Frames"}]


@pytest.mark.parametrize("date", ["2027-4-1", "1 April 2027", "01.04.2027"])
def test_a_date_of_empiar_in_another_form_stays_the_release_date(date: str, tmp_path: Path) -> None:
    entry = {"EMPIAR-90001": {**EMPIAR["EMPIAR-90001"], "release_date": date}}
    (tmp_path / "entry.json").write_text(json.dumps(entry), "utf-8")
    metadata = intake.read(tmp_path / "entry.json").metadata
    assert metadata is not None
    assert metadata["release_date"] == date


def test_the_code_of_a_deposition_is_no_release_date(tmp_path: Path) -> None:
    entry = {"EMPIAR-90001": {**EMPIAR["EMPIAR-90001"], "release_date": "HP"}}
    (tmp_path / "entry.json").write_text(json.dumps(entry), "utf-8")
    metadata = intake.read(tmp_path / "entry.json").metadata
    assert metadata is not None
    assert "release_date" not in metadata


def test_an_apostrophe_in_a_name_of_a_deposition_is_part_of_it(tmp_path: Path) -> None:
    people = [{"name": "(\"D'Angelo\", 'M')", "order_id": 0}]
    entry = {"EMPIAR-90001": {**EMPIAR["EMPIAR-90001"], "authors": people}}
    (tmp_path / "entry.json").write_text(json.dumps(entry), "utf-8")
    metadata = intake.read(tmp_path / "entry.json").metadata
    assert metadata is not None
    assert "D'Angelo M" in [one.get("name") for one in metadata["study"]["authors"]]
