"""The record as REMBI YAML, in the blocks and words of the archive's own templates.

The form has no accession, no DOI of the study, and no place for what qualifies a value. Names are
written whole, because a program cannot know where they divide. A comment at the head lists what is
not in the file.
"""

from __future__ import annotations

from typing import Any

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
    import yaml

    writer = _Writer()
    tree = writer.document(record.metadata)
    text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=100)
    head = [f"{record.accession}, version {record.version}"]
    if writer.missed:
        head += ["Not in this file, because the form has no field for it:", *writer.missed]
    return ("".join(f"# {line}\n" for line in head) + text).encode("utf-8", "backslashreplace")


class _Writer:
    """Writes objects as mappings, and keeps the places of what the form does not take."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        self.organisations: dict[str, Tree] = {}

    def document(self, metadata: Tree) -> Tree:
        """The blocks of a submission."""
        study = metadata.get("study", {})
        self.organisations = {one["id"]: one for one in study.get("organisations", ())}
        aside = {"release_date", "study", "accession"}
        self.missed += [join("", slot) for slot in sorted(metadata.keys() - aside)]
        made: Tree = {"study": self.study(study, metadata.get("release_date"))}
        for slot, block in BLOCKS.items():
            if slot in study:
                made |= self.block(slot, block, study[slot])
        return made

    def study(self, study: Tree, release_date: str | None) -> Tree:
        """The block of the study itself."""
        apart = {*BLOCKS, "organisations", "grants", "funding_statement", "rembi_version"}
        made = self.thing("study", study, "/study", apart)
        if release_date is not None:
            made["private_until_date"] = release_date
        funding: Tree = {}
        if "funding_statement" in study:
            funding["funding_statement"] = study["funding_statement"]
        if "grants" in study:
            funding["grant_references"] = self.things("grants", study["grants"], "/study/grants")
        if funding:
            made["funding"] = funding
        made["rembi_version"] = study.get("rembi_version", VERSION)
        used = {
            one.get("organisation")
            for author in self.people(study)
            for one in author.get("affiliations", ())
        }
        for number, one in enumerate(study.get("organisations", ())):
            if one["id"] not in used:
                self.missed.append(join("/study/organisations", number))
        return made

    def people(self, study: Tree) -> list[Tree]:
        """The authors of the study and of its annotations."""
        sets = study.get("annotations", ())
        return [*study.get("authors", ()), *(a for one in sets for a in one.get("authors", ()))]

    def block(self, slot: str, block: str, listed: list[Tree]) -> Tree:
        """Entries by their titles, or one after another where titles do not tell them apart."""
        place = join("/study", slot)
        label = "name" if slot == "study_components" else "title"
        titles = [one.get(label) for one in listed]
        entries = self.things(slot, listed, place)
        if None in titles or len(set(titles)) < len(titles):
            return {block: entries}
        made: Tree = {block: dict(zip(titles, entries, strict=True))}
        rows = {title: one.pop("associations", None) for title, one in made[block].items()}
        if any(rows.values()):
            made["associations"] = {title: row for title, row in rows.items() if row}
        return made

    def things(self, kind: str, listed: list[Tree], place: str) -> list[Tree]:
        """Objects of a list."""
        return [self.thing(kind, one, join(place, n)) for n, one in enumerate(listed)]

    def thing(self, kind: str, thing: Tree, place: str, apart: set[str] | None = None) -> Tree:
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
            value, at, key = thing[slot], join(place, slot), keys.get(slot, slot)
            if slot == "licence":
                made[key] = value.get("name", "")
                self.missed += [join(at, one) for one in sorted(value.keys() - {"name"})]
            elif slot == "affiliations":
                made["affiliation"] = self.affiliations(value, at)
            elif slot == "links" and kind != "study":
                self.missed.append(at)
            elif slot == "protocols" and kind == "study_components":
                made[key] = [{"protocol": one} for one in value]
            elif isinstance(value, list) and isinstance(value[0], dict):
                made[key] = self.things(slot, value, at)
            else:
                made[key] = value
        self.beside(made, kind, thing, place)
        return made

    def beside(self, made: Tree, kind: str, thing: Tree, place: str) -> None:
        """What an object has besides its slots, as far as it fits."""
        known = spellings().kinds[kind].slots
        for number, one in enumerate(thing.get("attributes", ())):
            name = one["name"]
            taken = {fold(key) for key in made} | known.keys()
            if one.keys() == {"name", "value"} and fold(name) not in taken:
                made[name] = one["value"]
            else:
                self.missed.append(join(place, "attributes", number))
        for slot in ("files", "sections", "qualifiers"):
            if slot in thing:
                self.missed.append(join(place, slot))

    def affiliations(self, listed: list[Tree], place: str) -> list[Any]:
        """Organisations in full where authors belong to them, texts as they stand."""
        made: list[Any] = []
        for number, one in enumerate(listed):
            organisation = self.organisations.get(one.get("organisation", ""))
            if organisation is not None:
                made.append(self.thing("organisations", organisation, join(place, number)))
            else:
                made.append(one.get("text", one.get("organisation")))
        return made
