"""Bringing out what is due, on a schedule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import flow, get_run_logger, tags, task

from pipeline import releasing
from pipeline.flows import artifacts, desk
from pipeline.ledger import Due, Ledger
from pipeline.settings import Settings


@flow(name="release", persist_result=False)
def release(archive: str | None = None, on: str | None = None) -> list[dict[str, Any]]:
    """Release every study whose release date has come.

    Args:
        archive: Absolute path of the archive's folder (default: BIA_ARCHIVE).
        on: The day, as YYYY-MM-DD (default: today, UTC).
    """
    day = desk.day_of(on)
    with desk.opened(archive) as (chosen, book):
        waiting = due(chosen, book, day)
        desk.call_run(f"{len(waiting)} due on {day}", (one.submission for one in waiting))
        released: list[Due] = []
        failures: list[BaseException] = []
        for one in waiting:
            with tags(desk.tag(one.submission)):
                state = bring_out(one.accession, one, chosen, book, day, return_state=True)
            done = state.result(raise_on_failure=False)
            if isinstance(done, BaseException):
                failures.append(done)
            elif done:
                released.append(one)
        artifacts.show_release(released, f"Released on {day}")
        if failures:
            raise failures[0]
    return [one.model_dump(mode="json") for one in released]


@task(name="find what is due", **desk.TRIED_AGAIN)
def due(chosen: Settings, book: Ledger, day: dt.date) -> tuple[Due, ...]:
    """What is to be brought out on a day."""
    return releasing.due(chosen, book, day)


@task(name="release study", task_run_name="{accession}", **desk.TRIED_AGAIN)
def bring_out(accession: str, one: Due, chosen: Settings, book: Ledger, day: dt.date) -> bool:
    """One study to the public copy; whether anything was to be done."""
    done = releasing.bring_out(chosen, book, one, day)
    get_run_logger().info("%s: %s", accession, "released" if done else "not yet due")
    return done
