"""`bia-curation funding`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

COLUMNS = (
    "accession", "doi", "grant_id", "grant_pid", "funder", "project_acronym", "release_date",
)  # fmt: skip


@click.command()
@click.option("--grant", help="Only the grant with this number or PID.")
@click.option("--private", is_flag=True, help="For staff: studies that are not released, too.")
@printing.archive_option
@printing.format_option
def funding(grant: str | None, private: bool, archive: Path, form: str) -> None:
    """List the grants of released studies, one line a grant and study.

    Example: bia-curation funding --grant 101057970 --format jsonl
    """
    from pipeline import funding_report, holdings

    with archive_at(archive) as (chosen, book):
        studies = holdings.studies(chosen, book, private=private)
        found = funding_report.lines(studies, grant=grant)
        printing.rows(form, (one.model_dump() for one in found), COLUMNS)
