"""The latest wish of a client holds while a mailing runs: when a delivery is claimed, not when it was stored."""

from __future__ import annotations

from typing import Any

import pytest

from notifyhub import Hub, answers
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram, until


@pytest.fixture
def waiting(make_hub: HubMaker, database_url: str) -> tuple[Hub, answers.Mailing, list[answers.Client]]:
    """A mailing to three clients that is paused when all its deliveries wait."""
    hub = make_hub(database_url=database_url)
    clients = fill(hub, 3)
    # Not one local hour of the client is now.
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    return hub, mailing, clients


def expand_paused(hub: Hub, mailing: answers.Mailing, emulator: RunningEmulator) -> None:
    """Let the deliveries be stored, but none be sent: the messenger asks for a pause first."""
    emulator.faults(failure_rate=1.0, failure="429")
    hub.mailings.start(mailing.id)
    until(hub, mailing.id, lambda found: found.expanded_at is not None)
    hub.mailings.pause(mailing.id)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 3)
    emulator.faults()


Waiting = tuple[Hub, answers.Mailing, list[answers.Client]]


@pytest.mark.parametrize(
    "members",
    [{"opted_out": True}, {"opted_out": ["telegram"]}, {"addresses": {}}],
    ids=["opted out of all", "opted out of the channel", "no address any more"],
)
def test_who_wants_nothing_or_cannot_be_reached_gets_nothing(
    waiting: Waiting, emulator: RunningEmulator, members: dict[str, Any]
) -> None:
    hub, mailing, clients = waiting
    expand_paused(hub, mailing, emulator)

    hub.clients.update(clients[1].id, **members)
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 2, "cancelled": 1}
    assert set(emulator.accepted()) == {("telegram", telegram(n), "Hello") for n in (0, 2)}


def test_an_opt_out_from_another_channel_changes_nothing(waiting: Waiting, emulator: RunningEmulator) -> None:
    hub, mailing, clients = waiting
    expand_paused(hub, mailing, emulator)

    hub.clients.update(clients[1].id, opted_out=["viber"])
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 3}


def test_a_deleted_client_gets_nothing_and_leaves_no_address(waiting: Waiting, emulator: RunningEmulator) -> None:
    hub, mailing, clients = waiting
    expand_paused(hub, mailing, emulator)

    assert hub.clients.delete(clients[1].id).cancelled == 1
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 2, "cancelled": 1}
    assert {d.address for d in hub.deliveries()} == {telegram(0), "", telegram(2)}


def test_a_new_address_is_used(waiting: Waiting, emulator: RunningEmulator) -> None:
    hub, mailing, clients = waiting
    expand_paused(hub, mailing, emulator)

    hub.clients.update(clients[1].id, addresses={"telegram": "777"})
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 3}
    assert ("telegram", "777", "Hello") in emulator.accepted()
    assert ("telegram", telegram(1), "Hello") not in emulator.accepted()
    assert "777" in {d.address for d in hub.deliveries()}


def test_a_new_address_that_gets_the_same_already_is_a_duplicate(waiting: Waiting, emulator: RunningEmulator) -> None:
    hub, mailing, clients = waiting
    expand_paused(hub, mailing, emulator)

    hub.clients.update(clients[1].id, addresses={"telegram": telegram(2)})
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 2, "cancelled": 1}
    assert set(emulator.accepted().values()) == {1}
    (cancelled,) = hub.deliveries(status="cancelled")
    assert cancelled.reason == "duplicate"
    (story,) = hub.why(cancelled.id or 0)
    assert story.events[-1].words.startswith("Cancelled before it was sent: another delivery sends the same")
