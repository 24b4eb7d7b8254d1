"""Accessions and record versions: given once, in one transaction, and never taken back."""

from __future__ import annotations

import datetime as dt
import re

import sqlalchemy as sa

from pipeline.accession import Accession
from pipeline.findings import Frozen
from pipeline.ledger.connection import Ledger, Refused, lock_counter, set_counter
from pipeline.ledger.submissions import hold
from pipeline.ledger.tables import accessions as table
from pipeline.ledger.tables import newest_emitted, record_versions, submissions

_PARTS = re.compile(r"(S-[A-Z][A-Z-]*)([0-9]+)")


class Held(Frozen):
    """An accession that the ledger holds; `version` and `release_date` are those last emitted.

    `state` is `assigned`, `imported`, `reserved` or `withdrawn`.
    """

    accession: str
    submission: str | None
    state: str
    version: int | None
    release_date: dt.date | None
    doi: str | None


class RecordVersion(Frozen):
    """One version of a record: given to one content under one set of decisions."""

    accession: str
    version: int
    digest: str
    decision_digest: str
    release_date: dt.date | None
    emitted: bool

    def is_of(self, digest: str, decision_digest: str) -> bool:
        """Whether it was given to this content and these decisions."""
        return self.digest == digest and self.decision_digest == decision_digest


def assign(
    ledger: Ledger,
    submission: str,
    digest: str,
    decision_digest: str = "",
    *,
    release_date: dt.date | None = None,
    prefix: str = "S-BIAD",
    first: int = 1,
    anew: bool = False,
) -> tuple[Accession, int]:
    """The accession and record version of a content, given in one transaction.

    Asked again for the newest version it gives the same; `anew` the next, once that was emitted.
    Other content or decisions make the next version under the same accession; content that came
    back (A, B, A) is version 3. A number that an import or reservation took is passed over;
    `first` is the lowest number to mint. Raises Refused when the submission's accession is
    withdrawn.
    """
    with ledger.write() as connection:
        hold(connection, submission)
        own = _of(connection, submission)
        if own is None:
            value = _mint(connection, prefix, first)
            _add(connection, value, submission, "assigned")
        elif own.state == "withdrawn":
            raise Refused(f"{own.value} is withdrawn and takes no new version")
        else:
            value = own.value
        version = _version(connection, value, digest, decision_digest, release_date, anew=anew)
    return Accession(value=value), version


def import_accession(ledger: Ledger, submission: str, value: str) -> Accession:
    """Believe the accession that a document carries; asked again it changes nothing.

    One that is reserved becomes the submission's. Raises Refused when it is another submission's,
    the submission has another, or one with the same number in another spelling (`S-BIAD015`) is
    held.
    """
    accession = Accession(value=value)
    with ledger.write() as connection:
        hold(connection, submission)
        own = _of(connection, submission)
        if own is None:
            prefix, number = _parts(value)
            lock_counter(connection, prefix)
            taken = _taken(connection, prefix, number)
            if taken is not None and taken.value != value:
                raise Refused(f"{value} is {taken.value} in another spelling")
            if taken is None:
                _add(connection, value, submission, "imported")
            else:
                _take(connection, value, submission)
        elif own.value != value:
            raise Refused(f"{submission} has the accession {own.value}; it cannot take {value}")
    return accession


def keep_doi(ledger: Ledger, accession: Accession, *, wanted: bool) -> str | None:
    """The DOI of an accession that the ledger holds: given when wanted, then kept for ever."""
    with ledger.write() as connection:
        if wanted:
            connection.execute(
                sa.update(table).where(table.c.value == accession.value).values(doi=accession.doi)
            )
        asked = sa.select(table.c.doi).where(table.c.value == accession.value)
        found: str | None = connection.execute(asked).scalar_one()
    return found


def reserve(ledger: Ledger, *, prefix: str = "S-BIAD", first: int = 1) -> Accession:
    """Mint an accession that no submission has yet; the import of a document takes it."""
    with ledger.write() as connection:
        value = _mint(connection, prefix, first)
        _add(connection, value, None, "reserved")
    return Accession(value=value)


def withdraw(ledger: Ledger, value: str) -> None:
    """Withdraw an accession: it stays taken and its submission's, and takes no new version."""
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(table).where(table.c.value == value).values(state="withdrawn")
        )
        if changed.rowcount == 0:
            raise Refused(f"the ledger does not hold {value}")


def emitted(ledger: Ledger, accession: str, version: int) -> None:
    """Note that a record version stands in the archive."""
    with ledger.write() as connection:
        changed = connection.execute(
            sa.update(record_versions)
            .where(record_versions.c.accession == accession, record_versions.c.version == version)
            .values(emitted=True)
        )
        if changed.rowcount == 0:
            raise Refused(f"{accession} has no version {version}")


def latest(ledger: Ledger, submission: str) -> RecordVersion | None:
    """The newest record version of a submission, emitted or not."""
    with ledger.read() as connection:
        found = connection.execute(
            sa.select(record_versions)
            .join(table)
            .where(table.c.submission == submission)
            .order_by(record_versions.c.version.desc())
            .limit(1)
        ).one_or_none()
    return None if found is None else _record_version(found)


def unchanged(
    ledger: Ledger, submission: str, digest: str, decision_digest: str = ""
) -> RecordVersion | None:
    """The newest version, if it was emitted for this very content and these decisions."""
    newest = latest(ledger, submission)
    if newest is None or not newest.emitted or not newest.is_of(digest, decision_digest):
        return None
    return newest


