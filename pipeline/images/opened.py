"""A file that is read only as far as its header needs."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Protocol

HEAD = 4096
"""Bytes that are read of every file (most headers and signatures lie within)."""
LIMIT = 1 << 20
"""Bytes that may be read of one file for its header."""
BLANK = b"\0\t\n\x1a\r "
"""Bytes that programs put behind the last of a chain."""
FARTHEST = 1 << 64
"""An offset beyond this, multiplied from sizes in a header, is not written out."""


class Cut(Exception):
    """The file ends before bytes that its header describes."""

    def __init__(self, what: str, end: int) -> None:
        super().__init__(what, end)
        self.what = what
        self.end = min(end, FARTHEST)


class Enough(Exception):
    """The limit of what may be read for one header is reached."""


class Wrong(Exception):
    """The header holds a value that this format cannot have; the text says which."""


class Source(Protocol):
    """Where bytes come from: a disk, a server, an archive. Its methods raise OSError."""

    size: int

    def fetch(self, offset: int, count: int) -> bytes:
        """Bytes within the file. Raises Enough when the source will give no more."""

    def piece(self, offset: int, count: int) -> bytes:
        """Bytes within the file, outside the limits of a header."""

    def close(self) -> None:
        """Let go of the file."""


class Local:
    """A file on disk."""

    __slots__ = ("_fd", "size")

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        found = os.fstat(self._fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(self._fd)
            raise OSError(errno.EINVAL, "it is a pipe, a socket or a device", path)
        self.size = found.st_size

    def fetch(self, offset: int, count: int) -> bytes:
        """Bytes of the file."""
        return os.pread(self._fd, count, offset)

    piece = fetch

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def away(path: str) -> bool:
    """Whether a path is a URL, or leads into a ZIP archive (`a.zip!/b.tif`)."""
    return "://" in path or inside_archive(path)


def inside_archive(path: str) -> bool:
    """Whether a path leads into a ZIP archive."""
    low = path.lower()
    return ".zip!/" in low or low.endswith(".zip!")


class Opened:
    """One open file: its size, its first 4 KiB, and bounded reads at any offset."""

    __slots__ = ("_source", "_spent", "away", "head", "limit", "name", "path", "size")

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self.away = away(path)
        if self.away:
            from pipeline.images.places import name_of, source

            self.name = name_of(path)
            self._source: Source = source(path)
        else:
            self._source = Local(path)
        self.size = self._source.size
        try:
            self.head = self._source.fetch(0, min(HEAD, self.size) if self.away else HEAD)
        except (OSError, Enough):
            self._source.close()
            raise
        self.limit = LIMIT
        self._spent = len(self.head)

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def allow(self, total: int) -> None:
        """Let the header of a file on disk take more than 1 MiB: its index lies elsewhere."""
        if not self.away:
            self.limit = max(self.limit, total)

    def read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes at an offset; fewer at the end. Raises Enough beyond the limit."""
        if offset < 0 or count <= 0 or offset >= self.size:
            return b""
        if offset + count <= len(self.head):
            return self.head[offset : offset + count]
        count = min(count, self.size - offset)
        self._spent += count
        if self._spent > self.limit:
            raise Enough
        return self._source.fetch(offset, count)

    def need(self, offset: int, count: int, what: str) -> bytes:
        """Exactly `count` bytes at an offset. Raises Cut when the file ends before."""
        if offset < 0 or offset + count > self.size:
            raise Cut(what, offset + count)
        found = self.read(offset, count)
        if len(found) < count:
            raise Cut(what, offset + count)
        return found

    def reach(self, end: int, what: str) -> None:
        """Raise Cut when the file is shorter than `end` bytes."""
        if end > self.size:
            raise Cut(what, end)

    def tail(self, count: int) -> bytes:
        """The last `count` bytes."""
        return self.read(max(0, self.size - count), count)

    def stream(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The content in pieces of 1 MiB, outside the header's limit (for `deep`)."""
        at, stop = start, self.size if end is None else min(end, self.size)
        while at < stop:
            piece = self._source.piece(at, min(1 << 20, stop - at))
            if not piece:
                return
            yield piece
            at += len(piece)


class Readable(io.RawIOBase):
    """An open file for libraries that want a file object; `whole` reads outside the limits."""

    def __init__(self, opened: Opened, whole: bool = False) -> None:
        self._opened, self._whole, self._at = opened, whole, 0
        self.name = opened.name

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The offset of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to an offset from the beginning, from here or from the end."""
        self._at = max(0, offset + (0, self._at, self._opened.size)[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as far as the file goes."""
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._opened.size - self._at))
        if not count:
            return 0
        try:
            found = (
                self._opened._source.piece(self._at, count)
                if self._whole
                else self._opened.read(self._at, count)
            )
        except Enough:
            raise OSError("more would have to be read than may be for a header") from None
        view[: len(found)] = found
        self._at += len(found)
        return len(found)
