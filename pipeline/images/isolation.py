"""Third-party readers in a worker process with limits, so that one file can cost only itself."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

SECONDS = 30.0
MEMORY = 4 << 30
MOST_ANSWER = 16 << 20
MARK = "BIA_WORKER"
"""The variable in the environment by which what a worker started is known."""
ROUNDS = 10


class Stopped(Exception):
    """The worker crashed, took too long or answered too much; the text says which."""


class Worker:
    """One reusable process that opens files with readers that may hang, crash or eat memory."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self.memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._mark = f"{MARK}={uuid.uuid4().hex}"
        self._asking = threading.Lock()

    def ask(
        self, job: str, path: str, *, seconds: float | None = None, **more: Any
    ) -> dict[str, Any]:
        """The worker's answer to a job on a file; threads take turns. Raises Stopped.

        `seconds` is how long it may take when that is not as long as reading a header may.
        """
        with self._asking:
            return self._ask(job, path, seconds or self.seconds, **more)

    def _ask(self, job: str, path: str, seconds: float, **more: Any) -> dict[str, Any]:
        process = self._running()
        request = json.dumps({"job": job, "path": path, **more}).encode() + b"\n"
        assert process.stdin is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
            line = self._line(process, seconds)
        except BrokenPipeError:
            self.close()
            raise Stopped("it ended before it answered") from None
        except Stopped:
            self.close()
            raise
        answer = json.loads(line)
        if _has_children(process.pid):
            self.close()  # what a reader started does not outlive its answer
        if not isinstance(answer, dict):
            self.close()
            raise Stopped("its answer was not an object")
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, str(self.memory), *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, MARK: self._mark.partition("=")[2]},
            )
        return self._process

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert process.stdout is not None
        end = time.monotonic() + seconds
        answer = bytearray()
        descriptor = process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while True:
                left = end - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise Stopped(f"it took longer than {seconds:g} seconds")
                piece = os.read(descriptor, 1 << 16)
                if not piece:
                    raise Stopped("it crashed or took too much memory")
                answer += piece
                if answer.endswith(b"\n"):
                    return bytes(answer)
                if len(answer) > MOST_ANSWER:
                    raise Stopped("it answered without end")

    def close(self) -> None:
        """End the worker and everything that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        _end_marked(self._mark)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _has_children(pid: int) -> bool:
    """Whether a process has processes that it started; False where that cannot be asked."""
    try:
        return any(
            Path(f"/proc/{pid}/task/{thread}/children").read_bytes()
            for thread in os.listdir(f"/proc/{pid}/task")
        )
    except OSError:
        return False


def _end_marked(mark: str) -> None:
    """Kill the processes that carry the mark in their environment: some left the worker's group."""
    wanted = mark.encode()
    for _ in range(ROUNDS):
        found = [pid for pid in _numbered() if _carries(pid, wanted)]
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _numbered() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _carries(pid: int, mark: bytes) -> bool:
    """Whether a process of our own has the mark; one that has ended has no environment."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as stream:
            return mark in stream.read().split(b"\0")
    except OSError:
        return False


_START = (
    "import sys, resource; memory = int(sys.argv[1]); "
    "resource.setrlimit(resource.RLIMIT_AS, (memory, memory)); "
    "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); "
    "sys.path[:] = sys.argv[2:]; from pipeline.images.worker import serve; serve()"
)

_SHARED: Worker | None = None


def shared() -> Worker:
    """The worker of this process, started at its first use and ended with it."""
    global _SHARED
    if _SHARED is None:
        _SHARED = Worker()
        atexit.register(_SHARED.close)
    return _SHARED
