"""A person on all channels of a chain, and what their messengers say later."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any

import peewee
import pytest

from notifyhub import Delivery, Hub, Message
from notifyhub.clock import now_ms
from notifyhub.hub import core_of
from notifyhub.store import confirmations
from notifyhub.store.rows import run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

VIBER = "EGAZ3SZRi6zW1D0uNYhQHg=="
PHONE = "79161234567"
EVERYWHERE = {"viber": VIBER, "whatsapp": PHONE, "gateway": PHONE}
ORDER = ("viber", "whatsapp", "gateway")
CHAIN = {"first_of": ORDER}
AN_HOUR = {"first_of": ORDER, "confirm_within": "PT1H"}
AN_HOUR_MS = 3_600_000
VIBER_TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"


@pytest.fixture
def hub(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> Hub:
    """A hub on each store, that knows what Viber signs with."""
    return make_hub(
        database_url=database_url, viber={"token": VIBER_TOKEN, "base_url": f"{emulator.url}/viber", "max_attempts": 2}
    )


def steps(hub: Hub, message: Message) -> list[Delivery]:
    """The deliveries of a message, as they are now."""
    return hub.message(message.id).deliveries or []


def told(hub: Hub, message: Message) -> list[tuple[str, str, str | None]]:
    """Channel, status and reason of each of them."""
    return [(step.channel, step.status, step.reason) for step in steps(hub, message)]


def viber_says(hub: Hub, delivery: Delivery, event: str, **more: Any) -> None:
    at = 1_750_263_773_000
    body = {"event": event, "timestamp": at, "message_token": int(delivery.messenger_id or 0), "user_id": VIBER, **more}
    signed = json.dumps(body).encode()
    signature = hmac.new(VIBER_TOKEN.encode(), signed, hashlib.sha256).hexdigest()
    assert hub.receive("viber", signed, {"x-viber-content-signature": signature}) == 1


def time_passes(hub: Hub, later_ms: int) -> frozenset[str]:
    """As if so much time had passed since all that happened, with the sweep of chains after it.

    Returns the channels on which they go on, unless a worker's own sweep was quicker.
    """
    database = core_of(hub).database
    database.write(_earlier, later_ms).result()
    due: frozenset[str] = frozenset()
    while database.read(_is_overdue).result():
        due |= database.write(confirmations.give_way, (now_ms(), 1_000)).result()[1]
    return due


def awaited(hub: Hub) -> int:
    """How many steps give way if they are not confirmed."""

    def count(database: peewee.Database) -> int:
        return int(run(database, "SELECT COUNT(*) FROM chain_steps WHERE confirm_at IS NOT NULL").fetchone()[0])

    return core_of(hub).database.read(count).result()


def _earlier(database: peewee.Database, lengths_ms: Sequence[int]) -> list[None]:
    for length_ms in lengths_ms:
        run(database, "UPDATE chain_steps SET confirm_at = confirm_at - ?", length_ms)
        run(
            database, "UPDATE attempts SET started_at = started_at - ?, finished_at = finished_at - ?", *[length_ms] * 2
        )
    return [None] * len(lengths_ms)


def _is_overdue(database: peewee.Database) -> bool:
    asked = """SELECT 1 FROM chain_steps AS c JOIN deliveries AS d ON d.id = c.delivery_id
        WHERE c.confirm_at <= ? AND d.status <> 'sending'"""
    return run(database, asked, now_ms()).fetchone() is not None


Sent = Callable[..., Message]


@pytest.fixture
def sent(hub: Hub) -> Sent:
    """Send to somebody who is on all channels, and wait until nothing moves."""

    def send(text: str = "Hello", channels: Any = CHAIN, **more: Any) -> Message:
        return hub.wait(hub.send(text, to=EVERYWHERE, channels=channels, **more), timeout_s=20)

    return send
