"""Opening a ledger: SQLite in the archive folder, or PostgreSQL by its URL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from pipeline.ledger.tables import HEAD, counters
from pipeline.ledger.tables import identity as identity_table

MIGRATIONS = Path(__file__).parent / "migrations"
WAIT_SECONDS = 120
"""How long a writer waits for the others before it gives up."""

_FORMS = "a ledger is a file of SQLite or postgresql+psycopg://…"
_MIGRATION_LOCK = 0x_B1A_1ED6E8
_BEGIN = "ledger_begin"


class LedgerUnavailable(RuntimeError):
    """The database cannot be reached, read or written; the text says which and why."""


class Refused(ValueError):
    """The ledger does not do what was asked; the text says why, for people."""


@dataclass(frozen=True)
class Ledger:
    """An open ledger; close it, or use it in a `with`."""

    engine: sa.Engine

    @property
    def name(self) -> str:
        """Its URL, without the password."""
        return _name(self.engine)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction that sees one state of the ledger."""
        with _said(self.engine), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that is committed when the block ends, and undone when it raises.

        On SQLite it holds the write lock from its first moment: a transaction that starts as a
        reader fails at once when another wrote before it turns into a writer.
        """
        with _said(self.engine), self.engine.connect() as connection:
            connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def open_ledger(where: str | Path) -> Ledger:
    """The ledger at a path (SQLite, made when absent) or a `postgresql+psycopg://` URL.

    `postgresql://` means the same, for Psycopg 3 is the driver that is installed.

    Its tables are brought up to date; several processes may open a new one at once. Raises
    LedgerUnavailable when it cannot be opened, or a newer pipeline has changed its tables.
    """
    url = _url(str(where))
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        engine = _sqlite(url)
    elif url.drivername == "postgresql+psycopg":
        engine = sa.create_engine(url, pool_pre_ping=True)
    else:
        raise LedgerUnavailable(f"{_FORMS}, not {url!r}")
    try:
        with _said(engine, DBAPIError):
            _upgrade(Ledger(engine))
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine)


def answering(where: str) -> str | None:
    """The name of a PostgreSQL ledger that answers, in which nothing is made; None for a file.

    Raises LedgerUnavailable where it does not answer.
    """
    url = _url(where)
    if url.drivername != "postgresql+psycopg":
        return None
    engine = sa.create_engine(url)
    try:
        with _said(engine, DBAPIError), engine.connect():
            return _name(engine)
    finally:
        engine.dispose()


def _url(where: str) -> sa.URL:
    if "://" not in where:
        return sa.URL.create("sqlite", database=where)
    try:
        url = sa.make_url(where)
    except (ArgumentError, ValueError):
        # What was given is not repeated: it may hold a password.
        raise LedgerUnavailable(f"{_FORMS}; the address given cannot be read") from None
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _sqlite(url: sa.URL) -> sa.Engine:
    assert url.database
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise LedgerUnavailable(f"the ledger {url.database} cannot be made: {why}") from why
    engine = sa.create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _: object) -> None:
        # The driver's own BEGINs come too late and are deferred; ours are said in `_begin`.
        connection.isolation_level = None
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; SQLite does not wait by itself while others do the same."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as why:
            if "locked" not in str(why) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def _said(engine: sa.Engine, kind: type[DBAPIError] = OperationalError) -> Iterator[None]:
    """Say in one sentence that the database failed."""
    try:
        yield
    except DBAPIError as why:
        # The bare DatabaseError is SQLite's for a file that is broken.
        if not isinstance(why, kind) and type(why) is not DatabaseError:
            raise
        said = " ".join(str(why.orig).split())
        raise LedgerUnavailable(f"the ledger {_name(engine)} failed: {said}") from why


def _name(engine: sa.Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _upgrade(ledger: Ledger) -> None:
    """Bring the tables up to date; whoever comes second finds them made."""
    with ledger.read() as connection:
        if _revision(connection) == HEAD:
            return
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    script = ScriptDirectory(str(MIGRATIONS))

    def steps(revision: Any, _: Any) -> Any:
        return script._upgrade_revs(HEAD, revision)

    with ledger.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        found = _revision(connection)
        if found is not None:
            try:
                script.get_revision(found)
            except CommandError as why:
                raise LedgerUnavailable(
                    f"the ledger has tables of a newer pipeline (revision {found})"
                ) from why
        with EnvironmentContext(Config(), script, fn=steps) as environment:
            environment.configure(connection=connection)
            environment.run_migrations()


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def identity(ledger: Ledger) -> str:
    """What tells a ledger from every other; a copy or a restored one has the same."""
    with ledger.read() as connection:
        return str(connection.execute(sa.select(identity_table.c.id)).scalar_one())


def insert_missing(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row unless one with its key is there."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).values(**values).on_conflict_do_nothing())


def upsert(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    """Insert a row, or overwrite the one with its key."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in values.items() if name not in keys}
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        insert(table).values(**values).on_conflict_do_update(index_elements=keys, set_=rest)
    )


def lock_counter(connection: sa.Connection, name: str) -> int:
    """The next number of a counter, whose row stays locked until the transaction ends."""
    insert_missing(connection, counters, name=name, next=1)
    found = connection.execute(
        sa.select(counters.c.next).where(counters.c.name == name).with_for_update()
    )
    return int(found.scalar_one())


def set_counter(connection: sa.Connection, name: str, following: int) -> None:
    """Write the next number of a counter that is locked."""
    connection.execute(sa.update(counters).where(counters.c.name == name).values(next=following))
