"""Bringing records, reports and public copies to disk, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path


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


def write_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Bring a folder of files to disk in one step; one that holds just these is left alone.

    What a killed run left half written beside it is cleared away.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f".part-{folder.name}-*"):
        shutil.rmtree(left)
    if _holds(folder, contents):
        return
    part = Path(tempfile.mkdtemp(prefix=f".part-{folder.name}-", dir=folder.parent))
    for name, content in contents.items():
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sync(part)
    if folder.exists():
        gone = Path(tempfile.mkdtemp(prefix=f".part-{folder.name}-", dir=folder.parent))
        os.replace(folder, gone / "old")
        os.replace(part, folder)
        shutil.rmtree(gone)
    else:
        os.replace(part, folder)
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
