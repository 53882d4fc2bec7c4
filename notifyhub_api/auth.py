"""Who is calling: API keys in the Authorization header."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from time import monotonic

from starlette.requests import Request

from notifyhub import Hub
from notifyhub.answers import Key
from notifyhub.requests import ADMIN
from notifyhub.store import keys
from notifyhub_api.problems import Forbidden, Unauthorized

REMEMBERED_S = 1.0
REMEMBERED_KEYS = 1_000


class Doorkeeper:
    """Lets callers in by their key. A key is remembered for a second, so a revoked one works that much longer."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: OrderedDict[str, tuple[float, Key]] = OrderedDict()

    async def admit(self, request: Request, scope: str) -> None:
        """Check the caller's key for `scope`. Raises Unauthorized, Forbidden, StoreUnavailable."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Unauthorized("send an API key: Authorization: Bearer nh_… (make one with `notifyhub key create`)")
        known = await self._find(key.strip())
        if scope not in known.scopes and ADMIN not in known.scopes:
            raise Forbidden(known.scopes, scope)

    async def _find(self, key: str) -> Key:
        remembered = self._known.get(key)
        if remembered is not None and monotonic() - remembered[0] < REMEMBERED_S:
            return remembered[1]
        found = await asyncio.wrap_future(self._hub.ask(keys.live(keys.hash_key(key))))
        if found is None:
            self._known.pop(key, None)
            raise Unauthorized("there is no such API key, or it was revoked", error="invalid_token")
        self._known[key] = (monotonic(), found)
        if len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        return found
