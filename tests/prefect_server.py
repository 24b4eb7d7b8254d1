"""A real Prefect server with the project's deployments and a process worker, for tests."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

CHECKOUT = Path(__file__).resolve().parent.parent
PREFECT = Path(sys.executable).with_name("prefect")
INTERRUPTIBLE = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""A worker or server that was started with SIGINT ignored does not end (Prefect 3.8)."""


@dataclass(frozen=True)
class Server:
    """A running server: its environment for clients, and its API."""

    home: Path
    env: Mapping[str, str]
    api: httpx.Client

    def ask(self, path: str, body: Any = None) -> Any:
        """What the API answers: to a POST of a body, to a GET without one."""
        until = time.monotonic() + 60
        while True:
            answer = self.api.get(path) if body is None else self.api.post(path, json=body)
            # What the server says while its database is locked; Prefect's own client waits, too.
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > until:
                break
            time.sleep(1)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def prefect(self, *words: str, **env: str) -> str:
        """The output of a Prefect command run in the checkout."""
        done = subprocess.run(
            [PREFECT, "--no-prompt", *words],
            env={**self.env, **env},
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, deployment: str, **parameters: Any) -> str:
        """Start a run of a deployment; its id."""
        found = self.ask(f"/deployments/name/{deployment}")["id"]
        once = {"idempotency_key": str(uuid.uuid4())}
        made = self.ask(f"/deployments/{found}/create_flow_run", {**once, "parameters": parameters})
        return str(made["id"])

    def until(
        self, run: str, *names: str, after: Mapping[str, Any] | None = None, seconds: float = 150
    ) -> dict[str, Any]:
        """The flow run once its state has one of the names, and is another than before."""
        states: list[str] = []

        def there() -> dict[str, Any] | None:
            told: dict[str, Any] = self.ask(f"/flow_runs/{run}")
            if told["state"]["name"] not in states[-1:]:
                states.append(told["state"]["name"])
            new = after is None or told["state"]["id"] != after["state"]["id"]
            return told if new and states[-1] in names else None

        try:
            return waited(there, seconds)
        except TimeoutError:
            log = (self.home / "worker.log").read_text(errors="replace")
            raise AssertionError(f"the run went {states}\n{log[-3000:]}") from None

    def artifacts(self, run: str) -> list[dict[str, Any]]:
        """The artifacts of a flow run."""
        asked = {"artifacts": {"flow_run_id": {"any_": [run]}}}
        found: list[dict[str, Any]] = self.ask("/artifacts/filter", asked)
        return found


def waited(there: Callable[[], Any], seconds: float) -> Any:
    """What a question answers as soon as it answers something; raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := there():
            return found
        time.sleep(0.3)
    raise TimeoutError


@contextmanager
def program(log: Path, env: Mapping[str, str], *words: str) -> Iterator[None]:
    """A Prefect program in the background, ended with everything that it started."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, str(PREFECT), *words],
            env=dict(env),
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            for sign, patience in ((signal.SIGTERM, 8), (signal.SIGKILL, 8)):
                try:
                    os.killpg(process.pid, sign)
                    process.wait(patience)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """The environment without any settings of Prefect."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}


def healthy(api: httpx.Client) -> bool:
    """Whether a server answers."""
    try:
        return api.get("/health").status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def server(home: Path) -> Iterator[Server]:
    """A server on a free port of this machine, with a home of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    env = {
        **environment(),
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_DATABASE_TIMEOUT": "60",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "DO_NOT_TRACK": "1",
    }
    log = home / "server.log"
    start = ("server", "start", "--host", "127.0.0.1", "--port", str(port))
    with (
        program(log, env, *start),
        httpx.Client(base_url=url, timeout=30, trust_env=False) as api,
    ):
        try:
            waited(lambda: healthy(api), 90)
        except TimeoutError:
            raise AssertionError(log.read_text(errors="replace")[-3000:]) from None
        yield Server(home=home, env=env, api=api)


def command(env: Mapping[str, str], *words: str | Path) -> subprocess.Popen[str]:
    """A Python program in the background, with its output kept; a group of its own."""
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=dict(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    out, err = process.communicate(timeout=180)
    return process.returncode, out, err


def objects(out: str) -> list[dict[str, Any]]:
    """The JSON array that is all of an output."""
    found: list[dict[str, Any]] = json.loads(out)
    return found
