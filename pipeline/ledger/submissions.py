"""What was received, when first, and what the ledger knows around a submission."""

from __future__ import annotations

import datetime as dt
import unicodedata

import sqlalchemy as sa

from pipeline.check import Known
from pipeline.ledger.connection import Ledger, lock_counter, set_counter
from pipeline.ledger.tables import accessions, contents, record_versions, releases, submissions

_ARRIVALS = "arrivals"


def receive(
    ledger: Ledger,
    submission: str,
    digest: str,
    content_digest: str,
    *,
    day: dt.date,
    title: str = "",
    first_author: str = "",
    stored: str | None = None,
) -> dt.date:
    """Note a submission's content and return the day on which the submission was first received.

    `digest` covers document, file lists and data files; `content_digest` the bytes of document
    and file lists alone; `stored` is where these bytes are kept. Known content is not noted again.
    """
    with ledger.write() as connection:
        arrival = lock_counter(connection, _ARRIVALS)
        if enrol(connection, submission, arrival):
            arrival += 1
        connection.execute(
            sa.update(submissions)
            .where(submissions.c.id == submission)
            .values(
                title=comparable(title),
                first_author=comparable(first_author),
                received=sa.func.coalesce(submissions.c.received, day),
            )
        )
        held = connection.execute(
            sa.select(contents.c.stored).where(
                contents.c.submission == submission, contents.c.digest == digest
            )
        ).one_or_none()
        if held is None:
            connection.execute(
                sa.insert(contents).values(
                    submission=submission,
                    digest=digest,
                    content_digest=content_digest,
                    arrival=arrival,
                    received=day,
                    stored=stored,
                )
            )
            arrival += 1
        elif stored is not None and held.stored != stored:
            connection.execute(
                sa.update(contents)
                .where(contents.c.submission == submission, contents.c.digest == digest)
                .values(stored=stored)
            )
        set_counter(connection, _ARRIVALS, arrival)
        first = connection.execute(
            sa.select(submissions.c.received).where(submissions.c.id == submission)
        ).scalar_one()
    return first or day


def enrol(connection: sa.Connection, submission: str, arrival: int) -> bool:
    """Make the row of a submission under an arrival number; false when it was there."""
    there = sa.select(submissions.c.id).where(submissions.c.id == submission).with_for_update()
    if connection.execute(there).one_or_none() is not None:
        return False
    connection.execute(sa.insert(submissions).values(id=submission, arrival=arrival))
    return True


def hold(connection: sa.Connection, submission: str) -> None:
    """Lock the row of a submission until the transaction ends; make it when it is not there."""
    there = sa.select(submissions.c.id).where(submissions.c.id == submission).with_for_update()
    if connection.execute(there).one_or_none() is None:
        arrival = lock_counter(connection, _ARRIVALS)
        if enrol(connection, submission, arrival):
            set_counter(connection, _ARRIVALS, arrival + 1)


def known(
    ledger: Ledger,
    submission: str,
    *,
    own_accession: str | None = None,
    content_digest: str = "",
    title: str = "",
    first_author: str = "",
) -> Known:
    """The facts that checks ask for; call it after `receive`.

    Of two submissions with the same content, or the same title and first author, only the one
    that came second is told of the other.
    """
    with ledger.read() as connection:
        held = connection.execute(
            sa.select(accessions.c.value).where(accessions.c.submission == submission)
        ).scalar_one_or_none()
        bound = connection.execute(
            sa.select(accessions.c.submission).where(
                accessions.c.value == own_accession,
                accessions.c.submission != submission,
            )
        ).scalar_one_or_none()
        return Known(
            held_accession=held,
            accession_bound_to=bound,
            same_content=_same_content(connection, submission, content_digest),
            same_title=_same_title(
                connection, submission, comparable(title), comparable(first_author)
            ),
            released_on=_released(connection, held),
            asked=True,
        )


def _same_content(
    connection: sa.Connection, submission: str, content_digest: str
) -> tuple[str, ...]:
    if not content_digest:
        return ()
    same = contents.c.content_digest == content_digest
    own = connection.execute(
        sa.select(sa.func.min(contents.c.arrival)).where(same, contents.c.submission == submission)
    ).scalar_one()
    others = (
        sa.select(contents.c.submission)
        .where(same, contents.c.submission != submission)
        .group_by(contents.c.submission)
        .order_by(sa.func.min(contents.c.arrival))
    )
    if own is not None:
        others = others.having(sa.func.min(contents.c.arrival) < own)
    return tuple(connection.execute(others).scalars())


def _same_title(
    connection: sa.Connection, submission: str, title: str | None, first_author: str | None
) -> tuple[str, ...]:
    if title is None or first_author is None:
        return ()
    own = connection.execute(
        sa.select(submissions.c.arrival).where(submissions.c.id == submission)
    ).scalar_one_or_none()
    others = (
        sa.select(submissions.c.id)
        .where(
            submissions.c.title == title,
            submissions.c.first_author == first_author,
            submissions.c.id != submission,
        )
        .order_by(submissions.c.arrival)
    )
    if own is not None:
        others = others.where(submissions.c.arrival < own)
    return tuple(connection.execute(others).scalars())


def _released(connection: sa.Connection, accession: str | None) -> dt.date | None:
    """The release date of the newest version that is public."""
    return connection.execute(
        sa.select(record_versions.c.release_date)
        .join(releases)
        .where(record_versions.c.accession == accession)
        .order_by(record_versions.c.version.desc())
        .limit(1)
    ).scalar_one_or_none()


def comparable(text: str) -> str | None:
    """A text without letter case, width and spacing, to compare titles and names by."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()) or None
