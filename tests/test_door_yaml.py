"""REMBI and MIFA as YAML."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from pipeline import intake
from pipeline.intake import rembi_yaml, yaml_text
from pipeline.select import get
from tests.documents import REMBI, RENDERED


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


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("  title:", "\ttitle:", "a tab stands where YAML takes spaces only"),
        ("title: Mitotic", "title: Mitotic: spindles", "a colon stands in a text without quotes"),
        ("biological_entity: spindle", "biological_entity: %spindle", "begins with '%'"),
        ("title: Mitotic spindles", "title: 'Yeast's spindles'", "in single quotes has one"),
        ("title: Mitotic spindles", 'title: "A "good" one"', "in double quotes has one"),
        ("title: Mitotic spindles", "title: [see] text", "begins with '['"),
        ("  keywords: [", "   keywords: [", "stands further right than the one above"),
        ("title: Mitotic", "title:Mitotic", "no blank stands behind the colon of 'title'"),
        ("[yeast, spindle]", "[yeast, spindle", "bracket"),
    ],
)
def test_broken_rules_are_told_in_words_for_people(before: str, after: str, words: str) -> None:
    assert before in REMBI
    read = rembi_yaml.read(REMBI.replace(before, after, 1).encode(), "study.yaml")
    (one,) = (finding for finding in read.findings if finding.code == "SUB160")
    assert words in one.message
    if "[yeast" not in after:
        assert one.location.line == REMBI[: REMBI.index(before)].count("\n") + 1


@pytest.mark.parametrize(
    ("given", "form"),
    [
        ("Study:", "study:"),
        ("STUDY:", "study:"),
        ("biosample:", "biosamples:"),
        ("Bio samples:", "biosamples:"),
        ("biosampels:", "biosamples:"),
        ("image_acquisitions:", "acquisitions:"),
        ("study components:", "study_component:"),
    ],
)
def test_a_block_of_another_spelling_is_read_and_told_once(given: str, form: str) -> None:
    assert f"\n{form}" in f"\n{REMBI}"
    sound = rembi_yaml.read(REMBI.encode(), "study.yaml")
    text = f"\n{REMBI}".replace(f"\n{form}", f"\n{given}", 1)[1:]
    read = rembi_yaml.read(text.encode(), "study.yaml")
    assert [finding.code for finding in read.findings] == ["SUB125"]
    assert read.metadata == sound.metadata
    name = given.removesuffix(":")
    assert read.findings[0].location.pointer == f"/{name}"
    if name == "Study":
        at = read.source_map.locate("/study/authors/1/name")
        assert (at.pointer, at.line) == ("/Study/authors/1/first_name", 10)


def test_fields_may_be_written_with_capitals_and_spaces(tmp_path: Path) -> None:
    sound = rembi_yaml.read(REMBI.encode(), "study.yaml")
    text = REMBI.replace("first_name", "First name").replace("last_name", "lastName")
    read = rembi_yaml.read(text.replace("  title:", "  Title:").encode(), "study.yaml")
    assert not read.findings
    assert read.metadata == sound.metadata


def test_a_document_that_begins_with_a_capital_is_known(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text("Study:\n  title: Spindles of yeast in movies\n", "utf-8")
    assert intake.read(path).kind == "rembi-yaml"


@pytest.mark.parametrize("text", ["Study: {x: 1}\n", "Version: 1.5\n", "Analysis: none\n"])
def test_a_name_that_is_there_or_holds_no_block_is_not_another(text: str) -> None:
    read = rembi_yaml.read((text + REMBI).encode(), "study.yaml")
    assert "SUB125" not in {finding.code for finding in read.findings}
    assert read.metadata is not None
    assert read.metadata["study"]["title"] == "Mitotic spindles in fission yeast"


@pytest.mark.parametrize(
    ("rows", "words", "place", "value"),
    [
        ("authors: [Mira Lindgren, Ina Moe]", "2 texts", "authors/1/name", "Ina Moe"),
        ("authors: Mira Lindgren", "read as 'name'", "authors/0/name", "Mira Lindgren"),
        ("publications: [10.5555/1234]", "read as 'doi'", "publications/0/doi", "10.5555/1234"),
        ("publications:\n  - Spindles", "read as 'title'", "publications/0/title", "Spindles"),
        ("links: [https://example.org/p]", "read as 'url'", "links/0/url", "https://example.org/p"),
        ("grants: [Example Foundation 17]", "'funder'", "grants/0/funder", "Example Foundation 17"),
    ],
)  # fmt: skip
def test_a_text_where_fields_belong_is_read_and_told_once(
    rows: str, words: str, place: str, value: str
) -> None:
    read = rembi_yaml.read(f"study:\n  title: Spindles of yeast\n  {rows}\n".encode(), "a.yaml")
    (one,) = read.findings
    assert (one.code, one.severity) == ("SUB111", "warning")
    assert words in one.message
    assert get(read.metadata, f"/study/{place}") == value


def test_an_affiliation_may_be_the_name_of_an_organisation() -> None:
    before = "affiliation: {name: Example Institute of Yeast Biology, address: 3 Example Quay}"
    assert REMBI.count(before) == 2
    sound = rembi_yaml.read(REMBI.encode(), "study.yaml")
    first, _, rest = REMBI.rpartition(before)
    text = f"{first}affiliation: Example Institute of Yeast Biology{rest}"
    read = rembi_yaml.read(text.encode(), "study.yaml")
    assert not read.findings
    assert read.metadata == sound.metadata


def test_associations_that_belong_to_nothing_are_told() -> None:
    text = REMBI.replace("associations:\n  one: {", "associations:\n  - {")
    assert text != REMBI
    read = rembi_yaml.read(text.encode(), "study.yaml")
    (one,) = read.findings
    assert (one.code, one.location.pointer) == ("SUB111", "/associations")


def test_a_block_for_nothing_names_the_nearest() -> None:
    text = REMBI.replace("associations:\n  one:", "associations:\n  ones:")
    read = rembi_yaml.read(text.encode(), "study.yaml")
    (one,) = (finding for finding in read.findings if finding.code == "SUB213")
    assert one.message.endswith("the nearest is 'one'")


def test_a_mapping_may_take_over_another_one() -> None:
    text = REMBI.replace("  Wild type:\n", "  Wild type: &wild\n", 1).replace(
        "acquisitions:\n",
        "  Mutant:\n    <<: *wild\n    experimental_variables: [strain]\nacquisitions:\n",
        1,
    )
    read = rembi_yaml.read(text.encode(), "study.yaml")
    assert not read.findings
    wild, mutant = get(read.metadata, "/study/biosamples")
    assert mutant == {**wild, "title": "Mutant", "experimental_variables": ["strain"]}
    at = read.source_map.locate("/study/biosamples/1/biological_entity")
    assert at.line == text[: text.index("biological_entity")].count("\n") + 1


def test_several_titles_in_a_field_of_an_association_are_as_many_associations() -> None:
    text = REMBI.replace(
        "acquisitions:\n", "  Mutant: {biological_entity: spindle}\nacquisitions:\n", 1
    ).replace("biosample_id: Wild type", "biosample_id: [Wild type, Mutant]")
    read = rembi_yaml.read(text.encode(), "study.yaml")
    assert get(read.metadata, "/study/study_components/0/associations") == [
        {"biosample": title, "image_acquisition": "Spinning disk"}
        for title in ("Wild type", "Mutant")
    ]
    (one,) = read.findings
    assert (one.code, one.severity) == ("SUB111", "warning")
    assert one.location.pointer == "/associations/one/biosample_id"


def test_grants_may_stand_beside_the_funding_of_a_study() -> None:
    text = "title: Nuclei\nlicense: CC0\ngrant_references:\n- {grant_id: 17, funder: Example}\n"
    read = rembi_yaml.read(text.encode(), "study.yaml")
    assert get(read.metadata, "/study/grants") == [{"grant_id": "17", "funder": "Example"}]


def test_a_slip_of_a_field_with_fields_is_read_and_told_once() -> None:
    sound = rembi_yaml.read(REMBI.encode(), "study.yaml")
    text = REMBI.replace("organism:", "organisms:").replace("imaging_method:", "imaging_metod:")
    read = rembi_yaml.read(text.encode(), "study.yaml")
    assert read.metadata == sound.metadata
    assert [(one.code, one.location.pointer) for one in read.findings] == [
        ("SUB125", "/biosamples/Wild type/organisms"),
        ("SUB125", "/acquisitions/Spinning disk/imaging_metod"),
    ]


def test_a_block_may_hold_the_fields_of_one_entry() -> None:
    text = """\
