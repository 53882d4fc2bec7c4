"""A service on a real port, and clients of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from notifyhub import Hub
from notifyhub.client import Client
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.serving import running


@dataclass(frozen=True, slots=True)
class Served:
    """A hub, and the service over it."""

    hub: Hub
    port: int
    key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def served(make_hub: HubMaker) -> Iterator[Served]:
    """A service that accepts and delivers nothing."""
    hub = make_hub(worker=False, max_recipients=5)
    with running(make_app(hub)) as port:
        yield Served(hub, port, str(hub.keys.create("tests").key))


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    with Client(served.url, served.key) as client:
        yield client
