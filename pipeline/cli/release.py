"""`bia-curation release`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

COLUMNS = ("accession", "submission", "version", "release_date")


@click.group()
def release() -> None:
    """Bring out studies whose release date has come.

    Example: bia-curation release run --on 2027-03-01
    """


@release.command("due")
@printing.archive_option
@printing.format_option
@printing.day_option
def due(archive: Path, form: str, day: dt.date) -> None:
    """What would be released.

    Example: bia-curation release due --on 2027-03-01
    """
    from pipeline import releasing

    with archive_at(archive) as (chosen, book):
        lines = [_line(one) for one in releasing.due(chosen, book, day)]
        printing.rows(form, lines, COLUMNS)


@release.command("run")
@printing.archive_option
@printing.format_option
@printing.day_option
def run(archive: Path, form: str, day: dt.date) -> None:
    """Release what is due.

    Example: bia-curation release run --archive archive
    """
    from pipeline import releasing

    with archive_at(archive) as (chosen, book):
        lines: list[dict[str, Any]] = []
        try:
            for one in releasing.release(chosen, book, day):
                lines.append(_line(one))
        finally:
            printing.rows(form, lines, COLUMNS)


def _line(one: Any) -> dict[str, Any]:
    return {
        "accession": one.accession,
        "submission": one.submission,
        "version": one.version,
        "release_date": one.release_date.isoformat(),
    }
