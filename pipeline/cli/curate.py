"""`bia-curation curate`."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import click

from pipeline.cli import printing

COLUMNS = ("submission", "outcome", "accession", "version", "findings", "changes", "report")
BLOCKED = ("waiting-for-files", "needs-review", "returned", "failed")


@click.command()
@printing.paths_argument
@printing.archive_option
@printing.day_option
@printing.format_option
@click.option("--workers", default=1, show_default=True, help="Submissions at once.")
@click.option("--no-files", is_flag=True, help="Data files are elsewhere; implies --import.")
@click.option("--import", "imported", is_flag=True, help="Believe the accessions of documents.")
@click.pass_context
def curate(
    ctx: click.Context,
    paths: tuple[Path, ...],
    archive: Path,
    day: dt.date,
    form: str,
    workers: int,
    no_files: bool,
    imported: bool,
) -> None:
    """Curate submissions: an inbox, a submission folder, or a document.

    Exit 1 when a submission waits. Run twice it changes nothing.

    Example: bia-curation curate inbox --archive archive --format json
    """
    use_prefect(archive)
    from pipeline.flows.curate import curate as flow

    results: list[dict[str, Any]] = flow(
        inbox=[str(path.absolute()) for path in paths],
        archive=str(archive.absolute()),
        on=day.isoformat(),
        files=not no_files,
        imported=imported,
        workers=workers,
    )
    printing.rows(form, results, COLUMNS)
    if form == "table":
        printing.put(f"archive: {archive}")
    ctx.exit(1 if any(result["outcome"] in BLOCKED for result in results) else 0)


def use_prefect(archive: Path) -> None:
    """Let Prefect keep its own state under the archive, unless a server is given."""
    if os.environ.get("PREFECT_API_URL"):
        return
    home = archive.absolute() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    for name, value in {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
    }.items():
        os.environ.setdefault(name, value)
