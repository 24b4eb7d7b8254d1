"""Artifacts: what the Prefect page shows of a run, of a submission, of a release."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from pipeline.accession import is_accession
from pipeline.curation import Result
from pipeline.flows.desk import shown
from pipeline.ledger import Due
from pipeline.settings import Settings

_UNFIT = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


def key(name: str) -> str:
    """The key of a submission's artifact: small letters, digits and dashes; a key means one name.

    >>> key("S-BIAD15"), key("wing-disc"), key("Wing disc")
    ('submission-s-biad15', 'submission-wing-disc', 'submission-wing-disc-0e7b7ac1')
    """
    short = _UNFIT.sub("-", name.casefold()).strip("-")[:_LONGEST]
    own = is_accession(name) or (name == short and not is_accession(name.upper()))
    mark = "" if own else hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return "-".join(filter(None, ("submission", short, mark)))


def show_submission(result: Result, chosen: Settings) -> None:
    """The report of a submission as a Markdown artifact; its HTML stands in the archive."""
    page = chosen.archive / result.report
    if not result.report or not page.with_name("report.md").is_file():
        return
    create_markdown_artifact(
        key=key(Path(result.report).parent.name),
        markdown=page.with_name("report.md").read_text("utf-8"),
        description=shown(f"{result.submission}: {result.outcome}. Whole report: {page}"),
    )


def show_review(submission: str, report: str) -> None:
    """What a curator is asked about; the newest version under the submission's key."""
    create_markdown_artifact(
        key=key(submission), markdown=report, description=shown(f"{submission}: in review")
    )


def show_run(results: Iterable[Result], what: str) -> None:
    """What became of each submission of a run, as a table."""
    create_table_artifact(
        key="curation-run",
        table=[
            {
                "submission": shown(result.submission),
                "outcome": result.outcome,
                "accession": result.accession or "",
                "version": result.version or "",
                "errors": result.findings["error"],
                "warnings": result.findings["warning"],
                "hints": result.findings["hint"],
                "changes": result.changes,
            }
            for result in results
        ],
        description=what,
    )


def show_release(released: Iterable[Due], what: str) -> None:
    """What was brought out, as a table."""
    table = [one.model_dump(mode="json") for one in released]
    create_table_artifact(key="release-run", table=table, description=what)
