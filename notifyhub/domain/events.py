"""The events that others are told of: their types, the patterns that choose some, and their ids."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from types import MappingProxyType
from uuid import UUID

from notifyhub.domain.inbound import Deed

TYPES = MappingProxyType(
    {
        "message.completed": "nothing of a message is left to send; with its deliveries by status",
        "delivery.sent": "the messenger took it",
        "delivery.delivered": "it reached the person's device",
        "delivery.read": "the person saw it",
        "delivery.failed": "it was not sent, or did not arrive; `reason` says why",
        "delivery.expired": "its time was over before it could be sent",
        "delivery.unconfirmed": "the answer of the messenger was lost: nobody knows whether it was sent",
        "delivery.cancelled": "it was cancelled before it was sent",
        "delivery.superseded": "its chain went on with the next channel",
        "mailing.scheduled": "a mailing was released, and will start when its time comes",
        "mailing.started": "it started, or went on after its failed deliveries were retried",
        "mailing.paused": "it was paused",
        "mailing.resumed": "it goes on",
        "mailing.finished": "nothing of it is left to send",
        "mailing.cancelled": "it was cancelled",
        "mailing.expired": "its end came before everything was sent",
        "person.wrote": "a person wrote, or pressed a button",
        "person.joined": "a person subscribed to the sender, or started it",
        "person.left": "a person blocked or left the sender",
        "person.opened": "a person looked at the sender without subscribing",
        "person.opted_out": "a person wrote one of the words for opting out",
        "person.opted_in": "a person wrote one of the words for opting in again",
        "webhook.tested": "somebody asked for a test; it is posted to this endpoint whatever it wants",
        "webhook.disabled": "an endpoint gets nothing more: it answered 410, or failed for days",
    }
)
"""By type: what happened."""

OF_DELIVERIES = tuple(name for name in TYPES if name.startswith("delivery."))
OF_MESSAGES = ("message.completed",)
TESTED, DISABLED = "webhook.tested", "webhook.disabled"

OF_DEEDS = MappingProxyType(
    {
        Deed.MESSAGE: "person.wrote",
        Deed.PRESS: "person.wrote",
        Deed.JOINED: "person.joined",
        Deed.LEFT: "person.left",
        Deed.OPENED: "person.opened",
    }
)
"""The type for each thing that a person does."""

READ_BY_DEFAULT = (
    *("delivery.failed", "delivery.expired", "delivery.unconfirmed"),
    *("mailing.*", "person.*", "webhook.disabled"),
)
"""What is kept for readers where nothing is set: what is rare, so that keeping it costs nothing."""

_CHANCE_BITS = 34
_LOW_BITS = 62 - _CHANCE_BITS
_LOW = (1 << _LOW_BITS) - 1


def matching(patterns: Iterable[str]) -> tuple[str, ...]:
    """The types that any of these patterns (`delivery.failed`, `delivery.*`, `*`) chooses."""
    wanted = tuple(patterns)
    return tuple(name for name in TYPES if any(fnmatchcase(name, pattern) for pattern in wanted))


def matches_nothing(pattern: str) -> bool:
    """Is there no type that this pattern chooses? Only `*` is special in a pattern."""
    return any(char in pattern for char in "?[") or not matching((pattern,))


def event_id(now: int, position: int, chance: int) -> UUID:
    """The id of the event at a position: a UUIDv7 (RFC 9562, 5.7) whose position comes right after its moment.

    now       epoch ms; if it never decreases, ids sort as positions do
    position  below 2**40
    chance    34 random bits, so that two installs do not give the same id
    """
    high, low = position >> _LOW_BITS, position & _LOW
    return UUID(int=now << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low << _CHANCE_BITS | chance)


def position_of(id_: UUID) -> int | None:
    """The position of the event with this id; None if no event can have it."""
    if id_.version != 7:
        return None
    return (id_.int >> 64 & 0xFFF) << _LOW_BITS | id_.int >> _CHANCE_BITS & _LOW
