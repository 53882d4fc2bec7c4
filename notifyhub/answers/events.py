"""Events that others are told of: what is posted to endpoints, and what readers get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from notifyhub.answers.base import Answer

_ID = Field(description="sorts as events happened; the same in each repeat of a post")
_AT = Field(description="when it happened, as the store noted it")


class DeliveryFacts(Answer):
    """A delivery whose state changed. It names people by number only: ask for the delivery to learn more."""

    delivery_id: int
    message_id: UUID
    channel: str
    status: str = Field(description="its state from then on")
    reason: str | None = Field(None, description="why, if it failed, expired, is unconfirmed or was cancelled")
    mailing_id: int | None = None
    client_id: int | None = None
    reference: str | None = Field(None, description="the caller's reference of the message")


class MessageFacts(Answer):
    """A message with nothing left to send. Receipts may still come, and a retry completes it again."""

    message_id: UUID
    counts: dict[str, int] = Field(description="number of its deliveries by status")
    reference: str | None = Field(None, description="the caller's reference")


class MailingFacts(Answer):
    """A mailing whose state changed."""

    mailing_id: int
    name: str
    status: str = Field(description="its state from then on")
    message_id: UUID | None = Field(None, description="the message of its deliveries, once it has started")


class PersonFacts(Answer):
    """What a person did towards one of our senders, as the messenger told it."""

    channel: str
    address: str
    sender: str | None = Field(None, description="the additional account that was told; absent: the main one")
    text: str | None = Field(None, description="what was written, or what a pressed button stands for")
    at: datetime | None = Field(None, description="when, according to the messenger")
    messenger_id: str | None = Field(None, description="the messenger's id of the message")
    reason: str | None = Field(None, description="why nothing can be sent any more, of those who left")
    client_id: int | None = Field(None, description="the client to whom something was sent at this address")


class WebhookFacts(Answer):
    """An endpoint."""

    webhook_id: int
    url: str | None = Field(None, description="without its query, where secrets may be")
    reason: str | None = Field(None, description="why it was disabled: gone (it answered 410) or failing")


class DeliveryEvent(Answer):
    """A delivery changed its state."""

    id: UUID = _ID
    type: Literal[
        "delivery.sent",
        "delivery.delivered",
        "delivery.read",
        "delivery.failed",
        "delivery.expired",
        "delivery.unconfirmed",
        "delivery.cancelled",
        "delivery.superseded",
    ]
    timestamp: datetime = _AT
    data: DeliveryFacts


class MessageEvent(Answer):
    """Nothing of a message is left to send."""

    id: UUID = _ID
    type: Literal["message.completed"]
    timestamp: datetime = _AT
    data: MessageFacts


class MailingEvent(Answer):
    """A mailing changed its state."""

    id: UUID = _ID
    type: Literal[
        "mailing.scheduled",
        "mailing.started",
        "mailing.paused",
        "mailing.resumed",
        "mailing.finished",
        "mailing.cancelled",
        "mailing.expired",
    ]
    timestamp: datetime = _AT
    data: MailingFacts


class PersonEvent(Answer):
    """A person did something."""

    id: UUID = _ID
    type: Literal[
        "person.wrote",
        "person.joined",
        "person.left",
        "person.opened",
        "person.opted_out",
        "person.opted_in",
    ]
    timestamp: datetime = _AT
    data: PersonFacts


class WebhookEvent(Answer):
    """Something about an endpoint itself."""

    id: UUID = _ID
    type: Literal["webhook.tested", "webhook.disabled"]
    timestamp: datetime = _AT
    data: WebhookFacts


OutgoingEvent = Annotated[
    DeliveryEvent | MessageEvent | MailingEvent | PersonEvent | WebhookEvent, Field(discriminator="type")
]
OUTGOING: TypeAdapter[OutgoingEvent] = TypeAdapter(OutgoingEvent)
"""Makes an event from its members."""


class EventPage(Answer):
    """Events in the order of their ids; pass `next` as `after` to get what followed, now or later."""

    items: list[OutgoingEvent]
    next: UUID | None = Field(None, description="id of the last event here, or the `after` that was given")
    more: bool = Field(description="whether more events are there already")
