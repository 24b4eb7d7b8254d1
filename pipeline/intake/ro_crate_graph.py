"""The entities of an RO-Crate with their places, and what is wrong with them as a graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote

import yaml

from pipeline import resources
from pipeline.findings import Code, Finding, Frozen
from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.json_text import Number
from pipeline.intake.spellings import fold, near
from pipeline.select import join
from pipeline.submission import SourceMap

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`]|%(?![0-9A-Fa-f]{2})")
_METADATA = re.compile(r"(?:.*[-_/])?ro-crate-metadata\.json(?:ld)?")
_CLASS_PREFIX = re.compile(r"(?:bia:|https?://bia/)(.+)")
_LOCAL = re.compile(r"[:/#]")
_TEXTS = frozenset(("name", "title", "displayname", "description", "protocoldescription"))
_LICENCES = frozenset(("license", "licence"))
_PEOPLE = frozenset(("author", "contributor", "affiliation"))
"""Properties whose text schema.org's readers take for a name; the archive's profile does not."""
_USUAL = {
    one.casefold(): one
    for one in (
        "about", "affiliation", "author", "conformsTo", "contributor", "dateCreated",
        "datePublished", "description", "email", "hasPart", "identifier", "keywords", "license",
        "name", "publisher",
    )
}  # fmt: skip
"""Terms of RO-Crate by their small letters; another spelling of one has no meaning."""
_CLASSES = {
    one.casefold(): one
    for one in (
        "Affiliation", "AnnotationData", "AnnotationMethod", "BioSample", "Contributor",
        "CreationProcess", "CreativeWork", "Dataset", "ExternalReference", "File", "FileList",
        "FundingBody", "Grant", "Image", "ImageAcquisitionProtocol", "ImageAnalysisMethod",
        "ImageCorrelationMethod", "Organization", "Person", "Protocol", "Publication",
        "ScholarlyArticle", "SignalChannel", "Specimen", "SpecimenImagingPreparationProtocol",
        "Study", "Taxon",
    )
}  # fmt: skip
"""Classes of RO-Crate and of the archive's profile by their small letters."""
_MODELS = frozenset(("rembidataset", "mifadataset"))
"""What a dataset of the profile may be besides, to say which model of metadata it follows."""
_FORMER = frozenset(
    ("association", "associationproperty", "signalchannelinformation", "affiliaton")
)
"""Classes of older versions of the profile (BioImage-Archive/BIA-ro-crate, read 2026-11-23)."""
_PREFIXES = frozenset(
    ("", "bia:", "http://bia/", "schema:", "http://schema.org/", "https://schema.org/")
)
"""What may stand before them; other vocabularies have capitals of their own."""
_SPECIFICATION = re.compile(
    r"https?://(?:w3id\.org/ro/crate|www\.researchobject\.org/ro-crate/specification)"
    r"/(?P<version>[^/]+)(?:/.*)?"
)
_VERSIONS = re.compile(r"(?:0\.2|1\.[0-3])(?:\.\d+)?(?:-DRAFT)?")
"""Versions of RO-Crate (researchobject.org, read 2026-11-22: 1.2, and 1.3 as a draft)."""
_OWN = "http://bia/"
"""The archive's own vocabulary, in which some versions of the profile have a term of any name."""
ROOT = "./"
_TABLES = (".tsv", ".csv")


class Terms(Frozen):
    """How crates name the slots of the schema (`schemas/ro_crate.yaml`)."""

    version: str
    types: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, str]]
    references: tuple[str, ...]
    classes: frozenset[str]
    prefixes: Mapping[str, str]
    terms: Mapping[str, str]


