"""What the archive remembers: submissions, runs, decisions, accessions, versions, releases."""

from pipeline.ledger.assignment import (
    Held,
    RecordVersion,
    accession,
    accessions,
    assign,
    emitted,
    import_accession,
    latest,
    reserve,
    unchanged,
    versions,
    withdraw,
)
from pipeline.ledger.connection import Ledger, LedgerUnavailable, Refused, open_ledger
from pipeline.ledger.hashes import (
    Growing,
    checksums,
    hash_file,
    hash_files,
    read_checksums,
)
from pipeline.ledger.releases import Due, due, release, released
from pipeline.ledger.runs import (
    Run,
    Waiting,
    decide,
    decisions,
    finish_run,
    last_run,
    start_run,
    waiting,
)
from pipeline.ledger.submissions import known, receive

__all__ = [
    "Due",
    "Growing",
    "Held",
    "Ledger",
    "LedgerUnavailable",
    "RecordVersion",
    "Refused",
    "Run",
    "Waiting",
    "accession",
    "accessions",
    "assign",
    "checksums",
    "decide",
    "decisions",
    "due",
    "emitted",
    "finish_run",
    "hash_file",
    "hash_files",
    "import_accession",
    "known",
    "last_run",
    "latest",
    "open_ledger",
    "read_checksums",
    "receive",
    "release",
    "released",
    "reserve",
    "start_run",
    "unchanged",
    "versions",
    "waiting",
    "withdraw",
]
