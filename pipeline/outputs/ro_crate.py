"""The record as RO-Crate 1.1 metadata in the terms of the archive's profile.

Every object of the record is an entity; what the profile has no term for stands in terms of our own
schema, so that reading the crate gives the same record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from pipeline.intake.ro_crate_terms import terms
from pipeline.intake.ro_crate_written import written
from pipeline.outputs.record import dump
from pipeline.record import CuratedRecord

NAME = "ro-crate"
FILE = "ro-crate-metadata.json"
EMITTED = False

Tree = dict[str, Any]


def write(record: CuratedRecord) -> bytes:
    """The crate's metadata file as JSON-LD in UTF-8, flattened."""
    return dump(tree(record))


def tree(record: CuratedRecord) -> Tree:
    """The crate's metadata file as plain mappings."""
    metadata = record.metadata
    study = metadata.get("study", {})
    descriptor = {
        "@id": FILE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    root: Tree = {
        "@id": "./",
        "@type": list(written().kinds["study"].types),
        "conformsTo": {"@id": written().profile},
    }
    crate = _Crate()
    crate.graph += [descriptor, root]
    crate.fill(root, "submission", {"accession": record.accession} | metadata)
    crate.organisations(study)
    crate.fill(root, "study", study)
    crate.associated(study)
    files = [{"@id": one["@id"]} for one in crate.graph if one["@type"] == ["File"]]
    if files:
        root["hasPart"] = [*root.get("hasPart", ()), *files]
    return {"@context": context(), "@graph": crate.graph}


def context() -> list[Any]:
    """The context of RO-Crate 1.1, and what the terms mean that it does not have."""
    named = {term for kind in written().kinds.values() for term in kind.texts.values()}
    for name, kind in written().kinds.items():
        named |= {*kind.lists.values(), *kind.flags.values(), *kind.numbers.values()}
        named |= {term for term, _ in written().objects(name).values()}
        named |= {one for one in kind.types if one in ("AnnotationFile", "Association")}
        named |= {one for one in kind.types if one in ("MeasuredSize", "Section")}
    named |= written().derived
    known = {**terms().terms, **written().terms}
    own = {term: known.get(term, written().own + term) for term in sorted(named - written().plain)}
    return ["https://w3id.org/ro/crate/1.1/context", {**terms().prefixes, **own}]


class _Crate:
    """Gathers the entities of a crate."""

    def __init__(self) -> None:
        self.graph: list[Tree] = []
        self.numbers: Counter[str] = Counter()
        self.known: dict[str, Tree] = {}
        self.made: dict[int, Tree] = {}
        """Entities by the identity of their object in the record."""
        self.paths: set[str] = set()

    def organisations(self, study: Tree) -> None:
        """Make the organisations first, so that authors can refer to them."""
        for one in study.get("organisations", ()):
            self.known.setdefault(one["id"], self.entity("organisations", one))

    def entity(self, kind: str, thing: Tree) -> Tree:
        """An entity for an object, with all that belongs to it; for the same object the same."""
        if id(thing) in self.made:
            return self.made[id(thing)]
        made: Tree = {
            "@id": self.identifier(kind, thing),
            "@type": list(written().kinds[kind].types),
        }
        self.made[id(thing)] = made
        self.graph.append(made)
        self.fill(made, kind, thing)
        return made

    def identifier(self, kind: str, thing: Tree) -> str:
        """A file's path, once; else the kind of the object and a running number."""
        self.numbers[kind] += 1
        path = quote(thing["path"].strip(), errors="replace") if kind == "files" else ""
        if path and path not in (FILE, "./") and path not in self.paths:
            self.paths.add(path)
            return path
        return f"#{kind.replace('_', '-')}-{self.numbers[kind]}"

    def fill(self, made: Tree, kind: str, thing: Tree) -> None:
        """Write the slots of an object into its entity."""
        table = written().kinds[kind]
        for slots in (table.texts, table.lists, table.flags, table.numbers):
            for slot, term in slots.items():
                if slot in thing:
                    made[term] = thing[slot]
        for slot, (term, of) in written().objects(kind).items():
            if slot in thing:
                listed = thing[slot] if isinstance(thing[slot], list) else [thing[slot]]
                made[term] = [{"@id": self.part(of, one)["@id"]} for one in listed]
        methods = thing.get("imaging_methods", ()) if kind == "image_acquisitions" else ()
        for slot, term in (("name", "imagingMethodName"), ("term_id", "fbbiId")):
            if texts := [one[slot] for one in methods if slot in one]:
                made[term] = texts

    def part(self, kind: str, thing: Tree) -> Tree:
        """The entity of a part; an affiliation is the organisation that it names."""
        if kind == "affiliations" and thing.keys() == {"organisation"}:
            named = self.known.get(thing["organisation"])
            if named is not None:
                return named
        return self.entity(kind, thing)

    def associated(self, study: Tree) -> None:
        """Refer from components to the sections that their associations name."""
        for component in study.get("study_components", ()):
            for slot, (listed, term) in written().associated.items():
                titles = {row[slot] for row in component.get("associations", ()) if slot in row}
                refers = [self.made[id(one)]["@id"] for one in _titled(study, listed, titles)]
                if refers:
                    self.made[id(component)][term] = [{"@id": one} for one in refers]


def _titled(study: Tree, listed: str, titles: set[str]) -> Iterator[Tree]:
    yield from (one for one in study.get(listed, ()) if one.get("title") in titles)
