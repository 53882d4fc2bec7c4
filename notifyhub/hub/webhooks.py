"""Webhooks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.domain.signing import SECRET_BYTES, secret_of
from notifyhub.errors import Fault, InvalidRequest, NotFound
from notifyhub.hub.wiring import Wiring
from notifyhub.requests.ids import LARGEST_ID, as_row_id
from notifyhub.requests.webhooks import replay_request, webhook_change_request, webhook_request
from notifyhub.store import events, webhook_replays, webhooks
from notifyhub.store.webhook_replays import STATES, Again, Ask, Listed, Place, Replay
from notifyhub.store.webhooks import EndpointChange, NewEndpoint, Rotation
from notifyhub.verbs import WebhookVerbs, as_arguments
from notifyhub.verbs.two_ways import off_the_loop
from notifyhub.webhooks.guard import Refused, check_form, check_place

SLICE = 5_000
"""Events that one transaction has posted once more."""
_BY_OPERATOR = "operator"


class HubWebhooks(WebhookVerbs):
    """The endpoints in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def create_as(self, asked: bytes | Mapping[str, Any]) -> answers.Webhook:
        request = webhook_request(asked)
        await self._check(request.url)
        new = NewEndpoint(
            url=request.url,
            events=request.events,
            channels=request.channels,
            mailing_id=request.mailing_id,
            description=request.description,
            secret=_new_secret(),
            now=now_ms(),
        )
        return await self._wiring.written(webhooks.create, new)

    async def get(self, id_: int | str) -> answers.Webhook:
        return await self._wiring.asked(webhooks.one(as_row_id("webhook", id_)))

    async def update_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Webhook:
        number = as_row_id("webhook", id_)
        columns = webhook_change_request(asked).members()
        if "url" in columns:
            await self._check(columns["url"])
        if "enabled" in columns:
            columns["disabled_reason"] = None if columns["enabled"] else _BY_OPERATOR
            columns["failing_since"] = None
        return await self._wiring.written(webhooks.change, EndpointChange(number, columns, now_ms()))

    async def rotate(self, id_: int | str) -> answers.Webhook:
        rotation = Rotation(as_row_id("webhook", id_), _new_secret(), now_ms())
        return await self._wiring.written(webhooks.rotate, rotation)

    async def delete(self, id_: int | str) -> answers.DeletedWebhook:
        return await self._wiring.written(webhooks.delete, as_row_id("webhook", id_))

    async def test(self, id_: int | str) -> answers.Post:
        number = as_row_id("webhook", id_)
        return await self._wiring.written(webhook_replays.test, Ask(number, now_ms()))

    async def posts(
        self,
        id_: int | str,
        /,
        *,
        state: str | None = None,
        before: answers.Post | int | None = None,
        limit: int = 100,
    ) -> list[answers.Post]:
        last = before.id if isinstance(before, answers.Post) else before
        with as_arguments():
            return await self.posts_page(id_, state, LARGEST_ID if last is None else last, limit)

    async def posts_page(self, id_: int | str, state: str | None, before: int, limit: int) -> list[answers.Post]:
        """Posts of an endpoint before this one, newest first. Raises NotFound, InvalidRequest."""
        if state is not None and state not in STATES:
            raise InvalidRequest([Fault("$.state", "unknown_value", f"must be {', '.join(STATES)}")])
        endpoint = await self.get(id_)
        return await self._wiring.asked(webhook_replays.posts(Listed(endpoint.id, state, before, limit)))

    async def replay_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Reposted:
        number, now = as_row_id("webhook", id_), now_ms()
        request = replay_request(asked, now=to_datetime(now))
        if request.event_id is not None:
            row = await self._event(request.event_id)
            posts = await self._wiring.written(webhook_replays.again, Again(number, row, now))
            return answers.Reposted(id=number, posts=posts)
        assert request.since is not None
        until = now if request.until is None else to_ms(request.until)
        return answers.Reposted(id=number, posts=await self._replay(number, to_ms(request.since), until, now))

    async def retry(self, id_: int | str) -> answers.Reposted:
        number = as_row_id("webhook", id_)
        posts = await self._wiring.written(webhook_replays.retry, Ask(number, now_ms()))
        return answers.Reposted(id=number, posts=posts)

    async def _replay(self, number: int, since: int, until: int, now: int) -> int:
        posts, place = 0, Place(since, 0)
        while True:
            done = await self._wiring.written(webhook_replays.replay, Replay(number, place, until, SLICE, now))
            posts += done.posts
            if done.last is None:
                return posts
            place = done.last

    async def _event(self, id_: UUID) -> int:
        row = await self._wiring.asked(events.exists(id_))
        if row is None:
            raise NotFound("event", id_)
        return row

    async def _check(self, url: str) -> None:
        """Raises InvalidRequest if this URL may not be called."""
        own = self._wiring.settings.webhook
        try:
            parts = check_form(url, allow_http=own.allow_http)
            await off_the_loop(lambda: check_place(parts, own.private_addresses))
        except Refused as error:
            raise InvalidRequest([Fault("$.url", error.code, str(error))]) from error

    async def page(self, after: int, limit: int) -> list[answers.Webhook]:
        """Endpoints whose ids are larger than `after`."""
        return await self._wiring.asked(webhooks.page(after, limit))

    async def list(self) -> list[answers.Webhook]:
        return await self.page(0, webhooks.MOST_ENDPOINTS)


def _new_secret() -> str:
    return secret_of(secrets.token_bytes(SECRET_BYTES))
