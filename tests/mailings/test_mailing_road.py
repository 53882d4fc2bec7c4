"""A mailing from its creation to its end, over the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifyhub import Conflict, Hub, InvalidRequest, NotFound
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, statuses, telegram, until


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_mailing_reaches_each_client_of_its_audience_once(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 12)

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], audience={"tag": "even"}))

    assert (mailing.status, mailing.matched, counted(mailing)) == ("finished", 6, {"sent": 6})
    assert statuses(hub, mailing) == {"sent": 6}
    assert emulator.accepted() == {("telegram", telegram(n), "Hello"): 1 for n in range(0, 12, 2)}


def test_operator_codes_and_tags_are_both_asked_for(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 12)

    audience = {"operator_code": ["905", "999"], "tag": ["even"]}
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], audience=audience))

    assert set(emulator.accepted()) == {("telegram", telegram(n), "Hello") for n in (0, 6)}


def test_it_starts_by_itself_at_its_start(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)

    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], starts_at=soon(0.5))

    assert mailing.status == "scheduled"
    done = ended(hub, mailing)
    assert counted(done) == {"sent": 2}
    assert done.started_at
    assert done.started_at >= mailing.starts_at


def test_clients_who_join_later_are_not_added(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    emulator.faults(latency_ms={"min": 200, "max": 200})
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    fill(hub, 2, first=50)

    assert ended(hub, mailing).matched == 2


def test_the_first_channel_with_an_address_is_used(hub: Hub, emulator: RunningEmulator) -> None:
    hub.clients.create("79030000001", addresses={"telegram": "5"})
    hub.clients.create("79030000002")
    hub.clients.create("79030000003", addresses={"telegram": "6"}, opted_out=["telegram"])

    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram", "gateway"]))

    assert set(emulator.accepted()) == {
        ("telegram", "5", "Hello"),
        ("gateway", "79030000002", "Hello"),
        ("gateway", "79030000003", "Hello"),
    }


def test_all_channels_are_used_when_asked_for(hub: Hub, emulator: RunningEmulator) -> None:
    hub.clients.create("79030000001", addresses={"telegram": "5"})

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram", "gateway", "viber"], reach="all"))

    assert counted(mailing) == {"sent": 2}
    assert set(emulator.accepted()) == {("telegram", "5", "Hello"), ("gateway", "79030000001", "Hello")}


def test_the_unreachable_the_opted_out_and_the_duplicates_are_counted(hub: Hub, emulator: RunningEmulator) -> None:
    hub.clients.create("79030000001")
    hub.clients.create("79030000002", addresses={"telegram": "5"}, opted_out=True)
    hub.clients.create("79030000003", addresses={"telegram": "6"})
    hub.clients.create("79030000004", addresses={"telegram": "6"})

    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    assert (mailing.matched, mailing.unreachable, mailing.opted_out, mailing.duplicates) == (4, 1, 1, 1)
    assert counted(mailing) == {"sent": 1}
    assert mailing.message_id
    assert hub.message(mailing.message_id).duplicates == 1


def test_an_audience_that_has_opted_out_altogether_ends_nothing_early(hub: Hub, emulator: RunningEmulator) -> None:
    # listmonk 2860: a whole batch of people who opted out ended the campaign.
    fill(hub, 5, opted_out=True)
    fill(hub, 5, first=5)

    assert counted(ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))) == {"sent": 5}


def test_an_empty_audience_finishes_at_once(hub: Hub) -> None:
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"], audience={"tag": "nobody"}))

    assert (mailing.status, mailing.matched, counted(mailing)) == ("finished", 0, {})


def test_a_draft_waits_until_it_is_started(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    assert mailing.status == "draft"

    assert hub.mailings.start(mailing.id).status == "running"

    assert counted(ended(hub, mailing)) == {"sent": 2}


def test_a_draft_with_a_later_start_is_scheduled(hub: Hub) -> None:
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True, starts_at=soon(3600))

    assert hub.mailings.start(mailing.id).status == "scheduled"
    assert hub.mailings.start(mailing.id).status == "running"


def test_a_mailing_is_not_started_twice(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True)
    hub.mailings.start(mailing.id)

    with pytest.raises(Conflict, match="cannot be started again"):
        hub.mailings.start(mailing.id)
    assert counted(ended(hub, mailing)) == {"sent": 3}


def test_a_cancelled_mailing_that_has_not_started_sends_nothing(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], starts_at=soon(3600))

    done = hub.mailings.cancel(mailing.id)

    assert (done.status, done.cancelled, done.too_late) == ("cancelled", 0, 0)
    with pytest.raises(Conflict, match="nothing to cancel"):
        hub.mailings.cancel(mailing.id)
    with pytest.raises(Conflict, match="cannot be started again"):
        hub.mailings.start(mailing.id)


def test_a_deleted_mailing_is_hidden(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 3)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    done = hub.mailings.delete(mailing.id)

    assert (done.status, done.cancelled, done.too_late) == ("finished", 0, 3)
    with pytest.raises(NotFound):
        hub.mailings.get(mailing.id)
    assert hub.mailings.list() == []


def test_a_paused_mailing_stops_and_goes_on_where_it_was(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 2})
    emulator.faults(latency_ms={"min": 20, "max": 20})
    fill(hub, 60)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda found: found.counts["sent"] >= 5)

    assert hub.mailings.pause(mailing.id).status == "paused"

    stopped = until(hub, mailing.id, lambda found: not found.counts["sending"])
    seen = len(emulator.accepted())
    assert stopped.counts["scheduled"] == 60 - seen
    hub.mailings.resume(mailing.id)
    assert counted(ended(hub, mailing)) == {"sent": 60}
    assert set(emulator.accepted().values()) == {1}


def test_nothing_leaves_after_the_end(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 1})
    emulator.faults(latency_ms={"min": 100, "max": 100})
    fill(hub, 40)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(1.5)))

    done = ended(hub, mailing)

    assert done.status == "expired"
    assert done.counts["expired"] == 40 - done.counts["sent"] > 0
    assert all(datetime.fromisoformat(entry["received_at"]) <= end for entry in emulator.entries())


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"name": ""}, ("name", "empty")),
        ({"text": "  "}, ("text", "empty")),
        ({"channels": []}, ("channels", "empty")),
        ({"channels": ["icq"]}, ("channels[0]", "unknown_value")),
        ({"audience": {"colour": "red"}}, ("audience.colour", "unknown_field")),
        ({"ends_at": "2020-01-01T00:00Z"}, ("ends_at", "past")),
        ({"starts_at": "2126-01-02T00:00Z", "ends_at": "2126-01-01T00:00Z"}, ("ends_at", "too_early")),
        ({"send_window": {"from": "9"}}, ("send_window.from", "form")),
        ({"late_joiners": True}, ("late_joiners", "no_end")),
        ({"size": 1}, ("size", "unknown_field")),
    ],
)
def test_what_is_wrong_with_a_mailing_is_named(
    make_hub: HubMaker, members: dict[str, Any], fault: tuple[str, str]
) -> None:
    hub = make_hub(worker=False)
    given = {"name": "Sale", "text": "Hello", "channels": ["telegram"], **members}

    with pytest.raises(InvalidRequest) as caught:
        hub.mailings.create(**given)

    assert [(one.path, one.code) for one in caught.value.faults] == [fault]
