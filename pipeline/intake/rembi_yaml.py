"""REMBI and MIFA metadata as YAML or JSON, read as the PageTab that they stand for.

Source: the templates of BioImage-Archive/bia-agent (REMBI 1.5, MIFA) and the classes of
BioImage-Archive/bia-mifa-models; their rendering as PageTab gives the same record.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.findings import Code, Finding, Severity, declare
from pipeline.intake import json_text
from pipeline.intake import pagetab_content as build
from pipeline.intake.pagetab_json import mapped
from pipeline.intake.pagetab_tree import NO_SECTION, WRONG_TYPE, Attribute, Link, Section, Tree
from pipeline.intake.reading import Reading
from pipeline.intake.rembi_spellings import Respelling, alone, moved
from pipeline.intake.spellings import fold
from pipeline.intake.text import decode
from pipeline.intake.yaml_text import parse
from pipeline.select import get, join, parent, steps
from pipeline.submission import SourceMap

KIND = "rembi-yaml"
ORDER = 40

NO_TARGET = declare(
    "SUB213",
    "block-for-nothing",
    "error",
    """An association or a version stands under a name that no component or annotation has.

    The blocks of the document belong together by name, so nobody knows what it is about.

    To fix: write the same name in both blocks.
    """,
)

_ABOUT = {
    "title": "Title",
    "name": "Name",
    "description": "Description",
    "keyword": "Keyword",
    "keywords": "Keyword",
    "acknowledgements": "Acknowledgements",
    "funding_statement": "Funding statement",
    "license": "License",
    "licence": "License",
    "email": "E-mail",
    "role": "Role",
    "orcid": "ORCID",
    "orcid_id": "ORCID",
    "organisation_name": "Name",
    "address": "Address",
    "ror_id": "RORID",
    "authors": "Authors",
    "publication_title": "Title",
    "publication_authors": "Authors",
    "publication_doi": "DOI",
    "publication_year": "Year",
    "link_description": "Description",
    "link_type": "Type",
    "doi": "DOI",
    "year": "Year",
    "funder": "Agency",
    "identifier": "grant_id",
    "scientific_name": "Scientific name",
    "common_name": "Common name",
    "ncbi_taxon": "NCBI taxon ID",
    "biological_entity": "Biological entity",
    "intrinsic_variables": "Intrinsic variable",
    "extrinsic_variables": "Extrinsic variable",
    "experimental_variables": "Experimental variable",
    "sample_preparation": "Sample Preparation Protocol",
    "growth_protocol": "Growth Protocol",
    "imaging_instrument": "Imaging Instrument",
    "image_acquisition_parameters": "Image Acquisition Parameters",
    "value": "Ontology Value",
    "ontology_name": "Ontology Name",
    "ontology_id": "Ontology Term ID",
    "spatial_and_temporal_alignment": "Spatial and temporal alignment",
    "fiducials_used": "Fiducials used",
    "transformation_matrix": "Transformation matrix",
    "analysis_overview": "Image analysis overview",
    "annotation_overview": "Annotation Overview",
    "annotation_type": "Annotation Type",
    "annotation_method": "Annotation Method",
    "annotation_confidence_level": "Annotation Confidence Level",
    "annotation_criteria": "Annotation Criteria",
    "annotation_coverage": "Annotation Coverage",
    "file_list": "File List",
    "biosample_id": "Biosample",
    "specimen_id": "Specimen",
    "acquisition_id": "Image acquisition",
    "correlation_id": "Image correlation",
    "analysis_id": "Image analysis",
    "organism": "Organism",
    "imaging_method": "Imaging Method",
}
"""From a key to the name that PageTab has for it."""
_VERSION = {
    "version": "Annotation version",
    "timestamp": "Version timestamp",
    "changes": "Version changes",
    "previous_version": "Previous version",
}
_KINDS = {
    "biosamples": "Biosample",
    "specimens": "Specimen",
    "acquisitions": "Image Acquisition",
    "correlations": "Image Correlation",
    "analysis": "Image Analysis",
}
FURTHER = "further_metadata"
"""The block for what the form has no field for: from a place in the record to its value."""

_BLOCKS = frozenset(
    (*_KINDS, "study", "annotations", "version", "study_component", "associations", FURTHER)
)
_TITLES = frozenset(
    ("biosample_id", "specimen_id", "acquisition_id", "correlation_id", "analysis_id")
)
"""The fields of an association."""
_NAMED_BLOCKS = _BLOCKS - {"study", FURTHER}
"""Blocks whose keys are names of the depositor's own."""
_FIELDS = frozenset(
    (
        *_ABOUT,
        *_VERSION,
        *("private_until_date", "release_date", "authors", "publications", "funding"),
        *("grant_references", "grants", "links", "link_url", "url", "first_name", "last_name"),
        *("author_first_name", "author_last_name", "affiliation", "organisation", "pubmed_id"),
        *("rembi_version", "acknowledgements", "submitted", "timestamp"),
    )
)
_DOI = re.compile(r"\b10\.\d{4,9}/\S")
_SPELT = frozenset(
    (
        *(name for name in _FIELDS if "_" in name),
        *("title", "description", "keywords", "acknowledgements", "authors", "publications"),
        *("funding", "grants", "links", "url", "affiliation", "organisation"),
    )
)
"""Fields that are known in other capitals and with spaces; the others are words of any use."""
_KNOWN = frozenset(fold(one) for one in _FIELDS)
_OF_STUDY = frozenset(
    (
        *("authors", "publications", "funding", "grant_references", "grants", "links", "keywords"),
        *("acknowledgements", "private_until_date", "release_date", "license", "licence"),
    )
)
"""Fields of the study alone."""
_GRANTS = ("grant_references", "grants")
"""Where grants stand, under `funding` or in the study itself."""
_NAMES_OF_PEOPLE = ("first_name", "last_name", "author_first_name", "author_last_name", "name")
_MOST_ALIKE = 50
"""Organisations of one name and address that are compared; more than any real study has."""
_FLAGS = frozenset(("reference", "doi_requested"))
_ASIDE = frozenset(("rembi_version",))
"""What names the template, and is kept with the source alone."""
_JSON_SIGNS = (b'"study"', b'"annotation_overview"', b'"author_first_name"')
_SIGNS = (b"study:", b"annotation_overview:", b"rembi_version", b"author_first_name")


