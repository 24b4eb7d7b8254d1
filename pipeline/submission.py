"""A submission as read, and what stands around its metadata."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import ConfigDict, Field, SkipValidation

from pipeline.findings import Frozen, Location
from pipeline.glance import Glance
from pipeline.select import escape, parent

Metadata = dict[str, Any]


_NAMES = {
    "attributes": frozenset({"name"}),
    "qualifiers": frozenset({"name", "of"}),
    "files": frozenset({"path"}),
}
_IDENTIFIERS = ("/email", "/orcid", "/doi", "/pubmed_id", "/release_date", "/accession")


class Texts(tuple[tuple[str, str], ...]):
    """Every text of the metadata with its place, but for names of attributes and paths of files."""

    @classmethod
    def of(cls, metadata: Metadata) -> Texts:
        """The texts of a submission's metadata, in its order."""
        found: list[tuple[str, str]] = []
        _collect(metadata, "", frozenset(), found)
        return cls(found)

    @cached_property
    def prose(self) -> tuple[tuple[str, str], ...]:
        """The texts but for those of fields whose own checks tell what is odd in them."""
        return tuple([one for one in self if not one[0].endswith(_IDENTIFIERS)])

    def holding(self, glance: Glance) -> tuple[tuple[str, str], ...]:
        """Those of `prose` in which a quick look finds something."""
        if not glance(self.joined):
            return ()
        return tuple([one for one in self.prose if glance(one[1])])

    @cached_property
    def joined(self) -> str:
        """All texts as one, for a quick look whether anything is in any of them."""
        return "\n".join([text for _, text in self])

    @cached_property
    def beyond_ascii(self) -> tuple[tuple[str, str], ...]:
        """The texts that hold more than ASCII."""
        return tuple([one for one in self if not one[1].isascii()])

    @cached_property
    def runs(self) -> frozenset[str]:
        """The different runs of characters beyond ASCII that stand in the texts."""
        written = "\n".join(text for _, text in self.beyond_ascii).encode("utf-8", "replace")
        return frozenset(run.decode() for run in written.translate(_ASCII_BLANK).split())

    @cached_property
    def letters(self) -> str:
        """The different characters beyond ASCII that stand in the texts."""
        return "".join(set("".join(self.runs)))


_ASCII_BLANK = bytes(32 if byte < 128 else byte for byte in range(256))


def _collect(tree: Metadata, at: str, left: frozenset[str], found: list[tuple[str, str]]) -> None:
    for key, value in tree.items():
        if key in left:
            continue
        place = f"{at}/{escape(key)}"
        if isinstance(value, str):
            found.append((place, value))
        elif isinstance(value, dict):
            _collect(value, place, frozenset(), found)
        elif isinstance(value, list):
            unread = _NAMES.get(key, frozenset())
            for number, one in enumerate(value):
                if isinstance(one, str):
                    found.append((f"{place}/{number}", one))
                elif isinstance(one, dict):
                    _collect(one, f"{place}/{number}", unread, found)


class SourceMap(Frozen):
    """From a place in the record to its place in the document as submitted.

    `pointers` maps record pointers to document pointers; `positions` maps document pointers
    to where they stand in the file (line and column, or sheet and cell).
    """

    file: str
    pointers: SkipValidation[Mapping[str, str]] = Field(default_factory=dict)
    positions: SkipValidation[Mapping[str, Location]] = Field(default_factory=dict)
    addressed: bool = True
    """Whether readers know document pointers (JSON), or positions only (TSV, XLSX)."""
    accessions: SkipValidation[Mapping[str, str]] = Field(default_factory=dict)
    """The pointer of the section with each accno that stands in the document once."""

    def document_pointer(self, place: str) -> str:
        """The document pointer of a record place, or of the nearest thing around it."""
        while place and place not in self.pointers:
            place = parent(place)
        return self.pointers.get(place, "")

    def locate(self, place: str) -> Location:
        """Where a record place stands in the document."""
        return self.position(self.document_pointer(place))

    def position(self, pointer: str) -> Location:
        """Where a document pointer stands in the file."""
        at = pointer
        while (found := self.positions.get(at)) is None and at:
            at = parent(at)
        found = found or Location()
        exact = at == pointer and found.pointer is not None
        if found.file == self.file and exact and self.addressed:
            return found
        return Location(
            file=self.file,
            pointer=pointer if self.addressed else None,
            line=found.line,
            column=found.column,
            row=found.row,
            sheet=found.sheet,
            cell=found.cell,
        )


class FileList(Frozen):
    """A file list: `table` has `path`, `size`, `type`, `line` and the list's own attributes.

    `table` holds one row per listed file, text as submitted; `size` in bytes or missing;
    `line` is the line of the file (row of the sheet, index of the JSON array from 1).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    name: str
    source: str
    component: str | None = None
    """The record place that names it, such as `/study/study_components/0`."""
    table: Any
    columns: tuple[str, ...] = ()
    sheet: str | None = None
    kind: str = "tsv"
    header_line: int = 1
    path_column: int = 1
    """Where the header and the paths stand in a TSV file or a sheet, counted from 1."""
    places: tuple[int, ...] = ()
    """Where each attribute stands, counted from 1; none where they stand beside the paths."""
    related: tuple[str, ...] = ()
    """Columns that say which things of the document a file belongs to, often all to one."""
    path: str | None = None
    """The file that it was read from."""
    source_map: SourceMap | None = None
    """Where files that a section names itself (kind `inline`) stand in the document."""


class Source(Frozen):
    """Where a submission came from: paths, and what belongs to the document but is no metadata."""

    path: str
    folder: str | None = None
    data_root: str | None = None
    kind: str = "pagetab-json"
    template: str | None = None
    attach_to: str | None = None
    root_path: str | None = None
    documents: tuple[str, ...] = ()
    files_expected: bool = True
    imported: bool = False


EMPIAR = "empiar"
ELSEWHERE = frozenset({"idr-study", EMPIAR})
"""Kinds of documents of studies that another resource holds with their files (IDR, EMPIAR)."""


class Submission(Frozen):
    """One study as submitted: metadata is an instance of the LinkML class `Submission`."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    id: str
    metadata: Metadata
    source: Source
    source_map: SourceMap
    file_lists: tuple[FileList, ...] = ()
    received: dt.date | None = None
    digest: str = ""

    @property
    def held_elsewhere(self) -> bool:
        """Whether another resource holds the study: its kind says so, or its crate's identifier."""
        if self.source.kind != "ro-crate":
            return self.source.kind in ELSEWHERE
        given = self.metadata.get("study", {}).get("attributes", ())
        return any(one.get("name") == "identifier" for one in given)
