"""Answers about mailings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from notifyhub.answers.base import Answer
from notifyhub.answers.messages import Chain


class SendWindow(Answer):
    """The local hours and days in which a client may be written to."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)

    from_: str = Field(alias="from", description="local time at which it opens")
    to: str = Field(description="local time at which it closes; before `from`: on the next day")
    days: list[str] = Field(description="days on which it opens")


class Mailing(Answer):
    """One text for an audience of the directory."""

    id: int
    name: str
    status: str = Field(description="draft, scheduled, running, paused, finished, cancelled or expired")
    text: str = Field(description="of a mailing with a template: the source of its main variant")
    template: str | None = Field(None, description="the template that each client's text is made from")
    template_version: int | None = Field(
        None, description="of the template; it stays the same when the template changes"
    )
    language: str | None = Field(None, description="for clients without the attribute `language`")
    variables: dict[str, Any] | None = Field(None, description="values for the template, besides those of the client")
    channels: list[str] | Chain = Field(description="in the order of preference, or a chain")
    reach: str = Field(description="first: the first channel on which a client can be reached; all: each of them")
    audience: dict[str, Any] = Field(description="the filter; {} is everybody")
    audience_words: str = Field(description="the filter in plain English")
    starts_at: datetime
    ends_at: datetime | None = None
    send_window: SendWindow | None = None
    priority: str
    max_attempts: int | None = None
    rate: str | None = Field(None, description="limit of this mailing, besides those of the accounts")
    deduplicate: str | int
    on_unconfirmed: str
    late_joiners: bool
    ignore_reachability: bool
    options: dict[str, Any] | None = Field(None, description="messenger-specific options, by channel")
    reference: str | None = None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None = None
    expanded_at: datetime | None = Field(None, description="when all clients of the audience had been looked at")
    ended_at: datetime | None = None
    message_id: UUID | None = Field(None, description="the message of its deliveries, once it has started")
    matched: int = Field(description="number of clients of the audience looked at so far")
    duplicates: int = Field(description="number of deliveries left out: the content already went to that address")
    unreachable: int = Field(description="number of clients without an address on its channels")
    opted_out: int = Field(description="number of clients who opted out of all channels on which they have an address")
    counts: dict[str, int] = Field(
        description="deliveries by status; all statuses, even those with none; `superseded` steps of chains count "
        "besides the results"
    )


class MailingPage(Answer):
    """A page of mailings; pass `next` as `cursor` to get the following page."""

    items: list[Mailing]
    next: str | None = None


class CancelledMailing(Answer):
    """The result of cancelling or deleting a mailing."""

    id: int
    status: str
    cancelled: int = Field(description="number of deliveries that will not be sent")
    too_late: int = Field(description="number of deliveries already being sent or sent")


class RetriedMailing(Answer):
    """The result of retrying what failed of a mailing."""

    id: int
    status: str
    retried: int = Field(description="number of failed deliveries that are due again, with all attempts available")
    duplicates: int = Field(description="number of deliveries whose content another delivery now sends or has sent")
