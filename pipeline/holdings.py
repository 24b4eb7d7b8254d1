"""The studies of an archive: what everyone may see, or for staff what was curated last."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pipeline import ledger, releasing
from pipeline.findings import Frozen
from pipeline.ledger import Ledger
from pipeline.outputs import public
from pipeline.settings import Settings
from pipeline.submission import Metadata


class Study(Frozen):
    """One study under its accession; `release_date` is an ISO day."""

    accession: str
    version: int
    doi: str | None = None
    release_date: str | None = None
    metadata: Metadata


def studies(settings: Settings, book: Ledger, *, private: bool = False) -> Iterator[Study]:
    """The released studies from their public copies; with `private` the newest records of all.

    Withdrawn ones are left out. Raises FileNotFoundError where a record is not on disk.
    """
    for held in ledger.accessions(book):
        if held.state == "withdrawn" or held.version is None:
            continue
        if private:
            record = releasing.record_of(settings, held.accession, held.version)
            yield Study(
                accession=record.accession,
                version=record.version,
                doi=record.doi,
                release_date=record.release_date,
                metadata=record.metadata,
            )
            continue
        copy = settings.public / held.accession / public.FILE
        if copy.is_file():
            read = json.loads(copy.read_bytes())
            yield Study(**{key: read[key] for key in Study.model_fields if key in read})
