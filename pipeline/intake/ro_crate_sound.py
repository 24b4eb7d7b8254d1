"""What is wrong with a crate's entities: their classes, properties, values and parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.json_text import Number
from pipeline.intake.ro_crate_graph import ABSOLUTE, METADATA, Entity, Graph, each
from pipeline.intake.ro_crate_terms import (
    CLASSES,
    LOCAL,
    PREFIXES,
    PROFILED,
    USUAL,
    meant_class,
    meant_term,
    plain,
    references,
    terms,
)
from pipeline.intake.spellings import fold
from pipeline.select import join

_TEXTS = frozenset(("name", "title", "displayname", "description", "protocoldescription"))
_LICENCES = frozenset(("license", "licence"))
_PEOPLE = frozenset(("author", "contributor", "affiliation"))
"""Properties whose text schema.org's readers take for a name; the archive's profile does not."""
_MODELS = frozenset(("rembidataset", "mifadataset"))
"""What a dataset of the profile may be besides, to say which model of metadata it follows."""
_FORMER = frozenset(
    ("association", "associationproperty", "signalchannelinformation", "affiliaton")
)
"""Classes of older versions of the profile (BioImage-Archive/BIA-ro-crate, read 2026-11-23)."""
_OWN = "http://bia/"
"""The archive's own vocabulary, in which some versions of the profile have a term of any name."""


def look(graph: Graph, document: Mapping[str, Any]) -> None:
    """Note what is wrong with the entities of a graph that was read from a document."""
    if graph.profiled:
        _context(graph, document.get("@context"))
    for entity in graph.entities:
        if not METADATA.fullmatch(entity.id):
            _entity(graph, entity)
    _parts(graph)


def _context(graph: Graph, context: Any) -> None:
    """Whether the crate's own context leaves the profile's terms their meaning."""
    for part, at in each(context, "/@context"):
        if not isinstance(part, dict):
            continue
        prefixes = {**terms().prefixes, **{k: v for k, v in part.items() if isinstance(v, str)}}
        for term, meaning in terms().terms.items():
            given = part.get(term)
            given = given.get("@id") if isinstance(given, dict) else given
            if not isinstance(given, str):
                continue
            prefix, colon, rest = given.partition(":")
            whole = prefixes[prefix] + rest if colon and prefix in prefixes else given
            if whole.replace("https://", "http://") not in (meaning, _OWN + term):
                message = f"the context makes '{term}' mean '{given}', not '{meaning}'"
                graph.flag(codes.REMAPPED, join(at, term), message, value=given)


def _entity(graph: Graph, entity: Entity) -> None:
    """One entity's identifier, class and values."""
    graph.iri(entity.id, join(entity.at, "@id"))
    _types(graph, entity)
    if graph.profiled:
        _classes(graph, entity)
    for key, value in entity.data.items():
        if key.startswith("@"):
            continue
        name = plain(key)
        usual = USUAL.get(key.casefold(), key)
        if usual != key and usual not in entity.data and key not in graph.own:
            message = f"the property '{key}' is not '{usual}': capitals count"
            graph.flag(codes.MISSPELT, join(entity.at, key), message, value=key)
        alike = None if key in graph.own else meant_term(name, profiled=graph.profiled)
        if alike is not None and alike not in entity.data:
            message = f"the property '{key}' is nearly named '{alike}'"
            at = join(entity.at, key)
            graph.flag(codes.MISSPELT, at, message, value=key, severity="warning")
        for one, at in each(value, join(entity.at, key)):
            _value(graph, entity, key, name, one, at)


def _parts(graph: Graph) -> None:
    """Whether an entity is, at some remove, a part of itgraph."""
    done: set[str] = set()
    for first in graph.by_id.values():
        above: dict[str, None] = {}
        open_ = [] if first.id in done else [(first, graph.targets(first, "haspart"))]
        while open_:
            here, parts = open_[-1]
            above[here.id] = None
            done.add(here.id)
            found = next(((one, at) for one, at in parts if one.id in graph.by_id), None)
            if found is None:
                above.pop(open_.pop()[0].id)
            elif found[0].id in above:
                way = [*above][[*above].index(found[0].id) :]
                message = f"the entity '{found[0].id}' is a part of itself"
                if len(way) > 1:
                    message += f", by way of '{way[-1]}'"
                graph.flag(codes.PART_OF_ITSELF, found[1], message, value=found[0].id)
            elif found[0].id not in done:
                open_.append((found[0], graph.targets(found[0], "haspart")))


def _types(graph: Graph, entity: Entity) -> None:
    """Whether an entity's classes are written with the capitals that they have."""
    for one in entity.types:
        local = LOCAL.split(one)[-1]
        if one.removesuffix(local) not in PREFIXES or one in graph.own:
            continue
        at = join(entity.at, "@type")
        usual = CLASSES.get(local.casefold(), local)
        if usual != local:
            message = f"the type '{one}' is not '{usual}': capitals count"
            graph.flag(codes.MISSPELT, at, message, value=one)
        elif (alike := meant_class(local)) != fold(local):
            message = f"the type '{one}' is nearly named '{CLASSES[alike]}'"
            graph.flag(codes.MISSPELT, at, message, value=one, severity="warning")


def _classes(graph: Graph, entity: Entity) -> None:
    """Whether an entity has exactly one class of the profile, if any is meant."""
    given = [match[1] for one in entity.types if (match := PROFILED.fullmatch(one))]
    own = [one for one in given if fold(one) not in _MODELS]
    lookalike = not own and entity.is_a(*terms().classes) and not entity.is_a("dataset")
    said = ", ".join(entity.types)
    if len(own) == 1 and meant_class(own[0]) not in terms().classes | _FORMER:
        message = f"the entity '{entity.id}' has the type '{own[0]}', which the profile has not"
        at = join(entity.at, "@type")
        graph.flag(codes.TYPE, at, message, value=own[0], severity="warning")
    if not own and entity.is_a("labprotocol"):
        message = f"the entity '{entity.id}' has the type '{said}', which the profile has not"
        graph.flag(codes.TYPE, join(entity.at, "@type"), message, value=said, severity="warning")
    if len(own) < 2 and not lookalike:
        return
    message = f"the entity '{entity.id}' has the types {said}: not exactly one of the profile"
    graph.flag(codes.TYPE, join(entity.at, "@type"), message, value=said)


def _value(graph: Graph, entity: Entity, key: str, name: str, value: Any, at: str) -> None:
    """One value of a property."""
    if isinstance(value, dict):
        graph.reference(value, at)
    elif isinstance(value, bool | Number):
        if name in _TEXTS or name in references() or name in _LICENCES:
            wanted = "text" if name in _TEXTS else "reference"
            message = f"'{key}' is {str(value).lower()}, not a {wanted}"
            graph.flag(codes.WRONG_VALUE, at, message, value=str(value))
    elif isinstance(value, str) and value and name in references():
        if ABSOLUTE.match(value) and value not in graph.by_id:
            return
        known = " of an entity that is there" if value in graph.by_id else ""
        message = f"'{key}' is the bare text '{value}'{known}, not a reference"
        light = "warning" if name in _PEOPLE and not (known or graph.profiled) else None
        graph.flag(codes.WRONG_VALUE, at, message, value=value, severity=light)
