"""`bia-curation sniff`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from pipeline.cli import printing


@click.command()
@printing.paths_argument
@click.option("--deep", is_flag=True, help="Read the pixel data, too.")
@printing.format_option
def sniff(paths: tuple[Path, ...], deep: bool, form: str) -> None:
    """Tell what image files are, by their content; one line per image, companion or other file.

    Example: bia-curation sniff Files --format jsonl
    """
    columns = ("path", "kind", "format", "on_bioformats_list", "evidence", "sizes", "findings")
    printing.rows(form, _lines(paths, deep, form), columns)


def _lines(paths: tuple[Path, ...], deep: bool, form: str) -> Iterator[dict[str, Any]]:
    from pipeline import images

    for one in printing.progress(images.sniff(paths, deep=deep), None, "files"):
        line = one.model_dump(exclude={"findings"})
        line["findings"] = [
            {"code": fault.code, "severity": fault.severity, "message": fault.message}
            for fault in one.findings
        ]
        if form == "table":
            line["findings"] = "; ".join(
                f"{fault.severity} {fault.code} {fault.message}" for fault in one.findings
            )
        yield line
