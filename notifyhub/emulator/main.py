"""The emulator as a process of its own."""

from __future__ import annotations

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


def server(emulator: Emulator) -> uvicorn.Server:
    """The emulator as a server, to be run on a listening socket. Logging is the caller's."""
    return uvicorn.Server(config(emulator.app))
