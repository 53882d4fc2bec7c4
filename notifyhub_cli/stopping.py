"""Stopping on signals."""

from __future__ import annotations

import signal

import uvicorn


def stop_by_signals(server: uvicorn.Server) -> None:
    """Make SIGTERM and SIGINT stop the server even when uvicorn does not catch them.

    That is before it runs, and again at its end: uvicorn then re-raises the signal that stopped it, which by default
    would end the process before everything is closed, and with the exit code of a crash.
    """

    def stop(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
