"""The check of the counters: it finds what is wrong, and nothing else, while everything goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.client import Client
from notifyhub.hub import core_of
from notifyhub_api.app import make_app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill, until
from tests.mailings.counters import counters_of, rows_of
from tests.mailings.directory import seed_clients
from tests.serving import running

FALSIFY = (
    "UPDATE mailing_counts SET number = number + 5 WHERE status = 'sent'",
    "DELETE FROM delivery_counts WHERE channel = 'gateway'",
)


def falsify(hub: Hub) -> None:
    """Change counters behind the back of the store."""

    def write(database: Any, wanted: Any) -> list[None]:
        for statement in FALSIFY:
            database.execute_sql(statement)
        return [None] * len(wanted)

    core_of(hub).database.write(write, None).result()


def sent(hub: Hub) -> None:
    """Four deliveries of a mailing, and one more."""
    fill(hub, 4)
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    hub.wait(hub.send("Hi", to={"gateway": "79031112233"}), timeout_s=10)


def test_all_counters_agree_after_a_mailing_with_failures(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=0.4, failure="blocked")
    fill(hub, 20)
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    checked = hub.stats.check()

    assert (checked.agree, checked.deliveries, checked.differing, checked.differences) == (True, 20, 0, [])
    assert checked.counters >= 2


def test_in_an_empty_store_there_is_nothing_to_disagree(make_hub: HubMaker, database_url: str) -> None:
    checked = make_hub(worker=False, database_url=database_url).stats.check()

    assert (checked.agree, checked.counters, checked.deliveries) == (True, 0, 0)


def test_false_counters_are_named_and_repaired(hub: Hub, emulator: RunningEmulator) -> None:
    sent(hub)
    falsify(hub)

    checked = hub.stats.check()
    repaired = hub.stats.repair()

    found = {(d.mailing_id, d.channel, d.operator_code, d.status, d.counted, d.stored) for d in checked.differences}
    assert found >= {(None, "gateway", None, "sent", 0, 1)}
    assert {one[0] for one in found} == {None, 1}
    assert (checked.agree, checked.differing) == (False, len(checked.differences))
    assert repaired == checked
    assert hub.stats.check().agree
    assert counters_of(core_of(hub)) == rows_of(core_of(hub))
    assert hub.stats.overall().by_channel["gateway"]["sent"] == 1


def test_counters_go_on_after_a_repair(hub: Hub, emulator: RunningEmulator) -> None:
    sent(hub)
    falsify(hub)
    hub.stats.repair()

    ended(hub, hub.mailings.create("Other", "Hi", ["telegram"]))

    assert hub.stats.check().agree


def test_there_is_no_false_alarm_while_a_mailing_is_stored_and_sent(hub: Hub, emulator: RunningEmulator) -> None:
    emulator.faults(failure_rate=0.2, failure="500")
    seed_clients(hub, 3_000)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    seen: list[int] = []

    async def check() -> None:
        while (await hub.mailings.aget(mailing.id)).status == "running":
            checked = await hub.stats.acheck()
            assert checked.agree, checked.differences
            seen.append(checked.deliveries)

    async def check_side_by_side() -> None:
        await asyncio.gather(*(check() for _ in range(3)))

    asyncio.run(check_side_by_side())

    assert hub.stats.check().deliveries == 3_000
    assert seen


def test_a_repair_while_a_mailing_is_sent_makes_no_new_mistake(hub: Hub, emulator: RunningEmulator) -> None:
    seed_clients(hub, 1_000)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda found: found.counts["sent"] > 0)
    falsify(hub)

    hub.stats.repair()

    ended(hub, mailing)
    assert hub.stats.check().agree


@pytest.fixture
def client(hub: Hub) -> Iterator[Client]:
    with running(make_app(hub)) as port, Client(f"http://127.0.0.1:{port}", hub.keys.create("k").key) as client:
        yield client


def test_a_service_checks_and_repairs_too(client: Client, hub: Hub, emulator: RunningEmulator) -> None:
    sent(hub)
    falsify(hub)

    assert client.stats.check() == hub.stats.check()
    assert client.stats.repair().differing == client.stats.check().differing + 3
    assert client.stats.check().agree
