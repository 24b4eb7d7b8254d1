"""Members of the zip and tar files in which registries publish their dumps, read as streams."""

from __future__ import annotations

import datetime as dt
import io
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple


class Member(NamedTuple):
    """One file of a dump: bytes, its size in bytes, the day it was made; read once, then closed."""

    stream: IO[bytes]
    size: int
    date: dt.date
    holder: Any = None
    """The archive that the file stands in."""

    def position(self) -> int:
        """How many bytes were read."""
        return self.size if self.stream.closed else self.stream.tell()

    @contextmanager
    def text(self) -> Iterator[io.TextIOWrapper]:
        """The member as UTF-8 text, a byte order mark left out; closed afterwards."""
        try:
            with io.TextIOWrapper(self.stream, encoding="utf-8-sig", newline="") as lines:
                yield lines
        finally:
            self.close()

    def close(self) -> None:
        """Close the file and the archive that it stands in."""
        self.stream.close()
        if self.holder is not None:
            self.holder.close()


class Unreadable(ValueError):
    """A file that is not the dump it is said to be."""


def member(path: Path, suffix: str) -> Member:
    """The first file whose name ends so, in a zip, a tar, a folder, or the file itself.

    Raises Unreadable when there is none.
    """
    found = optional(path, suffix)
    if found is None:
        raise Unreadable(f"{path.name} holds no {suffix}")
    return found


def optional(path: Path, suffix: str) -> Member | None:
    """As `member`, or None when there is none."""
    if path.is_dir():
        inside = sorted(entry for entry in path.iterdir() if entry.name.endswith(suffix))
        return _file(inside[0]) if inside else None
    if zipfile.is_zipfile(path):
        return _zipped(path, suffix)
    if tarfile.is_tarfile(path):
        return _tarred(path, suffix)
    return _file(path) if path.name.endswith(suffix) else None


def _file(path: Path) -> Member:
    state = path.stat()
    made = dt.datetime.fromtimestamp(state.st_mtime, dt.UTC).date()
    return Member(path.open("rb"), state.st_size, made)


def _zipped(path: Path, suffix: str) -> Member | None:
    holder = zipfile.ZipFile(path)
    for entry in holder.infolist():
        if entry.filename.endswith(suffix):
            made = dt.date(*entry.date_time[:3])
            return Member(holder.open(entry), entry.file_size, made, holder)
    holder.close()
    return None


def _tarred(path: Path, suffix: str) -> Member | None:
    holder = tarfile.open(path)  # noqa: SIM115 - its members are read after this returns
    for entry in holder:
        stream = holder.extractfile(entry) if entry.name.endswith(suffix) else None
        if stream is not None:
            made = dt.datetime.fromtimestamp(entry.mtime, dt.UTC).date()
            return Member(stream, entry.size, made, holder)
    holder.close()
    return None
