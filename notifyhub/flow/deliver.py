"""The pump: claims due deliveries of one channel, keeps many sends in flight, writes outcomes as they arrive."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

from notifyhub.clock import now_ms
from notifyhub.domain.pacing import PACED
from notifyhub.errors import StoreUnavailable
from notifyhub.flow.attempt import attempt
from notifyhub.flow.claim_size import ClaimSize
from notifyhub.flow.concurrency import ConcurrencyLimit
from notifyhub.flow.lane import Lane
from notifyhub.flow.pacing.pacer import URGENT, Verdict
from notifyhub.flow.places import Places
from notifyhub.flow.ready import Ready
from notifyhub.flow.recorder import Recorder
from notifyhub.flow.rooms import Rooms
from notifyhub.store import claims
from notifyhub.store.claimed import Claimed
from notifyhub.store.claims import ClaimRequest
from notifyhub.store.database import Database
from notifyhub.store.deliveries import Unsent
from notifyhub.store.lanes import Waiting

LOOK_S = 0.005
UNPARKED_MS = 1_000
"""Those who wait behind very many messages to the same recipient are looked at again after this."""
URGENT_AGAIN_S = 0.02
"""While enough is claimed, urgent ones are looked for no more often than this."""
LONGEST_WATCH_S = 1.0
"""A pump that has nothing else to do does not wait any longer for a place; the sweep rings again."""


class Pump:
    """One run over one channel. Lives on one event loop; `nudge` and `stop` are called on that loop."""

    def __init__(self, lane: Lane, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self._lane = lane
        self._database = database
        self._clock = clock
        self._ready = Ready(lane.accounts)
        self._concurrency = ConcurrencyLimit(lane.concurrency)
        self._claim_size = ClaimSize(monotonic(), lane.accounts)
        self._senders: set[asyncio.Task[None]] = set()
        self._recorder = Recorder(lane, database, lambda: len(self._senders))
        self._wake = asyncio.Event()
        self._more_due = True
        self._nudged = False
        self._urgent_again_at = self._claim_again_at = 0.0
        self._places = Places(self._has_come)
        self._opens_at: float | None = None
        self._crowded: set[str] = set()
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
                if self._recorder.has_unsent:
                    await self._recorder.hand_back()
                    self._more_due = True
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
        if not self._more_due or len(self._ready) > self._claim_size.now // 2:
            return False
        # Others may wait behind somebody with very many messages.
        return self._ready.parked < self._claim_size.now or monotonic() >= self._claim_again_at

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
        rooms = Rooms(self._lane, self._ready, self._claim_size.now, now)
        request = ClaimRequest(self._lane.channel, limit, now, lease_until, rooms, self._lane.turns, priority)
        taken = await asyncio.wrap_future(self._database.write(claims.claim, request))
        if taken.may_be_more and limit > 1:
            self._more_due = True
        self._crowded |= {lane.sender for lane in taken.held if rooms.is_crowded(lane.sender)}
        self._held |= {(lane.sender, lane.lane): lane for lane in taken.held if rooms.may_open(lane.sender)}
        try:
            await self._place(taken.rows)
        except StoreUnavailable:
            self._recorder.unsent(*map(_back, taken.rows))
            raise
        self._start_senders()
        for row in self._ready.unpark(self._claim_size.now):
            self._recorder.unsent(_put_off(row, now + UNPARKED_MS))
        self._claim_again_at = monotonic() + URGENT_AGAIN_S

    async def _place(self, rows: Sequence[Claimed]) -> None:
        """Put claimed rows where they belong: to those that go, to those that wait for their place, or back."""
        for verdict in await self._lane.pacer.places(rows):
            self._follow(verdict)
        if self._held:
            opens_in_s = self._lane.pacer.opens_in_s(self._held.values())
            self._held = {}
            if opens_in_s is not None:
                known = math.inf if self._opens_at is None else self._opens_at
                self._opens_at = min(known, monotonic() + opens_in_s)
            self._wake.set()

    def _follow(self, verdict: Verdict) -> None:
        row = verdict.row
        if verdict.free:
            self._ready.append(row)
        elif not verdict.goes:
            due_at = self._clock() + math.ceil(verdict.in_ms)
            self._recorder.unsent(_put_off(row, due_at) if verdict.paced else _back(row))
            self._wake.set()
        else:
            self._places.give(row, verdict.in_ms)

    def _has_come(self, row: Claimed) -> None:
        self._ready.append(row)
        self._start_senders()

    def _start_senders(self) -> None:
        while len(self._senders) < self._concurrency.now:
            row = self._ready.take(self._concurrency.now)
            if row is None:
                return
            sender = asyncio.create_task(self._send_from(row))
            self._senders.add(sender)
            sender.add_done_callback(self._sender_ended)

    def _sender_ended(self, sender: asyncio.Task[None]) -> None:
        self._senders.discard(sender)
        if not sender.cancelled() and (error := sender.exception()) is not None:
            self._broken = error
        if not self._senders or self._broken is not None:
            self._wake.set()

    async def _send_from(self, first: Claimed) -> None:
        row: Claimed | None = first
        while row is not None:
            try:
                place_at = self._places.leave(row)
                if place_at is None or (place_at := await self._keeps_place(row, place_at)) is not None:
                    await self._try(row, place_at)
            finally:
                self._ready.release(row)
            self._look_for_more_of(row.sender)
            row = None if self._stopping else self._ready.take(self._concurrency.now)
            if self._wants_rows():
                self._wake.set()

    def _look_for_more_of(self, sender: str) -> None:
        """An account that had claimed its share may claim again as soon as half of it is under way."""
        if sender in self._crowded and self._ready.of(sender) <= self._claim_size.now // self._lane.accounts // 2:
            self._crowded.discard(sender)
            self._more_due = True

    async def _try(self, row: Claimed, place_at: float | None) -> None:
        result = await attempt(row, self._lane, self._clock)
        if isinstance(result, Unsent):
            self._recorder.unsent(result)
            self._wake.set()
            return
        self._claim_size.sent()
        self._recorder.note(row, result)
        if place_at is not None:
            with suppress(StoreUnavailable):
                await self._lane.pacer.answered(row, place_at)

    async def _keeps_place(self, row: Claimed, place_at: float) -> float | None:
        """The moment of the place at which this one goes, which is now; None: it does not go.

        Its account may have been paused. If it comes late, because a call to the same recipient took long or the
        machine was busy, it waits for another place: here, so that nobody else passes it to the same recipient.
        """
        goes_at: float | None = None
        try:
            goes_at = await self._next_place(row, place_at)
        except StoreUnavailable:
            pass
        finally:
            # Also if this is cancelled, at the end of a stop: no call was made.
            if goes_at is None:
                self._recorder.unsent(*map(_put_off, (row, *self._ready.give_up(row))))
                self._wake.set()
        return goes_at

    async def _next_place(self, row: Claimed, place_at: float) -> float | None:
        pacer, times = self._lane.pacer, 1
        while await pacer.may_go(row):
            # Twice as much is forgiven with each place that was lost: a machine that is always late sends all the same.
            by_s = (monotonic() - place_at) / times
            if not pacer.is_late(row, by_s):
                return place_at
            times *= 2
            verdict = await pacer.late(row, by_s)
            if not verdict.goes or self._stopping:
                break
            place_at = monotonic() + verdict.in_ms / 1000
            await asyncio.sleep(verdict.in_ms / 1000)
        return None

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

    async def _finish(self) -> None:
        left = [*self._ready.clear(), *self._places.clear()]
        self._recorder.unsent(*(_put_off(row) if self._lane.pacer.limits(row) else _back(row) for row in left))
        if self._recorder.has_unsent:
            await self._recorder.hand_back()
        if self._senders:
            await asyncio.wait(self._senders)
        await self._recorder.finish()


def _back(row: Claimed) -> Unsent:
    return Unsent(row.id, row.attempt)


def _put_off(row: Claimed, due_at: int | None = None) -> Unsent:
    """Back, but before those that have not been claimed yet: so they do not pass it to the same recipient."""
    mailing_id = 0 if row.rate is None else row.mailing_id
    return Unsent(row.id, row.attempt, due_at, PACED, mailing_id, row.rate, row)
