"""The file lists that an RO-Crate describes: found, read by their table schema, checked."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pipeline.findings import Finding, Location
from pipeline.intake import file_list_codes, file_lists
from pipeline.intake import ro_crate_codes as codes
from pipeline.intake.file_list_grid import Columns, distinct
from pipeline.intake.ro_crate_graph import LISTED, Entity, Graph, below, is_file_list
from pipeline.intake.ro_crate_rows import Rows, cell, read_rows, size, sizes
from pipeline.intake.ro_crate_terms import LOCAL
from pipeline.intake.spellings import fold
from pipeline.intake.text import decode
from pipeline.select import join
from pipeline.submission import FileList

_PATH, _SIZE, _DATASET, _NAME = "filePath", "sizeInBytes", "isPartOf", "name"
_MOST_TOLD = 20
"""Where more references of a column are wrong than these, one finding tells of all."""
_SIZES = ("fileSize", "contentSize")
"""What the column of sizes is called in crates, beside the term of the archive."""
_SELF = "associatedSourceImage"
_ENTITY = frozenset(
    (
        "isPartOf",
        "associatedSubject",
        "associatedBiologicalEntity",
        "associatedImagingPreparationProtocol",
        "associatedImageAcquisitionProtocol",
        "associatedAnnotationMethod",
        "associatedCreationProcess",
        "associatedAnalysisMethod",
        "associatedCorrelationMethod",
        "associatedProtocol",
    )
)
_ONE = frozenset(("isPartOf", "associatedSubject", "associatedCreationProcess"))
"""Columns that hold one reference; the others hold lists of them."""
_COLUMNS = {
    "filepath": _PATH,
    "sizeinbytes": _SIZE,
    "dataset": _DATASET,
    "type": "type",
    "label": _NAME,
}
"""Columns of the lists that the archive's programs write (folded), and what they mean."""
_WEB = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_TYPES = ("type", "22-rdf-syntax-ns")
_RELATED = frozenset((*_ENTITY, *_TYPES, _SIZE))
"""Columns that relate a file to entities of the crate, or say which class or size it has."""


