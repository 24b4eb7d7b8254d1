"""`bia-curation doctor`."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from pipeline.cli import debugging, printing

if TYPE_CHECKING:
    from pipeline.settings import Settings

LITTLE_ROOM = 1 << 30
"""Free bytes of the archive's disk below which a warning is due."""
PATIENCE = 10
"""Seconds that a Prefect server has for its answer."""


class Told(NamedTuple):
    """What was looked at, whether it will do, and what there is."""

    what: str
    state: Literal["ok", "warning", "error"]
    told: str


@click.command()
@printing.archive_option
@printing.format_option
@click.pass_context
def doctor(ctx: click.Context, archive: Path, form: str) -> None:
    """Look whether all that curation needs is there and works; exit 1 when something does not.

    Schema, rules, registries, the archive with its ledger, and the Prefect server.

    Example: bia-curation doctor --archive archive
    """
    from pipeline.settings import settings

    chosen = settings(archive)
    looks = (_knowledge, _registries, _archive, _ledger, _prefect)
    found = [one for look in looks for one in _seen(look, chosen)]
    printing.rows(form, (one._asdict() for one in found), Told._fields)
    ctx.exit(1 if any(one.state == "error" for one in found) else 0)


def _seen(look: Callable[[Settings], Iterator[Told]], chosen: Settings) -> Iterator[Told]:
    """What a look tells; where it fails, that is what it tells."""
    try:
        yield from look(chosen)
    except Exception as failed:
        if debugging():
            raise
        yield Told(look.__name__.removeprefix("_"), "error", str(failed) or type(failed).__name__)


def _knowledge(_: Settings) -> Iterator[Told]:
    from pipeline import knowledge, resources

    known = knowledge.load()
    yield Told("pipeline", "ok", f"{knowledge.VERSION}, Python {platform.python_version()}")
    schema = f"version {known.compiled.version}, {resources.schemas()}"
    yield Told("schema", "ok", schema)
    state: Literal["ok", "error"] = "ok" if known.rules else "error"
    yield Told("rules", state, f"{len(known.rules)}, {resources.rules()}")


def _registries(_: Settings) -> Iterator[Told]:
    from pipeline import registries

    for one in registries.listing():
        told = f"{one.size:,} entries of {one.date}"
        if one.complete:
            yield Told(one.name, "ok", told)
        else:
            more = "a selection, which proves no absence (registries refresh)"
            yield Told(one.name, "warning", f"{told}; {more}")


def _archive(chosen: Settings) -> Iterator[Told]:
    from pipeline import emission
    from pipeline.archive import MARK

    home = chosen.archive
    if not (home / MARK).is_file():
        yield Told("archive", "warning", f"{home} is made by the first curation")
        return
    with emission.alone(home, "doctor"):
        free = shutil.disk_usage(home).free
    state: Literal["ok", "warning"] = "ok" if free > LITTLE_ROOM else "warning"
    yield Told("archive", state, f"{home}, {free / 1e9:,.1f} GB free")


def _ledger(chosen: Settings) -> Iterator[Told]:
    from pipeline import ledger
    from pipeline.archive import MARK, open_archive

    if not (chosen.archive / MARK).is_file():
        if name := ledger.answering(chosen.ledger):
            yield Told("ledger", "ok", f"{name} answers")
        return
    with open_archive(chosen) as book:
        held = len(ledger.accessions(book))
        yield Told("ledger", "ok", f"{printing.counted(held, 'accession')}, {book.name}")


def _prefect(_: Settings) -> Iterator[Told]:
    from importlib.metadata import version
    from urllib.request import urlopen

    own = version("prefect")
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        yield Told("prefect", "ok", f"{own}; each curation starts a server for itself")
        return
    try:
        with urlopen(f"{api.rstrip('/')}/admin/version", timeout=PATIENCE) as answer:
            theirs = answer.read().decode().strip('"\n')
    except OSError as why:
        yield Told("prefect", "error", f"{api} does not answer: {why}")
        return
    same: Literal["ok", "warning"] = "ok" if theirs == own else "warning"
    yield Told("prefect", same, f"{own}; the server at {api} is {theirs}")
