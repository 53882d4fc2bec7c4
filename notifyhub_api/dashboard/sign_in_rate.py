"""How often one address may try to sign in."""

from __future__ import annotations

from notifyhub.clock import now_ms
from notifyhub.domain.allowance import minute_of, seconds_left

MOST_ADDRESSES = 100_000
"""Addresses that are remembered; a minute in which more try begins anew."""


class Attempts:
    """Counts in the memory of the process, minute by minute."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._minute = 0
        self._counts: dict[str, int] = {}

    def count(self, address: str) -> int | None:
        """Count an attempt. None: it may be made; otherwise seconds after which to try again."""
        now = now_ms()
        if minute_of(now) != self._minute or len(self._counts) >= MOST_ADDRESSES:
            self._minute, self._counts = minute_of(now), {}
        self._counts[address] = self._counts.get(address, 0) + 1
        return None if self._counts[address] <= self._a_minute else seconds_left(now)
