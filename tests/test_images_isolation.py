"""A reader that misbehaves costs one file, and leaves nothing behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipeline.images import isolation
from pipeline.images.isolation import Stopped, Worker

MISDEEDS = {
    "sleeps": "import time; time.sleep(60)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "eats": "x = bytearray(8 << 30); x[::4096] = b'1' * len(x[::4096])",
    "floods": "while True: answers.write('x' * 65536)",
    "stubborn": "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()",
    "parent": "import subprocess, time; subprocess.Popen(['sleep', '61.5']); time.sleep(60)",
}
START = """
import json, resource, sys
memory = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
answers = sys.stdout
for line in sys.stdin:
    exec(json.loads(line)["code"])
    answers.write("{}\\n")
    answers.flush()
"""


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_a_misdeed_is_contained(misdeed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "_START", START)
    worker = Worker(seconds=2, memory=1 << 30)
    begun = time.monotonic()
    with pytest.raises(Stopped):
        worker.ask("x", "y", code=MISDEEDS[misdeed])
    assert time.monotonic() - begun < 20
    assert worker.ask("x", "y", code="pass") == {}
    worker.close()
    assert not running("61.5")


def running(argument: str) -> bool:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if argument.encode() in path.read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False


def test_the_worker_survives_a_reader_that_raises(tmp_path: Path) -> None:
    worker = Worker()
    (tmp_path / "a.h5").write_bytes(b"no HDF5")
    assert "OSError" in worker.ask("hdf5", str(tmp_path / "a.h5"))["error"]
    first = worker._process
    assert "error" in worker.ask("bioio", str(tmp_path / "a.h5"), reader="no_such_reader")
    assert worker._process is first
    worker.close()
    assert first is not None
    with pytest.raises(ProcessLookupError):
        os.kill(first.pid, 0)
