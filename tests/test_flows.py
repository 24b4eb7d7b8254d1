"""The flows as staff run them: a real server, real deployments, a process worker, the command."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from pipeline import ledger
from pipeline.cli.curate import SERVER
from pipeline.flows.artifacts import key
from pipeline.flows.review import typed
from pipeline.review import Refused
from tests.prefect_server import (
    INTERRUPTIBLE,
    Server,
    command,
    ended,
    environment,
    objects,
    program,
    server,
    waited,
)

pytestmark = pytest.mark.xdist_group("prefect")

INBOX = Path(__file__).resolve().parent.parent / "fixtures" / "inbox"
KILLED = Path(__file__).with_name("killed_command.py")
LEFT = Path(__file__).with_name("left_command.py")
DAY = "2026-11-22"
SPECIMEN = "/study/study_components/0/associations/0/specimen"


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a copy of the inbox, every deployment made, and a worker."""
    home = tmp_path_factory.mktemp("prefect")
    shutil.copytree(INBOX, home / "inbox")
    with server(home) as running:
        running.prefect("work-pool", "create", "curation", "--type", "process")
        worker = ("worker", "start", "--pool", "curation", "--name", "tests")
        with program(home / "worker.log", running.env, *worker):
            running.prefect(
                "deploy", "--all", BIA_INBOX=str(home / "inbox"), BIA_ARCHIVE=str(home / "archive")
            )
            yield running


@pytest.fixture(scope="session")
def curated(deployed: Server) -> dict[str, Any]:
    """A run of the nightly deployment, asked for by hand; first its schedules are looked at."""
    scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
    waited(lambda: deployed.ask("/flow_runs/filter", scheduled), 30)
    for name in ("curate/nightly", "release/nightly"):
        found = deployed.ask(f"/deployments/name/{name}")["id"]
        deployed.ask(f"/deployments/{found}/pause_deployment", {})
    return deployed.until(
        deployed.run("curate/nightly", on=DAY, workers=2), "Completed", "Failed", "Crashed"
    )


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """An inbox of one document whose data files are elsewhere."""
    folder = tmp_path / "inbox" / "actin"
    folder.mkdir(parents=True)
    shutil.copy(INBOX / "keratocyte-actin-flow" / "submission.json", folder)
    return folder.parent


def words(inbox: Path, archive: Path, *more: str) -> list[str]:
    return [*map(str, ("curate", inbox, "--archive", archive)), "--on", DAY, *more]


def files(archive: Path) -> dict[str, bytes]:
    """What a run emits; the ledger is asked by itself."""
    return {
        path.relative_to(archive).as_posix(): path.read_bytes()
        for kind in ("records", "reports")
        for path in (archive / kind).rglob("*")
        if path.is_file() and ".part-" not in path.as_posix()
    }


def accessions(archive: Path) -> list[tuple[str, str | None]]:
    with ledger.open_ledger(archive / "ledger.sqlite") as book:
        return [(one.accession, one.submission) for one in ledger.accessions(book)]


def test_a_worker_runs_the_nightly_deployment(deployed: Server, curated: dict[str, Any]) -> None:
    assert curated["state"]["name"] == "Completed"
    assert curated["state"]["message"].endswith(
        "2 accessioned, 1 needs-review, 1 waiting-for-files"
    )
    assert curated["name"] == f"inbox: 4 submissions, {DAY}"
    names = sorted(path.name for path in INBOX.iterdir() if path.is_dir())
    assert {f"submission:{name}" for name in names} <= set(curated["tags"])

    artifacts = {one["key"]: one for one in deployed.artifacts(curated["id"])}
    assert artifacts.keys() == {"curation-run", *(key(name) for name in names)}
    for name in names:
        report = (deployed.home / "archive" / "reports" / name / "report.md").read_text("utf-8")
        assert artifacts[key(name)]["data"] == report
    table = {row["submission"]: row for row in json.loads(artifacts["curation-run"]["data"])}
    assert {name: row["outcome"] for name, row in table.items()} == {
        "keratocyte-actin-flow": "accessioned",
        "organoid-light-sheet": "accessioned",
        "wing-disc-wounding": "needs-review",
        "yeast-er-stress-screen": "waiting-for-files",
    }
    given = {row["accession"]: name for name, row in table.items() if row["accession"]}
    assert dict(accessions(deployed.home / "archive")) == given

    runs = deployed.ask("/task_runs/filter", {"flow_runs": {"id": {"any_": [curated["id"]]}}})
    assert {*names} <= {one["name"] for one in runs}


