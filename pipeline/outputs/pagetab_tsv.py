"""The record as PageTab in rows, for spreadsheets and for BioStudies' TSV door.

The form has no place for the size and type of a file that a section names itself (BioStudies takes
them from the file), none for control characters, and only one kind of line end. A name that starts
with `#` is a comment to its readers, one in brackets a qualifier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from pipeline.outputs import pagetab
from pipeline.record import CuratedRecord

NAME = "pagetab-tsv"
FILE = "pagetab.tsv"
EMITTED = False

Row = list[str]


def write(record: CuratedRecord) -> bytes:
    """PageTab TSV in UTF-8; cells that hold tabs, line ends or quotes at their start are quoted."""
    lines = ("\t".join(map(_cell, row)) for row in rows(record))
    return "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")


def rows(record: CuratedRecord) -> Iterator[Row]:
    """The rows of a document; a row without cells parts two blocks."""
    tree = pagetab.tree(record)
    yield ["Submission", tree["accno"]]
    yield from _attributes(tree)
    taken = {section.get("accno") for section in _all(tree["section"])}
    numbers = (f"section-{number}" for number in count(1))
    free = (name for name in numbers if name not in taken)
    yield from _section(tree["section"], None, free)


def _section(section: Mapping[str, Any], parent: str | None, free: Iterator[str]) -> Iterator[Row]:
    """A section block with its links and files, then the sections below it."""
    accession = section.get("accno") or next(free)
    yield []
    yield [section["type"], accession, *([parent] if parent else [])]
    yield from _attributes(section)
    for form, address in (("Link", "url"), ("File", "path")):
        for one in section.get(form.casefold() + "s", ()):
            yield []
            yield [form, one[address]]
            yield from _attributes(one)
    for below in section.get("subsections", ()):
        yield from _section(below, accession, free)


def _attributes(thing: Mapping[str, Any]) -> Iterator[Row]:
    for one in thing.get("attributes", ()):
        yield [f"<{one['name']}>" if one.get("reference") else one["name"], one.get("value", "")]
        for qualifier in one.get("valqual", ()):
            yield [f"[{qualifier['name']}]", qualifier.get("value", "")]


def _all(section: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield section
    for below in section.get("subsections", ()):
        yield from _all(below)


def _cell(text: str) -> str:
    if text.startswith('"') or "\t" in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
