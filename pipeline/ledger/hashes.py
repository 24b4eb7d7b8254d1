"""SHA-256 of data files, computed once for each size and modification time."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from pipeline.ledger.connection import Ledger, upsert
from pipeline.ledger.tables import file_hashes

_BATCH = 500
_SETTLED_NS = 2_000_000_000
"""A file younger than this is hashed again next time: clocks of file systems tick as slowly."""


class Growing(RuntimeError):
    """A file changed while it was read."""


def hash_file(ledger: Ledger, path: Path) -> str:
    """The SHA-256 of a file's bytes; raises Growing when it changes meanwhile, OSError as open."""
    return next(digest for _, digest in hash_files(ledger, [path]))


def hash_files(ledger: Ledger, paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with its SHA-256, in the order given, read only where size or time are new."""
    left = iter(paths)
    while batch := list(islice(left, _BATCH)):
        yield from _batch(ledger, batch)


def _batch(ledger: Ledger, paths: list[Path]) -> list[tuple[Path, str]]:
    names = {path: str(path.absolute()) for path in paths}
    with ledger.read() as connection:
        asked = sa.select(file_hashes).where(
            file_hashes.c.path.in_([name for name in names.values() if _storable(name)])
        )
        kept = {row.path: row for row in connection.execute(asked)}
    hashed = []
    fresh = []
    for path in paths:
        stat = path.stat()
        row = kept.get(names[path])
        if row is not None and (row.size, row.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            hashed.append((path, str(row.sha256)))
            continue
        digest = _sha256(path, stat)
        hashed.append((path, digest))
        if _storable(names[path]) and stat.st_mtime_ns < time.time_ns() - _SETTLED_NS:
            fresh.append((names[path], stat, digest))
    if fresh:
        _keep(ledger, fresh)
    return hashed


def _sha256(path: Path, before: os.stat_result) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise Growing(f"{path} changed while it was read")
    return digest


def _keep(ledger: Ledger, fresh: list[tuple[str, os.stat_result, str]]) -> None:
    rows = {
        name: {
            "path": name,
            "size": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "sha256": digest,
        }
        for name, stat, digest in fresh
    }
    with ledger.write() as connection:
        # In one order everywhere, so that two writers never wait for each other.
        for name in sorted(rows):
            upsert(connection, file_hashes, **rows[name])


def _storable(name: str) -> bool:
    """Whether a path is text that a database holds; one of other bytes is hashed each time."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
