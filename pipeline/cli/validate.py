"""`bia-curation validate`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import printing

if TYPE_CHECKING:
    from pipeline.findings import Finding, Report
    from pipeline.subjects import Subject


@click.command()
@printing.paths_argument
@printing.formats("sarif")
@click.option(
    "--schemas",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A schema folder to validate against.",
)
@click.option("--profile", type=click.Choice(["new", "published", "brokered"]), default="new")
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

    Example: bia-curation validate submission.json --no-files --format jsonl

    For an editor: bia-curation validate submission.json --no-files --format sarif
    """
    from pipeline import knowledge, subjects

    known = knowledge.load(schemas)
    blocked = False
    lines: list[dict[str, Any]] = []
    placed: list[tuple[str, Finding]] = []
    for path in printing.progress(paths, len(paths), "documents"):
        for subject in subjects.at(path):
            report, read = subjects.validate(
                subject, known, day=day, profile=profile, files=not no_files
            )
            blocked = blocked or report.count("error") > 0
            if form == "sarif":
                placed += [(subject.path_of(f.location.file), f) for f in report.findings]
                continue
            made = list(_lines(subject, report, read))
            if form == "jsonl":
                for line in made:
                    printing.put(printing.as_json(line))
            else:
                lines += made
    if form == "json":
        printing.rows("json", lines, ())
    elif form == "sarif":
        printing.put(_sarif(placed))
    elif form == "table":
        _for_people(lines)
    ctx.exit(1 if blocked else 0)


def _sarif(placed: list[tuple[str, Finding]]) -> str:
    import json
    from functools import cache

    from pipeline.knowledge import VERSION
    from pipeline.outputs import sarif

    @cache
    def text(path: str) -> str | None:
        try:
            return Path(path).read_bytes().decode("utf-8-sig")
        except (OSError, ValueError):
            return None

    found = (sarif.Placed(path, finding) for path, finding in placed)
    return json.dumps(sarif.log(found, text, version=VERSION), ensure_ascii=False, indent=1)


def _lines(subject: Subject, report: Report, read: bool) -> Iterator[dict[str, Any]]:
    for finding in report.findings:
        yield finding_line(subject.path_of(finding.location.file), report.submission, finding)
    yield {
        "path": subject.given,
        "read": read,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "hints": report.count("hint"),
        "skipped": [{"code": skip.code, "reason": skip.reason} for skip in report.skips],
    }


def finding_line(path: str, submission: str | None, finding: Finding) -> dict[str, Any]:
    """A finding as programs read it."""
    suggestion = finding.suggestion
    return {
        "path": path,
        "submission": submission,
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "location": finding.location.model_dump(),
        "value": finding.value,
        "suggestion": None
        if suggestion is None
        else {
            "rule": suggestion.rule,
            "safety": suggestion.safety,
            "operations": [one.model_dump() for one in suggestion.operations],
            "alternatives": [[one.model_dump() for one in ops] for ops in suggestion.alternatives],
        },
    }


def _for_people(lines: Iterable[dict[str, Any]]) -> None:
    shown: list[dict[str, Any]] = []
    for line in lines:
        if "read" not in line:
            shown.append({**line, "where": where(line["location"]), "what to do": line["hint"]})
            continue
        title = (
            f"{line['path']}: {line['errors']} errors, {line['warnings']} warnings, "
            f"{line['hints']} hints" + ("" if line["read"] else "; could not be read")
        )
        printing.table(shown, ("severity", "code", "where", "message", "what to do"), title)
        if not shown:
            printing.put(title)
        for skip in line["skipped"]:
            printing.put(f"not checked: {skip['code']}: {skip['reason']}")
        printing.put("")
        shown = []


def where(location: dict[str, Any]) -> str:
    """A place in words: `line 88, /section/…`, `sheet Files, B7`, `row 4`."""
    parts = []
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
