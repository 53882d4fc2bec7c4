"""Answers about addresses that nothing is sent to."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from notifyhub.answers.base import Answer


class Reachability(Answer):
    """Why nothing is sent to an address."""

    id: int
    channel: str
    address: str
    suppressed: bool = Field(
        description="true: by the wish of the person or of an operator, for all senders; false: a messenger said so"
    )
    sender: str | None = Field(None, description="the additional account that was told so; absent for the main one")
    reason: str = Field(description="what deliveries to this address fail with, such as recipient_blocked or opted_out")
    words: str = Field(description="the reason in plain English")
    source: str = Field(
        description="attempt (the answer to a message), receipt, inbound (the person did something) or operator"
    )
    learnt_at: datetime
    expires_at: datetime | None = Field(None, description="when messages are sent again; absent: never by itself")


class ReachabilityPage(Answer):
    """A page of addresses; pass `next` as `cursor` to get the following page."""

    items: list[Reachability]
    next: str | None = None


class Cleared(Answer):
    """The result of clearing an address."""

    channel: str
    address: str
    cleared: int = Field(description="number of entries that were deleted")
