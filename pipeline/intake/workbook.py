"""The cells of a workbook (XLSX) with their addresses, within bounds.

openpyxl's read-only mode fills gaps between cells, forgets merged cells and hidden rows, and
shows either a formula or its result; a file list needs all of them, so sheets are read as they
stand (ECMA-376, part 1, SpreadsheetML).
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel
from openpyxl.utils.escape import unescape

from pipeline.findings import Frozen

LARGEST_PART = 1 << 29
"""Most bytes that one part of a workbook may unpack to."""
MOST_CELLS = 20_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
DEEPEST = 100
MOST_HELD = 200_000
"""Elements of one row or text that are held at a time; a full row has some 50,000."""


class Broken(Exception):
    """The workbook cannot be read; the text says why."""


UNLISTED = (
    "the workbook has no list of its parts ([Content_Types].xml), so no spreadsheet program opens"
    " it; it was read all the same"
)
"""What is said of a workbook that is not `listed` (ECMA-376, part 2, 10.1.2)."""


class TooLarge(Exception):
    """The workbook unpacks to more than any file list needs."""


class Sheet(Frozen):
    """A sheet's name, whether it is shown, and the part of the workbook that holds it."""

    name: str
    hidden: bool
    part: str


class Cell(NamedTuple):
    """A cell that has a value or a formula; `kind` is text, number, date, truth or error.

    `unsolved`: the text is a formula, whose result was not saved with it.
    """

    row: int
    column: int
    text: str
    kind: str = "text"
    unsolved: bool = False


class Row:
    """A row's number, whether it is hidden, and its cells from left to right."""

    __slots__ = ("cells", "hidden", "number")

    def __init__(self, number: int, hidden: bool, cells: list[Cell]) -> None:
        self.number, self.hidden, self.cells = number, hidden, cells


class Workbook:
    """An open workbook; raises Broken when it is none."""

    def __init__(self, path: Path | IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, RuntimeError, ValueError) as fault:
            raise Broken(f"its end is missing or broken ({fault})") from fault
        self.listed = "[content_types].xml" in map(str.casefold, self._zip.NameToInfo)
        """Whether it says what its parts are; spreadsheet programs refuse it otherwise."""
        self._main = self._find_main()
        root = self._tree(self._main)
        parts = self._relations(self._main)
        self.sheets = tuple(
            Sheet(
                name=element.get("name", ""),
                hidden=element.get("state", "visible") != "visible",
                part=parts[identifier],
            )
            for element in _all(root, "sheet")
            if (identifier := _relation(element)) in parts
        )
        if not self.sheets:
            raise Broken("it has no sheet")
        dated = any(e.get("date1904") in ("1", "true") for e in _all(root, "workbookPr"))
        self._epoch = MAC_EPOCH if dated else WINDOWS_EPOCH
        folder = posixpath.dirname(self._main)
        self._shared = self._strings(posixpath.join(folder, "sharedStrings.xml"))
        self._dates = self._date_styles(posixpath.join(folder, "styles.xml"))

    def close(self) -> None:
        """Let the file go."""
        self._zip.close()

    def rows(self, sheet: Sheet, notes: Notes | None = None) -> Iterator[Row]:
        """The rows of a sheet that have cells; what the sheet says beside them goes to `notes`."""
        seen = last = 0
        with self._open(sheet.part) as stream:
            for element in _elements(stream, sheet.part, {"row", "mergeCell", "col"}):
                kind = _local(element)
                if kind == "row":
                    last = _number(element.get("r"), last + 1)
                    if last > LAST_ROW:
                        raise Broken(f"{sheet.part} has a row numbered {last}")
                    row = self._row(element, last)
                    seen += len(row.cells)
                    if seen > MOST_CELLS:
                        raise TooLarge(f"more than {MOST_CELLS} cells")
                    yield row
                elif notes is not None and kind == "mergeCell":
                    notes.merged.append(element.get("ref", ""))
                elif notes is not None and element.get("hidden") in ("1", "true"):
                    notes.hidden_columns.append(_number(element.get("min"), 1))

    def _row(self, element: Element, number: int) -> Row:
        cells: list[Cell] = []
        column = 0
        for cell in element:
            if _local(cell) != "c":
                continue
            column = _column(cell.get("r"), column + 1)
            if column > LAST_COLUMN:
                raise Broken(f"row {number} has more than {LAST_COLUMN:,} columns")
            made = self._cell(cell, number, column)
            if made is not None:
                cells.append(made)
        return Row(number, element.get("hidden") in ("1", "true"), cells)

    def _cell(self, element: Element, row: int, column: int) -> Cell | None:
        kind = element.get("t", "n")
        value = formula = None
        for child in element:
            name = _local(child)
            if name == "v":
                value = child.text or ""
            elif name == "f":
                formula = child.text or ""
            elif name == "is":
                value = _string(child)
        if not value:
            if not formula or (value is not None and kind == "str"):
                return None
            # A formula without a stored result is all there is: it is kept as it would be typed.
            return Cell(row=row, column=column, text=f"={formula}", kind="text", unsolved=True)
        made = "text"
        if kind == "s":
            value = self._shared_string(value)
        elif kind == "b":
            value, made = ("TRUE" if value in ("1", "true") else "FALSE"), "truth"
        elif kind == "e":
            made = "error"
        elif kind == "d":
            made = "date"
        elif kind == "n":
            value, made = self._numeric(value, element.get("s"))
        elif kind == "str":
            value = unescape(value)
        return Cell(row=row, column=column, text=value, kind=made)

    def _numeric(self, value: str, style: str | None) -> tuple[str, str]:
        if style is not None and _number(style, 0) in self._dates:
            try:
                return str(from_excel(float(value), self._epoch)).removesuffix(" 00:00:00"), "date"
            except (ValueError, OverflowError):
                return value, "number"
        try:
            exact = float(value)
        except ValueError:
            return value, "number"
        if exact.is_integer() and abs(exact) < 1e15:
            return str(int(exact)), "number"
        return repr(exact), "number"

    def _shared_string(self, index: str) -> str:
        if self._shared is None:
            raise Broken("its texts are missing (xl/sharedStrings.xml)")
        at = _number(index, -1)
        if not 0 <= at < len(self._shared):
            raise Broken(f"a cell refers to the text number {index}, which does not exist")
        return self._shared[at]

    def _strings(self, part: str) -> list[str] | None:
        if part not in self._zip.NameToInfo:
            return None
        with self._open(part) as stream:
            return [_string(element) for element in _elements(stream, part, {"si"})]

    def _date_styles(self, part: str) -> frozenset[int]:
        if part not in self._zip.NameToInfo:
            return frozenset()
        root = self._tree(part)
        formats = dict(BUILTIN_FORMATS)
        for element in _all(root, "numFmt"):
            formats[_number(element.get("numFmtId"), -1)] = element.get("formatCode", "")
        styles = [e for holder in _all(root, "cellXfs") for e in holder if _local(e) == "xf"]
        return frozenset(
            index
            for index, element in enumerate(styles)
            if is_date_format(formats.get(_number(element.get("numFmtId"), 0)))
        )

    def _find_main(self) -> str:
        for target in self._relations("").values():
            if target.endswith("workbook.xml"):
                return target
        if "xl/workbook.xml" in self._zip.NameToInfo:
            return "xl/workbook.xml"
        raise Broken("it is a zip archive without a workbook in it")

    def _relations(self, part: str) -> dict[str, str]:
        folder, name = posixpath.split(part)
        held = posixpath.join(folder, "_rels", f"{name}.rels")
        if held not in self._zip.NameToInfo:
            return {}
        return {
            element.get("Id", ""): posixpath.normpath(
                posixpath.join("/", folder, element.get("Target", ""))
            ).lstrip("/")
            for element in _all(self._tree(held), "Relationship")
            if not element.get("Type", "").endswith(("/chartsheet", "/dialogsheet"))
        }

    def _tree(self, part: str) -> Element:
        with self._open(part) as stream:
            events: Any = None
            try:
                events = iterparse(stream, events=("end",), forbid_dtd=True)
                for _ in events:
                    pass
                return events.root  # type: ignore[no-any-return]
            except _FAULTS as fault:
                raise Broken(f"{part} is broken ({_said(fault)})") from fault

    def _open(self, part: str) -> IO[bytes]:
        try:
            info = self._zip.getinfo(part)
            if info.file_size > LARGEST_PART:
                raise TooLarge(f"{part} unpacks to {info.file_size:,} bytes")
            return self._zip.open(info)
        except KeyError as fault:
            raise Broken(f"{part} is missing") from fault
        except _FAULTS as fault:
            raise Broken(f"{part} cannot be opened ({fault})") from fault


