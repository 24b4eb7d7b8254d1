"""Registries: built-in snapshots, official dumps, look-ups."""

from __future__ import annotations

import datetime as dt
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipeline import registries
from pipeline.registries import Registries, listing, local, refresh
from pipeline.registries.archive import Unreadable

OFFICIAL = Path(__file__).parent.parent.parent / "shared" / "registries"

CORDIS = (
    '"id";"acronym";"title";"legalBasis";"topics";"fundingScheme";"contentUpdateDate";"grantDoi"\n'
    '"101999001";"EXAMPLE";"An  example &amp; more";"HORIZON.1.3,HORIZON.1.3.2";'
    '"HORIZON-INFRA-2021-SERV-01-06";"/HORIZON-RIA";"2025-08-26 16:19:52";"10.3030/101999001"\n'
    '"101999003";"MANY";"Of many parts";"HORIZON.2.1,HORIZON.2.2";'
    '"HORIZON-MISS-2021-OCEAN-01-01";"/HORIZON-CSA";"2025-08-26 16:19:52";""\n'
)
ROR: list[dict[str, Any]] = [
    {
        "id": "https://ror.org/000000018",
        "names": [
            {"value": "Example Institute", "types": ["ror_display", "label"]},
            {"value": "Institut Exemple", "types": ["alias"]},
            {"value": "EXI", "types": ["acronym"]},
        ],
        "locations": [{"geonames_details": {"country_code": "FI", "name": "Exampleton"}}],
        "status": "active",
    },
    {
        "id": "https://ror.org/000000026",
        "names": [{"value": "Institut Exemple", "types": ["ror_display"]}],
        "locations": [],
        "status": "withdrawn",
    },
]
OBO = """format-version: 1.2
data-version: releases/2024-05-06

[Term]
id: FBbi:00000222
name: imaging method

[Term]
id: FBbi:00099001
name: sample looking
synonym: "gazing" EXACT []
is_a: FBbi:00000222 ! imaging method

[Term]
id: FBbi:00099002
name: staring
is_obsolete: true

[Term]
id: FBbi:00099003
name: sample washing
"""
NAMES = (
    "9001\t|\tImaginaria exempli\t|\t\t|\tscientific name\t|\n"
    "9001\t|\texample beast\t|\t\t|\tgenbank common name\t|\n"
    "9001\t|\tImaginaria exempli Author, 1900\t|\t\t|\tauthority\t|\n"
    "9003\t|\tImaginaria\t|\t\t|\tscientific name\t|\n"
)
NODES = "9001\t|\t9003\t|\tspecies\t|\n9002\t|\t1\t|\tfamily\t|\n9003\t|\t9002\t|\tgenus\t|\n"
MERGED = "8001\t|\t9001\t|\n"
FUNDERS = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:xl="http://www.w3.org/2008/05/skos-xl#">
<skos:Concept rdf:about="http://dx.doi.org/10.13039/501100999001">
 <xl:prefLabel><xl:Label><xl:literalForm>Example Fund</xl:literalForm></xl:Label></xl:prefLabel>
 <xl:altLabel><xl:Label><xl:literalForm>EXF</xl:literalForm></xl:Label></xl:altLabel>
