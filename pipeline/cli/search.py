"""`bia-curation search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

if TYPE_CHECKING:
    from pipeline.searching import Hit


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--private", is_flag=True, help="For staff: studies that are not released, too.")
@printing.archive_option
@printing.format_option
def search(query: tuple[str, ...], private: bool, archive: Path, form: str) -> None:
    """Find released studies in which every word stands, in any field of their metadata.

    A phrase stands in double quotes; `field:word` looks in one field, such as orcid, funder,
    organism or keywords; `word*` finds what starts so.

    Example: bia-curation search 'author:Lindgren "actin flow"'
    """
    from pipeline import holdings, searching

    asked = " ".join(query)
    try:
        parts = searching.parts(asked)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    if not parts:
        raise click.UsageError(f"there is no word to look for in {asked!r}")
    with archive_at(archive) as (chosen, book):
        index = searching.Index(holdings.studies(chosen, book, private=private))
    found = index.search(asked)
    for field in index.unknown_fields(asked):
        click.echo(
            f"no study has a field {field!r}; fields have the names of docs/schema", err=True
        )
    index.close()
    if form == "table":
        shown = [{**one.model_dump(), "found in": _where(one)} for one in found]
        printing.rows(form, shown, ("accession", "title", "release_date", "found in"))
    else:
        printing.rows(form, (one.model_dump() for one in found), ())


def _where(hit: Hit) -> str:
    return "; ".join(f"{one.field}: {one.text}" for one in hit.matches)
