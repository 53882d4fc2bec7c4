"""What every answer gets: the request's id, and security headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import uuid_utils
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notifyhub import logs
from notifyhub_api import requests_told
from notifyhub_api.requests_counted import Counted
from notifyhub_api.requests_traced import Traced
from notifyhub_api.web import ADDED, Header

REQUEST_ID = b"x-request-id"
_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
# Answers of the API contain people's messages.
_PRIVATE = (*_ALWAYS, (b"cache-control", b"no-store"))

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MAY_BE_SENT = ("Authorization", "Content-Encoding", "Content-Type", "Idempotency-Key", "X-Request-ID")
MAY_BE_READ = (
    "Accept-Encoding",
    "Idempotency-Replayed",
    "Link",
    "Location",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
)
PREFLIGHT_KEPT_S = 600


class Frame:
    """Wraps the whole application, so that the answer to a crash has them too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id_ = _id_of(scope)
        # Not reset at the end: each request is a separate task, and the server logs it later.
        logs.REQUEST_ID.set(id_.decode())
        told = requests_told.begin(scope)
        counted, traced = Counted(), Traced(scope)
        is_api = f"{scope['path']}/".startswith("/api/")
        added = ((REQUEST_ID, id_), *(_PRIVATE if is_api else _ALWAYS))

        async def send_framed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                message["headers"] = [*own, *(added if is_api else _without(added, own)), *scope.get(ADDED, ())]
                told.answered(message["status"])
                counted.status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_framed)
        finally:
            told.tell()
            counted.count(scope)
            traced.end(scope, counted.status)


def _without(added: Sequence[Header], own: Iterable[Header]) -> list[Header]:
    """Those headers that a page does not set by itself."""
    names = {name for name, _ in own}
    return [header for header in added if header[0] not in names]


def _id_of(scope: Scope) -> bytes:
    """The caller's id if it is fit for a log, otherwise a new one."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID and _GOOD_ID.fullmatch(value):
            return bytes(value)
    return str(uuid_utils.uuid7()).encode()


def framed(app: ASGIApp, cors_origins: Sequence[str]) -> ASGIApp:
    """`app` with this middleware; pages of these origins may call it."""
    if cors_origins:
        app = CORSMiddleware(
            app,
            allow_origins=cors_origins,
            allow_methods=METHODS,
            allow_headers=MAY_BE_SENT,
            expose_headers=MAY_BE_READ,
            max_age=PREFLIGHT_KEPT_S,
        )
    return Frame(app)
