"""File lists as tab-separated text."""

from __future__ import annotations

import re

from pipeline.findings import Finding, Location
from pipeline.intake import file_list_codes as codes
from pipeline.intake.file_list_grid import MOST_COLUMNS, Grid, Reading, clip, columns

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def read_tsv(text: str, file: str) -> Reading:
    """The columns of tab-separated text; lines end in LF, CR LF or CR."""
    found: list[Finding] = []

    def locate(line: int, column: int) -> Location:
        return Location(file=file, line=line, column=column)

    grid = Grid(locate)
    ends = _line_ends(text)
    if len(ends) > 1:
        said = ", ".join(f"{number:,} with {end}" for end, number in ends.items())
        found.append(
            codes.LINE_ENDS.at(Location(file=file), f"lines end in different ways: {said}")
        )
    if ends.keys() - {"LF"}:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    grid.ends_open = lines[-1] != ""
    if not grid.ends_open:
        lines.pop()
    quoted = 0
    unclosed: list[tuple[int, int, str]] = []
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if '"' in line:
            for column, cell in enumerate(cells, 1):
                if cell.startswith('"') and cell.count('"') % 2:
                    unclosed.append((number, column, cell))
            plain = [_unquoted(cell) for cell in cells]
            if plain != cells:
                quoted = quoted or number
                cells = plain
        if not line.strip() or not any(cell.strip() for cell in cells):
            grid.add_blank(number)
            continue
        if len(cells) > MOST_COLUMNS:
            grid.beyond.extend(
                (number, index, cell)
                for index, cell in enumerate(cells[MOST_COLUMNS:], MOST_COLUMNS + 1)
                if cell.strip()
            )
            del cells[MOST_COLUMNS:]
        grid.lines.append(number)
        grid.rows.append(cells)
    if quoted:
        message = "cells stand in double quotes, from this line on; the quotes were taken off"
        found.append(codes.QUOTED.at(locate(quoted, 1), message))
    if unclosed:
        number, column, cell = unclosed[0]
        rest = f"; {len(unclosed) - 1:,} more like this" if len(unclosed) > 1 else ""
        message = f"a quote opens this cell and never closes: {clip(cell, 40)}{rest}"
        where = locate(number, column)
        found.append(codes.QUOTE_OPEN.at(where, message, value=clip(cell), count=len(unclosed)))
    made, more = columns(grid)
    return made, (*found, *more)


def _line_ends(text: str) -> dict[str, int]:
    """How often each kind of line end that occurs does."""
    windows = text.count("\r\n")
    ends = {
        "CR LF": windows,
        "LF": text.count("\n") - windows,
        "CR": text.count("\r") - windows,
    }
    return {end: number for end, number in ends.items() if number}


def _unquoted(cell: str) -> str:
    match = _QUOTED.fullmatch(cell)
    return match[1].replace('""', '"') if match else cell