@cache
def terms() -> Terms:
    """The table as the schemas folder has it."""
    text = (resources.schemas() / "ro_crate.yaml").read_text("utf-8")
    return Terms(**yaml.load(text, Loader=yaml.CSafeLoader))


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
        return tuple(meant_class(_LOCAL.split(one)[-1]) for one in self.types)

    def is_a(self, *names: str) -> bool:
        """Whether it has one of these types (folded)."""
        return any(name in self.names for name in names)

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
        if self.profiled:
            self.context(document.get("@context"))
        for entity in self.entities:
            if not _METADATA.fullmatch(entity.id):
                self.check(entity)
        self.parts()

    def add(self, value: Any, at: str) -> None:
        """Take in one entity."""
        if not isinstance(value, dict):
            self.flag(codes.WRONG_VALUE, at, "an entry of '@graph' is no object")
            return
        entity = _entity(value, at)
        for key in ("@id", "@type"):
            given = value.get(key)
            if given is not None and not all(_is_plain(one) for one, _ in _each(given, at)):
                self.flag(codes.WRONG_VALUE, join(at, key), f"the '{key}' of an entity is no text")
        if not entity.id:
            self.flag(codes.NO_ID, join(at, "@id"), f"{_said(entity)} has no '@id'")
        elif entity.id in self.by_id:
            message = f"the '@id' '{entity.id}' is carried by two entities"
            self.flag(codes.REPEATED_ID, join(at, "@id"), message, value=entity.id)
        if not entity.types:
            message = f"the entity '{entity.id}' has no '@type'"
            self.flag(codes.NO_ID, join(at, "@type"), message, value=entity.id)
        self.entities.append(entity)
        if entity.id:
            self.by_id.setdefault(entity.id, entity)
            self.by_decoded.setdefault(_decoded(entity.id), entity)

    def find_root(self) -> None:
        """The study: what the descriptor is about, or the entity `./`."""
        descriptor = next((one for one in self.entities if _METADATA.fullmatch(one.id)), None)
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
        self.profiled = any(_CLASS_PREFIX.fullmatch(one) for one in self.root.types)
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
        given = [one for one in _each(document["@context"], "/@context") if one[0] != {}]
        self.own = frozenset(term for part, _ in given if isinstance(part, dict) for term in part)
        for part, at in given:
            if not isinstance(part, dict) and not _is_plain(part):
                self.flag(codes.NO_CONTEXT, at, "a '@context' is neither an address nor terms")
                return
        terms_ = any(isinstance(part, dict) for part, _ in given)
        if not terms_ and not any("/ro/" in str(part) for part, _ in given):
            message = "the '@context' names none of RO-Crate"
            self.flag(codes.NO_CONTEXT, "/@context", message)

    # -- following ------------------------------------------------------------------------------

    def values(self, entity: Entity, *names: str) -> Iterator[tuple[Any, str]]:
        """The values of properties (names folded) with their places; blank ones are left out."""
        for key, value in entity.data.items():
            if fold(key) not in names or key.startswith("@"):
                continue
            at = join(entity.at, key)
            for one, place in _each(value, at):
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

    # -- checking -------------------------------------------------------------------------------

    def context(self, context: Any) -> None:
        """Whether the crate's own context leaves the profile's terms their meaning."""
        for part, at in _each(context, "/@context"):
            if not isinstance(part, dict):
                continue
            prefixes = {**terms().prefixes, **{k: v for k, v in part.items() if _is_text(v)}}
            for term, meaning in terms().terms.items():
                given = part.get(term)
                given = given.get("@id") if isinstance(given, dict) else given
                if not isinstance(given, str):
                    continue
                prefix, colon, rest = given.partition(":")
                whole = prefixes[prefix] + rest if colon and prefix in prefixes else given
                if whole.replace("https://", "http://") not in (meaning, _OWN + term):
                    message = f"the context makes '{term}' mean '{given}', not '{meaning}'"
                    self.flag(codes.REMAPPED, join(at, term), message, value=given)

    def check(self, entity: Entity) -> None:
        """One entity's identifier, class and values."""
        self.iri(entity.id, join(entity.at, "@id"))
        self.types(entity)
        if self.profiled:
            self.classes(entity)
        for key, value in entity.data.items():
            if key.startswith("@"):
                continue
            name = fold(key)
            usual = _USUAL.get(key.casefold(), key)
            if usual != key and usual not in entity.data and key not in self.own:
                message = f"the property '{key}' is not '{usual}': capitals count"
                self.flag(codes.MISSPELT, join(entity.at, key), message, value=key)
            alike = None if key in self.own else meant_term(name, profiled=self.profiled)
            if alike is not None and alike not in entity.data:
                message = f"the property '{key}' is nearly named '{alike}'"
                at = join(entity.at, key)
                self.flag(codes.MISSPELT, at, message, value=key, severity="warning")
            for one, at in _each(value, join(entity.at, key)):
                self.value(entity, key, name, one, at)

    def parts(self) -> None:
        """Whether an entity is, at some remove, a part of itself."""
        done: set[str] = set()
        for first in self.by_id.values():
            above: dict[str, None] = {}
            open_ = [] if first.id in done else [(first, self.targets(first, "haspart"))]
            while open_:
                here, parts = open_[-1]
                above[here.id] = None
                done.add(here.id)
                found = next(((one, at) for one, at in parts if one.id in self.by_id), None)
                if found is None:
                    above.pop(open_.pop()[0].id)
                elif found[0].id in above:
                    way = [*above][[*above].index(found[0].id) :]
                    message = f"the entity '{found[0].id}' is a part of itself"
                    if len(way) > 1:
                        message += f", by way of '{way[-1]}'"
                    self.flag(codes.PART_OF_ITSELF, found[1], message, value=found[0].id)
                elif found[0].id not in done:
                    open_.append((found[0], self.targets(found[0], "haspart")))

    def types(self, entity: Entity) -> None:
        """Whether an entity's classes are written with the capitals that they have."""
        for one in entity.types:
            local = _LOCAL.split(one)[-1]
            if one.removesuffix(local) not in _PREFIXES or one in self.own:
                continue
            at = join(entity.at, "@type")
            usual = _CLASSES.get(local.casefold(), local)
            if usual != local:
                message = f"the type '{one}' is not '{usual}': capitals count"
                self.flag(codes.MISSPELT, at, message, value=one)
            elif (alike := meant_class(local)) != fold(local):
                message = f"the type '{one}' is nearly named '{_CLASSES[alike]}'"
                self.flag(codes.MISSPELT, at, message, value=one, severity="warning")

    def classes(self, entity: Entity) -> None:
        """Whether an entity has exactly one class of the profile, if any is meant."""
        given = [match[1] for one in entity.types if (match := _CLASS_PREFIX.fullmatch(one))]
        own = [one for one in given if fold(one) not in _MODELS]
        lookalike = not own and entity.is_a(*terms().classes) and not entity.is_a("dataset")
        said = ", ".join(entity.types)
        if len(own) == 1 and meant_class(own[0]) not in terms().classes | _FORMER:
            message = f"the entity '{entity.id}' has the type '{own[0]}', which the profile has not"
            at = join(entity.at, "@type")
            self.flag(codes.TYPE, at, message, value=own[0], severity="warning")
        if not own and entity.is_a("labprotocol"):
            message = f"the entity '{entity.id}' has the type '{said}', which the profile has not"
            self.flag(codes.TYPE, join(entity.at, "@type"), message, value=said, severity="warning")
        if len(own) < 2 and not lookalike:
            return
        message = f"the entity '{entity.id}' has the types {said}: not exactly one of the profile"
        self.flag(codes.TYPE, join(entity.at, "@type"), message, value=said)

    def value(self, entity: Entity, key: str, name: str, value: Any, at: str) -> None:
        """One value of a property."""
        if isinstance(value, dict):
            self.reference(value, at)
        elif isinstance(value, bool | Number):
            if name in _TEXTS or name in references() or name in _LICENCES:
                wanted = "text" if name in _TEXTS else "reference"
                message = f"'{key}' is {str(value).lower()}, not a {wanted}"
                self.flag(codes.WRONG_VALUE, at, message, value=str(value))
        elif isinstance(value, str) and value and name in references():
            if _ABSOLUTE.match(value) and value not in self.by_id:
                return
            known = " of an entity that is there" if value in self.by_id else ""
            message = f"'{key}' is the bare text '{value}'{known}, not a reference"
            light = "warning" if name in _PEOPLE and not (known or self.profiled) else None
            self.flag(codes.WRONG_VALUE, at, message, value=value, severity=light)

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
            local = not _ABSOLUTE.match(identifier) or identifier.startswith("_:")
            if local and self.identified(identifier) is None:
                message = f"no entity of the crate has the '@id' '{identifier}'"
                self.flag(codes.DANGLING, here, message, value=identifier)

    def iri(self, identifier: str, at: str) -> None:
        """Whether an identifier has the characters of an IRI (RFC 3987)."""
        if match := _NOT_IRI.search(identifier):
            message = f"the '@id' {identifier!r} holds {match[0]!r}, which no IRI has"
            self.flag(codes.BAD_IRI, at, message, value=identifier)


