"""Defects of REMBI sections: titles, associations, organisms, imaging methods, scope."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import (
    REMBI,
    Place,
    Unsuited,
    add,
    any_of,
    attributes,
    changed,
    drop,
    every,
    folded,
    pick,
    section_of,
    sections,
)

Document = dict[str, Any]


def _rows(document: Document) -> list[Place]:
    return every(document, ("associations",))


@defect("section without a title")
def no_title(document: Document, random: Random) -> tuple[str, ...]:
    if not _rows(document):
        raise Unsuited
    place = any_of(document, random, REMBI, "title")
    home = place.pointer.rpartition("/attributes")[0]
    if random.random() < 0.5:
        return drop(place), home
    place.it["value"] = ""
    return home, place.pointer, place.value


@defect("study component without associations")
def no_rows(document: Document, random: Random) -> str:
    template = [a.get("value") for a in document["attributes"] if a["name"] == "Template"]
    able = [
        one
        for one in sections(document, "studycomponent")
        if any(folded(s["type"]) == "associations" for s in one.it.get("subsections", []))
    ]
    place = pick(random, able)
    if not template or not str(template[0]).startswith("BioImages.v"):
        raise Unsuited
    place.it["subsections"] = [
        s for s in place.it["subsections"] if folded(s["type"]) != "associations"
    ]
    return place.pointer


@defect("association names no section")
def names_nothing(document: Document, random: Random) -> tuple[str, ...]:
    titles = [one.it["value"] for one in every(document, REMBI, "title")]

    def spoilt(text: str) -> str:
        at = random.randrange(1, len(text))
        ways = (
            text[:at] + random.choice("qxz") + text[at:],
            text[:at] + text[at + 1 :],
            text[:at],
            text + " 2",
            text.swapcase(),
            text + ". See the paper.",
            "Something else",
            text + ".",
            "Biosample-1",
            text.replace(" ", "_") + "s",
            "1",
            text.replace("e", "é", 1),
        )
        return str(random.choice(ways))

    place = pick(random, [one for one in _rows(document) if one.it["value"] in titles])
    told = changed(place, spoilt)
    if place.it["value"].strip() in titles or not place.it["value"].strip():
        raise Unsuited
    return told, place.pointer


@defect("section retitled, its associations not")
def retitled(document: Document, random: Random) -> tuple[str, ...]:
    rows = _rows(document)
    used = {one.it["value"] for one in rows}
    able = [one for one in every(document, REMBI, "title") if one.it["value"] in used]
    place = pick(random, able)
    before = place.it["value"]
    told = changed(place, lambda v: v + random.choice((" (old)", " of the second run", "s", " 1")))
    return (
        told,
        place.pointer,
        *(p for r in rows if r.it["value"] == before for p in (r.value, r.pointer)),
    )


@defect("association and title differ in white space", mends=True)
def spaces_apart(document: Document, random: Random) -> tuple[str, ...]:
    rows = [one for one in _rows(document) if one.it["value"] == one.it["value"].strip()]
    titles = {one.it["value"] for one in every(document, REMBI, "title")}
    place = pick(random, [one for one in rows if one.it["value"] in titles])
    text = place.it["value"]
    ways = [lambda v: " " + v, lambda v: v + "  ", lambda v: v + "\n", lambda v: "\u00a0" + v]
    if " " in text:
        ways.append(lambda v: v.replace(" ", "  ", 1))
        ways.append(lambda v: v.replace(" ", "\u00a0", 1))
    told = changed(place, random.choice(ways))
    same = [p for one in rows if one.it["value"] == text for p in (one.value, one.pointer)]
    return (told, place.pointer, *same)


@defect("two sections of one kind with one title")
def same_title(document: Document, random: Random) -> tuple[str, ...]:
    place = section_of(document, random, *REMBI)
    title = pick(random, attributes(place, "title"))
    other = copy.deepcopy(place.it)
    other.pop("accno", None)
    place.home.append(other)
    number = place.home.index(place.it)
    base = place.pointer.rpartition("/")[0]
    end = title.pointer.removeprefix(place.pointer)
    homes = (f"{base}/{number}{end}", f"{base}/{len(place.home) - 1}{end}")
    return tuple(h + e for h in homes for e in ("", "/value"))


@defect("section in no association")
def unused(document: Document, random: Random) -> tuple[str, ...]:
    if not _rows(document):
        raise Unsuited
    kind = random.choice(("Biosample", "Specimen", "Image acquisition", "Image analysis"))
    able = sections(document, folded(kind))
    place = pick(random, able)
    other = copy.deepcopy(place.it)
    other.pop("accno", None)
    for one in other["attributes"]:
        if folded(one["name"]) == "title":
            one["value"] = "One that nothing uses"
    place.home.append(other)
    made = f"{place.pointer.rpartition('/')[0]}/{len(place.home) - 1}"
    return made, *(
        f"{made}/attributes/{n}{e}" for n in range(len(other["attributes"])) for e in ("", "/value")
    )


@defect("association attribute empty")
def empty_row(document: Document, random: Random) -> tuple[str, ...]:
    place = pick(random, _rows(document))
    place.it["value"] = random.choice(("", " ", None))
    return place.pointer, place.value, place.pointer.rpartition("/attributes")[0]


def _organism(document: Document, random: Random) -> Place:
    return pick(
        random,
        [
            *every(document, ("biosample",), "organism"),
            *every(document, ("organism",), "scientificname"),
        ],
    )


NAMES = ("Homo sapiens (human)", "Mus musculus (mouse)", "Danio rerio (zebrafish)")


@defect("organism missing")
def no_organism(document: Document, random: Random) -> tuple[str, ...]:
    if not _rows(document):
        raise Unsuited
    able = every(document, ("biosample",), "organism")
    place = pick(random, able)
    home = place.pointer.rpartition("/attributes")[0]
    biosample = next(s for s in sections(document, "biosample") if s.pointer == home)
    biosample.it["attributes"] = [
        a for a in biosample.it["attributes"] if folded(a["name"]) != "organism"
    ]
    return (home,)


@defect("organism's letter case wrong", mends=True)
def organism_case(document: Document, random: Random) -> str:
    def spoilt(text: str) -> str:
        name, bracket, rest = text.partition(" (")
        ways = (name.title(), name.lower(), name.upper(), name.swapcase())
        return str(random.choice(ways)) + bracket + rest

    able = [
        p for p in every(document, ("biosample",), "organism") if p.it["value"].strip() in NAMES
    ]
    return changed(pick(random, able), spoilt)


@defect("organism is a common name, a strain or misspelt")
def organism_name(document: Document, random: Random) -> str:
    names = (
        "human",
        "Human",
        "mouse",
        "Mice",
        "zebrafish",
        "rat",
        "Wistar rat",
        "C57BL/6 mouse",
        "E. coli",
        "Homo sapien",
        "Homo sapines",
        "Mus muscullus",
        "D. melanogaster",
        "Danio reiro",
        "fruit fly",
        "C. elegans",
        "yeast",
        "S. cerevisiae",
        "Drosphila melanogaster",
        "Arabidopsis thalania",
        "Rattus norvegicos",
        "chicken",
        "Xenopus leavis",
        "C57BL/6J",
        "pig",
        "Caenorhabditis elegance",
    )
    place = _organism(document, random)
    if place.it["value"][:1].islower() or " (" not in place.it["value"]:
        raise Unsuited
    return changed(place, lambda v: random.choice(names))


def _taxon(document: Document, random: Random) -> Place:
    able = [
        p for p in every(document, ("biosample",), "organism") if p.it["value"].strip() in NAMES
    ]
    return pick(random, able)


IDS = {
    "Homo sapiens (human)": "9606",
    "Mus musculus (mouse)": "10090",
    "Danio rerio (zebrafish)": "7955",
}


@defect("taxon id with a prefix of its own")
def taxon_prefix(document: Document, random: Random) -> tuple[str, ...]:
    place = _taxon(document, random)
    heads = (
        "NCBI:txid",
        "NCBITaxon_",
        "taxon:",
        "http://purl.obolibrary.org/obo/NCBITaxon_",
        "txid",
        "NCBI:",
        "NCBI taxon id ",
        "ncbitaxon:",
        "NCBI_taxid:",
        "TaxID: ",
        "https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=",
    )
    number = IDS[place.it["value"].strip()]
    place.it["valqual"] = [{"name": "TermId", "value": random.choice(heads) + number}]
    return _qualifier(place)


@defect("taxon id of another organism or none")
def taxon_wrong(document: Document, random: Random) -> tuple[str, ...]:
    place = _taxon(document, random)
    number = random.choice(
        [
            n
            for n in ("9606", "10090", "7955", "10116", "7227")
            if n != IDS[place.it["value"].strip()]
        ]
    )
    wrong = random.choice(
        ("NCBITaxon:" + number, number, "NCBI:txid" + number, "Homo sapiens", "unknown id", "9606x")
    )
    place.it["valqual"] = [{"name": "TermId", "value": wrong}]
    return _qualifier(place)


def _qualifier(place: Place) -> tuple[str, ...]:
    return (
        place.pointer + "/valqual/0/value",
        place.pointer + "/valqual/0",
        place.value,
        place.pointer,
    )


def _method(document: Document, random: Random) -> Place:
    return pick(
        random,
        [
            *every(document, ("imageacquisition",), "imagingmethod"),
            *every(document, ("imagingmethod",), "ontologyvalue"),
        ],
    )


@defect("imaging method's letter case wrong", mends=True)
def method_case(document: Document, random: Random) -> str:
    able = [
        p
        for p in every(document, ("imageacquisition",), "imagingmethod")
        if p.it["value"].strip()
        in ("confocal microscopy", "fluorescence microscopy", "spinning disk confocal microscopy")
    ]
    return changed(
        pick(random, able), lambda v: random.choice((v.title(), v.upper(), v.capitalize()))
    )


@defect("imaging method no FBbi term")
def method_name(document: Document, random: Random) -> tuple[str, ...]:
    names = (
        "confocal",
        "Confocal microscope",
        "light sheet",
        "spinning disc",
        "confocl microscopy",
        "TIRF",
        "fluorescent microscopy",
        "two photon",
        "SIM",
        "electron microscope",
        "light-sheet fluorescence",
        "wide field",
        "STED",
        "Lightsheet microscopy",
        "Expansion quantum imaging",
        "MINFLUX",
        "florescence microscopy",
        "transmission electron microscope (TEM)",
        "super resolution",
    )
    return (changed(_method(document, random), lambda v: random.choice(names)),)


@defect("imaging method's ontology or id wrong")
def method_id(document: Document, random: Random) -> tuple[str, ...]:
    able = every(document, ("imageacquisition",), "imagingmethod")
    place = pick(random, [p for p in able if p.it["value"].strip() == "confocal microscopy"])
    wrong = random.choice(
        (
            {"Ontology": "EFO", "TermId": "FBbi:00000251"},
            {"Ontology": "FBbi", "TermId": "FBbi_00000251"},
            {"TermId": "http://purl.obolibrary.org/obo/FBbi_00000251"},
            {"TermId": "FBbi:00000246"},
            {"Ontology": "Biological Imaging", "TermId": "FBbi:00000251"},
            {"TermId": "FBbi:99999999"},
            {"Ontology": "FBbi", "TermId": "251"},
            {"Ontology": "FBbi", "TermId": "EFO:0000001"},
        )
    )
    place.it["valqual"] = [{"name": n, "value": v} for n, v in wrong.items()]
    ends = [f"/valqual/{n}{e}" for n in range(2) for e in ("", "/value")]
    return (place.value, place.pointer, *(place.pointer + e for e in ends))


@defect("method that belongs to EMPIAR")
def empiar(document: Document, random: Random) -> tuple[str, ...]:
    names = (
        "cryo-EM",
        "cryo-electron tomography",
        "FIB-SEM",
        "focused ion beam scanning electron microscopy",
        "serial block face SEM",
        "SBF-SEM",
        "array tomography",
        "X-ray computed tomography",
        "cryo-ET",
        "Serial block-face scanning electron microscopy",
        "micro-CT",
        "soft X-ray tomography",
        "single particle cryo-electron microscopy",
        "volume EM",
        "X-ray microscopy",
        "cryoEM",
        "FIB/SEM tomography",
        "serial section TEM",
    )
    return (changed(_method(document, random), lambda v: random.choice(names)),)


@defect("signs of an identifiable person")
def person(document: Document, random: Random) -> tuple[str, ...]:
    place = _organism(document, random)
    if "Homo sapiens" not in place.it["value"]:
        raise Unsuited
    home = place.pointer.rpartition("/attributes")[0]
    owner = next((s for s in sections(document, "biosample") if s.pointer == home), None)
    if owner is None:
        raise Unsuited
    texts = (
        "Biopsy of the patient with patient ID 4711-A",
        "Date of birth of the donor: 1961-04-02",
        "Samples of patients; hospital record number 88123",
        "Patient name: M. Example",
        "DOB 02/04/1961",
        "patient no. 12, medical record number 5531",
        "Patient initials AB, born 1954-03-12",
        "NHS number 943 476 5919",
        "the patient's date of birth and sex are in the table",
    )
    made = add(owner, "Experimental variable", random.choice(texts))
    return made.value, made.pointer


@defect("annotation type not of the list")
def annotation(document: Document, random: Random) -> str:
    place = any_of(document, random, ("annotations",), "annotationtype")
    types = (
        "segmentation",
        "Segmentation masks",
        "boxes",
        "manual",
        "class label",
        "bounding box",
        "mask",
        "numbers",
    )
    return changed(place, lambda v: random.choice(types))
