"""When failures are put down to a messenger: when it fails most calls, or many in a row, of several deliveries."""

from __future__ import annotations

from collections import deque

SECOND_MS = 1_000
WINDOW_S = 30
LEAST_CALLS = 20
"""Calls in the window from which a rate can be told."""
FAILED_OF_TEN = 6
IN_A_ROW = 10
"""Failures without any other answer in between, for senders with few calls."""
LEAST_DELIVERIES = 3
"""Fewer may be the fault of the deliveries themselves."""


class _Second:
    __slots__ = ("at", "calls", "deliveries", "failed")

    def __init__(self, at: int) -> None:
        self.at = at
        self.calls = 0
        self.failed = 0
        self.deliveries: set[int] = set()


class Failures:
    """The recent calls of one sender. Pure: times (epoch ms) are arguments.

    Calls are counted by the second, so that many cost no more memory than few.
    """

    def __init__(self) -> None:
        self._seconds: deque[_Second] = deque()
        self._row = 0
        self._in_the_row: set[int] = set()

    def answered(self, now: int) -> None:
        """The messenger answered a call as one that works."""
        self._second(now).calls += 1
        if self._row:
            self._row = 0
            self._in_the_row.clear()

    def failed(self, delivery: int, now: int) -> bool:
        """A call for this delivery came to nothing. True if the messenger is to blame."""
        second = self._second(now)
        second.calls += 1
        second.failed += 1
        self._row += 1
        for known in (second.deliveries, self._in_the_row):
            if len(known) < LEAST_DELIVERIES:
                known.add(delivery)
        if self._row >= IN_A_ROW and len(self._in_the_row) >= LEAST_DELIVERIES:
            return True
        return self._most_failed(now)

    def _most_failed(self, now: int) -> bool:
        oldest = now // SECOND_MS - WINDOW_S
        while self._seconds and self._seconds[0].at <= oldest:
            self._seconds.popleft()
        calls = sum(second.calls for second in self._seconds)
        if calls < LEAST_CALLS or 10 * sum(second.failed for second in self._seconds) < FAILED_OF_TEN * calls:
            return False
        return len(set().union(*(second.deliveries for second in self._seconds))) >= LEAST_DELIVERIES

    def _second(self, now: int) -> _Second:
        at = now // SECOND_MS
        if not self._seconds or self._seconds[-1].at < at:
            self._seconds.append(_Second(at))
            while self._seconds[0].at <= at - WINDOW_S:
                self._seconds.popleft()
        return self._seconds[-1]
