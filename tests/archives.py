"""Archives and inboxes for tests, made of the project's own fixtures."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pipeline import curation, knowledge, ledger, receiving
from pipeline.curation import Result
from pipeline.receiving import Bench
from pipeline.settings import Settings

INBOX = Path(__file__).parent.parent / "fixtures" / "inbox"
DAY = dt.date(2026, 11, 22)


def inbox(into: Path, *names: str) -> Path:
    """A copy of the fixtures' submissions (all, or those named)."""
    into.mkdir(parents=True, exist_ok=True)
    for folder in INBOX.iterdir():
        if not names or folder.name in names:
            shutil.copytree(folder, into / folder.name)
    return into


@cache
def known() -> knowledge.Knowledge:
    """The schema, rules and checks, loaded once for all tests of a process."""
    return knowledge.load()


@contextmanager
def bench(archive: Path, day: dt.date = DAY, **more: bool) -> Iterator[Bench]:
    """A bench on an archive, closed in the end."""
    archive.mkdir(parents=True, exist_ok=True)
    settings = Settings(archive=archive, ledger=str(archive / "ledger.sqlite"))
    book = ledger.open_ledger(settings.ledger)
    try:
        yield Bench(settings=settings, ledger=book, knowledge=known(), day=day, **more)
    finally:
        book.close()


def curate(source: Path, archive: Path, day: dt.date = DAY, **more: bool) -> Mapping[str, Result]:
    """Curate all submissions at a path; results by submission."""
    with bench(archive, day, **more) as made:
        found = receiving.discover([source])
        return {one.submission: one for one in (curation.curate(f, made) for f in found)}


def content(archive: Path, *parts: str) -> dict[str, str]:
    """SHA-256 of every file of an archive that curation emits, by path."""
    homes = parts or ("records", "reports", "submissions", "public")
    return {
        path.relative_to(archive).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for home in homes
        for path in sorted((archive / home).rglob("*"))
        if path.is_file() and path.name != "source.json"
    }
