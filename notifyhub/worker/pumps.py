"""The pumps of this process: at most one for each channel, all on one event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Protocol

from notifyhub import logs
from notifyhub.flow.deliver import Pump
from notifyhub.flow.lane import Lane
from notifyhub.logs.seldom import Seldom
from notifyhub.store.database import Database
from notifyhub.worker.due_timers import DueTimers

try:
    import uvloop

    _new_loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
except ImportError:  # not made for Windows
    _new_loop = asyncio.new_event_loop

ABORT_S = 5.0
TURN_S = 5.0
"""A loop that does not turn for so long hangs."""

_log = logs.logger(__name__)


class Closable(Protocol):
    """Has connections that belong to the loop of the pumps."""

    async def aclose(self) -> None: ...


class Pumps:
    """Runs pumps for the actors that ask.

    A second ring for a channel that is being pumped only nudges its pump, so rings never block worker threads.
    """

    def __init__(self, database: Database, ring: Callable[[str], None], horizon_ms: int) -> None:
        self._database = database
        self._ring = ring
        self._lanes: Mapping[str, Lane] = {}
        self._running: dict[str, Pump] = {}
        self._ended: dict[str, asyncio.Future[None]] = {}
        self._stopping = False
        self._say_seldom = Seldom()
        self._loop = _new_loop()
        self._timers = DueTimers(self._loop, database, ring, horizon_ms)
        # Not Dramatiq's AsyncIO middleware: its loop is one for the whole process and keeps that process from ending,
        # while several hubs may live in somebody else's application.
        self._thread = threading.Thread(target=self._run_loop, name="notifyhub-pumps", daemon=True)

    def start(self, lanes: Mapping[str, Lane]) -> None:
        self._lanes = lanes
        self._thread.start()

    def run(self, channel: str) -> None:
        """Pump `channel` until nothing is due. Returns at once if it is already being pumped.

        Called on a Dramatiq worker thread. Raises what the pump raises.
        """
        asyncio.run_coroutine_threadsafe(self._pump(channel), self._loop).result()

    def run_here(self, channel: str) -> None:
        """`run`, without waiting for it: for while no broker calls an actor. Called from any thread."""
        pumping = asyncio.run_coroutine_threadsafe(self._pump(channel), self._loop)
        pumping.add_done_callback(lambda done: self._say_why(channel, done))

    def _say_why(self, channel: str, done: Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            self._say_seldom(_log.error, f"the pump of {channel} stopped: {error}; the sweep will start it again")

    def nudge(self, channel: str) -> bool:
        """Tell the pump of `channel` that something is due; False if none is running."""
        if channel not in self._running or self._stopping:
            return False
        self._loop.call_soon_threadsafe(self._nudge_or_ring, channel)
        return True

    def is_running(self, channel: str) -> bool:
        """Is a channel being pumped?"""
        return channel in self._running

    def expect(self, channel: str, due_at: int) -> None:
        """Something becomes due on `channel` at `due_at` (epoch ms): wake its pump then. Called from any thread.

        Stopping pumps leave it in the store for the next process.
        """
        if not self._stopping:
            self._loop.call_soon_threadsafe(self._timers.expect, channel, due_at)

    def stop(self) -> None:
        """Make all pumps claim no more and finish the calls in progress. Returns at once."""
        self._stopping = True
        self._loop.call_soon_threadsafe(self._stop_all)

    def moves(self) -> bool:
        """Does the event loop turn? Blocks for a moment."""
        turn = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop)
        try:
            turn.result(TURN_S)
        except TimeoutError:
            turn.cancel()
            return False
        return True

    @property
    def idle(self) -> bool:
        return not self._running

    def close(self, connections: Iterable[Closable]) -> None:
        """End what is still running, close the connections on their loop, then close the loop."""

        async def close_all() -> None:
            ended = list(self._ended.values())
            for pump in self._running.values():
                pump.abort()
            if ended:
                await asyncio.wait(ended, timeout=ABORT_S)
            await self._timers.aclose()
            for one in connections:
                await one.aclose()

        asyncio.run_coroutine_threadsafe(close_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _pump(self, channel: str) -> None:
        if self._stopping:
            return
        if (running := self._running.get(channel)) is not None:
            running.nudge()
            self._timers.look_soon(channel)
            return
        pump = self._running[channel] = Pump(self._lanes[channel], self._database)
        ended = self._ended[channel] = self._loop.create_future()
        try:
            await pump.run()
        finally:
            del self._running[channel], self._ended[channel]
            ended.set_result(None)
            self._timers.look_soon(channel)
        if pump.more_due and not self._stopping:
            self._ring(channel)

    def _nudge_or_ring(self, channel: str) -> None:
        if (running := self._running.get(channel)) is not None:
            running.nudge()
        else:
            self._ring(channel)

    def _stop_all(self) -> None:
        self._timers.stop()
        for pump in self._running.values():
            pump.stop()
