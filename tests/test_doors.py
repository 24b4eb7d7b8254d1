"""Documents of every kind: the same study is the same record, and faults stand where they are."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from pipeline import intake
from pipeline.edit import located
from pipeline.findings import Operation
from pipeline.intake import (
    empiar,
    idr_study,
    pagetab_json,
    pagetab_tsv,
    pagetab_xlsx,
    rembi_yaml,
    ro_crate,
)
from pipeline.intake.reading import Reading
from tests.pagetab_rows import rows, tsv, xlsx

ROOT = Path(__file__).resolve().parents[1]
INBOX = sorted((ROOT / "fixtures" / "inbox").glob("*/submission.json"))
CORPUS = ROOT.parent / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="needs the shared corpus")

HEAD = (
    "Submission\tS-BIAD90012\nTitle\tSpindles\nReleaseDate\t2027-04-01\n"
    "\nStudy\tSECT-001\nTitle\tSpindles\n"
)


def read_text(text: str) -> Reading:
    return pagetab_tsv.read(text.encode(), "study.tsv")


def found(reading: Reading, code: str) -> list[tuple[int | None, int | None]]:
    return [(f.location.line, f.location.column) for f in reading.findings if f.code == code]


@pytest.mark.parametrize("path", INBOX, ids=lambda path: path.parent.name)
def test_one_study_in_three_files_is_one_record(path: Path) -> None:
    written = rows(json.loads(path.read_text("utf-8")))
    metadata = pagetab_json.read(path.read_bytes(), "study.json").metadata
    assert metadata is not None
    assert pagetab_tsv.read(tsv(written).encode(), "study.tsv").metadata == metadata
    assert pagetab_xlsx.read(xlsx(written), "study.xlsx").metadata == metadata


@pytest.mark.parametrize("path", INBOX, ids=lambda path: path.parent.name)
def test_rows_of_a_sound_study_are_read_in_silence(path: Path, tmp_path: Path) -> None:
    written = rows(json.loads(path.read_text("utf-8")))
    (tmp_path / "study.tsv").write_text(tsv(written), "utf-8")
    (tmp_path / "study.xlsx").write_bytes(xlsx(written))
    for name, kind in (("study.tsv", "pagetab-tsv"), ("study.xlsx", "pagetab-xlsx")):
        reading = intake.read(tmp_path / name)
        assert reading.kind == kind
        assert not [f for f in reading.findings if f.severity != "hint"]


def test_places_are_lines_and_cells() -> None:
    reading = read_text(HEAD + "\nBiosample[SECT-001]\tTitle\tOrganism\nB-1\tWild type\tS. pombe\n")
    at = reading.source_map.locate("/study/biosamples/0/title")
    assert (at.file, at.line, at.column, at.pointer) == ("study.tsv", 9, 2, None)
    assert reading.source_map.locate("/study/title").line == 6
    assert reading.source_map.locate("/accession").column == 2
    assert reading.source_map.locate("/study/keywords").line == 5


def test_a_change_of_a_cell_has_no_pointer() -> None:
    reading = read_text(HEAD)
    change = Operation(do="set", place="/study/title", before="Spindles", after="The spindle")
    assert located(reading.source_map, change).pointer is None


def test_places_are_sheets_and_cells() -> None:
    written = [line.split("\t") for line in HEAD.splitlines()]
    reading = pagetab_xlsx.read(xlsx(written), "study.xlsx")
    at = reading.source_map.locate("/study/title")
    assert (at.sheet, at.cell, at.line, at.pointer) == ("Sheet", "B6", None, None)


def test_qualifiers_and_references() -> None:
    reading = read_text(
        HEAD
        + "License\tCC0\n[URL]\thttps://creativecommons.org/publicdomain/zero/1.0/\n"
        + "Dye\tGFP\n(kind)\tprotein\n[Ontology]\tFBbi\n"
        + "\nauthor\nName\tMira Lindgren\n<affiliation>\to1\n\norganisation\to1\nName\tExample\n"
    )
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["licence"] == {
        "name": "CC0",
        "url": "https://creativecommons.org/publicdomain/zero/1.0/",
    }
    assert study["attributes"] == [
        {
            "name": "Dye",
            "value": "GFP",
            "qualifiers": [
                {"name": "Ontology", "value": "FBbi"},
                {"name": "kind", "value": "protein"},
            ],
        }
    ]
    assert study["authors"][0]["affiliations"] == [{"organisation": "o1"}]


def test_links_and_files_belong_to_the_section_above() -> None:
    reading = read_text(
        HEAD
        + "\nFiles\tDescription\na.tif\tfirst\nb.tif\t\n"
        + "\nBiosample\tB-1\nTitle\tWild type\n\nLink\thttps://example.org/p\nType\tprotocol\n"
    )
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert [file["path"] for file in study["files"]] == ["a.tif", "b.tif"]
    assert study["biosamples"][0]["links"] == [{"url": "https://example.org/p", "type": "protocol"}]


def test_sections_stand_in_the_parent_they_name() -> None:
    reading = read_text(
        HEAD
        + "\nStudy Component\tC-1\nName\tMovies\n\nAssociations\t\tC-1\nBiosample\tWild type\n"
        + "\nStudy Component\tC-2\nName\tStacks\n\nAssociations[C-2]\tBiosample\n\tMutant\n"
    )
    assert reading.metadata is not None
    components = reading.metadata["study"]["study_components"]
    assert [one["associations"] for one in components] == [
        [{"biosample": "Wild type"}],
        [{"biosample": "Mutant"}],
    ]
    assert not reading.findings


def test_a_quoted_value_may_have_lines_and_tabs_of_its_own() -> None:
    text = 'Description\t"One\n\ntwo\tof ""them"""\nKeywords\t"'
    reading = read_text(HEAD + text + 'left" and right\nAcknowledgements\tThanks\n')
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["description"] == 'One\n\ntwo\tof "them"'
    assert study["keywords"] == ['"left" and right']
    assert reading.source_map.locate("/study/acknowledgements").line == 11
    assert not reading.findings


