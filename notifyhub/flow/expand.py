"""Expanding mailings: their audiences become deliveries, which are then sent like any others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from notifyhub import logs
from notifyhub.domain.clients import choose
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.mailings import TOO_LATE, WINDOW_CLOSED
from notifyhub.domain.states import Status
from notifyhub.flow.windows import next_opening, window_of
from notifyhub.store import expansion
from notifyhub.store.database import Database
from notifyhub.store.expansion import Member, Placed, Slice
from notifyhub.store.mailings import Row

SLICE = 2_000
"""Clients in one transaction: small enough that others who write hardly wait."""

NOBODY: tuple[str, ...] = ()

_log = logs.logger(__name__)


def expand(database: Database, ring: Callable[[str], None], clock: Callable[[], int]) -> int:
    """Expand all running mailings to the end, taking turns slice by slice. Returns the number of slices.

    `clock` returns epoch ms; `ring` is called for channels with something due.
    """
    slices = 0
    while mailings := database.read(expansion.unfinished).result():
        progressed = False
        for mailing in mailings:
            members = database.read(expansion.members(mailing, SLICE, clock())).result()
            slice_ = slice_of(mailing, members, clock())
            if not members and not slice_.is_last:
                continue  # it waits for late joiners
            if database.write(expansion.place, slice_).result():
                progressed = True
                slices += 1
                for channel in {d.channel for d in slice_.deliveries if d.due_at <= slice_.now}:
                    ring(channel)
                if slice_.is_last:
                    _log.info("mailing %d is expanded", mailing["id"], extra={"mailing_id": mailing["id"]})
        if not progressed:
            break
    return slices


def slice_of(mailing: Row, members: Sequence[Member], now: int) -> Slice:
    """What these clients become; `now` in epoch ms."""
    channels, options = orjson.loads(mailing["channels"]), orjson.loads(mailing["options"] or "{}")
    due = _Due(mailing, now)
    deliveries: list[Placed] = []
    unreachable = opted_out = 0
    position = mailing["placed"]
    for member in members:
        addresses, refused = orjson.loads(member.addresses), orjson.loads(member.opted_out)
        chosen = choose(channels, member.phone, addresses, refused, first=mailing["reach"] == "first")
        if not chosen:
            reachable = choose(channels, member.phone, addresses, NOBODY, first=True)
            opted_out, unreachable = opted_out + bool(reachable), unreachable + (not reachable)
        for channel, address in chosen:
            due_at, reason = due.of(member.timezone)
            key = None
            if reason is None and mailing["deduplicate"] != "off":
                key = dedup_key(channel, address, mailing["text"], options.get(channel))
            status = Status.SCHEDULED if reason is None else Status.EXPIRED
            deliveries.append(
                Placed(position, channel, address, status, reason, due_at, key, member.id, member.operator_code)
            )
            position += 1
    is_last = len(members) < SLICE and (not mailing["late_joiners"] or due.is_over)
    cursor = members[-1].id if members else mailing["cursor"]
    return Slice(mailing, cursor, is_last, now, deliveries, len(members), unreachable, opted_out)


class _Due:
    """When a client of a mailing may first be written to: asked once for each time zone."""

    def __init__(self, mailing: Row, now: int) -> None:
        self._now = now
        self._ends_at: int | None = mailing["ends_at"]
        self._window = window_of(mailing["send_window"])
        self._known: dict[str, tuple[int, str | None]] = {}

    @property
    def is_over(self) -> bool:
        return self._ends_at is not None and self._ends_at <= self._now

    def of(self, timezone: str) -> tuple[int, str | None]:
        """The moment (epoch ms), and why it will not come."""
        found = self._known.get(timezone)
        if found is None:
            found = self._known[timezone] = self._find(timezone)
        return found

    def _find(self, timezone: str) -> tuple[int, str | None]:
        if self.is_over:
            return self._now, TOO_LATE
        if self._window is None:
            return self._now, None
        opens = next_opening(self._window, self._now, timezone)
        if opens is None or (self._ends_at is not None and opens >= self._ends_at):
            return self._now, WINDOW_CLOSED
        return opens, None
