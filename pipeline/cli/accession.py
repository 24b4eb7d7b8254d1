"""`bia-curation accession`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

COLUMNS = ("accession", "submission", "state", "version", "release_date", "doi")


@click.group()
def accession() -> None:
    """Show, reserve, withdraw and audit accessions.

    Example: bia-curation accession list
    """


@accession.command("list")
@printing.archive_option
@printing.format_option
def list_(archive: Path, form: str) -> None:
    """Every accession that the archive has given or taken over.

    Example: bia-curation accession list --format jsonl
    """
    from pipeline import ledger

    with archive_at(archive) as (_, book):
        printing.rows(form, (_line(one) for one in ledger.accessions(book)), COLUMNS)


@accession.command()
@click.argument("accession", type=printing.AccessionName())
@printing.archive_option
@printing.format_option
def show(accession: str, archive: Path, form: str) -> None:
    """One accession.

    Example: bia-curation accession show S-BIAD1
    """
    from pipeline import ledger

    with archive_at(archive) as (_, book):
        held = ledger.accession(book, accession)
        if held is None:
            raise click.UsageError(f"the archive holds no accession {accession}")
        if form == "json":
            printing.put(printing.as_json(_line(held)))
        else:
            printing.rows(form, [_line(held)], COLUMNS)


@accession.command()
@printing.archive_option
@printing.format_option
def reserve(archive: Path, form: str) -> None:
    """Take the next accession for a submission that is announced.

    The submission then names it as its own, and is curated with --import.

    Example: bia-curation accession reserve
    """
    from pipeline import ledger

    with archive_at(archive, make=True) as (chosen, book):
        made = ledger.reserve(book, prefix=chosen.prefix, first=chosen.first)
        printing.rows(form, [{"accession": made.value}], ("accession",))


@accession.command()
@printing.archive_option
@printing.format_option
@printing.day_option
@click.pass_context
def audit(ctx: click.Context, archive: Path, form: str, day: dt.date) -> None:
    """Compare the ledger with the records and public copies; exit 1 when they do not agree.

    Example: bia-curation accession audit --format jsonl
    """
    from pipeline import auditing

    with archive_at(archive) as (chosen, book):
        found = [
            {
                "code": one.code,
                "name": one.name,
                "severity": one.severity,
                "accession": one.value,
                "message": one.message,
                "hint": one.hint,
                "path": one.location.file,
            }
            for one in auditing.audit(chosen, book, day)
        ]
    if form == "table" and not found:
        printing.put("the ledger, the records and the public copies agree")
    else:
        printing.rows(form, found, ("severity", "code", "path", "message", "hint"))
    ctx.exit(1 if found else 0)


@accession.command()
@click.argument("accession", type=printing.AccessionName())
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@printing.archive_option
@click.pass_context
def withdraw(ctx: click.Context, accession: str, yes: bool, archive: Path) -> None:
    """Withdraw an accession: it is never given again; a public copy stays until you remove it.

    At a terminal it asks first whether this study is meant.

    Example: bia-curation accession withdraw S-BIAD1
    """
    from pipeline import emission, ledger

    with archive_at(archive) as (chosen, book):
        held = ledger.accession(book, accession)
        owner = held.submission if held else None
        asked = held is not None and not yes and sys.stdin.isatty()
        if asked and not click.confirm(f"Withdraw {accession} ({owner or 'reserved'}) for ever?"):
            ctx.exit(1)
        # A release of the study that has begun ends first, so that its public copy is told below.
        with emission.alone(chosen.archive, owner or accession):
            try:
                ledger.withdraw(book, accession)
            except ledger.Refused as why:
                raise click.UsageError(str(why)) from why
        printing.put(f"{accession} is withdrawn")
        if (copy := chosen.public / accession).is_dir():
            printing.put(f"its public copy still stands at {copy}")


def _line(held: Any) -> dict[str, Any]:
    return {
        "accession": held.accession,
        "submission": held.submission,
        "state": held.state,
        "version": held.version,
        "release_date": held.release_date.isoformat() if held.release_date else None,
        "doi": held.doi,
    }
