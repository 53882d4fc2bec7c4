"""Where no key is asked for (`NOTIFYHUB_AUTH=none`): only this machine, and no page of anybody else's.

A page in a browser on this machine can call a loopback address too, either under a name of its own that it has
point there (DNS rebinding; then Host is that name), or openly (then Origin is its own).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from notifyhub_api import kinds, problems


class LoopbackOnly:
    """Around an application: refuses what was not meant for a loopback address."""

    def __init__(self, app: ASGIApp, cors_origins: Sequence[str]) -> None:
        self._app = app
        self._allowed_origins = frozenset(cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host, origin = headers.get("host", ""), headers.get("origin")
            if not is_loopback(f"//{host}"):
                detail = f"{host or 'nothing'} is no name of this service: no key is asked for"
                refusal = problems.problem(kinds.FOREIGN_HOST, detail)
                await refusal(scope, receive, send)
                return
            if origin is not None and origin not in self._allowed_origins and not is_loopback(origin):
                refusal = problems.problem(kinds.FOREIGN_ORIGIN, f"pages of {origin} may not call: no key is asked for")
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
