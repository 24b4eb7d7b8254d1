"""From the rows of a TSV file or a sheet to a file list: headers, blank lines, ragged rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.findings import Finding, Location
from pipeline.intake import file_list_codes as codes

MOST_COLUMNS = 1000
"""Columns that are kept; what stands further right is told, not kept."""
HEADER_WITHIN = 20
"""Rows from the top among which a misplaced header is looked for."""
_NEAR = frozenset(
    ("file", "filename", "filenames", "filepath", "filepaths", "path", "paths", "filelist")
)

_ODD_HEADER = re.compile(r"\A\s*=|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")


@dataclass
class Grid:
    """Rows of text as they stand in a file: line numbers, cells, and what was odd about them."""

    locate: Callable[[int, int], Location]
    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    blank: list[tuple[int, int]] = field(default_factory=list)
    """First line and number of lines of each run of blank lines."""
    beyond: list[tuple[int, int, str]] = field(default_factory=list)
    """Line, column and value of cells right of `MOST_COLUMNS`."""
    odd: dict[int, list[tuple[int, str, str]]] = field(default_factory=dict)
    """For each column: line, kind and value of cells that are not text."""
    blanks_kept: bool = True
    """Whether blank cells at the end of a row are kept; a sheet has none."""
    ends_open: bool = False
    """Whether the last line has no line end."""

    def add_blank(self, line: int, number: int = 1) -> None:
        """Note a run of blank lines."""
        if self.blank and sum(self.blank[-1]) == line:
            self.blank[-1] = (self.blank[-1][0], self.blank[-1][1] + number)
        else:
            self.blank.append((line, number))


@dataclass(frozen=True)
class Columns:
    """The content of a file list, column by column, before it becomes a table."""

    paths: list[Any]
    lines: list[int]
    attributes: dict[str, list[Any]]
    names: tuple[str, ...]
    """The headers as given; the keys of `attributes` differ from them where one is repeated."""
    sizes: list[Any] | None = None
    types: list[Any] | None = None
    header_line: int = 1
    path_column: int = 1


Reading = tuple[Columns | None, tuple[Finding, ...]]
"""The columns, or None where the paths cannot be told, and what was found."""


def clip(value: object, length: int = 120) -> str:
    """A value short enough for a message."""
    text = str(value)
    return text if len(text) <= length else f"{text[:length]}… ({len(text):,} characters)"


def is_files(cell: str) -> bool:
    """Whether a header says 'Files', but for letter case, byte order marks and white space."""
    return cell.replace("\ufeff", "").replace("\u200b", "").strip().casefold() == "files"


def columns(grid: Grid) -> tuple[Columns | None, tuple[Finding, ...]]:
    """The columns of a grid; None when no column of paths can be told."""
    found: list[Finding] = []
    if not grid.rows:
        return None, (codes.NO_ROWS.at(grid.locate(1, 1), "the file list is blank"),)
    head = _header(grid, found)
    if head is None:
        return None, tuple(found)
    at, column = head
    header_line = grid.lines[at]
    header, lines, rows = grid.rows[at], grid.lines[at + 1 :], grid.rows[at + 1 :]
    found.extend(_blank_lines(grid, header_line))
    lines, rows = _without_headers(grid, header, lines, rows, found)
    named = names(header, rows)
    found.extend(headers(grid, header, rows, header_line, column))
    found.extend(ragged(grid, header, lines, rows))
    if not rows:
        where = grid.locate(header_line, column + 1)
        found.append(codes.NO_ROWS.at(where, "the file list has a header and no row below it"))
    width = len(named)
    keys = distinct(name for index, name in enumerate(named) if index != column)
    indices = [index for index in range(width) if index != column]
    made = Columns(
        paths=[row[column] if column < len(row) else "" for row in rows],
        lines=lines,
        attributes={
            key: [row[index] if index < len(row) else "" for row in rows]
            for key, index in zip(keys, indices, strict=True)
        },
        names=tuple(named[index] for index in indices),
        header_line=header_line,
        path_column=column + 1,
    )
    found.extend(_not_text(grid, header_line, column))
    return made, tuple(found)


def distinct(names: Iterator[str]) -> list[str]:
    """Names with a number where one is repeated or belongs to the table itself."""
    taken = {"path", "size", "type", "line"}
    made: list[str] = []
    for name in names:
        key, number = name, 2
        while key in taken:
            key, number = f"{name} ({number})", number + 1
        taken.add(key)
        made.append(key)
    return made


def _header(grid: Grid, found: list[Finding]) -> tuple[int, int] | None:
    """Index of the header's row and of the column of paths in it."""
    first = grid.rows[0]
    for index, row in enumerate(grid.rows[:HEADER_WITHIN]):
        if row and is_files(row[0]):
            line = grid.lines[index]
            if line != 1:
                message = f"the header 'Files' stands in line {line}, not in the first"
                found.append(codes.HEADER_ROW.at(grid.locate(line, 1), message, value=row[0]))
            if row[0] != "Files":
                message = f"the first header is {row[0]!r} instead of 'Files'"
                found.append(codes.HEADER_SPELLING.at(grid.locate(line, 1), message, value=row[0]))
            return index, 0
    line = grid.lines[0]
    for column, cell in enumerate(first):
        if is_files(cell):
            message = f"'Files' is column {column + 1}; the first one is {clip(first[0])!r}"
            found.append(codes.HEADER_COLUMN.at(grid.locate(line, column + 1), message))
            return 0, column
    separated = re.match(r"\W*files(?:\W*([,;|])| {2,}(?=\S))", first[0], re.IGNORECASE)
    if len(first) == 1 and separated:
        mark = f"'{separated[1]}'" if separated[1] else "spaces"
        message = f"the first line is separated by {mark} instead of tabs"
        found.append(codes.SEPARATOR.at(grid.locate(line, 1), message, value=clip(first[0])))
        return None
    message = f"the first header is {clip(first[0])!r} instead of 'Files'"
    where = grid.locate(1, 1)
    found.append(codes.NO_HEADER.at(where, message, value=clip(first[0])))
    if re.sub(r"[\W_]", "", first[0]).casefold() in _NEAR:
        return 0, 0
    return None