study:
  title: Vesicles of synapses in tomograms
sample:
- {title: Neurons, organism: {scientific_name: Mus musculus}, biological_entity: CA1}
study_component:
  name: Tomograms
  description: One synapse each
associations: {biosample_id: Neurons, specimen_id: Slices, acquisition_id: Tomography}
image_analysis:
  analysis_overview: By hand
annotations:
  title: Vesicles
  annotation_overview: Vesicles were traced
  annotation_type: [segmentation_mask]
version: {version: v1.0, timestamp: 2025-12-23}
"""
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    assert [(one.code, one.value) for one in reading.findings] == [
        ("SUB125", "sample"),
        ("SUB125", "image_analysis"),
    ]
    assert reading.metadata is not None
    study = reading.metadata["study"]
    assert study["biosamples"][0]["organisms"] == [{"scientific_name": "Mus musculus"}]
    [component] = study["study_components"]
    assert (component["name"], component["description"]) == ("Tomograms", "One synapse each")
    assert component["associations"][0]["specimen"] == "Slices"
    [annotation] = study["annotations"]
    assert annotation["annotation_overview"] == "Vesicles were traced"
    assert annotation["sections"][0]["attributes"][0]["value"] == "v1.0"
    at = reading.source_map.locate("/study/annotations/0/annotation_overview")
    assert (at.pointer, at.line) == ("/annotations/annotation_overview", 13)


def test_a_text_where_an_entry_belongs_is_read_and_told() -> None:
    text = REMBI + "correlations: {Overlay: Beads were aligned}\nanalysis: [Tracking]\n"
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    told = [(one.code, one.severity, one.location.pointer) for one in reading.findings]
    assert told == [
        ("SUB111", "warning", "/correlations/Overlay"),
        ("SUB111", "warning", "/analysis"),
    ]
    assert reading.metadata is not None
    assert "Beads were aligned" in str(reading.metadata["study"]["image_correlations"])
    assert reading.metadata["study"]["image_analyses"][0]["title"] == "Tracking"


def test_authors_of_a_publication_may_be_people() -> None:
    text = """\
