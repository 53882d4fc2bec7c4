"""Calls that took long to be answered: the messenger may have counted them that much later than planned."""

from __future__ import annotations

from collections import deque

DRIFT = 0.02
"""What the quickest answer is forgotten by, with each call."""
FIRST = 20
"""Until so many calls were answered, nobody knows how quick they can be, so any time counts: starts are slow."""
SPAN_MS = 2_000.0
"""How long it is known that places were put off."""


class Tardiness:
    """Of one account. A limiter that looks back over a time must not see the next ones come sooner after late ones.

    The margin between places makes up for a few milliseconds. After a stall, of this machine, the network or the
    messenger, the places that follow have to be put off by the rest; once for all calls that the stall held up.
    """

    def __init__(self) -> None:
        self._quickest_ms = float("inf")
        self._answered = 0
        self._put_off: deque[tuple[float, float]] = deque()

    def excess_ms(self, took_ms: float) -> float:
        """By how much longer than the quickest a call took."""
        self._answered += 1
        self._quickest_ms = min(self._quickest_ms * (1 + DRIFT), took_ms)
        return took_ms if self._answered <= FIRST else took_ms - self._quickest_ms

    def missing_ms(self, place_at: float, excess_ms: float, now: float) -> float:
        """By how much to put off the places to come, after a call with its place at `place_at` was so late (ms)."""
        while self._put_off and self._put_off[0][0] < now - SPAN_MS:
            self._put_off.popleft()
        missing = min(excess_ms, SPAN_MS) - sum(ms for at, ms in self._put_off if at >= place_at)
        if missing <= 0:
            return 0.0
        self._put_off.append((now, missing))
        return missing
