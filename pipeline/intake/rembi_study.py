"""The study of a REMBI document: its own fields, publications, grants and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipeline.intake import pagetab_content as build
from pipeline.intake.pagetab_tree import Attribute, Link, Section
from pipeline.intake.rembi_document import Document
from pipeline.intake.rembi_people import PARTS_OF_NAMES, People, called
from pipeline.intake.rembi_words import GRANTS, IN_PAGETAB
from pipeline.select import join


@dataclass
class Study:
    """What the fields of a study are in PageTab, as far as they were taken."""

    document: Document
    people: People
    top: list[Attribute] = field(default_factory=list)
    """What stands at the submission's level."""
    own: list[Attribute] = field(default_factory=list)
    below: list[Section] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def take(self, fields: dict[str, Any], at: str) -> None:
        """Take fields of the study, which stand at a place."""
        for key, value in fields.items():
            here = join(at, key)
            if key in ("private_until_date", "release_date"):
                self.top += build.attributes("ReleaseDate", value, here)
            elif key == "title":
                self.top += build.attributes("Title", value, here)
            elif key == "authors":
                given = self.document.maps(value, here, "name")
                self.below += [self.people.author(*one) for one in given]
            elif key == "publications":
                given = self.document.maps(value, here, "title")
                self.below += [_publication(*one) for one in given]
            elif key == "funding" and list(build.maps(value, here)):
                for part, place in build.maps(value, here):
                    self._funding(part, place)
            elif key in GRANTS:
                self._grants(value, here)
            elif key == "links":
                self.links += [_link(*one) for one in self.document.maps(value, here, "url")]
            elif key == "link_url":
                self._addresses(fields, at)
            elif key == "link_description" and "link_url" in fields:
                continue
            else:
                self._content({key: value}, at)

    def _content(self, fields: dict[str, Any], at: str) -> None:
        attributes, sections = build.content(fields, at, IN_PAGETAB)
        self.own += attributes
        self.below += sections

    def _funding(self, part: dict[str, Any], at: str) -> None:
        for grants in GRANTS:
            self._grants(part.get(grants), join(at, grants))
        self._content({name: said for name, said in part.items() if name not in GRANTS}, at)

    def _grants(self, value: Any, at: str) -> None:
        """Grants; a text is told as the funder, from which checks part a number."""
        given = self.document.maps(value, at, "funder")
        self.below += [build.section("Funding", one, place, IN_PAGETAB) for one, place in given]

    def _addresses(self, fields: dict[str, Any], at: str) -> None:
        """Links given as addresses, with their descriptions in a field beside them."""
        texts = build.attributes("Description", fields.get("link_description"), at)
        urls = build.attributes("", fields["link_url"], join(at, "link_url"))
        for number, one in enumerate(urls):
            self.links.append(Link(one.value or "", tuple(texts[number : number + 1]), one.at))
        self.own += texts[len(urls) :]


def _publication(one: dict[str, Any], at: str) -> Section:
    """A publication; an identifier of PubMed Central may stand in the field of PubMed.

    Its authors are one text, also where they are given as those of the study are; what else is
    said of them is kept beside it.
    """
    given = one.get("authors")
    listed = given if isinstance(given, list) else [given]
    names = list(map(called, listed))
    below: tuple[Section, ...] = ()
    if all(names) and any(isinstance(person, dict) for person in listed):
        one = {**one, "authors": ", ".join(names)}
        below = tuple(
            build.section("authors", person, place, IN_PAGETAB)
            for person, place in build.maps(given, join(at, "authors"))
            if person.keys() - {*PARTS_OF_NAMES, "name"}
        )
    section = build.section("Publication", one, at, IN_PAGETAB)
    attributes = tuple(a._replace(name=_pubmed(a)) for a in section.attributes)
    return section._replace(attributes=attributes, sections=(*section.sections, *below))


def _pubmed(attribute: Attribute) -> str:
    if attribute.name != "pubmed_id":
        return attribute.name
    central = (attribute.value or "").strip().upper().startswith("PMC")
    return "PMC ID" if central else "PubMed ID"


def _link(one: dict[str, Any], at: str) -> Link:
    """One link with what it is said to be."""
    key = "link_url" if "link_url" in one else "url"
    url = one.get(key)
    left = {name: value for name, value in one.items() if name != key}
    attributes, _ = build.content(left, at, IN_PAGETAB)
    return Link(str(url) if isinstance(url, str) else "", tuple(attributes), at)
