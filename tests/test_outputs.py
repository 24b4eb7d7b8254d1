"""What is written of a record: nothing lost, nothing private in the open, the same bytes again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import outputs
from pipeline.findings import Finding, Operation, Origin, Report
from pipeline.intake import pagetab_json, ro_crate
from pipeline.outputs import citation, manifest_table, pagetab, public
from pipeline.outputs import record as record_json
from pipeline.record import Change, CuratedRecord, DataFile, Decision, DocumentFrame

HERE = Path(__file__).resolve().parent
INBOX = HERE.parent / "fixtures" / "inbox"
CORPUS = HERE.parent.parent / "shared" / "corpus" / "metadata"

ORIGIN = Origin(pipeline="0.1.0", schema_version="1.0", schema_digest="a" * 64, rules_digest="b")
STUDY: dict[str, Any] = {
    "title": "Flow of actin & myosin in 100% confluent {cells}",
    "keywords": ["actin", "flow"],
    "licence": {"name": "CC-BY 4.0"},
    "authors": [
        {"name": "Mira Lindgren", "orcid": "0000-0002-1825-0097", "email": "mira@example.org"},
        {"name": "Consortium for Cells, Norrhamn"},
        {"email": "nameless@example.org"},
    ],
}


def record(study: dict[str, Any] | None = None, **given: Any) -> CuratedRecord:
    fields: dict[str, Any] = {
        "accession": "S-BIAD3001",
        "version": 2,
        "submission": "keratocyte-actin-flow",
        "digest": "d" * 64,
        "release_date": "2027-03-01",
        "doi": "10.6019/S-BIAD3001",
        "citation": "Image data are available under accession number S-BIAD3001.",
        "link": "https://www.ebi.ac.uk/biostudies/BioImages/studies/S-BIAD3001",
        "licence_terms": "CC BY 4.0",
        "metadata": {"release_date": "2027-03-01", "study": study or STUDY},
        "report": Report(submission="keratocyte-actin-flow", origin=ORIGIN),
    }
    return CuratedRecord(**(fields | given))


def read(path: Path) -> CuratedRecord:
    reading = pagetab_json.read(path.read_bytes(), path.name)
    assert reading.metadata is not None
    frame = DocumentFrame(
        template=reading.template, attach_to=reading.attach_to, root_path=reading.root_path
    )
    accession = reading.metadata.get("accession", "S-BIAD3001")
    return record(metadata=reading.metadata, frame=frame, accession=accession)


def again(written: CuratedRecord) -> dict[str, Any]:
    """The metadata of the PageTab that was written, but for the accession it now carries."""
    reading = pagetab_json.read(pagetab.write(written), "pagetab.json")
    assert reading.metadata is not None
    assert reading.template == written.frame.template
    return {key: value for key, value in reading.metadata.items() if key != "accession"}


def named(section: dict[str, Any], name: str) -> list[str]:
    return [one["value"] for one in section["attributes"] if one["name"] == name]


def below(section: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield section
    for one in section.get("subsections", []):
        yield from below(one)


def test_every_output_writes_the_same_bytes_whatever_the_order_of_the_metadata() -> None:
    turned = dict(reversed(list(STUDY.items())))
    first, second = record(), record(turned)
    assert {"record", "pagetab", "citation", "manifest", "public"} <= outputs.load().keys()
    for name in outputs.load():
        assert outputs.write(first, name) == outputs.write(second, name)
        assert outputs.write(first, name).endswith(b"\n")
    assert len({one.file for one in outputs.load().values()}) == len(outputs.load())


def test_unknown_output_is_refused() -> None:
    with pytest.raises(KeyError):
        outputs.write(record(), "parchment")


def test_record_reads_back_as_it_was() -> None:
    split = Operation(do="split", place="/study/keywords/0", before="a; b", after=["a", "b"])
    full = record(
        frame=DocumentFrame(template="BioImages.v5", root_path="u/1"),
        files=(DataFile(path="a.tif", size=3, sha256="f" * 64, format="TIFF"),),
        changes=(Change(by="split-keywords", operations=(split,)),),
        decision=Decision(verdict="accept", curator="Ana", note="fine", digest="d"),
    )
    assert record_json.read(record_json.write(full)) == full


def test_record_keeps_what_utf8_cannot_hold() -> None:
    odd = record({"title": "half a \ud83d pair, whole 🔬, naïve"})
    content = record_json.write(odd)
    assert json.loads(content)["metadata"]["study"]["title"] == odd.metadata["study"]["title"]
    assert "naïve".encode() in content


def test_manifest_counts_and_escapes() -> None:
    files = (
        DataFile(path="a\tb.tif", size=10, sha256="0" * 64, format="TIFF", study_component="C 1"),
        DataFile(path="line\nend.dat", size=5),
    )
    made = json.loads(outputs.write(record(files=files), "manifest"))
    assert made["total"] == {"files": 2, "bytes": 15}
    assert made["files"][1] == {"path": "line\nend.dat", "size": 5}
    table = manifest_table.write(record(files=files)).decode().splitlines()
    rows = list(csv.DictReader(table, delimiter="\t"))
    assert [row["path"] for row in rows] == ["a\\tb.tif", "line\\nend.dat"]
    assert rows[0]["study_component"] == "C 1"
    assert rows[1]["sha256"] == ""


def test_citation_says_the_sentence_and_the_doi() -> None:
    lines = citation.write(record()).decode().splitlines()
    assert lines == [record().citation, "https://doi.org/10.6019/S-BIAD3001"]
    assert citation.write(record(doi=None)).decode().splitlines() == [record().citation]


def test_bibtex_escapes_and_keeps_names_whole() -> None:
    text = citation.bibtex(record())
    assert text.startswith("@misc{S-BIAD3001,")
    assert r"title = {{Flow of actin \& myosin in 100\% confluent \{cells\}}}" in text
    assert "author = {Mira Lindgren and {Consortium for Cells, Norrhamn}}" in text
    assert "year = {2027}" in text


def test_cff_names_the_licence_by_its_spdx_id_only_when_the_version_is_stated() -> None:
    made = yaml.safe_load(citation.cff(record()))
    assert made["license"] == "CC-BY-4.0"
    assert made["date-released"] == "2027-03-01"
    assert made["authors"][0] == {
        "name": "Mira Lindgren",
        "orcid": "https://orcid.org/0000-0002-1825-0097",
    }
    vague = STUDY | {"licence": {"name": "CC BY", "url": "https://example.org/terms"}}
    made = yaml.safe_load(citation.cff(record(vague)))
    assert "license" not in made
    assert made["license-url"] == "https://example.org/terms"


def test_ris_and_csl_name_title_authors_and_day() -> None:
    lines = citation.ris(record()).split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert lines[-2:] == ["ER  - ", ""]
    assert "AU  - Consortium for Cells, Norrhamn" in lines
    assert "DA  - 2027/03/01" in lines
    (entry,) = json.loads(citation.csl(record()))
    assert entry["author"][0] == {"literal": "Mira Lindgren"}
    assert entry["issued"] == {"date-parts": [[2027, 3, 1]]}


@pytest.mark.parametrize("form", sorted(citation.FORMS))
def test_an_empty_study_can_still_be_cited(form: str) -> None:
    bare = record(metadata={}, release_date=None, doi=None)
    assert "S-BIAD3001" in citation.FORMS[form](bare)


def test_public_copy_holds_metadata_citation_and_manifest_only() -> None:
    private = Finding(code="TXT101", name="x", severity="hint", message="a private finding")
    edit = Operation(do="set", place="/study/title", before="a former title", after="b")
    full = record(
        report=Report(submission="inbox-folder-name", origin=ORIGIN, findings=(private,)),
        submission="inbox-folder-name",
        changes=(Change(by="a-private-rule", operations=(edit,)),),
        decision=Decision(verdict="accept", curator="Ana Curator", note="a note", digest="d"),
        files=(DataFile(path="a.tif", size=3),),
    )
    bundle = public.bundle(full)
    content = b"".join(bundle.values())
    secrets = ("private", "inbox-folder-name", "Curator", "a note", "former", "d" * 64)
    assert not [text for text in secrets if text.encode() in content]
    assert json.loads(bundle["metadata.json"])["metadata"] == full.metadata
    assert b"a.tif" in bundle["manifest.tsv"]


@pytest.mark.parametrize(
    "path", sorted(INBOX.glob("*/submission.json")), ids=lambda p: p.parent.name
)
def test_pagetab_of_the_inbox_reads_back(path: Path) -> None:
    given = read(path)
    assert again(given) == given.metadata


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_pagetab_of_real_documents_reads_back() -> None:
    paths = [*CORPUS.glob("bia/*.json"), *CORPUS.glob("more/bia_pagetab*/*.json")]
    tried = 0
    for path in paths:
        if isinstance(content := json.loads(path.read_bytes()), dict) and "section" in content:
            given = read(path)
            kept = {key: value for key, value in given.metadata.items() if key != "accession"}
            assert again(given) == kept, path.name
            tried += 1
    assert tried > 30


def test_pagetab_keeps_what_the_document_says_to_biostudies() -> None:
    frame = DocumentFrame(template="BioImages.v4", attach_to="BioImages", root_path="user/x y")
    metadata = {"release_date": "2027-03-01", "doi": "10.6019/s-biad3001 ", "study": STUDY}
    made = pagetab.tree(record(frame=frame, metadata=metadata))
    assert made["accno"] == "S-BIAD3001"
    assert made["attributes"] == [
        {"name": "Template", "value": "BioImages.v4"},
        {"name": "DOI", "value": "10.6019/s-biad3001 "},
        {"name": "ReleaseDate", "value": "2027-03-01"},
        {"name": "RootPath", "value": "user/x y"},
        {"name": "AttachTo", "value": "BioImages"},
    ]


@pytest.mark.parametrize(
    ("template", "type_", "keyword", "pubmed"),
    [
        ("BioImages.v4", "Annotations", "Keywords", "Pubmed ID"),
        ("BioImages.v5", "Annotation", "Keywords", "Pubmed ID"),
        ("BioImages.v1", "Annotations", "Keyword", "PMID"),
        (None, "Annotations", "Keywords", "Pubmed ID"),
    ],
)
def test_pagetab_speaks_the_words_of_its_template(
    template: str | None, type_: str, keyword: str, pubmed: str
) -> None:
    study = STUDY | {"annotations": [{"title": "a"}], "publications": [{"pubmed_id": "1"}]}
    given = record(study, frame=DocumentFrame(template=template))
    section = pagetab.tree(given)["section"]
    assert named(section, keyword) == ["actin", "flow"]
    parts = {one["type"]: one for one in below(section)}
    assert type_ in parts
    assert named(parts["Publication"], pubmed) == ["1"]
    assert again(given) == given.metadata


def test_pagetab_leaves_out_what_curation_added_beyond_the_template() -> None:
    grant = {"funder": "European Commission", "grant_id": "101057970", "project_acronym": "AI4LIFE"}
    added = Operation(do="add", place="/study/grants/0/project_acronym", after="AI4LIFE")
    changes = (Change(by="cordis", operations=(added,), safety="review"),)
    for template, changed, written in (
        ("BioImages.v5", changes, False),
        ("BioImages.v5", (), True),
        (None, changes, True),
    ):
        frame = DocumentFrame(template=template)
        made = pagetab.write(record({"grants": [grant]}, frame=frame, changes=changed))
        assert (b"AI4LIFE" in made) is written
        assert b"101057970" in made


def test_pagetab_writes_organisms_so_that_they_read_back() -> None:
    known = {"scientific_name": "Homo sapiens", "common_name": "human", "taxon_id": "9606"}
    other = {"scientific_name": "Homo sapiens", "common_name": "a cell line"}
    for organisms in ([known], [known, other], [{"scientific_name": "Danio rerio"}]):
        given = record({"title": "t", "biosamples": [{"title": "b", "organisms": organisms}]})
        assert again(given) == given.metadata


def test_only_what_the_archive_keeps_is_emitted_beside_the_record() -> None:
    emitted = {one.name for one in outputs.load().values() if one.emitted}
    assert emitted == {"record", "pagetab", "citation", "manifest", "manifest-tsv"}
    assert {"ro-crate", "rembi-yaml", "pagetab-tsv", "public"} <= outputs.load().keys() - emitted


def test_ro_crate_refers_as_the_profile_does() -> None:
    study: dict[str, Any] = {
        "title": "Fins",
        "authors": [{"name": "Mira Lindgren", "affiliations": [{"organisation": "o1"}]}],
        "organisations": [{"id": "o1", "name": "Example Institute"}],
        "biosamples": [{"title": "Fin"}],
        "study_components": [
            {"name": "Movies", "associations": [{"biosample": "Fin"}], "files": [{"path": "a b"}]}
        ],
    }
    made = json.loads(outputs.write(record(study), "ro-crate"))
    entities = {one["@id"]: one for one in made["@graph"]}
    assert len(entities) == len(made["@graph"])
    descriptor, root = made["@graph"][:2]
    assert descriptor["about"] == {"@id": root["@id"]}
    (component,) = (one for one in made["@graph"] if one["@type"] == ["Dataset", "bia:Dataset"])
    assert [one["@id"] for one in root["hasPart"]] == [component["@id"], "a%20b"]
    (biosample,) = component["associatedBiologicalEntity"]
    assert entities[biosample["@id"]]["title"] == "Fin"
    (author,) = root["contributor"]
    (organisation,) = entities[author["@id"]]["affiliation"]
    assert entities[organisation["@id"]]["displayName"] == "Example Institute"
    base, own = made["@context"]
    assert base == "https://w3id.org/ro/crate/1.1/context"
    plain = {"about", "conformsTo", "contentUrl", "description", "hasPart", "name"}
    used = {key for one in made["@graph"] for key in one if not key.startswith("@")}
    assert used - plain <= own.keys()


def test_what_is_added_to_a_crate_by_hand_is_kept() -> None:
    made = json.loads(outputs.write(record({"title": "Fins"}), "ro-crate"))
    made["@graph"][1]["stain"] = "a dye"
    again = ro_crate.read(json.dumps(made).encode(), "ro-crate-metadata.json").metadata
    assert again is not None
    assert again["study"]["attributes"] == [{"name": "stain", "value": "a dye"}]


def test_what_datacite_is_told_of_a_study() -> None:
    study = {
        **STUDY,
        "organisations": [{"id": "o1", "name": "Institute of Cells", "ror": "02catss52"}],
        "authors": [
            {
                "name": "Mira Lindgren",
                "orcid": "0000-0002-1825-0097",
                "email": "mira@example.org",
                "affiliations": [{"organisation": "o1"}, {"text": "Group of Samples"}],
            },
            {"name": "Tove Holm", "orcid": "0000-0002-1825-0098"},
            {"email": "nameless@example.org"},
        ],
        "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        "grants": [
            {
                "funder": "European Commission",
                "funder_crossref_id": "10.13039/501100000780",
                "grant_id": "101000000",
                "project_name": "Rules of regrowth",
                "grant_pid": "10.3030/101000000",
            },
            {"grant_id": "R01-1"},
        ],
        "publications": [{"title": "Flow", "doi": "10.1234/a.b"}, {"pubmed_id": "PMID: 35189131"}],
    }
    files = (DataFile(path="a.tif", size=10), DataFile(path="b.tif", size=5))
    told = json.loads(outputs.write(record(study, files=files), "datacite"))["data"]["attributes"]
    assert "event" not in told  # a draft: nothing of a private study is in the open
    assert "example.org" not in json.dumps(told["creators"])
    assert (told["doi"], told["publicationYear"]) == ("10.6019/S-BIAD3001", 2027)
    assert told["types"]["resourceTypeGeneral"] == "Dataset"
    first, second = told["creators"]
    assert first["nameIdentifiers"][0]["nameIdentifier"] == "https://orcid.org/0000-0002-1825-0097"
    assert [one.get("affiliationIdentifier") for one in first["affiliation"]] == [
        "https://ror.org/02catss52",
        None,
    ]
    assert second == {"name": "Tove Holm"}  # the check digit of this ORCID iD does not fit
    assert told["fundingReferences"] == [
        {
            "funderName": "European Commission",
            "funderIdentifier": "https://doi.org/10.13039/501100000780",
            "funderIdentifierType": "Crossref Funder ID",
            "awardNumber": "101000000",
            "awardTitle": "Rules of regrowth",
            "awardUri": "https://doi.org/10.3030/101000000",
        }
    ]
    assert [one["relatedIdentifier"] for one in told["relatedIdentifiers"]] == [
        "10.1234/a.b",
        "35189131",
    ]
    assert told["rightsList"][0]["rightsIdentifier"] == "cc-by-4.0"
    assert told["sizes"] == ["2 files", "15 bytes"]


def test_datacite_is_told_no_licence_that_nobody_stated() -> None:
    terms = "EMBL-EBI Terms of Use"
    made = record({"title": "Cells", "authors": []}, licence_terms=terms)
    told = json.loads(outputs.write(made, "datacite"))["data"]["attributes"]
    assert told["rightsList"] == [{"rights": terms}]
    assert told["creators"] == [{"name": "Authors not stated"}]


def test_a_study_that_asked_for_no_doi_is_not_registered() -> None:
    with pytest.raises(outputs.Refused, match="no DOI was asked for S-BIAD3001"):
        outputs.write(record(doi=None), "datacite")
