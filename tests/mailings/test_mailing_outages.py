"""A messenger that refuses somebody, or is away for a while, neither ends a mailing nor costs it people."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub import Hub, answers
from notifyhub.domain.failures import IN_A_ROW
from notifyhub.hub import core_of
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram, until

COUNT = 6 * IN_A_ROW
NOBODY_LISTENS = "http://127.0.0.1:9"


def each_once(emulator: RunningEmulator, numbers: range) -> bool:
    """Did each of these clients get it exactly once?"""
    return emulator.accepted(channel="telegram") == {("telegram", telegram(n), "Hello"): 1 for n in numbers}


def test_one_address_that_is_refused_stops_nobody_else(hub: Hub, emulator: RunningEmulator) -> None:
    # listmonk 2591: one address that the server refused paused the campaign.
    fill(hub, 10)
    emulator.script("telegram", telegram(3), "blocked")

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    assert (mailing.status, counted(mailing)) == ("finished", {"sent": 9, "failed": 1})
    (failed,) = hub.deliveries(mailing_id=mailing.id, status="failed")
    assert (failed.address, failed.reason) == (telegram(3), "recipient_blocked")
    assert hub.mailings.stats(mailing.id).by_reason == {"recipient_blocked": 1}


@pytest.mark.parametrize("failure", ["429", "502", "503"])
def test_a_messenger_that_is_away_for_a_while_costs_nobody(hub: Hub, emulator: RunningEmulator, failure: str) -> None:
    fill(hub, COUNT)
    emulator.faults(failure_rate=1, failure=failure)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    emulator.wait_for(COUNT + 5, timeout_s=30)

    waiting = hub.mailings.get(mailing.id)
    emulator.faults()

    assert (waiting.status, waiting.counts["failed"]) == ("running", 0)
    done = ended(hub, mailing)
    assert (done.status, counted(done)) == ("finished", {"sent": COUNT})
    assert each_once(emulator, range(COUNT))


def test_a_messenger_that_cannot_be_reached_costs_nobody(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    away = make_hub(database_url=database_url, emulator_url=NOBODY_LISTENS)
    fill(away, COUNT)
    mailing = away.mailings.create("Sale", "Hello", ["telegram"])

    def was_tried_often(_: answers.Mailing) -> bool:
        return tries(away) >= COUNT + 5

    waiting = until(away, mailing.id, was_tried_often)
    away.close()
    hub = make_hub(database_url=database_url)

    assert (waiting.status, waiting.counts["failed"]) == ("running", 0)
    assert counted(ended(hub, mailing)) == {"sent": COUNT}
    assert each_once(emulator, range(COUNT))


def tries(hub: Hub) -> int:
    """How many calls are recorded."""

    def ask(database: Any) -> int:
        return int(database.execute_sql("SELECT COUNT(*) FROM attempts").fetchone()[0])

    return core_of(hub).ask(ask).result()


def test_what_the_messenger_being_away_cost_is_not_counted_as_attempts(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, COUNT)
    emulator.faults(failure_rate=1, failure="503")
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], max_attempts=2)
    emulator.wait_for(COUNT, timeout_s=30)
    until(hub, mailing.id, lambda found: not found.counts["sending"])

    emulator.faults()

    assert counted(ended(hub, mailing)) == {"sent": COUNT}


def test_a_mailing_goes_on_on_its_own_channel_while_another_messenger_is_away(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url)
    fill(hub, COUNT)
    emulator.faults(channels={"telegram": {"failure_rate": 1, "failure": "503"}})
    held = hub.mailings.create("Sale", "Hello", ["telegram"])
    emulator.wait_for(COUNT, timeout_s=30)

    other = ended(hub, hub.mailings.create("Other", "Hi", ["gateway"]))
    plain = hub.wait(hub.send("Alone", to={"viber": "01234567890A="}), timeout_s=30)

    assert (counted(other), plain.status) == ({"sent": COUNT}, "sent")
    assert counted(hub.mailings.get(held.id)).keys() <= {"scheduled", "sending"}
    emulator.faults()
    assert counted(ended(hub, held)) == {"sent": COUNT}


def test_who_got_it_are_exactly_those_of_the_journal(hub: Hub, emulator: RunningEmulator) -> None:
    # listmonk 1931: nobody could tell who got it.
    fill(hub, 60)
    emulator.faults(failure_rate=0.3, failure="blocked")
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    def addresses(**wanted: Any) -> list[str]:
        return sorted(d.address for d in hub.deliveries(mailing_id=mailing.id, limit=100, **wanted))

    for status, accepted in (("sent", True), ("failed", False)):
        assert addresses(status=status) == sorted(
            entry["address"] for entry in emulator.entries() if entry["accepted"] is accepted
        )
        assert len(addresses(status=status)) == mailing.counts[status] > 0
