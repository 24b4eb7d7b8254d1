"""Objects of the record from the entities of an RO-Crate, with where each part stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.intake.json_text import Number
from pipeline.intake.pagetab_objects import KEYS
from pipeline.intake.ro_crate_graph import Entity, Graph
from pipeline.intake.ro_crate_terms import plain, terms
from pipeline.select import join
from pipeline.submission import Metadata


@dataclass
class Objects:
    """Makes objects, noting where they stand and which entities went into them."""

    graph: Graph
    pointers: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Places of entities that stand in the record."""

    def make(self, entity: Entity, kind: str, place: str) -> tuple[Metadata, set[str]]:
        """One object of the record, and the properties (folded) that went into it."""
        self.pointers[place] = entity.at
        self.used.add(entity.at)
        slots = terms().kinds[kind]
        made: Metadata = {}
        done: set[str] = set()
        for key in entity.data:
            slot = slots.get(plain(key))
            if slot is None or key.startswith("@"):
                continue
            values = [
                (text, at)
                for value, at in self.graph.values(entity, plain(key))
                if (text := self.scalar(value, at)) is not None
            ]
            if slot.endswith("[]"):
                for text, at in values:
                    listed = made.setdefault(slot[:-2], [])
                    self.pointers[join(place, slot[:-2], len(listed))] = at
                    listed.append(text)
                done.add(plain(key))
            elif slot not in made and len(values) <= 1:
                for text, at in values:
                    made[slot] = text
                    self.pointers[join(place, slot)] = at
                done.add(plain(key))
            elif values and values[0][0] == made.get(slot):
                done.add(plain(key))
        return made, done

    def scalar(self, value: Any, at: str) -> str | None:
        """A value as text, numbers too."""
        if isinstance(value, Number):
            return str(value)
        return self.graph.text(value, at)

    def left(self, made: Metadata, entity: Entity, place: str, done: set[str]) -> None:
        """Properties that have no slot, under their names as given."""
        for key in entity.data:
            if key.startswith("@") or plain(key) in done or plain(key) in KEYS:
                continue
            for value, at in self.graph.values(entity, plain(key)):
                text = self.scalar(value, at)
                if text is None:
                    continue
                kept = made.setdefault("attributes", [])
                self.pointers[join(place, "attributes", len(kept))] = at
                kept.append({"name": key, "value": text})
