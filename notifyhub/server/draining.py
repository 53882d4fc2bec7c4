"""Stopping without refusing anybody: clients are told to connect anew before their connections are closed."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

import uvicorn

IDLE_S = 2.0
"""How long connections without a request in progress are kept open, in seconds, for a request that is on its way."""
LOOK_AGAIN_S = 0.02


@dataclass(slots=True)
class Draining:
    """Shared by a server and its connections. Once `begun`, each answer says `Connection: close`."""

    begun: bool = False


class DrainingServer(uvicorn.Server):
    """uvicorn, which would close idle connections at once, perhaps while a request on one is on its way."""

    def __init__(self, config: uvicorn.Config, draining: Draining) -> None:
        super().__init__(config)
        self._draining = draining

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        self._draining.begun = True
        loop = asyncio.get_running_loop()
        ends = loop.time() + IDLE_S
        while self.server_state.connections and loop.time() < ends and not self.force_exit:  # noqa: ASYNC110 (no event)
            await asyncio.sleep(LOOK_AGAIN_S)
        await super().shutdown(sockets)
