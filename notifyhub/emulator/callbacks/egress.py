"""Allowed destinations of callbacks: by default only this machine and private networks."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class ForbiddenHost(OSError):
    """A host that is neither this machine nor in a private network."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is neither this machine nor in a private network; allow it with hosts: any")


def is_callable(url: str) -> bool:
    """Is this text an HTTP URL with a host?"""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class NearConnector(TCPConnector):
    """Connects only to this machine and private networks; anything else is a `ForbiddenHost`."""

    def __init__(self) -> None:
        super().__init__(resolver=_NearResolver())

    async def connect(self, req: Any, *rest: Any, **named: Any) -> Any:
        # A numeric address never reaches the resolver.
        _check_literal(req.url.host or "")
        return await super().connect(req, *rest, **named)


class _NearResolver(AbstractResolver):
    """Resolves names, and refuses those with a public address, at the moment of connecting."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not all(_is_near(result["host"]) for result in found):
            raise ForbiddenHost(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


def _check_literal(host: str) -> None:
    try:
        near = _is_near(host)
    except ValueError:
        return
    if not near:
        raise ForbiddenHost(host)


def _is_near(address: str) -> bool:
    # Link-local addresses are excluded: cloud machines serve their secrets there.
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip.is_loopback or (ip.is_private and not ip.is_link_local and not ip.is_unspecified)
