"""The entities of an RO-Crate with their places, its root, and how they refer to each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pipeline.findings import Code, Finding
from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.json_text import Number
from pipeline.intake.ro_crate_terms import LOCAL, PROFILED, meant_class, plain, terms
from pipeline.intake.spellings import fold
from pipeline.select import join
from pipeline.submission import SourceMap

ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
METADATA = re.compile(r"(?:.*[-_/])?ro-crate-metadata\.json(?:ld)?")
_SPECIFICATION = re.compile(
    r"https?://(?:w3id\.org/ro/crate|www\.researchobject\.org/ro-crate/specification)"
    r"/(?P<version>[^/]+)(?:/.*)?"
)
_VERSIONS = re.compile(r"(?:0\.2|1\.[0-3])(?:\.\d+)?(?:-DRAFT)?")
"""Versions of RO-Crate (researchobject.org, read 2026-11-22: 1.2, and 1.3 as a draft)."""
_OF_CRATES = re.compile(r"/ro/|/ro-crate/")
"""What addresses of contexts of RO-Crate have in them."""
ROOT = "./"
_TABLES = (".tsv", ".csv")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity with where it stands; `id` is empty where it has none."""

    id: str
    types: tuple[str, ...]
    data: Mapping[str, Any]
    at: str

    @property
    def names(self) -> tuple[str, ...]:
        """Its types without prefixes, folded."""
        return tuple(meant_class(LOCAL.split(one)[-1]) for one in self.types)

    def is_a(self, *names: str) -> bool:
        """Whether it has one of these types (folded)."""
        return any(name in self.names for name in names)

    @property
    def profiled(self) -> bool:
        """Whether one of its types is of the archive's profile."""
        return any(PROFILED.fullmatch(one) for one in self.types)

    @property
    def kind(self) -> str | None:
        """The kind of object that it is in the record."""
        known = terms().types
        return next((known[name] for name in reversed(self.names) if name in known), None)