def knows(path: Path, head: bytes) -> bool:
    """A YAML or JSON file with a study or annotations in the words of REMBI or MIFA."""
    if path.suffix.casefold() == ".json":
        if any(key in head for key in (b'"section"', b'"@graph"')):
            return False
        return any(key in head for key in _JSON_SIGNS)
    if path.suffix.casefold() not in (".yaml", ".yml"):
        return False
    lines = head.lower().replace(b"\r", b"\n").split(b"\n")
    return any(line.lstrip(b" -\xef\xbb\xbf").startswith(_SIGNS) for line in lines)


def read(data: bytes, file: str) -> Reading:
    """The metadata of a REMBI or MIFA document."""
    decoded = decode(data, file)
    findings = list(decoded.findings)
    places = SourceMap(file=file)
    if decoded.text is not None:
        value, readable = None, False
        if file.casefold().endswith(".json"):
            written = json_text.parse(decoded.text, file)
            findings += written.findings
            places = SourceMap(file=file, positions=written.positions(file))
            value, readable = written.value, written.readable
        else:
            parsed = parse(decoded.text, file)
            findings += parsed.findings
            places = SourceMap(file=file, positions=parsed.positions)
            value, readable = parsed.value, parsed.readable
        if readable:
            reader = _Document(places)
            further = value.pop(FURTHER, {}) if isinstance(value, dict) else {}
            tree = reader.tree(value)
            reading = mapped(tree, reader.places, (*findings, *reader.findings), KIND)
            return _completed(reading, further)
    return Reading(kind=KIND, metadata=None, source_map=places, findings=tuple(findings))


