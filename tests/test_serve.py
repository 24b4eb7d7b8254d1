"""`bia-curation serve` as an archive runs it: its server, its schedules, a review, its end."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from pipeline import ledger
from pipeline.flows import serving
from tests.prefect_server import Server, command, ended, environment, free_port, healthy, waited

pytestmark = pytest.mark.xdist_group("prefect")

INBOX = Path(__file__).resolve().parent.parent / "fixtures" / "inbox"
DAY = "2026-11-22"


@contextmanager
def serving_at(home: Path, port: int, sign: signal.Signals) -> Iterator[Server]:
    """`serve` over a home's inbox and archive, ended by a signal; it must end all that it began."""
    words = ("-m", "pipeline", "serve", "inbox", "--archive", "archive", "--port", str(port))
    with (home / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=home, env=environment(), stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}/api"
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as api:
        running = Server(home=home, env={**environment(), "PREFECT_API_URL": url}, api=api)
        try:
            waited(lambda: healthy(api) and len(running.ask("/deployments/filter", {})) == 3, 120)
            yield running
            started = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(sign)
            assert process.wait(60) == 0, (home / "worker.log").read_text()
            assert not psutil.wait_procs(started, 20)[1]
        finally:
            process.kill()


def active(server: Server) -> dict[str, bool]:
    """The deployments, and whether their schedules run."""
    found = server.ask("/deployments/filter", {})
    return {one["entrypoint"].rpartition(".")[2]: not one["paused"] for one in found}


def test_an_archive_is_served(tmp_path: Path) -> None:
    shutil.copytree(INBOX, tmp_path / "inbox")
    port = free_port()
    with serving_at(tmp_path, port, signal.SIGINT) as server:
        assert active(server) == {"curate": True, "release": True, "review": True}
        scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        waited(lambda: server.ask("/flow_runs/filter", scheduled), 60)
        done = server.until(server.run("curate/nightly", on=DAY), "Completed", "Failed", "Crashed")
        assert done["state"]["message"] == (
            "Curation on 2026-11-22: 2 accessioned, 1 needs-review, 1 waiting-for-files"
        )
        review(server, "wing-disc-wounding")

        second = ("serve", INBOX, "--archive", tmp_path / "archive", "--port", str(port))
        code, _, err = ended(command(environment(), "-m", "pipeline", *second))
        assert (code, f"set PREFECT_API_URL=http://127.0.0.1:{port}/api" in err) == (3, True)
        nowhere = (
            "serve",
            INBOX,
            "--archive",
            tmp_path / "archive",
            "--host",
            "no.such.host.invalid",
        )
        code, _, err = ended(command(environment(), "-m", "pipeline", *nowhere))
        assert (code, "is no address of this machine" in err) == (3, True)
        found = server.ask("/deployments/name/release/nightly")["id"]
        server.ask(f"/deployments/{found}/pause_deployment", {})

    with ledger.open_ledger(tmp_path / "archive" / "ledger.sqlite") as book:
        assert len(ledger.accessions(book)) == 2
        assert [one.verdict for one in ledger.decisions(book, "wing-disc-wounding")] == ["return"]
    with serving_at(tmp_path, port, signal.SIGTERM) as server:
        assert active(server) == {"curate": True, "release": False, "review": True}
    assert "Traceback" not in (tmp_path / "worker.log").read_text()


def review(server: Server, submission: str) -> None:
    """A review that is answered at once, first without sense."""
    run = server.run("review/desk", submission=submission, on=DAY)
    asked = server.until(run, "Suspended", "Failed", "Crashed")
    answer: dict[str, Any] = {"curator": "A. Curator", "note": "the depositor must say"}

    def accepted(**more: str) -> bool:
        told = server.ask(f"/flow_runs/{run}/resume", {"run_input": {**answer, **more}})
        return bool(told["status"] == "ACCEPT")

    waited(lambda: accepted(verdict="accept", proposals="99"), 20)
    server.until(run, "Suspended", "Failed", "Crashed", after=asked)
    waited(lambda: accepted(verdict="return"), 20)
    assert server.until(run, "Returned", "Failed", "Crashed")["state"]["type"] == "COMPLETED"


def test_every_declared_deployment_is_served() -> None:
    declared = {(one["entrypoint"], one["name"]) for one in serving.declared()}
    made = serving.deployments([INBOX], Path("archive"))
    assert {(one.entrypoint, one.name) for one in made} == declared
