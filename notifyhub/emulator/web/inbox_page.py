"""The inbox page. All files are from this package; no inline scripts."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ASSETS = Path(__file__).with_name("assets")
PAGE = ASSETS / "inbox.html"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Revalidated each time, and answered with 304 while unchanged.
    "Cache-Control": "no-cache",
}


class Assets(StaticFiles):
    """The files of the page."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        return response


def wants_page(request: Request) -> bool:
    """Does a browser ask? Others get JSON."""
    return "text/html" in request.headers.get("accept", "")


def page() -> Response:
    """The page. Requests for JSON get another answer from the same URL."""
    return FileResponse(PAGE, headers=HEADERS | {"Vary": "Accept"})


def assets() -> Mount:
    return Mount("/assets", Assets(directory=ASSETS))
