"""File lists and submissions as the fixtures of codes describe them."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from pipeline.check import CHECKS, Context, Images, run
from pipeline.checks import agreement, annotations, checksums, file_lists, uploads
from pipeline.findings import Finding
from pipeline.images import ImageFile
from pipeline.intake.file_lists import FileListReading, read_file_list
from pipeline.submission import FileList, Source, SourceMap, Submission

OWN = {one.__name__ for one in (agreement, annotations, checksums, file_lists, uploads)}
DAY = dt.date(2026, 11, 22)


def write(case: dict[str, Any], folder: Path) -> Path:
    """The file of a case: text, a workbook, bytes, a file of some size, or none at all."""
    path = folder / case.get("name", f"list{case.get('suffix', '.tsv')}")
    if "workbook" in case:
        if "." not in case.get("name", ""):
            path = path.with_suffix(case.get("suffix", ".xlsx"))
        _workbook(case["workbook"], path)
    elif "base64" in case:
        path.write_bytes(base64.b64decode(case["base64"]))
    elif "size" in case:
        with path.open("wb") as stream:
            stream.truncate(case["size"])
    elif case.get("file_list") is not None:
        path.write_bytes(case["file_list"].encode())
    return path


def _workbook(sheets: list[dict[str, Any]], path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for given in sheets:
        sheet = book.create_sheet(given["name"])
        for row in given.get("rows", ()):
            sheet.append(row)
        for number in given.get("hidden_rows", ()):
            sheet.row_dimensions[number].hidden = True
        for letter in given.get("hidden_columns", ()):
            sheet.column_dimensions[letter].hidden = True
        for cells in given.get("merged", ()):
            sheet.merge_cells(cells)
        if given.get("hidden"):
            sheet.sheet_state = "hidden"
    book.save(path)


def found(case: dict[str, Any], folder: Path) -> tuple[Finding, ...]:
    """What the file list or the submission of a case is found to have wrong."""
    if "metadata" not in case:
        reading = read_file_list(write(case, folder))
        return everything(reading)
    findings, _ = run(
        [each for each in CHECKS.values() if each.function.__module__ in OWN],
        context(case, folder),
    )
    return findings


def everything(reading: FileListReading) -> tuple[Finding, ...]:
    """What reading a list found, and what its columns have wrong."""
    if reading.file_list is None:
        return reading.findings
    return (*reading.findings, *file_lists.findings_of(reading.file_list))


def context(case: dict[str, Any], folder: Path) -> Context:
    """The context of a case: its metadata, file lists by the place that names them, data files."""
    lists: list[FileList] = []
    for place, text in case.get("file_lists", {}).items():
        name = f"{place.strip('/').replace('/', '-')}.tsv"
        read = read_file_list(write({"name": name, **text}, folder), component=place)
        assert read.file_list is not None, read.findings
        lists.append(read.file_list)
    return Context(
        submission=Submission(
            id="S-TEST1",
            metadata=case["metadata"],
            source=Source(
                path="document.json",
                template=case.get("template"),
                documents=tuple(case.get("documents", ())),
            ),
            source_map=SourceMap(file="document.json"),
            file_lists=tuple(lists),
        ),
        day=DAY,
        images=_images(case.get("images")),
    )


def _images(given: dict[str, Any] | None) -> Images:
    """What was found of the data files: `folders` gives the number of empty files in a folder."""
    if given is None:
        return Images()
    present = dict(given.get("present", {}))
    for folder, count in given.get("folders", {}).items():
        present.update((f"{folder}/{number}", 0) for number in range(count))
    sniffed = [
        ImageFile(**{"kind": "image", "size": 0, "evidence": "content", "images": 1, **one})
        for one in given.get("sniffed", ())
    ]
    return Images(
        looked=True,
        present=present,
        sniffed=tuple(sniffed),
        growing=frozenset(given.get("growing", ())),
        elsewhere=tuple(given.get("elsewhere", ())),
        checksums=given.get("checksums", {}),
    )
