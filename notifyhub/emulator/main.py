"""The emulator as a server: in its own process, or in a thread of another one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from notifyhub.emulator.app import Emulator
from notifyhub.server.limits import Limits, limited
from notifyhub.server.threaded import ThreadedServer

KEEP_ALIVE_S = 75
GRACE_S = 2
START_S = 30


def config(app: object, limits: Limits | None = None) -> uvicorn.Config:
    """uvicorn's configuration: the fast loop and parser, no logging, a long timeout for idle connections."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http="auto" if limits is None else limited(limits),
        ws="none",
        access_log=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_S,
        # Hanging or very slow answers must not delay the end of the process.
        timeout_graceful_shutdown=GRACE_S,
    )


class EmulatorServer(ThreadedServer):
    """Serves an emulator. When it stops, it first releases clients that wait for entries or watch them."""

    def __init__(self, emulator: Emulator, limits: Limits | None = None) -> None:
        super().__init__(config(emulator.app, limits))
        self._emulator = emulator

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._emulator.release()
        await super().shutdown(sockets)


def server(emulator: Emulator, limits: Limits | None = None) -> EmulatorServer:
    """The emulator as a server, to run on a listening socket. The caller configures logging."""
    return EmulatorServer(emulator, limits)


@contextmanager
def in_thread(
    emulator: Emulator, host: str = "127.0.0.1", port: int = 0, *, smtp_port: int | None = None
) -> Iterator[str]:
    """Serve the emulator in a thread of this process. Returns its URL. Port 0: any free port. With
    `smtp_port` it also accepts mail, if it can listen there: `emulator.door.address` says where.

    Raises OSError if it cannot listen on the port.
    """
    with socket.create_server((host, port), backlog=2048) as listener:
        if smtp_port is not None:
            emulator.door.listen(host, smtp_port)
        running = server(emulator)
        thread = threading.Thread(target=running.run, args=([listener],), name="emulator", daemon=True)
        thread.start()
        try:
            if not running.ready.wait(START_S):
                raise TimeoutError(f"the emulator did not start within {START_S} s")
            yield f"http://{host}:{listener.getsockname()[1]}"
        finally:
            running.stop()
            thread.join()
