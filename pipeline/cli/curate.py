"""`bia-curation curate`."""

from __future__ import annotations

import datetime as dt
import errno
import logging
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import debugging, printing

if TYPE_CHECKING:
    import psutil

COLUMNS = ("submission", "outcome", "accession", "version", "findings", "changes", "report")
ROOM = 16 << 20
"""Bytes that Prefect needs for its own state."""
BLOCKED = ("waiting-for-files", "needs-review", "returned", "failed")
SERVER = "prefect.server.api.server:create_app"
"""What Prefect runs as its server."""
TEMPORARY = "PREFECT__SERVER_EPHEMERAL"
"""What Prefect 3.8 sets for a server that one run starts for itself."""


@click.command()
@printing.paths_argument
@printing.archive_option
@printing.day_option
@printing.format_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Submissions at once.",
)
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
    if not no_files:
        _warm_up()
    from pipeline.flows import temporary
    from pipeline.flows.curate import curate as flow

    temporary.start()
    ended: Any
    with _progress() as told:
        try:
            ended = flow(
                inbox=[str(path.absolute()) for path in paths],
                archive=str(archive.absolute()),
                on=day.isoformat(),
                files=not no_files,
                imported=imported,
                workers=workers,
            )
        except Exception as failed:
            if not told.all_ended or debugging():
                raise
            # The ledger has all of it; only Prefect's own list of runs lacks its end.
            click.echo(f"Prefect did not note the end of the run: {failed}", err=True)
            ended = told.results
    results: list[dict[str, Any]] = ended
    printing.rows(form, results, COLUMNS)
    if form == "table":
        printing.put(f"archive: {archive}")
    ctx.exit(1 if any(result["outcome"] in BLOCKED for result in results) else 0)


def use_prefect(archive: Path) -> None:
    """Let Prefect keep its own state under the archive, unless a server is given."""
    # A server whose database is busy at that moment may answer 500; it is asked again.
    unless_set(DO_NOT_TRACK="1", PREFECT_CLIENT_RETRY_EXTRA_CODES="500")
    if not debugging():
        # Tracebacks are logged; what a person should know is said by this command.
        unless_set(
            PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
            PREFECT_LOGGING_HANDLERS_DEBUG_LEVEL="CRITICAL",
        )
    if os.environ.get("PREFECT_API_URL"):
        return
    os.environ.pop("PREFECT_API_URL", None)
    home = archive.absolute() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(home).free < ROOM:
        # The server would say nothing and be waited for in vain.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(home))
    _end_orphans(home)
    unless_set(
        PREFECT_HOME=str(home),
        PREFECT_LOGGING_TO_API_ENABLED="false",
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE="true",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_SERVER_DATABASE_TIMEOUT="60",
        PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS="120",
        PREFECT_SERVER_LOGGING_LEVEL="CRITICAL",
    )


def _end_orphans(home: Path) -> None:
    """End temporary servers of this archive whose own run was killed and could not end them.

    A server that somebody started on purpose lacks Prefect's mark and is left alone.
    """
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        if SERVER not in (process.info["cmdline"] or ()):
            continue
        with suppress(psutil.Error):
            told = process.environ()
            if (told.get("PREFECT_HOME"), told.get(TEMPORARY)) == (str(home), "1") and _lost(
                process
            ):
                process.terminate()


def _lost(process: psutil.Process) -> bool:
    """Whether the run that started a server is gone; in a container a run may be process 1."""
    parent = process.parent()
    words = " ".join(parent.cmdline()) if parent else ""
    return parent is None or (parent.pid == 1 and "curat" not in words and "pipeline" not in words)


def unless_set(**values: str) -> None:
    """Set variables of the environment that are not set yet."""
    for name, value in values.items():
        os.environ.setdefault(name, value)


def _warm_up() -> None:
    """Import what takes longest while Prefect starts its server."""
    from pipeline.checks.expectations import warm_up

    threading.Thread(target=warm_up, daemon=True).start()


class Told(logging.Handler):
    """How far a run is, from what it logs: told on standard error, with the results so far."""

    def __init__(self) -> None:
        from tqdm import tqdm

        super().__init__()
        terminal = sys.stderr.isatty()
        self.bar = tqdm(unit="submission", disable=not terminal, leave=False, file=sys.stderr)
        self.results: list[dict[str, Any]] = []
        self.discovered: int | None = None

    @property
    def all_ended(self) -> bool:
        """Whether every submission that was found came to its outcome."""
        return len(self.results) == self.discovered

    def emit(self, record: logging.LogRecord) -> None:
        """Count what a record of the run's log tells."""
        from pipeline.flows.curate import DISCOVERED, ENDED, RESULT

        if record.msg == DISCOVERED:
            self.discovered = int(record.getMessage().split()[0])
            self.bar.reset(total=self.discovered)
        elif record.msg == ENDED:
            self.results.append(getattr(record, RESULT).model_dump(mode="json"))
            self.bar.update()
            if self.bar.disable:
                click.echo(record.getMessage().rstrip(), err=True)


@contextmanager
def _progress() -> Iterator[Told]:
    """Listen to what a run logs."""
    told = Told()
    loggers = [logging.getLogger(f"prefect.{kind}_runs") for kind in ("flow", "task")]
    for logger in loggers:
        logger.addHandler(told)
    try:
        yield told
    finally:
        told.bar.close()
        for logger in loggers:
            logger.removeHandler(told)
