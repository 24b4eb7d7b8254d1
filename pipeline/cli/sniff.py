"""`bia-curation sniff`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import click

from pipeline.cli import printing

BESIDE = ("channels", "instrument", "acquired")
"""What is known of an image beyond the line that is printed."""


class Place(click.ParamType[str]):
    """A URL, or a path that exists."""

    name = "path"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The path or URL as given, or a usage error."""
        if "://" not in str(value):
            click.Path(exists=True).convert(value, param, ctx)
        return cast("str", value)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=Place())
@click.option("--deep", is_flag=True, help="Read the pixel data, too.")
@printing.format_option
def sniff(paths: tuple[str, ...], deep: bool, form: str) -> None:
    """Tell what image files are, by their content; one line per image, companion or other file.

    A path may be a URL (s3://, https://, ftp://, zip://member::archive.zip).

    Example: bia-curation sniff Files --format jsonl
    """
    columns = ("path", "kind", "format", "on_bioformats_list", "evidence", "sizes", "findings")
    printing.rows(form, _lines(paths, deep, form), columns)


def _lines(paths: tuple[str, ...], deep: bool, form: str) -> Iterator[dict[str, Any]]:
    from pipeline import images

    for one in printing.progress(images.sniff(paths, deep=deep), None, "files"):
        line = one.model_dump(exclude={"findings", *BESIDE})
        line["findings"] = [
            {"code": fault.code, "severity": fault.severity, "message": fault.message}
            for fault in one.findings
        ]
        if form == "table":
            line["findings"] = "; ".join(
                f"{fault.severity} {fault.code} {fault.message}" for fault in one.findings
            )
        yield line