def test_an_open_quote_costs_its_own_cell_only() -> None:
    reading = read_text(HEAD + 'Description\t"never closed\n\nBiosample\tB-1\nTitle\t"Wild type"\n')
    assert found(reading, "SUB130") == [(7, 2)]
    assert reading.metadata is not None
    assert reading.metadata["study"]["description"] == "never closed"
    assert reading.metadata["study"]["biosamples"] == [{"title": "Wild type"}]


def test_all_faults_come_in_one_pass() -> None:
    reading = read_text(
        "Study\tSECT-001\nTitle\tSpindles\nLicense\n"
        "author\nName\tMira Lindgren\n<contact>\tp9\n"
        "\nBiosample[NONE]\tTitle\t\nB-1\tWild type\t25 degrees\tmore\n\nFiles\tDescription\n"
    )
    assert found(reading, "SUB030") == [(1, 1)]
    assert found(reading, "SUB004") == [(3, 2)]
    assert found(reading, "SUB203") == [(8, 1), (6, 2)]
    assert found(reading, "SUB003") == [(8, 3)]
    assert found(reading, "SUB136") == [(9, 4)]
    assert found(reading, "SUB031") == [(11, 1)]


def test_missing_blank_lines_are_told_from_attributes() -> None:
    sound = read_text(HEAD + "Organism\tDanio rerio\nPublication\tin press\nDescription\tText\n")
    assert not found(sound, "SUB138")
    joined = read_text(HEAD + "\nauthor\nName\tMira Lindgren\nauthor\nName\tTomas Achterberg\n")
    assert found(joined, "SUB138") == [(10, 1)]
    assert joined.metadata is not None
    assert len(joined.metadata["study"]["authors"]) == 2


def test_a_value_in_several_lines_without_quotes_is_kept_whole() -> None:
    reading = read_text(HEAD + "Description\tFirst.\nThe second line says what was done next.\n")
    assert found(reading, "SUB140") == [(8, 1)]
    assert reading.metadata is not None
    description = "First.\nThe second line says what was done next."
    assert reading.metadata["study"]["description"] == description


