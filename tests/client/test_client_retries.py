"""The client tries again, and does nothing twice."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from notifyhub import ServiceUnavailable
from notifyhub.client import AsyncClient, Client
from tests.client.conftest import Served
from tests.client.flaky_service import Trouble, flaky

LATER = datetime.now(UTC) + timedelta(days=1)
TO = {"telegram": "1"}
AT_ONCE = {"Retry-After": "0"}
PAST = {"Retry-After": format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)}
TROUBLES: dict[str, list[Trouble]] = {
    "429": [(429, AT_ONCE), (429, AT_ONCE)],
    "503": [(503, AT_ONCE)],
    "408": [(408, {})],
    "a date": [(503, PAST)],
    "502 without a word": [(502, {})],
    "nonsense for a time": [(503, {"Retry-After": "soon"})],
    "still in progress": [(409, AT_ONCE)],
    "no answer": ["hang up"],
    "an answer that is lost": ["lose the answer", "lose the answer"],
}


@pytest.mark.parametrize("troubles", TROUBLES.values(), ids=TROUBLES)
def test_a_call_in_trouble_is_made_again_and_done_once(served: Served, troubles: list[Trouble]) -> None:
    with flaky(served.port, *troubles) as service, Client(service.url, served.key) as client:
        message = client.send("Hello", to=TO, at=LATER, deduplicate="off")

    assert [found.id for found in served.hub.messages()] == [message.id]
    assert len(service.keys) == len(troubles) + 1
    assert len(set(service.keys)) == 1
    assert service.keys[0]


def test_it_is_tried_again_awaited_too(served: Served) -> None:
    async def application() -> str:
        with flaky(served.port, (503, AT_ONCE), "lose the answer") as service:
            async with AsyncClient(service.url, served.key) as client:
                return (await client.send("Hello", to=TO, at=LATER, deduplicate="off")).status

    assert asyncio.run(application()) == "scheduled"
    assert len(served.hub.messages()) == 1


def test_each_call_has_an_idempotency_key_of_its_own(served: Served) -> None:
    with flaky(served.port) as service, Client(service.url, served.key) as client:
        for _ in range(2):
            client.send("Hello", to=TO, at=LATER, deduplicate="off")

    assert len(set(service.keys)) == 2
    assert len(served.hub.messages()) == 2


def test_what_has_to_wait_longer_than_patience_is_told_at_once(served: Served) -> None:
    with (
        flaky(served.port, (429, {"Retry-After": "3600"})) as service,
        Client(service.url, served.key, patience_s=10) as client,
        pytest.raises(ServiceUnavailable, match="429"),
    ):
        client.send("Hello", to=TO)

    assert len(service.keys) == 1


def test_an_answer_that_does_not_come_in_time_is_told() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_s=0.1, patience_s=0) as client,
        pytest.raises(ServiceUnavailable, match=r"no response within 0\.1 s"),
    ):
        client.messages()


def test_a_refusal_is_not_tried_again(served: Served) -> None:
    with (
        flaky(served.port, (400, {})) as service,
        Client(service.url, served.key) as client,
        pytest.raises(ServiceUnavailable),
    ):
        client.send("Hello", to=TO)

    assert len(service.keys) == 1


@pytest.mark.parametrize("trouble", ["lose the answer", (503, AT_ONCE)], ids=["no answer", "503"])
def test_a_key_is_not_made_again(served: Served, trouble: Trouble) -> None:
    with (
        flaky(served.port, trouble) as service,
        Client(service.url, served.key) as client,
        pytest.raises(ServiceUnavailable),
    ):
        client.keys.create("shop")

    assert service.keys == [None]


def test_a_key_that_the_service_had_no_time_for_is_made(served: Served) -> None:
    with flaky(served.port, (429, AT_ONCE)) as service, Client(service.url, served.key) as client:
        client.keys.create("shop")

    assert [key.name for key in served.hub.keys.list()] == ["tests", "shop"]
