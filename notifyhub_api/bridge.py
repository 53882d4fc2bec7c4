"""From the writer's thread to the event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Any, TypeVar

R = TypeVar("R")


class Bridge:
    """Brings results of other threads to an event loop: one wake-up for all that a commit fulfils at once.

    `asyncio.wrap_future` wakes the loop once for each. Belongs to the event loop of its first use.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._woken = False

    async def wait(self, future: Future[R]) -> R:
        """Await what another thread is working on."""
        loop = self._loop = self._loop or asyncio.get_running_loop()
        waiter: asyncio.Future[R] = loop.create_future()
        future.add_done_callback(lambda done: self._arrive(waiter, done))
        return await waiter

    def _arrive(self, waiter: asyncio.Future[Any], done: Future[Any]) -> None:
        self._arrived.append((waiter, done))
        if not self._woken and self._loop is not None:
            self._woken = True
            self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        # First, so that whatever arrives from here on wakes the loop again.
        self._woken = False
        while self._arrived:
            waiter, done = self._arrived.popleft()
            if waiter.done():  # the caller has left
                continue
            if (error := done.exception()) is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(done.result())
