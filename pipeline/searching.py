"""Search over the metadata of studies: words, "phrases", and `field:word`."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any

from pipeline.findings import Frozen
from pipeline.holdings import Study
from pipeline.identifiers import doi, orcid
from pipeline.select import find, steps
from pipeline.submission import Texts

_PART = re.compile(r'(?:(?P<field>[\w.-]+):(?!//))?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_SHOWN = 3
"""Matches that a hit shows."""

_LENGTH = 120


class Part(Frozen):
    """One part of a query: a word or phrase, in one field or in any; `start` for `word*`."""

    text: str
    field: str | None = None
    start: bool = False


class Match(Frozen):
    """Where a part of the query was found: the field, and its text shortened."""

    field: str
    text: str


class Hit(Frozen):
    """A study in which every part of the query was found."""

    accession: str
    title: str
    doi: str | None = None
    release_date: str | None = None
    matches: tuple[Match, ...]


def parts(query: str) -> tuple[Part, ...]:
    """The parts of a query; all must be found. ORCID iDs and DOIs may be given as addresses.

    Raises ValueError where a double quote is not closed.

    >>> [(one.field, one.text) for one in parts('author:Lindgren "actin flow" zebra*')]
    [('author', 'Lindgren'), (None, 'actin flow'), (None, 'zebra')]
    >>> [one.text for one in parts("https://orcid.org/0000-0002-1825-0097")]
    ['0000-0002-1825-0097']
    """
    if query.count('"') % 2:
        raise ValueError(f"a double quote is not closed in {query!r}")
    found: list[Part] = []
    for one in _PART.finditer(query):
        if one["phrase"] is not None:
            found.append(Part(text=one["phrase"], field=one["field"]))
        else:
            word = orcid(one["word"]) or doi(one["word"]) or one["word"]
            found.append(Part(text=word.rstrip("*"), field=one["field"], start=word[-1] == "*"))
    return tuple(part for part in found if re.search(r"\w", part.text))


class Index:
    """A full-text index of studies in memory (SQLite FTS5); accents and case do not matter."""

    def __init__(self, studies: Iterable[Study]) -> None:
        self._studies: dict[str, Study] = {}
        self._rows = sqlite3.connect(":memory:")
        self._rows.execute(
            "CREATE VIRTUAL TABLE texts USING fts5 (text, accession UNINDEXED, path UNINDEXED,"
            " tokenize = 'unicode61 remove_diacritics 2')"
        )
        for study in studies:
            self._studies[study.accession] = study
            self._rows.executemany(
                "INSERT INTO texts (text, accession, path) VALUES (?, ?, ?)",
                ((text, study.accession, path) for path, text in _texts(study)),
            )

    def search(self, query: str) -> list[Hit]:
        """The studies in which every part of the query is found, most matches first."""
        asked = parts(query)
        found: list[dict[str, list[Match]]] = [self._found(part) for part in asked]
        if not found:
            return []
        everywhere = set.intersection(*(set(one) for one in found))
        hits = {name: [one[name] for one in found] for name in self._studies if name in everywhere}
        ranked = sorted(hits, key=lambda name: -sum(map(len, hits[name])))
        return [_hit(self._studies[name], hits[name]) for name in ranked]

    def _found(self, part: Part) -> dict[str, list[Match]]:
        phrase = '"' + part.text.replace('"', " ") + '"' + ("*" if part.start else "")
        rows = self._rows.execute(
            "SELECT accession, path, text FROM texts WHERE texts MATCH ? ORDER BY rowid", (phrase,)
        )
        found: dict[str, list[Match]] = {}
        for accession, path, text in rows:
            if part.field is None or _is_in(part.field, path):
                match = Match(field=_field(path), text=_short(text))
                found.setdefault(accession, []).append(match)
        return found

    def unknown_fields(self, query: str) -> tuple[str, ...]:
        """The fields of a query that no study has; none where there are no studies."""
        if not self._studies:
            return ()
        paths = [path for (path,) in self._rows.execute("SELECT DISTINCT path FROM texts")]
        asked = dict.fromkeys(part.field for part in parts(query) if part.field is not None)
        return tuple(one for one in asked if not any(_is_in(one, path) for path in paths))

    def close(self) -> None:
        """Let go of the index."""
        self._rows.close()


def _texts(study: Study) -> Iterator[tuple[str, str]]:
    for name in ("accession", "doi", "release_date"):
        value: Any = getattr(study, name)
        if value:
            yield f"/{name}", value
    yield from Texts.of(study.metadata)
    yield from _named(study.metadata)


def _named(metadata: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names of further attributes and paths of files, which are searched too."""
    for pattern in ("/study/**/attributes/*/name", "/study/**/files/*/path"):
        for place, text in find(metadata, pattern):
            yield place, str(text)


def _field(path: str) -> str:
    """The slots on the way to a text, without numbers: `authors.orcid`."""
    names = [step for step in steps(path) if not step.isdecimal() and step != "study"]
    return ".".join(names)


def _is_in(field: str, path: str) -> bool:
    """Whether a text stands in a field: a slot on its way, in one or many (`author`, `authors`)."""
    wanted = field.casefold().replace("-", "_").split(".")
    names = [_one(name) for name in _field(path).casefold().split(".")]
    return all(_one(name) in names for name in wanted)


def _one(name: str) -> str:
    if name.endswith("yses"):
        return name.removesuffix("es") + "is"
    return name.removesuffix("s")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1] + "…"


def _hit(study: Study, found: list[list[Match]]) -> Hit:
    """A study with some matches, the first of each part of the query before further ones."""
    matches = [one for row in zip_longest(*found) for one in row if one is not None]
    return Hit(
        accession=study.accession,
        title=str(study.metadata.get("study", {}).get("title", "")),
        doi=study.doi,
        release_date=study.release_date,
        matches=tuple(dict.fromkeys(matches))[:_SHOWN],
    )
