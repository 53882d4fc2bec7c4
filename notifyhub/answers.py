"""What the library, the REST API and the command line answer with: one set of models for all three."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """Base of all answers. Absent optional members are left out of JSON, not written as null."""

    model_config = ConfigDict(frozen=True)


class Attempt(Answer):
    """One call to a messenger."""

    number: int = Field(description="1 for the first call")
    started_at: datetime
    finished_at: datetime
    outcome: str = Field(description="sent, temporary_failure, permanent_failure or unconfirmed")
    code: str = Field(description="the messenger's own code, or timeout, connection_lost, not_connected, worker_lost")
    detail: str = Field(description="the messenger's answer, secrets masked, at most 500 characters")


class Delivery(Answer):
    """One message to one recipient on one channel."""

    id: int | None = Field(None, description="none for a duplicate: nothing was stored to be sent")
    message_id: UUID | None = None
    channel: str
    address: str
    status: str
    due_at: datetime | None = Field(None, description="earliest moment of the next try")
    expires_at: datetime | None = None
    sent_at: datetime | None = Field(None, description="when the messenger accepted it")
    reason: str | None = Field(None, description="why it failed, or why it waits for another try")
    messenger_id: str | None = Field(None, description="the messenger's id of the message")
    duplicate_of: int | None = Field(None, description="the delivery that already carries this content to this address")
    attempts: list[Attempt] | None = None


class Message(Answer):
    """One text, accepted once, with its deliveries."""

    id: UUID
    status: str = Field(description="summed up from the deliveries")
    text: str | None = None
    created_at: datetime
    send_at: datetime | None = None
    expires_at: datetime | None = None
    priority: str
    reference: str | None = None
    metadata: dict[str, Any] | None = None
    accepted: int = Field(description="deliveries that were stored to be sent")
    duplicates: int = Field(description="recipients left out because they already have this content")
    counts: dict[str, int] | None = Field(
        None, description="deliveries by status; left out of lists for messages of more than 50"
    )
    deliveries: list[Delivery] | None = Field(None, description="left out when there are more than 1,000")
    deliveries_url: str | None = Field(None, description="where to page through them, when they are left out")


class Cancelled(Answer):
    """What a cancellation came to."""

    id: UUID
    cancelled: int = Field(description="deliveries that will not be sent")
    too_late: int = Field(description="deliveries that were already on the way or sent")


class Retried(Answer):
    """What a retry came to."""

    id: UUID
    retried: int = Field(description="deliveries that are due again, with all their attempts before them")
    duplicates: int = Field(description="deliveries whose content meanwhile goes, or went, out by another delivery")
    left_alone: int = Field(description="deliveries that neither failed nor expired nor are held as unconfirmed")


class DeliveryResult(Answer):
    """What became of one of the deliveries that were named."""

    id: int
    result: str = Field(
        description="found or unknown; of a cancellation: cancelled, too_late (being sent, or sent), "
        "ended (it was cancelled, had failed or expired before) or unknown"
    )
    delivery: Delivery | None = Field(None, description="as it stands now, without its attempts")


class DeliveryResults(Answer):
    """What became of the deliveries that were named, in the order in which they were."""

    results: list[DeliveryResult]


class Key(Answer):
    """An API key. `key` itself is shown once, when it is made."""

    id: int
    name: str
    prefix: str = Field(description="first characters of the key, to recognise it by")
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None = None
    key: str | None = None


class DeliveryPage(Answer):
    """Part of a list of deliveries; `next` goes into `cursor` for the part after it."""

    items: list[Delivery]
    next: str | None = None


class MessagePage(Answer):
    """Part of a list of messages; `next` goes into `cursor` for the part after it."""

    items: list[Message]
    next: str | None = None
