"""Killed anywhere on the line and run again: the same bytes, one accession, one version."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import ledger
from tests.archives import bench, content, curate, inbox

NAME = "organoid-light-sheet"
POINTS = 18


def _run(source: Path, archive: Path, last: int) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parent.parent
    return subprocess.run(
        [sys.executable, "-m", "tests.killed", str(source), str(archive), str(last)],
        capture_output=True,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], int]:
    """An inbox, what curating it undisturbed leaves, and the number of writes that took."""
    home = tmp_path_factory.mktemp("whole")
    source = inbox(home / "inbox", NAME)
    done = _run(source, home / "archive", 0)
    assert done.returncode == 0, done.stderr
    return source, content(home / "archive"), int(done.stdout)


def _points(writes: int) -> list[int]:
    return [1 + n * (writes - 1) // (POINTS - 1) for n in range(POINTS)]


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_and_run_again(
    whole: tuple[Path, dict[str, str], int], tmp_path: Path, point: int
) -> None:
    source, expected, writes = whole
    assert len(set(_points(writes))) == POINTS
    archive = tmp_path / "archive"
    killed = _run(source, archive, _points(writes)[point])
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    result = curate(source, archive)[NAME]
    assert result.outcome in ("accessioned", "unchanged")
    assert (result.accession, result.version) == ("S-BIAD1", 1)
    assert content(archive) == expected
    with bench(archive) as made:
        assert [one.accession for one in ledger.accessions(made.ledger)] == ["S-BIAD1"]
        assert len(ledger.versions(made.ledger, "S-BIAD1")) == 1
    left = [p for p in archive.rglob(".part-*") if p.exists()]
    assert left == []