def names(header: list[str], rows: list[list[str]]) -> list[str]:
    """A name for each column that has a value or a header; nameless ones are numbered."""
    width = max(len(header), max(map(len, rows), default=0))
    cells = header + [""] * (width - len(header))
    return [cell.strip() or f"Column {index + 1}" for index, cell in enumerate(cells)]


def headers(
    grid: Grid, header: list[str], rows: list[list[str]], line: int, column: int
) -> Iterator[Finding]:
    """Headers that are blank, come again, or are no names."""
    for index, cell in enumerate(header):
        if index != column and not cell.strip():
            values = sum(1 for row in rows if index < len(row) and row[index].strip())
            what = f"{values:,} values below it" if values else "no values below it either"
            message = f"column {index + 1} has no header, and {what}"
            yield codes.BLANK_HEADER.at(grid.locate(line, index + 1), message)
    seen: dict[str, int] = {}
    for index, cell in enumerate(header):
        name = cell.strip()
        where = grid.locate(line, index + 1)
        if name and seen.setdefault(name, index) != index:
            message = f"the columns {seen[name] + 1} and {index + 1} are both called {clip(name)!r}"
            yield codes.COLUMN_AGAIN.at(where, message, value=clip(name))
        if index != column and _ODD_HEADER.search(cell):
            message = f"the header of column {index + 1} is {clip(name)!r}, which is no name"
            yield codes.HEADER_ODD.at(where, message, value=clip(name))
    paths = [cell for cell in header[1:] if re.search(r"/[^/]*\.\w+\s*$", cell)]
    if len(paths) > 1 and 2 * len(paths) > len(header):
        message = f"the headers are paths ({clip(paths[0])!r}): rows and columns are exchanged"
        yield codes.SHAPE.at(grid.locate(line, 2), message)


def _without_headers(
    grid: Grid,
    header: list[str],
    lines: list[int],
    rows: list[list[str]],
    found: list[Finding],
) -> tuple[list[int], list[list[str]]]:
    """The rows but for those that repeat the header, which are told."""
    plain = [cell.strip() for cell in header]
    again = {line for line, row in zip(lines, rows, strict=True) if _is_header(row, plain)}
    if not again:
        return lines, rows
    rest = f"; {len(again) - 1:,} more like this" if len(again) > 1 else ""
    message = f"the header stands here again{rest}"
    found.append(codes.HEADER_AGAIN.at(grid.locate(min(again), 1), message, count=len(again)))
    kept = [each for each in zip(lines, rows, strict=True) if each[0] not in again]
    return [line for line, _ in kept], [row for _, row in kept]


