"""Finding places in a PageTab document, and changing them; knows nothing of the pipeline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
Section = dict[str, Any]
Attribute = dict[str, Any]

REMBI = ("biosample", "specimen", "imageacquisition", "imagecorrelation", "imageanalysis")


class Unsuited(Exception):
    """The document has no place for this defect."""


class Place(NamedTuple):
    """Something of a document with its JSON Pointer and what holds it."""

    pointer: str
    it: Any
    home: Any

    @property
    def value(self) -> str:
        return self.pointer + "/value"


def folded(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def sections(document: dict[str, Any], *types: str) -> list[Place]:
    """All sections of some types (all types when none is named), the root left out."""
    found: list[Place] = []

    def walk(section: Section, pointer: str) -> None:
        for number, below in enumerate(section.get("subsections", [])):
            if isinstance(below, dict) and "type" in below:
                place = Place(f"{pointer}/subsections/{number}", below, section["subsections"])
                if not types or folded(below["type"]) in types:
                    found.append(place)
                walk(below, place.pointer)

    walk(document["section"], "/section")
    return found


def root(document: dict[str, Any]) -> Place:
    return Place("/section", document["section"], document)


def attributes(section: Place, *names: str) -> list[Place]:
    """The attributes of a section, of some names, that have a value."""
    return [
        Place(f"{section.pointer}/attributes/{number}", one, section.it["attributes"])
        for number, one in enumerate(section.it.get("attributes", []))
        if (not names or folded(one["name"]) in names) and str(one.get("value") or "").strip()
    ]


def every(document: dict[str, Any], types: Sequence[str], *names: str) -> list[Place]:
    """The attributes of some names in all sections of some types; type `study` is the root."""
    homes = sections(document, *types)
    if "study" in types:
        homes.append(root(document))
    return [one for home in homes for one in attributes(home, *names)]


def pick(random: Random, found: Sequence[T]) -> T:
    if not found:
        raise Unsuited
    return random.choice(found)


def any_of(document: dict[str, Any], random: Random, types: Sequence[str], *names: str) -> Place:
    """One such attribute, at random."""
    return pick(random, every(document, types, *names))


def section_of(document: dict[str, Any], random: Random, *types: str) -> Place:
    return pick(random, sections(document, *types))


def drop(place: Place) -> str:
    """Take an attribute or section out; gives the pointer of what held it."""
    place.home.remove(place.it)
    return place.pointer.rpartition("/")[0].rpartition("/")[0]


def add(section: Place, name: str, value: str, **more: Any) -> Place:
    """Give a section a further attribute."""
    listed = section.it.setdefault("attributes", [])
    listed.append({"name": name, "value": value, **more})
    return Place(f"{section.pointer}/attributes/{len(listed) - 1}", listed[-1], listed)


def append(document: dict[str, Any], section: Section) -> Place:
    """Give the study a further section."""
    listed = document["section"].setdefault("subsections", [])
    listed.append(section)
    return Place(f"/section/subsections/{len(listed) - 1}", section, listed)


def prose(document: dict[str, Any], *, least: int = 1) -> list[Place]:
    """Values of a depositor's own words: no identifier, number, reference or name of a file."""
    left = {
        "filelist",
        "orcid",
        "email",
        "doi",
        "pubmedid",
        "pmcid",
        "year",
        "releasedate",
        "url",
        "rorid",
        "issn",
        "affiliation",
        "ncbitaxonid",
        "ontologytermid",
        "ontologyname",
        "grantid",
        "grantpid",
        "license",
        "licence",
        "annotationtype",
        "template",
    }
    homes = [root(document), *(one for one in sections(document) if one.it["type"] != "Links")]
    return [
        one
        for home in homes
        for one in attributes(home)
        if folded(one.it["name"]) not in left
        and not one.it.get("reference")
        and len(one.it["value"].strip()) >= least
    ]


def changed(place: Place, change: Callable[[str], str]) -> str:
    """Change an attribute's value; gives the pointer of the value."""
    before = place.it["value"]
    place.it["value"] = change(before)
    if place.it["value"] == before:
        raise Unsuited
    return place.value


def letters(text: str, wanted: Callable[[str], bool]) -> Iterator[int]:
    return (number for number, letter in enumerate(text) if wanted(letter))


def written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
