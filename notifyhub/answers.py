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
    outcome: str = Field(description="sent, temporary_failure, misconfigured, permanent_failure or unconfirmed")
    code: str = Field(description="the messenger's own code, or timeout, connection_lost, not_connected, worker_lost")
    detail: str = Field(description="the messenger's answer, secrets masked, at most 500 characters")


class Receipt(Answer):
    """The messenger's later word about a delivery."""

    kind: str = Field(description="delivered, read or failed")
    at: datetime = Field(description="by the messenger's clock")
    code: str = Field(description="the messenger's own word or code")
    detail: str = Field("", description="why it failed, in the messenger's words")


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
    receipts: list[Receipt] | None = Field(None, description="what the messenger told later; of each kind the first")


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
    options: dict[str, Any] | None = Field(None, description="what was asked of single messengers, by channel")
    accepted: int = Field(description="deliveries that were stored to be sent")
    duplicates: int = Field(description="recipients left out because they already have this content")
    counts: dict[str, int] | None = Field(
        None, description="deliveries by status; left out of lists for messages of more than 50"
    )
    deliveries: list[Delivery] | None = Field(None, description="left out when there are more than 1,000")
    deliveries_url: str | None = Field(None, description="where to page through them, when they are left out")


class Event(Answer):
    """Something that happened to a delivery."""

    at: datetime | None = Field(None, description="when; absent where the moment was not kept")
    event: str = Field(
        description="accepted, deferred, duplicate, attempt, retried, resolved, failed, expired, cancelled, held, "
        "delivered or read"
    )
    words: str = Field(description="plain English for people")


class Story(Answer):
    """What happened to a delivery and what happens next, in plain words."""

    delivery_id: int | None = Field(None, description="none for a duplicate: nothing was stored to be sent")
    message_id: UUID
    channel: str
    address: str
    status: str
    duplicate_of: int | None = Field(None, description="the delivery that already carries this content to this address")
    events: list[Event]
    next: str = Field(description="what happens by itself, or what somebody can do")


class Stories(Answer):
    """The stories of a message's recipients."""

    items: list[Story]


class AddressForm(Answer):
    """How a channel writes its addresses."""

    description: str
    example: str


class Retrying(Answer):
    """How often and how patiently a channel tries."""

    max_attempts: int = Field(description="attempts before a delivery fails as exhausted")
    base_s: float = Field(description="upper bound of the first pause, in seconds; doubles")
    cap_s: float = Field(description="longest pause, in seconds")


class Trouble(Answer):
    """How a message was last not taken."""

    at: datetime
    outcome: str
    code: str


class ChannelHealth(Answer):
    """What the calls of the last minutes say; nothing is called to find out."""

    state: str = Field(description="ok, unsteady, failing or idle")
    words: str = Field(description="the same in plain English")
    minutes: int = Field(description="how far back `outcomes` count")
    outcomes: dict[str, int] = Field(description="calls by how they ended")
    last_sent_at: datetime | None = Field(None, description="when a message was last taken, in the last 6 hours")
    last_answered_at: datetime | None = Field(None, description="when the messenger last answered, whatever it said")
    last_trouble: Trouble | None = None


class Backlog(Answer):
    """What waits on a channel."""

    due: int = Field(description="deliveries that are due now, counted up to 1,000")
    more: bool = Field(description="there are, or may be, more than were counted")
    next_at: datetime | None = Field(None, description="when the next one becomes due that is not yet")


class Channel(Answer):
    """A way to people: what it takes, how it tries, and how it does."""

    name: str
    emulated: bool = Field(description="true where the emulator stands for the messenger")
    senders: list[str] = Field(default_factory=list, description="names of its further accounts")
    base_url: str = Field(description="where its calls go, passwords masked; empty where only the channel knows")
    text_limit: int | None = Field(None, description="longest text in characters; absent where none is documented")
    address: AddressForm
    retry: Retrying
    concurrency: int = Field(description="calls under way at once, in each worker process")
    timeout_s: float = Field(description="longest time one call may take, in seconds")
    health: ChannelHealth
    waiting: Backlog


class Channels(Answer):
    """Every channel."""

    items: list[Channel]


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
    expires_at: datetime | None = Field(None, description="it does not count from then on")
    revoked_at: datetime | None = None
    last_used_at: datetime | None = Field(None, description="to the minute")
    rate_limit: int | None = Field(None, description="requests a minute, where the key has a limit of its own")
    key: str | None = Field(None, description="the key itself; only in the answer that made it")


class KeyPage(Answer):
    """Part of the list of API keys; `next` goes into `cursor` for the part after it."""

    items: list[Key]
    next: str | None = None


class DeliveryPage(Answer):
    """Part of a list of deliveries; `next` goes into `cursor` for the part after it."""

    items: list[Delivery]
    next: str | None = None


class MessagePage(Answer):
    """Part of a list of messages; `next` goes into `cursor` for the part after it."""

    items: list[Message]
    next: str | None = None