@dataclass
class _Document:
    """Builds the PageTab tree of a document."""

    places: SourceMap
    findings: list[Finding] = field(default_factory=list)
    organisations: dict[str, Section] = field(default_factory=dict)
    """Organisations by their accno."""
    alike: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The accnos of organisations of one name and address."""

    def flag(self, code: Code, at: str, message: str, **more: Any) -> None:
        """Note a fault at a place of the document."""
        self.findings.append(code.at(self.places.position(at), message, **more))

    def tree(self, document: Any) -> Tree | None:
        """The tree of a parsed document, or None when it is no mapping."""
        if not isinstance(document, dict):
            self.flag(WRONG_TYPE, "", "the document should be blocks with names")
            return None
        document = self.respelt(document)
        self.named_nearly(document)
        document = _without_aside(document)
        study, at = document.get("study"), "/study"
        rest = dict(document)
        if study is None and "study" not in document:
            study, at = document, ""
            rest = {}
            if "annotation_overview" in document:
                rest = {"annotations": {"Annotations": {**document}}}
                for shared in ("authors", "title"):
                    rest["annotations"]["Annotations"].pop(shared, None)
                study = {key: document[key] for key in ("authors", "title") if key in document}
        rest.pop("study", None)
        if not isinstance(study, dict):
            self.flag(NO_SECTION, at, "the block 'study' is blank or holds no fields")
            study = {}
        top, own, below, links = self.study(study, at)
        if at:
            strays = self.strays(study, rest)
            rest = {key: value for key, value in rest.items() if key not in strays}
            more = self.study(strays, "")
            top, own, below, links = top + more[0], own + more[1], below + more[2], links + more[3]
        below += self.blocks(rest, "" if at else at)
        below += self.organisations.values()
        section = Section("Study", None, at, tuple(own), tuple(links), (), tuple(below))
        return Tree(None, tuple(top), section)

    def strays(self, study: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
        """Fields of the study that stand beside its block, where it has none of them."""
        found = {key: rest[key] for key in rest if key in _OF_STUDY and key not in study}
        for key in found:
            message = f"'{key}' stands beside the block 'study'; it was read as the study's"
            hint = "move it into the block 'study', indented as the other fields are."
            at = join("", key)
            self.flag(WRONG_TYPE, at, message, value=key, hint=hint, severity="warning")
        return found

    def respelt(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with blocks and fields named as in the template; blocks are told."""
        slips = dict(build.slips(document, _BLOCKS - {FURTHER}, _BLOCKS | _FIELDS))
        respelling = Respelling(_BLOCKS - {FURTHER}, _SPELT, _KNOWN)
        made, renamed = respelling.document(document, slips)
        if not renamed:
            return document
        for at, name in renamed.items():
            given = steps(at)[-1]
            block = name in _BLOCKS and not parent(at)
            if block or fold(given) != fold(name):
                what = "block" if block else "field"
                message = f"the {what} '{given}' is named '{name}' in the template, and was read so"
                self.flag(build.SLIP, at, message, value=given)
        self.places = moved(self.places, renamed)
        return made

    def named_nearly(self, document: dict[str, Any]) -> None:
        """Blocks and fields whose names are nearly those of the form."""
        whole = "study" in document
        self.slips(document, "", _BLOCKS if whole else _FIELDS)
        for block, value in document.items():
            at = join("", block)
            if block in _NAMED_BLOCKS and isinstance(value, dict) and not _alone(value):
                for title, one in value.items():
                    self.fields(one, join(at, title))
            elif block != FURTHER and (block == "study" or not whole):
                self.fields(value, at)

    def fields(self, value: Any, at: str) -> None:
        """The fields of a mapping, and of the mappings in it."""
        for one, place in build.maps(value, at):
            self.slips(one, place, _FIELDS)
            for key, inner in one.items():
                self.fields(inner, join(place, key))

    def slips(self, given: dict[str, Any], at: str, known: frozenset[str]) -> None:
        """Keys of one mapping that are nearly those of the form."""
        for name, meant in build.slips(given, known, _BLOCKS | _FIELDS):
            message = f"'{name}' is nearly named '{meant}'"
            self.flag(build.SLIP, join(at, name), message, value=name)

    def study(
        self, study: dict[str, Any], at: str
    ) -> tuple[list[Attribute], list[Attribute], list[Section], list[Link]]:
        """What stands at the submission's level, and the study's attributes, sections, links."""
        top: list[Attribute] = []
        own: list[Attribute] = []
        below: list[Section] = []
        links: list[Link] = []
        for key, value in study.items():
            here = join(at, key)
            if key in ("private_until_date", "release_date"):
                top += build.attributes("ReleaseDate", value, here)
            elif key == "title":
                top += build.attributes("Title", value, here)
            elif key == "authors":
                below += [self.author(one, place) for one, place in self.maps(value, here, "name")]
            elif key == "publications":
                given = self.maps(value, here, "title")
                below += [self.publication(one, place) for one, place in given]
            elif key == "funding" and list(build.maps(value, here)):
                for part, place in build.maps(value, here):
                    for grants in _GRANTS:
                        below += self.grants(part.get(grants), join(place, grants))
                    left = {name: said for name, said in part.items() if name not in _GRANTS}
                    attributes, sections = build.content(left, place, _ABOUT)
                    own += attributes
                    below += sections
            elif key in _GRANTS:
                below += self.grants(value, here)
            elif key == "links":
                links += [self.link(one, place) for one, place in self.maps(value, here, "url")]
            elif key == "link_url":
                texts = build.attributes("Description", study.get("link_description"), at)
                urls = build.attributes("", value, here)
                for number, one in enumerate(urls):
                    links.append(Link(one.value or "", tuple(texts[number : number + 1]), one.at))
                own += texts[len(urls) :]
            elif key == "link_description" and "link_url" in study:
                continue
            else:
                attributes, sections = build.content({key: value}, at, _ABOUT)
                own += attributes
                below += sections
        return top, own, below, links

    def maps(self, value: Any, at: str, name: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The mappings of a list; a text among them is the field of this name, and told."""
        listed = value if isinstance(value, list) else [value]
        texts = [text for one in listed if (text := build.as_text(one)) is not None]
        if texts:
            many = "a text" if len(texts) == 1 else f"{len(texts)} texts"
            message = f"{many} in '{steps(at)[-1]}' where the template has fields; read as "
            message += " and ".join(dict.fromkeys(f"'{_field(one, name)}'" for one in texts))
            self.flag(WRONG_TYPE, at, message, value=texts[0], severity="warning")
        for index, one in enumerate(listed):
            here = join(at, index) if isinstance(value, list) else at
            if isinstance(one, dict):
                yield one, here
            elif (text := build.as_text(one)) is not None:
                yield {_field(text, name): text}, here

    def grants(self, value: Any, at: str) -> list[Section]:
        """Grants; a text is told as the funder, from which checks part a number."""
        given = self.maps(value, at, "funder")
        return [build.section("Funding", one, place, _ABOUT) for one, place in given]

    def author(self, author: dict[str, Any], at: str) -> Section:
        """A person, with the organisations that they belong to."""
        names = [
            (key, str(author[key]).strip())
            for key in _NAMES_OF_PEOPLE[:4]
            if isinstance(author.get(key), str) and author[key].strip()
        ]
        made: list[Attribute] = []
        if names:
            place = join(at, names[0][0])
            made.append(Attribute("Name", " ".join(n for _, n in names), place, value_at=place))
        for key in ("affiliation", "organisation"):
            here = join(at, key)
            for one, place in build.maps(author.get(key), here):
                if (accession := self.organisation(one, place)) is not None:
                    made.append(Attribute("affiliation", accession, place, True, value_at=place))
            texts = [] if isinstance(author.get(key), dict) else author.get(key)
            for text in build.attributes("affiliation", texts, here):
                accession = self.organisation_of(text.value or "", text.at)
                made.append(Attribute("affiliation", accession, text.at, True, value_at=text.at))
        aside = {*(key for key, _ in names), "affiliation", "organisation"}
        left = {key: value for key, value in author.items() if key not in aside}
        attributes, sections = build.content(left, at, _ABOUT)
        return Section("author", None, at, (*made, *attributes), sections=tuple(sections))

    def organisation(self, one: dict[str, Any], at: str) -> str | None:
        """The accno of an organisation, the same for the same name and address.

        What only one of several places says of it is kept, unless they contradict each other.
        """
        section = build.section("organisation", one, at, _ABOUT)
        if section.empty:
            return None
        given = tuple(
            Attribute(_ror(a), a.value, a.at, value_at=a.value_at) for a in section.attributes
        )
        values = {a.name: a.value or "" for a in given}
        alike = self.alike.setdefault((values.get("Name", ""), values.get("Address", "")), [])
        for accession in alike[:_MOST_ALIKE]:
            known = self.organisations[accession]
            said = {a.name: a.value or "" for a in known.attributes}
            if all(said.get(name, one) == one for name, one in values.items()):
                more = tuple(a for a in given if a.name not in said)
                whole = known._replace(attributes=(*known.attributes, *more))
                self.organisations[accession] = whole
                return accession
        accession = f"o{len(self.organisations) + 1}"
        self.organisations[accession] = Section(section.type, accession, at, given)
        alike.append(accession)
        return accession

    def organisation_of(self, name: str, at: str) -> str | None:
        """The accno of the organisation of a name; documents have no other reference to one."""
        for (known, _), (accession, *_) in self.alike.items():
            if known == name:
                return accession
        return self.organisation({"name": name}, at)

    def publication(self, one: dict[str, Any], at: str) -> Section:
        """A publication; an identifier of PubMed Central may stand in the field of PubMed.

        Its authors are one text, also where they are given as those of the study are; what else is
        said of them is kept beside it.
        """
        given = one.get("authors")
        listed = given if isinstance(given, list) else [given]
        names = list(map(_called, listed))
        below: tuple[Section, ...] = ()
        if all(names) and any(isinstance(person, dict) for person in listed):
            one = {**one, "authors": ", ".join(names)}
            below = tuple(
                build.section("authors", person, place, _ABOUT)
                for person, place in build.maps(given, join(at, "authors"))
                if person.keys() - set(_NAMES_OF_PEOPLE)
            )
        section = build.section("Publication", one, at, _ABOUT)
        attributes = tuple(
            Attribute(_pubmed(a), a.value, a.at, value_at=a.value_at) for a in section.attributes
        )
        return Section(section.type, None, at, attributes, sections=(*section.sections, *below))

    def link(self, one: dict[str, Any], at: str) -> Link:
        """One link with what it is said to be."""
        key = "link_url" if "link_url" in one else "url"
        url = one.get(key)
        left = {name: value for name, value in one.items() if name != key}
        attributes, _ = build.content(left, at, _ABOUT)
        return Link(str(url) if isinstance(url, str) else "", tuple(attributes), at)

    def blocks(self, document: dict[str, Any], at: str) -> list[Section]:
        """The blocks beside the study: one section for each name in them."""
        made: list[Section] = []
        parts: dict[str, dict[str, list[Section]]] = {"annotations": {}, "study_component": {}}
        for block, owner, kind in (
            ("version", "annotations", "Version"),
            ("associations", "study_component", "Associations"),
        ):
            named = document.get(block)
            owners = _titles(document.get(owner), owner)
            if isinstance(named, list) and named:
                message = f"this block should hold entries under the names of '{owner}'"
                whole = all(isinstance(one, dict) for one in named)
                message += "; each was read with the one that it names" if whole else ""
                severity: Severity = "warning" if whole else "error"
                self.flag(WRONG_TYPE, join(at, block), message, severity=severity)
            for name, value, here in _owned(named, join(at, block), owners):
                entries = [
                    entry
                    for one, place in build.maps(value, here)
                    for entry in self.beside(kind, one, place)
                ]
                if name in owners:
                    parts[owner].setdefault(owners[name], []).extend(entries)
                elif any(not entry.empty for entry in entries):
                    message = f"'{name}' under '{block}' has no counterpart under '{owner}'"
                    if near_ones := difflib.get_close_matches(name, owners, 1):
                        message += f"; the nearest is '{near_ones[0]}'"
                    self.flag(NO_TARGET, here, message, value=name)
                    made += entries
        for block, value in document.items():
            here = join(at, block)
            if block in ("version", "associations"):
                continue
            if block in ("annotations", "study_component"):
                kind = "Annotations" if block == "annotations" else "Study Component"
                made += self.named(kind, value, here, parts[block])
            elif block in _KINDS:
                made += self.named(_KINDS[block], value, here, {})
            else:
                _, sections = build.content({block: value}, at, _ABOUT)
                made += sections
        return made

    def beside(self, kind: str, one: dict[str, Any], at: str) -> Iterator[Section]:
        """A version, or the association of a mapping: one for each of several titles in it."""
        if kind == "Version":
            yield build.section(kind, one, at, _VERSION)
            return
        several = [
            (key, len(value))
            for key, value in one.items()
            if key in _TITLES and isinstance(value, list) and len(value) > 1
            if all(map(build.as_text, value))
        ]
        if len(several) != 1:
            yield build.section(kind, one, at, _ABOUT)
            return
        [(key, number)] = several
        message = f"'{key}' has {number} titles; an association of each was read"
        self.flag(WRONG_TYPE, join(at, key), message, severity="warning")
        for index in range(number):
            section = build.section(kind, {**one, key: None}, at, _ABOUT)
            place = join(at, key, index)
            made = build.attributes(_ABOUT[key], one[key][index], place)
            yield Section(kind, None, at, (*made, *section.attributes), sections=section.sections)

    def named(
        self, kind: str, value: Any, at: str, below: dict[str, list[Section]]
    ) -> Iterator[Section]:
        """Sections of a kind from a mapping of titles; a component's name stands inside it."""
        if isinstance(value, list) or _alone(value):
            called = "name" if kind == "Study Component" else "title"
            for one, here in self.maps(value, at, called):
                section = self.entry(kind, one, here)
                inside = below.get(steps(here)[-1], ())
                yield Section(
                    kind, None, here, section.attributes, sections=(*section.sections, *inside)
                )
            return
        if not isinstance(value, dict):
            if value is not None:
                self.flag(WRONG_TYPE, at, "this block should hold named entries, not a text")
            return
        for title, one in value.items():
            here = join(at, title)
            inside = below.get(title, ())
            for part, place in list(self.maps(one, here, "description")) or [({}, here)]:
                section = self.entry(kind, part, place)
                made = section.attributes
                if kind != "Study Component" and not any(a.name == "Title" for a in made):
                    made = (Attribute("Title", title, here, value_at=here), *made)
                yield Section(kind, title, place, made, sections=(*section.sections, *inside))
                inside = ()

    def entry(self, kind: str, one: dict[str, Any], at: str) -> Section:
        """One section; a set of annotations may have authors of its own."""
        if kind != "Annotations":
            return build.section(kind, one, at, _ABOUT)
        left = {key: value for key, value in one.items() if key != "authors"}
        made, below = build.content(left, at, _ABOUT)
        people = build.maps(one.get("authors"), join(at, "authors"))
        below += [self.author(person, place) for person, place in people]
        made += build.attributes("author", one.get("authors"), join(at, "authors"))
        return Section(kind, None, at, tuple(made), sections=tuple(below))


_NAMES = ("study_component", "component", "study_component_id", "annotations", "name", "title")
"""Fields with which an entry of a list names what it belongs to."""


def _alone(block: Any) -> bool:
    return alone(block, _KNOWN)


def _called(person: Any) -> str:
    """What a person is called: the text, or what the template's fields for names say."""
    if not isinstance(person, dict):
        return (build.as_text(person) or "").strip()
    parts = [build.as_text(person.get(key)) for key in _NAMES_OF_PEOPLE[:4]]
    parts = parts if any(parts) else [build.as_text(person.get("name"))]
    return " ".join(part.strip() for part in parts if part)


def _titles(block: Any, name: str) -> dict[str, str]:
    """From what the entries of a block are called to their keys, or to their places in a list."""
    if _alone(block):
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


def _owned(named: Any, at: str, owners: dict[str, str]) -> Iterator[tuple[str, Any, str]]:
    """The entries of a block with the name of what each belongs to, and where they stand.

    An entry of a list names it in a field, or is alone under that name; where there is one alone
    to name, it is that.
    """
    if isinstance(named, dict) and not _alone(named):
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


def _completed(reading: Reading, further: Any) -> Reading:
    """The reading with what stands beside the form; what has no place there is a finding."""
    if not further or reading.metadata is None:
        return reading
    metadata, source_map = reading.metadata, reading.source_map
    pointers, findings = dict(source_map.pointers), list(reading.findings)
    if not isinstance(further, dict):
        message = f"the block '{FURTHER}' should give values by their places"
        fault = WRONG_TYPE.at(source_map.position(join("", FURTHER)), message)
        return reading.model_copy(update={"findings": (*findings, fault)})
    for place, value in further.items():
        at = join("", FURTHER, str(place))
        if _set(metadata, str(place), _typed(value, str(place).rpartition("/")[2])):
            pointers[str(place)] = at
        else:
            message = f"'{place}' is no place of this study, so its value was not read"
            findings.append(WRONG_TYPE.at(source_map.position(at), message, value=str(place)))
    made = source_map.model_copy(update={"pointers": pointers})
    return reading.model_copy(update={"source_map": made, "findings": tuple(findings)})


def _field(text: str, name: str) -> str:
    """The field that a text without one is: that of this name, but for the DOI of an article."""
    return "doi" if name == "title" and _DOI.search(text) else name


def _typed(value: Any, slot: str) -> Any:
    """A value with numbers and truth values, which YAML is read without, as the schema has them."""
    if isinstance(value, dict):
        return {key: _typed(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one, slot) for one in value]
    if slot == "size" and isinstance(value, str) and value.isdecimal():
        return int(value)
    return value == "true" if slot in _FLAGS and value in ("true", "false") else value


def _set(metadata: dict[str, Any], place: str, value: Any) -> bool:
    """Whether a value could be set at a place, or with None taken away from it."""
    if not place.startswith("/"):
        return False
    home, last = get(metadata, parent(place)), steps(place)[-1]
    if isinstance(home, list) and last.isdecimal() and int(last) < len(home):
        home[int(last)] = value
    elif isinstance(home, dict) and value is None:
        return home.pop(last, None) is not None
    elif isinstance(home, dict):
        home[last] = value
    else:
        return False
    return True


def _without_aside(value: Any) -> Any:
    """A value without what is kept with the source alone."""
    if isinstance(value, dict):
        return {key: _without_aside(one) for key, one in value.items() if key not in _ASIDE}
    if isinstance(value, list):
        return [_without_aside(one) for one in value]
    return value


def _ror(attribute: Attribute) -> str:
    """The name of an organisation's attribute; REMBI's model has its ROR address as `url`."""
    address = (attribute.value or "").strip().casefold()
    named = attribute.name == "url" and "://ror.org/" in address
    return "RORID" if named else attribute.name


def _pubmed(attribute: Attribute) -> str:
    if attribute.name != "pubmed_id":
        return attribute.name
    central = (attribute.value or "").strip().upper().startswith("PMC")
    return "PMC ID" if central else "PubMed ID"
