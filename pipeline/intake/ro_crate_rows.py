"""The rows of a file list that an RO-Crate describes: text in commas or tabs, with quoted cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.findings import Finding, Location
from pipeline.intake import file_list_codes
from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.file_list_grid import Grid, clip, headers, names, ragged
from pipeline.intake.spellings import fold

_MARKS = {",": "commas", "\t": "tabs", ";": "semicolons"}
"""What may part cells; spreadsheets of many countries write semicolons."""
_WHOLE = re.compile(r"(\d+)(\.0+)?")
"""A whole number, as programs write it that keep a column with blanks as fractions."""


@dataclass(frozen=True)
class Rows:
    """The rows of a list, and what was found in reading them."""

    header: tuple[str, ...]
    """A name for each column: as the crate describes it, as given, or its number."""
    lines: tuple[int, ...]
    """The line of the file in which each row begins."""
    rows: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...] = ()

    def column(self, index: int | None) -> list[str]:
        """The cells of a column, blank where a row ends before it."""
        return [cell(row, index) for row in self.rows]


def cell(row: tuple[str, ...], index: int | None) -> str:
    """A cell of a row, blank where the row ends before it or has no such column."""
    return row[index] if index is not None and index < len(row) else ""


def read_rows(text: str, file: str, described: Collection[str], path: str) -> Rows:
    """The rows of a list with the columns that its crate describes, one of which has the paths.

    Blank lines are passed over; a quoted cell may hold separators and line ends (RFC 4180).
    """
    usual = "," if file.casefold().endswith(".csv") else "\t"
    mark = _mark(text, usual, path)
    read = _Reader(file)
    if mark != usual:
        message = f"the columns are separated by {_MARKS[mark]}, not by {_MARKS[usual]}"
        hint = f"save the list with {_MARKS[usual]} between the columns."
        read.found.append(file_list_codes.SEPARATOR.at(read.locate(1, 1), message, hint=hint))
    read.part(text, mark)
    if not read.grid.rows:
        blank = file_list_codes.NO_ROWS.at(read.locate(1, 1), "the file list is blank")
        read.found.append(blank)
        return Rows(header=(), lines=(), rows=(), findings=tuple(read.found))
    given, body = read.grid.rows[0], read.grid.rows[1:]
    line, lines = read.grid.lines[0], read.grid.lines[1:]
    meant = _meant(given, described)
    read.found += _header(read, line, given, meant, described, path)
    read.found += headers(read.grid, given, body, line, _index(meant, path))
    read.found += ragged(read.grid, given, lines, body)
    return Rows(
        header=tuple(names(meant, body)),
        lines=tuple(lines),
        rows=tuple(map(tuple, body)),
        findings=tuple(read.found),
    )


def sizes(given: list[str], lines: tuple[int, ...], file: str, column: int) -> list[Finding]:
    """What is no number of bytes in a column of sizes, told as one."""
    odd = [
        (line, text)
        for line, text in zip(lines, given, strict=True)
        if text.strip() and size(text) is None
    ]
    if not odd:
        return []
    more = f"; {len(odd) - 1:,} more like this" if len(odd) > 1 else ""
    message = f"the size {clip(odd[0][1].strip(), 40)!r} is no number of bytes{more}"
    where = Location(file=file, line=odd[0][0], column=column)
    samples = tuple({"line": line, "value": clip(text)} for line, text in odd[:5])
    return [
        codes.SIZE_TEXT.at(where, message, value=clip(odd[0][1]), count=len(odd), samples=samples)
    ]


def size(text: str) -> int | None:
    """A number of bytes, or None."""
    match = _WHOLE.fullmatch(text.strip())
    return int(match[1]) if match and len(match[1]) < 19 else None


@dataclass
class _Reader:
    """Parts text into rows, noting what is wrong with it."""

    file: str
    found: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.grid = Grid(self.locate)

    def locate(self, line: int, column: int) -> Location:
        """Where a cell stands."""
        return Location(file=self.file, line=line, column=column)

    def part(self, text: str, mark: str) -> None:
        """Take in the rows of a text."""
        self.grid.ends_open = not text.endswith(("\n", "\r"))
        # Who writes blanks after commas writes them in the header, or before a quote, too.
        after = text.lstrip().split("\n", 1)[0].split(mark)[1:]
        spaced = re.search(rf'{mark} +"', text) is not None
        spaced = spaced or (bool(after) and all(one.startswith(" ") for one in after))
        try:
            for line, row in _quoted(io.StringIO(text, newline=""), mark, spaced):
                self.row(line, row)
        except csv.Error:
            self.grid = Grid(self.locate, ends_open=self.grid.ends_open)
            self.line_by_line(text, mark)

    def line_by_line(self, text: str, mark: str) -> None:
        """Take in rows of one line each, where a quote that never closes would swallow them."""
        opened: list[tuple[int, int, str]] = []
        for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
            cells = line.split(mark)
            opened += (
                (number, index, one)
                for index, one in enumerate(cells, 1)
                if one.lstrip().startswith('"') and one.count('"') % 2
            )
            self.row(
                number, next(csv.reader([line], delimiter=mark)) if len(line) < 1 << 16 else cells
            )
        if opened:
            number, index, one = opened[0]
            more = f"; {len(opened) - 1:,} more like this" if len(opened) > 1 else ""
            message = f"a quote opens this cell and never closes: {clip(one, 40)}{more}"
            told = file_list_codes.QUOTE_OPEN
            where = self.locate(number, index)
            self.found.append(told.at(where, message, value=clip(one), count=len(opened)))

    def row(self, line: int, row: list[str]) -> None:
        """Take in one row, unless it is blank."""
        if any(one.strip() for one in row):
            self.grid.lines.append(line)
            self.grid.rows.append(row)


def _quoted(stream: io.StringIO, mark: str, spaced: bool) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins in; raises csv.Error where a quote never closes."""
    reader = csv.reader(stream, delimiter=mark, skipinitialspace=spaced, strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _mark(text: str, usual: str, path: str) -> str:
    """What parts the cells of the first line: what the name says, unless only another one does."""
    first = text.lstrip().split("\n", 1)[0]
    wanted = fold(path)
    return next(
        (
            mark
            for mark in (usual, *(one for one in _MARKS if one != usual))
            if wanted in (fold(one) for one in first.split(mark))
        ),
        usual,
    )


def _meant(given: list[str], described: Collection[str]) -> list[str]:
    """The header with described names, for cells that differ from one in case and signs only."""
    plain = [one.strip() for one in given]
    absent: Mapping[str, str] = {fold(one): one for one in described if one not in plain}
    return [one if one in described else absent.get(fold(one), one) for one in plain]


def _index(header: list[str], path: str) -> int:
    return header.index(path) if path in header else -1


def _header(
    read: _Reader,
    line: int,
    given: list[str],
    meant: list[str],
    described: Collection[str],
    path: str,
) -> Iterator[Finding]:
    """How the header differs from the columns that the crate describes."""
    for index, (one, wanted) in enumerate(zip(given, meant, strict=True)):
        if one.strip() != wanted:
            message = f"the header {one.strip()!r} is described as {wanted!r}"
            where = read.locate(line, index + 1)
            yield codes.HEADER_UNLIKE.at(
                where,
                message,
                value=one.strip(),
                severity="error" if wanted == path else None,
            )
    if path not in meant:
        message = f"the header has no column '{path}', which the crate describes"
        hint = f"write '{path}' above the paths, or describe the column as it is called."
        yield file_list_codes.NO_HEADER.at(read.locate(line, 1), message, hint=hint)
        return
    for one in described:
        if one not in meant:
            message = f"the header has no column '{one}', which the crate describes"
            yield codes.HEADER_UNLIKE.at(read.locate(line, 1), message, value=one)
