"""The webhooks and events of a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from notifyhub import answers
from notifyhub.client.remote import Service
from notifyhub.verbs import EventVerbs, WebhookVerbs, as_arguments

WEBHOOKS = "/api/v1/webhooks"
EVENTS = "/api/v1/events"
MOST_ENDPOINTS = 1_000


class RemoteWebhooks(Service, WebhookVerbs):
    """The endpoints of a service."""

    async def create_as(self, asked: Mapping[str, Any]) -> answers.Webhook:
        # The service stores no answer with a secret, so this call takes no Idempotency-Key; nor does `rotate`.
        return await self.ask(answers.Webhook, "POST", WEBHOOKS, asked, named=False)

    async def get(self, id_: int) -> answers.Webhook:
        return await self.ask(answers.Webhook, "GET", _of(id_), thing=("webhook", id_))

    async def update_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Webhook:
        return await self.ask(answers.Webhook, "PATCH", _of(id_), asked, ("webhook", id_))

    async def rotate(self, id_: int) -> answers.Webhook:
        path = f"{_of(id_)}/rotate"
        return await self.ask(answers.Webhook, "POST", path, thing=("webhook", id_), named=False)

    async def delete(self, id_: int) -> answers.DeletedWebhook:
        return await self.ask(answers.DeletedWebhook, "DELETE", _of(id_), thing=("webhook", id_))

    async def test(self, id_: int) -> answers.Post:
        return await self.ask(answers.Post, "POST", f"{_of(id_)}/test", thing=("webhook", id_))

    async def posts(
        self, id_: int, /, *, state: str | None = None, before: answers.Post | int | None = None, limit: int = 100
    ) -> list[answers.Post]:
        last = before.id if isinstance(before, answers.Post) else before
        await self.get(id_)
        with as_arguments():
            return await self.pages(answers.PostPage, f"{_of(id_)}/posts", limit, state=state, before=last)

    async def replay_as(self, id_: int, asked: Mapping[str, Any]) -> answers.Reposted:
        return await self.ask(answers.Reposted, "POST", f"{_of(id_)}/replay", asked, ("webhook", id_))

    async def retry(self, id_: int) -> answers.Reposted:
        return await self.ask(answers.Reposted, "POST", f"{_of(id_)}/retry", thing=("webhook", id_))

    async def list(self) -> list[answers.Webhook]:
        found = await self.pages(answers.WebhookPage, WEBHOOKS, MOST_ENDPOINTS)
        return found


class RemoteEvents(Service, EventVerbs):
    """The events of a service."""

    async def list(
        self,
        *,
        after: answers.OutgoingEvent | UUID | str | None = None,
        types: str | Sequence[str] | None = None,
        limit: int = 100,
    ) -> answers.EventPage:
        id_ = after if isinstance(after, UUID | str | None) else after.id
        with as_arguments():
            return await self.ask(answers.EventPage, "GET", EVENTS, after=id_, types=types, limit=limit)


def _of(id_: object) -> str:
    return f"{WEBHOOKS}/{quote(str(id_), safe='')}"
