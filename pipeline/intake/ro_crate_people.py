"""The people, organisations, grants, publications and licence of an RO-Crate."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pipeline import resources
from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.ro_crate_graph import Entity, Graph
from pipeline.intake.ro_crate_objects import Objects
from pipeline.select import join
from pipeline.submission import Metadata

_ORCID = re.compile(r"https?://orcid\.org/(.+)")
_ORCID_WRITTEN = re.compile(_ORCID.pattern + r"|\d{4}(?:-\d{4}){2}-\d{3}[\dX]")
_ROR = re.compile(r"https?://ror\.org/.+")
_DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(10\..+)")
_FUNDER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/)?(10\.13039/\d+)")
"""A funder in Crossref's Funder Registry, which has all of them below one prefix."""
_IDENTIFIER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.\d{4,9}/\S+", re.IGNORECASE)
_BELONGS = ("affiliation", "memberof")
"""What a person's organisations are called, in the versions of the archive's profile."""
_ELSEWHERE = ("orcid", "identifier", "sameas")
"""Where a person's ORCID iD may stand beside the `@id`."""


@cache
def _licences() -> dict[str, str]:
    """From a licence's address to its usual label, for the licences that the archive knows."""
    path = resources.schemas() / "vocabularies" / "licences.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {
        _address(row[key]): row["label"]
        for row in rows
        for key in ("url", "legalcode_url")
        if row[key] and row["label"]
    }


def _address(url: str) -> str:
    return re.sub(r"^https?://|/(legalcode(\.\w+)?)?$", "", url.strip()).casefold()


