"""/problems/: the pages for the `type` of problem documents, one for each kind, generated when first asked for."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from notifyhub.errors import NotFound
from notifyhub_api.kind import PAGES, Kind
from notifyhub_api.kinds import BY_NAME, KINDS
from notifyhub_api.pages import ASSETS, hidden, slashed

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{styles}">
</head>
<body>
<h1>{title}</h1>
{content}
</body>
</html>
"""


def routes() -> list[BaseRoute]:
    """Open to everybody, including callers without a valid key."""

    async def page(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in BY_NAME:
            raise NotFound("kind of problem", name)
        return _answer(_of_kind(name))

    async def pages(request: Request) -> Response:
        return _answer(_of_all())

    return [hidden(PAGES, pages), hidden(PAGES + "{name}", page), slashed(PAGES.rstrip("/"))]


def _answer(html: str) -> Response:
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


@cache
def _of_all() -> str:
    return _page("Problems", _list())


@cache
def _of_kind(name: str) -> str:
    return _page(name, _paragraphs(BY_NAME[name]))


def _page(title: str, content: str) -> str:
    return PAGE.format(title=escape(title), styles=ASSETS.url("problems.css"), content=content)


def _list() -> str:
    rows = "\n".join(
        f'<dt><a href="{kind.type}">{kind.name}</a> {kind.status}</dt>\n<dd>{_html(kind.means)}</dd>' for kind in KINDS
    )
    return f"<p>What this service refuses, and why. These names never change.</p>\n<dl>\n{rows}\n</dl>"


def _paragraphs(kind: Kind) -> str:
    example = escape(json.dumps(kind.example, indent=2))
    return (
        f"<p>Status {kind.status}, {escape(kind.title)}</p>\n"
        f"<h2>What it means</h2>\n<p>{_html(kind.means)}</p>\n"
        f"<h2>What to do</h2>\n<p>{_html(kind.advice)}</p>\n"
        f"<h2>Example</h2>\n<pre>{example}</pre>\n"
        f'<p><a href="{PAGES}">All problems</a></p>'
    )


def _html(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
