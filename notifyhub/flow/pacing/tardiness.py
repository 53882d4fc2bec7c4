"""Calls that took long to be answered: the messenger may have counted them that much later than planned."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

DRIFT = 0.02
"""What the quickest answer is forgotten by, with each call."""
FIRST = 20
"""Until so many calls were answered, nobody knows how quick they can be, so any time counts: starts are slow."""
LEAST_MS = 0.1
LATER = 0.7
"""When it is looked at whether places still have to be put off: at this part of the time of the limit.

Later would be too late: the places that matter are given shortly before the time is over. Sooner would be too often:
one delay makes up for all calls of that time.
"""


class _Late(NamedTuple):
    """look_at  when the places after it are looked at
    put_off_ms  by how much places had been put off in all when it was answered
    """

    look_at: float
    by_ms: float
    put_off_ms: float


class Tardiness:
    """Of one account. A limiter that looks back over a time must not see the next ones come sooner after late ones.

    The margin between places makes up for a few milliseconds. After a stall, of this machine, the network or the
    messenger, the places that follow have to be put off by the rest; once for all calls that the stall held up.
    """

    def __init__(self) -> None:
        self._quickest_ms = float("inf")
        self._answered = 0
        self._put_off_ms = 0.0
        self._late: deque[_Late] = deque()

    def excess_ms(self, took_ms: float) -> float:
        """By how much longer than the quickest a call took."""
        self._answered += 1
        # Timers may be a little early, so a call may have been answered before its place.
        took_ms = max(took_ms, LEAST_MS)
        self._quickest_ms = min(self._quickest_ms * (1 + DRIFT), took_ms)
        return took_ms if self._answered <= FIRST else took_ms - self._quickest_ms

    def was_late(self, place_at: float, by_ms: float, span_ms: float) -> None:
        """A call with its place at `place_at` (ms) was late by so much; the limit looks back for `span_ms`."""
        self._late.append(_Late(place_at + LATER * span_ms, by_ms, self._put_off_ms))

    def missing_ms(self, now: float) -> float:
        """By how much to put off the places to come."""
        missing = 0.0
        while self._late and self._late[0].look_at <= now:
            _, by_ms, put_off_ms = self._late.popleft()
            missing = max(missing, by_ms - (self._put_off_ms - put_off_ms))
        self._put_off_ms += missing
        return missing
