"""The record as PageTab JSON, as BioStudies takes it and in the words of its own template.

What the document said to BioStudies (Template, ReleaseDate, AttachTo, RootPath, the study's DOI)
is written as it stood. A slot that curation added and the template does not know is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from pipeline import resources, schema
from pipeline.findings import Frozen
from pipeline.intake.spellings import common_names
from pipeline.outputs.record import dump
from pipeline.record import CuratedRecord
from pipeline.select import join

NAME = "pagetab"
FILE = "pagetab.json"

Tree = dict[str, Any]

BESIDE = ("attributes", "qualifiers", "links", "files", "sections", "id")
"""Slots that no attribute of their own is written for."""
_QUALIFIERS = {"url": "URL", "taxon_id": "TermId", "ontology": "Ontology", "term_id": "TermId"}
"""How the submission form names what qualifies a licence, an organism or an imaging method."""


class Words(Frozen):
    """How a kind of section is written: its type, and the names of its slots in order."""

    type: str
    slots: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]] = {}
    """Slots whose texts are sections of their own: the type, and the name of the one attribute."""
    known: frozenset[str] | None = None
    """The slots that the document's template knows; None when nobody can say."""


def write(record: CuratedRecord) -> bytes:
    """The record as PageTab JSON in UTF-8."""
    return dump(tree(record))


def tree(record: CuratedRecord) -> Tree:
    """The record as the plain mappings of a PageTab document."""
    writer = _Writer(words(record.frame.template), _added(record))
    study = record.metadata.get("study", {})
    return {
        "accno": record.accession,
        "attributes": list(_submission_level(record)),
        "section": writer.section("study", study, "/study"),
        "type": "submission",
    }


def _submission_level(record: CuratedRecord) -> Iterator[Tree]:
    metadata = record.metadata
    given = {
        "Template": record.frame.template,
        "DOI": metadata.get("doi"),
        "ReleaseDate": metadata.get("release_date"),
        "RootPath": record.frame.root_path,
        "AttachTo": record.frame.attach_to,
    }
    yield from ({"name": name, "value": value} for name, value in given.items() if value)
    if metadata.get("doi_requested"):
        yield {"name": "DOI", "value": "true"}
    yield from _given(metadata)


class _Writer:
    """Writes sections in the words of a template; `added` are the places that curation made."""

    def __init__(self, words: Mapping[str, Words], added: frozenset[str]) -> None:
        self.words = words
        self.added = added

    def section(self, kind: str, thing: Tree, place: str) -> Tree:
        """A section of a kind with all that stands in it."""
        words = self.words[kind]
        made: Tree = {"accno": thing["id"]} if "id" in thing else {}
        made["type"] = words.type
        slots = [*words.slots, *sorted(thing.keys() - words.slots.keys())]
        nested: list[Tree] = []
        attributes: list[Tree] = []
        for slot in slots:
            if slot not in thing or slot in BESIDE or self.unknown(words, slot, place):
                continue
            value, at = thing[slot], join(place, slot)
            if slot in words.texts:
                nested += [_one_text(words.texts[slot], text) for text in value]
            elif slot in self.words and isinstance(value, list) and not self.inline(slot, value):
                nested += [
                    self.section(slot, one, join(at, number)) for number, one in enumerate(value)
                ]
            else:
                name = words.slots.get(slot) or _named(slot)
                attributes += self.attributes(name, slot, value, _of(thing, slot))
        attributes += _given(thing)
        if attributes:
            made["attributes"] = attributes
        return made | self.rest(thing, nested)

    def rest(self, thing: Tree, nested: list[Tree]) -> Tree:
        """Links, files and sections below, those of other types last."""
        made: Tree = {}
        if "links" in thing:
            made["links"] = [
                {"url": link.get("url", "")} | self.described("links", link)
                for link in thing["links"]
            ]
        if "files" in thing:
            made["files"] = [
                {key: file[key] for key in ("path", "size", "type") if key in file}
                | self.described("files", file)
                for file in thing["files"]
            ]
        if below := nested + [self.other(section) for section in thing.get("sections", ())]:
            made["subsections"] = below
        return made

    def described(self, kind: str, thing: Tree) -> Tree:
        """What is said of a link or a file, as its attributes."""
        slots = self.words[kind].slots
        attributes = [
            _attribute(name, thing[slot], _of(thing, slot))
            for slot, name in slots.items()
            if slot in thing
        ]
        attributes += _given(thing)
        return {"attributes": attributes} if attributes else {}

    def other(self, section: Tree) -> Tree:
        """A section of a type that no class takes."""
        made: Tree = {"type": section["type"]}
        if attributes := _given(section):
            made["attributes"] = attributes
        return made | self.rest(section, [])

    def unknown(self, words: Words, slot: str, place: str) -> bool:
        """Whether curation added a slot that the document's template does not know."""
        if words.known is None or slot in words.known:
            return False
        at = join(place, slot)
        return any(at == made or at.startswith(made + "/") for made in self.added)

    def inline(self, slot: str, value: list[Tree]) -> bool:
        """Whether objects fit into attributes of their section, as newer templates write them."""
        if slot == "organisms":
            return all(_organism(one) is not None for one in value)
        return slot == "imaging_methods" and all(
            "name" in one and one.keys() <= {"name", "ontology", "term_id", "qualifiers"}
            for one in value
        )

    def attributes(
        self, name: str, slot: str, value: Any, qualifiers: list[Tree]
    ) -> Iterator[Tree]:
        """The attributes of a slot: one, or one for each of its values."""
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            if slot == "affiliations":
                yield _affiliation(name, one)
            elif isinstance(one, dict):
                yield _qualified_object(name, slot, one)
            else:
                yield _attribute(name, one, qualifiers if number == 0 else [])


