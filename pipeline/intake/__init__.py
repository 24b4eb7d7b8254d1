"""The doors through which documents come in; each module with a `KIND` here is one.

A door has `KIND`, `knows(path, head) -> bool` (by name and first bytes) and
`read(data, file) -> Reading`; `ORDER` (default 50) says who is asked first. A door that needs
what stands beside the document has `read_path(path, file) -> Reading` too.
"""

from __future__ import annotations

import codecs
import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from functools import cache
from importlib.abc import InspectLoader
from io import FileIO
from pathlib import Path
from typing import Any, Protocol

from pipeline.findings import Location, declare
from pipeline.intake.reading import Reading
from pipeline.submission import SourceMap

UNKNOWN = declare(
    "SUB118",
    "document-kind-unknown",
    "error",
    """The file is none of the documents that the archive reads.

    To fix: give the study as PageTab (JSON, TSV, XLSX) or in another form that the archive takes.
    """,
)
HEAD = 64 * 1024


class Door(Protocol):
    """A module that reads one kind of document."""

    KIND: str

    def knows(self, path: Path, head: bytes) -> bool:
        """Whether a file of this name with these first bytes is of this kind."""

    def read(self, data: bytes, file: str) -> Reading:
        """The metadata of a document; never raises for its content."""


@cache
def doors() -> tuple[Door, ...]:
    """All doors, in the order in which they are asked."""
    found: list[Any] = []
    for module in pkgutil.iter_modules(__path__, __name__ + "."):
        # Modules that are no doors are not imported: some of them load large libraries.
        if _is_door(module.name):
            found.append(importlib.import_module(module.name))
    return tuple(sorted(found, key=lambda door: (getattr(door, "ORDER", 50), door.__name__)))


def _is_door(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    loader = spec.loader if spec else None
    source = loader.get_source(name) if isinstance(loader, InspectLoader) else None
    return source is not None and "\nKIND = " in source


def head_of(path: Path) -> bytes:
    """The first bytes of a file, by which its kind is told."""
    with FileIO(path) as file:
        return file.read(HEAD)


def door_for(path: Path, head: bytes | None = None) -> Door | None:
    """The door that knows a file, or None; `head` are its first bytes, if read already."""
    head = _in_utf8(head_of(path) if head is None else head)
    return next((door for door in doors() if door.knows(path, head)), None)


def _in_utf8(head: bytes) -> bytes:
    """First bytes as UTF-8 where they say that they are UTF-16, as spreadsheets write text."""
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head
    return head[: len(head) // 2 * 2].decode("utf-16", errors="replace").encode()


def read(
    path: Path, file: str | None = None, kind: str | None = None, data: bytes | None = None
) -> Reading:
    """A document's metadata; findings name it `file`.

    Its door is that of `kind`, its bytes are `data`, where they are known already.
    """
    name = file or path.name
    door = next((one for one in doors() if kind == one.KIND), None) or door_for(path)
    if door is None:
        message = f"'{name}' is no document that the archive reads"
        return Reading(
            kind="unknown",
            metadata=None,
            source_map=SourceMap(file=name),
            findings=(UNKNOWN.at(Location(file=name), message),),
        )
    read_path: Callable[[Path, str], Reading] | None = getattr(door, "read_path", None)
    if read_path is not None:
        return read_path(path, name)
    return door.read(path.read_bytes() if data is None else data, name)
