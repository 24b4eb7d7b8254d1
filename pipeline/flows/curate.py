"""The main job: curate every submission that has come in."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from prefect import State, flow, get_run_logger, task
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run, task_run
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from pipeline import curation, knowledge, ledger, receiving, sources, stages
from pipeline.checks.expectations import run_suite
from pipeline.curation import Result
from pipeline.findings import Finding
from pipeline.flows import artifacts, desk
from pipeline.receiving import Bench
from pipeline.sources import Found
from pipeline.submission import FileList

DISCOVERED = "%d submissions"
ENDED = "%s: %s %s"
"""What the log says of each submission: its id, outcome, accession or why it failed."""
RESULT = "curated"
"""What of a record of the log holds the result of which `ENDED` tells."""
_SUITE = threading.Lock()
"""Great Expectations keeps one context for the whole process."""


def _name() -> str:
    """The name of a run before its submissions are known: where it looks."""
    given = flow_run.parameters.get("inbox") or []
    more = f" and {len(given) - 3} more" if len(given) > 3 else ""
    return desk.shown(", ".join(Path(path).name for path in given[:3]) + more)


@flow(name="curate", flow_run_name=_name, persist_result=False)
def curate(
    inbox: list[str],
    archive: str | None = None,
    on: str | None = None,
    files: bool = True,
    imported: bool = False,
    workers: int = 1,
) -> State[list[dict[str, Any]]]:
    """Curate submissions; run again it changes nothing.

    Its result is one object per submission, as `bia-curation curate --format json` prints it.

    Args:
        inbox: Absolute paths of inboxes, submission folders or documents.
        archive: Absolute path of the archive's folder (default: BIA_ARCHIVE).
        on: The day to judge dates by, as YYYY-MM-DD (default: today, UTC).
        files: Whether data files are looked for.
        imported: Whether accessions in documents are believed.
        workers: Submissions at once.
    """
    day = desk.day_of(on)
    places = [desk.place(path) for path in inbox]
    with desk.opened(archive) as (chosen, book):
        bench = Bench(
            settings=chosen,
            ledger=book,
            knowledge=knowledge.load(),
            day=day,
            files=files,
            imported=imported or not files,
            lists=suite,
        )
        found = discover(places, bench.settings.archive)
        names = list(dict.fromkeys(name for _, name in found))
        called = names[0] if len(names) == 1 else f"{_name()}: {len(found)} submissions"
        desk.call_run(f"{called}, {day}", names)
        get_run_logger().info(DISCOVERED, len(found))
        results = _curate_all(found, bench, workers)
        summary = _summary(results, day)
        artifacts.show_run(results, summary)
    told = [result.model_dump(mode="json") for result in results]
    return Completed(message=summary, data=told)


@task(name="discover", **desk.TRIED_AGAIN)
def discover(places: Sequence[Path], archive: Path) -> list[tuple[Found, str]]:
    """The submissions at the paths, each with its id."""
    return [(one, _identity(one)) for one in receiving.discover(places, archive)]


def _identity(found: Found) -> str:
    """The id of a submission; what cannot even be opened fails by itself, later, by its name."""
    try:
        return sources.identity(found)
    except Exception:  # noqa: BLE001
        get_run_logger().exception("the id of %s cannot be read", desk.shown(found.name))
        return found.name


def _of_submission() -> str:
    return desk.shown(task_run.parameters["name"])


@task(name="curate submission", task_run_name=_of_submission, **desk.TRIED_AGAIN)
def curate_submission(name: str, found: Found, bench: Bench, twice: bool) -> Result:
    """One submission to its outcome, with its report as an artifact."""
    result = curation.curate(found, bench, twice=twice)
    _told(name, result, bench)
    return result


@task(name="tell of a failure", task_run_name=_of_submission, **desk.TRIED_AGAIN)
def tell_of_failure(name: str, found: Found, bench: Bench, crash: Exception) -> Result:
    """What the pipeline itself does wrong is an outcome, too."""
    result = curation.crashed(found, bench, crash)
    # What the system says is about its files; of other failures the report and the log have it.
    why = f"({stages.failed(found.given, crash).message})" if isinstance(crash, OSError) else ""
    _told(name, result, bench, desk.shown(why))
    return result


def _told(name: str, result: Result, bench: Bench, why: str = "") -> None:
    artifacts.show_submission(result, bench.settings)
    more = {RESULT: result}
    told = (desk.shown(name), result.outcome, result.accession or why)
    get_run_logger().info(ENDED, *told, extra=more)


def _curate_all(found: Sequence[tuple[Found, str]], bench: Bench, workers: int) -> list[Result]:
    """Every submission, a few at once; two of one id are told before they meet."""
    seen: set[str] = set()
    futures: list[PrefectFuture[Result]] = []
    with ExitStack() as running:
        threads: ThreadPoolTaskRunner[Result] = ThreadPoolTaskRunner(max_workers=max(1, workers))
        runner = running.enter_context(threads)
        for one, name in found:
            given = {"name": name, "found": quote(one), "bench": quote(bench)}
            # A tag would cost each a question to the server, whether it limits how many run.
            futures.append(runner.submit(curate_submission, {**given, "twice": name in seen}))
            seen.add(name)
        return [
            _ended(future, name, one, bench)
            for future, (one, name) in zip(futures, found, strict=True)
        ]


def _ended(future: PrefectFuture[Result], name: str, found: Found, bench: Bench) -> Result:
    """How a submission ended; where even a failure cannot be written down, the run fails."""
    result = future.result(raise_on_failure=False)
    if isinstance(result, ledger.LedgerUnavailable) or not isinstance(result, Result | Exception):
        raise result
    if isinstance(result, Result):
        return result
    return tell_of_failure(name, found, bench, result)


def suite(file_list: FileList) -> tuple[Finding, ...]:
    """The declared expectations of a file list, evaluated by Great Expectations."""
    with _SUITE:
        return run_suite(file_list)


def _summary(results: Sequence[Result], day: dt.date) -> str:
    outcomes = [result.outcome for result in results]
    counted = (f"{outcomes.count(one)} {one}" for one in dict.fromkeys(outcomes))
    return f"Curation on {day}: {', '.join(counted) or 'nothing to do'}"