@dataclass
class People:
    """Who made a study, who paid for it, and what was published of it."""

    graph: Graph
    objects: Objects
    organisations: dict[str, str] = field(default_factory=dict)
    """From an organisation's place in the document to its id in the record."""

    def licence(self, study: Metadata, root: Entity, done: set[str]) -> None:
        """The licence: an address, with its usual label where the archive knows it."""
        for value, at in self.graph.values(root, "license", "licence"):
            made = self.licensed(value, at)
            if made is not None and "licence" not in study:
                study["licence"] = made
                for key in ("", "/name", "/url"):
                    self.objects.pointers["/study/licence" + key] = at
            elif made is not None and not made.items() & study["licence"].items():
                said = made.get("url", made["name"])
                message = f"'license' has a second value, '{said}'; the first one was read"
                self.graph.flag(codes.WRONG_VALUE, at, message, value=said, severity="warning")
                kept = study.setdefault("attributes", [])
                self.objects.pointers[join("/study/attributes", len(kept))] = at
                kept.append({"name": "license", "value": said})
        done |= {"license", "licence"}

    def licensed(self, value: Any, at: str) -> Metadata | None:
        """A licence by its address or its name, which an entity of the crate may give."""
        text = value.get("@id") if isinstance(value, dict) else value
        found = self.graph.follow(value, at) if isinstance(value, dict) else None
        label = self.graph.title(found) if found else None
        if found:
            self.objects.used.add(found.at)
            addresses = (one for one, _ in self.graph.values(found, "url", "sameas"))
            if "://" not in found.id:
                url = next((one for one in addresses if isinstance(one, str)), None)
                text = url or label
        if not isinstance(text, str):
            return None
        name = label if label and label != text else _licences().get(_address(text), text)
        return {"name": str(name), "url": str(text)} if "://" in text else {"name": str(name)}

    def organisations_of(self, study: Metadata) -> None:
        """Organisations that an author belongs to, numbered o1, o2, … in the graph's order."""
        people = [one for one in self.graph.entities if one.kind == "authors"]
        wanted = {found.at for one in people for found, _ in self.graph.targets(one, *_BELONGS)}
        for entity in self.graph.entities:
            if entity.kind != "organisations" or entity.at not in wanted:
                continue
            place = join("/study/organisations", len(study.setdefault("organisations", [])))
            study["organisations"].append(self.organisation(entity, place))

    def organisation(self, entity: Entity, place: str) -> Metadata:
        """One organisation under the next number; a ROR id may stand for its address."""
        made, done = self.objects.make(entity, "organisations", place)
        number = f"o{len(self.organisations) + 1}"
        self.organisations[entity.at] = number
        given = ((entity.id, join(entity.at, "@id")), *self.url(entity))
        rors = ((str(t), at) for t, at in given if isinstance(t, str) and _ROR.fullmatch(t))
        for ror, at in itertools.islice(rors, 1):
            made["ror"], self.objects.pointers[join(place, "ror")] = ror, at
            if made.get("url") == ror:
                del made["url"]
            if at == join(entity.at, "identifier"):
                done.add("identifier")
        self.objects.left(made, entity, place, done)
        return {"id": number, **made}

    def other_organisations(self, study: Metadata) -> None:
        """Organisations that nothing refers to, such as the keeper of the data."""
        for entity in self.graph.entities:
            if entity.kind == "organisations" and entity.at not in self.objects.used:
                place = join("/study/organisations", len(study.setdefault("organisations", [])))
                study["organisations"].append(self.organisation(entity, place))

    def url(self, entity: Entity) -> Iterator[tuple[Any, str]]:
        """Where an organisation's other addresses may stand."""
        yield from self.graph.values(entity, "url", "website", "identifier")

    def authors(self, study: Metadata, root: Entity, done: set[str]) -> None:
        """The people that the study names, by reference, nested or as text."""
        for value, at in self.graph.values(root, "author", "contributor", "creator"):
            person = self.graph.follow(value, at)
            place = join("/study/authors", len(study.get("authors", ())))
            if person is None:
                text = self.graph.text(value, at)
                if text is not None:
                    listed = study.setdefault("authors", [])
                    match = _ORCID.fullmatch(text)
                    listed.append({"orcid": match[1]} if match else {"name": text})
                    self.objects.pointers[place] = at
                continue
            made, taken = self.objects.make(person, "authors", place)
            self.given_names(made, person, place, taken)
            if match := _ORCID.fullmatch(person.id):
                made["orcid"] = match[1]
                self.objects.pointers[join(place, "orcid")] = join(person.at, "@id")
            else:
                self.orcid(made, person, place, taken)
            for given, here in self.graph.values(person, *_BELONGS):
                self.affiliation(study, made, given, here, place)
            self.objects.left(made, person, place, taken | {*_BELONGS})
            study.setdefault("authors", []).append(made)
        done |= {"author", "contributor", "creator"}

    def orcid(self, made: Metadata, person: Entity, place: str, taken: set[str]) -> None:
        """A person's ORCID iD where it is a property, as it is written."""
        for name in _ELSEWHERE:
            given = list(self.graph.values(person, name))
            texts = [(text, at) for one, at in given if (text := self.identifier(one, at))]
            if len(texts) == 1 and _ORCID_WRITTEN.fullmatch(texts[0][0]):
                made["orcid"], self.objects.pointers[join(place, "orcid")] = texts[0]
                taken.add(name)
                return

    def given_names(self, made: Metadata, person: Entity, place: str, taken: set[str]) -> None:
        """A person's name from its two parts, where it has no other."""
        if "name" in made:
            return
        parts = [*self.graph.values(person, "givenname"), *self.graph.values(person, "familyname")]
        words = [str(value) for value, _ in parts if isinstance(value, str)]
        if words:
            made["name"] = " ".join(words)
            self.objects.pointers[join(place, "name")] = parts[0][1]
            taken |= {"givenname", "familyname"}

    def affiliation(self, study: Metadata, made: Metadata, value: Any, at: str, place: str) -> None:
        """One organisation of a person, which may be named by its text alone."""
        found = self.graph.follow(value, at)
        listed = made.setdefault("affiliations", [])
        here = join(place, "affiliations", len(listed))
        self.objects.pointers[here] = at
        if found is not None and found.at in self.organisations:
            listed.append({"organisation": self.organisations[found.at]})
        elif (text := self.graph.text(value, at)) is not None:
            listed.append({"organisation": self.named(study, text, at)})
        if not listed:
            del made["affiliations"]

    def named(self, study: Metadata, text: str, at: str) -> str:
        """The id of the organisation of a name or a ROR id, which is made where there is none."""
        slot = "ror" if _ROR.fullmatch(text) else "name"
        there = study.setdefault("organisations", [])
        same = next((one["id"] for one in there if one.get(slot) == text), None)
        if same is not None:
            return str(same)
        place = join("/study/organisations", len(there))
        number = f"o{len(there) + 1}"
        self.objects.pointers[place] = self.objects.pointers[join(place, slot)] = at
        there.append({"id": number, slot: text})
        self.organisations[place] = number
        return number

    def grants(self, study: Metadata, root: Entity, done: set[str]) -> None:
        """Grants, and funders that are named without one."""
        for value, at in self.graph.values(root, "funding", "funder"):
            entity = self.graph.follow(value, at)
            place = join("/study/grants", len(study.get("grants", ())))
            if entity is None or entity.kind != "grants":
                if alone := self.funder(value, at, place):
                    study.setdefault("grants", []).append(alone)
                    self.objects.pointers[place] = at
                continue
            made, taken = self.objects.make(entity, "grants", place)
            for funder, here in self.graph.values(entity, "funder"):
                if "funder" not in made and (said := self.funder(funder, here, place)):
                    made |= said
                    taken.add("funder")
            self.objects.left(made, entity, place, taken)
            study.setdefault("grants", []).append(made)
        done |= {"funding", "funder"}

    def funder(self, value: Any, at: str, place: str) -> Metadata:
        """A funder's name, and its ids where the entity that is meant has one for its `@id`."""
        made: Metadata = {}
        text = self.graph.text(value, at)
        if text is not None:
            made["funder"] = text
            self.objects.pointers[join(place, "funder")] = at
        entity = self.graph.follow(value, at)
        done = {"name", "title", "displayname"}
        if entity is None:
            given = (value.get("@id"), join(at, "@id")) if isinstance(value, dict) else (value, at)
            self.funder_id(made, *given, place)
            return made
        self.objects.used.add(entity.at)
        self.funder_id(made, entity.id, join(entity.at, "@id"), place)
        for name in ("identifier", "url"):
            texts = [(self.graph.text(*one), one[1]) for one in self.graph.values(entity, name)]
            if len(texts) == 1 and self.funder_id(made, *texts[0], place):
                done.add(name)
        self.objects.left(made, entity, place, done)
        return made

    def funder_id(self, made: Metadata, text: Any, at: str, place: str) -> bool:
        """Whether a text is an id of a funder that stands in the record, or is put there."""
        crossref = _FUNDER.fullmatch(str(text))
        if not crossref and not _ROR.fullmatch(str(text)):
            return False
        slot = "funder_crossref_id" if crossref else "funder_ror"
        said = crossref[1] if crossref else str(text)
        if slot not in made:
            made[slot] = said
            self.objects.pointers[join(place, slot)] = at
        return bool(made[slot] == said)

    def several(
        self,
        study: Metadata,
        root: Entity,
        kind: str,
        names: tuple[str, ...],
        done: set[str],
        articles: bool | None = None,
    ) -> None:
        """Publications and links that the study names; `articles`: only articles, or none."""
        for value, at in self.graph.values(root, *names):
            entity = self.graph.follow(value, at)
            article = entity is not None and entity.kind == "publications"
            if articles is not None and article is not articles:
                continue
            place = join("/study", kind, len(study.get(kind, ())))
            slot = "url" if kind == "links" else "doi"
            if entity is None:
                text = self.graph.text(value, at)
                if text is not None:
                    match = _DOI.fullmatch(text)
                    study.setdefault(kind, []).append(
                        {slot: match[1] if match and slot == "doi" else text}
                        if slot == "url" or match
                        else {"title": text}
                    )
                    self.objects.pointers[place] = at
                continue
            made, taken = self.objects.make(entity, kind, place)
            identifier = join(entity.at, "@id")
            match = _DOI.fullmatch(entity.id)
            if slot not in made and (kind == "links" or match):
                made[slot] = match[1] if match and kind != "links" else entity.id
                self.objects.pointers[join(place, slot)] = identifier
            if kind == "publications":
                self.article(made, entity, place, taken)
            self.objects.left(made, entity, place, taken)
            study.setdefault(kind, []).append(made)
        done |= set(names)

    def article(self, made: Metadata, article: Entity, place: str, taken: set[str]) -> None:
        """An article's title, authors and DOI under the names that schema.org has for them."""
        writers = list(self.graph.values(article, "author", "creator"))
        names = [name for value, at in writers if (name := self.name(value, at)) is not None]
        if names and "authors" not in made:
            made["authors"] = ", ".join(names)
            self.objects.pointers[join(place, "authors")] = writers[0][1]
            taken |= {"author", "creator"}
        headlines = list(self.graph.values(article, "headline"))
        if len(headlines) == 1 and "title" not in made and isinstance(headlines[0][0], str):
            made["title"], self.objects.pointers[join(place, "title")] = headlines[0]
            taken.add("headline")
        texts = [
            (text, at)
            for value, at in self.graph.values(article, "identifier")
            if (text := self.identifier(value, at)) is not None
        ]
        dois = [one for one in texts if _IDENTIFIER.fullmatch(one[0])]
        if "doi" not in made and len(dois) == 1:
            made["doi"], self.objects.pointers[join(place, "doi")] = dois[0]
            if len(texts) == 1:
                taken.add("identifier")

    def name(self, value: Any, at: str) -> str | None:
        """The name of a person referred to, perhaps in two parts, or the text that stands there."""
        person = self.graph.follow(value, at)
        if person is None:
            return self.graph.text(value, at)
        self.objects.used.add(person.at)
        for keys in (("name",), ("givenname", "familyname")):
            given = [one for key in keys for one, _ in self.graph.values(person, key)]
            words = [" ".join(one.split()) for one in given if isinstance(one, str)]
            if words:
                return " ".join(words)
        return person.id or None

    def identifier(self, value: Any, at: str) -> str | None:
        """An identifier as written, which may be the value of an entity of its own."""
        entity = self.graph.follow(value, at)
        held = list(self.graph.values(entity, "value")) if entity else []
        if entity is None or len(held) != 1 or not isinstance(held[0][0], str):
            return self.graph.text(value, at)
        text = str(held[0][0])
        known = _IDENTIFIER.fullmatch(text) or _ORCID_WRITTEN.fullmatch(text)
        self.objects.used |= {entity.at} if known else set()
        return text
