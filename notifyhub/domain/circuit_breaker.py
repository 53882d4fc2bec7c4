"""When a sender of a channel rests, because it cannot send anything until a setting is corrected."""

from __future__ import annotations

from collections.abc import Iterable

DEFAULT_SENDER = ""
"""The account that a channel's own settings describe."""

PROBE_LASTS_MS = 120_000
"""A delivery that was to try and never came back is not waited for any longer."""


class CircuitBreaker:
    """Which senders of a channel rest. Pure: times (epoch ms) are arguments.

    A sender that tripped rests for a while. Then one delivery is tried: its outcome closes the breaker or makes the
    sender rest again. Senders are independent of each other.
    """

    def __init__(self, senders: Iterable[str] = (DEFAULT_SENDER,)) -> None:
        self._senders = frozenset(senders)
        self._rests: dict[str, int] = {}
        self._probes: dict[str, int] = {}

    def room(self, most: int, now: int) -> int:
        """How many deliveries to claim, at most `most`: one if only a try is allowed."""
        if not self._rests or self._senders - self._rests.keys():
            return most
        return 1 if any(self.held_until(sender, now) is None for sender in self._rests) else 0

    def held_until(self, sender: str, now: int) -> int | None:
        """The time before which a delivery of `sender` must not be tried; None if it may be tried now."""
        until = self._rests.get(sender)
        if until is None:
            return None
        probe_ends = self._probes.get(sender, 0)
        latest = max(until, probe_ends)
        return latest if now < latest else None

    def rests_until(self, sender: str) -> int | None:
        """When the rest of this sender ends; None if it does not rest, or a delivery is being tried."""
        return None if sender in self._probes else self._rests.get(sender)

    def trying(self, sender: str, now: int) -> None:
        """A delivery of `sender` is being sent. If the sender rests, the others wait for its outcome."""
        if sender in self._rests:
            self._probes[sender] = now + PROBE_LASTS_MS

    def trip(self, sender: str, until: int) -> bool:
        """The sender rests until this time. True if it did not rest before."""
        began = sender not in self._rests
        self._probes.pop(sender, None)
        self._rests[sender] = max(until, self._rests.get(sender, 0))
        return began

    def mend(self, sender: str) -> bool:
        """The sender works. True if it was resting, and this was the delivery tried."""
        if self._probes.pop(sender, None) is None:
            return False
        del self._rests[sender]
        return True

    def leave_open(self, sender: str, until: int) -> None:
        """The try had no clear outcome; another may be made at this time."""
        if self._probes.pop(sender, None) is not None:
            self._rests[sender] = until
