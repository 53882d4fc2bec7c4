"""The states of a delivery and the moves between them, as one table."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The states of a delivery; see the diagram in `docs/architecture.md`."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNCONFIRMED = "unconfirmed"
    SUPERSEDED = "superseded"


MOVES: dict[Status, frozenset[Status]] = {
    # To `sent` by a receipt that proves that an attempt with an unknown outcome was accepted.
    Status.SCHEDULED: frozenset(
        {
            Status.SENDING,
            Status.SENT,
            Status.CANCELLED,
            Status.EXPIRED,
            Status.FAILED,
            Status.UNCONFIRMED,
            Status.SUPERSEDED,
        }
    ),
    Status.SENDING: frozenset({Status.SCHEDULED, Status.SENT, Status.FAILED, Status.EXPIRED, Status.UNCONFIRMED}),
    Status.UNCONFIRMED: frozenset({Status.SCHEDULED, Status.SENT, Status.FAILED, Status.SUPERSEDED}),
    Status.SENT: frozenset({Status.DELIVERED, Status.READ, Status.FAILED, Status.SUPERSEDED}),
    Status.DELIVERED: frozenset({Status.READ}),
    Status.READ: frozenset(),
    Status.FAILED: frozenset({Status.SCHEDULED, Status.SUPERSEDED}),
    Status.EXPIRED: frozenset({Status.SCHEDULED, Status.SUPERSEDED}),
    Status.CANCELLED: frozenset({Status.SUPERSEDED}),
    # A receipt that comes late says that this step of a chain arrived after all.
    Status.SUPERSEDED: frozenset({Status.DELIVERED, Status.READ}),
}
"""Legal moves. Every one of them is made by a conditional UPDATE in `store`."""

OPEN = frozenset({Status.SCHEDULED, Status.SENDING})
"""Still on the road: time alone will move them."""

RETRIABLE = frozenset({Status.FAILED, Status.EXPIRED, Status.UNCONFIRMED})
"""Ended, or held, in a way that a person may want to try again."""

RELEASED = frozenset({Status.FAILED, Status.EXPIRED, Status.CANCELLED})
"""Ended without reaching the person: the same content may be sent again, so the dedup key is given up."""


def given_up(status: Status, *, maybe_sent: bool) -> Status:
    """How a delivery ends that would end as `status`, if an earlier attempt may have reached the person.

    What comes later says nothing of that attempt. As failed or expired it would be retried with the others, and the
    person might get it twice without anybody having decided so.
    """
    return Status.UNCONFIRMED if maybe_sent and status in (Status.FAILED, Status.EXPIRED) else status
