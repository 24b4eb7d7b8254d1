"""Runs the command line and kills it at the moment a file is put in its place.

Arguments: a part of the path of that file, then the words of the command.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

MARK = sys.argv.pop(1)


def watch(event: str, given: tuple[Any, ...]) -> None:
    if event == "os.rename" and MARK in os.fspath(given[1]):
        os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(watch)

if __name__ == "__main__":
    from pipeline.cli import main

    main()
