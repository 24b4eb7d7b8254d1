"""File lists as workbooks: the first sheet, and what else the workbook holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl.utils.cell import get_column_letter

from pipeline.findings import Finding, Location
from pipeline.intake import file_list_codes as codes
from pipeline.intake.file_list_grid import MOST_COLUMNS, Columns, Grid, Reading, columns, is_files
from pipeline.intake.workbook import UNLISTED, Broken, Notes, Sheet, TooLarge, Workbook


def read_workbook(path: Path, file: str) -> tuple[Columns | None, tuple[Finding, ...], str | None]:
    """The columns of a workbook's first sheet, and that sheet's name."""
    try:
        book = Workbook(path)
    except Broken as fault:
        where = Location(file=file)
        return None, (codes.DAMAGED.at(where, f"the workbook cannot be read: {fault}"),), None
    except TooLarge as fault:
        return None, (codes.TOO_LARGE.at(Location(file=file), f"in the workbook {fault}"),), None
    first = book.sheets[0]
    unlisted = () if book.listed else (codes.DAMAGED.at(Location(file=file), UNLISTED),)
    try:
        made, found = _read_sheet(book, first, file)
    except Broken as fault:
        where = Location(file=file, sheet=first.name)
        return None, (codes.DAMAGED.at(where, f"the workbook cannot be read: {fault}"),), first.name
    except TooLarge as fault:
        where = Location(file=file, sheet=first.name)
        return None, (codes.TOO_LARGE.at(where, f"the sheet holds {fault}"),), first.name
    finally:
        book.close()
    return made, (*unlisted, *found), first.name


def _read_sheet(book: Workbook, sheet: Sheet, file: str) -> Reading:
    def locate(line: int, column: int, name: str = sheet.name) -> Location:
        return Location(file=file, sheet=name, cell=f"{get_column_letter(column)}{line}")

    grid, notes, hidden = Grid(locate, blanks_kept=False), Notes(), []
    last = 0
    for row in book.rows(sheet, notes):
        cells: list[str] = []
        for cell in sorted(row.cells, key=lambda cell: cell.column):
            if cell.column > MOST_COLUMNS:
                grid.beyond.append((row.number, cell.column, cell.text))
                continue
            cells.extend([""] * (cell.column - 1 - len(cells)))
            cells[cell.column - 1 :] = [cell.text]
            if cell.kind != "text":
                grid.odd.setdefault(cell.column, []).append((row.number, cell.kind, cell.text))
        if row.cells and not any(cell.text.strip() for cell in row.cells):
            cells = []
        if not cells and not (grid.beyond and grid.beyond[-1][0] == row.number):
            continue
        if row.number > last + 1:
            grid.add_blank(last + 1, row.number - last - 1)
        last = max(last, row.number)
        if row.hidden:
            hidden.append(row.number)
        grid.lines.append(row.number)
        grid.rows.append(cells or [""])
    others = _other_sheets(book, sheet)
    made, found = columns(grid)
    listed = [f"the sheet '{name}' has the header 'Files'" for name, files in others if files]
    if made is None and listed:
        found = tuple(
            finding.model_copy(update={"message": f"{finding.message}; {'; '.join(listed)}"})
            if finding.code in (codes.NO_ROWS.code, codes.NO_HEADER.code)
            else finding
            for finding in found
        )
    if made is None and not grid.rows:
        found = tuple(
            codes.NO_HEADER.at(finding.location, finding.message)
            if finding.code == codes.NO_ROWS.code
            else finding
            for finding in found
        )
    return made, (*found, *_told(sheet, notes, hidden, others, made, locate))


def _told(
    sheet: Sheet,
    notes: Notes,
    hidden: list[int],
    others: list[tuple[str, bool]],
    made: Columns | None,
    locate: Callable[..., Location],
) -> list[Finding]:
    found: list[Finding] = []
    here = locate(1, 1)
    if sheet.hidden:
        message = f"the first sheet, '{sheet.name}', is hidden"
        found.append(codes.HIDDEN.at(here, message, value=sheet.name))
    if hidden:
        where = Location(file=here.file, sheet=sheet.name, line=hidden[0])
        rows = f"row {hidden[0]} is" if len(hidden) == 1 else f"{len(hidden):,} rows are"
        samples = tuple({"line": line} for line in hidden[:5])
        found.append(codes.HIDDEN.at(where, f"{rows} hidden", count=len(hidden), samples=samples))
    for column in notes.hidden_columns[:1]:
        message = f"column {get_column_letter(column)} is hidden"
        found.append(codes.HIDDEN.at(locate(1, column), message))
    if notes.merged:
        path = made.path_column if made else 1
        first = next((r for r in notes.merged if _holds(r, path)), notes.merged[0])
        rest = len(notes.merged) - 1
        message = f"the cells {first} are merged{f', and {rest:,} more ranges' if rest else ''}"
        found.append(
            codes.MERGED.at(
                here.model_copy(update={"cell": first.partition(":")[0]}),
                message,
                value=first,
                severity="error" if _holds(first, path) else "warning",
                count=rest + 1,
                samples=tuple(notes.merged[:5]),
            )
        )
    if others:
        name = next((name for name, files in others if files), others[0][0])
        said = ", ".join(f"'{name}'" for name, _ in others[:5])
        what = "sheet has" if len(others) == 1 else "sheets have"
        message = f"{len(others)} more {what} content: {said}; only '{sheet.name}' was read"
        found.append(codes.SHEETS.at(locate(1, 1, name), message, value=name, count=len(others)))
    return found


def _holds(cells: str, column: int) -> bool:
    """Whether a range such as A3:B5 covers a column."""
    letters = [part.rstrip("0123456789") for part in cells.split(":")]
    wanted = get_column_letter(column)
    low, high = letters[0], letters[-1]
    return (len(low), low) <= (len(wanted), wanted) <= (len(high), high)


def _other_sheets(book: Workbook, first: Sheet) -> list[tuple[str, bool]]:
    """Names of the other sheets with content, and whether they are headed 'Files'."""
    others: list[tuple[str, bool]] = []
    for sheet in book.sheets:
        if sheet == first:
            continue
        for row in book.rows(sheet):
            text = [cell for cell in row.cells if cell.text.strip()]
            if text:
                others.append((sheet.name, any(is_files(cell.text) for cell in text)))
                break
    return others