def test_a_submission_block_without_its_first_line_is_still_one() -> None:
    reading = read_text(HEAD.partition("\n")[2])
    assert found(reading, "SUB030") == [(1, 1)]
    assert reading.metadata is not None
    assert reading.metadata["release_date"] == "2027-04-01"
    assert reading.metadata["study"] == {"title": "Spindles"}


def test_spaces_for_tabs_are_read_with_an_error() -> None:
    text = (HEAD + "\nauthor\nName\tMira  Lindgren\n").replace("\t", "    ")
    reading = read_text(text)
    assert found(reading, "SUB119") == [(1, 1)]
    assert reading.metadata is not None
    assert reading.metadata["study"]["authors"] == [{"name": "Mira  Lindgren"}]


def test_sections_without_end_do_not_exhaust_the_reader() -> None:
    chain = "".join(f"\nPart\tp{n}\tp{n - 1}\nName\tx\n" for n in range(1, 3000))
    reading = read_text(HEAD + "\nPart\tp0\nName\tx\n" + chain)
    assert found(reading, "SUB107")
    assert reading.metadata is not None


def test_dates_and_numbers_of_a_sheet_are_read_as_shown() -> None:
    import datetime as dt

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Submission", "S-BIAD90012"],
        ["ReleaseDate", dt.date(2027, 4, 1)],
        [],
        ["Study"],
        ["Title", "Spindles"],
        [],
        ["Publication"],
        ["Year", 2026],
    ):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    metadata = pagetab_xlsx.read(stream.getvalue(), "study.xlsx").metadata
    assert metadata is not None
    assert metadata["release_date"] == "2027-04-01"
    assert metadata["study"]["publications"] == [{"year": "2026"}]


@pytest.mark.parametrize(
    "text",
    ["Files\tChannel\na.tif\t1\n", "\ufeffFILES \tChannel\na.tif\t1\n", "a,b\n1,2\n", "free text"],
)
def test_what_is_no_pagetab_is_left_alone(text: str, tmp_path: Path) -> None:
    path = tmp_path / "list.tsv"
    path.write_text(text, "utf-8")
    assert not pagetab_tsv.knows(path, path.read_bytes())


def place_of(locator: str) -> tuple[int | None, str | None]:
    line = re.search(r"line (\d+)", locator)
    pointer = re.search(r"(?:^|\s)(/[^\s(]*)", locator)
    return int(line[1]) if line else None, pointer[1] if pointer and not line else None


JUDGED_LATER = ("ro-crate/date_dmy/ro-crate-metadata.json", "pagetab-tsv/dangling_affiliation.tsv")
"""What checks of release dates and affiliations find, not intake."""


def malformed(kind: str) -> list[Any]:
    manifest = CORPUS / "malformed" / "manifest.csv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8", newline="") as lines:
        return [
            pytest.param(row, id=row["path"])
            for row in csv.DictReader(lines)
            if row["class"] == kind and row["path"] not in JUDGED_LATER
        ]


RANK = {"info": 0, "hint": 0, "warning": 1, "error": 2}


@needs_corpus
@pytest.mark.parametrize("row", malformed("pagetab-tsv") + malformed("encoding-transfer"))
def test_malformed_documents(row: dict[str, str]) -> None:
    reading = intake.read(CORPUS / "malformed" / row["path"])
    line, _ = place_of(row["locator"])
    strong = [f for f in reading.findings if RANK[f.severity] >= RANK[row["severity"]]]
    assert [f for f in strong if line is None or f.location.line == line]


@needs_corpus
def test_sound_rows_are_left_in_peace() -> None:
    reading = intake.read(CORPUS / "malformed" / "control" / "pagetab.tsv")
    assert reading.read
    assert not [f for f in reading.findings if f.severity != "hint"]


