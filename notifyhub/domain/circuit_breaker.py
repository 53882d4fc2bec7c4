"""The circuit breaker of a sender account: closed while its messenger takes messages, open while it does not.

It opens for a while, then lets a trickle of calls try (half-open), and closes when enough of them went through.
Pure: times (epoch ms) are arguments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

DEFAULT_SENDER = ""
"""The account that a channel's own settings describe."""

CONFIGURATION = "configuration"
"""The reason of a circuit that opened because the sender is set up wrongly."""

CLOSES_AFTER = 7
"""Calls that must go through: a trickle of one, then two, then four."""
MOST_AT_ONCE = 4

AWAY_AT_MOST_MS = 24 * 3_600_000
"""What has failed for longer is no longer put down to the messenger: perhaps only bad messages are left."""


class State(StrEnum):
    """The states of a circuit."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a circuit opened: a reason of `domain.reasons`, the messenger's code and answer (masked), what to mend."""

    reason: str
    code: str
    detail: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Circuit:
    """The state of one sender's circuit.

    since   when it opened or closed (epoch ms); stays while it tries and opens again
    until   open: when the next call may try; half-open: how long those that try are waited for (epoch ms)
    tries   how often it opened without closing
    passed  calls that went through since it is half-open
    cause   why it opened, or opened last
    """

    state: State
    since: int
    until: int
    tries: int
    passed: int
    cause: Cause

    @property
    def at_once(self) -> int:
        """How many calls may try at once while it is half-open: 1, then 2, then 4."""
        return min(MOST_AT_ONCE, 1 << (self.passed + 1).bit_length() - 1)

    @property
    def is_proven(self) -> bool:
        """Did enough calls go through for it to close? An account is set up well or not, so one shows that."""
        return self.passed >= (1 if self.cause.reason == CONFIGURATION else CLOSES_AFTER)

    def blames_the_messenger(self, now: int) -> bool:
        """Are failures still put down to the messenger, so that they cost a delivery nothing?"""
        return now - self.since < AWAY_AT_MOST_MS


def opened(before: Circuit | None, cause: Cause, now: int, pause_s: float) -> Circuit:
    """Open for `pause_s` seconds; `before` is None or closed unless it opens again."""
    if before is None or before.state is State.CLOSED:
        return Circuit(State.OPEN, now, now + round(pause_s * 1000), 1, 0, cause)
    return Circuit(State.OPEN, before.since, now + round(pause_s * 1000), before.tries + 1, 0, cause)


def put_off(before: Circuit, now: int, pause_s: float) -> Circuit:
    """Open again, without having learned anything: the messenger asked the call that tried to wait."""
    return replace(before, state=State.OPEN, until=now + round(pause_s * 1000), passed=0)


def half_opened(before: Circuit, now: int, lasts_s: float) -> Circuit:
    """Some calls try for at most `lasts_s` seconds, after which others may."""
    passed = before.passed if before.state is State.HALF_OPEN else 0
    return replace(before, state=State.HALF_OPEN, until=now + round(lasts_s * 1000), passed=passed)


def passed_one(before: Circuit) -> Circuit:
    """One more call went through."""
    return replace(before, passed=before.passed + 1)


def let_go(before: Circuit, now: int) -> Circuit:
    """Nothing tries any more, and it is not proven yet: the next delivery may try, in whichever process."""
    return replace(before, until=now)


def closed(before: Circuit, now: int) -> Circuit:
    """The messenger takes messages again."""
    return Circuit(State.CLOSED, now, 0, 0, 0, before.cause)


def pause_s(tries: int, base_s: float, cap_s: float) -> float:
    """How many seconds a circuit stays open that opens for the `tries`-th time in a row: twice as long each time."""
    return min(cap_s, base_s * 2.0 ** min(max(tries, 1) - 1, 60))
