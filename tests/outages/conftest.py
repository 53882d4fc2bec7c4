"""Servers that are stopped and started, and callers who notice."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

import pytest

from tests.api.conftest import serve as serve
from tests.cli.conftest import in_this_tree as in_this_tree
from tests.cli.conftest import run as run
from tests.engines import Engine, postgres_engine
from tests.processes import Service


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Engine]:
    """A server of this module's own, which tests leave running."""
    # What is committed must survive the crash of the server, if not that of the machine.
    with postgres_engine(synchronous_commit="on") as engine:
        yield engine


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str | None
    body: Any


def ask(service: Service, path: str, body: Any = None, name: str | None = None) -> Answer:
    """An answer, whatever its status. `name` is an Idempotency-Key."""
    headers = {"Authorization": f"Bearer {service.key}"} | ({} if name is None else {"Idempotency-Key": name})
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers["Retry-After"], json.loads(response.read()))
    finally:
        connection.close()


def until(is_so: Callable[[], bool], within_s: float = 60.0) -> None:
    """Wait until this is true."""
    ends = monotonic() + within_s
    while not is_so():
        assert monotonic() < ends
        sleep(0.02)


def sent(service: Service) -> int:
    """How many deliveries were sent."""
    return int(service.ask("/api/v1/stats")["by_status"].get("sent", 0))
