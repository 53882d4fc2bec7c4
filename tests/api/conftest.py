"""The REST service on a real port, with a small client that holds a key."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPMessage
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.store.rows import run
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.serving import running

LATER = "2126-12-01T10:00:00+03:00"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """(path, code) of everything that the problem complains of."""
        return [(error["path"], error["code"]) for error in self.json["errors"]]


class Api:
    """A consumer of the service. Gives every reply back, whatever its status."""

    def __init__(self, hub: Hub, port: int) -> None:
        self.hub = hub
        self.port = port
        self.key = str(hub.keys.create("tests").key)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        given = {"Authorization": f"Bearer {self.key}", **{name.replace("_", "-"): headers[name] for name in headers}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {name: value for name, value in given.items() if value})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, **headers)

    def post(self, path: str, document: object = None, **headers: str) -> Reply:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.ask("POST", path, body, **headers)

    def create(self, **members: object) -> Reply:
        """POST a message that would be good, but for the members given; `...` leaves one out."""
        document = {"text": "Hello", "recipients": [{"telegram": "1067000"}], "send_at": LATER, **members}
        return self.post("/api/v1/messages", {name: value for name, value in document.items() if value is not ...})

    def in_the_store(self, sql: str) -> None:
        """Do this to the store, as somebody else would."""
        core_of(self.hub).database.write(lambda db, items: [run(db, sql).rowcount], None).result()

    def stored(self) -> int:
        """How many messages the store holds."""
        return len(self.hub.messages(limit=1_000))


@pytest.fixture
def serve() -> Iterator[Callable[[Hub], Api]]:
    """Serve a hub on a port of its own."""
    from contextlib import ExitStack

    with ExitStack() as open_:
        yield lambda hub: Api(hub, open_.enter_context(running(make_app(hub))))


@pytest.fixture
def api(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str) -> Api:
    """The service on each store; it accepts and delivers nothing."""
    return serve(make_hub(worker=False, database_url=database_url))


@pytest.fixture
def small_api(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    """The service on SQLite, for what the store has no part in; it takes little."""
    return serve(make_hub(worker=False, max_body_bytes=100_000, max_recipients=5))


_documents: list[dict[str, Any]] = []


@pytest.fixture
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The OpenAPI document. It is the same for all who only read it, and takes long to make."""
    if not _documents:
        _documents.append(request.getfixturevalue("small_api").get("/openapi.json", Authorization="").json)
    return _documents[0]
