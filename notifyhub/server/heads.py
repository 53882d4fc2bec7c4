"""What uvicorn's parser lets through, but HTTP/1.1 forbids."""

from __future__ import annotations

import re
from collections.abc import Iterable

VERSIONS = ("1.1", "1.0")
# RFC 3986, section 3.2, without user information.
_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*")


def fault_of(version: str, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """What is wrong with a head, by RFC 9112, sections 2.3 and 3.2; None: nothing."""
    hosts = [value for name, value in headers if name == b"host"]
    if version == "1.1" and len(hosts) == 1 and _HOST.fullmatch(hosts[0]):
        return None  # the usual case
    if version not in VERSIONS:
        return f"HTTP/{version} is not spoken here, only HTTP/1.1"
    if len(hosts) > 1:
        return "a request may have only one Host"
    if not hosts:
        return "the Host is missing" if version == "1.1" else None
    return None if _HOST.fullmatch(hosts[0]) else "the Host is not that of a URL"
