"""RO-Crates: the archive's profile, older ones, and those of others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import intake
from tests.documents import CRATE
from tests.malformed import CORPUS, malformed, needs_corpus, place_of


def test_a_crate_is_read_into_the_record(tmp_path: Path) -> None:
    path = tmp_path / "ro-crate-metadata.json"
    path.write_text(json.dumps(CRATE, indent=1), "utf-8")
    (tmp_path / "list.tsv").write_text("where\tdataset\tTemperature\na.tif\t#movies\t25\n", "utf-8")
    reading = intake.read(path)
    assert not reading.findings
    assert reading.metadata == {
        "accession": "S-BIAD90012",
        "release_date": "2027-04-01",
        "study": {
            "title": "Mitotic spindles in fission yeast",
            "keywords": ["yeast", "spindle"],
            "licence": {
                "name": "CC BY 4.0",
                "url": "https://creativecommons.org/licenses/by/4.0/",
            },
            "organisations": [
                {
                    "id": "o1",
                    "name": "Example Institute of Yeast Biology",
                    "ror": "https://ror.org/00000aa00",
                }
            ],
            "authors": [
                {
                    "name": "Mira Lindgren",
                    "orcid": "0000-0002-1825-0097",
                    "affiliations": [{"organisation": "o1"}],
                },
                {"name": "Tomas Achterberg"},
            ],
            "grants": [{"grant_id": "EX-17", "funder": "Example Foundation"}],
            "biosamples": [
                {
                    "title": "Wild type",
                    "organisms": [
                        {
                            "scientific_name": "Schizosaccharomyces pombe",
                            "taxon_id": "NCBI:txid4896",
                        }
                    ],
                },
                {"title": "Mutant"},
            ],
            "image_acquisitions": [
                {
                    "title": "Spinning disk",
                    "imaging_methods": [
                        {"name": "spinning disk confocal microscopy", "term_id": "FBbi:00000253"}
                    ],
                }
            ],
            "study_components": [
                {
                    "name": "Movies",
                    "associations": [
                        {"biosample": "Wild type", "image_acquisition": "Spinning disk"},
                        {"biosample": "Mutant", "image_acquisition": "Spinning disk"},
                    ],
                    "file_list": "list.tsv",
                }
            ],
            "attributes": [{"name": "sponsorNote", "value": "measured at night"}],
        },
    }
    (one,) = reading.file_lists
    assert one.component == "/study/study_components/0"
    assert one.table["path"].tolist() == ["a.tif"]
    assert one.table["Temperature"].tolist() == ["25"]
    assert reading.source_map.locate("/study/biosamples/1/title").pointer == "/@graph/9/title"


def test_files_of_a_crate_stand_in_the_dataset_that_holds_them(tmp_path: Path) -> None:
    graph = [
        *CRATE["@graph"][:2],
        {"@id": "movies/", "@type": "Dataset", "name": "Movies"},
        {"@id": "stacks/", "@type": "Dataset", "name": "Stacks"},
        {"@id": "movies/a%20b.tif", "@type": "File", "contentSize": "17", "sha256": "00"},
        {"@id": "notes.txt", "@type": "File"},
    ]
    path = tmp_path / "S-BIAD90012-ro-crate-metadata.json"
    path.write_text(json.dumps({**CRATE, "@graph": graph}), "utf-8")
    metadata = intake.read(path).metadata
    assert metadata is not None
    assert metadata["study"]["files"] == [{"path": "notes.txt"}]
    assert [one["files"] for one in metadata["study"]["study_components"]] == [
        [
            {
                "path": "movies/a b.tif",
                "size": 17,
                "attributes": [{"name": "sha256", "value": "00"}],
            }
        ],
        [{"path": "stacks/"}],
    ]


def test_a_crate_says_which_of_its_file_lists_is_absent(tmp_path: Path) -> None:
    path = tmp_path / "ro-crate-metadata.json"
    path.write_text(json.dumps(CRATE, indent=1), "utf-8")
    (absent,) = intake.read(path).findings
    assert (absent.code, absent.location.pointer) == ("FLS001", "/@graph/12/@id")
    (tmp_path / "S-BIAD90012-ro-crate-metadata.json").write_text(json.dumps(CRATE), "utf-8")
    assert not intake.read(tmp_path / "S-BIAD90012-ro-crate-metadata.json").findings


@needs_corpus
@pytest.mark.parametrize("row", malformed("ro-crate"))
def test_malformed_crates(row: dict[str, str]) -> None:
    reading = intake.read(CORPUS / "malformed" / row["path"])
    line, pointer = place_of(row["locator"])
    strong = [f for f in reading.findings if f.severity == "error"]
    assert [
        f
        for f in strong
        if (line is None or f.location.line == line)
        and (pointer is None or f.location.pointer == pointer)
    ]


@needs_corpus
@pytest.mark.parametrize(
    ("case", "codes"),
    [
        ("test_duplicate_entity_id", ["SUB210"]),
        ("test_file_list_metadata_reference_connects_entity", []),
        ("test_file_list_missing_path_column", ["SUB039"]),
        ("test_file_list_self_reference_mismatch", ["SUB212", "SUB212"]),
        ("test_invalid_objects", ["SUB151", "SUB153", "SUB153", "SUB154", "SUB154"]),
        ("test_redefined_context", ["SUB155"]),
    ],
)
def test_crates_give_the_errors_that_the_archive_expects(case: str, codes: list[str]) -> None:
    home = CORPUS / "metadata" / "more" / "ro_crate_validator_cases" / case
    reading = intake.read(home / "ro-crate-metadata.json")
    assert sorted(f.code for f in reading.findings) == codes


@needs_corpus
def test_a_sound_crate_is_left_in_peace() -> None:
    path = CORPUS / "malformed" / "control" / "crate" / "ro-crate-metadata.json"
    assert not intake.read(path).findings
