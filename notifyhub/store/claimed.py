"""What a claim gives."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class Claimed(NamedTuple):
    """A delivery held under a lease, with everything that its attempt needs. Times are epoch ms.

    maybe_sent   1 if an earlier attempt may have reached the person
    expires_at   its own, or the end of its mailing
    sender       the account, by its name in the settings; empty: the channel's own
    reason       of the last time that it was put off
    send_window  of its mailing, as JSON; None: any time
    rate         the limit of its mailing, in words
    timezone     of its client
    position     its place in its message
    created_at   when it was accepted; `send_at`: the moment that its message asked for
    known_unreachable   it is sent although its messenger said that this person cannot be reached
    """

    id: int
    message_id: UUID
    channel: str
    address: str
    attempt: int
    spent: int
    maybe_sent: int
    max_attempts: int | None
    expires_at: int | None
    lease_until: int
    mailing_id: int
    client_id: int | None
    sender: str
    priority: int
    reason: str | None
    due_at: int
    position: int
    created_at: int
    text: str
    on_unconfirmed: str
    options: str | None = None
    deduplicate: str = "forever"
    send_at: int | None = None
    send_window: str | None = None
    rate: str | None = None
    timezone: str | None = None
    known_unreachable: bool = False
