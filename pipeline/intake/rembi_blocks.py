"""The blocks of a REMBI document beside the study: titled entries, and what belongs to them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.findings import Severity, declare
from pipeline.intake import pagetab_content as build
from pipeline.intake.pagetab_tree import WRONG_TYPE, Section
from pipeline.intake.rembi_document import Document
from pipeline.intake.rembi_people import People
from pipeline.intake.rembi_spellings import alone
from pipeline.intake.rembi_words import IN_PAGETAB, OF_ASSOCIATION, OF_VERSION, SECTIONS
from pipeline.intake.spellings import fold
from pipeline.select import join, steps

NO_TARGET = declare(
    "SUB213",
    "block-for-nothing",
    "error",
    """An association or a version stands under a name that no component or annotation has.

    The blocks of the document belong together by name, so nobody knows what it is about.

    To fix: write the same name in both blocks.
    """,
)

_OWNED = (
    ("version", "annotations", "Version"),
    ("associations", "study_component", "Associations"),
)
"""Blocks whose entries belong to those of another block, that block, and what they are."""
_NAMES = ("study_component", "component", "study_component_id", "annotations", "name", "title")
"""Fields with which an entry of a list names what it belongs to."""


@dataclass
class Blocks:
    """Makes the sections of the blocks."""

    document: Document
    people: People

    def sections(self, blocks: dict[str, Any]) -> list[Section]:
        """One section for each name in the blocks."""
        owned, made = self._owned(blocks)
        for block, value in blocks.items():
            if block in SECTIONS:
                below = owned.get(block, {})
                made += self._named(SECTIONS[block], value, join("", block), below)
            elif block not in ("version", "associations"):
                made += build.content({block: value}, "", IN_PAGETAB)[1]
        return made

    def _owned(
        self, blocks: dict[str, Any]
    ) -> tuple[dict[str, dict[str, list[Section]]], list[Section]]:
        """Sections that belong to an entry, by its block and its key, and those of no entry."""
        owned: dict[str, dict[str, list[Section]]] = {}
        lost: list[Section] = []
        for block, owner, kind in _OWNED:
            named, at, below = blocks.get(block), join("", block), owned.setdefault(owner, {})
            owners = _titles(blocks.get(owner), owner)
            if isinstance(named, list) and named:
                self._flag_list(named, owner, at)
            for name, value, here in _entries(named, at, owners):
                entries = [
                    entry
                    for one, place in build.maps(value, here)
                    for entry in self._belonging(kind, one, place)
                ]
                if name in owners:
                    below.setdefault(owners[name], []).extend(entries)
                elif any(not entry.empty for entry in entries):
                    message = f"'{name}' under '{block}' has no counterpart under '{owner}'"
                    if near_ones := difflib.get_close_matches(name, owners, 1):
                        message += f"; the nearest is '{near_ones[0]}'"
                    self.document.flag(NO_TARGET, here, message, value=name)
                    lost += entries
        return owned, lost

    def _flag_list(self, named: list[Any], owner: str, at: str) -> None:
        """Tell that a block is a list; an error where texts in it are lost."""
        message = f"this block should hold entries under the names of '{owner}'"
        severity: Severity = "error"
        if all(isinstance(one, dict) for one in named):
            message += "; each was read with the one that it names"
            severity = "warning"
        self.document.flag(WRONG_TYPE, at, message, severity=severity)

    def _belonging(self, kind: str, one: dict[str, Any], at: str) -> Iterator[Section]:
        """A version, or the association of a mapping: one for each of several titles in it."""
        if kind == "Version":
            yield build.section(kind, one, at, OF_VERSION)
            return
        several = [
            (key, len(value))
            for key, value in one.items()
            if key in OF_ASSOCIATION and isinstance(value, list) and len(value) > 1
            if all(map(build.as_text, value))
        ]
        if len(several) != 1:
            yield build.section(kind, one, at, IN_PAGETAB)
            return
        [(key, number)] = several
        message = f"'{key}' has {number} titles; an association of each was read"
        self.document.flag(WRONG_TYPE, join(at, key), message, severity="warning")
        for index in range(number):
            section = build.section(kind, {**one, key: None}, at, IN_PAGETAB)
            place = join(at, key, index)
            made = build.attributes(IN_PAGETAB[key], one[key][index], place)
            yield section._replace(attributes=(*made, *section.attributes))

    def _named(
        self, kind: str, value: Any, at: str, below: dict[str, list[Section]]
    ) -> Iterator[Section]:
        """Sections of a kind from a mapping of titles; a component's name stands inside it."""
        if isinstance(value, list) or alone(value):
            called = "name" if kind == "Study Component" else "title"
            for one, here in self.document.maps(value, at, called):
                section = self._entry(kind, one, here)
                inside = below.get(steps(here)[-1], ())
                yield section._replace(sections=(*section.sections, *inside))
            return
        if not isinstance(value, dict):
            if value is not None:
                message = "this block should hold named entries, not a text"
                self.document.flag(WRONG_TYPE, at, message)
            return
        for title, one in value.items():
            here = join(at, title)
            inside = below.get(title, ())
            given = list(self.document.maps(one, here, "description"))
            for part, place in given or [({}, here)]:
                section = self._entry(kind, part, place)
                made = section.attributes
                if kind != "Study Component" and not any(a.name == "Title" for a in made):
                    made = (build.made_up("Title", title, here), *made)
                below_it = (*section.sections, *inside)
                yield section._replace(accession=title, attributes=made, sections=below_it)
                inside = ()

    def _entry(self, kind: str, one: dict[str, Any], at: str) -> Section:
        """One section; a set of annotations may have authors of its own."""
        if kind != "Annotations":
            return build.section(kind, one, at, IN_PAGETAB)
        left = {key: value for key, value in one.items() if key != "authors"}
        made, below = build.content(left, at, IN_PAGETAB)
        people, here = one.get("authors"), join(at, "authors")
        below += [self.people.author(*person) for person in build.maps(people, here)]
        made += build.attributes("author", people, here)
        return Section(kind, None, at, tuple(made), sections=tuple(below))


