"""Biosamples, methods, annotations and what associates them, as depositors write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import sources, stages
from pipeline.knowledge import Knowledge
from pipeline.sources import Found
from pipeline.stages import Look
from tests.archives import DAY
from tests.documents import ROWS, changed
from tests.judged import found, proposed, read


def test_an_association_by_accno_is_proposed_by_title(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("Biosample\tKeratocytes", "Biosample\tbs-1"))
    (one,) = found(report, "CMP201")
    assert "it is the accno of the biosample 'Keratocytes'" in one.message
    assert proposed(one) == ["Keratocytes"]
    assert not found(report, "CMP203"), "the biosample is the one that is meant"


def test_unseen_characters_of_a_title_are_not_brought_into_associations(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("Title\tKeratocytes", "Title\tKerato\u200bcytes"))
    (one,) = found(report, "CMP201")
    assert proposed(one) == ["Keratocytes"]
    assert one.suggestion is not None
    assert one.suggestion.operations[0].place == "/study/biosamples/0/title"
    assert not one.suggestion.alternatives


def test_an_association_of_a_known_and_an_unknown_title_is_not_cut_to_the_known_one(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Biosample\tKeratocytes", "Biosample\tKeratocytes; Fibroblasts")
    _, report = read(known, tmp_path, rows)
    (one,) = found(report, "CMP201")
    assert one.suggestion is None


def test_every_sign_of_a_person_in_a_sentence_is_named(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Danio rerio", "Homo sapiens")
    rows = rows.replace("One cell each", "Cells of patient number 4711, date of birth 12.03.1987")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO202")
    assert one.message.endswith("speaks of patient number 4711 and date of birth")


def test_two_terms_with_a_comma_are_two_methods(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Imaging method\tspinning", "Imaging method\tfluorescence microscopy, spinning")
    (one,) = found(read(known, tmp_path, rows)[1], "ACQ105")
    assert proposed(one) == [
        [{"name": "fluorescence microscopy"}, {"name": "spinning disk confocal microscopy"}]
    ]


def test_a_shortened_species_is_no_common_name(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Organism\tDanio rerio", "Organism\tD. rerio")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO102")
    assert proposed(one) == ["Danio rerio"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Mice were born on 3 March 2021 and imaged at P21", None),
        ("The boy was born on 3 March 2021", "born on 3 march 2021"),
        ("He was born in March 1987 in Oslo", "born in march 1987"),
        ("Patient number 4711 gave cells for rats with their date of birth", "patient number 4711"),
    ],
)
def test_birth_dates_of_animals_are_no_matter_in_a_study_of_humans(
    known: Knowledge, tmp_path: Path, sentence: str, told: str | None
) -> None:
    rows = changed("Danio rerio", "Homo sapiens").replace("One cell each", sentence)
    flags = found(read(known, tmp_path, rows)[1], "BIO202")
    messages = [one.message.removeprefix("a study of humans speaks of ") for one in flags]
    assert messages == ([told] if told else [])


def test_a_taxon_id_that_is_not_known_is_told_in_words(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Organism\tDanio rerio", "Organism\tDanio rerio\n[NCBI taxon ID]\t99999999")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO201")
    assert one.severity == "warning"
    assert "99999999 is not known here, and the organism named is Danio rerio" in one.message


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Bounding box", "bounding_boxes"),
        ("Instance segmentation masks", "segmentation_mask"),
        ("segmentaion_mask", "segmentation_mask"),
        ("Class label", "class_labels"),
        ("class", "class_labels"),
        ("Classes", "class_labels"),
        ("Heat map", None),
    ],
)
def test_a_usual_word_for_a_type_of_annotation_is_proposed_as_the_form_has_it(
    known: Knowledge, tmp_path: Path, given: str, meant: str | None
) -> None:
    rows = ROWS + f"\nAnnotations\ta-1\nTitle\tCells\nAnnotation Type\t{given}\nFile List\ta.tsv\n"
    (one,) = found(read(known, tmp_path, rows)[1], "ANN101")
    assert (proposed(one) if one.suggestion else [None]) == [meant]


def test_what_stands_in_brackets_behind_an_organism_is_kept(
    known: Knowledge, tmp_path: Path
) -> None:
    _, report = read(known, tmp_path, changed("Danio rerio", "Human (HeLa cells)"))
    (one,) = found(report, "BIO102")
    assert proposed(one) == ["Homo sapiens (HeLa cells)", "Human"]


def test_a_term_in_brackets_is_the_first_to_be_proposed(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("spinning disk confocal microscopy", "Electron microscopy (TEM)")
    (one,) = found(read(known, tmp_path, rows)[1], "ACQ101")
    assert proposed(one) == ["transmission electron microscopy (TEM)"]


def test_an_organism_with_its_id_is_told_once(known: Knowledge, tmp_path: Path) -> None:
    _, report = read(known, tmp_path, changed("Danio rerio", "Mouse (10090)"))
    assert [one.code for one in report.findings if one.code.startswith("BIO")] == ["BIO107"]


def test_a_shortened_species_in_brackets_is_told_by_the_whole_one(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("Danio rerio", "Yeast (S. cerevisiae)")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO102")
    assert proposed(one) == ["Saccharomyces cerevisiae", "Yeast"]


def test_a_column_that_names_people_is_told_in_the_file_list(
    known: Knowledge, tmp_path: Path
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for n, row in enumerate(changed("Danio rerio", "Homo sapiens").splitlines(), 1):
        for m, cell in enumerate(row.split("\t"), 1):
            book.active.cell(n, m, cell or None)
    book.save(tmp_path / "study.xlsx")
    (tmp_path / "movies.tsv").write_text("Files\tDrug\tPatient name\na.tif\tDMSO\tN. N.\n", "utf-8")
    opened = sources.open_found(
        Found(given="study.xlsx", document=tmp_path / "study.xlsx", folder=tmp_path),
        files=False,
        imported=False,
    )
    report = stages.validate(opened, Look(knowledge=known, day=DAY))
    (one,) = found(report, "BIO202")
    place = one.location
    assert (place.file, place.line, place.column, place.cell) == ("movies.tsv", 1, 3, None)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("Giardia intestinalis; Giardia muris", 2),
        ("Escherichia coli; Lactobacillus plantarum", 2),
        ("Danio rerio and Danio albolineatus", 2),
        ("Escherichia coli K-12; Bdellovibrio bacteriovorus", 2),
        ("Homo sapiens; human embryonic kidney", None),
        ("Mus musculus; Wild type", None),
        ("Mus musculus; Mus musculus domesticus", None),
        ("Cricetulus griseus, Chinese hamster ovary", None),
    ],
)
def test_an_organism_beside_one_that_is_not_known_is_a_second_one(
    known: Knowledge, tmp_path: Path, given: str, parts: int | None
) -> None:
    report = read(known, tmp_path, changed("Danio rerio", given))[1]
    told = found(report, "BIO106", "BIO301")
    if parts is None:
        assert {one.code for one in told} == {"BIO301"}
        return
    (one,) = told
    assert one.code == "BIO106"
    ((*split,),) = proposed(one)
    assert len(split) == parts


def test_a_number_is_no_name_of_an_organism(known: Knowledge, tmp_path: Path) -> None:
    (one,) = found(read(known, tmp_path, changed("Danio rerio", "99999998"))[1], "BIO107")
    assert one.message.endswith("is a number, not a name")
    assert one.suggestion is None


@pytest.mark.parametrize("word", ["Bee", "crustaceans", "Planarian"])
def test_words_for_many_species_name_none(known: Knowledge, tmp_path: Path, word: str) -> None:
    (one,) = found(read(known, tmp_path, changed("Danio rerio", word))[1], "BIO102")
    assert "is a group of many species" in one.message
    assert one.suggestion is None


def test_the_only_section_that_an_association_can_mean_is_proposed(
    known: Knowledge, tmp_path: Path
) -> None:
    report = read(
        known,
        tmp_path,
        changed("Specimen\tCells on gels", "Specimen\tgels, old ones, with two cells"),
    )[1]
    (one,) = found(report, "CMP201", "CMP203")
    assert one.message.endswith("the only one is 'Cells on gels'")
    assert proposed(one) == ["Cells on gels"]
    for other in ("the chip", "n/a"):
        report = read(known, tmp_path, changed("Specimen\tCells on gels", f"Specimen\t{other}"))[1]
        (one,) = found(report, "CMP201")
        assert one.suggestion is None, "nothing says that the one there is is meant"


def test_the_title_that_associations_give_is_proposed_for_the_section_without_one(
    known: Knowledge, tmp_path: Path
) -> None:
    report = read(known, tmp_path, changed("Title\tCells on gels\n", ""))[1]
    (one,) = found(report, "CMP201")
    assert one.suggestion is not None
    (edit,) = one.suggestion.operations
    assert (edit.place, edit.after) == ("/study/specimens/0/title", "Cells on gels")


@pytest.mark.parametrize(
    ("given", "types"),
    [
        ("polygon, class labels", ["geometrical_annotations", "class_labels"]),
        ("masks + tracks", ["segmentation_mask", "tracks"]),
        ("centroids", "point_annotations"),
        ("weak labels", "weak_annotations"),
        ("label", None),
        ("outlines, colours", None),
    ],
)
def test_other_words_for_types_of_annotations_are_read_one_by_one(
    known: Knowledge, tmp_path: Path, given: str, types: list[str] | str | None
) -> None:
    rows = f"""{ROWS}
