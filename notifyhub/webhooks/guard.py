"""Guards the calls to URLs that somebody else has chosen (SSRF): what they may look like, and where they may lead.

`webhooks.connecting` does so for each connection.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

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


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) or (is_address(host) and "%" not in host)


def is_address(host: str) -> bool:
    """Is this a numeric address, not a name?"""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