def _titles(block: Any, name: str) -> dict[str, str]:
    """From what the entries of a block are called to their keys, or to their places in a list."""
    if alone(block):
        return {**_titles({name: block}, ""), name: name}
    keys: dict[str, Any] = block if isinstance(block, dict) else {}
    listed = enumerate(block) if isinstance(block, list) else ()
    called = {
        str(one[name]).strip(): key
        for key, one in (*keys.items(), *((str(index), one) for index, one in listed))
        for name in ("title", "name")
        if isinstance(one, dict) and isinstance(one.get(name), str)
    }
    return called | {key: key for key in keys}


def _entries(named: Any, at: str, owners: dict[str, str]) -> Iterator[tuple[str, Any, str]]:
    """The entries of a block with the name of what each belongs to, and where they stand.

    An entry of a list names it in a field, or is alone under that name; where there is one alone
    to name, it is that.
    """
    if isinstance(named, dict) and not alone(named):
        yield from ((name, value, join(at, name)) for name, value in named.items())
        return
    for one, here in build.maps(named, at):
        if len(one) == 1 and (name := next(iter(one))) in owners and not build.as_text(one[name]):
            yield name, one[name], join(here, name)
            continue
        said = {fold(key): key for key in one}
        key = next((said[fold(name)] for name in _NAMES if fold(name) in said), None)
        stated = build.as_text(one[key]) if key is not None else None
        if stated is not None:
            named_so = stated.strip() in owners
            left = {name: value for name, value in one.items() if name != key or not named_so}
            yield stated.strip(), left, here
        else:
            yield next(iter(owners)) if len(set(owners.values())) == 1 else "", one, here
