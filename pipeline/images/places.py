"""Where files lie: on a disk, behind a URL (S3, HTTP, FTP …), or in a ZIP archive.

A path is a string with `/` between its parts, so `os.path` works on all of them: a path on disk,
a URL, or the path of an archive, `!/` and a member's (`data/a.zip!/plate/b.tif`).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from pipeline.images.opened import Opened, Source, away, inside_archive

MOST_ENTRIES = 200_000
"""Files of a folder behind a URL whose sizes are added up."""


class Entry(NamedTuple):
    """What stands in a folder."""

    name: str
    path: str
    folder: bool
    link: bool
    size: int | None = None


def plain(given: str) -> str:
    """A path as the other functions take it.

    >>> plain("file:///data/a.tif"), plain("zip://b.tif::https://example.org/a.zip")
    ('/data/a.tif', 'https://example.org/a.zip!/b.tif')
    """
    if given.startswith("zip://"):
        inner, _, outer = given.removeprefix("zip://").partition("::")
        outer = plain(outer)
        return f"{outer}!/{inner}" if outer else inner
    if given.startswith("file://"):
        return re.sub(r"^/*(?=/)", "", given.removeprefix("file://")) or "/"
    return given


def as_given(path: str, given: str) -> str:
    """A path below a given one, in the form in which that was given.

    >>> as_given("/data/a/b.tif", "file:///data/a"), as_given("a.zip!/in/b.tif", "zip://::a.zip")
    ('file:///data/a/b.tif', 'zip://in/b.tif::a.zip')
    """
    if given.startswith("zip://"):
        inner, _, outer = given.removeprefix("zip://").partition("::")
        member = path.removeprefix(f"{plain(outer)}!").lstrip("/")
        return f"zip://{member or inner}::{outer}"
    if given.startswith("file://"):
        return given.rstrip("/") + path.removeprefix(plain(given).rstrip("/"))
    return path


def name_of(path: str) -> str:
    """The name of a file; of a web address without what is asked of the server.

    >>> name_of("https://example.org/in/cell%201.tif?version=2"), name_of("in/a?.tif")
    ('cell 1.tif', 'a?.tif')
    """
    if path.startswith(("http://", "https://")) and not inside_archive(path):
        return unquote(urlsplit(path).path.rpartition("/")[2])
    return os.path.basename(path)


def normal(path: str) -> str:
    """A path without `.` and `..`, as a key."""
    head, mark, rest = path.partition("://")
    return f"{head}://{os.path.normpath(rest)}" if mark else os.path.normpath(path)


def source(path: str) -> Source:
    """The bytes of a file that is not on disk. Raises OSError."""
    archive, member = _archive(path)
    if member is not None:
        from pipeline.images.zips import Zipped

        return Zipped(archive, member)
    from pipeline.images.servers import Served

    return Served(path)


def entries(path: str) -> list[Entry]:
    """What stands in a folder, in no order. Raises OSError; a plain web server lists nothing."""
    if not away(path):
        with os.scandir(path) as found:
            return [
                Entry(one.name, one.path, _leads_to_folder(one), one.is_symlink()) for one in found
            ]
    archive, member = _archive(path)
    if member is not None:
        from pipeline.images.zips import listed

        return [
            Entry(name, f"{archive}!/{inside}", size is None, False, size)
            for name, inside, size in listed(archive, member)
        ]
    from pipeline.images.servers import listing

    return [Entry(name, f"{path.rstrip('/')}/{name}", size is None, False, size)
            for name, size in listing(path)]  # fmt: skip


def _leads_to_folder(one: os.DirEntry[str]) -> bool:
    try:
        return one.is_dir()
    except OSError:  # a link that leads to itself
        return False


def names(path: str) -> list[str]:
    """Names in a folder; none when it cannot be read."""
    try:
        return os.listdir(path) if not away(path) else [one.name for one in entries(path)]
    except OSError:
        return []


def exists(path: str) -> bool:
    """Whether there is a file or folder at a path."""
    if not away(path):
        return os.path.exists(path)
    archive, member = _archive(path)
    if member is not None:
        from pipeline.images.zips import holds

        return holds(archive, member)
    from pipeline.images.servers import there

    return there(path) is not None


def is_folder(path: str) -> bool:
    """Whether there is a folder at a path."""
    if not away(path):
        return os.path.isdir(path)
    archive, member = _archive(path)
    if member is not None:
        from pipeline.images.zips import holds

        return not member or holds(archive, member.rstrip("/") + "/")
    from pipeline.images.servers import there

    return there(path) == "folder"


def beginning(path: str, most: int) -> bytes:
    """The first bytes of a file that is no image, as many as 1 MiB when away. Raises OSError."""
    if not away(path):
        with open(path, "rb") as stream:
            return stream.read(most)
    with Opened(path) as file:
        return b"".join(file.stream(0, most))


def unlisted(path: str) -> bool:
    """Whether what stands in a folder cannot be asked: it is on a plain web server."""
    return path.startswith(("http://", "https://")) and not inside_archive(path)


def pieces(path: str) -> Iterator[bytes]:
    """The whole content of a file that is not on disk, in pieces. Raises OSError."""
    archive, member = _archive(path)
    if member is not None:
        from pipeline.images.zips import unzipped

        return unzipped(archive, member)
    from pipeline.images.servers import whole

    return whole(path)


def size_of(path: str) -> int:
    """Bytes of a file, 0 when it cannot be asked."""
    try:
        if not away(path):
            return os.stat(path).st_size
        with Opened(path) as file:
            return file.size
    except OSError:
        return 0


def below(path: str) -> Iterator[Entry]:
    """Every file below a folder; folders that cannot be read are passed over."""
    folders = [path]
    while folders:
        try:
            found = entries(folders.pop())
        except OSError:
            continue
        for one in found:
            if one.folder and not one.link:
                folders.append(one.path)
            else:
                yield one


def weight(path: str) -> int:
    """Bytes of all files below a folder; behind a URL of at most 200,000."""
    total = 0
    for number, one in enumerate(below(path)):
        if one.size is not None:
            total += one.size
        elif not away(path):
            total += _bytes(one.path)
        if number >= MOST_ENTRIES and away(path):
            break
    return total


def _bytes(path: str) -> int:
    try:
        found = os.stat(path, follow_symlinks=False)
    except OSError:
        return 0
    return found.st_size if not stat.S_ISDIR(found.st_mode) else 0


def _archive(path: str) -> tuple[str, str | None]:
    """The archive and the member that a path leads to; no member when it leads into none."""
    found = re.search(r"\.zip!(/|$)", path, re.IGNORECASE)
    if found is None:
        return path, None
    return path[: found.start() + 4], path[found.end() :]
