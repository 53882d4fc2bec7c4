"""What an outcome teaches of an address: whether this sender need ask again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from notifyhub.domain.outcome import Outcome, PermanentFailure, Sent

KEPT_MS = 30 * 86_400_000
"""For how long an address counts as unreachable, if nothing else is set."""

OPTED_OUT = "opted_out"
"""The reason of everything that is suppressed."""

UNREACHABLE = frozenset(
    {
        "recipient_unknown",
        "recipient_blocked",
        "recipient_deactivated",
        "recipient_unreachable",
        "not_subscribed",
        "not_a_member",
    }
)
"""Reasons that are about the person, and would be given to the next message too."""

REASONS = (*sorted(UNREACHABLE), OPTED_OUT)
"""Why an address can be in the book."""

# WhatsApp refuses only marketing with these; an order's confirmation may still arrive.
_OF_MARKETING = frozenset({("whatsapp", "130472"), ("whatsapp", "131050")})


class Lesson(NamedTuple):
    """What a call taught about the address for this sender: unreachable until then (epoch ms), or None: reachable."""

    sender: str
    until: int | None


def sender_in(options: Mapping[str, Any]) -> str:
    """The account that the options of a channel name; empty: the main one."""
    return str(options.get("sender", ""))


def is_lasting(channel: str, reason: str | None, code: str, options: Mapping[str, Any]) -> bool:
    """Does this failure say that the person cannot be reached, whatever they are sent?"""
    if reason not in UNREACHABLE or (channel, code) in _OF_MARKETING:
        return False
    # Telegram may have meant the topic, not the group.
    return not (reason == "recipient_unknown" and "thread_id" in options)


def lesson(
    channel: str, options: Mapping[str, Any], outcome: Outcome, now: int, kept_ms: int, *, overridden: bool
) -> Lesson | None:
    """What an outcome at `now` (epoch ms) teaches, for `kept_ms`; None: nothing new.

    overridden  it was sent although the address counted as unreachable
    """
    if isinstance(outcome, Sent):
        return Lesson(sender_in(options), None) if overridden else None
    lasts = isinstance(outcome, PermanentFailure) and is_lasting(channel, outcome.reason, outcome.code, options)
    return Lesson(sender_in(options), now + kept_ms) if lasts and kept_ms else None
