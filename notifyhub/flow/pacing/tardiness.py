"""Calls that were answered unusually late: the messenger may have counted them that much later than planned."""

from __future__ import annotations

from collections import deque

from notifyhub.domain.gcra import MARGIN
from notifyhub.domain.rates import Rate

SHARE = 0.1
USUAL = 3.0
"""Up to so many mean deviations above the mean are usual."""


class Tardiness:
    """Of one account. A limiter that looks back over a time must not see the next ones come sooner after late ones.

    The margin between places makes up for a few milliseconds. After a stall, of this machine, the network or the
    messenger, the places that follow have to be put off by the rest; once for all calls that the stall held up.
    """

    def __init__(self, rate: Rate) -> None:
        self._margin_ms = MARGIN * rate.seconds * 1000
        self._span_ms = rate.seconds * 1000
        self._mean_ms: float | None = None
        self._deviation_ms = 0.0
        self._put_off: deque[tuple[float, float]] = deque()

    def answered(self, place_at: float, now: float) -> float:
        """A call that had its place at `place_at` was answered `now` (ms). By how many ms to put off those to come."""
        took = now - place_at
        if self._mean_ms is None:
            self._mean_ms, self._deviation_ms = took, took / 2
            return 0.0
        excess = took - self._mean_ms - USUAL * self._deviation_ms
        self._deviation_ms += SHARE * (abs(took - self._mean_ms) - self._deviation_ms)
        self._mean_ms += SHARE * (took - self._mean_ms)
        while self._put_off and self._put_off[0][0] < now - 2 * self._span_ms:
            self._put_off.popleft()
        done = sum(ms for at, ms in self._put_off if at >= place_at)
        missing = min(excess - self._margin_ms, self._span_ms) - done
        if missing <= 0:
            return 0.0
        self._put_off.append((now, missing))
        return missing