study:
  publications:
  - title: Vesicles
    authors: [{first_name: Mira, last_name: Lindgren}, {first_name: Tomas, last_name: Achterberg}]
"""
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    assert not reading.findings
    assert (
        get(reading.metadata, "/study/publications/0/authors") == "Mira Lindgren, Tomas Achterberg"
    )
    assert reading.source_map.locate("/study/publications/0/authors").line == 4


def test_nothing_that_is_said_of_the_authors_of_a_publication_is_lost() -> None:
    text = """\
study:
  publications:
  - title: Vesicles
    authors:
    - Ina Moe
    - {name: Mira Lindgren, first_name: Mira, last_name: Lindgren, orcid: 0000-0002-1825-0097}
"""
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    assert get(reading.metadata, "/study/publications/0/authors") == "Ina Moe, Mira Lindgren"
    assert "0000-0002-1825-0097" in str(get(reading.metadata, "/study/publications/0"))


def test_the_address_of_an_organisation_may_be_its_ror_id() -> None:
    text = """\
study:
  authors:
  - {last_name: Lindgren, affiliation: {name: Example, url: "https://ror.org/02catss52"}}
  - {last_name: Achterberg, affiliation: {name: Other, url: "https://example.org"}}
"""
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    organisations = get(reading.metadata, "/study/organisations")
    assert [one.get("ror") for one in organisations] == ["https://ror.org/02catss52", None]
    assert organisations[1]["url"] == "https://example.org"


def test_what_is_said_of_an_organisation_in_several_places_is_kept() -> None:
    ids = ("02catss52", "03mstc592")
    people = ["name: Example", *(f'name: Example, ror_id: "{one}"' for one in ids), "name: Example"]
    text = "study:\n  authors:\n" + "".join(
        f"  - {{last_name: Author {n}, affiliation: {{{one}}}}}\n" for n, one in enumerate(people)
    )
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    organisations = get(reading.metadata, "/study/organisations")
    assert [one["ror"] for one in organisations] == list(ids)
    authors = get(reading.metadata, "/study/authors")
    named = [one["affiliations"][0]["organisation"] for one in authors]
    assert named == ["o1", "o1", "o2", "o1"]


def test_what_stands_beside_the_study_is_read_as_the_studys(tmp_path: Path) -> None:
    within = yaml.safe_load(REMBI)
    beside = copy.deepcopy(within)
    moved = ("authors", "funding", "keywords", "private_until_date")
    beside |= {key: beside["study"].pop(key) for key in moved}
    readings = []
    for name, document in (("within", within), ("beside", beside)):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "study.yaml"
        path.write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
        readings.append(intake.read(path))
    assert readings[0].metadata == readings[1].metadata
    more = [one for one in readings[1].findings if one.code == "SUB111"]
    assert sorted(str(one.value) for one in more) == sorted(moved)
    assert {one.location.pointer for one in more} == {f"/{key}" for key in moved}


@pytest.mark.parametrize("merged", ["kept", "[kept]", "[{a: b}, kept]"])
def test_what_cannot_be_taken_over_by_a_mapping_is_kept(merged: str) -> None:
    parsed = yaml_text.parse(f"study: {{<<: {merged}, title: Cells}}\n", "study.yaml")
    assert parsed.value["study"]["<<"] == "kept"


def test_fields_among_the_titles_of_an_association_are_kept() -> None:
    text = """\
study: {title: Cells}
study_component: {Fins: {name: Fins}}
associations: {Fins: {biosample_id: [Fin, {title: Scale}]}}
"""
    reading = rembi_yaml.read(text.encode(), "study.yaml")
    assert "Fin'" in str(reading.metadata)
    assert "Scale" in str(reading.metadata)
