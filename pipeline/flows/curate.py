"""The main job: curate every submission that has come in."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, tags, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner

from pipeline import curation, knowledge, ledger, receiving
from pipeline.checks.expectations import run_suite
from pipeline.curation import Result
from pipeline.findings import Finding
from pipeline.receiving import Bench
from pipeline.settings import settings
from pipeline.sources import Found
from pipeline.submission import FileList

_SUITE = threading.Lock()
"""Great Expectations keeps one context for the whole process."""
_KEY = re.compile(r"[^a-z0-9]+")


@flow(name="curate", validate_parameters=False, persist_result=False)
def curate(
    inbox: list[str],
    archive: str | None = None,
    on: str | None = None,
    files: bool = True,
    imported: bool = False,
    workers: int = 1,
) -> list[dict[str, Any]]:
    """Curate the submissions at the paths of `inbox`; run again it changes nothing.

    `on` is the day to judge dates by (default: today, UTC). Returns one object per submission,
    as `bia-curation curate --format json` prints it.
    """
    day = dt.date.fromisoformat(on) if on else dt.datetime.now(dt.UTC).date()
    chosen = settings(archive)
    chosen.archive.mkdir(parents=True, exist_ok=True)
    book = ledger.open_ledger(chosen.ledger)
    try:
        bench = Bench(
            settings=chosen,
            ledger=book,
            knowledge=knowledge.load(),
            day=day,
            files=files,
            imported=imported or not files,
            lists=suite,
        )
        results = _curate_all(discover(inbox), bench, workers)
    finally:
        book.close()
    _tell(results, bench)
    return [result.model_dump(mode="json") for result in results]


@task(name="discover", retries=2, retry_delay_seconds=2, cache_policy=NO_CACHE)
def discover(inbox: list[str]) -> tuple[Found, ...]:
    """The submissions at the paths."""
    return receiving.discover(Path(path) for path in inbox)


def _is_of_the_disk(_: Any, __: Any, state: Any) -> bool:
    """Whether a failure is worth another try: the disk, the network or the database."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, OSError | ledger.LedgerUnavailable)


@task(
    name="curate submission",
    task_run_name="{found.name}",
    retries=2,
    retry_delay_seconds=[1, 5],
    retry_condition_fn=_is_of_the_disk,
    persist_result=False,
    cache_policy=NO_CACHE,
)
def curate_submission(found: Found, bench: Bench, twice: bool) -> Result:
    """One submission to its outcome; what the pipeline itself does wrong is an outcome, too."""
    log = get_run_logger()
    try:
        result = curation.curate(found, bench, twice=twice)
    except (OSError, ledger.LedgerUnavailable):
        raise
    except Exception as crash:
        log.exception("the curation of %s failed", found.name)
        result = curation.crashed(found, bench, crash)
    log.info("%s: %s %s", result.submission, result.outcome, result.accession or "")
    return result


def _curate_all(found: Iterable[Found], bench: Bench, workers: int) -> list[Result]:
    """Every submission, a few at once; two of one id are told before they meet."""
    seen: set[str] = set()
    futures: list[PrefectFuture[Result]] = []
    threads: ThreadPoolTaskRunner[Result] = ThreadPoolTaskRunner(max_workers=max(1, workers))
    with threads as runner:
        for one in found:
            identity = receiving.identity(one, bench)
            with tags(f"submission:{identity}"):
                parameters = {"found": one, "bench": bench, "twice": identity in seen}
                futures.append(runner.submit(curate_submission, parameters))
            seen.add(identity)
        return [future.result() for future in futures]


def suite(file_list: FileList) -> tuple[Finding, ...]:
    """The declared expectations of a file list, evaluated by Great Expectations."""
    with _SUITE:
        return run_suite(file_list)


def _tell(results: list[Result], bench: Bench) -> None:
    """One Markdown artifact per submission and one table per run."""
    for result in results:
        if not result.report:
            continue
        report = (bench.settings.archive / result.report).with_name("report.md")
        create_markdown_artifact(
            key=f"submission-{_KEY.sub('-', result.submission.casefold()).strip('-')}",
            markdown=report.read_text("utf-8"),
            description=f"{result.submission}: {result.outcome}",
        )
    create_table_artifact(
        key="curation-run",
        table=[
            {
                "submission": result.submission,
                "outcome": result.outcome,
                "accession": result.accession or "",
                "version": result.version or "",
                "errors": result.findings["error"],
                "warnings": result.findings["warning"],
                "hints": result.findings["hint"],
                "changes": result.changes,
                "report": result.report,
            }
            for result in results
        ],
        description=f"Curation on {bench.day}",
    )
