"""A browser without JavaScript, and pages as each role sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

from notifyhub import Hub
from notifyhub.domain.roles import Role, scopes_of
from notifyhub_api.app import OPERATIONS, make_app
from notifyhub_api.dashboard.calling import Api, Operations
from notifyhub_api.dashboard.form import Form
from notifyhub_api.dashboard.visit import Visit
from notifyhub_api.dashboard.visitor import Visitor
from notifyhub_api.problems import Forbidden
from tests.serving import running

PROBES = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>')
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
_TAG = re.compile(r"<[^>]*>")


class Browser:
    """Looks at pages and posts their forms; follows redirects, as browsers do."""

    def __init__(self, hub: Hub, port: int) -> None:
        self.hub = hub
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Accept": "text/html"}, follow_redirects=True, timeout=30
        )

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(path, params=query or None)

    def post(self, path: str, page: str, **fields: Any) -> httpx.Response:
        """Post a form of a page; lists are several fields of the same name."""
        found = _CSRF.search(self.get(page).text)
        assert found is not None, f"{page} has no form"
        referer = str(self.client.base_url.join(page))
        return self.client.post(path, data={"csrf": found[1], **fields}, headers={"Referer": referer})


def words(response: httpx.Response) -> str:
    """The text of a page as people read it."""
    return " ".join(unescape(_TAG.sub(" ", response.text.partition("<main")[2])).split())


def is_harmless(response: httpx.Response) -> bool:
    """Is every probe on the page shown as text?"""
    return "<script>alert" not in response.text and "<img src=x" not in response.text


@contextmanager
def browsing(hub: Hub) -> Iterator[Browser]:
    """The service on a port of its own, where nobody has to sign in."""
    with running(make_app(hub)) as port:
        browser = Browser(hub, port)
        with browser.client:
            yield browser


@contextmanager
def seen_as(hub: Hub, role: Role) -> Iterator[httpx.Client]:
    """Pages as somebody with this role sees them; what they may not see is a 403."""
    from notifyhub_api.dashboard.app import PAGES

    app, operations = make_app(hub), Operations(OPERATIONS)

    def endpoint(page: Any) -> Any:
        async def shown(request: Request) -> Response:
            visitor = Visitor("ann", role, None, "token")
            try:
                response: Response = await page(
                    Visit(request, visitor, Api(request, operations, scopes_of(role)), Form())
                )
            except Forbidden as error:
                return Response(str(error), 403)
            return response

        return shown

    pages = [pair for module in PAGES for pair in module.GET.items()]
    for path, page in sorted(pages, key=lambda pair: "{" in pair[0]):
        app.router.add_route(f"/as{path}", endpoint(page), ["GET"])
    with running(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}/as", timeout=30) as client:
        yield client
