"""Answers about messages, deliveries, channels and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from notifyhub.answers.base import Answer
from notifyhub.answers.senders import SenderState


class Attempt(Answer):
    """One call to a messenger."""

    number: int = Field(description="1 for the first call")
    started_at: datetime
    finished_at: datetime
    outcome: str = Field(description="sent, temporary_failure, misconfigured, permanent_failure or unconfirmed")
    code: str = Field(description="the messenger's own code, or timeout, connection_lost, not_connected, worker_lost")
    detail: str = Field(description="the messenger's response with secrets masked, at most 500 characters")


class Receipt(Answer):
    """A later status update about a delivery from the messenger."""

    kind: str = Field(description="delivered, read or failed")
    at: datetime = Field(description="according to the messenger's clock")
    code: str = Field(description="the messenger's own status or code")
    detail: str = Field("", description="why it failed, in the messenger's words")


class MessengerCall(Answer):
    """The call to a messenger that a delivery makes, with secrets masked."""

    method: str = Field(description="POST; SMTP for a mail")
    url: str = Field(description="of the messenger, or of the mail server")
    headers: dict[str, str]
    body: str = Field(description="as it is sent, at most 16,384 characters")


class Chain(Answer):
    """Channels that are tried one after the other."""

    first_of: list[str] = Field(description="in the order in which they are tried")
    confirm_within: str | None = Field(None, description="how long each may take until it is delivered; ISO 8601")


class ChainStep(Answer):
    """The place of a delivery in its chain."""

    step: int = Field(description="1 for the first")
    former_id: int | None = Field(None, description="the delivery that gave way to this one")
    next_id: int | None = Field(None, description="the delivery that this one gave way to")
    then: list[str] | None = Field(None, description="the channels that may follow, in their order")
    confirm_by: datetime | None = Field(None, description="if it is not confirmed by then, it gives way to the next")


class Delivery(Answer):
    """One message to one recipient on one channel."""

    id: int | None = Field(None, description="absent for a duplicate, for which nothing is sent")
    message_id: UUID | None = None
    channel: str
    address: str
    status: str
    due_at: datetime | None = Field(None, description="earliest time of the next attempt")
    expires_at: datetime | None = Field(None, description="nothing is sent after this; the end of its mailing, if any")
    sent_at: datetime | None = Field(None, description="when the messenger accepted it")
    reason: str | None = Field(None, description="why it failed, expired, was cancelled, gave way or waits for a retry")
    messenger_id: str | None = Field(None, description="the messenger's id of the message")
    mailing_id: int | None = Field(None, description="the mailing that it belongs to")
    client_id: int | None = Field(None, description="the client of the directory that it goes to")
    duplicate_of: int | None = Field(None, description="the delivery that already has this content for this address")
    chain: ChainStep | None = Field(None, description="its place in the chain that it is a step of")
    text: str | None = Field(None, description="what it says, if its message is made from a template; not in lists")
    attempts: list[Attempt] | None = None
    receipts: list[Receipt] | None = Field(None, description="later updates from the messenger; the first of each kind")


class Message(Answer):
    """One text, accepted once, with its deliveries."""

    id: UUID
    status: str = Field(description="summary of its deliveries' statuses")
    text: str | None = Field(None, description="made from a template: as its first delivery says it")
    created_at: datetime
    send_at: datetime | None = None
    expires_at: datetime | None = None
    priority: str
    reference: str | None = None
    metadata: dict[str, Any] | None = None
    channels: Chain | None = Field(None, description="the chain, if its channels are tried one after the other")
    template: str | None = Field(None, description="the template that its text is made from")
    template_version: int | None = Field(None, description="of the template")
    language: str | None = Field(None, description="that was asked for")
    options: dict[str, Any] | None = Field(None, description="messenger-specific options, by channel")
    mailing_id: int | None = Field(None, description="the mailing whose text it is")
    accepted: int = Field(description="number of deliveries stored for sending")
    duplicates: int = Field(description="number of recipients left out because they already have this content")
    counts: dict[str, int] | None = Field(
        None,
        description="deliveries by status, one for each chain; in lists, absent for messages with more than 50 of them",
    )
    deliveries: list[Delivery] | None = Field(None, description="absent if there are more than 1,000")
    deliveries_url: str | None = Field(None, description="where to page through them if they are left out")


class Event(Answer):
    """Something that happened to a delivery."""

    at: datetime | None = Field(None, description="when it happened; absent if the time was not recorded")
    event: str = Field(
        description="accepted, deferred, step, duplicate, attempt, retried, receipt, resolved, refused, failed, "
        "expired, cancelled, held or superseded"
    )
    words: str = Field(description="the event in plain English")


class Story(Answer):
    """What happened to a delivery and what happens next, in plain words."""

    delivery_id: int | None = Field(None, description="absent for a duplicate, for which nothing is sent")
    message_id: UUID
    channel: str
    address: str
    status: str
    duplicate_of: int | None = Field(None, description="the delivery that already has this content for this address")
    chain: list[int] | None = Field(None, description="the deliveries of its chain, whose story this is, in order")
    events: list[Event]
    next: str = Field(description="what happens automatically, or what someone can do")


class Stories(Answer):
    """The stories of a message's recipients."""

    items: list[Story]
    next: str | None = Field(None, description="cursor of the next page; absent on the last")


