"""CORDIS: projects of Horizon Europe by grant number."""

from __future__ import annotations

import csv
import html
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipeline.findings import Frozen
from pipeline.registries import vocabulary
from pipeline.registries.archive import Member, Unreadable, member, optional
from pipeline.registries.store import Dump, Entry

NAME = "cordis"
OFFICIAL = "cordis-HORIZONprojects-csv.zip of data.europa.eu (project.csv, legalBasis.csv)"
VOCABULARIES = ("projects",)

FIRST = 101039048
"""The smallest number of a Horizon Europe grant (CORDIS, 2025-12-06); lower ones are older."""


MISSIONS = "HORIZON-MISS"
"""Missions have no programme part of their own: only the topic tells."""


class Project(Frozen):
    """A Horizon Europe project as CORDIS states it.

    `pid` is a DOI and may be missing; `updated` is the day of the record.
    """

    number: str
    acronym: str
    title: str
    programme: str
    topic: str
    scheme: str
    pid: str = ""
    updated: str = ""

    @property
    def stream(self) -> str:
        """The funding stream in words, with the code of the programme part."""
        code = (
            MISSIONS if self.programme == "HORIZON" and MISSIONS in self.topic else self.programme
        )
        title = stream_title(code)
        return f"Horizon Europe: {title} ({code})" if title else code


@cache
def _titles() -> dict[str, str]:
    return {row["code"]: row["title"] for row in vocabulary.rows("funding_streams")}


def stream_title(code: str) -> str:
    """The title of a programme part, or of the nearest one above it that has a title."""
    while code and code not in _titles():
        code = code.rpartition(".")[0]
    return _titles().get(code, "")


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    return {
        row["code"]: (
            row["code"],
            row["title"],
            row["stream"],
            *vocabulary.several(row["spellings"]),
        )
        for row in vocabulary.rows("funding_streams")
    }


def wordings(project: Project) -> tuple[str, ...]:
    """What a depositor may call the stream: parts above and below, call, action."""
    part = project.programme
    codes = [
        code
        for code in _spellings()
        if part == code
        or part.startswith(code + ".")
        or (part != "HORIZON" and code.startswith(part + "."))
    ]
    codes += [
        code for code in (project.scheme, MISSIONS) if code in f"{project.scheme} {project.topic}"
    ]
    call = "-".join(project.topic.split("-")[:2])
    words = [word for code in codes for word in _spellings().get(code, (code,))]
    return tuple(
        dict.fromkeys(word for word in (*words, project.topic, call, project.scheme) if word)
    )


_COLUMNS = ("number", "acronym", "title", "programme", "topic", "scheme", "pid", "updated")


def built_in() -> Dump:
    """Projects of bioimaging infrastructures and a few others: not in it means unknown."""
    entries = [_entry({key: row[key] for key in _COLUMNS}) for row in vocabulary.rows("projects")]
    return Dump(entries, "2025-12-06 (selection)", vocabulary.date("projects"))


def _entry(fields: dict[str, str]) -> Entry:
    names = ((fields["acronym"], "acronym"),) if fields["acronym"] else ()
    return Entry(fields["number"], fields, names, fields["updated"])


def read(path: Path) -> Dump:
    """The official CSV (separator `;`), one row a project."""
    source = member(path, "project.csv")
    entries = _projects(source, _principal(path))
    return Dump(entries, None, source.date, source.position, source.size)


def _projects(source: Member, principal: dict[str, str]) -> Iterator[Entry]:
    with source.text() as lines:
        rows = csv.DictReader(lines, delimiter=";")
        if not {"id", "acronym", "legalBasis", "grantDoi"} <= set(rows.fieldnames or ()):
            raise Unreadable("project.csv has not the columns of CORDIS")
        for row in rows:
            yield _entry(
                {
                    "number": row["id"].strip(),
                    "acronym": html.unescape(row["acronym"]).strip(),
                    "title": " ".join(html.unescape(row["title"]).split()),
                    "programme": principal.get(row["id"])
                    or principal_part(row["legalBasis"].split(",")),
                    "topic": row["topics"],
                    "scheme": row["fundingScheme"].strip("/"),
                    "pid": row["grantDoi"].strip(),
                    "updated": row["contentUpdateDate"][:10],
                }
            )


def _principal(path: Path) -> dict[str, str]:
    """The programme part that CORDIS flags as the principal one, where the dump says so."""
    source = optional(path, "legalBasis.csv")
    if source is None:
        return {}
    with source.text() as lines:
        return {
            row["projectID"]: row["legalBasis"]
            for row in csv.DictReader(lines, delimiter=";")
            if row.get("uniqueProgrammePart", "").casefold() in ("true", "1")
        }


def principal_part(basis: list[str]) -> str:
    """The programme part under which a project's legal bases stand; HORIZON when there are several.

    >>> principal_part(["HORIZON.2.5.9", "HORIZON.2.5"])
    'HORIZON.2.5'
    >>> principal_part(["HORIZON.2.1", "HORIZON.2.2"])
    'HORIZON'
    """
    parts = Counter(".".join(code.strip().split(".")[:3]) for code in basis if code.strip())
    return next(iter(parts)) if len(parts) == 1 else "HORIZON"
