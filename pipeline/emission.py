"""Bringing records, reports and public copies to disk, whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(archive: Path, name: str) -> Iterator[None]:
    """Let one thread of one process at a time work on what has a name; the others wait.

    Take it before writing: those who write one file at once tear it. The system ends the turn of
    a process that dies. Raises OSError where the archive's file system cannot lock.
    """
    known = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    place = archive / "locks" / known
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_file(path: Path, content: bytes) -> None:
    """Write a file atomically and durably; a file that already holds the content is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One name, so that a killed run leaves nothing that the next one does not take up.
    part = path.with_name(f".part-{path.name}")
    if path.is_file() and path.read_bytes() == content:
        part.unlink(missing_ok=True)
        return
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    _sync(path.parent)


def write_folder(folder: Path, contents: Mapping[str, bytes], *, public: bool = False) -> None:
    """Bring a folder of files to disk in one step; one that holds just these is left alone.

    Others than its owner may open it only when it is `public` (and the umask lets them).
    What a killed run left half done beside it is cleared away, or set back.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    part, gone = (folder.with_name(f".part-{folder.name}-{which}") for which in ("new", "old"))
    if gone.exists() and not folder.exists():
        os.replace(gone, folder)
    for left in (part, gone):
        if left.exists():
            shutil.rmtree(left)
    if _holds(folder, contents):
        return
    part.mkdir(0o777 if public else 0o700)
    for name, content in contents.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sync(part)
    if folder.exists():
        os.replace(folder, gone)
    os.replace(part, folder)
    if gone.exists():
        shutil.rmtree(gone)
    _sync(folder.parent)


def _holds(folder: Path, contents: Mapping[str, bytes]) -> bool:
    if not folder.is_dir():
        return False
    there = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    return there.keys() == contents.keys() and all(
        path.read_bytes() == contents[name] for name, path in there.items()
    )


def _sync(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
