"""One value that holds several: organisms, imaging methods, keywords, authors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipeline.check import Flag, Place, below, check, suggest
from pipeline.checks.acquisitions import METHOD, elsewhere, label
from pipeline.checks.organism_names import ORGANISM, Reading, among, of_species, reading
from pipeline.checks.wording import plain, quoted
from pipeline.findings import Operation
from pipeline.registries import Registries

_BETWEEN = re.compile(
    r"\s*[;,/+&\n|](?![^()]*\))\s*(?:and\s+)?|\s+(?:and|with|plus)\s+(?![^()]*\))", re.IGNORECASE
)
"""What parts several names in one value; not what stands within brackets."""

_BETWEEN_SURELY = re.compile(r"\s*[;|\n](?![^()]*\))\s*(?:and\s+)?", re.IGNORECASE)
"""What stands between names only."""

_MARKS = re.compile(r"[\n\r\t|•·‣▪；、؛\\]|\s/\s")
"""Line breaks, bullets, bars and the full-width marks that part keywords."""

_WRITTEN = re.compile(r"(?<![\s\\])\\[nrt](?=\w)")
"""A line end or tab written as letters, which is told as that."""
_DASHES = re.compile(r"\s[-–—]\s")
_TAGS = re.compile(r"\s*#(?=[^\W\d_])")
_FIRST = re.compile(r"\(?1[.)]\s")
_NUMBERS = re.compile(r"(?:^|[\s,;]+)\(?\d{1,2}[.)]\s+")
_STOPS = re.compile(r"(?<=[a-z]{3})\.\s+")
"""Dashes, number signs and full stops, which part keywords where there are several of them."""


def _parts(text: str, marks: re.Pattern[str] = _BETWEEN) -> list[str]:
    return [part for part in (one.strip() for one in marks.split(text)) if part]


@check(
    "BIO106", "several-organisms-in-one-value", at=ORGANISM, severity="warning", requires=["BIO102"]
)
def organisms(organism: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """One value names several organisms, so that a search finds none of them.

    A hybrid, and a species with its strain, are one organism.

    To fix: give each organism as a value of its own, or as a biosample of its own.
    """
    text = str(organism.get("scientific_name", ""))
    if len(text) > 400 or not _BETWEEN.search(text) or reading(organism, registries).found:
        return
    parts = _parts(text)
    read = [_organism(part, registries) for part in parts]
    known = [None if one is None or not one.found else one.found[0][0].taxon_id for one in read]
    species = {one for one in known if one is not None}
    if None in known:
        # One known name is proof enough where the others read as names of species.
        names = registries.scientific_names()
        unknown = [part for part, one in zip(parts, known, strict=True) if one is None]
        begun = {" ".join(part.split()[:2]) for part in unknown}
        if not (species or begun & names) or not all(of_species(one, names) for one in begun):
            return
        again = {one[0][0].taxon_id for name in begun if (one := registries.organisms(name))}
        species |= again | {name for name in begun if not registries.organisms(name)}
    if len(species) < 2:
        return
    more = {slot: kept for slot, kept in organism.items() if slot != "scientific_name"}
    split = Operation(
        do="split",
        place=place,
        before=organism,
        after=[{"scientific_name": part} for part in parts],
    )
    yield Flag(
        message=f"the value {quoted(text)} names {len(parts)} organisms",
        at=below(place, "scientific_name"),
        suggestion=None if more else suggest(split, why="Each part is the name of an organism."),
    )


def _organism(text: str, registries: Registries) -> Reading | None:
    """What one part of several names: an organism, or one among words for material and strain."""
    read = reading({"scientific_name": text}, registries)
    return read if read.found else among(text, registries)


@check("ACQ105", "several-imaging-methods-in-one-value", at=METHOD, severity="warning")
def methods(method: dict[str, Any], place: Place, registries: Registries) -> Iterator[Flag]:
    """One value names several imaging methods, so that a search finds none of them.

    To fix: give each imaging method as a value of its own.
    """
    text = str(method.get("name", ""))
    if len(text) > 400 or elsewhere(method):
        return
    if not (_BETWEEN.search(text) or _BETWEEN_SURELY.search(text)):
        return
    exact = {registries.imaging_method(part) for part in _parts(text)}
    if (None in exact or len(exact) < 2) and _term(label(method), registries) is not None:
        return
    # A semicolon, a bar or a line's end parts names, so that one known name is proof enough.
    sure = _BETWEEN_SURELY.search(text) is not None
    parts = _parts(text, _BETWEEN_SURELY if sure else _BETWEEN)
    terms = [_term(part, registries) or _term(_bare(part), registries) for part in parts]
    told = {term for term in terms if term is not None}
    if (None in terms and not (sure and told)) or len({*terms}) < 2:
        return
    if any(len(part.split()) > 6 or "FBbi" in part for part in parts):
        return
    split = Operation(
        do="split", place=place, before=method, after=[{"name": part} for part in parts]
    )
    yield Flag(
        message=f"the value {quoted(text)} names {len(parts)} imaging methods",
        at=below(place, "name"),
        suggestion=suggest(split, why="Each part is the name of an imaging method.")
        if len(method) == 1
        else None,
    )


def _bare(text: str) -> str:
    """A name without what stands in brackets behind it."""
    return re.sub(r"\s*\([^()]*\)\s*$", "", text)


def _term(text: str, registries: Registries) -> str | None:
    """The id of the FBbi term that a wording surely names."""
    if (known := registries.imaging_method(text)) is not None:
        return known.term_id
    near = registries.nearest_imaging_methods(text, 1)
    return near[0].term_id if near and near[0].similar == 100 else None


@check(
    "STU106",
    "keywords-packed-otherwise",
    at="/study/keywords/*",
    severity="warning",
    requires=["STU104", "STU105"],
)
def keywords(keyword: str, place: Place) -> Iterator[Flag]:
    """One keyword value holds several keywords in lines, or with bars, bullets or slashes between.

    A search for one of them then finds nothing.

    To fix: give each keyword as a value of its own.
    """
    if plain(keyword) or _WRITTEN.search(keyword):
        return
    parts = _parts(keyword, _MARKS) if _MARKS.search(keyword) else []
    numbered = _FIRST.match(keyword) is not None
    for marks, least in ((_DASHES, 3), (_TAGS, 2), (_STOPS, 3), (_NUMBERS, 2 if numbered else 99)):
        told = [] if parts or len(keyword) > 1000 else _parts(keyword.rstrip("."), marks)
        if len(told) >= least and all(len(part.split()) <= 4 for part in told):
            parts = told
    if len(parts) > 1:
        split = Operation(do="split", place=place, before=keyword, after=parts)
        yield Flag(
            message=f"one keyword value seems to hold {len(parts)}: {quoted(keyword)}",
            suggestion=suggest(split, why="Marks part what read like keywords."),
        )


_PEOPLE = re.compile(r";|(?:,|(?<![\s,])(?<! von))\s+(?:and|&|und|et)\s+|\n")
_COMMAS = re.compile(r",\s*(?:(?:and|&)\s+)?|(?<!\s)\s+(?:and|&)\s+")
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){1,4}")
_CITED = re.compile(
    r"(?:[^\W\d_][\w'’-]+(?: [^\W\d_][\w'’-]+)?,? (?:[A-Z]\.?[ -]?){1,3}"
    r"(?:,\s*(?:and|&)?\s*|;\s*|\s*(?:&|and|und|et)\s*|$)){2,}"
)
"""Names as citations write them: `Nair R, Wei L`, `Nair, R., & Wei, L.`"""
_FIRST_OF_TWO = re.compile(
    r"[^\W\d_]{2,} (?:[A-Z]\.[ -]?)+[^\W\d_]{2,}, ?[^\W\d_]{2,} .*[^\W\d_]{2}$"
)
"""A whole name with an initial within, and another one: no family name before a given name."""
_SLASHED = re.compile(r"(?<!\s)\s+(?:/\s+|y\s+(?=[^\W\d_]\w+ [^\W\d_]))")
_NO_PERSON = re.compile(
    r"\b(?:science|technology|research|imaging|cell|biology|medicine|institute|cent(?:er|re)|of|for"
    r"|the|group|team|lab|facility|core|department|university|consortium|network|project)\b",
    re.IGNORECASE,
)


@check(
    "AUT114",
    "author-name-of-several-people",
    at="/study/authors/*/name",
    severity="warning",
    glance=r"[,;&\n/]|and|und|et|\sy\s",
)
def people(name: str) -> Iterator[Flag]:
    """One author's name holds the names of several people, who cannot be credited then.

    To fix: give each author as an entry of their own, with their own ORCID iD and e-mail address.
    """
    if len(name) > 2000 or _NO_PERSON.search(name):
        return
    if _CITED.fullmatch(name.strip()):
        yield Flag(message=f"the name {quoted(name)} seems to hold several people")
        return
    two = 2 if _FIRST_OF_TWO.match(name) else 3
    for marks, least in ((_PEOPLE, 2), (_COMMAS, two), (_SLASHED, 2)):
        parts = _parts(name, marks)
        if len(parts) >= least and all(_NAME.fullmatch(part) for part in parts):
            yield Flag(message=f"the name {quoted(name)} seems to hold {len(parts)} people")
            return
