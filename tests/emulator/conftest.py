"""The emulator on a real port, and a plain client for it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest

from notifyhub.emulator.app import Emulator
from tests.emulator.receiver import Receiver, receiving
from tests.serving import running

TOKEN = "123456:AAtoken"


class Reply:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


class Site:
    """One served emulator: its address, itself, and a call for each messenger."""

    def __init__(self, emulator: Emulator, port: int, root: str = "") -> None:
        self.emulator = emulator
        self.journal = emulator.journal
        self.port = port
        self.root = root

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, self.root + path, body, headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def telegram(self, body: dict[str, Any] | None = None, method: str = "sendMessage", token: str = TOKEN) -> Reply:
        return self.call("POST", f"/telegram/bot{token}/{method}", body or {}, {"Content-Type": "application/json"})

    def viber(self, path: str = "send_message", token: str | None = "445da6", **body: Any) -> Reply:
        # Without a Content-Type, as the best known client does it.
        return self.call("POST", f"/viber/pa/{path}", body, {"X-Viber-Auth-Token": token} if token else {})

    def whatsapp(self, path: str = "v20.0/106540352242922/messages", **body: Any) -> Reply:
        headers = {"Authorization": "Bearer EAAG", "Content-Type": "application/json"}
        return self.call("POST", f"/whatsapp/{path}", body, headers)

    def gateway(self, msg_id: object, body: Any, token: str = "eyJ") -> Reply:
        return self.call("POST", f"/gateway/v1/send/{msg_id}", body, {"Authorization": f"Bearer {token}"})

    def listed(self, **query: Any) -> Any:
        return self.call("GET", "/journal?" + urlencode(query)).json

    def set_faults(self, faults: dict[str, Any]) -> Reply:
        return self.call("PUT", "/faults", faults)


@contextmanager
def serving(emulator: Emulator) -> Iterator[Site]:
    with running(emulator.app) as port:
        yield Site(emulator, port)


@pytest.fixture
def serve() -> Callable[[Emulator], Any]:
    """`with serve(Emulator(...)) as site`: an emulator of the test's own."""
    return serving


@pytest.fixture
def serve_mounted() -> Callable[[Any, Emulator, str], Any]:
    """`with serve_mounted(app, emulator, "/root") as site`: an emulator inside another application."""

    @contextmanager
    def mounted(app: Any, emulator: Emulator, root: str) -> Iterator[Site]:
        with running(app) as port:
            yield Site(emulator, port, root)

    return mounted


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(Emulator(tmp_path_factory.mktemp("emulator") / "journal.db", seed=1)) as site:
        yield site


@pytest.fixture
def site(shared_site: Site) -> Site:
    """An emulator with an empty journal, no faults, and people who have done nothing yet."""
    shared_site.journal.clear()
    shared_site.emulator.faults.clear()
    shared_site.emulator.viber.forget_people()
    shared_site.emulator.whatsapp.forget_people()
    return shared_site


@pytest.fixture
def strict(site: Site) -> Iterator[Callable[..., None]]:
    """`strict(viber={...})`: as strict as that until the test ends."""

    def set_strictness(**settings: Any) -> None:
        assert site.call("PUT", "/strictness", settings).status == 200

    yield set_strictness
    site.call("DELETE", "/strictness")


@pytest.fixture
def limited(site: Site) -> Iterator[Callable[..., None]]:
    """`limited("viber.broadcast", count=1)`: that limit, for an hour unless told otherwise, until the test ends."""

    def set_limit(name: str, *, seconds: float = 3600, **limit: Any) -> None:
        assert site.call("PUT", "/limits", {"limits": {name: {"seconds": seconds, **limit}}}).status == 200

    yield set_limit
    site.call("DELETE", "/limits")


@pytest.fixture
def manner(site: Site) -> Iterator[Callable[..., None]]:
    """`manner(manner="twice")`: how receipts come until the test ends."""

    def set_manner(**settings: Any) -> None:
        assert site.call("PUT", "/receipts", settings).status == 200

    yield set_manner
    site.call("PUT", "/receipts", {})


@pytest.fixture(scope="module")
def module_receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(module_receiver: Receiver) -> Receiver:
    """A bot's own address that nothing has been posted to."""
    module_receiver.clear()
    return module_receiver
