"""Connections to URLs that somebody else has chosen, guarded against leading where they should not (SSRF).

Names are resolved once for each connection, all addresses are checked, and the connection is made to exactly these:
a name that leads elsewhere a moment later ("DNS rebinding") changes nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from notifyhub.domain.egress import Network
from notifyhub.webhooks.guard import check_addresses, is_address


class GuardedConnector(TCPConnector):
    """Connects only to addresses that may be called, and raises Refused for all others.

    resolver  in place of the system's
    """

    def __init__(self, allowed: Sequence[Network], resolver: AbstractResolver | None = None, **named: Any) -> None:
        self._allowed = allowed
        # Names are resolved for each connection: what is cached could outlive a change.
        super().__init__(resolver=_Guarded(allowed, resolver), use_dns_cache=False, **named)

    async def connect(self, req: Any, *rest: Any, **named: Any) -> Any:
        host = req.url.host or ""
        # A numeric address never reaches the resolver.
        if is_address(host):
            check_addresses(host, [host], self._allowed)
        return await super().connect(req, *rest, **named)


class _Guarded(AbstractResolver):
    def __init__(self, allowed: Sequence[Network], resolver: AbstractResolver | None) -> None:
        self._allowed = allowed
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        check_addresses(host, (result["host"] for result in found), self._allowed)
        return found

    async def close(self) -> None:
        await self._resolver.close()
