"""The OpenAPI document with Swagger UI and Redoc, all from this package: no page needs the internet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from notifyhub_api.static_files import StaticFolder
from notifyhub_api.web import Endpoint

ASSETS = StaticFolder(Path(__file__).with_name("assets"), "/assets")
DOCUMENT_PATH = "/openapi.json"
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
)
SWAGGER_UI_POLICY = POLICY + "style-src 'self'"
# Redoc writes its styles into the page, and searches in a worker made from a blob.
REDOC_POLICY = POLICY + "style-src 'self' 'unsafe-inline'; worker-src blob:"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>notifyhub API</title>
<link rel="icon" href="data:,">
{styles}
</head>
<body>
<div id="page" data-document="{document}"></div>
{scripts}
</body>
</html>
"""


def routes(document: Callable[[], dict[str, Any]]) -> list[BaseRoute]:
    """The document and the pages that show it. It is made when it is first asked for, as few ever do."""
    swagger_ui = _page(
        SWAGGER_UI_POLICY, ["swagger-ui.css", "pages.css"], ["swagger-ui-bundle.js", "start-swagger-ui.js"]
    )
    redoc = _page(REDOC_POLICY, ["pages.css"], ["redoc.standalone.js", "start-redoc.js"])
    served = _document(cache(lambda: orjson.dumps(document())))
    return [
        hidden(DOCUMENT_PATH, served),
        hidden("/api/v1/schema/", served),
        hidden("/docs/", swagger_ui),
        hidden("/api/v1/schema/swagger-ui/", swagger_ui),
        hidden("/redoc/", redoc),
        hidden("/api/v1/schema/redoc/", redoc),
        *(slashed(path) for path in ("/docs", "/redoc")),
        ASSETS.mount(),
    ]


def with_slash(mounts: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Redirects for a mount that is called without its trailing slash."""
    return [slashed(mount.path) for mount in mounts if isinstance(mount, Mount)]


def slashed(path: str) -> Route:
    """A redirect from `path` to the page with a trailing slash."""

    async def redirect(request: Request) -> Response:
        return RedirectResponse(f"{path}/")

    return hidden(path, redirect)


def hidden(path: str, endpoint: Endpoint) -> Route:
    """A route that is not in the OpenAPI document."""
    return Route(path, endpoint, include_in_schema=False)


def _document(made: Callable[[], bytes]) -> Endpoint:
    async def document(request: Request) -> Response:
        # On a thread: the first time takes a fifth of a second.
        return Response(await asyncio.to_thread(made), media_type="application/json")

    return document


def _page(policy: str, styles: list[str], scripts: list[str]) -> Endpoint:
    html = PAGE.format(
        document=DOCUMENT_PATH,
        styles="\n".join(f'<link rel="stylesheet" href="{ASSETS.url(name)}">' for name in styles),
        scripts="\n".join(f'<script src="{ASSETS.url(name)}"></script>' for name in scripts),
    )

    async def page(request: Request) -> Response:
        return HTMLResponse(html, headers={"Content-Security-Policy": policy})

    return page
