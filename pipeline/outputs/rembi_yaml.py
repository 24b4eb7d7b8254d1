"""The record as REMBI YAML, in the blocks and words of the archive's own templates.

The form has no accession, no DOI of the study, and no place for what qualifies a value: what would
not come back when the file is read stands in a block of its own, by its place in the record. Names
are written whole, because a program cannot know where they divide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.intake import rembi_yaml as door
from pipeline.intake.rembi_words import FURTHER
from pipeline.intake.spellings import fold, spellings
from pipeline.outputs import pagetab
from pipeline.record import CuratedRecord
from pipeline.select import join

NAME = "rembi-yaml"
FILE = "rembi.yaml"
EMITTED = False

Tree = dict[str, Any]

VERSION = "1.5"
BLOCKS = {
    "study_components": "study_component",
    "biosamples": "biosamples",
    "specimens": "specimens",
    "image_acquisitions": "acquisitions",
    "image_correlations": "correlations",
    "image_analyses": "analysis",
    "annotations": "annotations",
}
"""The blocks of the form by the lists of the study that stand in them."""
KEYS = {
    "study": {"protocols": "study_protocols", "organisms": "organism", "licence": "license"},
    "authors": {"roles": "role"},
    "organisations": {"ror": "ror_id"},
    "grants": {"grant_id": "identifier"},
    "links": {"url": "link_url", "description": "link_description", "type": "link_type"},
    "biosamples": {"organisms": "organism"},
    "organisms": {"taxon_id": "ncbi_taxon"},
    "specimens": {"sample_preparation_protocol": "sample_preparation"},
    "image_acquisitions": {"imaging_methods": "imaging_method"},
    "study_components": {"imaging_methods": "imaging_method"},
    "imaging_methods": {
        "name": "value",
        "ontology": "ontology_name",
        "term_id": "ontology_id",
    },
    "image_analyses": {"image_analysis_overview": "analysis_overview"},
    "annotations": {"annotation_types": "annotation_type"},
    "file_metadata": {"annotation_types": "annotation_type"},
    "associations": {
        "biosample": "biosample_id",
        "specimen": "specimen_id",
        "image_acquisition": "acquisition_id",
        "image_correlation": "correlation_id",
        "image_analysis": "analysis_id",
    },
}
"""The keys of the form, where they are not our slots' own names."""


def write(record: CuratedRecord) -> bytes:
    """The record as YAML in UTF-8, blocks in the order of the form."""
    tree = _Writer().document(record.metadata)
    read = door.read(_text(tree), FILE).metadata or {}
    meant = {"accession": record.accession} | record.metadata
    if further := dict(_differences(read, meant, "")):
        tree[FURTHER] = further
    return f"# {record.accession}, version {record.version}\n".encode() + _text(tree)


def _text(tree: Tree) -> bytes:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes texts with unusual characters in double quotes, where they can be escaped."""

    def text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        plain = text.replace("\n", "").isprintable()
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, None if plain else '"')

    Dumper.add_representer(str, text_node)
    text = yaml.dump(tree, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text.encode("utf-8", "backslashreplace")


def _differences(read: Any, meant: Any, at: str) -> Iterator[tuple[str, Any]]:
    """What is set, and where, to make the metadata read into those meant; None takes away."""
    if isinstance(read, dict) and isinstance(meant, dict):
        for key in dict.fromkeys((*meant, *read)):
            yield from _differences(read.get(key), meant.get(key), join(at, key))
    elif isinstance(read, list) and isinstance(meant, list) and len(read) == len(meant):
        for number, (one, other) in enumerate(zip(read, meant, strict=True)):
            yield from _differences(one, other, join(at, number))
    elif read != meant:
        yield at, meant


class _Writer:
    """Writes objects as mappings, as far as the form has a place for them."""

    def __init__(self) -> None:
        self.organisations: dict[str, Tree] = {}

    def document(self, metadata: Tree) -> Tree:
        """The blocks of a submission."""
        study = metadata.get("study", {})
        self.organisations = {one["id"]: one for one in study.get("organisations", ())}
        made: Tree = {"study": self.study(study, metadata.get("release_date"))}
        for slot, block in BLOCKS.items():
            if slot in study:
                made |= self.block(slot, block, study[slot])
        return made

    def study(self, study: Tree, release_date: str | None) -> Tree:
        """The block of the study itself."""
        apart = {*BLOCKS, "organisations", "grants", "funding_statement", "rembi_version"}
        made = self.thing("study", study, apart)
        if release_date is not None:
            made["private_until_date"] = release_date
        funding: Tree = {}
        if "funding_statement" in study:
            funding["funding_statement"] = study["funding_statement"]
        if "grants" in study:
            funding["grant_references"] = self.things("grants", study["grants"])
        if funding:
            made["funding"] = funding
        made["rembi_version"] = study.get("rembi_version", VERSION)
        return made

    def block(self, slot: str, block: str, listed: list[Tree]) -> Tree:
        """Entries by their titles, or one after another where titles do not tell them apart."""
        label = "name" if slot == "study_components" else "title"
        titles = [one.get(label) for one in listed]
        entries = self.things(slot, listed)
        if None in titles or len(set(titles)) < len(titles):
            return {block: entries}
        made: Tree = {block: dict(zip(titles, entries, strict=True))}
        rows = {title: one.pop("associations", None) for title, one in made[block].items()}
        if any(rows.values()):
            made["associations"] = {title: row for title, row in rows.items() if row}
        return made

    def things(self, kind: str, listed: list[Tree]) -> list[Tree]:
        """Objects of a list."""
        return [self.thing(kind, one) for one in listed]

    def thing(self, kind: str, thing: Tree, apart: set[str] | None = None) -> Tree:
        """An object with all that the form has a place for."""
        made: Tree = {}
        keys = KEYS.get(kind, {})
        beside = {"qualifiers", "sections", "attributes", "files", "id"}
        order = [*pagetab.words(None)[kind].slots, "url"]
        slots = sorted(
            thing.keys() - beside - (apart or set()),
            key=lambda slot: (order.index(slot) if slot in order else len(order), slot),
        )
        for slot in slots:
            value, key = thing[slot], keys.get(slot, slot)
            if slot == "licence":
                made[key] = value.get("name", "")
            elif slot == "affiliations":
                made["affiliation"] = self.affiliations(value)
            elif slot == "links" and kind != "study":
                continue
            elif slot == "protocols" and kind == "study_components":
                made[key] = [{"protocol": one} for one in value]
            elif isinstance(value, list) and isinstance(value[0], dict):
                made[key] = self.things(slot, value)
            else:
                made[key] = value
        known = spellings().kinds[kind].slots
        for one in thing.get("attributes", ()):
            taken = {fold(key) for key in made} | known.keys()
            if one.keys() == {"name", "value"} and fold(one["name"]) not in taken:
                made[one["name"]] = one["value"]
        return made

    def affiliations(self, listed: list[Tree]) -> list[Any]:
        """Organisations in full where authors belong to them, texts as they stand."""
        made: list[Any] = []
        for one in listed:
            organisation = self.organisations.get(one.get("organisation", ""))
            if organisation is not None:
                made.append(self.thing("organisations", organisation))
            else:
                made.append(one.get("text", one.get("organisation")))
        return made
