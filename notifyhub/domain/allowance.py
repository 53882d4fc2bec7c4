"""How many requests a key may still make in this minute. Pure: the minute is an argument."""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_MS = 60_000
PARTS = 50
"""Processes that share a limit take a fiftieth of it at a time."""


def minute_of(now: int) -> int:
    """The minute of the clock that contains a moment (epoch ms)."""
    return now // MINUTE_MS


def seconds_left(now: int) -> int:
    """Whole seconds, rounded up, until the minute of `now` (epoch ms) ends: 1 to 60."""
    return -(-(MINUTE_MS - now % MINUTE_MS) // 1000)


def portion(limit: int) -> int:
    """The portion of a shared limit that is taken at once."""
    return max(1, limit // PARTS)


@dataclass(slots=True)
class Allowance:
    """The rest of a key's limit in one minute.

    held   requests that may be admitted without asking
    rest   requests still available from the shared limit, as far as known
    """

    limit: int
    minute: int
    held: int
    rest: int = 0

    @classmethod
    def alone(cls, limit: int, minute: int) -> Allowance:
        """The whole limit belongs to this process."""
        return cls(limit, minute, held=limit)

    @classmethod
    def shared(cls, limit: int, minute: int) -> Allowance:
        """The limit is shared: each portion has to be requested."""
        return cls(limit, minute, held=0, rest=limit)

    @property
    def remaining(self) -> int:
        return self.held + self.rest

    @property
    def runs_low(self) -> bool:
        """Is it time to ask for more?"""
        return self.rest > 0 and self.held * 2 <= portion(self.limit)

    def take(self) -> bool:
        """Admit one request; False if none is held."""
        if self.held <= 0:
            return False
        self.held -= 1
        return True

    def add(self, granted: int, rest: int) -> None:
        """`granted` more may be admitted; `rest` is left for later."""
        self.held += granted
        self.rest = rest

    def go_alone(self) -> None:
        """The shared limit is unavailable: take all of it."""
        self.held += self.rest
        self.rest = 0


def grant(limit: int, taken: int, wanted: int) -> tuple[int, int]:
    """(granted, left) of a limit after `taken` requests, including these `wanted`."""
    before = taken - wanted
    return max(0, min(wanted, limit - before)), max(0, limit - taken)