class AddressForm(Answer):
    """The address format of a channel."""

    description: str
    example: str


class Retrying(Answer):
    """The retry policy of a channel."""

    max_attempts: int = Field(description="attempts before a delivery fails as exhausted")
    base_s: float = Field(description="upper bound of the first retry delay, in seconds; doubles each time")
    cap_s: float = Field(description="longest retry delay, in seconds")


class Trouble(Answer):
    """The last call in which a message was not accepted."""

    at: datetime
    outcome: str
    code: str


class ChannelHealth(Answer):
    """Health derived from recent calls; no messenger is called to find out."""

    state: str = Field(description="ok, unsteady, failing or idle")
    words: str = Field(description="the state in plain English")
    minutes: int = Field(description="period that `outcomes` cover, in minutes")
    outcomes: dict[str, int] = Field(description="number of calls by outcome")
    last_sent_at: datetime | None = Field(None, description="when a message was last accepted, within the last 6 hours")
    last_answered_at: datetime | None = Field(
        None, description="when the messenger last responded, whatever the response"
    )
    last_trouble: Trouble | None = None


class Backlog(Answer):
    """The deliveries waiting on a channel."""

    due: int = Field(description="deliveries that are due now, counted up to 1,000")
    more: bool = Field(description="true if there are, or may be, more than were counted")
    next_at: datetime | None = Field(None, description="when the next delivery that is not due yet becomes due")


class Channel(Answer):
    """A channel: its limits, its retry policy and its health."""

    name: str
    emulated: bool = Field(description="true if the emulator stands in for the messenger")
    senders: list[str] = Field(default_factory=list, description="names of its additional accounts")
    base_url: str = Field(description="where its calls go, with passwords masked; empty if only the channel knows")
    text_limit: int | None = Field(None, description="longest text in characters; absent if no limit is documented")
    address: AddressForm
    retry: Retrying
    concurrency: int = Field(description="concurrent calls in each worker process")
    timeout_s: float = Field(description="timeout of a call, in seconds")
    health: ChannelHealth
    accounts: list[SenderState] = Field(description="each sender account: does it send, or rest, and why")
    waiting: Backlog


class Channels(Answer):
    """All channels."""

    items: list[Channel]


class Cancelled(Answer):
    """The result of a cancellation."""

    id: UUID
    cancelled: int = Field(description="number of deliveries that will not be sent")
    too_late: int = Field(description="number of deliveries already being sent or sent")


class Retried(Answer):
    """The result of a retry."""

    id: UUID
    retried: int = Field(description="number of deliveries that are due again, with all attempts available again")
    duplicates: int = Field(description="number of deliveries whose content another delivery now sends or has sent")
    left_alone: int = Field(description="number of deliveries that are not failed, expired or unconfirmed")


class BulkResult(Answer):
    """The result of an action on many deliveries, or what it would be."""

    action: str = Field(description="cancel, retry or reschedule")
    dry_run: bool = Field(description="true: nothing was changed")
    matched: int = Field(
        description="number of selected deliveries; by a filter, of those that match and have not ended, or, to retry "
        "them, have failed"
    )
    changed: int = Field(
        description="number of deliveries that were cancelled, are due again, or have the new time; for a dry run, "
        "those that would be (it looks for no duplicates)"
    )
    duplicates: int = Field(description="number of deliveries whose content another delivery now sends or has sent")
    left_alone: int = Field(
        description="number of deliveries whose state does not allow it: they are being sent, have ended, or have not "
        "failed; or their message expires, or their mailing ends, before"
    )


class DeliveryResult(Answer):
    """The result for one of the requested deliveries."""

    id: int
    result: str = Field(
        description="found or unknown; for a cancellation: cancelled, too_late (being sent, or sent), "
        "ended (already cancelled, failed or expired) or unknown"
    )
    delivery: Delivery | None = Field(None, description="its current state, without its attempts")


class DeliveryResults(Answer):
    """The results for the requested deliveries, in the order of the request."""

    results: list[DeliveryResult]


class Key(Answer):
    """An API key. `key` itself is shown only once, when it is created."""

    id: int
    name: str
    prefix: str = Field(description="first characters of the key, for recognising it")
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None = Field(None, description="when it stops working")
    revoked_at: datetime | None = None
    last_used_at: datetime | None = Field(None, description="to the minute")
    rate_limit: int | None = Field(None, description="requests per minute, if the key has its own limit")
    key: str | None = Field(None, description="the key itself; only in the response to its creation")


class KeyPage(Answer):
    """A page of API keys; pass `next` as `cursor` to get the following page."""

    items: list[Key]
    next: str | None = None


class DeliveryPage(Answer):
    """A page of deliveries; pass `next` as `cursor` to get the following page."""

    items: list[Delivery]
    next: str | None = None


class MessagePage(Answer):
    """A page of messages; pass `next` as `cursor` to get the following page."""

    items: list[Message]
    next: str | None = None
