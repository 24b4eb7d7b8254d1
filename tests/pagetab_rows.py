"""A PageTab JSON document in rows of cells, as BioStudies writes them, for tests."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook

Rows = list[list[str]]


def rows(document: dict[str, Any]) -> Rows:
    """The blocks of a document with blank rows between them."""
    made = [["Submission", document.get("accno") or ""]]
    made += _attributes(document.get("attributes", ()))
    numbers = itertools.count(1)
    made += _section(document["section"], "", numbers)
    return made


def _section(section: dict[str, Any], parent: str, numbers: Iterator[int]) -> Rows:
    below = list(_flat(section.get("subsections", ())))
    accession = section.get("accno") or (f"made-{next(numbers)}" if below else "")
    head = [section["type"], accession, parent]
    while len(head) > 1 and not head[-1]:
        head.pop()
    made = [[], head, *_attributes(section.get("attributes", ()))]
    for link in _flat(section.get("links", ())):
        made += [[], ["Link", link.get("url") or ""], *_attributes(link.get("attributes", ()))]
    for file in _flat(section.get("files", ())):
        made += [[], ["File", file["path"]], *_attributes(file.get("attributes", ()))]
    top = not parent and section["type"].casefold() == "study"
    for one in below:
        made += _section(one, "" if top else accession, numbers)
    return made


def _flat(entries: Any) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield from entry if isinstance(entry, list) else [entry]


def _attributes(attributes: Any) -> Rows:
    made: Rows = []
    for one in attributes:
        name = f"<{one['name']}>" if one.get("reference") else one["name"]
        made.append([name, one.get("value") or ""])
        made += [[f"({q['name']})", q.get("value") or ""] for q in one.get("nmqual", ())]
        made += [[f"[{q['name']}]", q.get("value") or ""] for q in one.get("valqual", ())]
    return made


def tsv(made: Rows) -> str:
    """Tab-separated text; cells with tabs, line breaks or quotes at their ends are quoted."""
    return "".join("\t".join(map(_quoted, row)) + "\n" for row in made)


def _quoted(cell: str) -> str:
    if cell.startswith('"') or any(mark in cell for mark in "\t\n\r"):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def xlsx(made: Rows) -> bytes:
    """A workbook with the rows on its first sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(made, 1):
        for column, cell in enumerate(row, 1):
            if cell:
                place = sheet.cell(number, column, cell)
                # A text that starts with '=' is no formula here.
                place.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
