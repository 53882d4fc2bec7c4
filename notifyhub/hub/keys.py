"""API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.errors import NotFound
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import KeyRequest, as_row_id, key_request
from notifyhub.store import keys
from notifyhub.verbs import KeyVerbs

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")


class HubKeys(KeyVerbs):
    """The API keys in the store of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    async def create_as(self, asked: bytes | Mapping[str, object]) -> answers.Key:
        now = now_ms()
        request = key_request(asked, now=to_datetime(now))
        return await self._wiring.written(keys.create, _new(request, now))

    async def list(self) -> list[answers.Key]:
        return await self._wiring.asked(keys.every)

    async def get(self, id_: int | str) -> answers.Key:
        return await self._wiring.asked(keys.one(as_row_id("key", id_)))

    async def revoke(self, id_: int | str) -> answers.Key:
        number = as_row_id("live key", id_)
        if not await self._wiring.written(keys.revoke, (number, now_ms())):
            raise NotFound("live key", id_)
        return await self.get(number)


def _new(request: KeyRequest, now: int) -> keys.NewKey:
    expires_at = None if request.expires_at is None else to_ms(request.expires_at)
    # A scope given twice counts once.
    scopes = tuple(dict.fromkeys(request.scopes))
    return keys.NewKey(request.name, scopes, now, expires_at, request.rate_limit)
