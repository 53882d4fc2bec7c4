"""A server in a thread of another program, such as a test: it tells when it is ready, and stops at once."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

import uvicorn

TICK_S = 0.1
TICKS_OF_A_DAY = 864_000


class ThreadedServer(uvicorn.Server):
    """uvicorn, but without its pauses: it looks every tenth of a second whether to stop, and then waits as long again.

    ready  set when it accepts connections
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._asked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """End `run`, from any thread."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._asked.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.ready.set()

    async def main_loop(self) -> None:
        tick = 0
        while not await self.on_tick(tick):
            tick = (tick + 1) % TICKS_OF_A_DAY
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._asked.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.connections or self.server_state.tasks or self.force_exit:
            await super().shutdown(sockets)
            return
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        await self.lifespan.shutdown()
