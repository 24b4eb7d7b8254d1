"""EMPIAR entries (JSON, XML), depositions (JSON) and the archive's proposals for them (YAML).

Source: EMPIAR's public API and XML schema (empiar.xsd), empiar-depositor's deposition form, and
BioImage-Archive/bia-integrator, empiar_to_ro_crate (commit ad647bc). Read 2026-11-22.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.findings import Finding
from pipeline.intake import json_text
from pipeline.intake import pagetab_content as build
from pipeline.intake.pagetab_json import mapped
from pipeline.intake.pagetab_tree import WRONG_TYPE, Attribute, File, Section, Tree
from pipeline.intake.reading import Reading
from pipeline.intake.rembi_spellings import moved
from pipeline.intake.spellings import fold
from pipeline.intake.text import decode
from pipeline.select import join
from pipeline.submission import SourceMap

KIND = "empiar"
ORDER = 35

_DATE = re.compile(r"\d{4}|\d\d?[./-]\d\d?[./-]\d\d")
"""What a date holds in any form, and the codes for a date (RE, EP, HP, HO) do not."""
_PAIR = re.compile(
    r"""\((?P<a>['"])(?P<family>.+?)(?P=a),? *(?P<b>['"])(?P<initials>.*?)(?P=b)\)"""
)
"""A person's surname and initials, as the deposition form has them in one text."""
_SUFFIXES = frozenset((".json", ".xml", ".yaml", ".yml"))
_YAML = (b"biosamples:", b"rembis:", b"datasets:")
_ENTRY = {
    "grant_references": "Funding",
    "funding_body": "Agency",
    "code": "grant_id",
    "dataset_size": "Dataset size",
    "datasetSize": "Dataset size",
    "experiment_type": "Experiment type",
    "experimentType": "Experiment type",
    "scale": "Scale",
    "accessionCode": "EMPIAR accession",
    "accession_id": "EMPIAR accession",
}
_SET = {"name": "Name", "details": "Description", "title": "Name", "description": "Description"}
_CITATION = {
    "title": "Title",
    "year": "Year",
    "volume": "Volume",
    "issue": "Issue",
    "doi": "DOI",
    "pubmedid": "PubMed ID",
}
_PERSON_FIELDS = frozenset(
    (
        *("name", "order_id", "author_orcid", "first_name", "middle_name", "last_name"),
        *("organization", "street", "town_or_city", "state_or_province", "post_or_zip"),
        *("telephone", "fax", "email", "country"),
    )
)
_FIELDS = {
    "": frozenset(
        (
            *("title", "release_date", "experiment_type", "scale", "cross_references"),
            *("biostudies_references", "idr_references", "empiar_references", "workflows"),
            *("authors", "corresponding_author", "principal_investigator", "imagesets"),
            *("citation", "grant_references", "entry_doi"),
        )
    ),
    "authors": _PERSON_FIELDS,
    "corresponding_author": _PERSON_FIELDS,
    "principal_investigator": _PERSON_FIELDS,
    "imagesets": frozenset(
        (
            *("name", "directory", "category", "header_format", "data_format"),
            *("num_images_or_tilt_series", "frames_per_image", "frame_range_min"),
            *("frame_range_max", "voxel_type", "pixel_width", "pixel_height", "details"),
            *("image_width", "image_height", "micrographs_file_pattern"),
            *("picked_particles_file_pattern", "picked_particles_directory"),
        )
    ),
    "citation": frozenset(
        (
            *("authors", "editors", "published", "j_or_nj_citation", "title", "volume"),
            *("country", "first_page", "last_page", "year", "language", "doi", "pubmedid"),
            *("details", "book_chapter_title", "publisher", "publication_location"),
            *("journal", "journal_abbreviation", "issue", "preprint"),
        )
    ),
}
"""The fields of a deposition (schema of EMPIAR), at its top and in its parts."""
_PROPOSED = {
    "BioSample": "Biosample",
    "biosamples": "Biosample",
    "SpecimenImagingPreparationProtocol": "Specimen",
    "specimen_imaging_preparation_protocols": "Specimen",
    "ImageAcquisitionProtocol": "Image Acquisition",
    "image_acquisition_protocols": "Image Acquisition",
    "AnnotationMethod": "Annotations",
    "annotation_methods": "Annotations",
    "Protocol": "Protocol",
    "protocols": "Protocol",
    # A specimen of the proposal joins a biosample and a preparation; REMBI's is the preparation.
    "Specimen": "Imaged Specimen",
    "specimens": "Imaged Specimen",
}
_ROLES = {
    "corresponding_author": "corresponding author",
    "correspondingAuthor": "corresponding author",
    "principal_investigator": "principal investigator",
    "principalInvestigator": "principal investigator",
}
_OF = {
    "Biosample": {
        "title": "Title",
        "biological_entity_description": "Biological entity",
        "organism_classification": "Organism",
        "scientific_name": "Scientific name",
        "common_name": "Common name",
        "ncbi_id": "NCBI taxon ID",
    },
    "Specimen": {"title": "Title", "protocol_description": "Sample Preparation Protocol"},
    "Image Acquisition": {
        "title": "Title",
        "protocol_description": "Image Acquisition Parameters",
        "imaging_instrument_description": "Imaging Instrument",
    },
    "Annotations": {
        "title": "Title",
        "protocol_description": "Annotation Method",
        "method_type": "Annotation Type",
    },
}


def knows(path: Path, head: bytes) -> bool:
    """Entries and depositions by their image sets, proposals by their accession and REMBI."""
    suffix = path.suffix.casefold()
    if suffix not in _SUFFIXES:
        return False
    if suffix == ".xml":
        return b"pdbe.org/empiar" in head
    if suffix == ".json":
        return b'"imagesets"' in head and b'"$schema"' not in head
    return b"accession_id:" in head and any(sign in head for sign in _YAML)


def read(data: bytes, file: str) -> Reading:
    """The metadata of an EMPIAR document."""
    suffix = Path(file).suffix.casefold()
    value: Any = None
    if suffix == ".xml":
        from pipeline.intake import xml_text

        xml = xml_text.parse(data, file)
        findings, places = xml.findings, SourceMap(file=file, positions=xml.positions)
        value, readable = _from_xml(xml.value), xml.readable
    else:
        decoded = decode(data, file)
        findings, places = list(decoded.findings), SourceMap(file=file)
        readable = False
        if decoded.text is not None and suffix == ".json":
            parsed = json_text.parse(decoded.text, file)
            findings += parsed.findings
            places = SourceMap(file=file, positions=parsed.positions(file))
            value, readable = parsed.value, parsed.readable
        elif decoded.text is not None:
            from pipeline.intake import yaml_text

            written = yaml_text.parse(decoded.text, file)
            findings += written.findings
            places = SourceMap(file=file, positions=written.positions)
            value, readable = written.value, written.readable
    if not readable:
        return Reading(kind=KIND, metadata=None, source_map=places, findings=tuple(findings))
    reader = _Entry(places)
    tree = reader.tree(value)
    return mapped(tree, reader.places, (*findings, *reader.findings), KIND)


@dataclass(frozen=True)
class _Placed:
    """Values of an XML entry under the names of the JSON form, with their own places."""

    value: dict[str, Any]
    at: dict[str, str]


def _from_xml(entry: Any) -> Any:
    """The entry's parts side by side, as the JSON form has them."""
    if not isinstance(entry, dict):
        return None
    admin = entry.get("admin") if isinstance(entry.get("admin"), dict) else {}
    assert isinstance(admin, dict)
    return _Placed(
        {**entry, **admin},
        dict.fromkeys(admin, "/admin"),
    )


@dataclass
class _Entry:
    """Builds the PageTab tree of an entry, a deposition or a proposal."""

    places: SourceMap
    findings: list[Finding] = field(default_factory=list)

    def tree(self, document: Any) -> Tree | None:
        """The tree of a parsed document, or None when it is no mapping."""
        at: dict[str, str] = {}
        home = ""
        if isinstance(document, _Placed):
            document, at = document.value, document.at
        elif isinstance(document, dict) and len(document) == 1:
            key, inner = next(iter(document.items()))
            if isinstance(inner, dict) and "imagesets" in inner:
                document, home = inner, join("", key)
                document = {"accession_id": key, **document}
                at = {"accession_id": home}
        if not isinstance(document, dict):
            where = self.places.position("")
            self.findings.append(WRONG_TYPE.at(where, "the document should hold named fields"))
            return None
        if isinstance(document.get("imagesets"), list) and not at:
            document = self.respelt(document, home)
        top: list[Attribute] = []
        own: list[Attribute] = []
        below: list[Section] = []
        for key, value in document.items():
            here = join(at.get(key, home), key)
            self.part(key, value, here, top, own, below)
        return Tree(
            None, tuple(top), Section("Study", None, home, tuple(own), (), (), tuple(below))
        )

    def respelt(self, document: dict[str, Any], home: str) -> dict[str, Any]:
        """A deposition with the names of fields that are nearly the form's as the form has them.

        A slip that parts of the same kind share is told once.
        """
        renamed: dict[str, str] = {}
        told: dict[tuple[str, str], list[str]] = {}

        def named(given: dict[str, Any], at: str, part: str) -> dict[str, Any]:
            spelt = {fold(name): name for name in _FIELDS[part] - given.keys()}
            meant = {key: spelt[fold(key)] for key in given if fold(key) in spelt}
            meant |= build.slips(given, _FIELDS[part])
            first = {name: key for key, name in reversed(meant.items())}
            meant = {key: name for name, key in first.items()}
            for key, name in meant.items():
                renamed[join(at, key)] = name
                told.setdefault((key, name), []).append(join(at, key))
            return {meant.get(key, key): value for key, value in given.items()}

        made = named(document, home, "")
        was = {renamed.get(join(home, key), key): key for key in document}
        for part, value in made.items():
            at = join(home, was[part])
            if part not in _FIELDS:
                continue
            if isinstance(value, dict):
                made[part] = named(value, at, part)
            elif isinstance(value, list):
                made[part] = [
                    named(one, join(at, n), part) if isinstance(one, dict) else one
                    for n, one in enumerate(value)
                ]
        for (key, name), places in told.items():
            more = f"; {len(places) - 1} more like this" if len(places) > 1 else ""
            message = f"the field '{key}' is named '{name}' in EMPIAR's form, and was read so{more}"
            where = self.places.position(places[0])
            self.findings.append(build.SLIP.at(where, message, value=key, count=len(places)))
        self.places = moved(self.places, renamed) if renamed else self.places
        return made

    def part(
        self,
        key: str,
        value: Any,
        at: str,
        top: list[Attribute],
        own: list[Attribute],
        below: list[Section],
    ) -> None:
        """One field of the document."""
        if key == "title":
            top += build.attributes("Title", value, at)
        elif key in ("entry_doi", "entryDOI"):
            top += build.attributes("DOI", value, at)
        elif key == "release_date" and isinstance(value, str) and _DATE.search(value):
            top += build.attributes("ReleaseDate", value, at)
        elif key == "release_date":
            # A deposition says by a code when it may come out: RE, EP, HP or HO.
            own += build.attributes("Release", value, at)
        elif key == "keyDates" and isinstance(value, dict):
            top += build.attributes(
                "ReleaseDate", value.get("releaseDate"), join(at, "releaseDate")
            )
            left = {name: one for name, one in value.items() if name != "releaseDate"}
            own += build.content(left, at, {})[0]
        elif key in ("authors", "authorsList"):
            below += self.authors(value, at)
        elif key in _ROLES:
            below += [self.person(one, here, _ROLES[key]) for one, here in build.maps(value, at)]
        elif key == "citation":
            below += [self.citation(one, place) for one, place in build.maps(value, at)]
        elif key == "crossReferences" and isinstance(value, dict):
            below += self.cited(value, at)
            left = {name: one for name, one in value.items() if name != "citationList"}
            own_more, more = build.content(left, at, {})
            own += own_more
            below += more
        elif key in ("imagesets", "imageSet", "datasets"):
            below += [self.image_set(one, place) for one, place in build.maps(value, at)]
        elif key == "paper_doi" and isinstance(value, str) and value.strip():
            made = build.made_up("DOI", value, at)
            below.append(Section("Publication", None, at, (made,)))
        elif key == "rembis" and isinstance(value, dict):
            for name, one in value.items():
                self.part(name, one, join(at, name), top, own, below)
        elif key in _PROPOSED:
            kind = _PROPOSED[key]
            below += [self.proposed(kind, one, place) for one, place in build.maps(value, at)]
        elif key not in ("admin", "#text") and not key.startswith("{") and _says(value):
            more_own, more = build.content({key: value}, at.rpartition("/")[0], _ENTRY)
            own += more_own
            below += more

    def authors(self, value: Any, at: str) -> list[Section]:
        """All authors: one or a list, at the field itself or under `author`."""
        if isinstance(value, dict):
            value, at = value.get("author"), join(at, "author")
        listed = isinstance(value, list)
        return [
            self.person(one, join(at, n) if listed else at, None)
            for n, one in enumerate(value if listed else [value])
            if one is not None
        ]

    def image_set(self, value: dict[str, Any], at: str) -> Section:
        """An image set as a study component; its folder holds its files."""
        left = {key: one for key, one in value.items() if key != "directory" and _says(one)}
        section = build.section("Study Component", left, at, _SET)
        folder = build.as_text(value.get("directory"))
        here = join(at, "directory")
        files = (File(folder, None, None, (), here, here),) if folder else ()
        return Section(
            section.type, None, at, section.attributes, files=files, sections=section.sections
        )

    def person(self, value: Any, at: str, role: str | None) -> Section:
        """An author, as a text, under `author`, or with names of their own."""
        if isinstance(value, dict) and isinstance(value.get("author"), dict):
            value, at = value["author"], join(at, "author")
        if not isinstance(value, dict):
            text = build.as_text(value)
            made = [build.made_up("Name", text, at)] if text else []
            return Section("author", None, at, tuple(made))
        made = []
        names = [
            (key, text)
            for keys in (
                ("first_name", "firstName"),
                ("middle_name", "middleName"),
                ("last_name", "lastName"),
            )
            for key in keys
            if (text := build.as_text(value.get(key))) is not None
        ]
        if names:
            place = join(at, names[0][0])
            made.append(build.made_up("Name", " ".join(text.strip() for _, text in names), place))
        if role:
            made.append(build.made_up("Role", role, at))
        left = {key: one for key, one in value.items() if key not in dict(names)}
        if isinstance(left.get("name"), str):
            left["name"] = _person_name(left)
        organisation = left.pop("organization", None)
        if isinstance(organisation, dict):
            organisation = organisation.get("#text")
        made += build.attributes("affiliation", organisation, join(at, "organization"))
        called = {
            "name": "Name",
            "#text": "Name",
            "email": "E-mail",
            "author_orcid": "ORCID",
            "authorORCID": "ORCID",
        }
        attributes, sections = build.content(left, at, called)
        return Section("author", None, at, (*made, *attributes), sections=tuple(sections))

    def citation(self, value: dict[str, Any], at: str) -> Section:
        """A publication; its authors are told in one text, as PageTab has them."""
        listed = value.get("authors", value.get("author"))
        names = [
            text
            for one in (listed if isinstance(listed, list) else [listed])
            if (text := _person_name(one)) is not None
        ]
        left = {k: v for k, v in value.items() if k not in ("authors", "author", "editors")}
        references = left.pop("externalReferences", None)
        section = build.section("Publication", left, at, _CITATION)
        made = list(section.attributes)
        if names:
            key = "authors" if "authors" in value else "author"
            made.append(build.made_up("Authors", ", ".join(names), join(at, key)))
        for one, place in build.maps(references, join(at, "externalReferences")):
            kind, text = one.get("type"), build.as_text(one.get("#text"))
            if text is not None:
                name = {"doi": "DOI", "pubmed": "PubMed ID"}.get(str(kind), str(kind))
                made.append(build.made_up(name, text, place))
        return Section("Publication", None, at, tuple(made), sections=section.sections)

    def cited(self, value: dict[str, Any], at: str) -> list[Section]:
        """The publications of an XML entry, wherever its list of citations holds them."""
        made: list[Section] = []
        left = [(value.get("citationList"), join(at, "citationList"))]
        while left:
            one, place = left.pop()
            for inner, here in build.maps(one, place):
                if "title" in inner:
                    made.append(self.citation(inner, here))
                else:
                    left += [(below, join(here, key)) for key, below in inner.items()]
        return made

    def proposed(self, kind: str, value: dict[str, Any], at: str) -> Section:
        """A REMBI object of a proposal; imaging methods are names beside their terms."""
        left = dict(value)
        methods: list[Section] = []
        if kind == "Image Acquisition":
            names = _texts(left.pop("imaging_method_name", None))
            terms = _texts(left.pop("fbbi_id", None))
            for index in range(max(len(names), len(terms))):
                place = join(at, "imaging_method_name" if names else "fbbi_id")
                pairs = (("Ontology Value", names), ("Ontology Term ID", terms))
                made = [
                    build.made_up(name, given[index], place)
                    for name, given in pairs
                    if index < len(given)
                ]
                methods.append(Section("Imaging Method", None, place, tuple(made)))
        section = build.section(kind, left, at, _OF.get(kind, {}))
        return Section(kind, None, at, section.attributes, sections=(*section.sections, *methods))


def _says(value: Any) -> bool:
    """Whether a field has a value at any depth; forms write every field, filled in or not."""
    if isinstance(value, dict | list):
        return any(map(_says, value.values() if isinstance(value, dict) else value))
    return build.as_text(value) is not None


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [text for one in listed if (text := build.as_text(one)) is not None]


def _person_name(value: Any) -> str | None:
    if isinstance(value, dict):
        inner = value.get("author")
        return _person_name(inner if inner else value.get("name", value.get("#text")))
    text = build.as_text(value)
    pair = _PAIR.fullmatch(text.strip()) if text is not None else None
    return f"{pair['family']} {pair['initials']}".strip() if pair else text
