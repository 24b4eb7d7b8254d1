"""Where the rows and headers of a file list stand in its file."""

from __future__ import annotations

from pathlib import Path

from pipeline.findings import Location
from pipeline.intake.file_list_json import position
from pipeline.submission import FileList


def row_location(file_list: FileList, row: int, column: str | int) -> Location:
    """Where a row (from 0) stands in its file: `column` is path, size, type or an index.

    An index counts the list's own attributes (`FileList.columns`) from 0. A JSON list gives the
    pointer of the entry's member, a sheet the cell, text line and column; a file that a section
    names itself stands where the document has it.
    """
    if file_list.source_map is not None:
        below = "" if isinstance(column, int) else f"/{column}"
        return file_list.source_map.locate(f"{file_list.component}/files/{row}{below}")
    line = int(file_list.table["line"].iloc[row])
    if file_list.kind == "json":
        below = "attributes" if isinstance(column, int) else column
        at = f"/{line - 1}/{below}"
        found = None if file_list.path is None else position(Path(file_list.path), at)
        line_of, column_of = found or (None, None)
        return Location(
            file=file_list.source, pointer=at, line=line_of, column=column_of, row=row + 1
        )
    return _cell(file_list, line, column).model_copy(update={"row": row + 1})


def header_location(file_list: FileList, attribute: int | None = None) -> Location:
    """Where the header of the paths or of an attribute stands; a JSON list has only its start."""
    if file_list.source_map is not None:
        return file_list.source_map.locate(f"{file_list.component}/files")
    if file_list.kind == "json":
        return Location(file=file_list.source, pointer="")
    return _cell(file_list, file_list.header_line, "path" if attribute is None else attribute)


def _cell(file_list: FileList, line: int, column: str | int) -> Location:
    number = file_list.path_column
    if isinstance(column, int) and file_list.places:
        number = file_list.places[column]
    elif isinstance(column, int):
        number = column + 1 if column + 1 < file_list.path_column else column + 2
    if file_list.kind == "xlsx":
        from openpyxl.utils.cell import get_column_letter

        cell = f"{get_column_letter(number)}{line}"
        return Location(file=file_list.source, sheet=file_list.sheet, cell=cell)
    return Location(file=file_list.source, line=line, column=number)
