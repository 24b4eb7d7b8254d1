"""PageTab as tab-separated text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import Any

from pipeline.findings import Code, Finding, Location
from pipeline.intake import pagetab_block_codes as codes
from pipeline.intake.pagetab_blocks import Blocks
from pipeline.intake.pagetab_json import mapped
from pipeline.intake.pagetab_layout import Row, forms, kind_of, known_names, types
from pipeline.intake.pagetab_lines import Lines
from pipeline.intake.pagetab_objects import NO_VALUE
from pipeline.intake.reading import Reading
from pipeline.intake.spellings import fold
from pipeline.intake.text import decode, line_ends
from pipeline.submission import SourceMap

KIND = "pagetab-tsv"
ORDER = 60

_LINE = re.compile(r"\r\n|\n|\r")
_CELL = re.compile(r"\t| {2,}|[,;|]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACED = re.compile(r"(\S(?:.*?\S)?)( {2,})(\S.*)")
# A text may have a tab in a value of every so many lines and still use another separator.
_FEW = 10
_OTHER = re.compile(r"\W*submission\s*([,;|])", re.IGNORECASE)
_MERGE = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_SUFFIXES = frozenset((".tsv", ".txt", ".tab"))
_MARKS = (";", ",", "|", ":")
"""What stands for a tab in a text that was saved in another form, or typed."""

_FEWEST = 3
"""Lines with a name before a mark, from which on the mark parts names and values."""

_LONGEST_NAME = 60


def knows(path: Path, head: bytes) -> bool:
    """Text that starts with a Submission block, or whose lines are named as PageTab's."""
    if path.suffix.casefold() not in _SUFFIXES:
        return False
    encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    text = head[: len(head) // 2 * 2].decode(encoding, errors="replace").lstrip("\ufeff")
    lines = [line for line in _LINE.split(text) if line.strip() and not line.startswith("#")]
    names = [_CELL.split(line.strip(), maxsplit=1)[0].strip(' "') for line in lines]
    return bool(names) and looks_like_pagetab(names)


def looks_like_pagetab(names: list[str]) -> bool:
    """Whether the first cells of a document's rows are names that PageTab uses."""
    if fold(names[0]) in forms():
        return False
    if fold(names[0]) == "submission":
        return True
    heads = {fold(name.partition("[")[0]) for name in names}
    telling = heads & ({"study", "author", "submission", "attachto", "releasedate"} | set(types()))
    usual = heads & known_names()
    return len(telling) >= 1 and len(telling | usual) >= 3


def read(data: bytes, file: str) -> Reading:
    """The metadata of a PageTab TSV document; a place is a line and the number of its cell."""
    decoded = decode(data, file)
    if decoded.text is None:
        return Reading(
            kind=KIND,
            metadata=None,
            source_map=SourceMap(file=file, addressed=False),
            findings=decoded.findings,
        )
    reader = Cutter(file)
    rows = reader.rows(decoded.text)
    into = Lines(reader.locate, ends_open=not decoded.text.endswith(("\n", "\r")))
    before = (*decoded.findings, *line_ends(reader.ends, file), *reader.findings)
    return read_blocks(into, rows, before, KIND, file)


def read_blocks(
    into: Lines, rows: list[Row], before: tuple[Finding, ...], kind: str, file: str
) -> Reading:
    """The reading of rows, of whatever file they come from."""
    tree = Blocks(into).tree(rows)
    places = SourceMap(file=file, positions=into.positions, addressed=False)
    reading = mapped(tree, places, (*before, *into.findings), kind)
    findings = tuple(_in_rows(finding, into.alone) for finding in reading.findings)
    return reading.model_copy(update={"findings": findings})


def _in_rows(finding: Finding, alone: set[int]) -> Finding:
    """A finding as grave as it is where a document is written in rows."""
    if finding.code == NO_VALUE.code and finding.location.line in alone:
        # A name without even a tab after it: the rest of the line may be lost.
        hint = "put a tab and the value behind the name, or take the attribute out."
        return finding.model_copy(update={"severity": "warning", "hint": hint})
    return finding


def _mark_of(lines: list[str]) -> str | None:
    """The mark that stands behind most names of attributes in a text without tabs."""
    names = known_names()
    counted: dict[str, int] = {}
    for mark in _MARKS:
        heads = [line.partition(mark)[0] for line in lines if mark in line]
        known = sum(fold(head) in names for head in heads if len(head) < _LONGEST_NAME)
        if known >= _FEWEST and 2 * known >= len(heads):
            counted[mark] = known
    return max(counted, key=lambda mark: counted[mark]) if counted else None


class Cutter:
    """Cuts text into rows of cells, as spreadsheets write them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.ends: dict[str, int] = {}
        self.separator = "\t"
        self.single = False
        """Whether a line holds one separator, between name and value, unless it heads a table."""
        self.spaced: list[int] = []

    def locate(self, line: int, column: int) -> Location:
        """Where a cell stands."""
        return Location.model_construct(file=self.file, line=line, column=column)

    def flag(self, code: Code, line: int, column: int, message: str, **more: Any) -> None:
        """Note a fault at a cell."""
        self.findings.append(code.at(self.locate(line, column), message, **more))

    def rows(self, text: str) -> list[Row]:
        """The rows of a text, with line numbers as an editor counts."""
        lines = _LINE.split(text)
        ends = _LINE.findall(text)
        if lines[-1] == "":
            lines.pop()
        width = 0
        tabs = sum("\t" in line for line in lines)
        if tabs * _FEW < len(lines):
            width = self.other_separator(lines, bool(tabs))
        rows: list[Row] = []
        index = 0
        in_table = False
        while index < len(lines):
            line = lines[index]
            used = 1
            head = not rows or not rows[-1].filled()
            if '"' in line:
                cells, used = self.quoted(lines, index)
            elif self.single:
                in_table = "[" in line if head else in_table
                first, *rest = line.split(self.separator, -1 if head or in_table else 1)
                cells = [first, *(cell.removeprefix(" ") for cell in rest)]
            else:
                cells = line.split(self.separator)
            if len(cells) == 1 and (width or "  " in line):
                in_table = ("[" in line or _is_table(line)) if head else in_table
                cells = self.spaces(line, index + 1, width, head or in_table)
            for ended in ends[index : index + used - 1]:
                # Line breaks inside quotes are the value's own and say nothing of the file.
                self.ends[ended] = self.ends.get(ended, 0) - 1
            if _MERGE.match(line):
                self.flag(codes.MERGE, index + 1, 1, f"marks of a merge stand here: {line[:40]}")
                cells = ["#"]
            rows.append(Row(index + 1, self.clean(tuple(cells), index + 1)))
            index += used
        for end in ends:
            self.ends[end] = self.ends.get(end, 0) + 1
        if self.spaced:
            first, number = self.spaced[0], len(self.spaced)
            others = "" if number == 1 else f" and {number - 1} others"
            message = f"spaces stand for a tab in this line{others}"
            samples = tuple({"line": line} for line in self.spaced[:5])
            self.flag(codes.SEPARATOR, first, 1, message, count=number, samples=samples)
        return rows

    def other_separator(self, lines: list[str], tabs: bool) -> int:
        """What separates cells where hardly any tab stands; the width of a run of spaces."""
        first = next((n for n, line in enumerate(lines) if line.strip()), 0)
        if match := _OTHER.match(lines[first]):
            self.separator = match[1]
            message = f"'{match[1]}' stands between the cells, not a tab"
            self.flag(codes.SEPARATOR, first + 1, 1, message, value=match[1])
            return 0
        if tabs:
            return 0
        if mark := _mark_of(lines):
            self.separator, self.single = mark, True
            parted = [n for n, line in enumerate(lines, 1) if mark in line]
            message = f"'{mark}' stands for a tab in this line and {len(parted) - 1} others"
            samples = tuple({"line": line} for line in parted[:5])
            more = {"value": mark, "count": len(parted), "samples": samples}
            self.flag(codes.SEPARATOR, parted[0], 1, message, **more)
            return 0
        spaced = _SPACED.fullmatch(lines[first].rstrip())
        return len(spaced[2]) if spaced else 2

    def spaces(self, line: str, number: int, width: int, every: bool) -> list[str]:
        """The cells of a line that has runs of spaces for tabs, or the line as it stands."""
        match = _SPACED.fullmatch(line.rstrip())
        if match is None:
            return [line]
        if not width and fold(match[1]) not in known_names() and kind_of(match[1]) is None:
            return [line]
        self.spaced.append(number)
        run = " " * max(2, width) + " *"
        return re.split(run, line.rstrip(), maxsplit=0 if every else 1)

    def quoted(self, lines: list[str], index: int) -> tuple[list[str], int]:
        """The cells of a line with quotes, and how many lines they take up."""
        cells: list[str] = []
        line, at, start = lines[index], 0, index
        while True:
            if line[at : at + 1] == '"':
                found = self.closed(lines, index, at)
                if found is not None:
                    value, index, at = found
                    line = lines[index]
                    cells.append(value)
                    if at >= len(line):
                        return cells, index - start + 1
                    at += 1
                    continue
            end = line.find(self.separator, at)
            cell = line[at:] if end == -1 else line[at:end]
            if cell.startswith('"') and self.never_closed(cell):
                message = f"a quote opens this cell and never closes: {cell[:40]}…"
                self.flag(codes.OPEN_QUOTE, index + 1, len(cells) + 1, message, value=cell[:200])
                cell = cell[1:]
            cells.append(cell)
            if end == -1:
                return cells, index - start + 1
            at = end + 1

    def never_closed(self, cell: str) -> bool:
        """Whether a cell's first quote has no other one in it."""
        return cell.count('"') % 2 == 1

    def closed(self, lines: list[str], index: int, at: int) -> tuple[str, int, int] | None:
        """The value of a quoted cell, the line and offset after it; None when it is not quoted."""
        parts: list[str] = []
        line, start = lines[index], at + 1
        while True:
            mark = line.find('"', start)
            while mark != -1 and line[mark + 1 : mark + 2] == '"':
                mark = line.find('"', mark + 2)
            if mark == -1:
                parts.append(line[start:])
                index += 1
                if index == len(lines):
                    return None
                line, start = lines[index], 0
                continue
            after = line[mark + 1 : mark + 2]
            if after not in ("", self.separator):
                return None
            parts.append(line[start:mark])
            return "\n".join(parts).replace('""', '"'), index, mark + 1

    def clean(self, cells: tuple[str, ...], line: int) -> tuple[str, ...]:
        """Cells without control characters."""
        if not any(_CONTROL.search(cell) for cell in cells):
            return cells
        for column, cell in enumerate(cells, 1):
            if match := _CONTROL.search(cell):
                where = f"cell {column} of this line holds the control character"
                message = f"{where} U+{ord(match[0]):04X}"
                # Word processors leave these two for a break of their own in a line.
                soft = not set(_CONTROL.findall(cell)) - {"\x0b", "\x0c"}
                self.flag(
                    codes.CONTROL, line, column, message, severity="warning" if soft else None
                )
        return tuple(_CONTROL.sub("", cell) for cell in cells)


def _is_table(line: str) -> bool:
    first = _CELL.split(line.strip(), maxsplit=1)[0]
    return fold(first) in forms() - {"link", "file"}
