"""RO-Crates that the archive wrote itself, told by what their root data entity conforms to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from pipeline import resources
from pipeline.findings import Frozen
from pipeline.intake.json_text import Number
from pipeline.intake.ro_crate_graph import Entity, Graph
from pipeline.intake.ro_crate_objects import Objects
from pipeline.intake.spellings import fold
from pipeline.select import join
from pipeline.submission import Metadata


class Kind(Frozen):
    """How one kind of object is written: its types, and the term of each slot."""

    types: tuple[str, ...]
    texts: Mapping[str, str] = {}
    lists: Mapping[str, str] = {}
    flags: Mapping[str, str] = {}
    numbers: Mapping[str, str] = {}
    objects: Mapping[str, tuple[str, str]] = {}
    """From a slot to its term and the kind of its objects."""


class Written(Frozen):
    """How the archive writes RO-Crates (`schemas/ro_crate_written.yaml`)."""

    version: str
    profile: str
    own: str
    plain: frozenset[str]
    terms: Mapping[str, str]
    derived: frozenset[str]
    associated: Mapping[str, tuple[str, str]]
    every: Mapping[str, Mapping[str, tuple[str, str]]]
    kinds: Mapping[str, Kind]

    def objects(self, kind: str) -> dict[str, tuple[str, str]]:
        """All slots of a kind that take objects; only what has no slots of its own lacks some."""
        own = dict(self.kinds[kind].objects)
        return own if kind == "submission" else {**own, **self.every["objects"]}


@cache
def written() -> Written:
    """The table as the schemas folder has it."""
    text = (resources.schemas() / "ro_crate_written.yaml").read_text("utf-8")
    return Written(**yaml.load(text, Loader=yaml.CSafeLoader))


def is_ours(graph: Graph) -> bool:
    """Whether the archive wrote a crate itself."""
    assert graph.root is not None
    given = graph.values(graph.root, "conformsto")
    return any(isinstance(v, dict) and v.get("@id") == written().profile for v, _ in given)


@dataclass
class OwnMapping:
    """Makes the record of a crate that the archive wrote."""

    graph: Graph
    objects: Objects
    components: dict[str, str] = field(default_factory=dict)
    """From a dataset's `@id` to the record place of its study component."""
    organisations: dict[str, str] = field(default_factory=dict)
    """From an organisation's place in the document to its id in the record."""

    def document(self) -> Metadata:
        """The metadata of the whole crate."""
        root = self.graph.root
        assert root is not None
        for entity, _ in self.graph.targets(root, "organisation"):
            for value, _ in self.graph.values(entity, "organisationid"):
                self.organisations[entity.at] = str(value)
        metadata, top = self.slots(root, "submission", "", ())
        study, own = self.slots(root, "study", "/study", ())
        self.left(study, root, "/study", top | own)
        metadata["study"] = study
        self.objects.pointers[""] = root.at
        return metadata

    def thing(self, entity: Entity, kind: str, place: str, above: tuple[str, ...]) -> Metadata:
        """One object of the record with all that belongs to it."""
        if kind == "affiliations" and entity.at in self.organisations:
            self.objects.pointers[place] = entity.at
            return {"organisation": self.organisations[entity.at]}
        if kind == "study_components":
            self.components[entity.id] = place
        made, done = self.slots(entity, kind, place, (*above, entity.at))
        if kind == "sections":
            made.setdefault("type", "")  # also a section without a type is kept
        self.left(made, entity, place, done)
        return made

    def slots(
        self, entity: Entity, kind: str, place: str, above: tuple[str, ...]
    ) -> tuple[Metadata, set[str]]:
        """The slots of an object, and the properties (folded) that went into them."""
        self.objects.pointers[place] = entity.at
        self.objects.used.add(entity.at)
        table = written().kinds[kind]
        made: Metadata = {}
        done: set[str] = set()
        for slot, term in {**table.texts, **table.flags, **table.numbers}.items():
            for value, at in self.graph.values(entity, fold(term)):
                one = self.value(value, at, slot in table.flags, slot in table.numbers)
                if one is not None and slot not in made:
                    made[slot] = one
                    self.objects.pointers[join(place, slot)] = at
                    done.add(fold(term))
        for slot, term in table.lists.items():
            for value, at in self.graph.values(entity, fold(term)):
                if (text := self.objects.scalar(value, at)) is not None:
                    listed = made.setdefault(slot, [])
                    self.objects.pointers[join(place, slot, len(listed))] = at
                    listed.append(text)
                    done.add(fold(term))
        for slot, (term, of) in written().objects(kind).items():
            if self.parts(made, slot, of, entity, fold(term), place, above):
                done.add(fold(term))
        return made, done

    def parts(
        self,
        made: Metadata,
        slot: str,
        of: str,
        entity: Entity,
        term: str,
        place: str,
        above: tuple[str, ...],
    ) -> bool:
        """The objects of a slot; False when the property refers to none of that kind."""
        types = set(written().kinds[of].types)
        for one, _ in self.graph.targets(entity, term):
            if one.at in above or not types & set(one.types):
                continue
            if slot == "licence":
                made[slot] = self.thing(one, of, join(place, slot), above)
            else:
                listed = made.setdefault(slot, [])
                listed.append(self.thing(one, of, join(place, slot, len(listed)), above))
        return slot in made

    def value(self, value: Any, at: str, flag: bool, number: bool) -> Any:
        """A text, true, or a number, as the slot takes it; None for anything else."""
        if flag:
            return True if value is True else None
        if number:
            return int(value) if isinstance(value, Number) and value.isdecimal() else None
        return self.objects.scalar(value, at)

    def left(self, made: Metadata, entity: Entity, place: str, done: set[str]) -> None:
        """What was added to the crate by hand, under its names."""
        self.objects.left(made, entity, place, done | {fold(term) for term in written().derived})