class Notes:
    """What a sheet says beside its cells: merged ranges, first columns of hidden ones."""

    def __init__(self) -> None:
        self.merged: list[str] = []
        self.hidden_columns: list[int] = []


# RuntimeError: zipfile's word for an encrypted part; EOFError: for one that stops early.
_FAULTS = (
    ParseError,
    DefusedXmlException,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    UnicodeError,
    ValueError,
)


def _elements(stream: IO[bytes], part: str, names: set[str]) -> Iterator[Element]:
    """Each complete element of some names; all others are let go, so that memory stays flat."""
    open_: list[Element] = []
    inside = held = 0
    try:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            wanted = _local(element) in names
            if event == "start":
                open_.append(element)
                inside += wanted
                held += inside > 0
                if len(open_) > DEEPEST or held > MOST_HELD:
                    raise Broken(f"{part} has a part that is nested too deeply or too long")
                continue
            open_.pop()
            inside -= wanted
            if inside:
                continue
            if wanted:
                yield element
                held = 0
            element.clear()
            if open_:
                open_[-1].clear()
    except _FAULTS as fault:
        raise Broken(f"{part} is broken ({_said(fault)})") from fault


def _said(fault: Exception) -> str:
    """A fault in words; what a forbidden declaration holds is not repeated."""
    return "it defines entities" if isinstance(fault, DefusedXmlException) else str(fault)


def _local(element: Element) -> str:
    """An element's name; its namespace differs between transitional and strict workbooks."""
    return element.tag.rpartition("}")[2]


def _all(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _local(element) == name)


def _relation(element: Element) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == "id" and "}" in key:
            return value
    return ""


def _string(element: Element) -> str:
    """The text of a string item; the readings above its letters (`rPh`) are no part of it."""
    parts: list[str] = []
    for child in element:
        name = _local(child)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts.extend(part.text or "" for part in child if _local(part) == "t")
    return unescape("".join(parts))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else otherwise


def _column(address: str | None, otherwise: int) -> int:
    if address is None:
        return otherwise
    letters = address.rstrip("0123456789")
    if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
        raise Broken(f"a cell has the address {address[:20]!r}")
    return column_index_from_string(letters.upper())