@dataclass
class Lists:
    """Reads a crate's file lists from its folder."""

    graph: Graph
    folder: Path
    components: dict[str, str]
    """From a dataset's `@id` to the record place of its study component."""
    attached: bool = True
    """Whether the lists must be beside the metadata file."""
    findings: list[Finding] = field(default_factory=list)
    made: list[FileList] = field(default_factory=list)
    named: dict[str, tuple[str, str]] = field(default_factory=dict)
    """From a component's record place to the name of its list, and where the crate names it."""
    looked_for: set[str] = field(default_factory=set)
    """Names of the lists that were read, or are told to be absent."""
    loose: list[tuple[str, str]] = field(default_factory=list)
    """Lists that belong to no one component, with their places."""

    def read(self) -> None:
        """Every list that the crate describes."""
        for entity in self.graph.entities:
            if is_file_list(entity):
                self.one(entity)

    def one(self, entity: Entity) -> None:
        """One list: whose it is, whether it is there, and its rows."""
        at = join(entity.at, "@id")
        name = unquote(entity.id).removeprefix("./")
        path = self.folder / name
        inside = ".." not in Path(name).parts and not Path(name).is_absolute()
        homes = self.homes(entity)
        there = inside and path.is_file()
        if not there and not self.attached and _WEB.match(name):
            return
        for home in homes:
            self.named[home] = (name, at)
        if not homes:
            self.loose.append((name, at))
        if not there and not self.attached:
            return
        self.looked_for.add(name)
        if not there:
            message = f"the file list '{name}' is not among the uploaded files"
            place = join(homes[0], "file_list") if homes else None
            where = self.graph.source_map.position(at)
            self.findings.append(file_list_codes.ABSENT.at(where, message, value=name, place=place))
            self.schema(entity)
            return
        columns = self.schema(entity) or _usual(path)
        if not columns:
            component = homes[0] if homes else None
            read = file_lists.read_file_list(path, name=name, component=component)
            self.findings += read.findings
            self.made += [read.file_list] if read.file_list else []
        elif _PATH in columns.values():
            self.table(path, name, columns, homes)

    def homes(self, entity: Entity) -> list[str]:
        """The components that a list belongs to, as far as the metadata says."""
        owners = [
            place
            for identifier, place in self.components.items()
            if any(
                found.at == entity.at
                for found, _ in self.graph.targets(self.graph.by_id[identifier], *LISTED)
            )
            or (not identifier.startswith("#") and below(entity.id, identifier))
        ]
        if not owners and len(self.components) == 1:
            owners = list(self.components.values())
        return owners

    def schema(self, entity: Entity) -> dict[str, str]:
        """From a column's header to the last part of its property's address."""
        columns: dict[str, str] = {}
        for schema, _ in self.graph.targets(entity, "tableschema"):
            for column, _ in self.graph.targets(schema, "column"):
                names = self.graph.values(column, "columnname"), self.graph.values(column, "name")
                name = next((v for v, _ in itertools.chain(*names)), None)
                url: Any = next((v for v, _ in self.graph.values(column, "propertyurl")), "")
                if isinstance(name, str):
                    url = url.get("@id") if isinstance(url, dict) else url
                    meant = LOCAL.split(str(url).rstrip("/"))[-1]
                    columns[name] = _SIZE if meant in _SIZES else meant
            if _PATH not in columns.values():
                message = f"the table schema of '{entity.id}' has no column for paths"
                self.graph.flag(codes.NO_PATHS, join(schema.at, "column"), message)
        return columns

    def table(self, path: Path, name: str, columns: dict[str, str], homes: list[str]) -> None:
        """The rows of a list, each in the component that it names."""
        decoded = decode(path.read_bytes(), name)
        self.findings += decoded.findings
        if decoded.text is None:
            return
        wanted = next(key for key, value in columns.items() if value == _PATH)
        read = read_rows(decoded.text, name, columns, wanted)
        self.findings += read.findings
        column = {columns[cell]: n for n, cell in enumerate(read.header) if columns.get(cell)}
        if _PATH not in column:
            return
        self.check(name, read, columns, column)
        at = column.get(_SIZE)
        if at is not None:
            self.findings += sizes(read.column(at), read.lines, name, at + 1)
        groups: dict[str | None, list[tuple[int, tuple[str, ...]]]] = {}
        for line, row in zip(read.lines, read.rows, strict=True):
            dataset = cell(row, column.get(_DATASET)).strip()
            meant = self.graph.identified(dataset) if dataset else None
            home = self.components.get(meant.id if meant else dataset, next(iter(homes), None))
            groups.setdefault(home, []).append((line, row))
        for home, lines in groups.items():
            if home is not None:
                place = self.named.get(home, ("", ""))[1] or _place_of(self.graph, name)
                self.named[home] = (name, place)
                self.loose = [one for one in self.loose if one[0] != name]
            related = tuple(one for one in read.header if columns.get(one) in _RELATED)
            self.made.append(_file_list(name, home, read.header, column, lines, related))

    def check(self, name: str, read: Rows, columns: dict[str, str], column: dict[str, int]) -> None:
        """Whether what rows refer to is there."""
        types = next((column[one] for one in _TYPES if one in column), None)
        listed: dict[str, str] = {}
        for at in (column[_PATH], column.get(_NAME)):
            for row in read.rows:
                listed[cell(row, at).strip()] = cell(row, types).strip()
        for index, title in enumerate(read.header):
            meaning = columns.get(title, "")
            if meaning != _SELF and meaning not in _ENTITY:
                continue
            known = listed if meaning == _SELF else self.graph.by_id
            wrong: dict[str, list[int]] = {}
            value: dict[str, str] = {}
            for line, row in zip(read.lines, read.rows, strict=True):
                for wanted in _several(cell(row, index), meaning, known):
                    if meaning == _SELF and wanted not in listed:
                        message = f"'{wanted}' in column '{title}' is not in the file list"
                    elif meaning == _SELF and types is not None and not listed[wanted]:
                        message = f"'{wanted}' in column '{title}' is not marked as an image"
                    elif meaning in _ENTITY and wanted not in self.graph.by_id:
                        message = f"'{wanted}' in column '{title}' is no entity of the crate"
                        meant = self.graph.identified(wanted)
                        message += f"; '{meant.id}' is" if meant else ""
                    else:
                        continue
                    value[message] = wanted
                    wrong.setdefault(message, []).append(line)
            self.findings += _told(name, index + 1, wrong, value)