CRATE: dict[str, Any] = {
    "@context": "https://w3id.org/ro/crate/1.1/context",
    "@graph": [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": ["Dataset", "bia:Study"],
            "name": "Mitotic spindles in fission yeast",
            "datePublished": "2027-04-01",
            "accessionId": "S-BIAD90012",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "keyword": ["yeast", "spindle"],
            "contributor": [{"@id": "https://orcid.org/0000-0002-1825-0097"}, {"@id": "#p2"}],
            "funding": [{"@id": "#g1"}],
            "hasPart": [{"@id": "#movies"}, {"@id": "list.tsv"}],
            "sponsorNote": "measured at night",
        },
        {
            "@id": "https://orcid.org/0000-0002-1825-0097",
            "@type": ["Person", "bia:Contributor"],
            "displayName": "Mira Lindgren",
            "affiliation": [{"@id": "https://ror.org/00000aa00"}],
        },
        {"@id": "#p2", "@type": ["Person", "bia:Contributor"], "displayName": "Tomas Achterberg"},
        {
            "@id": "https://ror.org/00000aa00",
            "@type": ["Organisation", "bia:Affiliation"],
            "displayName": "Example Institute of Yeast Biology",
        },
        {"@id": "#g1", "@type": "bia:Grant", "identifier": "EX-17", "funder": [{"@id": "#f1"}]},
        {"@id": "#f1", "@type": "bia:FundingBody", "name": "Example Foundation"},
        {
            "@id": "#movies",
            "@type": ["Dataset", "bia:Dataset"],
            "name": "Movies",
            "associatedBiologicalEntity": [{"@id": "#wild"}, {"@id": "#mutant"}],
            "associatedImageAcquisitionProtocol": [{"@id": "#disk"}],
        },
        {
            "@id": "#wild",
            "@type": "bia:BioSample",
            "title": "Wild type",
            "organismClassification": [{"@id": "NCBI:txid4896"}],
        },
        {"@id": "#mutant", "@type": "bia:BioSample", "title": "Mutant"},
        {
            "@id": "NCBI:txid4896",
            "@type": "bia:Taxon",
            "scientificName": "Schizosaccharomyces pombe",
        },
        {
            "@id": "#disk",
            "@type": "bia:ImageAcquisitionProtocol",
            "title": "Spinning disk",
            "imagingMethodName": ["spinning disk confocal microscopy"],
            "fbbiId": ["FBbi:00000253"],
        },
        {
            "@id": "list.tsv",
            "@type": ["File", "bia:FileList", "csvw:Table"],
            "tableSchema": {"@id": "#schema"},
        },
        {
            "@id": "#schema",
            "@type": "csvw:Schema",
            "column": [{"@id": "#c0"}, {"@id": "#c1"}, {"@id": "#c2"}],
        },
        {
            "@id": "#c0",
            "@type": "csvw:Column",
            "columnName": "where",
            "propertyUrl": "http://bia/filePath",
        },
        {
            "@id": "#c1",
            "@type": "csvw:Column",
            "columnName": "dataset",
            "propertyUrl": "http://schema.org/isPartOf",
        },
        {"@id": "#c2", "@type": "csvw:Column", "columnName": "Temperature"},
    ],
}


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


REMBI = """\
study:
  title: Mitotic spindles in fission yeast
  private_until_date: 2027-04-01
  keywords: [yeast, spindle]
  authors:
  - first_name: Mira
    last_name: Lindgren
    orcid: 0000-0002-1825-0097
    affiliation: {name: Example Institute of Yeast Biology, address: 3 Example Quay}
  - first_name: Tomas
    last_name: Achterberg
    affiliation: {name: Example Institute of Yeast Biology, address: 3 Example Quay}
  publications:
  - {title: Spindles, year: 2026, pubmed_id: PMC0000001}
  funding:
    funding_statement: Funded by the Example Foundation.
    grant_references:
    - {funder: Example Foundation, identifier: 17}
  links:
  - {link_url: "https://example.org/protocol", link_description: protocol}
  rembi_version: "1.5"
biosamples:
  Wild type:
    organism: {scientific_name: Schizosaccharomyces pombe, ncbi_taxon: "NCBI:txid4896"}
    biological_entity: spindle
    experimental_variables: [temperature, time]
acquisitions:
  Spinning disk:
    imaging_method: {value: spinning disk confocal microscopy, ontology_name: FBbi}
annotations:
  Outlines: {annotation_overview: outlines, annotation_type: [segmentation_mask]}
version:
  Outlines: {version: v1.1}
study_component:
  one: {name: Movies}
associations:
  one: {biosample_id: Wild type, acquisition_id: Spinning disk}
"""

