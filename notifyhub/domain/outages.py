"""When a messenger is away: it takes nothing from anybody, so the messages are not at fault."""

from __future__ import annotations

AWAY_AFTER = 20
"""Calls in a row that came to nothing. Fewer may be the bad luck, or the fault, of a few messages."""

AWAY_AT_MOST_MS = 24 * 3_600_000
"""What has failed for longer is no longer put down to the messenger: perhaps only bad messages are left."""


class Outages:
    """Which senders get nothing through at all. Pure: times (epoch ms) are arguments.

    base_s, cap_s  the first and the longest pause between two tries of a sender, in seconds; each is twice the last
    """

    def __init__(self, base_s: float, cap_s: float) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._failures: dict[str, int] = {}
        self._since: dict[str, int] = {}
        self._tries: dict[str, int] = {}

    def failed(self, sender: str, now: int) -> bool:
        """A call came to nothing. True if the messenger is to blame."""
        self._failures[sender] = self._failures.get(sender, 0) + 1
        since = self._since.setdefault(sender, now)
        return self._failures[sender] >= AWAY_AFTER and now - since < AWAY_AT_MOST_MS

    def answered(self, sender: str) -> None:
        """The messenger answered a call as one that works."""
        for known in (self._failures, self._since, self._tries):
            known.pop(sender, None)

    def next_try(self, sender: str, now: int) -> int:
        """When the next delivery of this sender may be tried."""
        number = self._tries[sender] = self._tries.get(sender, 0) + 1
        return now + round(min(self._cap_s, self._base_s * 2.0 ** min(number - 1, 60)) * 1000)
