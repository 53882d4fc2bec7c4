"""uvicorn as our commands run it."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from notifyhub.server.draining import Draining, DrainingServer
from notifyhub.server.limits import limited
from notifyhub.settings import Settings
from notifyhub.worker.process import spare_the_collector
from notifyhub_api.connection_kinds import TYPES
from notifyhub_cli import readiness
from notifyhub_cli.listening import limits_of
from notifyhub_cli.stopping import stop_by_signals

KEEP_ALIVE_S = 75


class HttpServer(DrainingServer):
    """Serves an application of `make_app`. Tells when it is ready (`ready()`, and systemd) and when it stops."""

    def __init__(self, app: Starlette, settings: Settings, ready: Callable[[], None]) -> None:
        draining = Draining()
        super().__init__(_config(app, settings, draining), draining)
        self._app = app
        self._ready = ready

    async def open(self) -> None:
        """What else is to be there before it is ready."""

    async def close(self) -> None:
        """What is to end before connections do."""

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        stop_by_signals(self)
        super().run(sockets=sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            await self.open()
            self._ready()
            spare_the_collector()
            readiness.tell(readiness.READY)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Load balancers are to send new requests elsewhere while those in progress are finished; streams end.
        self._app.state.ending.begin()
        readiness.tell(readiness.STOPPING)
        await self.close()
        await super().shutdown(sockets)


def _config(app: Starlette, settings: Settings, draining: Draining) -> uvicorn.Config:
    """How uvicorn serves our applications."""
    return uvicorn.Config(
        app,
        http=limited(limits_of(settings), TYPES, draining),
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        proxy_headers=False,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=max(1, round(settings.drain_s)),
    )
