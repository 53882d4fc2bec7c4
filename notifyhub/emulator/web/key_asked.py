"""A key for the emulator's own endpoints and pages, if other machines can reach it.

`Authorization: Bearer KEY`, or the password of HTTP Basic, with any name, so that a browser can ask its user. A browser
then also sends it with requests of other pages, so changes are accepted only from pages of the same host.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from notifyhub.server.problems import problem

Admit = Callable[[Request], Awaitable[Response | None]]
"""Looks at the key of a request, which is a Bearer's by then; the refusal, or None."""

SAFE = ("GET", "HEAD", "OPTIONS")
CHALLENGE = 'Basic realm="notifyhub emulator", charset="UTF-8"'
ASKED = "the emulator asks for a key here: Authorization: Bearer KEY, or the password of HTTP Basic"


class KeyAsked:
    """Wraps an application: admits callers that `admit` accepts."""

    def __init__(self, app: ASGIApp, admit: Admit) -> None:
        self._app = app
        self._admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(_as_bearer(scope))
        refusal = _of_another_page(request) or await self._admit(request)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        if refusal.status_code == 401:
            refusal.headers.append("WWW-Authenticate", CHALLENGE)
        await refusal(scope, receive, send)


def one_key(key: str) -> Admit:
    """Admits callers with this key."""
    expected = f"Bearer {key}".encode()

    async def admit(request: Request) -> Response | None:
        given = request.headers.get("authorization", "").encode("latin-1")
        return None if compare_digest(given, expected) else problem(401, ASKED)

    return admit


def _as_bearer(scope: Scope) -> Scope:
    headers = [(name, _bearer(value) if name == b"authorization" else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}


def _bearer(value: bytes) -> bytes:
    scheme, _, rest = value.partition(b" ")
    if scheme.lower() == b"basic":
        try:
            rest = b64decode(rest).partition(b":")[2]
        except NotBase64:
            rest = b""
    return b"Bearer " + rest.strip() if scheme.lower() in (b"basic", b"bearer") else value


def _of_another_page(request: Request) -> Response | None:
    origin = request.headers.get("origin")
    if request.method in SAFE or origin is None or _host(origin) == request.headers.get("host", "").lower():
        return None
    return problem(403, f"pages of {origin} may not change anything here")


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:
        return None
