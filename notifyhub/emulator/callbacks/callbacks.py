"""Callbacks to bots, posted only to the URL that a bot has registered."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from notifyhub.emulator.callbacks.caller import Callback, CallbackResult, Caller, Hosts
from notifyhub.logs import logger

WAITING_CAP = 10_000
RESULTS_KEPT = 1000


class CallbackSettings(BaseModel):
    """`hosts`: "near" is this machine and private networks. `pause_limit_s`: longest pause before a retry."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    hosts: Hosts = "near"
    pause_limit_s: float | None = Field(default=None, ge=0, le=86_400, strict=False)


class Callbacks:
    """One bounded queue for each bot, off the request path. Everything but `wait_until_idle` is for the event loop.

    `heard`, if set, is called after each try.
    """

    def __init__(self, *, waiting_cap: int = WAITING_CAP) -> None:
        self.settings = CallbackSettings()
        self.results: deque[CallbackResult] = deque(maxlen=RESULTS_KEPT)
        self.heard: Callable[[CallbackResult], None] | None = None
        self.refused = 0
        self._waiting_cap = waiting_cap
        self._waiting = 0
        self._settled = threading.Condition()
        self._lines: dict[tuple[str, str], _Line] = {}
        self._caller = Caller()

    @property
    def waiting(self) -> int:
        """The number of callbacks not yet delivered or given up, including those not yet due."""
        return self._waiting

    def send(self, callback: Callback, after_s: float = 0.0) -> bool:
        """Put a callback into its bot's queue, now or later. False if too many are waiting."""
        if self._waiting >= self._waiting_cap:
            self.refused += 1
            logger(__name__).warning("%s: callback %s dropped, too many wait", callback.channel, callback.kind)
            return False
        self._waiting += 1
        key = (callback.channel, callback.bot)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(self._work, lambda: self._finished(key))
        line.add(callback, after_s)
        return True

    async def call(self, callback: Callback, attempt: int = 1) -> CallbackResult:
        """One try now, outside the queue and without retries: to verify a URL."""
        result = await self._caller.call(callback, attempt, self.settings.hosts)
        self._heard(result)
        return result

    def _heard(self, result: CallbackResult) -> None:
        self.results.append(result)
        if self.heard is not None:
            self.heard(result)

    def cancel(self, channel: str, bot: str) -> None:
        """Drop the waiting callbacks of a bot."""
        line = self._lines.pop((channel, bot), None)
        if line is not None:
            self._settle(line.stop())

    def describe(self) -> dict[str, Any]:
        """For people: the settings, the number of waiting and of refused callbacks, and the latest results."""
        return {
            "settings": self.settings.model_dump(mode="json"),
            "waiting": self._waiting,
            "refused": self.refused,
            "results": [result.describe() for result in self.results],
        }

    def clear(self) -> None:
        """Drop all waiting callbacks and all results."""
        for key in list(self._lines):
            self.cancel(*key)
        self.results.clear()
        self.refused = 0

    def wait_until_idle(self, timeout_s: float = 10.0) -> bool:
        """Block this thread until no callback is waiting. Not for the thread of the event loop."""
        with self._settled:
            return self._settled.wait_for(lambda: self._waiting == 0, timeout_s)

    async def idle(self, timeout_s: float = 10.0) -> bool:
        """Wait until no callback is waiting; False if that takes longer than `timeout_s`."""
        return await asyncio.to_thread(self.wait_until_idle, timeout_s)

    async def close(self) -> None:
        """Drop waiting callbacks, and close the connections."""
        self.clear()
        await self._caller.close()

    def _settle(self, count: int) -> None:
        with self._settled:
            self._waiting -= count
            self._settled.notify_all()

    def _finished(self, key: tuple[str, str]) -> None:
        line = self._lines.get(key)
        if line is not None and line.empty:
            del self._lines[key]
        self._settle(1)

    async def _work(self, callback: Callback) -> None:
        """Try until it is delivered or given up."""
        attempt, pause_s = 0, None
        while attempt == 0 or pause_s is not None:
            await asyncio.sleep(pause_s or 0)
            attempt += 1
            result = await self._caller.call(callback, attempt, self.settings.hosts)
            pause_s = None if result.delivered else self._pause_s(callback, result)
            result = replace(result, last=pause_s is None)
            self._heard(result)
            if callback.told is not None:
                callback.told(result)

    def _pause_s(self, callback: Callback, result: CallbackResult) -> float | None:
        pause_s = callback.repeats.pause_s(result.attempt, result.retry_after)
        limit_s = self.settings.pause_limit_s
        return pause_s if pause_s is None or limit_s is None else min(pause_s, limit_s)


class _Line:
    """The callbacks of one bot, processed one after the other by a task that lives while there are any."""

    def __init__(self, work: Callable[[Callback], Awaitable[None]], finished: Callable[[], None]) -> None:
        self._work = work
        self._finished = finished
        self._due: deque[Callback] = deque()
        self._later: set[asyncio.TimerHandle] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def empty(self) -> bool:
        return not self._due and not self._later

    def add(self, callback: Callback, after_s: float) -> None:
        if after_s <= 0:
            return self._add_now(callback)
        handle: asyncio.TimerHandle

        def come_due() -> None:
            self._later.discard(handle)
            self._add_now(callback)

        handle = asyncio.get_running_loop().call_later(after_s, come_due)
        self._later.add(handle)

    def stop(self) -> int:
        """Drop everything. Returns the number of callbacks."""
        count = len(self._due) + len(self._later)
        for handle in self._later:
            handle.cancel()
        self._due.clear()
        self._later.clear()
        if self._task is not None:
            self._task.cancel()
        return count

    def _add_now(self, callback: Callback) -> None:
        self._due.append(callback)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._due:
                # It stays in the queue while it is processed, so that `stop` counts it.
                await self._guarded(self._due[0])
                # The callback itself may have stopped the queue.
                if self._due:
                    self._due.popleft()
                    self._finished()
        finally:
            self._task = None

    async def _guarded(self, callback: Callback) -> None:
        try:
            await self._work(callback)
        except Exception:
            # A bug in a messenger: the bot's other callbacks must not wait for ever.
            logger(__name__).exception("%s: callback %s failed", callback.channel, callback.kind)
