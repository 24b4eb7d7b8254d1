"""`bia-curation validate`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import click

from pipeline.cli import batch, printing
from pipeline.cli.batch import Ask


@click.command()
@printing.paths_argument
@printing.formats("sarif")
@click.option(
    "--schemas",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A schema folder to validate against.",
)
@click.option(
    "--profile",
    type=click.Choice(["new", "published", "brokered"]),
    default="new",
    show_default=True,
    help="Whose findings are how grave: of a new submission, a study that is out, or one that "
    "came through a broker.",
)
@click.option("--no-files", is_flag=True, help="Data files are elsewhere: do not look for them.")
@printing.day_option
@click.pass_context
def validate(
    ctx: click.Context,
    paths: tuple[Path, ...],
    form: str,
    schemas: Path | None,
    profile: str,
    no_files: bool,
    day: dt.date,
) -> None:
    """Find what is wrong in documents, file lists, crates, images and submission folders.

    Writes nothing and assigns nothing. Exit 1 when something is an error.

    \b
    Example: bia-curation validate submission.json --no-files --format jsonl
    For an editor: bia-curation validate submission.json --no-files --format sarif
    """
    ask = Ask(schemas, profile, not no_files, day)
    if form == "sarif":
        ctx.exit(_put_sarif(paths, ask))
    found = batch.told(paths, ask)
    blocked = False
    lines: list[dict[str, Any]] = []
    for made in printing.progress(found, len(paths), "documents"):
        blocked = blocked or any(line.get("errors") for line in made)
        if form == "jsonl":
            for line in made:
                printing.put(printing.as_json(line))
        else:
            lines += made
    if form == "json":
        printing.rows("json", lines, ())
    elif form == "table":
        _for_people(lines)
    ctx.exit(1 if blocked else 0)


def _put_sarif(paths: tuple[Path, ...], ask: Ask) -> int:
    """Print one log for all paths; 1 when something is an error, else 0."""
    from pipeline import knowledge
    from pipeline.outputs import sarif

    known = knowledge.load(ask.schemas)
    placed: list[sarif.Placed] = []
    for path in printing.progress(paths, len(paths), "documents"):
        for subject, report, _ in batch.judged(path, ask, known):
            placed += [
                sarif.Placed(subject.beside(one.location.file), one) for one in report.findings
            ]
    log = sarif.log(placed, _text, version=knowledge.VERSION)
    printing.put(json.dumps(log, ensure_ascii=False, indent=1))
    return 1 if any(one.finding.severity == "error" for one in placed) else 0


@cache
def _text(path: str) -> str | None:
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except (OSError, ValueError):
        return None


def _for_people(lines: Iterable[dict[str, Any]]) -> None:
    shown: list[dict[str, Any]] = []
    for line in lines:
        if "read" not in line:
            shown.append({**line, "what to do": line["hint"]})
            continue
        shown = placed(shown)
        severities = ("error", "warning", "hint")
        counts = ", ".join(printing.counted(line[f"{one}s"], one) for one in severities)
        title = f"{line['path']}: {counts}" + ("" if line["read"] else "; could not be read")
        printing.table(shown, ("severity", "code", "where", "message", "what to do"), title)
        if not shown:
            printing.put(title)
        for reason, codes in _by_reason(line["skipped"]).items():
            printing.put(f"not checked: {reason} ({', '.join(codes)})")
        printing.put("")
        shown = []


def _by_reason(skipped: Iterable[dict[str, str]]) -> dict[str, list[str]]:
    """The codes that were skipped for each reason, each code once."""
    codes: dict[str, list[str]] = {}
    for skip in skipped:
        told = codes.setdefault(skip["reason"], [])
        if skip["code"] not in told:
            told.append(skip["code"])
    return codes


def placed(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings, gravest first, with their places in words; the file, too, if there are several."""
    from pipeline.findings import RANK

    files = {one["location"]["file"] for one in findings}
    ordered = sorted(findings, key=lambda one: -RANK[one["severity"]])
    return [{**one, "where": where(one["location"], named=len(files) > 1)} for one in ordered]


def where(location: dict[str, Any], *, named: bool = False) -> str:
    """A place in words: `line 88, /section/…`, `sheet Files, B7`, `list.tsv, row 4`."""
    parts = [str(location["file"])] if named and location["file"] else []
    if location["line"]:
        column = f":{location['column']}" if location["column"] else ""
        parts.append(f"line {location['line']}{column}")
    if location["cell"]:
        parts.append(f"sheet {location['sheet']}, {location['cell']}")
    elif location["row"]:
        parts.append(f"row {location['row']}")
    if location["pointer"]:
        parts.append(location["pointer"])
    return ", ".join(parts) or (location["file"] or "")
