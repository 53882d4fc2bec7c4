"""Wakes a channel exactly when its next delivery is due, instead of at the next sweep.

Only deliveries due within a short horizon have a timer: the sweep looks that far ahead and runs again before it is
over. So even if the clock jumps or all timers are lost, no delivery is late by more than one sweep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from notifyhub.clock import now_ms
from notifyhub.errors import NotifyhubError
from notifyhub.store import views
from notifyhub.store.database import Database

LOOK_AGAIN_S = 0.01
"""A pause before the store is asked what is next, so that many bells at once cost one question."""


class _Timer(NamedTuple):
    due_at: int
    handle: asyncio.TimerHandle


class DueTimers:
    """One timer for each channel, for its earliest delivery. Lives on one event loop; times are epoch ms."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, database: Database, ring: Callable[[str], None], horizon_ms: int
    ) -> None:
        self._loop = loop
        self._database = database
        self._ring = ring
        self._horizon_ms = horizon_ms
        self._timers: dict[str, _Timer] = {}
        self._looks: dict[str, asyncio.TimerHandle] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self._stopped = False

    def expect(self, channel: str, due_at: int) -> None:
        """Something will be due on `channel` at `due_at`. Beyond the horizon this is left to the sweep."""
        now, waiting = now_ms(), self._timers.get(channel)
        if self._stopped or due_at > now + self._horizon_ms or (waiting is not None and waiting.due_at <= due_at):
            return
        if waiting is not None:
            waiting.handle.cancel()
        # One millisecond more, because an early claim would find nothing.
        delay_s = max(0, due_at - now + 1) / 1000
        self._timers[channel] = _Timer(due_at, self._loop.call_later(delay_s, self._due, channel))

    def look_soon(self, channel: str) -> None:
        """Ask the store what is due next on `channel`, and set the timer for it."""
        if not self._stopped and channel not in self._looks:
            self._looks[channel] = self._loop.call_later(LOOK_AGAIN_S, self._begin_look, channel)

    def stop(self) -> None:
        """Stop all timers."""
        self._stopped = True
        for handle in (*self._looks.values(), *(timer.handle for timer in self._timers.values())):
            handle.cancel()

    async def aclose(self) -> None:
        """Stop, and wait for the queries in progress."""
        self.stop()
        if self._looking:
            await asyncio.wait(self._looking)

    def _due(self, channel: str) -> None:
        del self._timers[channel]
        self._ring(channel)
        self.look_soon(channel)

    def _begin_look(self, channel: str) -> None:
        del self._looks[channel]
        task = self._loop.create_task(self._look(channel))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look(self, channel: str) -> None:
        now = now_ms()
        # The store may be unavailable for a while; the sweep logs that and catches up.
        with suppress(NotifyhubError):
            question = views.next_due([channel], now, now + self._horizon_ms)
            for name, due_at in (await asyncio.wrap_future(self._database.read(question))).items():
                self.expect(name, due_at)
