"""What is due to become public, and what did."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from pipeline.findings import Frozen
from pipeline.ledger.connection import Ledger, Refused, insert_missing
from pipeline.ledger.tables import accessions, newest_emitted, record_versions, releases


class Due(Frozen):
    """An emitted record version whose release date has come and that is not public."""

    accession: str
    submission: str
    version: int
    digest: str
    release_date: dt.date


def due(ledger: Ledger, day: dt.date, accession: str | None = None) -> tuple[Due, ...]:
    """What is to be released on a day: of each accession the newest emitted version alone.

    A version without release date is never due, nor is that of a withdrawn accession. With
    `accession` only that one is looked at.
    """
    newest = newest_emitted()
    asked = (
        sa.select(
            record_versions.c.accession,
            accessions.c.submission,
            record_versions.c.version,
            record_versions.c.digest,
            record_versions.c.release_date,
        )
        .join(
            newest,
            sa.and_(
                newest.c.accession == record_versions.c.accession,
                newest.c.version == record_versions.c.version,
            ),
        )
        .join(accessions, accessions.c.value == record_versions.c.accession)
        .outerjoin(
            releases,
            sa.and_(
                releases.c.accession == record_versions.c.accession,
                releases.c.version == record_versions.c.version,
            ),
        )
        .where(
            record_versions.c.release_date <= day,
            releases.c.version.is_(None),
            accessions.c.state != "withdrawn",
            sa.true() if accession is None else accessions.c.value == accession,
        )
        .order_by(accessions.c.prefix, accessions.c.number)
    )
    with ledger.read() as connection:
        return tuple(
            Due(
                accession=row.accession,
                submission=row.submission,
                version=row.version,
                digest=row.digest,
                release_date=row.release_date,
            )
            for row in connection.execute(asked)
        )


def released(ledger: Ledger) -> tuple[str, ...]:
    """Every accession of which a version became public and that was not withdrawn since."""
    asked = (
        sa.select(accessions.c.value)
        .where(
            accessions.c.value.in_(sa.select(releases.c.accession)),
            accessions.c.state != "withdrawn",
        )
        .order_by(accessions.c.prefix, accessions.c.number)
    )
    with ledger.read() as connection:
        return tuple(row.value for row in connection.execute(asked))


def release(ledger: Ledger, accession: str, version: int, day: dt.date) -> None:
    """Note that a version became public on a day; asked again it keeps the first day.

    Raises Refused for a version that was not emitted, or whose release date has not come.
    """
    with ledger.write() as connection:
        found = connection.execute(
            sa.select(record_versions).where(
                record_versions.c.accession == accession, record_versions.c.version == version
            )
        ).one_or_none()
        if found is None or not found.emitted:
            raise Refused(f"{accession} has no emitted version {version}")
        if found.release_date is None or found.release_date > day:
            raise Refused(
                f"{accession} is held until {found.release_date or 'it has a release date'}"
            )
        insert_missing(connection, releases, accession=accession, version=version, released_on=day)
