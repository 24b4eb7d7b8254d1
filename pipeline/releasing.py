"""Bringing out studies whose release date has come: metadata, citation, manifest; no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pipeline import emission, ledger
from pipeline.ledger import Due, Ledger
from pipeline.outputs import public
from pipeline.outputs import record as records
from pipeline.record import CuratedRecord
from pipeline.settings import Settings


def record_of(settings: Settings, accession: str, version: int) -> CuratedRecord:
    """A curated record as it was emitted; raises FileNotFoundError when there is none."""
    path = settings.records / accession / f"v{version}" / records.FILE
    return records.read(path.read_bytes())


def release(settings: Settings, book: Ledger, day: dt.date) -> Iterator[Due]:
    """Bring out what is due on a day, one study after the other.

    The ledger notes a release after its files stand in the public copy; run again it changes
    nothing, and a run that was killed in between is made good.
    """
    for one in ledger.due(book, day):
        if bring_out(settings, book, one, day):
            yield one


def bring_out(settings: Settings, book: Ledger, one: Due, day: dt.date) -> bool:
    """Bring out one study; false when its record says that it is not yet due."""
    record = record_of(settings, one.accession, one.version)
    if record.release_date is None or record.release_date > day.isoformat():
        return False
    emission.write_folder(settings.public / one.accession, public.bundle(record))
    ledger.release(book, one.accession, one.version, day)
    return True
