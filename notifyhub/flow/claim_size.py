"""The number of deliveries that a pump claims in advance."""

from __future__ import annotations

FEWEST = 100
MOST = 2_000
FEWEST_OF_ACCOUNT = 10
"""Accounts share what is claimed. One of each at a time would mean a claim for every few calls, and stay so slow."""
AHEAD_S = 0.25
SHORTEST_S = 0.01
"""A pace is not told from less."""


class ClaimSize:
    """As many as are sent in a moment: enough to keep the calls going while the store is busy with other writes.

    What is claimed is sent in its turn, so more would make urgent messages wait behind it where calls take long, and
    would leave nothing for other processes. Pure: times (s) are arguments.
    """

    def __init__(self, now: float, accounts: int = 1) -> None:
        self._fewest = max(FEWEST, FEWEST_OF_ACCOUNT * accounts)
        self.now = self._fewest
        self._sent = 0
        self._since = now

    def room(self, ready: int) -> int:
        """How many to claim, if so many are ready. It may have shrunk below that."""
        return max(self._fewest // 2, self.now - ready)

    def sent(self) -> None:
        """A call has ended."""
        self._sent += 1

    def look(self, now: float) -> None:
        """Learn the pace since the last look."""
        if (seconds := now - self._since) < SHORTEST_S:
            return
        # Twice of it, because the next ones are claimed when half of these are sent.
        self.now = max(self._fewest, min(MOST, round(2 * AHEAD_S * self._sent / seconds)))
        self._sent, self._since = 0, now
