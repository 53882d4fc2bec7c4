"""How many requests a key may still make this minute. Pure: the minute is an argument."""

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
    """How much of a shared limit is taken at a time."""
    return max(1, limit // PARTS)


@dataclass(slots=True)
class Allowance:
    """What is left of a key's limit in one minute.

    held   requests that may be let in without asking anybody
    rest   requests that may be had from where the limit is shared, as far as is known
    """

    limit: int
    minute: int
    held: int
    rest: int = 0

    @classmethod
    def alone(cls, limit: int, minute: int) -> Allowance:
        """All of it is for this process."""
        return cls(limit, minute, held=limit)

    @classmethod
    def shared(cls, limit: int, minute: int) -> Allowance:
        """Each part of it has to be asked for."""
        return cls(limit, minute, held=0, rest=limit)

    @property
    def remaining(self) -> int:
        return self.held + self.rest

    @property
    def runs_low(self) -> bool:
        """Is it time to ask for more?"""
        return self.rest > 0 and self.held * 2 <= portion(self.limit)

    def take(self) -> bool:
        """Let one request in; False when nothing is held."""
        if self.held <= 0:
            return False
        self.held -= 1
        return True

    def add(self, granted: int, rest: int) -> None:
        """`granted` more may be let in; `rest` is left for whoever asks next."""
        self.held += granted
        self.rest = rest

    def go_alone(self) -> None:
        """Nobody can be asked: take it all."""
        self.held += self.rest
        self.rest = 0


def grant(limit: int, taken: int, wanted: int) -> tuple[int, int]:
    """(granted, left) of a limit of which `taken` have been asked for, these `wanted` among them."""
    before = taken - wanted
    return max(0, min(wanted, limit - before)), max(0, limit - taken)
