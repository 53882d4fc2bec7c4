"""Says what goes wrong again and again without flooding the log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

PAUSE_S = 10.0


class Seldom:
    """Says the first of many like it at once, and then one every ten seconds, with how many there were meanwhile."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._changing = threading.Lock()
        self._next_at = 0.0
        self._unsaid = 0

    def __call__(self, say: Callable[[str], object], text: str) -> None:
        """Say `text` by `say`, if it is time."""
        now = self._clock()
        with self._changing:
            if now < self._next_at:
                self._unsaid += 1
                return
            unsaid, self._unsaid, self._next_at = self._unsaid, 0, now + PAUSE_S
        say(f"{text} (and {unsaid} more like it)" if unsaid else text)
