"""What each submission form asks of a depositor (`schemas/templates/`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Literal

import yaml

from pipeline import resources
from pipeline.findings import Frozen
from pipeline.select import steps

Need = Literal["required", "desirable", "optional"]

PLACES: Mapping[str, str] = {
    "Submission": "",
    "Study": "/study",
    "Author": "/study/authors/*",
    "Publication": "/study/publications/*",
    "Link": "/study/links/*",
    "Grant": "/study/grants/*",
    "Protocol": "/study/protocols/*",
    "Biosample": "/study/biosamples/*",
    "Specimen": "/study/specimens/*",
    "ImageAcquisition": "/study/image_acquisitions/*",
    "ImageCorrelation": "/study/image_correlations/*",
    "ImageAnalysis": "/study/image_analyses/*",
    "Annotations": "/study/annotations/*",
    "StudyComponent": "/study/study_components/*",
    "Association": "/study/study_components/*/associations/*",
    "Size": "/study/study_components/*/sizes/*",
}
"""Where the objects of the classes that a form knows stand."""


class Field(Frozen):
    """One field of a form: its slot, the name on the form, how badly it is wanted.

    `length` is the least number of characters without white space at the ends.
    """

    slot: str
    name: str
    need: Need
    length: int = 0


class Kind(Frozen):
    """What a form asks for one class of the schema: the section's name and its least number."""

    name: str
    minimum: int
    fields: tuple[Field, ...]


class Template(Frozen):
    """A submission form: `classes` maps classes of the schema to what is asked for them.

    What the form does not ask for is never demanded of a document that was made with it.
    """

    name: str
    also: tuple[str, ...] = ()
    classes: Mapping[str, Kind]

    def field(self, of: str, slot: str) -> Field | None:
        """The field for a slot of a class, if the form has it."""
        kind = self.classes.get(of)
        return next((f for f in kind.fields if f.slot == slot), None) if kind else None

    def requires(self, of: str, slot: str) -> bool:
        """Whether the form demands a slot of a class, as in `requires("Author", "email")`."""
        field = self.field(of, slot)
        return field is not None and field.need == "required"

    def required(self, of: str) -> tuple[Field, ...]:
        """The fields that the form demands of a class."""
        return self._required.get(of, ())

    @cached_property
    def _required(self) -> dict[str, tuple[Field, ...]]:
        return {
            of: tuple(field for field in kind.fields if field.need == "required")
            for of, kind in self.classes.items()
        }

    def requires_at(self, place: str) -> bool:
        """Whether the form demands what stands at a place, or the field that a part belongs to.

        `/study/licence/name` is demanded when the study's licence is, its address is not.
        """
        path = [step for step in steps(place) if not step.isdecimal()]
        part = path[-1] if path else ""
        while path:
            above = "".join(f"/{step}" for step in path[:-1])
            for of, pattern in PLACES.items():
                if pattern.replace("/*", "") == above and self.field(of, path[-1]) is not None:
                    named = part in (path[-1], "name", "scientific_name", "text")
                    return named and self.requires(of, path[-1])
            path.pop()
        return False

    def minimum(self, of: str) -> int:
        """How many objects of a class the form demands, as in `minimum("Biosample")`."""
        kind = self.classes.get(of)
        return kind.minimum if kind else 0


@cache
def templates() -> Mapping[str, Template]:
    """All templates by each of their names."""
    found: dict[str, Template] = {}
    for path in sorted((resources.schemas() / "templates").glob("*.yaml")):
        made = Template(**yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
        found.update(dict.fromkeys((made.name, *made.also), made))
    return found


def template(name: str | None) -> Template | None:
    """The template of a name as documents state it, or None when it is not known."""
    return templates().get((name or "").strip())
