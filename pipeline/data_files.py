"""The data files of a submission: which are there, which are listed, and their digests."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from pipeline.sources import SYSTEM, Opened
from pipeline.submission import FileList

PARTIAL = (".part", ".partial", ".filepart", ".crdownload", ".aspera-ckpt", ".aspx", ".tmp")
"""Suffixes of transfer programs (browsers, FileZilla, WinSCP, Aspera) for files still arriving."""


def present(opened: Opened) -> Mapping[str, int]:
    """Sizes in bytes of the data files by their path below the data root."""
    root = opened.data_root
    if root is None or not root.is_dir() or opened.submission is None:
        return {}
    own = {opened.submission.source.path} | {
        str(home / name)
        for name in opened.submission.source.documents
        for home in (root, opened.found.folder or root)
    }
    sizes: dict[str, int] = {}
    for folder, folders, names in os.walk(root, onerror=_refused):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.casefold() in SYSTEM or path in own or not os.path.isfile(path):
                continue
            sizes[Path(path).relative_to(root).as_posix()] = os.path.getsize(path)
    return sizes


def _refused(error: OSError) -> None:
    """Let a folder that may not be read be told, and one pass that is just being removed."""
    if not isinstance(error, FileNotFoundError):
        raise error


def elsewhere(opened: Opened, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Names of the documents and data files that are links leading out of the submission."""
    if opened.data_root is None or opened.found.document is None:
        return ()
    home = opened.found.folder or opened.found.document.parent
    within = tuple(os.path.join(os.path.realpath(one), "") for one in (home, opened.data_root))
    root = opened.data_root
    uploaded = [str(path) for path in document_paths(opened)]
    uploaded += (os.path.join(root, path) for path in sizes)
    return tuple(
        os.path.relpath(path, home)
        for path in uploaded
        if os.path.islink(path) and not os.path.realpath(path).startswith(within)
    )


def times(opened: Opened) -> Mapping[str, tuple[int, int]]:
    """Size in bytes and time of change (ns) of each data file, to tell what changes meanwhile."""
    root = opened.data_root
    told: dict[str, tuple[int, int]] = {}
    for path in present(opened):
        assert root is not None
        try:
            stat = (root / path).stat()
        except FileNotFoundError:
            continue
        told[path] = (stat.st_size, stat.st_mtime_ns)
    return told


def growing(sizes: Mapping[str, int], lists: Iterable[FileList]) -> frozenset[str]:
    """Files that are still arriving: a transfer's own mark beside them, or less than listed."""
    marked = {
        path.removesuffix(suffix)
        for path in sizes
        for suffix in PARTIAL
        if path.casefold().endswith(suffix)
    }
    short: set[str] = set()
    for one in lists:
        stated = one.table[["path", "size"]].dropna(subset=["size"])
        for path, size in stated.itertuples(index=False):
            if size and sizes.get(path, size) < size:
                short.add(path)
    return frozenset((marked & sizes.keys()) | short)


def listed(opened: Opened, sizes: Mapping[str, int]) -> dict[str, str | None]:
    """From each present data file that is listed to the component that lists it."""
    owners: dict[str, str | None] = {}
    folders: dict[str, str | None] = {}
    assert opened.submission is not None
    for one in opened.submission.file_lists:
        for path in one.table["path"]:
            name = str(path).lstrip("/")
            if name in sizes:
                owners.setdefault(name, one.component)
            else:
                folders.setdefault(name.rstrip("/") + "/", one.component)
    if folders:
        for path in sizes:
            for parent in PurePosixPath(path).parents:
                if f"{parent}/" in folders:
                    owners.setdefault(path, folders[f"{parent}/"])
                    break
    return owners


def documents(opened: Opened) -> Iterator[tuple[Path, bytes]]:
    """The document and its file lists with their bytes, in the order of `document_paths`."""
    return ((path, path.read_bytes()) for path in document_paths(opened))


def content_digest(contents: Iterable[bytes]) -> str:
    """SHA-256 over the bytes of document and file lists, under whatever names."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(f"{len(content)}\n".encode() + content)
    return digest.hexdigest()


def document_paths(opened: Opened) -> tuple[Path, ...]:
    """The document and its file lists on disk, in the order in which they are named."""
    if opened.submission is None or opened.found.document is None:
        return (opened.found.document,) if opened.found.document else ()
    home = opened.found.folder or opened.found.document.parent
    homes = (opened.data_root, home) if opened.data_root else (home,)
    names = opened.submission.source.documents[1:]
    lists = [next((h / name for h in homes if (h / name).is_file()), None) for name in names]
    return (opened.found.document, *(path for path in lists if path is not None))


def digest(content: str, sizes: Mapping[str, int], hashes: Mapping[str, str]) -> str:
    """SHA-256 of a submission: its content digest, and path, size, hash of each data file."""
    total = hashlib.sha256(content.encode())
    for path in sorted(hashes):
        total.update(f"{path}\x00{sizes[path]}\x00{hashes[path]}\n".encode())
    return total.hexdigest()
