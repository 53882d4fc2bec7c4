"""Ending when told to."""

from __future__ import annotations

import signal


def outlive_signals() -> None:
    """Have SIGTERM and SIGINT do nothing where uvicorn does not catch them.

    It raises the signal that stopped it once more at its end, which by default would end the process before the
    rest is closed, and with the exit code of a crash.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
