"""Ending when told to."""

from __future__ import annotations

import signal

import uvicorn


def stop_by_signals(server: uvicorn.Server) -> None:
    """Have SIGTERM and SIGINT stop the server also where uvicorn does not catch them.

    That is before it runs, and once more at its end: there it raises again what stopped it, which by default would
    end the process before the rest is closed, and with the exit code of a crash.
    """

    def stop(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