def _affiliation(name: str, one: Tree) -> Tree:
    if "organisation" in one:
        made = _attribute(name, one["organisation"], _of(one, "organisation"))
        return made | {"reference": True}
    made = _attribute(name, one.get("text"), _of(one, "text"))
    return made | ({"reference": True} if one.get("reference") else {})


def _one_text(words: Mapping[str, str], text: str) -> Tree:
    """A section that says one thing."""
    return {"type": words["type"], "attributes": [{"name": words["name"], "value": text}]}


def _qualified_object(name: str, slot: str, one: Tree) -> Tree:
    """A licence, organism or imaging method as one value with its qualifiers."""
    main = "scientific_name" if slot == "organisms" else "name"
    value = _organism(one) if slot == "organisms" else one.get("name")
    qualifiers = [
        {"name": _QUALIFIERS.get(key, _named(key)), "value": one[key]}
        for key in sorted(one)
        if key not in (main, "common_name", "qualifiers")
    ]
    return _attribute(name, value, qualifiers + _of(one, main))


def _organism(one: Tree) -> str | None:
    """An organism in one value, or None when intake could not read that back."""
    if one.keys() - {"scientific_name", "common_name", "taxon_id", "qualifiers"}:
        return None
    name: str | None = one.get("scientific_name")
    if name is None or "common_name" not in one:
        return name
    text = f"{name} ({one['common_name']})"
    return text if common_names().get(text) == (name, one["common_name"]) else None


def _attribute(name: str, value: Any, qualifiers: list[Tree]) -> Tree:
    made: Tree = {"name": name}
    if value is not None:
        made["value"] = value if isinstance(value, str) else str(value)
    if qualifiers:
        made["valqual"] = qualifiers
    return made


def _of(thing: Tree, slot: str) -> list[Tree]:
    """The qualifiers of a slot that no slot takes."""
    return [
        {key: kept for key, kept in one.items() if key != "of"}
        for one in thing.get("qualifiers", ())
        if one["of"] == slot
    ]


def _given(thing: Tree) -> list[Tree]:
    """Attributes without a slot, under their names as given."""
    return [
        _attribute(one["name"], one.get("value"), one.get("qualifiers", []))
        | ({"reference": True} if one.get("reference") else {})
        for one in thing.get("attributes", ())
    ]


def _named(slot: str) -> str:
    return slot.replace("_", " ").capitalize()


def _added(record: CuratedRecord) -> frozenset[str]:
    """The places that curation made: nothing stood there in the document."""
    return frozenset(
        operation.place
        for change in record.changes
        for operation in change.operations
        if operation.do in ("set", "add") and operation.before is None
    )


@cache
def words(template: str | None) -> Mapping[str, Words]:
    """How each kind is written in a template; slots that the form names are called by its names."""
    path = resources.schemas() / "pagetab.yaml"
    written = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)["written"]
    form = schema.template(template)
    found: dict[str, Words] = {}
    for kind, given in written.items():
        asked = form.classes.get(given.get("class", "")) if form else None
        named = {field.slot: field.name for field in asked.fields} if asked else {}
        own_type = asked is not None and kind != "authors"
        found[kind] = Words(
            type=asked.name if asked is not None and own_type else given["type"],
            slots={
                slot: name if slot == "affiliations" else named.get(slot, name)
                for slot, name in given["slots"].items()
            },
            texts=given.get("texts", {}),
            known=frozenset(named) if form and given.get("class") else None,
        )
    return found
