"""Validating paths: one after the other, or by several processes where there are many."""

from __future__ import annotations

import datetime as dt
import gc
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.cli import debugging

if TYPE_CHECKING:
    from pipeline.findings import Finding, Report
    from pipeline.knowledge import Knowledge
    from pipeline.subjects import Subject

MANY = 32
"""Paths from which on several processes are quicker than one."""
MOST_AT_ONCE = 32
"""Paths that a process takes at once; each time costs as much as half a short document."""

Line = dict[str, Any]


class Ask(NamedTuple):
    """What `validate` was asked for, besides its paths."""

    schemas: Path | None
    profile: str
    files: bool
    day: dt.date


def told(paths: Sequence[Path], ask: Ask) -> Iterator[list[Line]]:
    """What programs read of each path, in the order of the paths.

    Files that are looked into are left to one process: their readers have processes of their own.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if len(paths) < MANY or cores < 2 or ask.files:
        return _in_turn(paths, ask)
    workers = min(cores, len(paths) // (MANY // 2))
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(workers, context, _begin, (ask, _loaded(ask)))
    share = max(1, min(MOST_AT_ONCE, len(paths) // (8 * workers)))
    return _until_done(pool, pool.map(_told, paths, chunksize=share))


def _in_turn(paths: Sequence[Path], ask: Ask) -> Iterator[list[Line]]:
    _begin(ask, _loaded(ask))
    return (_told(path) for path in paths)


def _loaded(ask: Ask) -> Knowledge:
    """What several processes can share; each opens its own stores of the registries."""
    from pipeline import knowledge

    known = knowledge.load(ask.schemas)
    known.checks.prepare()
    return known


def _until_done(pool: ProcessPoolExecutor, found: Iterator[list[Line]]) -> Iterator[list[Line]]:
    with pool:
        yield from found


_asked: tuple[Ask, Knowledge] | None = None
"""What this process was asked, with what it judges by: its own, for stores cannot be shared."""


def _begin(ask: Ask, known: Knowledge) -> None:
    global _asked
    _asked = (ask, known)
    # What is loaded now is needed to the end: the collector need not look at it again, nor
    # after every few values of a document, which form no cycles.
    gc.freeze()
    gc.set_threshold(50_000)


def _told(path: Path) -> list[Line]:
    assert _asked is not None
    made: list[Line] = []
    for subject, report, read in judged(path, *_asked):
        made += lines(subject, report, read)
    return made


def judged(path: Path, ask: Ask, known: Knowledge) -> Iterator[tuple[Subject, Report, bool]]:
    """What stands at a path, the report on it, and whether it could be read."""
    from pipeline import subjects

    try:
        found = list(subjects.at(path))
    except OSError as refused:
        whole = subjects.Subject(given=str(path), kind="submission", path=path)
        yield whole, subjects.failed(whole, refused, known, ask.profile), False
        return
    for subject in found:
        try:
            report, read = subjects.validate(
                subject, known, day=ask.day, profile=ask.profile, files=ask.files
            )
        except Exception as crash:  # one document must not end the run
            if debugging():
                raise
            report, read = subjects.failed(subject, crash, known, ask.profile), False
        yield subject, report, read


def lines(subject: Subject, report: Report, read: bool) -> Iterator[Line]:
    """A report as programs read it: one line a finding, and a closing one."""
    path_of = cache(subject.path_of)
    for finding in report.findings:
        yield finding_line(path_of(finding.location.file), report.submission, finding)
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
        "location": dict(vars(finding.location)),
        "value": finding.value,
        "suggestion": None
        if suggestion is None
        else {
            "rule": suggestion.rule,
            "safety": suggestion.safety,
            "operations": [dict(vars(one)) for one in suggestion.operations],
            "alternatives": [[dict(vars(one)) for one in ops] for ops in suggestion.alternatives],
        },
    }
