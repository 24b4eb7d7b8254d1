"""RO-Crates: the archive's profile, older ones, and those of others."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import intake, sources
from pipeline.intake.reading import Reading
from pipeline.select import escape
from pipeline.sources import Found
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


def mapped(tmp_path: Path, file: str = "ro-crate-metadata.json", **root: Any) -> Reading:
    """The crate as read, with properties of its root set, or taken out where they are None."""
    made = copy.deepcopy(CRATE)
    made["@graph"] += root.pop("more", [])
    made["@graph"][1] = {k: v for k, v in (made["@graph"][1] | root).items() if v is not None}
    (tmp_path / file).write_text(json.dumps(made, indent=1), "utf-8")
    (tmp_path / "list.tsv").write_text("where\tdataset\tTemperature\na.tif\t#movies\t25\n", "utf-8")
    return intake.read(tmp_path / file)


def study(reading: Reading) -> Any:
    assert reading.metadata is not None
    return reading.metadata["study"]


@pytest.mark.parametrize("prefix", ["schema:", "http://schema.org/", "https://schema.org/"])
def test_properties_may_stand_under_the_names_of_their_vocabulary(
    prefix: str, tmp_path: Path
) -> None:
    plain = mapped(tmp_path)
    given = {"name": None, "datePublished": None, "license": None}
    written = {prefix + name: CRATE["@graph"][1][name] for name in given}
    read = mapped(tmp_path, **given, **written)
    assert read.metadata == plain.metadata
    assert not read.findings
    assert read.source_map.pointers["/study/title"] == f"/@graph/1/{escape(prefix)}name"


def test_properties_of_other_vocabularies_keep_their_names(tmp_path: Path) -> None:
    read = mapped(tmp_path, **{"http://purl.org/dc/terms/title": "Another title"})
    assert study(read)["title"] == "Mitotic spindles in fission yeast"
    kept = {one["name"] for one in study(read)["attributes"]}
    assert "http://purl.org/dc/terms/title" in kept


LICENCE = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}


def test_a_licence_may_be_an_entity_of_the_crate_or_nested(tmp_path: Path) -> None:
    local = {"@id": "#lic", "@type": "CreativeWork", **LICENCE}
    read = mapped(tmp_path, license={"@id": "#lic"}, more=[local])
    assert study(read)["licence"] == LICENCE
    assert not read.findings
    read = mapped(tmp_path, license={"@type": "CreativeWork", **LICENCE})
    assert study(read)["licence"] == LICENCE
    assert [one.code for one in read.findings] == ["SUB150"]
    read = mapped(tmp_path, license={"@id": "#lic"}, more=[{"@id": "#lic", "@type": "X"}])
    assert study(read)["licence"] == {"name": "#lic"}


def test_a_second_licence_is_kept_and_told(tmp_path: Path) -> None:
    other = "https://creativecommons.org/publicdomain/zero/1.0/"
    read = mapped(tmp_path, license=[LICENCE["url"], other])
    assert study(read)["licence"] == LICENCE
    assert {"name": "license", "value": other} in study(read)["attributes"]
    (told,) = read.findings
    assert (told.code, told.severity, told.value) == ("SUB151", "warning", other)
    assert told.location.pointer == "/@graph/1/license/1"
    assert not mapped(tmp_path, license=[LICENCE["url"], "CC BY 4.0"]).findings


@pytest.mark.parametrize(
    "identifier",
    [
        "0000-0001-5109-3700",
        "https://orcid.org/0000-0001-5109-3700",
        {"@id": "https://orcid.org/0000-0001-5109-3700"},
        {"@id": "#id"},
    ],
)
def test_an_orcid_id_may_be_a_property_of_any_form(identifier: Any, tmp_path: Path) -> None:
    person = {"@id": "#p3", "@type": "Person", "name": "Ea Holm", "identifier": identifier}
    value = {"@id": "#id", "@type": "PropertyValue", "value": "0000-0001-5109-3700"}
    more = [person, value] if identifier == {"@id": "#id"} else [person]
    read = mapped(tmp_path, contributor=[{"@id": "#p3"}], more=more)
    (author,) = study(read)["authors"]
    assert author == {"name": "Ea Holm", "orcid": author["orcid"]}
    assert author["orcid"].removeprefix("https://orcid.org/") == "0000-0001-5109-3700"
    assert "PropertyValue" not in {one["type"] for one in study(read).get("sections", ())}


def test_a_detached_crate_names_its_lists_and_reads_those_that_are_there(tmp_path: Path) -> None:
    name = "S-BIAD90012-ro-crate-metadata.json"
    read = mapped(tmp_path, name)
    assert study(read)["study_components"][0]["file_list"] == "list.tsv"
    assert [one.table["path"].tolist() for one in read.file_lists] == [["a.tif"]]
    (tmp_path / "list.tsv").unlink()
    read = intake.read(tmp_path / name)
    assert study(read)["study_components"][0]["file_list"] == "list.tsv"
    assert not read.findings
    found = Found(given=name, document=tmp_path / name, folder=tmp_path)
    opened = sources.open_found(found, files=False, imported=True)
    assert [one.code for one in opened.skips] == ["FLS001"]
    opened = sources.open_found(found, imported=True)
    assert [one.code for one in opened.findings] == ["FLS001"]


def test_contexts_of_the_specification_are_those_of_crates(tmp_path: Path) -> None:
    made = copy.deepcopy(CRATE)
    made["@context"] = "https://www.researchobject.org/ro-crate/specification/1.2/context.jsonld"
    path = tmp_path / "study-ro-crate-metadata.json"
    path.write_text(json.dumps(made), "utf-8")
    assert not intake.read(path).findings


def test_an_entity_without_id_and_type_is_called_an_entity(tmp_path: Path) -> None:
    read = mapped(tmp_path, more=[{"name": "odd"}])
    assert {one.message for one in read.findings} == {
        "an entity has no '@id'",
        "an entity has no '@type'",
    }


def test_a_folder_in_a_dataset_of_the_profile_is_one_of_its_files(tmp_path: Path) -> None:
    movies = {"@id": "#movies", "@type": "bia:Dataset", "name": "Movies"}
    graph = [
        *CRATE["@graph"][:2],
        movies | {"hasPart": [{"@id": "a.ome.zarr/"}]},
        {"@id": "#beads", "@type": "bia:Dataset", "name": "Beads"},
        {"@id": "a.ome.zarr/", "@type": "Dataset", "hasPart": {"@id": "a.ome.zarr/0/"}},
        {"@id": "a.ome.zarr/0/", "@type": "Dataset", "hasPart": {"@id": "a.ome.zarr/0/0"}},
        {"@id": "a.ome.zarr/0/0", "@type": "File"},
        {"@id": "a.ome.zarr/.zattrs", "@type": "File"},
        {"@id": "b.ome.zarr/", "@type": "Dataset", "name": "by itself"},
    ]
    path = tmp_path / "S-BIAD90012-ro-crate-metadata.json"
    path.write_text(json.dumps({**CRATE, "@graph": graph}), "utf-8")
    listed = study(intake.read(path))["study_components"]
    assert [one["name"] for one in listed] == ["Movies", "Beads", "by itself"]
    paths = ["a.ome.zarr/", "a.ome.zarr/0/", "a.ome.zarr/0/0", "a.ome.zarr/.zattrs"]
    assert [one["path"] for one in listed[0]["files"]] == paths
    assert [one["path"] for one in listed[2]["files"]] == ["b.ome.zarr/"]
