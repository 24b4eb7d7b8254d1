"""Bringing out studies whose release date has come: metadata, citation, manifest; no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pipeline import emission, ledger, review, sources, stages
from pipeline.findings import Finding
from pipeline.ledger import Due, Ledger
from pipeline.outputs import public
from pipeline.outputs import record as records
from pipeline.record import CuratedRecord
from pipeline.settings import Settings

PASSED = "REL202"
"""The finding with which a study stays private until a curator has accepted it."""


def record_of(settings: Settings, accession: str, version: int) -> CuratedRecord:
    """A curated record as it was emitted.

    Raises FileNotFoundError when there is none, ValueError when it is damaged.
    """
    path = settings.records / accession / f"v{version}" / records.FILE
    try:
        return records.read(path.read_bytes())
    except ValueError as why:
        raise ValueError(f"the record {path} cannot be read; see accession audit") from why


def due(settings: Settings, book: Ledger, day: dt.date) -> tuple[Due, ...]:
    """What is to be brought out on a day.

    What a curator holds or sent back is not, nor one whose date passed while it waited
    (`unconfirmed`), nor what newer content that still waits does not want public on that day, or
    does not say of it when. What cannot be read is listed: bringing it out tells why.
    """

    def kept_back(one: Due) -> bool:
        with suppress(OSError, ValueError):
            return _kept_back(settings, book, one, day)
        return False

    return tuple(one for one in ledger.due(book, day) if not kept_back(one))


def _kept_back(settings: Settings, book: Ledger, one: Due, day: dt.date) -> bool:
    """Whether a study stays private although the date of its newest record has come."""
    decisions = ledger.decisions(book, one.submission)
    if review.verdict(decisions, one.digest) in ("hold", "return"):
        return True
    findings = record_of(settings, one.accession, one.version).report.findings
    if unconfirmed(book, one.submission, one.release_date, findings):
        return True
    digest, stored = ledger.last_content(book, one.submission) or (one.digest, None)
    if digest == one.digest or stored is None:
        return False
    newer = next(iter(sources.discover(settings.archive / stored)), None)
    submission = sources.open_found(newer, files=False).submission if newer else None
    wanted = stages.release_date(submission) if submission else None
    return wanted is None or wanted > day


def unconfirmed(
    book: Ledger, submission: str, date: dt.date | None, findings: Iterable[Finding]
) -> bool:
    """Whether the release date passed while a study waited, and no curator accepted it since."""
    passed = any(one.code == PASSED for one in findings)
    return passed and date is not None and not ledger.accepted_after(book, submission, date)


def release(settings: Settings, book: Ledger, day: dt.date) -> Iterator[Due]:
    """Bring out what is due on a day, one study after the other.

    The ledger notes a release after its files stand in the public copy; run again it changes
    nothing, and a run that was killed in between is made good. A study that cannot be brought out
    keeps none back: the first such failure is raised after the last study.
    """
    failures: list[Exception] = []
    for one in due(settings, book, day):
        try:
            done = bring_out(settings, book, one, day)
        except (OSError, ValueError) as failed:
            failures.append(failed)
        else:
            if done:
                yield one
    if failures:
        raise failures[0]


def bring_out(settings: Settings, book: Ledger, one: Due, day: dt.date) -> bool:
    """Bring out one study; false where it is no longer due, or its record says that it is not."""
    with emission.alone(settings.archive, one.submission):
        if one not in ledger.due(book, day, one.accession):
            return False
        if _kept_back(settings, book, one, day):
            return False
        record = record_of(settings, one.accession, one.version)
        if record.release_date is None or record.release_date > day.isoformat():
            return False
        emission.write_folder(settings.public / one.accession, public.bundle(record), public=True)
        ledger.release(book, one.accession, one.version, day)
        return True
