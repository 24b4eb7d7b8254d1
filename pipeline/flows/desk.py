"""What every flow starts with: its day, its paths, the open archive; and what is tried again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext

from pipeline import ledger
from pipeline.archive import open_archive
from pipeline.settings import Settings, settings


def of_the_disk(_: Any, __: Any, state: Any) -> bool:
    """Whether a failure is worth another try: the disk, the network or the database."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, OSError | ledger.LedgerUnavailable)


TRIED_AGAIN: Final[dict[str, Any]] = {
    "retries": 2,
    "retry_delay_seconds": [1, 5],
    "retry_condition_fn": of_the_disk,
    "persist_result": False,
    "cache_policy": NO_CACHE,
}
"""How a task runs that touches the disk, the network or the database."""
MOST_TAGS: Final = 50
"""Submissions that a run is tagged with. Prefect's server has each tag among what its events are
about, and answers 500 to the end of a run where these are more than 100 (3.8.8)."""


def day_of(on: str | None) -> dt.date:
    """The day to judge dates by: as YYYY-MM-DD, or today (UTC)."""
    return dt.date.fromisoformat(on) if on else dt.datetime.now(dt.UTC).date()


def place(text: str) -> Path:
    """A path that means the same on every machine; raises ValueError for a relative one."""
    path = Path(text)
    if not path.is_absolute():
        raise ValueError(f"{text!r} is not an absolute path; a worker runs in a folder of its own")
    return path


@task(name="open the archive", **TRIED_AGAIN)
def _open(chosen: Settings) -> ledger.Ledger:
    return open_archive(chosen)


@contextmanager
def opened(archive: str | None) -> Iterator[tuple[Settings, ledger.Ledger]]:
    """The settings and the ledger of an archive (default: `BIA_ARCHIVE`), made on first use."""
    chosen = settings(None if archive is None else place(archive))
    book = _open(chosen)
    try:
        yield chosen, book
    finally:
        book.close()


def call_run(name: str, submissions: Iterable[str] = ()) -> None:
    """Name the flow run that is running, and tag it with its submissions if they are few."""
    running = FlowRunContext.get()
    assert running is not None
    assert running.flow_run is not None
    named = set(map(tag, submissions))
    tags = {*running.flow_run.tags, *(named if len(named) <= MOST_TAGS else ())}
    with get_client(sync_client=True) as client:
        client.update_flow_run(running.flow_run.id, name=shown(name), tags=sorted(tags))


def tag(submission: str) -> str:
    """The tag by which the runs over a submission are found."""
    return f"submission:{shown(submission)}"


def shown(name: str) -> str:
    """A file's name as one line of text: Prefect refuses what is not Unicode."""
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    return printable.encode("utf-8", "backslashreplace").decode("utf-8")
