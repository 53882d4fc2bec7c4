"""The pages of clients as a browser without JavaScript uses them."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from notifyhub import Hub
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.processes import PATIENCE_S
from tests.serving import running

_INPUT = re.compile(r"<input\b[^>]*>")
_AREA = re.compile(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>\n(.*?)</textarea>', re.DOTALL)
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
Fields = dict[str, str | list[str]]


class Pages:
    """Follows redirects, as browsers do; `base` is where the service is."""

    def __init__(self, hub: Hub, base: str) -> None:
        self.hub = hub
        self.http = httpx.Client(base_url=base, follow_redirects=True, timeout=60, headers={"Accept": "text/html"})

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query or None)

    def send(self, path: str, to: str | None = None, **typed: Any) -> httpx.Response:
        """Open the page, type this over what its form has, and send the form to `to` (default: to the page itself)."""
        fields = {**fields_of(self.get(path).text), **typed}
        return self.http.post(to or path, data=fields, headers={"Referer": f"{self.http.base_url}{path}"})

    def upload(self, name: str, content: bytes, **typed: str) -> httpx.Response:
        fields = {**fields_of(self.get("/clients/import").text), **typed}
        return self.http.post("/clients/import", data=fields, files={"file": (name, content)})

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers, which must not be a problem."""
        reply = self.http.request(method, f"/api/v1{path}", json=body, headers={"Accept": "application/json"})
        assert reply.is_success, reply.text
        return reply.json()

    def client(self, phone: str = "79201234567", **members: Any) -> int:
        """Add a client; the id."""
        return int(self.api("POST", "/clients", {"phone": phone, **members})["id"])


def fields_of(page: str) -> Fields:
    """The fields of all forms of a page, as a browser would send them."""
    found: Fields = {}
    for tag in _INPUT.findall(page):
        given = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        if "name" not in given or given.get("type") == "file":
            continue
        if given.get("type") != "checkbox":
            found[given["name"]] = given.get("value", "")
        elif "checked" in given:
            chosen = found.setdefault(given["name"], [])
            assert isinstance(chosen, list)
            chosen.append(given["value"])
    return found | {name: html.unescape(text) for name, text in _AREA.findall(page)}


def words_of(page: str) -> str:
    """What people read, each run of spaces as one."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def cells_of(page: str) -> list[list[str]]:
    """The rows of the tables of a page."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [[words_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]


def until(is_so: Callable[[], bool]) -> None:
    """Wait until this is true."""
    ends = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture
def serve_pages() -> Iterator[Callable[[Hub], Pages]]:
    """Serve the pages of a hub on a port of their own."""
    with ExitStack() as open_:

        def serve(hub: Hub) -> Pages:
            pages = Pages(hub, f"http://127.0.0.1:{open_.enter_context(running(make_app(hub)))}")
            open_.callback(pages.http.close)
            return pages

        yield serve


@pytest.fixture
def pages(make_hub: HubMaker, serve_pages: Callable[[Hub], Pages], database_url: str) -> Pages:
    """The pages on each store, for whoever comes; nothing is delivered."""
    return serve_pages(make_hub(worker=False, database_url=database_url, auth="none"))


@pytest.fixture
def quick_pages(make_hub: HubMaker, serve_pages: Callable[[Hub], Pages]) -> Pages:
    """The same on SQLite alone, for what the store has no part in; imports of at most 100,000 bytes."""
    return serve_pages(make_hub(worker=False, auth="none", max_import_bytes=100_000))
