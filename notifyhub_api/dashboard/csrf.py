"""No other site can post to the dashboard: forms carry a token, and browsers say where a request comes from."""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import Request

FIELD = "csrf"
HEADER = "x-csrf-token"
_OURS = ("same-origin", "none")


def token_of(secret: str) -> str:
    """The token of a session, which does not tell the session's secret."""
    return hmac.new(secret.encode(), b"notifyhub csrf", sha256).hexdigest()


def is_ours(request: Request, expected: str, field: str | None) -> bool:
    """Was this posted by one of our pages to the visitor whose token is expected?"""
    given = request.headers.get(HEADER) or field or ""
    return comes_from_here(request) and hmac.compare_digest(given.encode(), expected.encode())


def comes_from_here(request: Request) -> bool:
    """Does the browser say that another site posts this?"""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False
