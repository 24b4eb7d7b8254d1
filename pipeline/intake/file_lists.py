"""File lists as submitted: tab-separated text, workbooks and JSON, read into one table."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.findings import Finding, Frozen, Location
from pipeline.intake import file_list_codes as codes
from pipeline.intake import idr_study, pagetab_tsv, pagetab_xlsx
from pipeline.intake.file_list_grid import Columns, is_files
from pipeline.intake.text import decode
from pipeline.submission import FileList

if TYPE_CHECKING:
    from pandas import DataFrame

EXTENSIONS = (".tsv", ".xlsx", ".json")
LARGEST_FILE = 1 << 30
"""Bytes; a million rows of four columns are about a tenth of it."""
_PEEK = 1 << 14

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = {
    _OLE: "an OLE container: a workbook with a password, or one in the old .xls format",
    b"\x1f\x8b": "a gzip archive",
    b"\x89PNG": "a PNG image",
    b"%PDF": "a PDF document",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
}
_PAGETAB_TSV = re.compile(r"[\s\ufeff]*\"?(submission|study)\"?\s*(\t|\s{2}|\n|$)", re.IGNORECASE)
_PAGETAB_KEYS = re.compile(r'"(section|accno|subsections|@context|@graph)"\s*:')
_ENTRY_KEY = re.compile(r'"path"\s*:')
_FIRST_KEY = re.compile(r'\s*\{\s*"(path|files)"\s*:')


class FileListReading(Frozen):
    """A file list, or None where its paths cannot be told, and what was found on the way."""

    file_list: FileList | None
    findings: tuple[Finding, ...] = ()


def read_file_list(
    path: Path, *, name: str | None = None, component: str | None = None
) -> FileListReading:
    """The file list in a file, read by its content, with what is wrong with its form.

    `name` is what the document calls it, `component` the record place that names it. Never raises
    for what the file holds; a file that is not there is a finding.
    """
    file = path.name
    here = Location(file=file)
    if not path.is_file():
        what = "is a directory" if path.is_dir() else "is not there"
        finding = codes.ABSENT.at(here, f"the file list '{name or file}' {what}", value=name)
        return FileListReading(file_list=None, findings=(finding,))
    found: list[Finding] = []
    if path.suffix not in EXTENSIONS:
        said = f"the extension '{path.suffix}'" if path.suffix else "no extension"
        found.append(codes.EXTENSION.at(here, f"the file list has {said}", value=path.name))
    size = path.stat().st_size
    if size > LARGEST_FILE:
        found.append(codes.TOO_LARGE.at(here, f"the file list has {size:,} bytes"))
        return FileListReading(file_list=None, findings=tuple(found))
    made, kind, sheet, more = _read(path, file)
    found.extend(more)
    if made is None:
        return FileListReading(file_list=None, findings=tuple(found))
    file_list = FileList(
        name=name or path.name,
        source=file,
        component=component,
        table=table(made),
        columns=made.names,
        sheet=sheet,
        kind=kind,
        header_line=made.header_line,
        path_column=made.path_column,
        path=str(path),
    )
    return FileListReading(file_list=file_list, findings=tuple(found))


def _read(path: Path, file: str) -> tuple[Columns | None, str, str | None, tuple[Finding, ...]]:
    from pipeline.intake.file_list_json import read_json
    from pipeline.intake.file_list_text import read_tsv

    here = Location(file=file)
    suffix = path.suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(_PEEK)
    for mark, what in _BINARY.items():
        if start.startswith(mark):
            return None, suffix, None, (codes.WRONG_CONTENT.at(here, f"the file is {what}"),)
    if start.startswith(_ZIP):
        from pipeline.intake.file_list_sheet import read_workbook

        made, found, sheet = read_workbook(path, file)
        return made, "xlsx", sheet, (*found, *_unlike(suffix, ".xlsx", "a workbook", here))
    text = decode(path.read_bytes(), file)
    if text.text is None:
        return None, suffix.lstrip("."), None, text.findings
    if _looks_json(text.text):
        made, found = read_json(text.text, file)
        found = (*found, *_unlike(suffix, ".json", "JSON", here))
        return made, "json", None, (*text.findings, *found)
    if suffix == ".json" and "\t" not in text.text[:_PEEK]:
        made, found = read_json(text.text, file)
        return made, "json", None, (*text.findings, *found)
    made, found = read_tsv(text.text, file)
    found = (*found, *_unlike(suffix, ".tsv", "plain text", here))
    return made, "tsv", None, (*text.findings, *found)


def _unlike(suffix: str, right: str, what: str, here: Location) -> tuple[Finding, ...]:
    if suffix == right or suffix not in EXTENSIONS:
        return ()
    return (codes.WRONG_CONTENT.at(here, f"the file is named {suffix} and holds {what}"),)


def _looks_json(text: str) -> bool:
    return re.match(r"\s*(\[\s*[\[\]{\"]|\{\s*[\"}])", text) is not None


def table(made: Columns) -> DataFrame:
    """The columns as a table: `path`, `size`, `type`, `line`, then the list's attributes in order.

    An attribute whose name is taken has a number behind it; `FileList.columns` has the names as
    given, in the order of the table's columns after the fourth.
    """
    import pandas as pd

    number = len(made.paths)
    nothing = [None] * number
    columns: dict[str, Any] = {
        "path": pd.array(made.paths, dtype="str"),
        "size": pd.array(made.sizes or nothing, dtype="Int64"),
        "type": pd.array(made.types or nothing, dtype="str"),
        "line": pd.array(made.lines, dtype="int64"),
    }
    for key, values in made.attributes.items():
        columns[key] = pd.array(values, dtype="str")
    return pd.DataFrame(columns)


def is_file_list(path: Path, start: bytes | None = None) -> bool:
    """Whether a file is a file list and no PageTab document, told by its first bytes.

    Text whose first row has 'Files', other text named .tsv that is not PageTab, an array of
    objects with `path`, and workbooks that are not PageTab. What cannot be told is a file list
    when it is named .xlsx. `start` are its first bytes, if read already.
    """
    if start is None:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            start = stream.read(_PEEK)
    start = start[:_PEEK]
    if start.startswith((_ZIP, _OLE)):
        if path.suffix.lower() not in EXTENSIONS:
            return False
        return not _pagetab_workbook(path, start) and not idr_study.knows(path, start)
    text = _start_of_text(start)
    if text is None:
        return path.suffix.lower() in (".tsv", ".xlsx")
    if _looks_json(text):
        return _json_entries(text)
    first = text.lstrip("\ufeff").lstrip().split("\n", 1)[0].rstrip("\r")
    if any(is_files(cell.strip('"')) for cell in first.split("\t")):
        return True
    if path.suffix.lower() not in (".tsv", ".xlsx") or not text.strip():
        return False
    if _PAGETAB_TSV.match(text) or idr_study.knows(path, text.encode()):
        return False
    return not pagetab_tsv.knows(path, start)


def _start_of_text(start: bytes) -> str | None:
    utf16 = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        # Incremental, so that a character cut by the end of the peek is no fault.
        return codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")().decode(start)
    except UnicodeDecodeError:
        return None if b"\x00" in start else start.decode("latin-1")


def _json_entries(text: str) -> bool:
    """Whether JSON starts like a list of files: the first telling key, or no object at all."""
    if text.lstrip().startswith("{"):
        return _FIRST_KEY.match(text) is not None
    inside = text.lstrip()[1:].lstrip()
    if not inside.startswith("{"):
        return not inside.startswith("[")
    pagetab, entry = _PAGETAB_KEYS.search(text), _ENTRY_KEY.search(text)
    return entry is not None and (pagetab is None or entry.start() < pagetab.start())


def _pagetab_workbook(path: Path, start: bytes) -> bool:
    """Whether the first sheet is PageTab, or is no file list and another sheet is PageTab."""
    from pipeline.intake.workbook import Broken, TooLarge, Workbook

    try:
        book = Workbook(path)
    except (Broken, TooLarge):
        return False
    try:
        for row in book.rows(book.sheets[0]):
            text = [cell.text for cell in row.cells if cell.text.strip()]
            if text and (_PAGETAB_TSV.match(text[0]) or any(map(is_files, text))):
                return _PAGETAB_TSV.match(text[0]) is not None
            if text:
                break
        several = len(book.sheets) > 1
    except (Broken, TooLarge):
        return False
    finally:
        book.close()
    return several and pagetab_xlsx.knows(path, start)
