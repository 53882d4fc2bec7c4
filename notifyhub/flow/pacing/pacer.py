"""When the deliveries of a channel may go, by the limits of their accounts, recipients and mailings."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from time import monotonic
from typing import NamedTuple

from notifyhub.domain.gcra import HORIZON_MS, MARGIN, Ask, Cell, Place, Spacing, Wish, earliest, learnt, room
from notifyhub.domain.outcome import TOO_FAST, Outcome, TemporaryFailure
from notifyhub.domain.pacing import PACED
from notifyhub.domain.rates import Rate, rate_of
from notifyhub.errors import StoreUnavailable
from notifyhub.flow.pacing.blame import Blame
from notifyhub.flow.pacing.cells import Cells
from notifyhub.flow.pacing.limits import Limits
from notifyhub.flow.pacing.sender_paces import SenderPaces
from notifyhub.flow.pacing.tardiness import Tardiness
from notifyhub.requests import Priority
from notifyhub.store.claimed import Claimed
from notifyhub.store.lanes import Waiting

MOST_TIMES = 256
"""Where most are put off, up to so many times as many are claimed as have room, to come to those who may go."""

LATE_S = 0.015
"""Who comes later than this to a place has lost it: the next one is not far behind. Where it is, more is forgiven."""

URGENT = Priority.URGENT.rank
_FREE = Cell()


class Verdict(NamedTuple):
    """goes   it may be sent `in_ms` from now; otherwise it may be claimed again then
    paced  its own limits put it off, so nobody need look at it before
    free   it has no limits, and may go at any time
    """

    row: Claimed
    goes: bool
    in_ms: float
    paced: bool = False
    free: bool = False


class Pacer:
    """One for each channel and process, on the loop of the pumps.

    `of_sender` and `of_mailing` are called by the store's writer (see `store.claims.Rooms`).
    """

    def __init__(
        self, channel: str, limits: Limits, cells: Cells, paces: SenderPaces, clock: Callable[[], float] = monotonic
    ) -> None:
        self._channel = channel
        self._limits = limits
        self._cells = cells
        self._paces = paces
        self._clock = clock
        self._known: dict[str, Cell] = {}
        self._times: dict[str, int] = {}
        self._blame = Blame(limits)
        self._tardiness: dict[str, Tardiness] = {}
        self._shutting: set[asyncio.Task[None]] = set()

    def of_sender(self, sender: str) -> int | None:
        """How many deliveries of an account to claim now; None: any number."""
        if self._paces.paused_ms(self._channel, sender) > 0:
            return 0
        places = self._room(self._of_sender(sender))
        return None if places is None else places * self._times.get(sender, 1)

    def of_mailing(self, lane: Waiting) -> int | None:
        """How many deliveries of a lane its mailing's own limit has room for; None: any number."""
        return self._room(_of_mailing(lane.mailing_id, lane.rate) if lane.rate else None)

    def _room(self, spacing: Spacing | None) -> int | None:
        if spacing is None:
            return None
        return room(self._known.get(spacing.cell, _FREE), spacing, self._clock() * 1000)

    def opens_in_s(self, lanes: Iterable[Waiting]) -> float | None:
        """Seconds until it is worth to claim from one of these lanes, which have used up their room; None: no lanes.

        Not for each single place, but when half of those within the horizon are free.
        """
        now = self._clock() * 1000
        waits = []
        for lane in lanes:
            self._paces.wants_more(self._channel, lane.sender)
            free = [earliest(self._known.get(s.cell, _FREE), s, now) for s in self._of_lane(lane)]
            paused_ms = self._paces.paused_ms(self._channel, lane.sender)
            if free or paused_ms:
                waits.append(max([paused_ms, 1.0, *(at - now - HORIZON_MS / 2 for at in free)]))
        return min(waits) / 1000 if waits else None

    async def places(self, rows: Sequence[Claimed]) -> list[Verdict]:
        """Give each claimed row its place in time. Raises StoreUnavailable."""
        if not any(map(self.limits, rows)):
            return [_free(row) for row in rows]
        wishes = [self._wish(row) for row in rows]
        limited = [number for number, wish in enumerate(wishes) if wish.sender is not None or wish.others]
        about = self._scarce(rows[number] for number in limited)
        given = await self._cells.reserve(Ask([wishes[number] for number in limited], about=about))
        now = self._clock() * 1000
        self._known = learnt(self._known, given.known, now)
        places = dict(zip(limited, given.places, strict=True))
        verdicts = [_verdict(row, places.get(number)) for number, row in enumerate(rows)]
        self._learn_times(verdicts)
        self._blame.granted((v.row for v in verdicts if v.goes), now)
        return verdicts

    async def may_go(self, row: Claimed) -> bool:
        """Right before the call: has the account been paused since the place was given?"""
        await self._paces.look()
        return self._paces.paused_ms(self._channel, row.sender) == 0

    def is_late(self, row: Claimed, by_s: float) -> bool:
        """Does a call come too late to its place (by so many seconds) for one of its limits?"""
        own = self._limits.of(row.sender)
        limits = (own.sender, own.address, own.group if self._limits.is_group(row.address) else None)
        return by_s > min(map(_forgiven_s, limits))

    def limits(self, row: Claimed) -> bool:
        """Is the account of a row, or its mailing, limited?"""
        return row.rate is not None or self._limits.of(row.sender).any

    def heard(self, row: Claimed, outcome: Outcome, called_at: int) -> None:
        """Learn from the outcome of a call that began at `called_at` (epoch ms)."""
        if not isinstance(outcome, TemporaryFailure) or outcome.reason != TOO_FAST or outcome.retry_after_s is None:
            return
        now = self._clock() * 1000
        if self._blame.is_of_address(row, outcome, now):
            shut = [(spacing.cell, outcome.retry_after_s * 1000) for spacing in self._of_address(row)]
            # Not awaited: the outcome of the call must not depend on it.
            task = asyncio.create_task(self._shut(shut))
            self._shutting.add(task)
            task.add_done_callback(self._shutting.discard)
        else:
            self._paces.refused(self._channel, row.sender, outcome.retry_after_s, called_at)

    async def _shut(self, cells: Sequence[tuple[str, float]]) -> None:
        # If this is lost, the row itself waits in any case, and another one is refused at worst.
        with suppress(StoreUnavailable):
            await self._cells.reserve(Ask(shut=cells))

    async def late(self, row: Claimed, by_s: float) -> Verdict:
        """Another place for a delivery that comes so many seconds too late to its own. Raises StoreUnavailable.

        Only one of its account, unless it is in time for that one: an account's next place may be an hour away. Its
        other cells are shut for a while instead, so that it does not use up two places.
        """
        shut = [(spacing.cell, HORIZON_MS + spacing.step_ms) for spacing in self._of_address(row) if spacing.burst == 1]
        lost = by_s > _forgiven_s(self._limits.of(row.sender).sender)
        given = await self._cells.reserve(Ask([Wish(self._of_sender(row.sender) if lost else None)], shut=shut))
        return _verdict(row, given.places[0])

    async def answered(self, row: Claimed, place_at: float) -> None:
        """A call with a place at `place_at` (seconds of the clock) has ended. Raises StoreUnavailable."""
        sender = self._of_sender(row.sender)
        known = self._tardiness.setdefault(row.sender, Tardiness())
        now = self._clock() * 1000
        excess_ms = known.excess_ms(now - place_at * 1000)
        addresses = [spacing for spacing in self._of_address(row) if spacing.burst == 1]
        shut = [(one.cell, one.step_ms) for one in addresses if excess_ms > MARGIN * one.step_ms]
        late: list[tuple[str, float]] = []
        if sender is not None and sender.burst == 1:
            span_ms = self._span_ms(row.sender)
            if excess_ms > MARGIN * span_ms:
                known.was_late(place_at * 1000, excess_ms - MARGIN * span_ms, span_ms)
            missing_ms = known.missing_ms(now)
            late = [(sender.cell, missing_ms)] if missing_ms else []
        if shut or late:
            await self._cells.reserve(Ask(shut=shut, late=late))

    def _wish(self, row: Claimed) -> Wish:
        others = self._of_address(row)
        if row.rate is not None and (mailing := _of_mailing(row.mailing_id, row.rate)) is not None:
            others.append(mailing)
        # Who was put off before has waited already, and urgent ones wait behind nobody.
        return Wish(self._of_sender(row.sender), others, row.priority == URGENT or row.reason == PACED)

    def _of_address(self, row: Claimed) -> list[Spacing]:
        own, found = self._limits.of(row.sender), []
        if own.address is not None:
            found.append(self._spaced("a", row.sender, own.address, row.address))
        if own.group is not None and self._limits.is_group(row.address):
            found.append(self._spaced("g", row.sender, own.group, row.address))
        return found

    def _spaced(self, kind: str, sender: str, rate: Rate, address: str = "", factor: float = 1.0) -> Spacing:
        """A limit with its margin. The cell is of this rate: if another one is set, it begins anew."""
        return _spaced(f"{kind}:{self._channel}:{sender}:{rate}:{address}", rate, (1 + MARGIN) / factor)

    def _span_ms(self, sender: str) -> float:
        """The time of an account's limit."""
        rate = self._limits.of(sender).sender
        return 0.0 if rate is None else rate.seconds * 1000

    def _of_lane(self, lane: Waiting) -> list[Spacing]:
        found = (self._of_sender(lane.sender), lane.rate and _of_mailing(lane.mailing_id, lane.rate))
        return [spacing for spacing in found if spacing]

    def _of_sender(self, sender: str) -> Spacing | None:
        rate = self._limits.of(sender).sender
        if rate is None:
            return None
        return self._spaced("s", sender, rate, factor=self._paces.of(self._channel, sender).factor)

    def _scarce(self, rows: Iterable[Claimed]) -> list[str]:
        """The cells that `room` has to know."""
        found: dict[str, None] = {}
        for row in rows:
            found |= {} if (own := self._of_sender(row.sender)) is None else {own.cell: None}
            if row.rate is not None and (mailing := _of_mailing(row.mailing_id, row.rate)) is not None:
                found[mailing.cell] = None
        return list(found)

    def _learn_times(self, verdicts: Sequence[Verdict]) -> None:
        asked = Counter(verdict.row.sender for verdict in verdicts)
        put_off = Counter(verdict.row.sender for verdict in verdicts if verdict.paced)
        for sender, number in asked.items():
            times = self._times.get(sender, 1) * 4 if put_off[sender] * 2 > number else 1
            self._times[sender] = min(times, MOST_TIMES)


def _forgiven_s(rate: Rate | None) -> float:
    """How late a call may come to a place of this limit: half of the margin; the rest is for its way."""
    return LATE_S if rate is None else max(LATE_S, MARGIN / 2 * rate.seconds)


def _free(row: Claimed) -> Verdict:
    return Verdict(row, True, 0.0, free=True)


def _verdict(row: Claimed, place: Place | None) -> Verdict:
    if place is None:
        return _free(row)
    return Verdict(row, place.goes, max(0.0, place.at), not place.goes and not place.none_left)


def _spaced(cell: str, rate: Rate, times: float = 1.0) -> Spacing:
    return Spacing(cell, rate.seconds * 1000 / rate.count * times, rate.burst)


@lru_cache(maxsize=1024)
def _of_mailing(mailing_id: int, words: str) -> Spacing | None:
    rate = rate_of(words)
    if rate is None:
        return None
    # No messenger looks at this one closely, so what comes a little late is made up for.
    spacing = _spaced(f"m:{mailing_id}:{rate}", rate)
    return spacing._replace(burst=max(rate.burst, 1 + int(HORIZON_MS / spacing.step_ms)))
