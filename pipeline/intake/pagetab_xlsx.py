"""PageTab in a workbook: the rows of its first PageTab sheet read as PageTab TSV is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.findings import Finding, Location, declare
from pipeline.intake.pagetab import SPREADSHEET
from pipeline.intake.pagetab_layout import Row
from pipeline.intake.pagetab_lines import Lines
from pipeline.intake.pagetab_tsv import looks_like_pagetab, read_blocks
from pipeline.intake.reading import Reading
from pipeline.intake.text import EMPTY
from pipeline.submission import SourceMap

if TYPE_CHECKING:
    from pipeline.intake.workbook import Row as SheetRow
    from pipeline.intake.workbook import Sheet, Workbook

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
    """The workbook has more sheets with content; the first one with PageTab alone is read.

    To fix: put the whole document on the first sheet, and other tables in files of their own.
    """,
)
FAILED_FORMULA = declare(
    "SUB144",
    "formula-failed",
    "error",
    """A cell shows an error such as #REF! or #N/A, or holds a formula that was never computed.

    To fix: put the value itself in the cell.
    """,
)
SHIFTED = declare(
    "SUB145",
    "first-column-empty",
    "warning",
    """The first columns of the sheet are empty; names of attributes are expected in column A.

    BioStudies reads such a sheet as an empty one.

    To fix: delete the empty columns.
    """,
)
_SUFFIXES = frozenset((".xlsx", ".xlsm"))
_SHEETS = 8
"""Sheets that are looked at, which is more than cover pages and notes before a document."""

_ENOUGH = 200
"""Rows that are looked at to tell what a workbook holds."""


def knows(path: Path, head: bytes) -> bool:
    """A workbook with a sheet written in PageTab's names, or one that cannot be opened."""
    return has_sheet(path, head, looks_like_pagetab, broken=True)


def has_sheet(
    path: Path, head: bytes, wanted: Callable[[list[str]], bool], *, broken: bool = False
) -> bool:
    """Whether a workbook has a sheet whose names are wanted; `broken` if it cannot be opened."""
    if path.suffix.casefold() not in _SUFFIXES or not head.startswith(b"PK"):
        return False
    from pipeline.intake.workbook import Broken, TooLarge, Workbook

    try:
        book = Workbook(path)
        try:
            return any(_is_wanted(book, sheet, wanted) for sheet in book.sheets[:_SHEETS])
        finally:
            book.close()
    except (Broken, TooLarge):
        return broken


def _is_wanted(book: Workbook, sheet: Sheet, wanted: Callable[[list[str]], bool]) -> bool:
    """Whether a sheet's first column with content holds the names that are wanted."""
    columns: dict[int, list[str]] = {}
    for row in book.rows(sheet):
        if row.number > _ENOUGH:
            break
        for cell in row.cells:
            if cell.text.strip():
                columns.setdefault(cell.column, []).append(cell.text)
    names = columns[min(columns)] if columns else []
    return bool(names) and wanted(names)


def read(data: bytes, file: str) -> Reading:
    """The metadata of a PageTab workbook; a place is a sheet and a cell's address."""
    taken = read_rows(data, file, looks_like_pagetab)
    if taken.locate is None:
        places = SourceMap(file=file, addressed=False)
        return Reading(kind=KIND, metadata=None, source_map=places, findings=taken.findings)
    lines = Lines(taken.locate, ragged=False)
    done = read_blocks(lines, taken.rows, taken.findings, KIND, file)
    return done.model_copy(update={"findings": _once(done.findings)})


class Taken(NamedTuple):
    """The rows of a workbook's sheet; `locate` is None where there are none."""

    rows: list[Row]
    locate: Callable[[int, int], Location] | None
    findings: tuple[Finding, ...]


def read_rows(data: bytes, file: str, wanted: Callable[[list[str]], bool]) -> Taken:
    """The rows of the first sheet whose names are wanted, else of the first one."""
    from openpyxl.utils.cell import get_column_letter

    from pipeline.intake.workbook import UNLISTED, Broken, TooLarge, Workbook

    findings: list[Finding] = []
    try:
        book = Workbook(io.BytesIO(data))
        if not book.listed:
            findings.append(BROKEN.at(Location(file=file), UNLISTED))
        try:
            sheets = book.sheets[:_SHEETS]
            first = next((one for one in sheets if _is_wanted(book, one, wanted)), sheets[0])
            given = list(book.rows(first))
            columns = (cell.column for row in given for cell in row.cells if cell.text.strip())
            shift = min(columns, default=1) - 1

            def locate(row: int, column: int) -> Location:
                cell = f"{get_column_letter(column + shift)}{row}"
                return Location.model_construct(file=file, sheet=first.name, cell=cell)

            if shift:
                message = f"the document starts in column {get_column_letter(shift + 1)}"
                findings.append(SHIFTED.at(Location(file=file, sheet=first.name), message))
            rows = list(_rows(given, shift, locate, findings))
            for sheet in book.sheets:
                if sheet != first and any(row.cells for row in book.rows(sheet)):
                    message = f"the sheet '{sheet.name}' was not read; only '{first.name}' was"
                    where = Location(file=file, sheet=sheet.name)
                    findings.append(OTHER_SHEET.at(where, message, value=sheet.name))
        finally:
            book.close()
    except (Broken, TooLarge) as fault:
        finding = BROKEN.at(Location(file=file), f"the workbook cannot be read: {fault}")
        return Taken([], None, (finding,))
    if not rows:
        where = Location(file=file, sheet=first.name)
        return Taken([], None, (EMPTY.at(where, f"the sheet '{first.name}' is blank"),))
    return Taken(rows, locate, tuple(findings))


def _once(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings without what is said again of a cell whose formula has no result."""
    cells = {one.location for one in findings if one.code == FAILED_FORMULA.code}
    return tuple(
        one for one in findings if one.code != SPREADSHEET.code or one.location not in cells
    )


def _rows(
    given: Iterable[SheetRow],
    shift: int,
    locate: Callable[[int, int], Location],
    findings: list[Finding],
) -> Iterable[Row]:
    """The rows with their cells in place, and a blank row where the sheet leaves one out."""
    last = 0
    for row in given:
        if row.number > last + 1:
            yield Row(last + 1, ())
        last = row.number
        width = max((cell.column - shift for cell in row.cells), default=0)
        cells = [""] * max(width, 0)
        for cell in row.cells:
            text, column = cell.text, cell.column - shift
            if column < 1:
                continue
            if cell.kind == "date":
                text = text.removesuffix(" 00:00:00")
            if cell.kind == "error" or cell.unsolved:
                where = locate(row.number, column)
                shows = (
                    f"holds the formula {text} without a result"
                    if cell.unsolved
                    else f"shows {text}"
                )
                findings.append(FAILED_FORMULA.at(where, f"the cell {shows}", value=text))
            cells[column - 1] = text
        yield Row(row.number, tuple(cells))
