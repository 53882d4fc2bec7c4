"""A mailing whose channels are tried one after the other for each client."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from notifyhub import Hub, InvalidRequest, answers
from tests.chains.conftest import AN_HOUR, AN_HOUR_MS, CHAIN, awaited, time_passes
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, phone, until

LATER = AN_HOUR_MS + 60_000


def viber(number: int) -> str:
    return f"viber+person+{number:07}=="


def fill(hub: Hub, count: int, first: int = 0, **members: Any) -> list[answers.Client]:
    """Clients who are on all channels of the chain."""
    numbers = range(first, first + count)
    return [hub.clients.create(phone(n), **{"addresses": {"viber": viber(n)}, **members}) for n in numbers]


def refuse(emulator: RunningEmulator, *addresses: str) -> None:
    emulator.faults(scripts=[{"channel": "viber", "address": a, "answers": ["blocked"]} for a in addresses])


def channels_of(hub: Hub, mailing: answers.Mailing) -> Counter[tuple[str, str, str | None]]:
    found = hub.deliveries(mailing_id=mailing.id, limit=1000)
    return Counter((one.channel, one.status, one.reason) for one in found)


def test_each_client_goes_through_the_chain(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 4)
    fill(hub, 1, first=4, addresses={})
    refuse(emulator, viber(1))

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", CHAIN))

    assert counted(mailing) == {"sent": 5, "superseded": 1}
    assert (mailing.status, mailing.channels) == ("finished", answers.Chain(first_of=["viber", "whatsapp", "gateway"]))
    assert channels_of(hub, mailing) == {
        ("viber", "sent", None): 3,
        ("viber", "superseded", "not_subscribed"): 1,
        ("whatsapp", "sent", None): 2,
    }


def test_a_chain_is_one_result_in_the_statistics(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    refuse(emulator, viber(1))
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", CHAIN))

    found = hub.mailings.stats(mailing.id)

    assert (found.total, found.progress) == (3, 1.0)
    assert (found.by_status["sent"], found.by_status["superseded"]) == (3, 1)
    message = hub.message(mailing.message_id or "")
    assert (message.status, message.counts, message.accepted) == ("sent", {"sent": 3}, 3)
    assert message.channels == mailing.channels
    assert hub.stats.check().agree


def test_a_preview_counts_first_steps(hub: Hub) -> None:
    fill(hub, 2)
    fill(hub, 1, first=2, addresses={})
    mailing = hub.mailings.create("Sale", "Hello", AN_HOUR, draft=True)

    seen = hub.mailings.preview(mailing.id)

    assert (seen.deliveries, seen.by_channel) == (3, {"viber": 2, "whatsapp": 1})


def test_a_mailing_runs_until_nothing_of_it_may_go_on(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    chain = {"first_of": ["viber", "gateway"], "confirm_within": "PT1H"}
    mailing = hub.mailings.create("Sale", "Hello", chain)
    until(hub, mailing.id, lambda found: found.counts["sent"] == 2)
    until(hub, mailing.id, lambda found: found.expanded_at is not None)
    assert hub.mailings.get(mailing.id).status == "running"

    time_passes(hub, LATER)

    assert counted(ended(hub, mailing)) == {"sent": 2, "superseded": 2}
    assert {entry["channel"] for entry in emulator.entries()} == {"viber", "gateway"}


def test_nothing_of_a_cancelled_mailing_goes_on(hub: Hub) -> None:
    fill(hub, 2)
    mailing = hub.mailings.create("Sale", "Hello", AN_HOUR)
    until(hub, mailing.id, lambda found: found.counts["sent"] == 2)
    hub.mailings.cancel(mailing.id)

    time_passes(hub, LATER)

    assert channels_of(hub, mailing) == {("viber", "sent", None): 2}
    assert awaited(hub) == 0


def test_what_only_waits_its_turn_does_not_give_way(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(database_url=database_url, emulator_url="http://127.0.0.1:9")
    fill(hub, 2)
    mailing = hub.mailings.create("Sale", "Hello", AN_HOUR)
    until(hub, mailing.id, lambda found: found.expanded_at is not None)
    hub.mailings.pause(mailing.id)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 2)

    time_passes(hub, LATER)

    assert {channel for channel, _, _ in channels_of(hub, mailing)} == {"viber"}
    assert awaited(hub) == 2


@pytest.mark.parametrize("members", [{"opted_out": ["viber"]}, {"addresses": {}}], ids=["opted out", "no address"])
def test_who_left_the_channel_meanwhile_gets_it_on_the_next(
    hub: Hub, emulator: RunningEmulator, members: dict[str, Any]
) -> None:
    clients = fill(hub, 1)
    emulator.faults(failure_rate=1.0, failure="500")
    mailing = hub.mailings.create("Sale", "Hello", CHAIN, max_attempts=100)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 1)
    hub.mailings.pause(mailing.id)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 1)
    emulator.faults()

    hub.clients.update(clients[0].id, **members)
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 1, "superseded": 1}
    assert [entry["channel"] for entry in emulator.entries() if entry["accepted"]] == ["whatsapp"]


def test_who_opted_out_of_everything_gets_nothing_more(hub: Hub, emulator: RunningEmulator) -> None:
    clients = fill(hub, 1)
    emulator.faults(failure_rate=1.0, failure="500")
    mailing = hub.mailings.create("Sale", "Hello", CHAIN, max_attempts=100)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 1)

    # Nothing gets through: a call that is on its way now is not stopped by the wish.
    hub.clients.update(clients[0].id, opted_out=True)

    assert counted(ended(hub, mailing)) == {"cancelled": 1}


def test_deleting_a_client_leaves_none_of_their_addresses(hub: Hub) -> None:
    clients = fill(hub, 1)
    mailing = hub.mailings.create("Sale", "Hello", AN_HOUR)
    until(hub, mailing.id, lambda found: found.counts["sent"] == 1)

    hub.clients.delete(clients[0].id)

    (delivery,) = hub.deliveries(mailing_id=mailing.id)
    assert (delivery.address, delivery.chain.then if delivery.chain else None) == ("", None)
    assert awaited(hub) == 0


def test_a_retry_of_what_failed_tries_the_last_step(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 1)
    emulator.faults(failure_rate=1.0, failure="400")
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", CHAIN))
    assert counted(mailing) == {"failed": 1, "superseded": 2}
    emulator.faults()

    assert hub.mailings.retry_failed(mailing.id).retried == 1

    assert counted(ended(hub, mailing)) == {"sent": 1, "superseded": 2}
    assert [entry["channel"] for entry in emulator.entries() if entry["accepted"]] == ["gateway"]


def test_a_chain_is_tested_on_its_first_channel(hub: Hub, emulator: RunningEmulator) -> None:
    client = fill(hub, 1)[0]
    mailing = hub.mailings.create("Sale", "Hello", CHAIN, draft=True)

    hub.wait(hub.mailings.test(mailing.id, clients=[client.id]), timeout_s=20)

    assert [entry["channel"] for entry in emulator.entries()] == ["viber"]


@pytest.mark.parametrize(
    ("channels", "reach", "fault"),
    [
        ({"first_of": ["viber", "viber"]}, "first", ("channels.first_of", "repeated")),
        ({"first_of": ["viber"]}, "all", ("reach", "no_chain")),
        ({"first_of": []}, "first", ("channels.first_of", "empty")),
        ({"first_of": ["pager"]}, "first", ("channels.first_of[0]", "unknown_value")),
    ],
)
def test_a_chain_that_cannot_be_is_refused(hub: Hub, channels: Any, reach: Any, fault: tuple[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        hub.mailings.create("Sale", "Hello", channels, reach=reach)

    assert [(one.path, one.code) for one in refused.value.faults] == [fault]
    assert hub.mailings.list() == []


def test_channels_can_be_changed_into_a_chain_and_back(hub: Hub) -> None:
    mailing = hub.mailings.create("Sale", "Hello", ["viber"], draft=True, reach="all")

    with pytest.raises(InvalidRequest, match="reach"):
        hub.mailings.update(mailing.id, channels=AN_HOUR)
    changed = hub.mailings.update(mailing.id, channels=AN_HOUR, reach="first")

    assert changed.channels == answers.Chain(first_of=["viber", "whatsapp", "gateway"], confirm_within="PT1H")
    assert hub.mailings.update(mailing.id, channels=["viber"]).channels == ["viber"]