def rows(data: Any) -> Any:
    import json

    return json.loads(data) if isinstance(data, str) else data


def test_a_curator_decides_in_a_form(deployed: Server, curated: dict[str, Any]) -> None:
    archive = deployed.home / "archive"
    run = deployed.run("review/desk", submission="wing-disc-wounding", on=DAY)
    ends = ("Failed", "Crashed")

    def form(state: dict[str, Any], what: str) -> Any:
        # Prefect saves a form a moment after it says that the run is suspended.
        name = state["state_details"]["run_input_keyset"][what]
        listed = {"prefix": name, "limit": 1}
        waited(lambda: deployed.ask(f"/flow_runs/{run}/input/filter", listed), 20)
        return deployed.ask(f"/flow_runs/{run}/input/{name}")

    def resume(**answer: str) -> str:
        return str(deployed.ask(f"/flow_runs/{run}/resume", {"run_input": answer})["status"])

    asked = deployed.until(run, "Suspended", *ends)
    assert asked["name"] == "review wing-disc-wounding"
    assert "submission:wing-disc-wounding" in asked["tags"]
    shown = form(asked["state"], "description")
    assert "CMP201" in shown
    assert SPECIMEN in shown.replace("\\", "")
    assert shown.index("form is below") < shown.index("CMP201")
    of_run = {"logs": {"flow_run_id": {"any_": [run]}}}
    waited(lambda: "Resume, in the menu" in str(deployed.ask("/logs/filter", of_run)), 20)
    assert len(shown.encode()) < 100_000
    assert set(form(asked["state"], "schema")["required"]) == {"curator", "verdict", "note"}
    assert resume() == "REJECT"
    assert resume(curator="A. Curator", verdict="maybe", note="?") == "REJECT"

    signed = {"curator": "A. Curator", "verdict": "accept", "note": "asked the depositor"}
    assert resume(**signed, corrections=f"{SPECIMEN}=Wing disc culture, live") == "ACCEPT"
    again = deployed.until(run, "Suspended", *ends, after=asked)
    assert "needs a reason" in form(again["state"], "description")

    correction = f"{SPECIMEN}=Wing disc culture, live\nbecause it is the only specimen"
    assert resume(**signed, corrections=correction) == "ACCEPT"
    done = deployed.until(run, "Accepted", *ends)
    assert done["state"]["type"] == "COMPLETED"

    again_from_the_top = {"state": {"type": "SCHEDULED", "name": "AwaitingRetry"}, "force": True}
    deployed.ask(f"/flow_runs/{run}/set_state", again_from_the_top)
    deployed.until(run, "Accepted", *ends, after=done)
    with ledger.open_ledger(archive / "ledger.sqlite") as book:
        (decision,) = ledger.decisions(book, "wing-disc-wounding")
    assert [(one.place, one.after) for one in decision.corrections] == [
        (SPECIMEN, "Wing disc culture, live")
    ]

    folder = deployed.home / "inbox" / "wing-disc-wounding"
    curate = words(folder, archive, "--format", "json")
    code, out, err = ended(command(deployed.env, "-m", "pipeline", *curate))
    (result,) = objects(out)
    assert (code, result["outcome"]) == (0, "accessioned"), err
    assert (result["accession"], "wing-disc-wounding") in accessions(archive)


def test_a_review_of_nothing_says_so(deployed: Server, curated: dict[str, Any]) -> None:
    run = deployed.run("review/desk", submission=" wing-disk\n")
    ended = deployed.until(run, "Unknown", "Failed", "Crashed", "Suspended")
    assert ended["state"]["message"] == "the archive knows no submission wing-disk"


def test_command_needs_no_server(tiny: Path, tmp_path: Path, deployed: Server) -> None:
    archive = tmp_path / "archive"
    alone = {name: value for name, value in deployed.env.items() if not name.startswith("PREFECT_")}
    curate = words(tiny, archive, "--format", "json", "--no-files")
    code, out, err = ended(command(alone, "-m", "pipeline", *curate))
    (result,) = objects(out)
    assert code == 0, err
    assert list(result) == [
        "submission",
        "outcome",
        "accession",
        "version",
        "doi",
        "released",
        "findings",
        "changes",
        "record",
        "report",
    ]
    assert (result["submission"], result["outcome"]) == ("actin", "accessioned")
    assert (archive / result["record"]).is_file()
    assert (archive / result["report"]).is_file()
    assert err == f"actin: accessioned {result['accession']}\n"
    assert (archive / "prefect").is_dir()


