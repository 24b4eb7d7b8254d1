"""The archive that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.ledger import Ledger
    from pipeline.settings import Settings


@contextmanager
def archive_at(archive: Path, *, make: bool = False) -> Iterator[tuple[Settings, Ledger]]:
    """The settings and the open ledger of an archive; a usage error when there is none."""
    from pipeline.archive import is_archive, open_archive
    from pipeline.settings import settings

    chosen = settings(archive)
    if not make and not is_archive(chosen.archive):
        raise click.UsageError(f"there is no archive at {archive}; see bia-curation curate --help")
    book = open_archive(chosen)
    try:
        yield chosen, book
    finally:
        book.close()
