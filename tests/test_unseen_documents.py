"""Layouts of PageTab's own specification, of IDR and of EMPIAR: one record, true findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.knowledge import Knowledge
from tests.judged import look

ROWS = """\
Submission
Title\tSingle cells in blood of many donors, by plate
ReleaseDate\t2027-03-01T10:46:46.000

Study\tSECT-001
Title\tSingle cells in blood of many donors, by plate
Tissue type\tvenous blood
[Ontology]\tUBERON
(Tissue)\tBlood

File\tplates/keys.xlsx
Description\tSummary

Files\tDescription\tType
plates/keys.xlsx\tSummary again\tLibrary
plates/Plate01.csv\tPlate 1\tPlate

Data[SECT-001]\tTitle
DT-1\tGroup 1
DT-2\tGroup 2

RNA-Seq\tSUB-001\tSECT-001

Links\tType
EGAD00001001282\tEGA
"""

STUDY_FILE = """\
# Study Publication\t\t
Comment[IDR Study Accession]\tidr9999\t
Study Title\tUltrastructure of kidneys of first and second trimester\t
Study Public Release Date\t2023-04-05\t
Study License\tCC BY-SA 3.0\t
Study Person Last Name\tLindgren\t
Study Person First Name\tMira\t
Experiment Number\t1\t
Experiment Assay File\t# put in the name of the assay file\t
Protocol Name\tLight microscopy\t
Protocol Description\tSections were cut.\t
Protocol Name\tElectron microscopy\t
Protocol Description\tSections were cut again.\t
"""


def as_json() -> str:
    def described(path: str, *pairs: tuple[str, str]) -> dict[str, Any]:
        return {"path": path, "attributes": [{"name": n, "value": v} for n, v in pairs]}

    title = {"name": "Title", "value": "Single cells in blood of many donors, by plate"}
    tissue = {
        "name": "Tissue type",
        "value": "venous blood",
        "nmqual": [{"name": "Tissue", "value": "Blood"}],
        "valqual": [{"name": "Ontology", "value": "UBERON"}],
    }
    groups = [
        {
            "accno": f"DT-{n}",
            "type": "Data",
            "attributes": [{"name": "Title", "value": f"Group {n}"}],
        }
        for n in (1, 2)
    ]
    link = {"url": "EGAD00001001282", "attributes": [{"name": "Type", "value": "EGA"}]}
    section = {
        "accno": "SECT-001",
        "type": "Study",
        "attributes": [title, tissue],
        "files": [
            described("plates/keys.xlsx", ("Description", "Summary")),
            [
                described(
                    "plates/keys.xlsx", ("Description", "Summary again"), ("Type", "Library")
                ),
                described("plates/Plate01.csv", ("Description", "Plate 1"), ("Type", "Plate")),
            ],
        ],
        "subsections": [{"accno": "SUB-001", "type": "RNA-Seq", "links": [[link]]}, groups],
    }
    date = {"name": "ReleaseDate", "value": "2027-03-01T10:46:46.000"}
    return json.dumps({"attributes": [title, date], "section": section}, indent=1)


def test_the_order_of_sections_of_different_types_says_nothing(
    known: Knowledge, tmp_path: Path
) -> None:
    rows, _ = look(known, tmp_path, "one.tsv", ROWS)
    objects, _ = look(known, tmp_path, "one.json", as_json())
    assert rows.submission is not None
    assert objects.submission is not None
    assert rows.submission.metadata == objects.submission.metadata


def test_a_file_that_a_section_names_stands_where_the_document_has_it(
    known: Knowledge, tmp_path: Path
) -> None:
    _, rows = look(known, tmp_path, "one.tsv", ROWS)
    _, objects = look(known, tmp_path, "one.json", as_json())
    [in_rows] = [one for one in rows.findings if one.code == "FLS201"]
    [in_objects] = [one for one in objects.findings if one.code == "FLS201"]
    assert in_rows.location.line == 15
    assert "line 11" in in_rows.message
    assert in_objects.location.pointer == "/section/files/1/0/path"


def test_a_date_with_its_year_first_is_proposed_as_a_day(known: Knowledge, tmp_path: Path) -> None:
    _, report = look(known, tmp_path, "one.tsv", ROWS)
    [told] = [one for one in report.findings if one.code == "REL102"]
    assert told.suggestion is not None
    assert told.suggestion.safety == "review"
    assert told.suggestion.operations[0].after == "2027-03-01"


def test_a_study_of_another_resource_has_its_own_date_licence_and_files(
    known: Knowledge, tmp_path: Path
) -> None:
    opened, report = look(known, tmp_path, "idr9999-study.txt", STUDY_FILE)
    assert [one.code for one in report.findings if one.severity == "error"] == []
    assert "TXT106" in {one.code for one in report.findings}, "a hint of the template is left"
    assert opened.submission is not None
    [component] = opened.submission.metadata["study"]["study_components"]
    names = [one["attributes"][0]["value"] for one in component["sections"]]
    assert names == ["Light microscopy", "Electron microscopy"]


def test_an_address_stands_for_the_affiliation_that_a_form_does_not_ask(
    known: Knowledge, tmp_path: Path
) -> None:
    text = STUDY_FILE.replace("Lindgren\t", "Lindgren\tAchterberg").replace("2023-04-05", "")
    text = text.replace("Experiment N", "Study Person Address\tExample Road 1, Oslo\nExperiment N")
    _, report = look(known, tmp_path, "idr9999-study.txt", text)
    told = [one for one in report.findings if one.code == "AFF001"]
    assert [one.severity for one in told] == ["hint", "warning"]
    [dateless] = [one for one in report.findings if one.code == "REL001"]
    assert dateless.location.line == 1


def crate(**root: Any) -> str:
    study = "https://example.org/repository/ex-000490/"
    entities = [
        {"@id": "ex-ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": study}},
        {
            "@id": study,
            "@type": "Dataset",
            "name": "Dynamics of the fat body of flies in metamorphosis",
            "datePublished": "2026-01-07",
            "license": "https://creativecommons.org/licenses/by-nc-sa/3.0/",
            **root,
        },
        {"@id": "https://doi.org/10.5555/a.1", "@type": "ScholarlyArticle", "name": "Fat bodies"},
        {"@id": "data/rep1/", "@type": "Dataset", "name": "replicate 1"},
    ]
    return json.dumps({"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": entities})


def test_a_key_in_a_crate_stays_with_the_crate(known: Knowledge, tmp_path: Path) -> None:
    content = crate(secretKey="key-0453", colour="green")
    opened, report = look(known, tmp_path, "ex-ro-crate-metadata.json", content)
    assert opened.submission is not None
    assert "green" in json.dumps(opened.submission.metadata)
    assert "key-0453" not in json.dumps(opened.submission.metadata) + report.model_dump_json()


def test_a_crate_of_another_repository_is_read_as_one(known: Knowledge, tmp_path: Path) -> None:
    content = crate(
        identifier="ex-000490",
        seeAlso=[{"@id": "https://doi.org/10.5555/a.1"}],
        hasPart=[{"@id": "data/rep1/"}],
    )
    opened, report = look(known, tmp_path, "ex-ro-crate-metadata.json", content)
    codes = {one.code for one in report.findings}
    assert not codes & {"ACC101", "LIC302", "FLS135", "PUB001"}
    [past] = [one for one in report.findings if one.code == "REL201"]
    assert past.severity == "warning"
    assert opened.submission is not None
    assert opened.submission.metadata["study"]["publications"][0]["title"] == "Fat bodies"


def test_an_article_is_read_as_schema_org_writes_it(known: Knowledge, tmp_path: Path) -> None:
    document = json.loads(crate(citation={"@id": "#article"}))
    document["@graph"] += [
        {
            "@id": "#article",
            "@type": "ScholarlyArticle",
            "headline": "Larvae and what becomes of them",
            "author": [{"@id": "#mira"}, {"@id": "#li"}],
            "identifier": [{"@id": "#doi"}, {"@id": "#pubmed"}],
        },
        {"@id": "#mira", "@type": "Person", "givenName": "Mira", "familyName": "Lindgren"},
        {"@id": "#li", "@type": "Person", "name": "Li Example"},
        {"@id": "#doi", "@type": "PropertyValue", "name": "DOI", "value": "10.1234/exa.6"},
        {"@id": "#pubmed", "@type": "PropertyValue", "name": "PubMed", "value": "1234567"},
    ]
    opened, report = look(known, tmp_path, "ro-crate-metadata.json", json.dumps(document))
    study = opened.submission.metadata["study"]
    [article] = study["publications"]
    assert article["title"] == "Larvae and what becomes of them"
    assert article["authors"] == "Mira Lindgren, Li Example"
    assert article["doi"] == "10.1234/exa.6"
    assert {"name": "value", "value": "1234567"} in study["sections"][0]["attributes"]
    assert not {"SUB122", "PUB002", "PUB003", "PUB004"} & {one.code for one in report.findings}


def test_a_dataset_may_name_its_file_list_by_itself(known: Knowledge, tmp_path: Path) -> None:
    document = json.loads(crate(hasPart=[{"@id": "data/rep1/"}]))
    listed = {"@id": "all%20lists/rep1.tsv", "@type": ["File", "bia:FileList"]}
    document["@graph"][-1]["associationFileMetadata"] = {"@id": listed["@id"]}
    document["@graph"].append(listed)
    opened, report = look(known, tmp_path, "ro-crate-metadata.json", json.dumps(document))
    [component] = opened.submission.metadata["study"]["study_components"]
    assert "attributes" not in component
    [absent] = [one for one in report.findings if one.code == "FLS001"]
    assert absent.place == "/study/study_components/0/file_list"
    assert "TXT114" not in {one.code for one in report.findings}


def test_a_list_whose_rows_name_their_datasets_may_be_shared(
    known: Knowledge, tmp_path: Path
) -> None:
    columns = (("file_path", "http://bia/filePath"), ("dataset", "http://schema.org/isPartOf"))
    root, *_ = json.loads(crate())["@graph"]
    entities = [
        {**root, "@id": "ro-crate-metadata.json", "about": {"@id": "./"}},
        {
            "@id": "./",
            "@type": ["Dataset", "bia:Study"],
            "name": "Dynamics of the fat body of flies in metamorphosis",
            "datePublished": "2027-01-07",
        },
        *({"@id": f"#{one}", "@type": ["Dataset", "bia:Dataset"], "name": one} for one in "ab"),
        {
            "@id": "list.tsv",
            "@type": ["File", "bia:FileList"],
            "tableSchema": {"@id": "#schema"},
        },
        {
            "@id": "#schema",
            "@type": "csvw:Schema",
            "column": [{"@id": f"#{name}"} for name, _ in columns],
        },
        *(
            {"@id": f"#{name}", "@type": "csvw:Column", "columnName": name, "propertyUrl": url}
            for name, url in columns
        ),
    ]
    (tmp_path / "list.tsv").write_text("file_path\tdataset\na.tif\t#a\nb.tif\t#b\n", "utf-8")
    context = "https://w3id.org/ro/crate/1.1/context"
    content = json.dumps({"@context": context, "@graph": entities})
    opened, report = look(known, tmp_path, "ro-crate-metadata.json", content)
    assert not {one.code for one in report.findings} & {"FLS143", "FLS204", "CMP001"}
    assert opened.submission is not None
    assert [one.columns for one in opened.submission.file_lists] == [(), ()]


def test_many_faults_of_one_property_are_one_finding(known: Knowledge, tmp_path: Path) -> None:
    parts = [f"data/rep{number}/" for number in range(1, 41)]
    _, report = look(known, tmp_path, "ex-ro-crate-metadata.json", crate(hasPart=parts))
    [told] = [one for one in report.findings if one.code == "SUB151"]
    assert told.count == 40
    assert "39 more" in told.message
    assert told.location.pointer == "/@graph/1/hasPart/0"


def test_a_title_without_value_is_not_given_twice(known: Knowledge, tmp_path: Path) -> None:
    _, report = look(known, tmp_path, "one.tsv", ROWS.replace("Title\tSingle", "Title\t\tSingle"))
    assert "SUB136" in {one.code for one in report.findings}, "the value stands one cell too far"
    assert not [one for one in report.findings if "None" in one.message]


def test_namesakes_of_a_crate_are_told_apart(known: Knowledge, tmp_path: Path) -> None:
    held = json.loads(crate(identifier="ex-000490"))
    for key in ("#one", "#two"):
        sample = {"@id": key, "@type": "BioSample", "name": "cell", "description": f"cells {key}"}
        held["@graph"].append(sample)
    opened, report = look(known, tmp_path, "ex-ro-crate-metadata.json", json.dumps(held))
    assert "CMP202" not in {one.code for one in report.findings}
    assert opened.submission is not None
    titles = [one["title"] for one in opened.submission.metadata["study"]["biosamples"]]
    assert titles == ["cell", "cell (two)"]


def archived(kind: str, *pairs: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    """A section as the extended form of BioStudies has it."""
    made = [{"name": n, "value": v, "reference": False, "valueAttrs": []} for n, v in pairs]
    return {"accNo": None, "type": kind, "attributes": made, "extType": "section", **more}


def test_an_archived_study_shows_its_own_faults_alone(known: Knowledge, tmp_path: Path) -> None:
    typed = [{"name": "Type", "value": "DOI"}]
    link = {"url": "doi: https://doi.org/10.1234/exa.5", "attributes": typed}
    organism = archived(
        "Organism",
        ("Scientific name", "Homo sapiens (bone tumour cell line (U-2 OS cells))."),
        ("Common name", None),
    )
    files = {"fileName": "plates", "pageTabFiles": [{"fileName": "plates.tsv"}]}
    below = [
        archived("author", ("Name", "Mira Astrid1 Lindgren"), ("E-mail", "mira@example.org")),
        archived("Publication", ("Title", "Cells in plates and what they do"), links=[link]),
        archived("Biosample", ("Title", "Cells"), ("Biological entity", "x"), sections=[organism]),
        archived(
            "Image Analysis",
            ("Title", "Analysis"),
            ("Image Analysis Overview", "# Alignment: images were aligned by hand."),
        ),
        archived("Study Component", ("Name", "Plates"), ("Description", "Cells"), fileList=files),
    ]
    study = archived("Study", ("Title", "Single cells of a tumour in many plates"), sections=below)
    template = {"name": "Template", "value": "BioImages.v4"}
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    document["attributes"] = [template]
    opened, report = look(known, tmp_path, "S-BIAD90012.json", json.dumps(document))
    component = opened.submission.metadata["study"]["study_components"][0]
    assert component["file_list"] == "plates.tsv"
    told = {one.code: one for one in report.findings}
    assert not {"FLS101", "TXT106", "PUB003"} & set(told)
    assert told["SUB004"].severity == "hint", "the form asks for the scientific name alone"
    assert told["BIO301"].message.endswith("is a cell line, not a species")
    assert told["LNK101"].message.endswith("is more than the DOI")
    [edit] = told["AUT116"].suggestion.operations
    assert edit.after == "Mira Astrid Lindgren"


def test_a_deposition_of_empiar_names_a_person_in_several_ways(
    known: Knowledge, tmp_path: Path
) -> None:
    orcid = "0000-0002-1825-0097"
    written = {"name": "('Lindgren', 'MA')", "order_id": 0, "author_orcid": orcid}
    leader = {"first_name": "Mira", "middle_name": "Astrid", "last_name": "Lindgren"}
    leader |= {"organization": "Example Institute", "author_orcid": orcid}
    document = {
        "title": "Tilt series of a pilus machine of bacteria",
        "release_date": "RE",
        "authors": [written],
        "corresponding_author": leader,
        "imagesets": [{"name": "Tilt series of it", "directory": "data"}],
        "citation": [{"title": "A pilus machine of bacteria", "authors": [written]}],
    }
    opened, report = look(known, tmp_path, "deposition.json", json.dumps(document))
    study = opened.submission.metadata["study"]
    assert [one["name"] for one in study["authors"]] == ["Lindgren MA", "Mira Astrid Lindgren"]
    assert study["publications"][0]["authors"] == "Lindgren MA"
    assert not {"ORC201", "AFF201"} & {one.code for one in report.findings}


@pytest.mark.parametrize(("name", "severity"), [("Lindgren MA", "hint"), ("Li Example", "warning")])
def test_an_orcid_of_two_names_may_be_one_person(
    known: Knowledge, tmp_path: Path, name: str, severity: str
) -> None:
    orcid = "0000-0002-1825-0097"
    people = [
        archived("author", ("Name", one), ("ORCID", orcid))
        for one in ("Mira Astrid Lindgren", name)
    ]
    study = archived("Study", ("Title", "Single cells of a tumour in many plates"), sections=people)
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    _, report = look(known, tmp_path, "S-BIAD90012.json", json.dumps(document))
    assert [one.severity for one in report.findings if one.code == "ORC201"] == [severity]


def test_a_proposal_for_empiar_is_in_the_right_place(known: Knowledge, tmp_path: Path) -> None:
    content = (
        'accession_id: EMPIAR-99999\nbiosamples:\n  - title: "Spores"\n'
        "image_acquisition_protocols:\n  - title: Tilts\n"
        '    protocol_description: "..."\n    imaging_method_name: ["cryo-electron tomography"]\n'
    )
    _, report = look(known, tmp_path, "empiar_99999.yaml", content)
    told = {one.code: one for one in report.findings}
    assert "ACQ201" not in told
    assert told["TXT106"].location.line == 6


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        ("Institute of Hearts, ZŸrich – 2 km away", "Institute of Hearts, Zürich – 2 km away"),
        ("Institut NestŽ", "Institut Nesté"),
        ("Institute of LŸbeck", "Institute of Lübeck"),
        ("Univerzita Žilina, Šport, DŽUNGLE", None),
        ("Instytut we Wroc³awiu", "Instytut we Wrocławiu"),
        ("Micha³ Wiœniewski", "Michał Wiśniewski"),
        ("Pawe³ Dro¿d¿, Kielce", "Paweł Drożdż, Kielce"),
        ("Ma³gorzata Sêk", "Małgorzata Sęk"),
        ("Politechnika Gdañska, 5 µm³ and 3 mm³", "Politechnika Gdańska, 5 µm³ and 3 mm³"),
        ("Wiœniewski, Kowalski¹ and Lee³", "Wiśniewski, Kowalski¹ and Lee³"),
        ("Cœur, Œuvre, mœurs, España, 5 µm³, Lee³ and Kim¹", None),
        ("Flowers of diœcious and triœcious plants, bryozoan zoœcia", None),
        ("Instytut, £ódŸ", "Instytut, Łódź"),
        ("Klinikum M³nchen", "Klinikum München"),
        ("Universit‰t K”ln", "Universität Köln"),
        ("Universit„t Example", "Universität Example"),
        ("Fran‡ois Example", "François Example"),
        ("Instituto de EspaÒa", "Instituto de España"),
        ("Institut AndrÈ", "Institut André"),
        ("An tÚdarás, Tír na nÓg, 5 mm³voxels, Kim¹and Lee³", None),
        ("“Quoted”, ‘so’, 5‰, £10, 2¢ ‡ and ¿qué?", None),
        ("A dose of 120 e⁻/Å² and 0.3 e/Å² per frame", None),
        ("A dose of 120 e/Å² – in MÃ¼nster", "A dose of 120 e/Å² – in Münster"),
    ],
)
def test_letters_read_wrongly_are_told_and_units_are_not(
    known: Knowledge, tmp_path: Path, name: str, mended: str | None
) -> None:
    group = archived("Organization", ("Name", name))
    study = archived(
        "Study", ("Title", "Single cells of a tumour in many plates"), sections=[group]
    )
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    _, report = look(known, tmp_path, "S-BIAD90012.json", json.dumps(document))
    edits = [one.suggestion.operations[0].after for one in report.findings if one.code == "TXT104"]
    assert edits == ([mended] if mended else [])


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        ("Universität M¸nchen", "Universität München"),
        ("Institut, Kˆln – 2 km away", "Institut, Köln – 2 km away"),
        ("Institut Franc¸ois", "Institut François"),
        ("Université de Crˆete", "Université de Crête"),
    ],
)
def test_accents_between_consonants_are_letters_of_a_macintosh(
    known: Knowledge, tmp_path: Path, name: str, mended: str
) -> None:
    group = archived("Organization", ("Name", name))
    study = archived("Study", ("Title", "Single cells in many plates"), sections=[group])
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    _, report = look(known, tmp_path, "S-BIAD90012.json", json.dumps(document))
    edits = [one.suggestion.operations[0].after for one in report.findings if one.code == "TXT105"]
    assert edits == [mended]


@pytest.mark.parametrize(
    ("name", "mended"),
    [("M\x81nchen", "München"), ("Fran\x8dois", "François"), ("a\x81 b", "a b")],
)
def test_control_characters_within_words_are_letters(
    known: Knowledge, tmp_path: Path, name: str, mended: str
) -> None:
    study = archived("Study", ("Title", f"Cells of {name}"))
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    _, report = look(known, tmp_path, "S-BIAD90012.json", json.dumps(document))
    edits = [one.suggestion.operations[0].after for one in report.findings if one.code == "TXT102"]
    assert edits == [f"Cells of {mended}"]


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ("0000-0002-1825-0097 (Li Example)", True),
        ("L. Example: https://orcid.org/0000-0002-1825-0097", True),
        ("0000-0002-1825-0097 (Mira Lindgren)", False),
        ("ORCID iD 0000-0002-1825-0097", False),
        ("0000-0002-1825-0098 (Li Example)", False),
    ],
)
def test_the_name_beside_an_orcid_says_whose_it_is(
    known: Knowledge, tmp_path: Path, value: str, moved: bool
) -> None:
    people = [
        archived("author", ("Name", "Mira Lindgren"), ("ORCID", value)),
        archived("author", ("Name", "Li Example")),
    ]
    study = archived("Study", ("Title", "Single cells of a tumour in many plates"), sections=people)
    document = {"accNo": "S-BIAD90012", "schemaVersion": "1.0", "section": study}
    _, report = look(known, tmp_path, "S-BIAD90012.json", json.dumps(document))
    told = {one.code: one for one in report.findings}
    assert ("ORC202" in told) == moved
    assert not moved or not {"ORC101", "ORC102", "ORC103"} & set(told)
    if moved:
        given, taken = told["ORC202"].suggestion.operations
        assert (given.place, given.after) == ("/study/authors/1/orcid", "0000-0002-1825-0097")
        assert (taken.do, taken.place) == ("remove", "/study/authors/0/orcid")
