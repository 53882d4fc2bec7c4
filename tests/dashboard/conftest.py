"""The dashboard on a real port, and people who look at it with a browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from typing import Any

import httpx
import pytest

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.serving import running

_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')


class Person:
    """Somebody with a browser; gives every answer back, and follows no redirects."""

    def __init__(self, hub: Hub, url: str) -> None:
        self.hub = hub
        self.url = url
        self.browser = httpx.Client(base_url=url, headers={"Accept": "text/html"}, timeout=30, trust_env=False)

    def sign_in(self, role: str = "admin", name: str = "Anna") -> Person:
        """By a one-time link."""
        link = self.hub.sessions.link(role=role, name=name)
        assert self.browser.post("/signin", data={"token": link.token}).status_code == 303
        return self

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.browser.get(path, params=query or None)

    def post(self, path: str, data: dict[str, Any] | None = None, *, page: str = "/", **headers: str) -> httpx.Response:
        """Send a form of a page, with the page's token."""
        token = _CSRF.search(self.get(page).text)
        assert token is not None, page
        given = {"Referer": f"{self.url}{page}", "Origin": self.url, **headers}
        return self.browser.post(path, data={"csrf": token[1], **(data or {})}, headers=given)

    def said(self, answer: httpx.Response) -> str:
        """What the page says first after this redirect."""
        assert answer.status_code == 303, answer.text
        page = self.get(answer.headers["location"]).text
        found = re.search(r'<p class="said [a-z]+"[^>]*>(.*?)</p>', page, re.S)
        assert found is not None, page
        return unescape(found[1])


Visiting = Callable[[Hub], Person]


@pytest.fixture
def visiting() -> Iterator[Visiting]:
    """Somebody who is not signed in, at the dashboard of a hub."""
    with ExitStack() as open_:

        def visit(hub: Hub) -> Person:
            port = open_.enter_context(running(make_app(hub)))
            person = Person(hub, f"http://127.0.0.1:{port}")
            open_.callback(person.browser.close)
            return person

        yield visit


@pytest.fixture
def quiet(make_hub: HubMaker) -> Hub:
    """A hub that delivers nothing, on SQLite."""
    return make_hub(worker=False)


@pytest.fixture
def stranger(quiet: Hub, visiting: Visiting) -> Person:
    return visiting(quiet)


@pytest.fixture
def admin(stranger: Person) -> Person:
    return stranger.sign_in()
