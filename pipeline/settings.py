"""Where the archive stands and how accessions are given."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.accession import is_accession
from pipeline.findings import Frozen

LEDGER = "ledger.sqlite"
"""The file of an archive that is its ledger, unless `BIA_LEDGER` names another."""


class Settings(Frozen):
    """Settings of one archive; `ledger` is a SQLAlchemy URL or a path of an SQLite file."""

    archive: Path
    ledger: str
    prefix: str = "S-BIAD"
    first: int = 1
    doi_for_all: bool = False
    """Whether every new study gets a DOI, or only those that ask for one."""

    @property
    def received(self) -> Path:
        """Documents and file lists as received, byte for byte; private."""
        return self.archive / "submissions"

    @property
    def reports(self) -> Path:
        """What was found, for curators and depositors; private."""
        return self.archive / "reports"

    @property
    def records(self) -> Path:
        """Curated records by accession and version; private."""
        return self.archive / "records"

    @property
    def public(self) -> Path:
        """What everyone may see: released studies alone."""
        return self.archive / "public"


def settings(archive: str | Path | None = None) -> Settings:
    """The settings in force: `BIA_ARCHIVE`, `BIA_LEDGER`, `BIA_PREFIX`, `BIA_FIRST`, `BIA_DOI`.

    Raises ValueError where the prefix or first number could not be those of an accession.
    """
    prefix, first = os.environ.get("BIA_PREFIX", "S-BIAD"), os.environ.get("BIA_FIRST", "1")
    if not (first.isascii() and first.isdecimal() and is_accession(f"{prefix}{int(first)}")):
        raise ValueError(f"BIA_PREFIX {prefix!r} and BIA_FIRST {first!r} make no accession")
    home = Path(archive or os.environ.get("BIA_ARCHIVE") or "archive").absolute()
    return Settings(
        archive=home,
        ledger=os.environ.get("BIA_LEDGER") or str(home / LEDGER),
        prefix=prefix,
        first=int(first),
        doi_for_all=os.environ.get("BIA_DOI", "").casefold() in ("all", "yes", "true", "1"),
    )