def _told(
    file: str, column: int, wrong: dict[str, list[int]], values: dict[str, str]
) -> Iterator[Finding]:
    """What is wrong in the rows of a column: each reference once, very many as one."""
    rows = [line for lines in wrong.values() for line in lines]
    for number, (message, lines) in enumerate(wrong.items()):
        where = Location(file=file, line=lines[0], column=column)
        value = values[message]
        if len(wrong) > _MOST_TOLD and number == 0:
            message += f"; {len(wrong) - 1:,} others in this column are wrong, too"
            lines = rows
        elif len(wrong) > _MOST_TOLD:
            return
        elif len(lines) > 1:
            message += f"; {len(lines) - 1:,} more rows say so"
        samples = tuple({"line": line} for line in lines[:5]) if len(lines) > 1 else ()
        yield codes.ROW_REFERENCE.at(where, message, value=value, count=len(lines), samples=samples)


def _usual(path: Path) -> dict[str, str]:
    """What the columns of a list mean that no schema describes, by the archive's usual names."""
    with path.open("rb") as stream:
        first = stream.readline(1 << 14).decode("utf-8-sig", errors="replace")
    cells = [cell.strip(' "\r\n') for cell in re.split(r"[,;\t]", first)]
    named = {cell: _COLUMNS[fold(cell)] for cell in cells if fold(cell) in _COLUMNS}
    return named if _PATH in named.values() else {}


def _place_of(graph: Graph, name: str) -> str:
    return next((join(e.at, "@id") for e in graph.entities if unquote(e.id) == name), "")


def _several(text: str, meaning: str, known: Container[str]) -> Iterator[str]:
    """The references of a cell: one, or a list in brackets or with commas between them.

    Programs write such lists as JSON or as Python does, with single quotes.
    """
    whole = text.strip()
    if not whole or meaning in _ONE or whole in known:
        yield from (whole,) if whole else ()
        return
    try:
        given: Any = json.loads(whole) if whole.startswith("[") else None
    except (json.JSONDecodeError, RecursionError):
        given = None
    parts = given if isinstance(given, list) else re.split(r"\s*,\s*", whole.strip("[] "))
    yield from (one for part in parts if (one := str(part).strip().strip("\"'")))


def _file_list(
    name: str,
    home: str | None,
    header: tuple[str, ...],
    column: dict[str, int],
    lines: list[tuple[int, tuple[str, ...]]],
    related: tuple[str, ...],
) -> FileList:
    given = [cell(row, column.get(_SIZE)) for _, row in lines]
    numbers = [size(text) for text in given]
    told = all(
        number is not None or not text.strip() for number, text in zip(numbers, given, strict=True)
    )
    own = {column[_PATH], column.get(_SIZE) if told else None}
    own.add(column.get(_DATASET) if home else None)
    others = [n for n in range(len(header)) if n not in own]
    names = tuple(header[n] for n in others)
    made = Columns(
        paths=[cell(row, column[_PATH]) for _, row in lines],
        lines=[line for line, _ in lines],
        attributes={
            key: [cell(row, n) for _, row in lines]
            for key, n in zip(distinct(iter(names)), others, strict=True)
        },
        names=names,
        sizes=numbers,
        path_column=column[_PATH] + 1,
    )
    return FileList(
        name=name,
        source=name,
        component=home,
        table=file_lists.table(made),
        columns=made.names,
        kind="tsv",
        path_column=made.path_column,
        places=tuple(n + 1 for n in others),
        related=related,
    )
