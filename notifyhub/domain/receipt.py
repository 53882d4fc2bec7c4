"""What a messenger tells of a message later."""

from __future__ import annotations

from typing import NamedTuple

from notifyhub.domain.states import Status


class Receipt(NamedTuple):
    """The messenger's later word about one message to one person.

    kind          `sent` (proves that it was accepted, where that was unknown), `delivered`, `read` or `failed`
    at            epoch ms, according to the messenger's clock
    address       of the person, where one id stands for several
    reason        why it failed
    message_id, delivery_id   what it says it belongs to, where the messenger gives our reference back; hex digits
                              and a number
    """

    channel: str
    messenger_id: str
    address: str | None
    kind: Status
    at: int
    reason: str | None = None
    code: str = ""
    detail: str = ""
    message_id: str | None = None
    delivery_id: int | None = None
