"""An archive with its ledger: no archive is written with two."""

from __future__ import annotations

from pathlib import Path

from pipeline import emission, ledger
from pipeline.ledger import Ledger, LedgerUnavailable
from pipeline.settings import LEDGER, Settings

MARK = "ledger.id"
"""The file of an archive that says which ledger it was made with."""


def is_archive(home: Path) -> bool:
    """Whether a folder is an archive: it says which ledger it was made with, or holds one."""
    return any((home / name).is_file() for name in (MARK, LEDGER))


def open_archive(chosen: Settings) -> Ledger:
    """The ledger of an archive, both made on first use.

    Raises LedgerUnavailable where it cannot be opened, and where the archive was made with
    another one, which would give numbers that are taken.
    """
    mark = chosen.archive / MARK
    if mark.is_file() and "://" not in chosen.ledger and not Path(chosen.ledger).is_file():
        raise _another(chosen)
    book = ledger.open_ledger(chosen.ledger)
    try:
        own = ledger.identity(book)
        if not mark.is_file():
            with emission.alone(chosen.archive, MARK):
                emission.write_file(mark, own.encode())
        if mark.read_text("ascii", "replace").strip() != own:
            raise _another(chosen)
    except BaseException:
        book.close()
        raise
    return book


def _another(chosen: Settings) -> LedgerUnavailable:
    return LedgerUnavailable(
        f"the archive {chosen.archive} was made with another ledger; BIA_LEDGER has to name that"
        " one, or one restored from its backup"
    )
