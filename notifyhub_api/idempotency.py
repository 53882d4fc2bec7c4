"""`Idempotency-Key`: the caller's key for "this is the same request".

According to draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from notifyhub.clock import now_ms
from notifyhub.errors import Fault, InvalidRequest, StoreUnavailable
from notifyhub.store import idempotency
from notifyhub.store.idempotency import Kept, Named
from notifyhub.verbs import result_of
from notifyhub_api.problems import IDEMPOTENCY_KEY
from notifyhub_api.uploads import digest_of
from notifyhub_api.web import CALLER, Endpoint, body_of, hub_of

REPLAYED = "Idempotency-Replayed"
RESERVED_MS = 60_000
"""How long a request may be in progress without a sign of life before its process is taken for dead."""
SIGN_OF_LIFE_S = 15.0
_NAME = IDEMPOTENCY_KEY.lower()
_FORM = re.compile(r"[!-~]{1,255}")


def is_named(request: Request) -> bool:
    """Did the caller give this request a key?"""
    return _NAME in request.headers


async def named(request: Request, kept_ms: int | None = None) -> Named:
    """The key of a request, and the request's fingerprint. Raises InvalidRequest, and what `body_of` raises."""
    key = _key(request.headers[_NAME])
    now = now_ms()
    until = now + (hub_of(request).settings.idempotency_kept_s * 1000 if kept_ms is None else kept_ms)
    return Named(request.scope[CALLER], key, await _fingerprint(request), now, until)


def replay(kept: Kept) -> Response:
    """A stored answer, old or new."""
    headers = {} if kept.location is None else {"Location": kept.location}
    if kept.replayed:
        headers[REPLAYED] = "true"
    return Response(kept.body, kept.status, headers=headers, media_type="application/json")


def reserving(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, done once for each key: reserved before, its answer stored afterwards."""

    async def once(request: Request) -> Response:
        if not is_named(request):
            return await endpoint(request)
        name = await named(request, RESERVED_MS)
        verdict = await result_of(hub_of(request).database.write(idempotency.reserve, name))
        if verdict.refusal is not None:
            raise verdict.refusal
        if verdict.kept is not None:
            return replay(verdict.kept)
        return await _kept(request, name, endpoint)

    return once


def refusing(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, for requests without a key: its answer must not be stored."""

    async def never(request: Request) -> Response:
        if is_named(request):
            message = "is not allowed here: the answer holds a secret, which is not stored"
            raise InvalidRequest([Fault(IDEMPOTENCY_KEY, "refused", message)])
        return await endpoint(request)

    return never


async def _kept(request: Request, name: Named, endpoint: Endpoint) -> Response:
    """Answer, and store the answer if it is a success; a request that failed may be retried with the same key."""
    living = asyncio.create_task(_stay_reserved(request, name))
    try:
        response = await endpoint(request)
    except Exception:
        await _give_back(request, name)
        raise
    finally:
        living.cancel()
    if response.status_code >= 400:
        await _give_back(request, name)
        return response
    kept = Kept(response.status_code, response.headers.get("location"), bytes(response.body).decode())
    until = name.now + hub_of(request).settings.idempotency_kept_s * 1000
    # It is done, whether or not that can be recorded.
    with suppress(StoreUnavailable):
        await result_of(hub_of(request).database.write(idempotency.keep, (name, kept, until)))
    return response


async def _stay_reserved(request: Request, name: Named) -> None:
    """A large import takes longer than a process may be silent."""
    while True:
        await asyncio.sleep(SIGN_OF_LIFE_S)
        with suppress(StoreUnavailable):
            await result_of(hub_of(request).database.write(idempotency.prolong, (name, now_ms() + RESERVED_MS)))


async def _give_back(request: Request, name: Named) -> None:
    # If that fails, the reservation expires by itself.
    with suppress(StoreUnavailable):
        await result_of(hub_of(request).database.write(idempotency.give_back, name))


def _key(text: str) -> str:
    """The draft puts a key in quotes, most callers do not; both mean the same key."""
    key = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not _FORM.fullmatch(key):
        raise InvalidRequest([Fault(IDEMPOTENCY_KEY, "form", "must be 1 to 255 visible ASCII characters")])
    return key


async def _fingerprint(request: Request) -> str:
    begun = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    digest = await digest_of(request, begun)
    return sha256(begun + await body_of(request)).hexdigest() if digest is None else digest
