"""Bringing out what is due, on a schedule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prefect import flow
from prefect.artifacts import create_table_artifact

from pipeline import ledger, releasing
from pipeline.settings import settings


@flow(name="release", persist_result=False)
def release(archive: str | None = None, on: str | None = None) -> list[dict[str, Any]]:
    """Release every study whose release date has come on a day (default: today, UTC)."""
    day = dt.date.fromisoformat(on) if on else dt.datetime.now(dt.UTC).date()
    chosen = settings(archive)
    book = ledger.open_ledger(chosen.ledger)
    try:
        released = [one.model_dump(mode="json") for one in releasing.release(chosen, book, day)]
    finally:
        book.close()
    create_table_artifact(key="release-run", table=released, description=f"Released on {day}")
    return released
