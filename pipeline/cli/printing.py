"""Printing for people (tables) and for programs (JSON); machine output on stdout alone."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.accession import is_accession

T = TypeVar("T")
Row = Mapping[str, Any]


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--format table|json|jsonl`."""
    return formats()(command)


def formats(*more: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`--format` with further forms that a command has."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "jsonl", *more]),
        default="table",
        help="For people a table; for programs one array or object, or one object a line.",
    )


class Day(click.ParamType[dt.date]):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> dt.date:
        """The day, or a usage error."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-11-22", param, ctx)


class AccessionName(click.ParamType[str]):
    """An accession, also in small letters or with white space around it."""

    name = "accession"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The accession that is meant, or the text as given."""
        meant = str(value).strip().upper()
        return meant if is_accession(meant) else str(value)


def day_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--on DATE`: the day to judge dates by."""
    return click.option(
        "--on",
        "day",
        type=Day(),
        default=lambda: dt.datetime.now(dt.UTC).date(),
        show_default="today, UTC",
        help="The day to judge dates by.",
    )(command)


def archive_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--archive DIR`."""
    return click.option(
        "--archive",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="BIA_ARCHIVE",
        default="archive",
        show_default=True,
        show_envvar=True,
        help="The archive's folder, which `curate` makes.",
    )(command)


def paths_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """`PATH...`: one or more that exist."""
    return click.argument(
        "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
    )(command)


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 error`, `2 errors`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def as_json(value: Any) -> str:
    """One line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=str)


def put(line: str) -> None:
    """One line on standard output; half characters are shown as what they are."""
    sys.stdout.write(line.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")


def rows(form: str, found: Iterable[Row], columns: Sequence[str], title: str = "") -> None:
    """Rows as JSON lines while they come, as one JSON array, or as a table of some columns."""
    if form == "jsonl":
        for row in found:
            put(as_json(row))
    elif form == "json":
        put(json.dumps(list(found), ensure_ascii=False, indent=2, default=str))
    else:
        listed = list(found)
        table(listed, columns, title)
        if not listed:
            put("nothing found")


def table(found: Sequence[Row], columns: Sequence[str], title: str = "") -> None:
    """A table for people, nothing without rows; lines with tabs where no terminal shows them."""
    if not found:
        return
    if not sys.stdout.isatty():
        if title:
            put(title)
        put("\t".join(columns))
        for row in found:
            put("\t".join(_cell(row.get(name)) for name in columns))
        return
    from rich.console import Console
    from rich.table import Column, Table

    # What is too long goes on below: a place that is cut cannot be copied.
    folded = [Column(name, overflow="fold") for name in columns]
    made = Table(*folded, title=title or None, title_justify="left", show_edge=False)
    for row in found:
        made.add_row(*(_markup(_cell(row.get(name))) for name in columns))
    Console().print(made)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return " ".join(f"{name} {count}" for name, count in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return " ".join(str(value).split())


def _markup(text: str) -> str:
    return text.replace("[", r"\[")


@contextmanager
def bar(unit: str) -> Iterator[Callable[[int, int], None]]:
    """What is told of a long work as done and total, as a bar on a terminal's standard error."""
    from tqdm import tqdm

    with tqdm(unit=unit, unit_scale=True, disable=not sys.stderr.isatty(), leave=False) as shown:

        def told(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield told


def progress(found: Iterable[T], total: int | None, what: str) -> Iterator[T]:
    """The same, with a progress bar on a terminal's standard error."""
    from tqdm import tqdm

    yield from tqdm(
        found, total=total, unit=what, disable=not sys.stderr.isatty(), leave=False, file=sys.stderr
    )
