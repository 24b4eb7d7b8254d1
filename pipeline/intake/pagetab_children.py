"""Sections below a section that go to a slot of it, such as the associations of a component."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.intake.pagetab_objects import Objects
from pipeline.intake.pagetab_tree import Attribute, Section
from pipeline.intake.spellings import Kind, fold, spellings
from pipeline.select import join
from pipeline.submission import Metadata


def take(
    objects: Objects, made: Metadata, sections: Iterable[Section], kind: Kind, place: str
) -> list[Section]:
    """Put sections into the slots of an object; gives those that no slot takes."""
    left: list[Section] = []
    for child in sections:
        slot = kind.children.get(fold(child.type))
        if slot == "files":
            if not _file(objects, made, child, place):
                left.append(child)
        elif slot is not None:
            _object(objects, made, slot, child, place)
        elif not _text(objects, made, child, kind, place):
            left.append(child)
    return left


def _object(objects: Objects, made: Metadata, slot: str, child: Section, place: str) -> None:
    """An object of a list: an organism, an association, a size."""
    listed = made.setdefault(slot, [])
    at = join(place, slot, len(listed))
    kind = spellings().kinds[slot]
    part = objects.object(child, kind, at)
    objects.rest(part, at, child, take(objects, part, child.sections, kind, at))
    listed.append(part)


def _file(objects: Objects, made: Metadata, child: Section, place: str) -> bool:
    """A file of a table of other data files; False when the row is no file."""
    kind = spellings().kinds["other_data_files"]
    paths = [a for a in child.attributes if kind.slots.get(fold(a.name)) == "path"]
    if child.links or child.files or child.sections or all(a.value is None for a in paths):
        return False
    listed = made.setdefault("files", [])
    listed.append(objects.object(child, kind, join(place, "files", len(listed))))
    return True


def _text(objects: Objects, made: Metadata, child: Section, kind: Kind, place: str) -> bool:
    """The one thing that a section says, as a text; False when it says more, or something else."""
    slot, _, name = kind.texts.get(fold(child.type), "").partition(".")
    said = _only(child)
    if not slot or said is None or fold(said.name) != name:
        return False
    listed = made.setdefault(slot, [])
    objects.pointers.setdefault(f"{place}/{slot}", child.at)
    objects.pointers[join(place, slot, len(listed))] = said.value_at
    listed.append(said.value)
    return True


def _only(section: Section) -> Attribute | None:
    """The attribute of a section that says nothing else."""
    if section.links or section.files or section.sections or len(section.attributes) != 1:
        return None
    (one,) = section.attributes
    bare = not (one.qualifiers or one.name_qualifiers or one.reference)
    return one if bare and one.value is not None else None
