"""Curates one submission and kills its own process at the N-th write that the system is asked for.

`python killed.py SOURCE ARCHIVE N`; with N = 0 it is not killed and prints how many writes it saw.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.archives import curate

WRITES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "tempfile.mkstemp", "tempfile.mkdtemp"}


def main(source: Path, archive: Path, last: int) -> None:
    """Count changes of files and of the ledger; die before the one numbered `last`."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WRITES:
            touched = str(archive) in f"{arguments[0]}{arguments[-1]}"
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT:
            touched = str(archive) in str(arguments[0])
        else:
            touched = False
        if touched:
            count()

    def statement(_: Any, __: Any, sql: str, *___: Any) -> None:
        if sql.lstrip()[:6].upper() in ("INSERT", "UPDATE"):
            count()

    sa.event.listen(sa.Engine, "before_cursor_execute", statement)
    sa.event.listen(sa.Engine, "commit", lambda _: count())
    sys.addaudithook(watch)
    curate(source, archive)
    print(seen)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