Annotation\tann-1
Title\tMasks
Annotation Overview\tmasks of cells
Annotation Type\t{given}
Annotation Method\tby hand
File List\tmasks.tsv
"""
    (one,) = found(read(known, tmp_path, rows)[1], "ANN101", "TXT106")
    assert (proposed(one)[0] if one.suggestion else None) == types


def test_a_birth_date_behind_a_star_is_told(known: Knowledge, tmp_path: Path) -> None:
    rows = changed("Danio rerio", "Homo sapiens").replace("One cell each", "Donor 1 (*12.03.1961)")
    (one,) = found(read(known, tmp_path, rows)[1], "BIO202")
    assert one.message.endswith("speaks of *12.03.1961")
    rows = rows.replace("(*12.03.1961)", "(imaged * 12.03.2026)")
    assert not found(read(known, tmp_path, rows)[1], "BIO202"), "nobody imaged is so young"


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (
            "Förster resonance energy transfer (FRET)/FLIM",
            ["Förster resonance energy transfer (FRET)", "FLIM"],
        ),
        ("spinning disk / TIRF (Nikon)", ["spinning disk", "TIRF (Nikon)"]),
        ("multiphoton/SHG", None),
    ],
)
def test_of_two_methods_in_one_value_none_is_dropped(
    known: Knowledge, tmp_path: Path, given: str, parts: list[str] | None
) -> None:
    rows = changed("spinning disk confocal microscopy", given)
    (one,) = found(read(known, tmp_path, rows)[1], "ACQ101", "ACQ105")
    if parts is None:
        assert one.suggestion is None
    else:
        assert proposed(one) == [[{"name": part} for part in parts]]


def test_computed_tomography_of_small_things_belongs_to_empiar(
    known: Knowledge, tmp_path: Path
) -> None:
    rows = changed("spinning disk confocal microscopy", "micro computed tomography")
    assert found(read(known, tmp_path, rows)[1], "ACQ201")


@pytest.mark.parametrize(
    ("name", "number"),
    [("Saccharomyces cerevisiae", "559292"), ("Escherichia coli", "NCBITaxon:511145")],
)
def test_the_taxon_id_of_a_strain_of_the_species_agrees(
    known: Knowledge, tmp_path: Path, name: str, number: str
) -> None:
    rows = changed("Organism\tDanio rerio", f"Organism\t{name}\n[NCBI taxon ID]\t{number}")
    assert not found(read(known, tmp_path, rows)[1], "BIO201")
    rows = changed("Organism\tDanio rerio", f"Organism\tDanio rerio\n[NCBI taxon ID]\t{number}")
    assert len(found(read(known, tmp_path, rows)[1], "BIO201")) == 1
