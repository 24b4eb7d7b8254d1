"""PageTab in a workbook: the rows of its first sheet read as PageTab TSV is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.findings import Finding, Location, declare
from pipeline.intake.pagetab_layout import Row
from pipeline.intake.pagetab_lines import Lines
from pipeline.intake.pagetab_tsv import looks_like_pagetab, read_blocks
from pipeline.intake.reading import Reading
from pipeline.intake.text import EMPTY
from pipeline.submission import SourceMap

if TYPE_CHECKING:
    from pipeline.intake.workbook import Row as SheetRow

KIND = "pagetab-xlsx"
ORDER = 60

BROKEN = declare(
    "SUB142",
    "workbook-broken",
    "error",
    """The workbook cannot be opened: a part of it is missing, broken or too large.

    To fix: open it in a spreadsheet program, save it as .xlsx without a password, upload it again.
    """,
)
OTHER_SHEET = declare(
    "SUB143",
    "sheet-not-read",
    "warning",
    """The workbook has more sheets with content; PageTab is read from the first one alone.

    To fix: put the whole document on the first sheet, and other tables in files of their own.
    """,
)
FAILED_FORMULA = declare(
    "SUB144",
    "formula-failed",
    "error",
    """A cell shows an error such as #REF! or #N/A instead of a value.

    To fix: put the value itself in the cell.
    """,
)
_SUFFIXES = frozenset((".xlsx", ".xlsm"))
_ENOUGH = 200
"""Rows that are looked at to tell what a workbook holds."""


def knows(path: Path, head: bytes) -> bool:
    """A workbook whose first sheet is written in PageTab's names, or that cannot be opened."""
    if path.suffix.casefold() not in _SUFFIXES or not head.startswith(b"PK"):
        return False
    from pipeline.intake.workbook import Broken, TooLarge, Workbook

    names: list[str] = []
    try:
        book = Workbook(path)
        try:
            for row in book.rows(book.sheets[0]):
                if row.number > _ENOUGH:
                    break
                names += [cell.text for cell in row.cells if cell.column == 1 and cell.text.strip()]
        finally:
            book.close()
    except (Broken, TooLarge):
        return True
    return bool(names) and looks_like_pagetab(names)


def read(data: bytes, file: str) -> Reading:
    """The metadata of a PageTab workbook; a place is a sheet and a cell's address."""
    from openpyxl.utils.cell import get_column_letter

    from pipeline.intake.workbook import Broken, TooLarge, Workbook

    findings: list[Finding] = []
    try:
        book = Workbook(io.BytesIO(data))
        try:
            first = book.sheets[0]

            def locate(row: int, column: int) -> Location:
                cell = f"{get_column_letter(column)}{row}"
                return Location.model_construct(file=file, sheet=first.name, cell=cell)

            rows = list(_rows(book.rows(first), locate, findings))
            for sheet in book.sheets[1:]:
                if any(row.cells for row in book.rows(sheet)):
                    message = f"the sheet '{sheet.name}' was not read; only '{first.name}' was"
                    where = Location(file=file, sheet=sheet.name)
                    findings.append(OTHER_SHEET.at(where, message, value=sheet.name))
        finally:
            book.close()
    except (Broken, TooLarge) as fault:
        finding = BROKEN.at(Location(file=file), f"the workbook cannot be read: {fault}")
        return _unread(file, (finding,))
    if not rows:
        where = Location(file=file, sheet=first.name)
        return _unread(file, (EMPTY.at(where, f"the sheet '{first.name}' is blank"),))
    return read_blocks(Lines(locate, ragged=False), rows, tuple(findings), KIND, file)


def _unread(file: str, findings: tuple[Finding, ...]) -> Reading:
    places = SourceMap(file=file, addressed=False)
    return Reading(kind=KIND, metadata=None, source_map=places, findings=findings)


def _rows(
    given: Iterable[SheetRow], locate: Callable[[int, int], Location], findings: list[Finding]
) -> Iterable[Row]:
    """The rows with their cells in place, and a blank row where the sheet leaves one out."""
    last = 0
    for row in given:
        if row.number > last + 1:
            yield Row(last + 1, ())
        last = row.number
        width = max((cell.column for cell in row.cells), default=0)
        cells = [""] * width
        for cell in row.cells:
            text = cell.text
            if cell.kind == "date":
                text = text.removesuffix(" 00:00:00")
            if cell.kind == "error":
                message = f"the cell shows {text}"
                where = locate(row.number, cell.column)
                findings.append(FAILED_FORMULA.at(where, message, value=text))
            cells[cell.column - 1] = text
        yield Row(row.number, tuple(cells))
