"""An archive and its ledger belong together."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline import ledger
from pipeline.archive import MARK, open_archive
from pipeline.ledger import LedgerUnavailable
from pipeline.settings import Settings, settings


def test_an_archive_is_opened_with_the_ledger_it_was_made_with_alone(tmp_path: Path) -> None:
    home = tmp_path / "archive"
    there = Settings(archive=home, ledger=str(tmp_path / "ledger.sqlite"))
    open_archive(there).close()
    open_archive(there).close()
    forgotten = Settings(archive=home, ledger=str(home / "ledger.sqlite"))
    with pytest.raises(LedgerUnavailable, match="BIA_LEDGER has to name"):
        open_archive(forgotten)
    assert not (home / "ledger.sqlite").exists()
    ledger.open_ledger(forgotten.ledger).close()
    with pytest.raises(LedgerUnavailable, match="made with another ledger"):
        open_archive(forgotten)
    shutil.copy(there.ledger, tmp_path / "restored.sqlite")
    open_archive(Settings(archive=home, ledger=str(tmp_path / "restored.sqlite"))).close()


def test_several_may_open_a_new_archive_at_once(tmp_path: Path) -> None:
    chosen = Settings(archive=tmp_path, ledger=str(tmp_path / "ledger.sqlite"))
    with ThreadPoolExecutor(4) as several:
        books = list(several.map(open_archive, [chosen] * 4))
    assert {ledger.identity(book) for book in books} == {(tmp_path / MARK).read_text("ascii")}
    for book in books:
        book.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("BIA_FIRST", "x"), ("BIA_FIRST", "-5"), ("BIA_FIRST", ""), ("BIA_PREFIX", "s-biad")],
)
def test_settings_that_make_no_accession_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match="make no accession"):
        settings()
