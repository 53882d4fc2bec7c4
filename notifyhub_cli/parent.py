"""Processes of a supervisor end with it, even if it is killed: the next one would otherwise find its port taken."""

from __future__ import annotations

import os
import signal
import threading
from time import sleep

VARIABLE = "_NOTIFYHUB_SUPERVISOR"
LOOK_S = 0.5


def naming_us() -> dict[str, str]:
    """What a child's environment needs for `stop_with_it`."""
    return {VARIABLE: str(os.getpid())}


def stop_with_it() -> None:
    """In a supervisor's child: stop as by SIGTERM when the supervisor is gone. Does nothing elsewhere."""
    supervisor = os.environ.get(VARIABLE)
    if supervisor is None or supervisor != str(os.getppid()):
        return

    def watch() -> None:
        while str(os.getppid()) == supervisor:
            sleep(LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="notifyhub-parent", daemon=True).start()
