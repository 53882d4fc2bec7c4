"""The pump: claims due deliveries of one channel, keeps many sends in flight, writes outcomes as they arrive."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
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
from notifyhub.flow.pacing.pacer import PACED, Verdict
from notifyhub.flow.places import Places, Ready
from notifyhub.store import claims, deliveries
from notifyhub.store.claimed import Claimed
from notifyhub.store.claims import ClaimRequest
from notifyhub.store.database import Database
from notifyhub.store.deliveries import Result, Unsent
from notifyhub.store.lanes import Waiting

GATHER_S = 0.004
LOOK_S = 0.005
RECORD_AGAIN_S = 0.25
URGENT = 0
URGENT_AGAIN_S = 0.02
"""While enough is claimed, urgent ones are looked for no more often than this."""
LATE_S = 0.015
"""Who comes later than this to a place has lost it: the next one is not far behind."""
LONGEST_WATCH_S = 1.0
"""A pump that has nothing else to do does not wait any longer for a place; the sweep rings again."""

_log = logs.logger(__name__)


class Pump:
    """One run over one channel. Lives on one event loop; `nudge` and `stop` are called on that loop."""

    def __init__(self, lane: Lane, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self._lane = lane
        self._database = database
        self._clock = clock
        self._ready = Ready()
        self._concurrency = ConcurrencyLimit(lane.concurrency)
        self._claim_size = ClaimSize(monotonic())
        self._senders: set[asyncio.Task[None]] = set()
        self._results: list[Result] = []
        self._recording: asyncio.Task[None] | None = None
        self._unsent: list[Unsent] = []
        self._wake = asyncio.Event()
        self._more_due = True
        self._nudged = False
        self._urgent_again_at = 0.0
        self._places = Places(self._has_come)
        self._opens_at: float | None = None
        self._held: dict[tuple[str, int], Waiting] = {}
        self._stopping = False
        self._broken: BaseException | None = None

    @property
    def more_due(self) -> bool:
        """May something still be due?"""
        return self._more_due

    def nudge(self) -> None:
        """Something new is due."""
        self._more_due = self._nudged = True
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
                elif self._may_have_urgent():
                    await self._claim(URGENT)
                elif not self._senders and not self._places and not self._opens_soon():
                    break
                else:
                    await self._sleep_until_something_happens()
        finally:
            await self._finish()
        if self._broken is not None:
            raise self._broken

    def _wants_rows(self) -> bool:
        if self._opens_at is not None and monotonic() >= self._opens_at:
            self._opens_at, self._more_due = None, True
        return self._more_due and len(self._ready) <= self._claim_size.now // 2

    def _opens_soon(self) -> bool:
        return self._opens_at is not None and self._opens_at <= monotonic() + LONGEST_WATCH_S

    def _may_have_urgent(self) -> bool:
        """Enough is claimed already, but something new is due, and may have to go before that."""
        return self._nudged and monotonic() >= self._urgent_again_at

    async def _claim(self, priority: int | None = None) -> None:
        self._nudged, self._urgent_again_at = False, monotonic() + URGENT_AGAIN_S
        self._more_due = self._more_due and priority is not None
        now = self._clock()
        self._claim_size.look(monotonic())
        limit = self._lane.breaker.room(self._claim_size.room(len(self._ready)), now)
        if not limit:
            return
        lease_until = now + round(self._lane.lease_s * 1000)
        request = ClaimRequest(
            self._lane.channel, limit, now, lease_until, self._lane.pacer, self._lane.turns, priority
        )
        taken = await asyncio.wrap_future(self._database.write(claims.claim, request))
        if taken.may_be_more and limit > 1:
            self._more_due = True
        self._held |= {(lane.sender, lane.lane): lane for lane in taken.held}
        try:
            await self._place(taken.rows)
        except StoreUnavailable:
            self._unsent += [Unsent(row.id, row.attempt) for row in taken.rows]
            raise
        self._start_senders()

    async def _place(self, rows: Sequence[Claimed]) -> None:
        """Put claimed rows where they belong: to those that go, to those that wait for their place, or back."""
        for verdict in await self._lane.pacer.places(rows):
            self._follow(verdict)
        if self._held:
            opens_in_s = self._lane.pacer.opens_in_s(self._held.values())
            self._held = {}
            self._opens_at = None if opens_in_s is None else monotonic() + opens_in_s
            self._wake.set()

    def _follow(self, verdict: Verdict) -> None:
        row = verdict.row
        if not verdict.goes:
            due_at = self._clock() + math.ceil(verdict.in_ms)
            self._unsent.append(
                Unsent(row.id, row.attempt, due_at, PACED) if verdict.paced else Unsent(row.id, row.attempt)
            )
            self._wake.set()
        elif self._lane.pacer.limits(row):
            self._places.give(row, verdict.in_ms)
        else:
            self._has_come(row, start=False)

    def _has_come(self, row: Claimed, *, start: bool = True) -> None:
        self._ready.append(row)
        if start:
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
            place_at = self._places.leave(row)
            if place_at is None or await self._keeps_place(row, place_at):
                await self._try(row, place_at)
            if not self._ready or self._stopping:
                return
            row = self._ready.popleft()
            if self._wants_rows():
                self._wake.set()

    async def _try(self, row: Claimed, place_at: float | None) -> None:
        result = await attempt(row, self._lane, self._clock)
        if isinstance(result, Unsent):
            self._unsent.append(result)
            self._wake.set()
            return
        self._claim_size.sent()
        self._note(result)
        if place_at is not None:
            with suppress(StoreUnavailable):
                await self._lane.pacer.answered(row, place_at)

    async def _keeps_place(self, row: Claimed, place_at: float) -> bool:
        """May this one go now? Its account may have been paused, or its moment may have passed."""
        if not await self._lane.pacer.may_go(row):
            self._unsent.append(Unsent(row.id, row.attempt))
            self._wake.set()
            return False
        if monotonic() - place_at <= LATE_S:
            return True
        try:
            await self._place([row])
        except StoreUnavailable:
            self._unsent.append(Unsent(row.id, row.attempt))
        return False

    async def _sleep_until_something_happens(self) -> None:
        self._wake.clear()
        looks = self._ready and self._concurrency.may_grow
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._longest_sleep_s(LOOK_S if looks else None))
        if looks:
            self._concurrency.look()
            self._start_senders()

    def _longest_sleep_s(self, at_most_s: float | None) -> float | None:
        """None: until something happens."""
        until = (self._opens_at, self._urgent_again_at if self._nudged else None)
        waits = [max(0.0, at - monotonic()) for at in until if at is not None]
        return min(waits if at_most_s is None else [*waits, at_most_s], default=None)

    def _note(self, result: Result) -> None:
        self._results.append(result)
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record())

    async def _record(self) -> None:
        while self._results:
            if len(self._senders) > 1:
                await asyncio.sleep(GATHER_S)
            batch, self._results = self._results, []
            await self._write_stubbornly(deliveries.record, batch)
            self._lane.recorded(self._lane.channel, batch)

    async def _write_stubbornly(self, job: Any, batch: Any) -> None:
        """Wait for the database with results: without them the same people would get the message again."""
        give_up = monotonic() + self._lane.lease_s
        while True:
            try:
                await asyncio.wrap_future(self._database.write(job, batch))
                return
            except StoreUnavailable as error:
                if monotonic() > give_up:
                    _log.error("results of %d attempts on %s are lost: %s", len(batch), self._lane.channel, error)
                    return
                _log.warning("cannot record results on %s, trying again: %s", self._lane.channel, error)
                await asyncio.sleep(RECORD_AGAIN_S)

    async def _hand_back(self) -> None:
        unsent, self._unsent = self._unsent, []
        await self._write_stubbornly(deliveries.hand_back, unsent)
        self._more_due = True

    async def _finish(self) -> None:
        self._unsent.extend(Unsent(row.id, row.attempt) for row in (*self._ready.clear(), *self._places.clear()))
        if self._unsent:
            await self._hand_back()
        if self._senders:
            await asyncio.wait(self._senders)
        if self._recording is not None:
            await self._recording
        if self._unsent:
            await self._hand_back()
