"""The whole promise of templates at once: two languages, three channels, and everybody gets what the preview said.

A short form runs by default, to a fifth of `--clients`. The long form, with its result in docs/architecture.md:
`make test PYTEST="tests/templates/test_template_proof.py --clients 50000"`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.store import clients
from notifyhub.store.clients import NewClient
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, until

pytestmark = pytest.mark.timeout(1800)  # of the long form

CHANNELS = ["telegram", "whatsapp", "email"]
NAMES = ("Ann", "<Bob> & Co", "Вера_Петровна", "*O'Neil*", "{{ name }}")


def fill(hub: Hub, count: int) -> None:
    """Add clients on three channels: every other speaks Russian, and every third has not ordered anything."""

    def add(database: Any, batches: list[list[NewClient]]) -> list[None]:
        for batch in batches:
            clients.create(database, batch)
        return [None] * len(batches)

    made = [
        NewClient(
            phone=f"7903{number:07}",
            operator_code=None,
            tags=["vip"] if number % 5 == 0 else [],
            timezone=("Europe/Moscow", "Asia/Omsk", "+05:00")[number % 3],
            addresses={"telegram": str(1_000_000 + number), "email": f"client{number}@example.org"},
            attributes={
                "name": NAMES[number % len(NAMES)],
                **({"language": "ru"} if number % 2 else {}),
                **({"orders": number % 23} if number % 3 else {}),
            },
            opted_out=[],
            now=0,
        )
        for number in range(count)
    ]
    core_of(hub).database.write(add, made).result()


def arrived(emulator: RunningEmulator) -> Iterator[dict[str, Any]]:
    return (entry for entry in emulator.entries() if entry["accepted"])


def test_everybody_gets_what_the_preview_said(
    make_hub: Any, database_url: str, emulator: RunningEmulator, request: pytest.FixtureRequest
) -> None:
    count = max(10, request.config.getoption("--clients") // 5)
    hub: Hub = make_hub(database_url=database_url)
    fill(hub, count)
    orders = (
        "{{ attributes.orders|default(0) }} {{ attributes.orders|default(0)|plural('заказ', 'заказа', 'заказов') }}"
    )
    hub.templates.set(
        "sale", "{{ attributes.name }}, {{ percent }} % until {{ until|datetime }}{{ ' (VIP)' if 'vip' in tags }}"
    )
    hub.templates.set("sale", f"{{{{ attributes.name }}}}: {orders}, {{{{ until|datetime }}}}", language="ru")
    html = f"<b>{{{{ attributes.name }}}}</b>: {orders}, {{{{ percent }}}} %"
    hub.templates.set("sale", html, language="ru", channel="telegram", parse_mode="HTML")
    hub.templates.set("sale", "{{ attributes.name }}: {{ percent }} %", channel="email", subject="{{ percent }} % off")
    given = {"percent": 50, "until": "2126-12-24T18:00:00Z"}

    mailing = hub.mailings.create(
        "Sale", template="sale", variables=given, channels=CHANNELS, reach="all", language="en"
    )
    # A change in between is for the next mailing.
    hub.templates.set("sale", "Another text")
    done = until(hub, mailing.id, lambda found: found.status == "finished", within_s=1200)

    assert counted(done)["sent"] + counted(done).get("delivered", 0) + counted(done).get("read", 0) == 3 * count
    entries = list(arrived(emulator))
    assert len(entries) == 3 * count
    assert not [who for who, times in Counter((e["channel"], e["address"]) for e in entries).items() if times > 1]
    expected = said_by_previews(hub, given, count)
    assert {(entry["channel"], entry["address"], entry["text"]) for entry in entries} == expected


def said_by_previews(hub: Hub, given: dict[str, Any], count: int) -> set[tuple[str, str, str]]:
    """What the previews of the version that the mailing keeps say to each client on each channel."""
    said = set()
    for client in hub.clients.list(limit=count):
        addresses = {**client.addresses, "whatsapp": client.phone}
        for channel in CHANNELS:
            spoken = client.attributes.get("language", "en")
            seen = hub.templates.preview(
                "sale", given, client_id=client.id, channel=channel, language=spoken, version=4
            )
            said.add((channel, addresses[channel], seen.text))
    return said
