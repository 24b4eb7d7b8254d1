"""One SQLite store of registries: a table of entries and a table of names for each."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.findings import Frozen

Progress = Callable[[int, int], None]
"""Called with the bytes read so far and the bytes there are."""


class Snapshot(Frozen):
    """One registry as of a day: `digest` is the SHA-256 of its source, `size` counts entries.

    `complete` tells a full official dump from the small snapshot that is built in: only a complete
    one can say that something does not exist.
    """

    name: str
    version: str
    date: dt.date
    digest: str
    size: int
    complete: bool = False


class Entry(NamedTuple):
    """One entry of a registry: its id, its fields, its names with their kind, its last change."""

    id: str
    fields: dict[str, Any]
    names: tuple[tuple[str, str], ...]
    day: str = ""
    """The ISO day on which the record was changed last, where the dump says it."""


class Dump(NamedTuple):
    """An official dump being read: `position` and `total` are bytes, for a progress bar.

    `date` is the day of its file; a dump packed anew is as old as its newest entry.
    """

    entries: Iterable[Entry]
    version: str | None
    """None where the dump has no version but its day."""
    date: dt.date
    position: Callable[[], int] = int
    total: int = 0


class Named(NamedTuple):
    """An entry found by one of its names."""

    id: str
    fields: dict[str, Any]
    name: str
    kind: str


_BREAK = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """A name as it is compared: without accents, case, punctuation and repeated space.

    >>> fold("Fondation pour la Recherche Médicale  (FRM)")
    'fondation pour la recherche medicale frm'
    """
    if not text.isascii():
        bare = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
        text = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _BREAK.sub(" ", text).casefold().strip()


def digest(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


_NAME = re.compile(r"[a-z_]+")


def _table(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a registry")
    return name


def connect(path: Path | None) -> sqlite3.Connection:
    """Open a store for writing; without a path one in memory."""
    connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
    connection.execute(
        "CREATE TABLE IF NOT EXISTS snapshot (name TEXT PRIMARY KEY, version TEXT NOT NULL,"
        " date TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,"
        " complete INTEGER NOT NULL)"
    )
    return connection


def write(
    connection: sqlite3.Connection,
    name: str,
    dump: Dump,
    digest_of_dump: str,
    *,
    complete: bool,
    progress: Progress | None = None,
) -> Snapshot:
    """Replace one registry in one transaction: a reader sees the old one or the new one."""
    table = _table(name)
    size, newest = 0, ""
    names: list[tuple[str, str, str, str]] = []
    entries: list[tuple[str, str]] = []

    def flush() -> None:
        connection.executemany(f"INSERT OR REPLACE INTO {table}_entry VALUES (?, ?)", entries)
        connection.executemany(f"INSERT INTO {table}_name VALUES (?, ?, ?, ?)", names)
        entries.clear()
        names.clear()
        if progress:
            progress(dump.position(), dump.total)

    connection.execute("BEGIN IMMEDIATE")
    try:
        for part in ("entry", "name"):
            connection.execute(f"DROP TABLE IF EXISTS {table}_{part}")
        connection.execute(
            f"CREATE TABLE {table}_entry (id TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID"
        )
        connection.execute(
            f"CREATE TABLE {table}_name (folded TEXT NOT NULL, id TEXT NOT NULL,"
            " name TEXT NOT NULL, kind TEXT NOT NULL)"
        )
        for entry in dump.entries:
            size += 1
            newest = max(newest, entry.day)
            entries.append((entry.id, json.dumps(entry.fields, ensure_ascii=False)))
            names += [(fold(text), entry.id, text, kind) for text, kind in entry.names]
            if len(entries) >= 2000:
                flush()
        flush()
        connection.execute(f"CREATE INDEX {table}_by_name ON {table}_name (folded)")
        date = min(dump.date, dt.date.fromisoformat(newest)) if newest else dump.date
        snapshot = Snapshot(
            name=name,
            version=dump.version or date.isoformat(),
            date=date,
            digest=digest_of_dump,
            size=size,
            complete=complete,
        )
        connection.execute(
            "INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?, ?, ?)",
            (name, snapshot.version, date.isoformat(), digest_of_dump, size, complete),
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return snapshot


def snapshots(connection: sqlite3.Connection) -> Iterator[Snapshot]:
    """What a store holds."""
    rows = connection.execute("SELECT name, version, date, digest, size, complete FROM snapshot")
    for name, version, date, digested, size, complete in rows.fetchall():
        yield Snapshot(
            name=name,
            version=version,
            date=dt.date.fromisoformat(date),
            digest=digested,
            size=size,
            complete=bool(complete),
        )


def by_id(connection: sqlite3.Connection, name: str, key: str) -> dict[str, Any] | None:
    """The fields of the entry with an id."""
    with closing(
        connection.execute(f"SELECT fields FROM {_table(name)}_entry WHERE id = ?", (key,))
    ) as rows:
        row = rows.fetchone()
    return json.loads(row[0]) if row else None


def by_name(connection: sqlite3.Connection, name: str, text: str) -> list[Named]:
    """The entries with a name, compared folded."""
    table = _table(name)
    rows = connection.execute(
        f"SELECT n.id, e.fields, n.name, n.kind FROM {table}_name n"
        f" JOIN {table}_entry e ON e.id = n.id WHERE n.folded = ? ORDER BY n.rowid",
        (fold(text),),
    ).fetchall()
    return [Named(key, json.loads(fields), found, kind) for key, fields, found, kind in rows]


def all_names(connection: sqlite3.Connection, name: str) -> list[tuple[str, str, str]]:
    """Every name of a small registry: id, name, kind."""
    return connection.execute(
        f"SELECT id, name, kind FROM {_table(name)}_name ORDER BY rowid"
    ).fetchall()
