"""Answers about the endpoints that events are posted to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from notifyhub.answers.base import Answer


class Webhook(Answer):
    """An endpoint that events are posted to."""

    id: int
    url: str
    events: list[str] = Field(description="types, or patterns of types, that it wants")
    channels: list[str] | None = Field(None, description="only events about these channels; absent: all")
    mailing_id: int | None = Field(None, description="only events about this mailing; absent: all")
    description: str | None = None
    enabled: bool
    disabled_reason: str | None = Field(
        None, description="operator, gone (it answered 410), or failing (it failed for days)"
    )
    failing_since: datetime | None = Field(None, description="the first failure after its last success")
    old_secret_until: datetime | None = Field(
        None, description="posts are signed with the former secret too until then"
    )
    secret: str | None = Field(None, description="signs the posts; only in the answer that made it")
    created_at: datetime
    updated_at: datetime


class WebhookPage(Answer):
    """A page of endpoints; pass `next` as `cursor` to get the following page."""

    items: list[Webhook]
    next: str | None = None


class DeletedWebhook(Answer):
    """The result of deleting an endpoint."""

    id: int
    dropped: int = Field(description="number of events that were still to be posted to it")


class PostTry(Answer):
    """One call to an endpoint."""

    number: int
    started_at: datetime
    duration_ms: int
    status: int | None = Field(None, description="of the answer; absent: there was none")
    error: str | None = Field(None, description="why there was no answer, or why it is no success")
    answer: str = Field(description="the first 500 bytes of the answer")


class Post(Answer):
    """An event for an endpoint, and the calls that were made for it."""

    id: int
    event_id: UUID | None = Field(None, description="also the header `webhook-id` of each try")
    event_type: str
    state: str = Field(description="waiting, posting, posted or dead (given up)")
    due_at: datetime | None = Field(None, description="when it is tried next; absent: it is not")
    created_at: datetime
    tries: list[PostTry]


class PostPage(Answer):
    """A page of posts; pass `next` as `cursor` to get the following page."""

    items: list[Post]
    next: str | None = None


class Reposted(Answer):
    """How many events are posted to an endpoint once more."""

    id: int
    posts: int
