"""The number of simultaneous calls of a pump."""

from __future__ import annotations

from time import monotonic, thread_time

FIRST = 32
BUSY = 0.6


class ConcurrencyLimit:
    """Starts with few calls and allows more while calls are waiting and the event loop has time to spare.

    A slow messenger needs many simultaneous calls. For a fast one the loop itself is the limit, and more connections
    only make each call more expensive: with a messenger that answers immediately, 256 deliver a third less than 32.
    `most` is never exceeded.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.now = min(FIRST, most)
        self._at = monotonic()
        self._worked = thread_time()

    @property
    def may_grow(self) -> bool:
        return self.now < self._most

    def look(self) -> None:
        """Allow more calls if the loop was idle enough since the last look. Called on the loop's thread."""
        at, worked = monotonic(), thread_time()
        if worked - self._worked < BUSY * (at - self._at):
            self.now = min(self._most, self.now + FIRST)
        self._at, self._worked = at, worked
