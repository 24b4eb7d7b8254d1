"""The Prefect server that one run starts for itself."""

from __future__ import annotations

import os
import signal


def start() -> None:
    """Start the server of this run where none is given; it ends with the run.

    Ctrl-C reaches all that a terminal runs. The server does not hear it, so that what it
    interrupts can still say so to Prefect instead of asking a server that is gone.
    """
    if os.environ.get("PREFECT_API_URL"):
        return
    from prefect.server.api.server import SubprocessASGIServer

    # A process that is started has the signals blocked that its starter has.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        SubprocessASGIServer().start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
