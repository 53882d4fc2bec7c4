"""The pump: claims due deliveries of one channel, keeps many sends in flight, writes outcomes as they arrive."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from notifyhub import logs
from notifyhub.clock import now_ms
from notifyhub.errors import StoreUnavailable
from notifyhub.flow.attempt import attempt
from notifyhub.flow.claim_size import ClaimSize
from notifyhub.flow.concurrency import ConcurrencyLimit
from notifyhub.flow.lane import Lane
from notifyhub.store import claims, deliveries
from notifyhub.store.claimed import Claimed
from notifyhub.store.claims import ClaimRequest
from notifyhub.store.database import Database
from notifyhub.store.deliveries import Result, Unsent

GATHER_S = 0.004
LOOK_S = 0.005
RECORD_AGAIN_S = 0.25

_log = logs.logger(__name__)


class Pump:
    """One run over one channel. Lives on one event loop; `nudge` and `stop` are called on that loop."""

    def __init__(self, lane: Lane, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self._lane = lane
        self._database = database
        self._clock = clock
        self._ready: deque[Claimed] = deque()
        self._concurrency = ConcurrencyLimit(lane.concurrency)
        self._claim_size = ClaimSize(monotonic())
        self._senders: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._recording: asyncio.Task[None] | None = None
        self._unsent: list[Unsent] = []
        self._wake = asyncio.Event()
        self._more_due = True
        self._stopping = False
        self._broken: BaseException | None = None

    @property
    def more_due(self) -> bool:
        """May something still be due?"""
        return self._more_due

    def nudge(self) -> None:
        """Something new is due."""
        self._more_due = True
        self._wake.set()

    def stop(self) -> None:
        """Claim no more, hand back what has not been sent, finish the calls in progress."""
        self._stopping = True
        self._wake.set()

    def abort(self) -> None:
        """Stop waiting for the calls in progress: they end as unconfirmed."""
        self.stop()
        for sender in self._senders:
            sender.cancel()

    async def run(self) -> None:
        """Pump until nothing is due or in progress, or until `stop` is called.

        Raises StoreUnavailable if claiming fails, and any error of a sender. Its claimed deliveries are handed back in
        both cases.
        """
        try:
            while not self._stopping and self._broken is None:
                if self._unsent:
                    await self._hand_back()
                elif self._wants_rows():
                    await self._claim()
                elif not self._senders:
                    break
                else:
                    await self._sleep_until_something_happens()
        finally:
            await self._finish()
        if self._broken is not None:
            raise self._broken

    def _wants_rows(self) -> bool:
        return self._more_due and len(self._ready) <= self._claim_size.now // 2

    async def _claim(self) -> None:
        self._more_due = False
        now = self._clock()
        self._claim_size.look(monotonic())
        limit = self._lane.breaker.room(self._claim_size.room(len(self._ready)), now)
        if not limit:
            return
        request = ClaimRequest(self._lane.channel, limit, now, now + round(self._lane.lease_s * 1000))
        rows = await asyncio.wrap_future(self._database.write(claims.claim, request))
        if len(rows) == limit > 1:
            self._more_due = True
        self._ready.extend(rows)
        self._start_senders()

    def _start_senders(self) -> None:
        while self._ready and len(self._senders) < self._concurrency.now:
            sender = asyncio.create_task(self._send_from(self._ready.popleft()))
            self._senders.add(sender)
            sender.add_done_callback(self._sender_ended)

    def _sender_ended(self, sender: asyncio.Task[None]) -> None:
        self._senders.discard(sender)
        if not sender.cancelled() and (error := sender.exception()) is not None:
            self._broken = error
        if not self._senders or self._broken is not None:
            self._wake.set()

    async def _send_from(self, row: Claimed) -> None:
        while True:
            result = await attempt(row, self._lane, self._clock)
            if isinstance(result, Unsent):
                self._unsent.append(result)
                self._wake.set()
            else:
                self._claim_size.sent()
                self._note(result)
            if not self._ready or self._stopping:
                return
            row = self._ready.popleft()
            if self._wants_rows():
                self._wake.set()

    async def _sleep_until_something_happens(self) -> None:
        self._wake.clear()
        if not self._ready or not self._concurrency.may_grow:
            await self._wake.wait()
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), LOOK_S)
        self._concurrency.look()
        self._start_senders()

    def _note(self, result: Result) -> None:
        self._results.append(result)
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record())

    async def _record(self) -> None:
        while self._results:
            if len(self._senders) > 1:
                await asyncio.sleep(GATHER_S)
            batch, self._results = self._results, []
            going_on = await self._write_stubbornly(deliveries.record, batch)
            self._lane.recorded(self._lane.channel, batch, going_on or ())

    async def _write_stubbornly(self, job: Any, batch: Any) -> Any:
        """Wait for the database with results: without them the same people would get the message again."""
        give_up = monotonic() + self._lane.lease_s
        while True:
            try:
                return await asyncio.wrap_future(self._database.write(job, batch))
            except StoreUnavailable as error:
                if monotonic() > give_up:
                    _log.error("results of %d attempts on %s are lost: %s", len(batch), self._lane.channel, error)
                    return None
                _log.warning("cannot record results on %s, trying again: %s", self._lane.channel, error)
                await asyncio.sleep(RECORD_AGAIN_S)

    async def _hand_back(self) -> None:
        unsent, self._unsent = self._unsent, []
        await self._write_stubbornly(deliveries.hand_back, unsent)
        self._more_due = True

    async def _finish(self) -> None:
        self._unsent.extend(Unsent(row.id, row.attempt) for row in self._ready)
        self._ready.clear()
        if self._unsent:
            await self._hand_back()
        if self._senders:
            await asyncio.wait(self._senders)
        if self._recording is not None:
            await self._recording
        if self._unsent:
            await self._hand_back()
