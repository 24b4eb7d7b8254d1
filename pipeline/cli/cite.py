"""`bia-curation cite` and `export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import printing
from pipeline.cli.opened import archive_at

if TYPE_CHECKING:
    from pipeline.record import CuratedRecord


@click.command()
@click.argument("accession", type=printing.AccessionName())
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "bibtex", "cff", "ris", "csl"]),
    default="text",
    show_default=True,
    help="The sentence, BibTeX, a CITATION.cff, RIS, or CSL-JSON.",
)
@printing.archive_option
def cite(accession: str, form: str, archive: Path) -> None:
    """Print the archive's sentence for a paper, or a form for a reference manager.

    Example: bia-curation cite S-BIAD1 --as bibtex
    """
    from pipeline.outputs import citation

    record = _record(accession, archive)
    if form == "text":
        printing.put(record.citation)
    else:
        printing.put(citation.FORMS[form](record).rstrip("\n"))


@click.command()
@click.argument("accession", type=printing.AccessionName())
@click.option(
    "--as",
    "form",
    required=True,
    help="""record, pagetab, pagetab-tsv, ro-crate, rembi-yaml, public, citation, manifest,
    manifest-tsv or datacite (to register its DOI).""",
)
@printing.archive_option
def export(accession: str, form: str, archive: Path) -> None:
    """Print a curated record in another form.

    Example: bia-curation export S-BIAD1 --as pagetab
    """
    from pipeline import outputs

    if form not in outputs.load():
        raise click.UsageError(f"no form is called {form}; there are {', '.join(outputs.load())}")
    try:
        content = outputs.write(_record(accession, archive), form)
    except outputs.Refused as refused:
        raise click.UsageError(str(refused)) from refused
    sys.stdout.buffer.write(content)


def _record(accession: str, archive: Path) -> CuratedRecord:
    from pipeline import ledger, releasing

    with archive_at(archive) as (chosen, book):
        held = ledger.accession(book, accession)
        if held is None or held.version is None:
            raise click.UsageError(f"the archive holds no record {accession}")
        if held.state == "withdrawn":
            click.echo(f"{accession} is withdrawn", err=True)
        return releasing.record_of(chosen, accession, held.version)