def test_killed_and_run_again_it_leaves_the_same(
    tiny: Path, tmp_path: Path, deployed: Server
) -> None:
    points = ("/records/", "/reports/")
    whole = tmp_path / "whole"
    first = command(deployed.env, "-m", "pipeline", *words(tiny, whole, "--no-files"))
    killed = [
        command(deployed.env, KILLED, at, *words(tiny, tmp_path / str(n), "--no-files"))
        for n, at in enumerate(points)
    ]
    assert ended(first)[0] == 0
    assert [ended(one)[0] for one in killed] == [-signal.SIGKILL, -signal.SIGKILL]
    expected = files(whole)
    assert any(path.endswith("record.json") for path in expected)
    for n in range(len(points)):
        assert expected.keys() > files(tmp_path / str(n)).keys()
    again = [
        command(deployed.env, "-m", "pipeline", *words(tiny, tmp_path / str(n), "--no-files"))
        for n in range(len(points))
    ]
    for n, one in enumerate(again):
        assert ended(one)[0] == 0
        assert files(tmp_path / str(n)) == expected
        assert accessions(tmp_path / str(n)) == accessions(whole) == [("S-BIAD1", "actin")]


def test_the_server_of_a_killed_run_is_ended_by_the_next(
    tiny: Path, tmp_path: Path, deployed: Server
) -> None:
    archive = tmp_path / "archive"
    alone = {name: value for name, value in deployed.env.items() if not name.startswith("PREFECT_")}
    arguments = words(tiny, archive, "--no-files")
    # Its output is not waited for: the server that it leaves behind holds it open.
    with command(alone, KILLED, "/records/", *arguments) as killed:
        assert killed.wait(timeout=120) == -signal.SIGKILL
        left = _servers(archive)
        assert len(left) == 1
        assert ended(command(alone, "-m", "pipeline", *arguments))[0] == 0
        assert not any(one.is_running() for one in left)
    assert _servers(archive) == []


def test_ctrl_c_ends_a_run_soon_and_its_server_with_it(
    tiny: Path, tmp_path: Path, deployed: Server
) -> None:
    archive = tmp_path / "archive"
    for n in range(20):
        folder = tiny / f"actin-{n}"
        folder.mkdir()
        text = (tiny / "actin" / "submission.json").read_text("utf-8")
        (folder / "submission.json").write_text(text.replace("soft and", f"{n} soft and"), "utf-8")
    alone = {name: value for name, value in deployed.env.items() if not name.startswith("PREFECT_")}
    arguments = ("-m", "pipeline", *words(tiny, archive, "--no-files"))
    with command(alone, "-c", INTERRUPTIBLE, sys.executable, *arguments) as run:
        assert run.stderr is not None
        assert "accessioned" in run.stderr.readline()
        asked = time.monotonic()
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does
        code, out, err = ended(run)
        assert time.monotonic() - asked < 30
    assert (code, out) == (3, "")
    assert err.endswith("\nbia-curation: interrupted\n")
    assert _servers(archive) == []
    assert ended(command(alone, *arguments))[0] == 0
    assert len(accessions(archive)) == 21


def test_what_a_run_did_is_told_where_prefect_does_not_note_its_end(
    tiny: Path, tmp_path: Path, deployed: Server
) -> None:
    archive = tmp_path / "archive"
    alone = {name: value for name, value in deployed.env.items() if not name.startswith("PREFECT_")}
    arguments = words(tiny, archive, "--no-files", "--format", "json")
    code, out, err = ended(command(alone | {"PREFECT_CLIENT_MAX_RETRIES": "0"}, LEFT, *arguments))
    (result,) = objects(out)
    assert (code, result["outcome"], result["accession"]) == (0, "accessioned", "S-BIAD1"), err
    assert "Prefect did not note the end of the run" in err
    assert accessions(archive) == [("S-BIAD1", "actin")]


def test_prefect_notes_the_end_of_a_run_over_many(tmp_path: Path) -> None:
    for number in range(101):
        (tmp_path / "inbox" / f"empty-{number}").mkdir(parents=True)
    # As in a run of more than five minutes, the server has forgotten what the run is about.
    env = {**environment(), "PREFECT_SERVER_EVENTS_RELATED_RESOURCE_CACHE_TTL": "PT1S"}
    archive = tmp_path / "archive"
    code, out, err = ended(
        command(env, *("-m", "pipeline", *words(tmp_path / "inbox", archive, "--format", "json")))
    )
    assert (code, len(objects(out))) == (1, 101), err
    assert "Prefect did not note the end of the run" not in err
    with closing(sqlite3.connect(archive / "prefect" / "prefect.db")) as state:
        assert state.execute("SELECT state_name FROM flow_run").fetchall() == [("Completed",)]


