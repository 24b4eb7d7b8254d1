"""`bia-curation registries`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.cli import printing

COLUMNS = ("name", "version", "date", "size", "complete")


@click.group()
def registries() -> None:
    """Show the registries' snapshots, or load official dumps.

    Example: bia-curation registries list
    """


@registries.command("list")
@printing.format_option
def list_(form: str) -> None:
    """Which snapshot of each registry answers; an incomplete one proves no absence.

    Example: bia-curation registries list
    """
    from pipeline import registries

    printing.rows(form, (_line(one) for one in registries.listing()), COLUMNS)


@registries.command()
@click.argument("name")
@click.argument("dump", type=click.Path(exists=True, path_type=Path))
@printing.format_option
def refresh(name: str, dump: Path, form: str) -> None:
    """Load an official dump into the local store.

    NAME is cordis, fbbi, funders, licences, ror or taxonomy.

    \b
    Example: bia-curation registries refresh cordis cordis-HORIZONprojects-csv.zip
    """
    from pipeline import registries

    if name not in registries.registries():
        raise click.UsageError(f"there is no registry {name}; {', '.join(registries.registries())}")
    with printing.bar("bytes") as progress:
        loaded = registries.refresh(name, dump, progress)
    printing.rows(form, [_line(loaded)], COLUMNS)


def _line(one: Any) -> dict[str, Any]:
    line: dict[str, Any] = one.model_dump(mode="json")
    return line
