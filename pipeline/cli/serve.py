"""`bia-curation serve`."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import click

from pipeline.cli import curate, printing

PATIENCE = 180
"""Seconds that a server has to start; the first time it makes its database."""
GRACE = 15
"""Seconds that a server has to end."""


@click.command()
@click.argument(
    "inboxes",
    metavar="INBOX...",
    nargs=-1,
    required=True,
    envvar="BIA_INBOX",
    type=click.Path(exists=True, path_type=Path),
)
@printing.archive_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=4200, show_default=True, help="Its port."
)
def serve(inboxes: tuple[Path, ...], archive: Path, host: str, port: int) -> None:
    """Run an archive: curate inboxes and release studies by night, review in Prefect's page.

    What runs when is said in prefect.yaml. It starts a Prefect server, whose state it keeps in the
    archive, and ends it when it is stopped (Ctrl-C). With PREFECT_API_URL set it works for that
    server. INBOX... may be given as BIA_INBOX.

    Example: bia-curation serve inbox --archive archive
    """
    # Both end it in an orderly way, also where a script's background has Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    curate.unless_set(PREFECT_CLIENT_RETRY_EXTRA_CODES="500", DO_NOT_TRACK="1")
    from pipeline.archive import open_archive
    from pipeline.settings import settings

    open_archive(settings(archive)).close()  # what is wrong with it is said now, not at night
    with suppress(KeyboardInterrupt):
        if api := os.environ.get("PREFECT_API_URL"):
            _run(inboxes, archive, api)
            return
        with _server(archive.absolute() / "prefect", host, port) as api:
            _run(inboxes, archive, api)


def _run(inboxes: tuple[Path, ...], archive: Path, api: str) -> None:
    from pipeline.flows import serving

    for one in serving.declared():
        flow = one["entrypoint"].rpartition(".")[2]
        when = ", ".join(f"{at['cron']} {at['timezone']}" for at in one.get("schedules", ()))
        click.echo(f"{flow}/{one['name']}: {when or 'on demand'}", err=True)
    click.echo(f"page: {api.removesuffix('/api')}/v2/", err=True)
    serving.serve(inboxes, archive)


@contextmanager
def _server(home: Path, host: str, port: int) -> Iterator[str]:
    """A Prefect server with its state in a folder, for as long as this lasts; its API's address."""
    _free(host, port)
    home.mkdir(parents=True, exist_ok=True)
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    page = f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"
    os.environ |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"{page}/api"}
    # Who puts a log-in before the page says by what address browsers reach it.
    curate.unless_set(
        PREFECT_UI_URL=f"{page}/v2",
        PREFECT_UI_API_URL=f"{page}/api",
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_SERVER_DATABASE_TIMEOUT="60",
        PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT="false",
    )
    words = ("-m", "prefect", "server", "start", "--host", host, "--port", str(port))
    log = home / "server.log"
    with log.open("wb") as out:
        # In a session of its own Ctrl-C reaches us alone, and what still runs finds its server.
        started = subprocess.Popen(
            [sys.executable, *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        click.echo("starting Prefect's server …", err=True)
        _answers(f"{page}/api/health", started, log)
        yield f"{page}/api"
    finally:
        _end(started)


def _free(host: str, port: int) -> None:
    """Raise OSError where something listens already, or nothing can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except socket.gaierror:
            raise OSError(f"{host} is no address of this machine") from None
        except OSError as why:
            if why.errno != errno.EADDRINUSE:
                raise
            told = (
                f"something listens on {host}:{port}: give another --port, or, if it is a Prefect"
                f" server, set PREFECT_API_URL=http://{host}:{port}/api to work for it"
            )
            raise OSError(told) from None


def _answers(address: str, started: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; raises RuntimeError where it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and started.poll() is None:
        with suppress(OSError), urlopen(address, timeout=5):
            return
        time.sleep(0.3)
    raise RuntimeError(f"Prefect's server did not start; {log} says why")


def _end(started: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(started.pid, sign)
            started.wait(GRACE)
            return