def test_a_server_started_on_purpose_is_left_alone(
    tiny: Path, tmp_path: Path, deployed: Server
) -> None:
    archive = tmp_path / "archive"
    alone = {name: value for name, value in deployed.env.items() if not name.startswith("PREFECT_")}
    mine = {"PREFECT_HOME": str(archive / "prefect")}
    # The middle process ends at once, so that nobody is left who started the sleeper.
    start = "import subprocess, sys; subprocess.Popen([sys.executable, *sys.argv[1:]])"
    sleeper = ("-c", "import time; time.sleep(100)", SERVER)
    with command(alone | mine, "-c", start, *sleeper) as middle:
        assert middle.wait(timeout=30) == 0
        (left,) = _servers(archive)
        try:
            assert (
                ended(command(alone, "-m", "pipeline", *words(tiny, archive, "--no-files")))[0] == 0
            )
            assert left.is_running()
        finally:
            left.kill()


def _servers(archive: Path) -> list[psutil.Process]:
    """The temporary servers that run with an archive's own Prefect folder."""
    home = str(archive / "prefect")
    return [
        one
        for one in psutil.process_iter(["cmdline"])
        if SERVER in (one.info["cmdline"] or ()) and one.environ().get("PREFECT_HOME") == home
    ]


def test_two_runs_at_once_give_one_accession(tiny: Path, tmp_path: Path, deployed: Server) -> None:
    archive = tmp_path / "archive"
    both = [
        command(
            deployed.env,
            "-m",
            "pipeline",
            *words(tiny, archive, "--no-files", "--format", "json"),
        )
        for _ in range(2)
    ]
    results = []
    for one in both:
        code, out, err = ended(one)
        assert code == 0, err
        results += objects(out)
    assert {one["accession"] for one in results} == {"S-BIAD1"}
    assert accessions(archive) == [("S-BIAD1", "actin")]


def test_an_unusable_archive_ends_with_one_line(
    tiny: Path, tmp_path: Path, deployed: Server
) -> None:
    broken = tmp_path / "broken ledger"
    broken.mkdir()
    (broken / "ledger.sqlite").write_bytes(b"no database" * 500)
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "reports").write_bytes(b"no folder")
    both = [
        command(deployed.env, "-m", "pipeline", *words(tiny, archive, "--no-files"))
        for archive in (broken, blocked)
    ]
    for one in both:
        code, out, err = ended(one)
        assert (code, out) == (3, "")
        assert re.fullmatch(r"bia-curation: .+\n", err), err


def test_what_the_disk_refused_is_tried_again(tiny: Path, tmp_path: Path, deployed: Server) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "reports").write_bytes(b"in the way")
    folder = tiny / "actin"
    folder.rename(tiny / "disk")
    curate = words(tiny, archive, "--no-files", "--format", "json")
    running = command(deployed.env, "-m", "pipeline", *curate)
    failed = {
        "task_runs": {
            "name": {"any_": ["disk"]},
            "state": {"name": {"any_": ["AwaitingRetry", "Retrying"]}},
        }
    }
    try:
        waited(lambda: deployed.ask("/task_runs/filter", failed), 60)
    finally:
        (archive / "reports").unlink()
        code, out, err = ended(running)
    assert code == 0, err
    assert [one["outcome"] for one in objects(out)] == ["accessioned"]


def test_keys_of_artifacts_are_plain_and_differ() -> None:
    names = ["S-BIAD1", "s-biad1", "s biad1", "S_BIAD1", "-a", "a", "A", "研究", "细胞", "a" * 400]
    names += ["S-BIAD1 (again, 0a1b2c3d)", "a" * 401, "a\udcff", "a--b", "a-b"]
    keys = [key(name) for name in names]
    assert len(set(keys)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one) and len(one) < 100 for one in keys)


@pytest.mark.parametrize(
    "text", ["/study/title", "because of nothing", "/a=b\nbecause x\nbecause y", "prose\n/a=b"]
)
def test_lines_that_are_no_corrections_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        typed(text)


def test_a_correction_may_hold_an_equals_sign_and_take_a_value_out() -> None:
    one, two = typed("/study/title=a=b\n\nBecause: it is\n  /study/keywords/0=\nbecause none")
    assert (one.pointer, one.value, one.because) == ("/study/title", "a=b", "it is")
    assert (two.pointer, two.value, two.because) == ("/study/keywords/0", "", "none")
