"""Checksums of data files, computed once for each size and modification time."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from pipeline.ledger.connection import Ledger, upsert
from pipeline.ledger.tables import file_checksums, file_hashes

_BATCH = 500
_PIECE = 1 << 20
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


def checksums(
    ledger: Ledger, wanted: Mapping[Path, Collection[str]]
) -> Iterator[tuple[Path, str, str]]:
    """File, kind (as `hashlib` names it) and checksum, each file read once, for all its kinds.

    A file that is gone or changes meanwhile is left out.
    """
    left = iter(wanted)
    while batch := list(islice(left, _BATCH)):
        yield from _checksums(ledger, {path: wanted[path] for path in batch})


def _checksums(
    ledger: Ledger, wanted: Mapping[Path, Collection[str]]
) -> Iterator[tuple[Path, str, str]]:
    names = {path: str(path.absolute()) for path in wanted}
    with ledger.read() as connection:
        asked = sa.select(file_checksums).where(
            file_checksums.c.path.in_([name for name in names.values() if _storable(name)])
        )
        kept = {(row.path, row.kind): row for row in connection.execute(asked)}
    fresh: dict[tuple[str, str], tuple[os.stat_result, str]] = {}
    for path, kinds in wanted.items():
        try:
            stat = path.stat()
            known = {
                kind: str(row.digest)
                for kind in kinds
                if (row := kept.get((names[path], kind))) is not None
                and (row.size, row.mtime_ns) == (stat.st_size, stat.st_mtime_ns)
            }
            made = read_checksums(path, [kind for kind in kinds if kind not in known])
        except (FileNotFoundError, Growing):
            continue
        if _storable(names[path]) and stat.st_mtime_ns < time.time_ns() - _SETTLED_NS:
            fresh |= {(names[path], kind): (stat, digest) for kind, digest in made.items()}
        yield from ((path, kind, digest) for kind, digest in sorted({**known, **made}.items()))
    if fresh:
        with ledger.write() as connection:
            # In one order everywhere, so that two writers never wait for each other.
            for (name, kind), (stat, digest) in sorted(fresh.items(), key=lambda one: one[0]):
                upsert(
                    connection,
                    file_checksums,
                    path=name,
                    kind=kind,
                    size=stat.st_size,
                    mtime_ns=stat.st_mtime_ns,
                    digest=digest,
                )


def read_checksums(path: Path, kinds: Collection[str]) -> dict[str, str]:
    """Checksums of a file by kind, from one reading; none are asked, none is read.

    Raises Growing when the file changes meanwhile, OSError as open.
    """
    if not kinds:
        return {}
    totals = {kind: hashlib.new(kind, usedforsecurity=False) for kind in kinds}
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        while piece := file.read(_PIECE):
            for total in totals.values():
                total.update(piece)
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise Growing(f"{path} changed while it was read")
    return {kind: total.hexdigest() for kind, total in totals.items()}


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