@dataclass
class Graph:
    """A crate's entities, and how to follow references among them."""

    source_map: SourceMap
    entities: list[Entity] = field(default_factory=list)
    by_id: dict[str, Entity] = field(default_factory=dict)
    by_decoded: dict[str, Entity] = field(default_factory=dict)
    """Entities by their identifiers without `./` and percent-encoding."""
    findings: list[Finding] = field(default_factory=list)
    root: Entity | None = None
    profiled: bool = False
    """Whether the crate follows the archive's own profile."""
    own: frozenset[str] = frozenset()
    """The terms that the crate's own context gives a meaning."""

    def flag(self, code: Code, at: str, message: str, **more: Any) -> None:
        """Note a fault at a place of the document."""
        self.findings.append(code.at(self.source_map.position(at), message, **more))

    def read(self, document: Any) -> None:
        """Take in a parsed document; faults are noted, never raised."""
        given = document.get("@graph") if isinstance(document, dict) else None
        if not isinstance(given, list):
            what = "has no '@graph'" if given is None else "has a '@graph' that is no list"
            self.flag(codes.NO_GRAPH, "/@graph", f"the crate {what}")
            return
        self.contexts(document)
        for index, one in enumerate(given):
            self.add(one, join("/@graph", index))
        self.find_root()

    def add(self, value: Any, at: str) -> None:
        """Take in one entity."""
        if not isinstance(value, dict):
            self.flag(codes.WRONG_VALUE, at, "an entry of '@graph' is no object")
            return
        entity = _entity(value, at)
        for key in ("@id", "@type"):
            given = value.get(key)
            if given is not None and not all(_is_plain(one) for one, _ in each(given, at)):
                self.flag(codes.WRONG_VALUE, join(at, key), f"the '{key}' of an entity is no text")
        if not entity.id:
            self.flag(codes.NO_ID, join(at, "@id"), f"{_said(entity)} has no '@id'")
        elif entity.id in self.by_id:
            message = f"the '@id' '{entity.id}' is carried by two entities"
            self.flag(codes.REPEATED_ID, join(at, "@id"), message, value=entity.id)
        if not entity.types:
            said = f"the entity '{entity.id}'" if entity.id else "an entity"
            self.flag(codes.NO_ID, join(at, "@type"), f"{said} has no '@type'", value=entity.id)
        self.entities.append(entity)
        if entity.id:
            self.by_id.setdefault(entity.id, entity)
            self.by_decoded.setdefault(_decoded(entity.id), entity)

    def find_root(self) -> None:
        """The study: what the descriptor is about, or the entity `./`."""
        descriptor = next((one for one in self.entities if METADATA.fullmatch(one.id)), None)
        if descriptor is None:
            message = "the entity 'ro-crate-metadata.json' is missing"
            self.flag(codes.NO_DESCRIPTOR, "/@graph", message)
        else:
            self.version(descriptor)
            self.root = self.about(descriptor)
        if self.root is None:
            self.root = self.by_id.get(ROOT) or self.by_id.get("")
        if self.root is None:
            self.root = next((one for one in self.entities if one.is_a("study")), None)
        if self.root is None:
            self.flag(codes.NO_ROOT, "/@graph", "the root data entity './' is missing")
            return
        self.profiled = self.root.profiled
        if self.root.types and not self.profiled and not self.root.is_a("dataset"):
            said = ", ".join(self.root.types)
            message = f"the root data entity is a {said}, not a Dataset"
            self.flag(codes.NO_ROOT, join(self.root.at, "@type"), message, value=said)

    def version(self, descriptor: Entity) -> None:
        """Whether the descriptor says which version of RO-Crate the document follows."""
        at = join(descriptor.at, "conformsTo")
        given = list(self.values(descriptor, "conformsto"))
        texts = [place for value, place in given if isinstance(value, str)]
        if not given:
            message = "the descriptor does not say which version of RO-Crate it conforms to"
            self.flag(codes.NO_DESCRIPTOR, at, message, severity="warning")
        for place in texts:
            message = "'conformsTo' is a bare text, not a reference"
            self.flag(codes.WRONG_VALUE, place, message, severity="warning")
        said = [str(one.get("@id") if isinstance(one, dict) else one) for one, _ in given]
        versions = [match["version"] for one in said if (match := _SPECIFICATION.fullmatch(one))]
        if said and not versions:
            message = f"'conformsTo' names {said[0]!r}, which is no version of RO-Crate"
            self.flag(codes.NO_DESCRIPTOR, at, message, value=said[0], severity="warning")
        elif said and not any(map(_VERSIONS.fullmatch, versions)):
            message = f"'conformsTo' names RO-Crate {versions[0]}, a version that is not known"
            self.flag(codes.NO_DESCRIPTOR, at, message, value=said[0], severity="warning")

    def about(self, descriptor: Entity) -> Entity | None:
        """What the descriptor says it is about; flagged where that is nothing."""
        at = join(descriptor.at, "about")
        for value, place in self.values(descriptor, "about"):
            found = self.follow(value, place)
            if isinstance(value, str):
                message = f"'about' is the bare text '{value}', not a reference"
                self.flag(codes.WRONG_VALUE, place, message, value=value)
            elif found is None and isinstance(value, dict):
                self.reference(value, place)
            elif found is None:
                self.flag(codes.WRONG_VALUE, place, "'about' is no reference")
            return found
        message = "the descriptor does not say which entity it is about"
        self.flag(codes.NO_DESCRIPTOR, at, message)
        return None

    def contexts(self, document: Mapping[str, Any]) -> None:
        """Whether the document has a context that can give its terms a meaning."""
        if "@context" not in document:
            self.flag(codes.NO_CONTEXT, "/@context", "the crate has no '@context'")
            return
        given = [one for one in each(document["@context"], "/@context") if one[0] != {}]
        self.own = frozenset(term for part, _ in given if isinstance(part, dict) for term in part)
        for part, at in given:
            if not isinstance(part, dict) and not _is_plain(part):
                self.flag(codes.NO_CONTEXT, at, "a '@context' is neither an address nor terms")
                return
        terms_ = any(isinstance(part, dict) for part, _ in given)
        if not terms_ and not any(_OF_CRATES.search(str(part)) for part, _ in given):
            message = "the '@context' names none of RO-Crate"
            self.flag(codes.NO_CONTEXT, "/@context", message)

    # -- following ------------------------------------------------------------------------------

    def values(self, entity: Entity, *names: str) -> Iterator[tuple[Any, str]]:
        """The values of properties (names folded) with their places; blank ones are left out."""
        for key, value in entity.data.items():
            if plain(key) not in names or key.startswith("@"):
                continue
            at = join(entity.at, key)
            for one, place in each(value, at):
                if one is not None and one != "" and one != {}:
                    yield one, place

    def targets(self, entity: Entity, *names: str) -> Iterator[tuple[Entity, str]]:
        """The entities that properties refer to, nested ones too, with the reference's place."""
        for value, at in self.values(entity, *names):
            found = self.follow(value, at)
            if found is not None:
                yield found, at

    def follow(self, value: Any, at: str) -> Entity | None:
        """The entity that a value refers to or holds."""
        if isinstance(value, str):
            return self.by_id.get(value)
        if not isinstance(value, dict):
            return None
        identifier = value.get("@id")
        found = self.identified(identifier) if isinstance(identifier, str) else None
        if found is not None:
            return found
        return _entity(value, at) if set(value) - {"@id"} else None

    def identified(self, identifier: str) -> Entity | None:
        """The entity of an identifier, which may be written with `./` or encoded otherwise."""
        return self.by_id.get(identifier) or self.by_decoded.get(_decoded(identifier))

    def text(self, value: Any, at: str) -> str | None:
        """A value as text: what stands there, or the name of the entity referred to."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            return str(value) if value.strip() else None
        if not isinstance(value, dict):
            return None
        if isinstance(value.get("@value"), str):
            return str(value["@value"])
        found = self.follow(value, at)
        if found is None:
            return str(value["@id"]) if isinstance(value.get("@id"), str) else None
        return self.title(found)

    def title(self, entity: Entity) -> str | None:
        """What an entity is called: its name, else its `@id`."""
        for key in ("title", "name", "displayname"):
            for value, _ in self.values(entity, key):
                if isinstance(value, str) and value.strip():
                    return str(value)
        return entity.id or None

    def reference(self, value: Mapping[str, Any], at: str) -> None:
        """A reference to an entity, or an entity nested where it does not belong."""
        if "@value" in value:
            return
        identifier = value.get("@id")
        if set(value) - {"@id"}:
            message = "an entity stands inside another one instead of being referred to"
            self.flag(codes.NESTED, at, message, value=str(value.get("name", identifier)))
        elif not isinstance(identifier, str):
            self.flag(codes.WRONG_VALUE, at, "a reference has no '@id' that is a text")
        else:
            here = join(at, "@id")
            self.iri(identifier, here)
            local = not ABSOLUTE.match(identifier) or identifier.startswith("_:")
            if local and self.identified(identifier) is None:
                message = f"no entity of the crate has the '@id' '{identifier}'"
                self.flag(codes.DANGLING, here, message, value=identifier)

    def iri(self, identifier: str, at: str) -> None:
        """Whether an identifier has the characters of an IRI (RFC 3987)."""
        if match := _NOT_IRI.search(identifier):
            message = f"the '@id' {identifier!r} holds {match[0]!r}, which no IRI has"
            self.flag(codes.BAD_IRI, at, message, value=identifier)


LISTED = ("haspart", "associationfilemetadata")
"""Where a dataset names its parts, and, in an older profile, its file list."""


def is_file_list(entity: Entity) -> bool:
    """Whether an entity is a list of files, by its class or by its name."""
    if entity.is_a("filelist", "table"):
        return True
    name = entity.id.casefold()
    return entity.is_a("file") and name.endswith(_TABLES) and "file" in fold(name)


def is_folder(identifier: str) -> bool:
    """Whether an identifier is the path of a folder of the crate."""
    return identifier.endswith("/") and "://" not in identifier and not identifier.startswith("#")


def below(path: str, folder: str) -> bool:
    """Whether a path lies in a folder of the crate (but for the crate itself)."""
    return folder.endswith("/") and folder != "./" and path.startswith(folder)


def _entity(value: Mapping[str, Any], at: str) -> Entity:
    identifier, kind = value.get("@id"), value.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    types = tuple(one for one in kinds if isinstance(one, str) and one)
    return Entity(identifier if isinstance(identifier, str) else "", types, value, at)


def _decoded(identifier: str) -> str:
    """An identifier as RFC 3986 compares it: `./a%20b` is `a b`; `./` itself stays."""
    return unquote(identifier.removeprefix(ROOT) or identifier)


def each(value: Any, at: str) -> Iterator[tuple[Any, str]]:
    """The entries of a list, or the one value that stands for a list."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from each(one, join(at, index))
    else:
        yield value, at


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def _said(entity: Entity) -> str:
    return f"an entity of type {', '.join(entity.types)}" if entity.types else "an entity"
