"""Authentication: API keys in the Authorization header."""

from __future__ import annotations

import asyncio
import re
from hmac import compare_digest
from typing import NamedTuple

from starlette.requests import Request

from notifyhub.clock import now_ms
from notifyhub.domain.allowance import MINUTE_MS
from notifyhub.errors import StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub.logs.current import ASKED_BY, Who
from notifyhub.requests import ADMIN, METRICS
from notifyhub.store import keys
from notifyhub.store.keys import Known
from notifyhub_api.limiting import Limiter
from notifyhub_api.lookups import Lookups
from notifyhub_api.pool import pool_of
from notifyhub_api.problems import Forbidden, TooManyRequests, Unauthorized
from notifyhub_api.web import CALLER, add_headers

_KEY = re.compile(r"nh_[A-Za-z0-9_-]{43}")


class Caller(NamedTuple):
    """An authenticated caller: the id of the API key, its scopes, and its own limit in requests per minute."""

    id: int
    scopes: tuple[str, ...]
    rate_limit: int | None


ANYBODY = Caller(0, (ADMIN,), None)
"""Everyone, where NOTIFYHUB_AUTH is none. No key has this id."""
PATIENCE_S = 2.0
"""How long a scrape waits for the store before its key is taken for what it was."""


class Authenticator:
    """Authenticates callers by their key. Revoked and expired keys are refused at once."""

    def __init__(self, hub: Core) -> None:
        settings = hub.settings
        self._hub = hub
        self._open = settings.auth == "none"
        self._lookups = Lookups(hub)
        self._limiter = Limiter(settings.rate_limit, pool_of(hub))
        self._noted: dict[int, int] = {}
        self._watchers: dict[str, Known] = {}

    async def admit(self, request: Request, scope: str) -> None:
        """Check the caller's key for `scope`, and count the request.

        Raises Unauthorized, TooManyRequests, Forbidden, StoreUnavailable.
        """
        caller = ANYBODY if self._open else await self._caller(request, scope)
        request.scope[CALLER] = caller.id
        ASKED_BY.set(Who("rest", None, caller.id))
        standing = await self._limiter.count(caller.id, caller.rate_limit)
        if standing is not None:
            add_headers(request, standing.headers)
            if not standing.allowed:
                raise TooManyRequests(standing.limit, standing.reset_s)
        if scope not in caller.scopes and ADMIN not in caller.scopes:
            raise Forbidden(caller.scopes, scope)

    async def _caller(self, request: Request, scope: str) -> Caller:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Unauthorized("send an API key: Authorization: Bearer nh_… (make one with `notifyhub key create`)")
        known = await self._known(key.strip(), scope)
        self._note_use(known)
        return Caller(known.id, tuple(known.scopes.split()), known.rate_limit)

    async def _known(self, key: str, scope: str) -> Known:
        # An impossible key needs no query.
        if _KEY.fullmatch(key):
            hash_ = keys.hash_key(key)
            known = await (self._watcher(hash_) if scope == METRICS else self._lookups.find(hash_))
            if known is not None and compare_digest(known.hash, hash_):
                if known.expires_at is None or now_ms() < known.expires_at:
                    return known
                raise Unauthorized("this API key has expired", error="invalid_token")
        raise Unauthorized("there is no such API key, or it was revoked", error="invalid_token")

    async def _watcher(self, hash_: str) -> Known | None:
        """The key of somebody who watches the service: while its store is away, as it was before."""
        try:
            known = await asyncio.wait_for(self._lookups.find(hash_), PATIENCE_S)
        except (StoreUnavailable, TimeoutError):
            if hash_ in self._watchers:
                return self._watchers[hash_]
            raise StoreUnavailable("the store does not answer, and this key was not seen before") from None
        self._watchers.pop(hash_, None)
        if known is not None:
            self._watchers[hash_] = known
        return known

    def _note_use(self, known: Known) -> None:
        """Once a minute for each key; nobody waits for it, it joins the next commit."""
        minute = now_ms() // MINUTE_MS * MINUTE_MS
        if (known.last_used_at or 0) < minute and self._noted.get(known.id, 0) < minute:
            self._noted[known.id] = minute
            self._hub.database.write(keys.used, (known.id, minute))
