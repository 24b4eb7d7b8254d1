"""`bia-curation revalidate`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

if TYPE_CHECKING:
    from pipeline.ledger import Held, Ledger
    from pipeline.revalidation import Revalidated
    from pipeline.settings import Settings

COLUMNS = ("submission", "code", "change")


@click.command()
@click.option(
    "--schemas",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A candidate schema folder, with --dry-run.",
)
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of candidate rules, with --dry-run.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@printing.archive_option
@printing.day_option
@printing.format_option
@click.pass_context
def revalidate(
    ctx: click.Context,
    schemas: Path | None,
    rules: Path | None,
    dry_run: bool,
    archive: Path,
    day: dt.date,
    form: str,
) -> None:
    """Try a candidate schema or rules on every record, or curate all of them anew.

    With --dry-run: which records a candidate schema newly fails and newly passes, and what
    candidate rules would change or leave otherwise. Without: every study that has its record is
    judged with the schema, rules and registries in force; where its record comes out otherwise
    the next version is written, and where an error stands now it waits for a curator. Exit 1
    when something newly fails or waits.

    Example: bia-curation revalidate --schemas candidate --dry-run
    """
    from pipeline import ledger

    if (schemas or rules) and not dry_run:
        raise click.UsageError(
            "--schemas and --rules go with --dry-run; records are written with those in force"
        )
    with archive_at(archive) as (chosen, book):
        held = [
            one
            for one in ledger.accessions(book)
            if one.version is not None and one.state != "withdrawn"
        ]
        if dry_run:
            turned, blocked = _tried(held, chosen, schemas), False
            if rules:
                more, blocked = _with_rules(held, chosen, book, rules, day)
                turned += more
            told = printing.counted(len(held), "record")
        else:
            turned, written, blocked = _written(held, chosen, book, day)
            told = f"{printing.counted(len(held), 'record')}, {written} written anew"
    told = f"{told}, {printing.counted(len(turned), 'difference')}"
    _put(turned, form, told)
    ctx.exit(1 if blocked or any(one.change == "newly-failing" for one in turned) else 0)


def _tried(held: list[Held], chosen: Settings, schemas: Path | None) -> list[Revalidated]:
    """What a candidate schema would say of the records otherwise."""
    from pipeline import releasing, resources, revalidation, schema

    records = (
        releasing.record_of(chosen, one.accession, one.version)
        for one in printing.progress(held, len(held), "records")
        if one.version is not None
    )
    return list(
        revalidation.revalidate(
            (record.model_dump(mode="json") for record in records),
            schema.compiled(resources.schemas()),
            schema.compiled(schemas or resources.schemas()),
        )
    )


def _with_rules(
    held: list[Held], chosen: Settings, book: Ledger, rules: Path, day: dt.date
) -> tuple[list[Revalidated], bool]:
    """What candidate rules would do otherwise, and whether a study could not be tried."""
    from pipeline import knowledge, receiving, revalidation

    bench = receiving.Bench(settings=chosen, ledger=book, knowledge=knowledge.load(), day=day)
    try:
        other = knowledge.load(rules=rules)
    except ValueError as fault:
        raise click.UsageError(f"the rules cannot be read: {fault}") from fault
    turned: list[Revalidated] = []
    lost = False
    for one in printing.progress(held, len(held), "records"):
        try:
            turned += revalidation.with_rules(one.submission or "", bench, other)
        except (LookupError, OSError, RuntimeError) as why:
            lost = True
            click.echo(f"{one.accession} was not tried: {why}", err=True)
    return turned, lost


def _written(
    held: list[Held], chosen: Settings, book: Ledger, day: dt.date
) -> tuple[list[Revalidated], int, bool]:
    """What turned, how many records were written, and whether a study waits now."""
    from pipeline import knowledge, receiving, revalidation

    bench = receiving.Bench(settings=chosen, ledger=book, knowledge=knowledge.load(), day=day)
    turned: list[Revalidated] = []
    written, blocked = 0, False
    for one in printing.progress(held, len(held), "records"):
        try:
            result, turns = revalidation.write_anew(one.submission or "", bench)
        except (LookupError, OSError) as why:
            blocked = True
            click.echo(f"{one.accession} was not curated anew: {why}", err=True)
            continue
        turned += turns
        written += result.outcome == "accessioned"
        if result.outcome not in ("accessioned", "unchanged"):
            blocked = True
            click.echo(f"{one.accession} keeps its record: {result.outcome}", err=True)
    return turned, written, blocked


def _put(turned: list[Revalidated], form: str, told: str) -> None:
    from pipeline import revalidation

    lines: list[dict[str, Any]] = [one.model_dump(mode="json") for one in turned]
    if form != "table":
        printing.rows(form, ({name: one[name] for name in COLUMNS} for one in lines), COLUMNS)
        click.echo(told, err=True)
        return
    printing.rows(form, lines, (*COLUMNS, "place", "message"))
    summary = [
        {"code": code, "change": change, "records": count}
        for code, counts in revalidation.counted(turned).items()
        for change, count in counts.items()
    ]
    printing.table(summary, ("code", "change", "records"), "Summary")
    printing.put(told)
