"""`bia-curation revalidate`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

COLUMNS = ("submission", "code", "change")


@click.command()
@click.option(
    "--schemas",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The candidate schema folder.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@printing.archive_option
@printing.format_option
@click.pass_context
def revalidate(
    ctx: click.Context, schemas: Path | None, dry_run: bool, archive: Path, form: str
) -> None:
    """Run every curated record against a candidate schema; what newly fails and newly passes.

    Example: bia-curation revalidate --schemas candidate --dry-run
    """
    from pipeline import ledger, releasing, resources, revalidation, schema

    if not dry_run:
        raise click.UsageError("only --dry-run is offered: records are not written anew by it")
    with archive_at(archive) as (chosen, book):
        held = [one for one in ledger.accessions(book) if one.version is not None]
        records = (
            releasing.record_of(chosen, one.accession, one.version)
            for one in printing.progress(held, len(held), "records")
            if one.version is not None
        )
        changed = list(
            revalidation.revalidate(
                (record.model_dump(mode="json") for record in records),
                schema.compiled(resources.schemas()),
                schema.compiled(schemas or resources.schemas()),
            )
        )
    lines = [one.model_dump(mode="json") for one in changed]
    if form == "table":
        printing.rows(form, lines, (*COLUMNS, "place", "message"))
    else:
        printing.rows(form, ({name: one[name] for name in COLUMNS} for one in lines), COLUMNS)
    told = Counter((one["code"], one["change"]) for one in lines)
    summary = [
        {"code": code, "change": change, "records": count}
        for (code, change), count in sorted(told.items())
    ]
    if form == "table":
        printing.table(summary, ("code", "change", "records"), "Summary")
        printing.put(f"{len(held)} records, {len(lines)} differences")
    else:
        click.echo(f"{len(held)} records, {len(lines)} differences", err=True)
    ctx.exit(1 if any(one["change"] == "newly-failing" for one in lines) else 0)