def versions(ledger: Ledger, value: str) -> tuple[RecordVersion, ...]:
    """Every version of an accession, oldest first."""
    with ledger.read() as connection:
        found = connection.execute(
            sa.select(record_versions)
            .where(record_versions.c.accession == value)
            .order_by(record_versions.c.version)
        ).all()
    return tuple(_record_version(row) for row in found)


def accessions(ledger: Ledger) -> tuple[Held, ...]:
    """Every accession that the ledger holds, by prefix and number."""
    return _held(ledger, sa.true())


def accession(ledger: Ledger, value: str) -> Held | None:
    """One accession, or None when the ledger does not hold it."""
    return next(iter(_held(ledger, table.c.value == value)), None)


def _held(ledger: Ledger, which: sa.ColumnElement[bool]) -> tuple[Held, ...]:
    newest = newest_emitted()
    asked = (
        sa.select(table, newest.c.version, record_versions.c.release_date)
        .outerjoin(newest, newest.c.accession == table.c.value)
        .outerjoin(
            record_versions,
            sa.and_(
                record_versions.c.accession == table.c.value,
                record_versions.c.version == newest.c.version,
            ),
        )
        .where(which)
        .order_by(table.c.prefix, table.c.number)
    )
    with ledger.read() as connection:
        return tuple(
            Held(
                accession=row.value,
                submission=row.submission,
                state=row.state,
                version=row.version,
                release_date=row.release_date,
                doi=row.doi,
            )
            for row in connection.execute(asked)
        )


def _record_version(row: sa.Row[tuple[object, ...]]) -> RecordVersion:
    return RecordVersion(
        accession=row.accession,
        version=row.version,
        digest=row.digest,
        decision_digest=row.decision_digest,
        release_date=row.release_date,
        emitted=row.emitted,
    )


def _parts(value: str) -> tuple[str, int]:
    """The prefix and number of an accession.

    >>> _parts("S-BIAD-23")
    ('S-BIAD-', 23)
    """
    parts = _PARTS.fullmatch(value)
    if parts is None:
        raise ValueError(f"{value!r} is not an accession")
    return parts[1], int(parts[2])


def _of(connection: sa.Connection, submission: str) -> sa.Row[tuple[str, str]] | None:
    return connection.execute(
        sa.select(table.c.value, table.c.state).where(table.c.submission == submission)
    ).one_or_none()


def _taken(connection: sa.Connection, prefix: str, number: int) -> sa.Row[tuple[str]] | None:
    return connection.execute(
        sa.select(table.c.value).where(table.c.prefix == prefix, table.c.number == number)
    ).one_or_none()


def _mint(connection: sa.Connection, prefix: str, first: int) -> str:
    """The next number of a prefix that is neither taken nor claimed by a document that waits.

    The counter stays locked until the commit.
    """
    number = _free(connection, prefix, max(lock_counter(connection, prefix), first))
    while _claimed(connection, f"{prefix}{number}"):
        number = _free(connection, prefix, number + 1)
    set_counter(connection, prefix, number + 1)
    return Accession(value=f"{prefix}{number}").value


def _claimed(connection: sa.Connection, value: str) -> bool:
    """Whether a submission that is known carries an accession as its own."""
    asked = sa.select(submissions.c.id).where(submissions.c.id == value)
    return connection.execute(asked).one_or_none() is not None


def _free(connection: sa.Connection, prefix: str, number: int) -> int:
    """The number, or the next one above it that no accession has."""
    if _taken(connection, prefix, number) is not None:
        following = sa.alias(table)
        number = connection.execute(
            sa.select(sa.func.min(table.c.number) + 1).where(
                table.c.prefix == prefix,
                table.c.number >= number,
                ~sa.exists().where(
                    following.c.prefix == prefix, following.c.number == table.c.number + 1
                ),
            )
        ).scalar_one()
    return number


def _add(connection: sa.Connection, value: str, submission: str | None, state: str) -> None:
    prefix, number = _parts(value)
    connection.execute(
        sa.insert(table).values(
            value=value, prefix=prefix, number=number, submission=submission, state=state
        )
    )


def _take(connection: sa.Connection, value: str, submission: str) -> None:
    """Bind an accession that is reserved to the submission whose document carries it."""
    found = connection.execute(
        sa.select(table.c.submission, table.c.state).where(table.c.value == value).with_for_update()
    ).one()
    if found.submission is not None:
        raise Refused(f"{value} is the accession of {found.submission}")
    if found.state != "reserved":
        raise Refused(f"{value} is {found.state}")
    connection.execute(
        sa.update(table)
        .where(table.c.value == value)
        .values(submission=submission, state="imported")
    )


def _version(
    connection: sa.Connection,
    value: str,
    digest: str,
    decision_digest: str,
    release_date: dt.date | None,
    *,
    anew: bool,
) -> int:
    newest = connection.execute(
        sa.select(record_versions)
        .where(record_versions.c.accession == value)
        .order_by(record_versions.c.version.desc())
        .limit(1)
    ).one_or_none()
    version = 1
    if newest is not None:
        last = _record_version(newest)
        if last.is_of(digest, decision_digest) and not (anew and last.emitted):
            return last.version
        version = last.version + 1
    connection.execute(
        sa.insert(record_versions).values(
            accession=value,
            version=version,
            digest=digest,
            decision_digest=decision_digest,
            release_date=release_date,
            emitted=False,
        )
    )
    return version
