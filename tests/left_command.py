"""Runs the command line and ends its Prefect server once a submission has come to its outcome."""

from __future__ import annotations

import logging

import psutil

from pipeline.cli.curate import SERVER
from pipeline.flows.curate import ENDED


class Ending(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """End the server at the record that tells of an outcome."""
        if record.msg == ENDED:
            for child in psutil.Process().children():
                if SERVER in child.cmdline():
                    child.kill()
                    child.wait()


if __name__ == "__main__":
    logging.getLogger("prefect.task_runs").addHandler(Ending())

    from pipeline.cli import main

    main()
