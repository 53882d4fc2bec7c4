"""The emulator as a process of its own."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from notifyhub.emulator.app import create_app
from notifyhub.emulator.faults import ProfileName

KEEP_ALIVE_S = 75
GRACE_S = 2


def config(app: object, host: str, port: int) -> uvicorn.Config:
    """How the emulator is served: the fast loop and parser, no log of its own, patient with idle connections."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_S,
        # Answers that hang or are very slow must not hold back the end of the process.
        timeout_graceful_shutdown=GRACE_S,
    )


def run(
    host: str = "127.0.0.1",
    port: int = 8090,
    journal_path: Path | None = None,
    profile: ProfileName = "none",
    seed: int | None = None,
) -> None:
    """Serve the emulator until the process is told to stop. Logging is the caller's."""
    app = create_app(journal_path, profile=profile, seed=seed)
    uvicorn.Server(config(app, host, port)).run()