RENDERED = """\
Submission
Title\tMitotic spindles in fission yeast
ReleaseDate\t2027-04-01

Study
Keyword\tyeast
Keyword\tspindle
Funding statement\tFunded by the Example Foundation.

Link\thttps://example.org/protocol
Description\tprotocol

author
Name\tMira Lindgren
ORCID\t0000-0002-1825-0097
<affiliation>\to1

author
Name\tTomas Achterberg
<affiliation>\to1

organization\to1
Name\tExample Institute of Yeast Biology
Address\t3 Example Quay

Publication
Title\tSpindles
Year\t2026
PMC ID\tPMC0000001

Funding
Agency\tExample Foundation
grant_id\t17

Biosample\tBiosample-1
Title\tWild type
Biological entity\tspindle
Experimental variable\ttemperature
Experimental variable\ttime

Organism\tOrganism-1\tBiosample-1
Scientific name\tSchizosaccharomyces pombe
NCBI taxon ID\tNCBI:txid4896

Image Acquisition\tImage Acquisition-1
Title\tSpinning disk

Imaging Method\tImaging Method-1\tImage Acquisition-1
Ontology Value\tspinning disk confocal microscopy
Ontology Name\tFBbi

Annotations\tAnnotations-1
Title\tOutlines
Annotation Overview\toutlines
Annotation Type\tsegmentation_mask

Version\t\tAnnotations-1
Annotation version\tv1.1

Study Component\tStudy Component-1
Name\tMovies

Associations\t\tStudy Component-1
Biosample\tWild type
Image acquisition\tSpinning disk
"""


