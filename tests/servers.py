"""Real servers on this machine, for tests of what is read over a network."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Web(ThreadingHTTPServer):
    """A web server of a folder that counts what it sends.

    It answers byte ranges, or not and says so, or (None) not without saying so.
    """

    daemon_threads = True

    def __init__(self, folder: Path, ranges: bool | None = True) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.folder, self.ranges, self.sent = folder, ranges, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    """One request: a file, or a part of it."""

    server: Web

    def do_HEAD(self) -> None:
        self._answer(send=False)

    def do_GET(self) -> None:
        self._answer(send=True)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""

    def _answer(self, send: bool) -> None:
        path = self.server.folder / self.path.partition("?")[0].lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        size = path.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        part = asked if self.server.ranges else None
        start, end = (int(part[1]), min(int(part[2]), size - 1)) if part else (0, size - 1)
        self.send_response(206 if part else 200)
        if part:
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
        if self.server.ranges is not None:
            self.send_header("Accept-Ranges", "bytes" if self.server.ranges else "none")
        self.send_header("Content-Length", str(end - start + 1))
        self.end_headers()
        if send:
            with path.open("rb") as stream:
                stream.seek(start)
                data = stream.read(end - start + 1)
            with contextlib.suppress(ConnectionError):
                self.wfile.write(data)
                self.server.sent += len(data)


@contextlib.contextmanager
def web(folder: Path, ranges: bool | None = True) -> Iterator[Web]:
    with Web(folder, ranges) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


FTP = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
everyone = DummyAuthorizer()
everyone.add_anonymous(sys.argv[2])
FTPHandler.authorizer = everyone
FTPServer(("127.0.0.1", int(sys.argv[1])), FTPHandler).serve_forever()
"""
S3 = """
import sys
from moto.server import main
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
"""


@contextlib.contextmanager
def running(program: str, *arguments: str) -> Iterator[int]:
    """A server in its own process; its port."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = int(asked.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(port), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.kill()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")
