"""A channel's health, derived from the outcomes of its calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Our own words for calls that no messenger answered.
UNANSWERED = frozenset(
    {"not_connected", "timeout", "connection_lost", "worker_lost", "interrupted", "provider_error", "not_encodable"}
)


class Health(StrEnum):
    """A channel's health."""

    OK = "ok"
    UNSTEADY = "unsteady"
    FAILING = "failing"
    IDLE = "idle"


WORDS = {
    Health.OK: "calls are answered, and messages are accepted or refused for good",
    Health.UNSTEADY: "some calls fail and are retried",
    Health.FAILING: "all recent calls failed: no message was accepted",
    Health.IDLE: "no recent calls, so the state is unknown",
}


@dataclass(frozen=True, slots=True)
class CallCount:
    """Calls with the same outcome.

    calls    their recent number
    last_at  time of the last one, recent or not, in epoch ms
    """

    outcome: str
    code: str
    calls: int
    last_at: int


def health(counts: Sequence[CallCount]) -> Health:
    """The health for the outcomes of recent calls."""
    total = sum(count.calls for count in counts)
    settled = sum(count.calls for count in counts if count.outcome in ("sent", "permanent_failure"))
    if not total:
        return Health.IDLE
    if not settled:
        return Health.FAILING
    return Health.OK if settled == total else Health.UNSTEADY


def last_sent(counts: Sequence[CallCount]) -> int | None:
    """When a message was last taken (epoch ms)."""
    return max((count.last_at for count in counts if count.outcome == "sent"), default=None)


def last_answered(counts: Sequence[CallCount]) -> int | None:
    """When the messenger last answered, whatever it said (epoch ms)."""
    return max((count.last_at for count in counts if count.code not in UNANSWERED), default=None)


def last_trouble(counts: Sequence[CallCount]) -> CallCount | None:
    """How a message was last not taken."""
    return max((count for count in counts if count.outcome != "sent"), key=lambda count: count.last_at, default=None)
