"""The ledger's tables: what SQLite and PostgreSQL hold alike; migrations make them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Subquery,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    select,
)

HEAD = "0003"
"""The migration that these tables stand for."""


class Words(TypeDecorator[str]):
    """Text from outside: NUL and lone surrogates, which databases refuse, become escapes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """The text as the database can hold it."""
        if value is None:
            return None
        return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _now() -> Column[Any]:
    return Column("at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _submission(**more: Any) -> Column[Any]:
    return Column("submission", Words, ForeignKey("submissions.id"), **more)


identity = Table("identity", METADATA, Column("id", Text, primary_key=True))
"""One row, made with the ledger: no other ledger has the same."""

counters = Table(
    "counters",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("next", BigInteger, nullable=False),
)
"""The next number of a prefix, or of arrivals; the row is locked while a number is given."""

submissions = Table(
    "submissions",
    METADATA,
    Column("id", Words, primary_key=True),
    Column("arrival", BigInteger, nullable=False, unique=True),
    Column("received", Date),
    Column("title", Words),
    Column("first_author", Words),
    Index(None, "title", "first_author"),
)

contents = Table(
    "contents",
    METADATA,
    _submission(primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("content_digest", Text, nullable=False, index=True),
    Column("arrival", BigInteger, nullable=False, unique=True),
    Column("received", Date, nullable=False),
    Column("stored", Words),
    _now(),
)

runs = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    _submission(nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("outcome", Text),
    Column("since", Date),
    Column("errors", Integer),
    Column("proposals", Integer),
    Column("report", Words),
    Column("evidence", Integer, ForeignKey("runs.id")),
    Column("evidence_digest", Text),
    Column("finished", DateTime(timezone=True)),
    _now(),
    CheckConstraint(
        "outcome IN ('accessioned', 'unchanged', 'waiting-for-files', 'needs-review', "
        "'returned', 'failed')",
        name="outcome",
    ),
)
"""`evidence` is the run whose findings and changes this one had too: equal ones are kept once."""

findings = Table(
    "findings",
    METADATA,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("severity", Text, nullable=False),
    Column("place", Words),
    Column("body", Text, nullable=False),
    CheckConstraint("severity IN ('error', 'warning', 'hint')", name="severity"),
)

changes = Table(
    "changes",
    METADATA,
    Column("run", Integer, ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("by", Words, nullable=False),
    Column("safety", Text, nullable=False),
    Column("body", Text, nullable=False),
)

accessions = Table(
    "accessions",
    METADATA,
    Column("value", Text, primary_key=True),
    Column("prefix", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    _submission(unique=True),
    Column("state", Text, nullable=False),
    Column("doi", Words),
    _now(),
    UniqueConstraint("prefix", "number"),
    CheckConstraint("state IN ('assigned', 'imported', 'reserved', 'withdrawn')", name="state"),
    CheckConstraint("submission IS NOT NULL OR state IN ('reserved', 'withdrawn')", name="bound"),
)

record_versions = Table(
    "record_versions",
    METADATA,
    Column("accession", Text, ForeignKey("accessions.value"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("decision_digest", Text, nullable=False),
    Column("release_date", Date),
    Column("emitted", Boolean, nullable=False),
    _now(),
    CheckConstraint("version >= 1", name="version"),
)

decisions = Table(
    "decisions",
    METADATA,
    Column("id", Integer, primary_key=True),
    _submission(nullable=False, index=True),
    Column("verdict", Text, nullable=False),
    Column("curator", Words, nullable=False),
    Column("digest", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("after_run", Integer, ForeignKey("runs.id")),
    Column("body", Text, nullable=False),
    _now(),
    CheckConstraint("verdict IN ('accept', 'return', 'hold')", name="verdict"),
)
"""Append only: a trigger refuses updates and deletions. `after_run` is the last run before it."""

releases = Table(
    "releases",
    METADATA,
    Column("accession", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("released_on", Date, nullable=False),
    _now(),
    ForeignKeyConstraint(
        ["accession", "version"], ["record_versions.accession", "record_versions.version"]
    ),
)

file_hashes = Table(
    "file_hashes",
    METADATA,
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
)
file_checksums = Table(
    "file_checksums",
    METADATA,
    Column("path", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
)


def newest_emitted() -> Subquery:
    """The newest emitted version of each accession."""
    return (
        select(record_versions.c.accession, func.max(record_versions.c.version).label("version"))
        .where(record_versions.c.emitted)
        .group_by(record_versions.c.accession)
        .subquery()
    )
