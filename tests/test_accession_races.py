"""Accessions are given once, whoever asks at once and whoever is killed meanwhile.

One oracle judges what many real processes were answered. The same oracle must reject the ledger
with a weakened transaction; else it would prove nothing. A number that a killed process was about
to be given is given to the next that asks, so there are no gaps either: the counter is part of
the transaction.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgres

ASKERS = Path(__file__).with_name("askers.py")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if postgres.binaries() is None:
        pytest.skip("no PostgreSQL server is installed (apt: postgresql)")
    with postgres.server() as url:
        yield url


class Place:
    """Makes a new ledger's place for each round."""

    def __init__(self, kind: str, folder: Path, url: str | None) -> None:
        self.kind, self.folder, self.url = kind, folder, url
        self.count = 0

    def new(self) -> str:
        self.count += 1
        if self.url is not None:
            return postgres.database(self.url)
        return str(self.folder / f"{self.count}" / "ledger.sqlite")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    url = request.getfixturevalue("server") if request.param == "postgresql" else None
    return Place(request.param, tmp_path, url)


def played(job: str, where: str, variant: str, seed: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, ASKERS, job, where, variant, str(seed)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def faults(told: dict[str, Any]) -> list[str]:
    """What is wrong with answers and ledger; nothing for one that gives accessions once."""
    failed = [line for line in told["answers"] if len(line) != 3]
    given = [tuple(line) for line in told["answers"] if len(line) == 3]
    bound = dict(told["bound"])
    numbers = sorted(int(value.removeprefix("S-BIAD")) for value in bound.values())
    wrong = []
    if failed:
        wrong.append(f"asking failed: {failed[0]}")
    if told["torn"]:
        wrong.append(f"accessions without a record version: {told['torn']}")
    if len(bound) != len(told["bound"]) or len(set(bound.values())) != len(bound):
        wrong.append("a submission has two accessions, or an accession two submissions")
    if set(given) != {(submission, value, 1) for submission, value in bound.items()}:
        wrong.append("what was answered is not what the ledger holds")
    if numbers != list(range(1, len(numbers) + 1)):
        wrong.append(f"numbers were lost: {numbers}")
    return wrong


def test_sixteen_processes_ask_at_once_and_some_are_killed(place: Place) -> None:
    # The ledger is new: whoever comes first makes its tables too.
    told = played("race", place.new(), "as it is", seed=1)
    assert faults(told) == []
    assert len(told["bound"]) == 24
    assert told["killed"] > 0


def test_a_kill_at_any_statement_gives_one_accession_with_its_version(place: Place) -> None:
    told = played("kill", place.new(), "as it is", seed=0)
    assert faults(told) == []
    assert told["killed"] >= 8


@pytest.mark.parametrize(
    ("place", "job", "variant"),
    [
        ("sqlite", "race", "no transaction"),
        ("sqlite", "race", "deferred begin"),
        ("sqlite", "race", "number and accession apart"),
        ("sqlite", "kill", "no transaction"),
        ("sqlite", "kill", "accession and version apart"),
        ("postgresql", "race", "number and accession apart"),
        ("postgresql", "kill", "no transaction"),
    ],
    indirect=["place"],
)
def test_a_weaker_transaction_is_caught(place: Place, job: str, variant: str) -> None:
    assert any(faults(played(job, place.new(), variant, seed)) for seed in range(5))