</skos:Concept></rdf:RDF>"""
SPDX = {
    "licenseListVersion": "3.99",
    "releaseDate": "2026-02-03T00:00:00Z",
    "licenses": [
        {"licenseId": "EX-1.0", "name": "Example 1.0", "seeAlso": ["https://example.org/ex"]}
    ],
}


@pytest.fixture
def built_in(tmp_path: Path) -> Registries:
    return local(tmp_path)


def zipped(path: Path, name: str, text: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo(name, date_time=(2026, 3, 4, 5, 6, 8))
        archive.writestr(info, text)
    return path


def dump(folder: Path, name: str) -> Path:
    """The official dump of a registry, made up, in the form in which it is published."""
    if name == "cordis":
        return zipped(folder / "cordis.zip", "project.csv", CORDIS)
    if name == "ror":
        return zipped(folder / "v9.9-ror.zip", "v9.9-ror_schema_v2.json", json.dumps(ROR))
    if name == "taxonomy":
        path = folder / "taxdump.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for part, text in (("merged", MERGED), ("names", NAMES), ("nodes", NODES)):
                info = tarfile.TarInfo(f"{part}.dmp")
                info.size = len(text.encode())
                archive.addfile(info, io.BytesIO(text.encode()))
        return path
    text = {"fbbi": OBO, "funders": FUNDERS, "licences": json.dumps(SPDX)}[name]
    path = (
        folder / {"fbbi": "fbbi.obo", "funders": "registry.rdf", "licences": "licenses.json"}[name]
    )
    path.write_text(text, "utf-8")
    return path


def test_built_in_snapshots_say_what_they_are(built_in: Registries) -> None:
    assert {one.name for one in built_in.snapshots} == set(registries.registries())
    for one in built_in.snapshots:
        assert one.size > 20
        assert len(one.digest) == 64
        assert one.date >= dt.date(2020, 1, 1)
        assert not one.complete


@pytest.mark.parametrize(
    ("text", "scientific", "kind"),
    [
        ("Danio rerio", "Danio rerio", "scientific"),
        ("zebrafish", "Danio rerio", "common"),
        ("Crassostrea gigas", "Magallana gigas", "synonym"),
        ("sprague-dawley rat", "Rattus norvegicus", "strain"),
    ],
)
def test_organisms_are_found_by_every_name(
    built_in: Registries, text: str, scientific: str, kind: str
) -> None:
    assert [(one.scientific_name, how) for one, how in built_in.organisms(text)] == [
        (scientific, kind)
    ]


def test_an_organism_is_found_by_its_id(built_in: Registries) -> None:
    found = built_in.taxon("7955")
    assert found is not None
    assert (found.scientific_name, found.curie) == ("Danio rerio", "NCBITaxon:7955")
    assert built_in.taxon("999999999") is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("light sheet microscopy", "SPIM"),
        ("DIC", "differential interference contrast microscopy"),
        ("fluoresence microscopy", "fluorescence microscopy"),
        ("spinning-disk confocal", "spinning disk confocal microscopy"),
        ("structured illumination", "structured illumination microscopy (SIM)"),
    ],
)
def test_the_nearest_imaging_method_comes_first(
    built_in: Registries, text: str, label: str
) -> None:
    assert built_in.nearest_imaging_methods(text)[0].label == label


@pytest.mark.parametrize("text", ["expansion microscopy", "mass spectrometry imaging", "histology"])
def test_usual_words_alone_make_no_method_near(built_in: Registries, text: str) -> None:
    assert built_in.nearest_imaging_methods(text) == ()


@pytest.mark.parametrize(
    "text",
    ["FBbi:00000251", "FBbi_00000251", "http://purl.obolibrary.org/obo/FBbi_00000251"],
)
def test_a_term_is_found_by_each_form_of_its_id(built_in: Registries, text: str) -> None:
    found = built_in.imaging_method(text)
    assert found is not None
    assert found.label == "confocal microscopy"


def test_a_licence_without_version_is_told(built_in: Registries) -> None:
    exact, loose = built_in.licence("CC-BY 4.0"), built_in.licence("CC BY")
    assert exact is not None
    assert loose is not None
    assert (exact.spdx_id, exact.versioned) == ("CC-BY-4.0", True)
    assert not loose.versioned
    assert built_in.licence("Example licence") is None


def test_a_funder_is_found_without_accents(built_in: Registries) -> None:
    found = built_in.funder("fondation pour la recherche medicale")
    assert found is not None
    assert found.name == "Fondation pour la Recherche Médicale"


def test_an_acronym_of_several_funders_names_none(built_in: Registries) -> None:
    australian = built_in.funder("Australian Research Council")
    assert australian is not None
    assert ("ARC", australian.crossref_id) in built_in.funder_names()
    assert built_in.funder("ARC") is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Deutsche Forschungsgemeinschaft (DFG)", "Deutsche Forschungsgemeinschaft"),
        ("DFG (German Research Foundation)", "Deutsche Forschungsgemeinschaft"),
        ("National Science Centre, Poland", "National Science Centre"),
        ("The Medical Research Council (MRC, UK)", "Medical Research Council"),
        ("Australian Research Council (ARC)", "Australian Research Council"),
        ("National Science Foundation, USA", "U.S. National Science Foundation"),
        ("US National Science Foundation", "U.S. National Science Foundation"),
        ("National Science Foundation (Switzerland)", None),
        ("National Science Centre, Kharkiv", None),
        ("Wellcome Trust, MRC", None),
        ("Wellcome Trust (203149/Z/16/Z)", None),
    ],
)
def test_what_stands_beside_a_funder_is_no_part_of_its_name(
    written: str, name: str | None, built_in: Registries
) -> None:
    found = built_in.funder(written)
    assert (found.name if found else None) == name


def test_a_project_says_its_stream_in_words(built_in: Registries) -> None:
    found = built_in.project("101057970")
    assert found is not None
    assert found.acronym == "AI4LIFE"
    assert found.stream == "Horizon Europe: Research infrastructures (HORIZON.1.3)"
    assert found.pid == "10.3030/101057970"


def test_what_is_not_in_a_small_snapshot_is_unknown(built_in: Registries) -> None:
    assert built_in.project("101999001") is None
    assert not built_in.complete("cordis")


@pytest.mark.parametrize("name", sorted(registries.registries()))
def test_an_official_dump_takes_the_place_of_the_small_snapshot(name: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    made = refresh(
        name, dump(tmp_path, name), lambda done, all_: seen.append((done, all_)), tmp_path
    )
    assert made.complete
    assert made in listing(tmp_path)
    assert seen[-1][0] == seen[-1][1] > 0


def test_cordis_dump(tmp_path: Path) -> None:
    refresh("cordis", dump(tmp_path, "cordis"), folder=tmp_path)
    one, many = local(tmp_path).project("101999001"), local(tmp_path).project("101999003")
    assert one is not None
    assert many is not None
    assert (one.title, one.programme, one.updated) == (
        "An example & more",
        "HORIZON.1.3",
        "2025-08-26",
    )
    assert many.stream == "Horizon Europe: EU Missions (HORIZON-MISS)"
    assert local(tmp_path).snapshot("cordis").date == dt.date(2025, 8, 26)


def test_cordis_says_which_part_is_the_principal_one(tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "project.csv").write_text(CORDIS)
    (folder / "legalBasis.csv").write_text(
        '"projectID";"legalBasis";"uniqueProgrammePart"\n'
        '"101999003";"HORIZON.2.1";""\n"101999003";"HORIZON.2.2";"true"\n'
    )
    refresh("cordis", folder, folder=tmp_path)
    found = local(tmp_path).project("101999003")
    assert found is not None
    assert found.programme == "HORIZON.2.2"


def test_ror_dump(tmp_path: Path) -> None:
    made = refresh("ror", dump(tmp_path, "ror"), folder=tmp_path)
    loaded = local(tmp_path)
    assert made.version == "v9.9"
    assert [one.name for one in loaded.organisations("institut exemple")] == ["Example Institute"]
    assert loaded.organisations("EXI") == ()
    found = loaded.organisation("ror.org/000000018")
    assert found is not None
    assert (found.country, found.city) == ("FI", "Exampleton")


def test_taxonomy_dump(tmp_path: Path) -> None:
    refresh("taxonomy", dump(tmp_path, "taxonomy"), folder=tmp_path)
    loaded = local(tmp_path)
    assert [(one.rank, kind) for one, kind in loaded.organisms("example beast")] == [
        ("species", "common")
    ]
    merged, genus = loaded.taxon("8001"), loaded.taxon("9003")
    assert merged is not None
    assert genus is not None
    assert (merged.taxon_id, genus.rank) == ("9001", "genus")


def test_fbbi_dump(tmp_path: Path) -> None:
    made = refresh("fbbi", dump(tmp_path, "fbbi"), folder=tmp_path)
    loaded = local(tmp_path)
    assert (made.version, made.date) == ("releases/2024-05-06", dt.date(2024, 5, 6))
    assert [one.label for one in loaded.nearest_imaging_methods("gazing")] == ["sample looking"]
    assert loaded.imaging_method("staring") is None
    assert loaded.imaging_method("sample washing") is not None


def test_funder_dump(tmp_path: Path) -> None:
    refresh("funders", dump(tmp_path, "funders"), folder=tmp_path)
    loaded = local(tmp_path)
    new, known = loaded.funder("EXF"), loaded.funder("Wellcome Trust")
    assert new is not None
    assert known is not None
    assert new.crossref_id == "10.13039/501100999001"
    assert known.grant_pattern, "the forms of grant numbers stay with the built-in snapshot"


def test_a_funder_is_not_taken_for_one_of_its_programmes() -> None:
    found = local().funder("ERC")
    assert found is not None
    assert found.name == "European Research Council"
    assert local().funder("MSCA") is None, "of Horizon 2020 or of Horizon Europe"


def test_licence_dump(tmp_path: Path) -> None:
    refresh("licences", dump(tmp_path, "licences"), folder=tmp_path)
    found = local(tmp_path).licence("example 1.0")
    assert found is not None
    assert found.url == "https://example.org/ex"


def test_a_file_that_is_no_dump_changes_nothing(tmp_path: Path) -> None:
    refresh("cordis", dump(tmp_path, "cordis"), folder=tmp_path)
    other = zipped(tmp_path / "other.zip", "project.csv", "name;value\nfins;1\n")
    with pytest.raises(Unreadable):
        refresh("cordis", other, folder=tmp_path)
    assert local(tmp_path).project("101999001") is not None


def test_a_dump_that_breaks_off_changes_nothing(tmp_path: Path) -> None:
    refresh("ror", dump(tmp_path, "ror"), folder=tmp_path)
    cut = zipped(tmp_path / "cut-ror.zip", "cut_schema_v2.json", json.dumps(ROR)[:-40])
    with pytest.raises(Unreadable, match=r"(?i)parse|lexical|premature|incomplete"):
        refresh("ror", cut, folder=tmp_path)
    old = tmp_path / "schema_v1.json"
    old.write_text('[{"id": "https://ror.org/000000018", "name": "Lakeside"}]', encoding="utf-8")
    with pytest.raises(Unreadable, match=r"schema_v1\.json does not read as .* \(schema v2 JSON\)"):
        refresh("ror", old, folder=tmp_path)
    assert local(tmp_path).organisation("000000018") is not None
    short = tmp_path / "short.obo"
    short.write_text(OBO[:-8], encoding="utf-8")
    with pytest.raises(Unreadable, match="in the middle of a line"):
        refresh("fbbi", short, folder=tmp_path)


def test_an_unknown_registry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        refresh("stars", dump(tmp_path, "fbbi"), folder=tmp_path)


def test_a_new_dump_is_seen_by_whoever_opens_the_store_next(tmp_path: Path) -> None:
    refresh("cordis", dump(tmp_path, "cordis"), folder=tmp_path)
    assert not local(tmp_path).complete("fbbi")
    refresh("fbbi", dump(tmp_path, "fbbi"), folder=tmp_path)
    assert local(tmp_path).complete("fbbi")


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official dumps are not here")
@pytest.mark.parametrize(
    ("name", "file", "size"),
    [
        ("cordis", "cordis-HORIZONprojects-csv.zip", 19189),
        ("ror", "ror-data-subset.zip", 35990),
        ("fbbi", "fbbi.obo", 500),
    ],
)
def test_real_dumps_load_whole(name: str, file: str, size: int, tmp_path: Path) -> None:
    made = refresh(name, OFFICIAL / file, folder=tmp_path)
    assert made.size >= size