def test_rembi_yaml_is_the_record_of_its_rendering(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(REMBI, "utf-8")
    (tmp_path / "study.tsv").write_text(RENDERED, "utf-8")
    reading, rendered = intake.read(tmp_path / "study.yaml"), intake.read(tmp_path / "study.tsv")
    assert not reading.findings
    assert reading.metadata is not None
    assert reading.metadata == rendered.metadata
    at = reading.source_map.locate("/study/authors/1/name")
    assert (at.pointer, at.line) == ("/study/authors/1/first_name", 10)


@pytest.mark.parametrize(
    "text",
    [
        "study: &a {title: x, again: *a}\n",
        "study: " + "[" * 5000,
        "study: {title: *nowhere}\n",
        "study:\n" + "".join(f"  b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 40)),
        "study: &b0 [x]\nb: [" + ", ".join(["*b0"] * 50) + "]\n",
        "study: {title: x}\n---\nstudy: {title: y}\n",
        "study: 1\n",
        "study:\nbiosamples: text\nannotations: [1, {a: {b: c}}]\n",
    ],
)
def test_no_yaml_is_too_odd(text: str, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text, "utf-8")
    reading = intake.read(path)
    assert reading.kind == "rembi-yaml"
    assert reading.read or reading.findings


IDR = (
    "# STUDY DESCRIPTION SECTION\n"
    "Comment[IDR Study Accession]\tidr9001\n"
    "Study Title\tMitotic spindles in fission yeast\t\t\n"
    "Study Type\thigh content screen\n"
    "Study Description\tTime-lapse of tubulin.\n"
    "Study Key Words\tyeast\tspindle\n"
    "Study Organism\tSchizosaccharomyces pombe\n"
    "Study Organism Term Accession\tNCBITaxon_4896\n"
    "Study Public Release Date\t2027-04-01\n"
    "Study Person Last Name\tLindgren\tAchterberg\n"
    "Study Person First Name\tMira\tTomas\n"
    "Study Person Email\tmira.lindgren@example.org\t\n"
    "Study License\tCC BY 4.0\n"
    "Study License URL\thttps://creativecommons.org/licenses/by/4.0/\n"
    "\nExperiment Number\t1\n"
    "Comment[IDR Experiment Name]\tidr9001-lindgren/experimentA\n"
    "Experiment Imaging Method\tspinning disk confocal microscopy\n"
    "Protocol Name\tgrowth\timaging\n"
    "Protocol Description\tin rich medium\tevery thirty seconds\n"
    "Experiment Size\t5D Images: 12\n"
)


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


EMPIAR = {
    "EMPIAR-90001": {
        "title": "Tilt series of fission yeast",
        "release_date": "2027-04-01",
        "entry_doi": "10.6019/EMPIAR-90001",
        "grant_references": [{"funding_body": "Example Foundation", "code": "EX-17"}],
        "authors": [{"author": {"name": "Lindgren M", "author_orcid": "0000-0002-1825-0097"}}],
        "citation": [
            {"title": "Spindles", "year": 2026, "authors": [{"name": "Lindgren M"}], "issue": None}
        ],
        "imagesets": [{"name": "Tilt series", "category": "tilt series", "pixel_width": 3.4}],
        "scale": "cell",
    }
}
EMPIAR_XML = """\
<entry xmlns="http://pdbe.org/empiar" accessionCode="EMPIAR-90001"><admin>
<keyDates><releaseDate>2027-04-01</releaseDate></keyDates>
<title>Tilt series of fission yeast</title>
<authorsList><author authorORCID="0000-0002-1825-0097">Lindgren M</author></authorsList>
<entryDOI>10.6019/EMPIAR-90001</entryDOI></admin>
<crossReferences><citationList><universalCitation><journalCitation>
<author>Lindgren M</author><title>Spindles</title><year>2026</year>
</journalCitation></universalCitation></citationList></crossReferences>
<imageSet><name>Tilt series</name><category>tilt series</category></imageSet></entry>
"""


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


@needs_corpus
@pytest.mark.parametrize(
    "path",
    sorted(
        one
        for one in (CORPUS / "metadata" / "more").rglob("*")
        if one.is_file() and one.suffix != ".csv"
    ),
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_every_real_document_is_read_or_refused_with_a_finding(path: Path) -> None:
    reading = intake.read(path)
    assert reading.read or reading.findings


SEEDS: dict[str, str] = {
    "study.tsv": RENDERED,
    "study.yaml": REMBI,
    "study.txt": IDR,
    "ro-crate-metadata.json": json.dumps(CRATE, indent=1),
    "entry.json": json.dumps(EMPIAR, indent=1),
    "entry.xml": EMPIAR_XML,
}
DOORS = {
    "study.tsv": pagetab_tsv,
    "study.yaml": rembi_yaml,
    "study.txt": idr_study,
    "ro-crate-metadata.json": ro_crate,
    "entry.json": empiar,
    "entry.xml": empiar,
}
PIECES = ["\t", "\n", "\n\n", '"', "[", "]", "{", "}", "<", ">", "#", "null", "5", "\x00", ""]


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str]:
    """A sound document with some of its pieces taken out, put in or moved."""
    name = draw(st.sampled_from(sorted(SEEDS)))
    text = SEEDS[name]
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(st.sampled_from(PIECES) | st.just(text[end : end + 60]))
        text = text[:start] + piece + text[end:]
    return name, text


@given(damaged())
@settings(max_examples=150, deadline=None)
def test_damage_is_told_and_never_crashes(document: tuple[str, str]) -> None:
    name, text = document
    reading = DOORS[name].read(text.encode("utf-8"), name)
    assert reading.read or reading.findings
    json.dumps(reading.metadata)


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"), min_size=1
).filter(lambda text: text.strip())


@given(st.lists(texts, min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_value_comes_back_as_it_was_written(values: list[str]) -> None:
    document = {
        "section": {
            "type": "Study",
            "attributes": [{"name": "Keywords", "value": value} for value in values],
        }
    }
    reading = pagetab_tsv.read(tsv(rows(document)).encode(), "study.tsv")
    assert reading.metadata is not None
    assert reading.metadata["study"]["keywords"] == values
