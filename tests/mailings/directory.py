"""Many clients at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.store import clients
from notifyhub.store.clients import NewClient
from tests.mailings.conftest import phone, telegram

ZONES = ("Europe/Moscow", "Asia/Omsk", "+05:00")


def seed_clients(hub: Hub, count: int, first: int = 0, opted_out: Sequence[str] = ()) -> None:
    """Add clients on Telegram in three zones; every second has the tag `even`, the others `odd`."""

    def add(database: Any, batches: Sequence[Sequence[NewClient]]) -> list[None]:
        for batch in batches:
            clients.create(database, batch)
        return [None] * len(batches)

    numbers = range(first, first + count)
    for start in range(0, count, 5_000):
        made = [
            NewClient(
                phone=phone(number),
                operator_code=None,
                tags=["odd" if number % 2 else "even"],
                timezone=ZONES[number % 3],
                addresses={"telegram": telegram(number)},
                attributes={},
                opted_out=opted_out,
                now=0,
            )
            for number in numbers[start : start + 5_000]
        ]
        core_of(hub).database.write(add, made).result()
