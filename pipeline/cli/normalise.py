"""`bia-curation normalise`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import debugging, printing

if TYPE_CHECKING:
    from pipeline.findings import Finding
    from pipeline.record import Change
    from pipeline.submission import Submission


@click.command()
@printing.paths_argument
@click.option("--no-rules", is_flag=True, help="The metadata as read.")
@click.option("--accept-review", is_flag=True, help="With every proposal applied, too.")
@click.option("--changes", "show_changes", is_flag=True, help="The changes instead.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "jsonl"]),
    default="json",
    show_default=True,
    help="One indented object, or one object a line with its path, as for several paths.",
)
@printing.day_option
@click.pass_context
def normalise(
    ctx: click.Context,
    paths: tuple[Path, ...],
    no_rules: bool,
    accept_review: bool,
    show_changes: bool,
    form: str,
    day: Any,
) -> None:
    """Print a submission's metadata as one JSON object, after the safe rules.

    Data files are not looked for. Exit 1 when a document cannot be read.

    Example: bia-curation normalise submission.json --changes
    """
    from pipeline import knowledge, sources, stages

    known = knowledge.load()
    look = stages.Look(knowledge=known, day=day)
    failed = False
    several = len(paths) > 1 or form == "jsonl"
    for path in printing.progress(paths, len(paths), "documents"):
        for found in sources.discover(path):
            submission: Submission | None = None
            changes: tuple[Change, ...] = ()
            faults: tuple[Finding, ...] = ()
            try:
                opened = sources.open_found(found, files=False, imported=True)
                submission, faults = opened.submission, opened.findings
                if submission is not None and not no_rules:
                    change = stages.accept_all if accept_review else stages.safe_changes
                    submission, changes = change(opened, look)
            except Exception as crash:  # one document must not end the run
                if debugging():
                    raise
                submission, faults = None, (stages.failed(found.given, crash),)
            if submission is None:
                failed = True
                for fault in faults:
                    click.echo(f"{found.given}: {fault.code} {fault.message}", err=True)
                continue
            if show_changes:
                _changes(found.given, changes, several)
            elif several:
                line = {"path": found.given, "metadata": submission.metadata}
                printing.put(printing.as_json(line))
            else:
                printing.put(json.dumps(submission.metadata, ensure_ascii=False, indent=2))
    ctx.exit(1 if failed else 0)


def _changes(path: str, changes: Any, several: bool) -> None:
    made = [
        {
            "path": path,
            "rule": change.by,
            "do": one.do,
            "place": one.place,
            "pointer": one.pointer,
            "before": one.before,
            "after": one.after,
            "safety": change.safety,
            "why": change.why,
        }
        for change in changes
        for one in change.operations
    ]
    if several:
        for line in made:
            printing.put(printing.as_json(line))
    else:
        printing.put(json.dumps(made, ensure_ascii=False, indent=2))
