"""Defects of the document's parts: attributes, sections, references, collection, accession."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.mutants import defect
from tests.mutants.document import (
    Unsuited,
    add,
    any_of,
    append,
    attributes,
    changed,
    drop,
    every,
    folded,
    pick,
    prose,
    root,
    section_of,
    sections,
)

Document = dict[str, Any]


@defect("attribute without a value")
def without_value(document: Document, random: Random) -> tuple[str, ...]:
    place = pick(random, prose(document))
    if random.random() < 0.5:
        del place.it["value"]
    else:
        place.it["value"] = random.choice(("", " ", None))
    return place.pointer, place.value, place.pointer.rpartition("/attributes")[0]


@defect("attribute name that says nothing")
def junk_name(document: Document, random: Random) -> tuple[str, ...]:
    name = random.choice(
        (
            "Column 3",
            "column 12",
            "Column3",
            "Unnamed: 4",
            "Field 7",
            "Spalte 2",
            "attribute 5",
            "Attribute_1",
            "Column D",
            "untitled",
            "F7",
            "col3",
            "Colonne 3",
            "1",
            "...",
            "?",
        )
    )
    home = pick(random, [*sections(document), root(document)])
    place = add(home, name, random.choice(("BRIGHTLINE", "see the paper", "24 h after plating")))
    return place.pointer, place.value, place.pointer + "/name"


@defect("attribute name with hidden characters")
def hidden_in_name(document: Document, random: Random) -> tuple[str, ...]:
    place = pick(random, prose(document))
    mark = random.choice(("\u00a0", "\u200b", "\ufeff", " ", "\t", "\u2009"))
    name = place.it["name"]
    place.it["name"] = random.choice((name + mark, mark + name))
    return place.pointer, place.value, place.pointer + "/name"


@defect("section accno used twice")
def accno_twice(document: Document, random: Random) -> tuple[str, ...]:
    numbered = [one for one in sections(document) if one.it.get("accno")]
    if len(numbered) < 2:
        raise Unsuited
    first, second = random.sample(numbered, 2)
    if folded(second.it["type"]) in ("organisation", "organization"):
        raise Unsuited
    second.it["accno"] = first.it["accno"]
    return tuple(p + end for p in (first.pointer, second.pointer) for end in ("", "/accno"))


@defect("organisation accno used twice")
def organisation_twice(document: Document, random: Random) -> tuple[str, ...]:
    place = section_of(document, random, "organisation", "organization")
    other = append(document, copy.deepcopy(place.it))
    other.it["attributes"] = [{"name": "Name", "value": "Institute of Applied Optics, Rivermouth"}]
    return tuple(p + end for p in (place.pointer, other.pointer) for end in ("", "/accno"))


@defect("affiliation not marked as a reference", mends=True)
def no_flag(document: Document, random: Random) -> tuple[str, ...]:
    marked = [
        p for p in every(document, ("author", "contact"), "affiliation") if p.it.get("reference")
    ]
    place = pick(random, marked)
    del place.it["reference"]
    return place.pointer, place.value


@defect("affiliation names no organisation")
def dangling(document: Document, random: Random) -> tuple[str, ...]:
    marked = [
        p for p in every(document, ("author", "contact"), "affiliation") if p.it.get("reference")
    ]
    place = pick(random, marked)
    there = {one.it.get("accno") for one in sections(document)}
    wrong = random.choice((place.it["value"] + "9", "o99", "org-77", "X" + place.it["value"], "0"))
    if wrong in there:
        raise Unsuited
    return changed(place, lambda v: wrong), place.pointer


@defect("empty REMBI section")
def empty(document: Document, random: Random) -> str:
    kind = random.choice(
        ("Image analysis", "Image correlation", "Specimen", "Biosample", "Funding", "Publication")
    )
    made: dict[str, Any] = {"type": kind}
    if random.random() < 0.5:
        made["accno"] = f"{kind}-77"
    if random.random() < 0.5:
        made["attributes"] = []
    return append(document, made).pointer


@defect("section nested in its study component")
def nested(document: Document, random: Random) -> tuple[str, ...]:
    component = section_of(document, random, "studycomponent")
    moved = section_of(document, random, "specimen", "biosample", "imageacquisition")
    if moved.pointer.startswith(component.pointer):
        raise Unsuited
    moved.home.remove(moved.it)
    below = component.it.setdefault("subsections", [])
    below.append(moved.it)
    number = document["section"]["subsections"].index(component.it)
    return (f"/section/subsections/{number}/subsections/{len(below) - 1}",)


def _top(document: Document, *names: str) -> Any:
    found = [
        (n, one)
        for n, one in enumerate(document.get("attributes", []))
        if folded(one["name"]) in names
    ]
    if not found:
        raise Unsuited
    return found[0]


@defect("AttachTo missing")
def no_collection(document: Document, random: Random) -> str:
    _, template = _top(document, "template")
    _, one = _top(document, "attachto")
    if not template["value"].startswith("BioImages"):
        raise Unsuited
    document["attributes"].remove(one)
    return ""


@defect("AttachTo names another collection")
def other_collection(document: Document, random: Random) -> tuple[str, ...]:
    n, one = _top(document, "attachto")
    one["value"] = random.choice(
        ("EMPIAR", "ArrayExpress", "BioImage", "bioimages", "BIA", "S-BIAD")
    )
    return f"/attributes/{n}", f"/attributes/{n}/value", ""


@defect("Template unknown or missing")
def other_template(document: Document, random: Random) -> tuple[str, ...]:
    n, one = _top(document, "template")
    if random.random() < 0.5:
        document["attributes"].remove(one)
    else:
        one["value"] = random.choice(("BioImages.v9", "MyLab.v1", "BioImages", "v5", "REMBI"))
    return f"/attributes/{n}", f"/attributes/{n}/value", ""


@defect("accession of the wrong form")
def accession(document: Document, random: Random) -> str:
    document["accno"] = random.choice(
        (
            "S-BIAD9000l",
            "SBIAD12",
            "S-BIAD 12",
            "s-biad12",
            "S_BIAD12",
            "S-BIAD",
            "S-BIAD12.1",
            "BIAD12",
            "S–BIAD12",
            "S-BIAD1O",
            "https://www.ebi.ac.uk/biostudies/studies/S-BIAD12",
            "S-BIAD-",
            "S-12",
        )
    )
    return "/accno"


@defect("own DOI is another's")
def own_doi(document: Document, random: Random) -> tuple[str, ...]:
    if not str(document.get("accno", "")).startswith("S-"):
        raise Unsuited
    doi = random.choice(
        ("10.6019/S-BIAD777777", "10.1101/2026.01.01.000001", "10.5281/zenodo.1234567")
    )
    for n, one in enumerate(document["attributes"]):
        if folded(one["name"]) == "doi":
            one["value"] = doi
            return f"/attributes/{n}", f"/attributes/{n}/value"
    document["attributes"].append({"name": "DOI", "value": doi})
    n = len(document["attributes"]) - 1
    return f"/attributes/{n}", f"/attributes/{n}/value"


@defect("part of the wrong type")
def wrong_type(document: Document, random: Random) -> tuple[str, ...]:
    place = section_of(document, random)
    one = pick(random, attributes(place))
    what = random.randrange(9)
    if what == 0:
        place.it["attributes"] = {a["name"]: a.get("value") for a in place.it["attributes"]}
        return place.pointer + "/attributes", place.pointer
    if what == 1:
        one.it["value"] = {"text": one.it["value"]}
    elif what == 2:
        one.it["value"] = [one.it["value"]]
    elif what == 3:
        one.home[one.home.index(one.it)] = one.it["value"]
    elif what == 4:
        one.it["valqual"] = {"name": "URL", "value": "x"}
        return one.pointer + "/valqual", one.pointer
    elif what == 5:
        place.it["links"] = "https://example.org"
        return place.pointer + "/links", place.pointer
    elif what == 6:
        place.it["files"] = {"path": "a.tif"}
        return place.pointer + "/files", place.pointer
    elif what == 7:
        one.it["value"] = random.choice((2026, 3.5, True, False))
    else:
        one.it["reference"] = random.choice(("true", "yes", 1, "false"))
        return one.pointer + "/reference", one.pointer
    return one.value, one.pointer


@defect("name or type missing")
def name_missing(document: Document, random: Random) -> tuple[str, ...]:
    place = section_of(document, random)
    if random.random() < 0.5:
        if random.random() < 0.5:
            del place.it["type"]
        else:
            place.it["type"] = random.choice(("", None, " "))
        return place.pointer + "/type", place.pointer
    one = pick(random, attributes(place))
    if random.random() < 0.5:
        del one.it["name"]
    else:
        one.it["name"] = random.choice(("", None, "  "))
    return one.pointer + "/name", one.pointer


@defect("key misspelt")
def misspelt_key(document: Document, random: Random) -> tuple[str, ...]:
    place = section_of(document, random)
    if random.random() < 0.5:
        one = pick(random, attributes(place))
        wrong = random.choice(("Value", "val", "values", "VALUE"))
        one.it[wrong] = one.it.pop("value")
        return f"{one.pointer}/{wrong}", one.pointer
    wrong = random.choice(("Attributes", "attribute", "ATTRIBUTES", "atributes"))
    if "attributes" not in place.it:
        raise Unsuited
    place.it[wrong] = place.it.pop("attributes")
    return f"{place.pointer}/{wrong}", place.pointer


@defect("one field given twice")
def two_values(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(
        document,
        random,
        ("biosample", "specimen", "imageacquisition", "publication"),
        "title",
        "year",
    )
    home = pick(
        random,
        [s for s in sections(document) if s.pointer == place.pointer.rpartition("/attributes")[0]],
    )
    other = add(home, place.it["name"], "2013" if place.it["value"].isdecimal() else "Another one")
    return other.pointer, other.value, place.pointer, place.value


@defect("section refers to itself")
def itself(document: Document, random: Random) -> tuple[str, ...]:
    place = pick(random, [s for s in sections(document) if s.it.get("accno")])
    one = add(place, "affiliation", place.it["accno"], reference=True)
    return one.pointer, one.value


@defect("unexpected file list name")
def file_list(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, ("studycomponent", "annotations"), "filelist")
    stem = place.it["value"].rpartition(".")[0] or "files"
    wrong = random.choice(
        (
            stem + ".csv",
            stem + ".txt",
            stem + ".xls",
            stem,
            stem + ".TSV.zip",
            "../" + stem + ".tsv",
            "/home/mira/" + stem + ".tsv",
            "C:\\data\\" + stem + ".tsv",
        )
    )
    return changed(place, lambda v: wrong), place.pointer


@defect("study component without a file list")
def no_file_list(document: Document, random: Random) -> tuple[str, ...]:
    place = any_of(document, random, ("studycomponent",), "filelist")
    home = place.pointer.rpartition("/attributes")[0]
    return (drop(place), home)
