"""Receipts: a messenger's later reports about a message."""

from __future__ import annotations

from typing import NamedTuple

from notifyhub.domain.states import Status


class Receipt(NamedTuple):
    """A messenger's later report about one message to one person.

    kind          `sent` (it was accepted, if that was unknown), `delivered`, `read` or `failed`
    at            epoch ms, according to the messenger's clock
    address       of the person, if several share one id
    reason        why it failed
    message_id, delivery_id   from our reference, if the messenger returns it; hex digits and a number
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
