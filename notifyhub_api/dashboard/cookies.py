"""The cookie of a session: for our own pages alone, and never for scripts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from notifyhub_api.web import hub_of

SESSION = "notifyhub_session"


def secret_of(request: Request) -> str | None:
    return request.cookies.get(SESSION) or None


def keep(request: Request, response: Response, secret: str, seconds: int) -> None:
    """Sign a browser in. Lax, not strict: whoever comes from the pages of a sign-in provider is signed in already."""
    response.set_cookie(
        SESSION, secret, max_age=seconds, path="/", httponly=True, samesite="lax", secure=is_encrypted(request)
    )


def forget(response: Response) -> None:
    response.delete_cookie(SESSION, path="/", httponly=True, samesite="lax")


def is_encrypted(request: Request) -> bool:
    """Does the browser speak https, with us or with the proxy before us?"""
    return request.url.scheme == "https" or hub_of(request).settings.dashboard_url.startswith("https:")
