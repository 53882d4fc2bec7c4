"""Results of other threads, brought to an event loop."""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

R = TypeVar("R")


class Bridge:
    """Brings results of other threads to one event loop: one wake-up for everything that a commit completes at once.

    `asyncio.wrap_future` wakes the loop once for each result, which halves the loop's throughput.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._arrived: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._woken = False

    async def wait(self, future: Future[R]) -> R:
        """Await the result of another thread. Cancelling the wait does not cancel the work."""
        waiter: asyncio.Future[R] = self.loop.create_future()
        future.add_done_callback(lambda done: self._arrive(waiter, done))
        return await waiter

    def _arrive(self, waiter: asyncio.Future[Any], done: Future[Any]) -> None:
        self._arrived.append((waiter, done))
        if not self._woken:
            self._woken = True
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self.loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        # First, so that a result that arrives from now on wakes the loop again.
        self._woken = False
        while self._arrived:
            waiter, done = self._arrived.popleft()
            if waiter.done():  # the caller has left
                continue
            if (error := done.exception()) is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(done.result())
