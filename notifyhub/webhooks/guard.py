"""Guards the calls to URLs that somebody else has chosen (SSRF): what they may look like, and where they may lead.

Names are resolved once for each connection, all addresses are checked, and the connection is made to exactly these:
a name that leads elsewhere a moment later ("DNS rebinding") changes nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from notifyhub.domain.egress import NOT_PUBLIC, Network, refused

LONGEST_URL = 2_000
_HOST = re.compile(r"(?=.{1,253}$)(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?")
_SPACES = re.compile(r"[\x00-\x20\x7f]")
_SETTING = "NOTIFYHUB_WEBHOOK_PRIVATE_ADDRESSES"


class Refused(OSError):
    """This URL is not called. `code` is a stable word, the text plain English."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def check_form(url: str, *, allow_http: bool) -> SplitResult:
    """The parts of a URL that may be called, as far as its text says. Raises Refused."""
    try:
        parts = urlsplit(url)
        good = parts.port != 0 and bool(parts.hostname) and not _SPACES.search(url) and url.isascii()
    except ValueError:
        good = False
    if not good or parts.scheme not in ("http", "https") or not _is_host(parts.hostname or ""):
        raise Refused("form", "must be an https:// URL with a host, in ASCII, such as https://example.com/hooks")
    if parts.scheme == "http" and not allow_http:
        raise Refused("form", "must begin with https://; to allow http:// set NOTIFYHUB_WEBHOOK_ALLOW_HTTP=true")
    if "@" in parts.netloc:
        raise Refused("form", "must not have a user or password: posts are signed instead")
    if len(url) > LONGEST_URL:
        raise Refused("too_long", f"may have at most {LONGEST_URL} characters")
    return parts


def check_place(parts: SplitResult, allowed: Sequence[Network]) -> None:
    """Resolve the host and check its addresses. Blocks. Raises Refused."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("unknown_host", f"the host {host} cannot be found: check its spelling") from None
    check_addresses(host, (str(entry[4][0]) for entry in found), allowed)


def check_addresses(host: str, addresses: Iterable[str], allowed: Sequence[Network]) -> None:
    """Raises Refused if one of these addresses may not be called."""
    for address in addresses:
        if (why := refused(address, allowed)) is not None:
            shown = address if address == host else f"{host} ({address})"
            hint = f"; if it may be called, add its network to {_SETTING}" if why == NOT_PUBLIC else ""
            raise Refused("private_address", f"{shown} {why}{hint}")


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
        if _is_address(host):
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


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) or (_is_address(host) and "%" not in host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
