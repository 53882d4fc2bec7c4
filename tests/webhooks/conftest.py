"""Hubs that post what happens to a receiver of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import peewee
import pytest
from standardwebhooks.webhooks import Webhook

from notifyhub import Hub, answers
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulator.receiver import Posted, Receiver, receiving

PERSON = "1067000"
HERE: dict[str, Any] = {"private_addresses": "127.0.0.0/8", "allow_http": True}
"""Settings of webhooks by which those of this machine may be called."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers, and posts to this machine."""
    return make_hub(database_url=database_url, webhook=HERE)


@pytest.fixture
def small_hub(make_hub: HubMaker) -> Hub:
    """The same on SQLite, for what the store has no part in."""
    return make_hub(webhook=HERE)


def sent(hub: Hub, text: str = "Hello", **more: Any) -> answers.Delivery:
    """Send a text, wait for its outcome, and return the delivery."""
    message = hub.wait(hub.send(text, to={"telegram": PERSON}, **more), timeout_s=20)
    assert message.deliveries is not None
    return message.deliveries[0]


def verified(posted: Posted, secret: str | None) -> Any:
    """What was posted, after the check of its signature by somebody else's code. Raises WebhookVerificationError."""
    assert secret is not None
    return Webhook(secret).verify(posted.body, posted.headers)


def write(hub: Hub, sql: str) -> None:
    """Change rows behind the back of a hub: let time pass, or a process die."""

    def job(database: peewee.Database, items: list[None]) -> list[None]:
        database.execute_sql(sql)  # type: ignore[no-untyped-call]
        return items

    core_of(hub).database.write(job, None).result()


def rows(hub: Hub, sql: str) -> list[tuple[Any, ...]]:
    """Rows as they are stored."""

    def ask(database: peewee.Database) -> list[tuple[Any, ...]]:
        return list(map(tuple, database.execute_sql(sql).fetchall()))  # type: ignore[no-untyped-call]

    return core_of(hub).database.read(ask).result()


def eventually(asked: Callable[[], bool], timeout_s: float = 20) -> None:
    """Ask until it is so: for what no event tells of."""
    import time

    ends = time.monotonic() + timeout_s
    while not asked():
        assert time.monotonic() < ends
        time.sleep(0.01)
