"""The emulator as a process of its own."""

from __future__ import annotations

import socket

import uvicorn

from notifyhub.emulator.app import Emulator

KEEP_ALIVE_S = 75
GRACE_S = 2


def config(app: object) -> uvicorn.Config:
    """How the emulator is served: the fast loop and parser, no log of its own, patient with idle connections."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_S,
        # Answers that hang or are very slow must not hold back the end of the process.
        timeout_graceful_shutdown=GRACE_S,
    )


def run(emulator: Emulator, listener: socket.socket) -> None:
    """Serve the emulator on a listening socket until the process is told to stop. Logging is the caller's."""
    uvicorn.Server(config(emulator.app)).run([listener])
