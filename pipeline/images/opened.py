"""A file that is read only as far as its header needs."""

from __future__ import annotations

import os
from types import TracebackType

HEAD = 4096
"""Bytes that are read of every file (most headers and signatures lie within)."""
LIMIT = 1 << 20
"""Bytes that may be read of one file for its header."""


class Cut(Exception):
    """The file ends before bytes that its header describes."""

    def __init__(self, what: str, end: int) -> None:
        super().__init__(what, end)
        self.what = what
        self.end = end


class Enough(Exception):
    """The limit of what may be read for one header is reached."""


class Wrong(Exception):
    """The header holds a value that this format cannot have; the text says which."""


class Opened:
    """One open file: its size, its first 4 KiB, and bounded reads at any offset."""

    __slots__ = ("_fd", "_spent", "head", "limit", "name", "path", "size")

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self._fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        try:
            self.size = os.fstat(self._fd).st_size
            self.head = os.read(self._fd, HEAD)
        except OSError:
            os.close(self._fd)
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
        os.close(self._fd)

    def allow(self, total: int) -> None:
        """Let this file's header take more than 1 MiB: its index lies elsewhere."""
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
        return os.pread(self._fd, count, offset)

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

    def stream(self, start: int = 0, end: int | None = None) -> StreamOf:
        """The whole content in pieces of 1 MiB, outside the header's limit (for `deep`)."""
        return StreamOf(self._fd, start, self.size if end is None else min(end, self.size))


class StreamOf:
    """Pieces of an open file, 1 MiB each."""

    __slots__ = ("_at", "_end", "_fd")

    def __init__(self, fd: int, start: int, end: int) -> None:
        self._fd, self._at, self._end = fd, start, end

    def __iter__(self) -> StreamOf:
        return self

    def __next__(self) -> bytes:
        piece = (
            os.pread(self._fd, min(1 << 20, self._end - self._at), self._at)
            if (self._at < self._end)
            else b""
        )
        if not piece:
            raise StopIteration
        self._at += len(piece)
        return piece
