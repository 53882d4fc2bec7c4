"""Protection where no key is needed: only this machine, and no foreign web pages.

A web page in a browser on this machine can call a loopback address too, either through its own name that resolves to it
(DNS rebinding: Host is that name), or directly (Origin is the page's).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from notifyhub.server.problems import NO_TYPE, problem


class LoopbackHost:
    """Wraps an application: refuses requests for a name that is not this machine's.

    type_  the `type` of the problem document that says so
    """

    def __init__(self, app: ASGIApp, *, type_: str = NO_TYPE) -> None:
        self._app = app
        self._type = type_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = Headers(scope=scope).get("host", "")
            if not is_loopback(f"//{host}"):
                refusal = problem(
                    421, f"{host or 'nothing'} is not a name of this service, which needs no key", self._type
                )
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


class LoopbackOrigin:
    """Wraps an application: refuses requests of pages that are neither from this machine nor allowed by name."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str] = (), *, type_: str = NO_TYPE) -> None:
        self._app = app
        self._type = type_
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            origin = Headers(scope=scope).get("origin")
            if origin is not None and origin not in self._allowed and not is_loopback(origin):
                detail = f"pages of {origin} may not call this service, because it needs no key"
                refusal = problem(403, detail, self._type)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_loopback(url: str) -> bool:
    """Is the host of this URL localhost, or a loopback address in numbers?"""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
