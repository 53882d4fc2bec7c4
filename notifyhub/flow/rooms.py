"""How much a claim may take of each account and mailing."""

from __future__ import annotations

from notifyhub.flow.lane import Lane
from notifyhub.flow.ready import Ready
from notifyhub.store.lanes import Waiting


class Rooms:
    """What the limits have room for, and what one of several accounts may have claimed in advance."""

    def __init__(self, lane: Lane, ready: Ready, most: int, now: int) -> None:
        self._lane = lane
        self._ready = ready
        self._most = most
        self._now = now

    def of_sender(self, sender: str) -> int | None:
        rooms = (self._lane.pacer.of_sender(sender), self._lane.breaker.room_of(sender, self._now), self._own(sender))
        return min((room for room in rooms if room is not None), default=None)

    def of_mailing(self, lane: Waiting) -> int | None:
        return self._lane.pacer.of_mailing(lane)

    def is_crowded(self, sender: str) -> bool:
        """Has an account claimed its whole share, so that it has to send some of that first?"""
        own = self._own(sender)
        return own is not None and own == self.of_sender(sender)

    def may_open(self, sender: str) -> bool:
        """Is time all that an account without room needs? If it rests or hangs, others wake the pump."""
        return self._lane.breaker.room_of(sender, self._now) is None and self._own(sender) != 0

    def _own(self, sender: str) -> int | None:
        if self._lane.accounts == 1:
            return None
        # One whose calls hang must not fill up what is claimed.
        return max(0, self._most // self._lane.accounts - self._ready.of(sender))
