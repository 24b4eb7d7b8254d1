"""Bringing out studies whose release date has come: metadata, citation, manifest; no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

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
    """A curated record as it was emitted; raises FileNotFoundError when there is none."""
    path = settings.records / accession / f"v{version}" / records.FILE
    return records.read(path.read_bytes())


def due(
    settings: Settings, book: Ledger, day: dt.date, accession: str | None = None
) -> tuple[Due, ...]:
    """What is to be brought out on a day (with `accession` of that one alone).

    What a curator holds or sent back is not, nor one whose date passed while it waited
    (`unconfirmed`), nor what newer content that still waits does not want public on that day, or
    does not say of it when.
    """
    listed = ledger.due(book, day, accession)
    return tuple(one for one in listed if not _kept_back(settings, book, one, day))


def _kept_back(settings: Settings, book: Ledger, one: Due, day: dt.date) -> bool:
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
    nothing, and a run that was killed in between is made good.
    """
    for one in due(settings, book, day):
        if bring_out(settings, book, one, day):
            yield one


def bring_out(settings: Settings, book: Ledger, one: Due, day: dt.date) -> bool:
    """Bring out one study; false where it is no longer due, or its record says that it is not."""
    with emission.alone(settings.archive, one.submission):
        if one not in due(settings, book, day, one.accession):
            return False
        record = record_of(settings, one.accession, one.version)
        if record.release_date is None or record.release_date > day.isoformat():
            return False
        emission.write_folder(settings.public / one.accession, public.bundle(record), public=True)
        ledger.release(book, one.accession, one.version, day)
        return True