def _is_header(row: list[str], header: list[str]) -> bool:
    return bool(row) and is_files(row[0]) and [cell.strip() for cell in row] == header


def ragged(
    grid: Grid, header: list[str], lines: list[int], rows: list[list[str]]
) -> Iterator[Finding]:
    """Rows with more cells than the header, and with fewer."""
    width = len(header)
    beyond = [
        (line, index + 1, cell)
        for line, row in zip(lines, rows, strict=True)
        if len(row) > width
        for index, cell in enumerate(row[width:], width)
        if cell.strip()
    ]
    beyond.extend(grid.beyond)
    if beyond:
        yield _too_long(grid, width, beyond)
    short = [
        line
        for line, row in zip(lines, rows, strict=True)
        if len(row) < width and any(cell.strip() for cell in header[len(row) :])
    ]
    if short and grid.ends_open and short == [lines[-1]] and len(rows) > 1:
        message = (
            f"the last row has {len(rows[-1])} of {width} columns and no line end: "
            f"{clip(rows[-1][-1])!r} may be cut"
        )
        yield codes.CUT.at(grid.locate(lines[-1], 1), message, value=clip(rows[-1][0]))
    elif short:
        yield from _spaced(grid, width, lines, rows)
        yield _too_short(grid, width, short)


def _too_long(grid: Grid, width: int, beyond: list[tuple[int, int, str]]) -> Finding:
    """Cells beyond the header's last column, each with its line and column."""
    line, column, value = beyond[0]
    rest = len({line for line, _, _ in beyond}) - 1
    more = f"; {rest:,} more rows are too long" if rest else ""
    return codes.CELLS_BEYOND.at(
        grid.locate(line, column),
        f"{clip(value)!r} stands in column {column}, and the header has {width}{more}",
        value=clip(value),
        count=rest + 1,
        samples=tuple({"line": line, "value": clip(cell)} for line, _, cell in beyond[:5]),
    )


def _too_short(grid: Grid, width: int, short: list[int]) -> Finding:
    """Lines of rows that end before the header does."""
    row = "row has" if len(short) == 1 else f"{len(short):,} rows have"
    return codes.ROW_SHORT.at(
        grid.locate(short[0], 1),
        f"{row} fewer than the {width} columns of the header",
        count=len(short),
        samples=tuple({"line": line} for line in short[:5]),
        severity=None if grid.blanks_kept else "hint",
    )


def _spaced(grid: Grid, width: int, lines: list[int], rows: list[list[str]]) -> Iterator[Finding]:
    """The first row whose cells are parted by spaces instead of tabs."""
    for line, row in zip(lines, rows, strict=True):
        if len(row) == 1 and len(re.split(r"\s{2,}", row[0].strip())) == width > 1:
            said = "spaces stand for tabs in this row"
            yield codes.SEPARATOR.at(grid.locate(line, 1), said, value=clip(row[0]))
            return


def _blank_lines(grid: Grid, header_line: int) -> Iterator[Finding]:
    inside = [(line, number) for line, number in grid.blank if line > header_line]
    if not inside:
        return
    count = sum(number for _, number in inside)
    message = (
        "this line is blank" if count == 1 else f"{count:,} lines are blank, this is the first"
    )
    yield codes.BLANK_LINE.at(
        grid.locate(inside[0][0], 1),
        message,
        count=count,
        samples=tuple({"line": line} for line, _ in inside[:5]),
    )


def _not_text(grid: Grid, header_line: int, column: int) -> Iterator[Finding]:
    odd = [each for each in grid.odd.get(column + 1, ()) if each[0] > header_line]
    if odd:
        line, kind, value = odd[0]
        rest = f"; so are {len(odd) - 1:,} more" if len(odd) > 1 else ""
        what = {"truth": "a truth value", "error": "an error of the spreadsheet"}
        message = f"the path {clip(value)!r} is {what.get(kind, f'a {kind}')}, not text{rest}"
        yield codes.NOT_TEXT.at(
            grid.locate(line, column + 1),
            message,
            value=clip(value),
            count=len(odd),
            samples=tuple({"line": each[0], "value": clip(each[2])} for each in odd[:5]),
        )