_LONG_TERM = 8
"""Letters from which a slip of a term is told from another word."""


@cache
def known_terms() -> frozenset[str]:
    """The folded terms that crates may use, none of which is a slip of another."""
    kinds = {name for kind in terms().kinds.values() for name in kind}
    return frozenset((*_USUAL, *kinds, *map(fold, terms().terms), *references()))


@cache
def references() -> frozenset[str]:
    """The folded properties whose value is an entity."""
    return frozenset(map(fold, terms().references))


@cache
def _profile() -> Mapping[str, str]:
    """The terms of RO-Crate and of the archive's profile by their small letters."""
    return {**{fold(one): one for one in (*terms().terms, *terms().references)}, **_USUAL}


@lru_cache(1024)
def meant_term(name: str, *, profiled: bool) -> str | None:
    """The one long term that a folded property is a slip of."""
    if len(name) < _LONG_TERM or name in known_terms():
        return None
    known = _profile() if profiled else _USUAL
    alike = [term for term in known if len(term) >= _LONG_TERM and near(name, term)]
    return known[alike[0]] if len(alike) == 1 else None


@lru_cache(1024)
def meant_class(local: str) -> str:
    """A class as it is folded, or the one long class that it is a slip of."""
    name = fold(local)
    if len(name) < _LONG_TERM or name in _CLASSES or name in terms().types:
        return name
    alike = [one for one in _CLASSES if len(one) >= _LONG_TERM and near(name, one)]
    return alike[0] if len(alike) == 1 else name


LISTED = ("haspart", "associationfilemetadata")
"""Where a dataset names its parts, and, in an older profile, its file list."""


def is_file_list(entity: Entity) -> bool:
    """Whether an entity is a list of files, by its class or by its name."""
    if entity.is_a("filelist", "table"):
        return True
    name = entity.id.casefold()
    return entity.is_a("file") and name.endswith(_TABLES) and "file" in fold(name)


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


def _each(value: Any, at: str) -> Iterator[tuple[Any, str]]:
    """The entries of a list, or the one value that stands for a list."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _each(one, join(at, index))
    else:
        yield value, at


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _said(entity: Entity) -> str:
    return f"an entity of type {', '.join(entity.types)}" if entity.types else "an entity"
