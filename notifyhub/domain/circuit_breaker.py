"""When a sender of a channel rests, because nothing of it can go out until somebody mends a setting."""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT_SENDER = ""
"""The account that a channel's own settings describe."""

PROBE_LASTS_MS = 120_000
"""A delivery that was to try and never came back is not waited for any longer."""


class CircuitBreaker:
    """Which senders of a channel rest. Pure: moments (epoch ms) come in as arguments.

    A sender that tripped rests until a moment. Then one delivery may try: what comes of it mends the sender or has
    it rest again. Senders know nothing of each other.
    """

    def __init__(self, senders: Iterable[str] = (DEFAULT_SENDER,)) -> None:
        self._senders = frozenset(senders)
        self._rests: dict[str, int] = {}
        self._probes: dict[str, int] = {}

    def room(self, most: int, now: int) -> int:
        """How many deliveries are worth claiming, `most` at best: one when it would only be to try."""
        if not self._rests or self._senders - self._rests.keys():
            return most
        return 1 if any(self.held_until(sender, now) is None for sender in self._rests) else 0

    def held_until(self, sender: str, now: int) -> int | None:
        """The moment before which a delivery of `sender` must not be tried; None when it may be."""
        until = self._rests.get(sender)
        if until is None:
            return None
        probe_ends = self._probes.get(sender, 0)
        latest = max(until, probe_ends)
        return latest if now < latest else None

    def trying(self, sender: str, now: int) -> None:
        """A delivery of `sender` goes out. Where it rests, the others wait for what comes of this one."""
        if sender in self._rests:
            self._probes[sender] = now + PROBE_LASTS_MS

    def trip(self, sender: str, until: int) -> bool:
        """The sender rests until this moment. True when it did not rest before."""
        began = sender not in self._rests
        self._probes.pop(sender, None)
        self._rests[sender] = max(until, self._rests.get(sender, 0))
        return began

    def mend(self, sender: str) -> bool:
        """The sender works. True when it was resting, and this was the one to try."""
        if self._probes.pop(sender, None) is None:
            return False
        del self._rests[sender]
        return True

    def leave_open(self, sender: str, until: int) -> None:
        """The one to try learned nothing; another may at this moment."""
        if self._probes.pop(sender, None) is not None:
            self._rests[sender] = until
