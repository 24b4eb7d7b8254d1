"""The people of a REMBI document, and the organisations that they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeline.intake import pagetab_content as build
from pipeline.intake.pagetab_tree import Attribute, Section
from pipeline.intake.rembi_words import IN_PAGETAB
from pipeline.select import join

PARTS_OF_NAMES = ("first_name", "last_name", "author_first_name", "author_last_name")
_MOST_ALIKE = 50
"""Organisations of one name and address that are compared; more than any real study has."""


@dataclass
class People:
    """Makes authors, and each organisation once, however many of them belong to it."""

    _organisations: dict[str, Section] = field(default_factory=dict)
    """Organisations by their accno."""
    _alike: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The accnos of organisations of one name and address."""

    @property
    def organisations(self) -> Iterable[Section]:
        """The organisations of the people so far."""
        return self._organisations.values()

    def author(self, author: dict[str, Any], at: str) -> Section:
        """A person, with the organisations that they belong to."""
        names = [
            (key, str(author[key]).strip())
            for key in PARTS_OF_NAMES
            if isinstance(author.get(key), str) and author[key].strip()
        ]
        made: list[Attribute] = []
        if names:
            place = join(at, names[0][0])
            made.append(build.made_up("Name", " ".join(name for _, name in names), place))
        for key in ("affiliation", "organisation"):
            here = join(at, key)
            for one, place in build.maps(author.get(key), here):
                if (accession := self._organisation(one, place)) is not None:
                    made.append(_affiliation(accession, place))
            for text in build.attributes("affiliation", author.get(key), here):
                if (accession := self._organisation_of(text.value or "", text.at)) is not None:
                    made.append(_affiliation(accession, text.at))
        aside = {*(key for key, _ in names), "affiliation", "organisation"}
        left = {key: value for key, value in author.items() if key not in aside}
        attributes, sections = build.content(left, at, IN_PAGETAB)
        return Section("author", None, at, (*made, *attributes), sections=tuple(sections))

    def _organisation(self, one: dict[str, Any], at: str) -> str | None:
        """The accno of an organisation, the same for the same name and address.

        What only one of several places says of it is kept, unless they contradict each other.
        """
        section = build.section("organisation", one, at, IN_PAGETAB)
        if section.empty:
            return None
        given = tuple(a._replace(name=_ror(a)) for a in section.attributes)
        values = {a.name: a.value or "" for a in given}
        alike = self._alike.setdefault((values.get("Name", ""), values.get("Address", "")), [])
        for accession in alike[:_MOST_ALIKE]:
            known = self._organisations[accession]
            said = {a.name: a.value or "" for a in known.attributes}
            if all(said.get(name, one) == one for name, one in values.items()):
                more = tuple(a for a in given if a.name not in said)
                whole = known._replace(attributes=(*known.attributes, *more))
                self._organisations[accession] = whole
                return accession
        accession = f"o{len(self._organisations) + 1}"
        self._organisations[accession] = Section("organisation", accession, at, given)
        alike.append(accession)
        return accession

    def _organisation_of(self, name: str, at: str) -> str | None:
        """The accno of the organisation of a name; documents have no other reference to one."""
        for (known, _), (accession, *_) in self._alike.items():
            if known == name:
                return accession
        return self._organisation({"name": name}, at)


def called(person: Any) -> str:
    """What a person is called: the text, or what the template's fields for names say."""
    if not isinstance(person, dict):
        return (build.as_text(person) or "").strip()
    parts = [build.as_text(person.get(key)) for key in PARTS_OF_NAMES]
    parts = parts if any(parts) else [build.as_text(person.get("name"))]
    return " ".join(part.strip() for part in parts if part)


def _affiliation(accession: str, at: str) -> Attribute:
    return Attribute("affiliation", accession, at, reference=True, value_at=at)


def _ror(attribute: Attribute) -> str:
    """The name of an organisation's attribute; REMBI's model has its ROR address as `url`."""
    address = (attribute.value or "").strip().casefold()
    named = attribute.name == "url" and "://ror.org/" in address
    return "RORID" if named else attribute.name
