"""What is found in a document that a test writes, judged on one day with all that is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline import sources, stages
from pipeline.findings import Finding, Report
from pipeline.knowledge import Knowledge
from pipeline.sources import Found, Opened
from pipeline.stages import Look
from tests.archives import DAY


def look(known: Knowledge, folder: Path, name: str, text: str) -> tuple[Opened, Report]:
    """The document of this name and text, and what is found in it; no data files are expected."""
    path = folder / name
    path.write_text(text, "utf-8")
    opened = sources.open_found(
        Found(given=name, document=path, folder=None), files=False, imported=False
    )
    return opened, stages.validate(opened, Look(knowledge=known, day=DAY))


def read(known: Knowledge, folder: Path, rows: str) -> tuple[Opened, Report]:
    """The same of a study in rows."""
    return look(known, folder, "study.tsv", rows)


def found(report: Report, *codes: str) -> list[Finding]:
    """The findings of some codes."""
    return [one for one in report.findings if one.code in codes]


def proposed(finding: Finding) -> list[Any]:
    """The values that a finding proposes to a curator."""
    assert finding.suggestion is not None
    assert finding.suggestion.safety == "review"
    return [one.after for one in finding.suggestion.operations]
