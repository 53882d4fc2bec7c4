"""The send window: each client is written to in their own local hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notifyhub import Hub
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, until


def clock(moment: datetime) -> str:
    return moment.strftime("%H:%M")


def test_those_outside_their_hours_wait_for_the_next_opening(hub: Hub, emulator: RunningEmulator) -> None:
    now = datetime.now(UTC)
    hub.clients.create("79030000001", addresses={"telegram": "1"}, timezone="+00:00")
    hub.clients.create("79030000002", addresses={"telegram": "2"}, timezone="+08:00")
    window = {"from": clock(now - timedelta(hours=1)), "to": clock(now + timedelta(hours=1))}

    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], send_window=window)
    until(hub, mailing.id, lambda found: found.counts["sent"] == 1 and found.expanded_at is not None)

    assert set(emulator.accepted()) == {("telegram", "1", "Hello")}
    (waiting,) = hub.deliveries(status="scheduled")
    assert waiting.due_at
    opens = waiting.due_at.astimezone(UTC) + timedelta(hours=8)
    assert clock(opens) == window["from"]
    assert hub.mailings.get(mailing.id).status == "running"


def test_a_window_that_no_longer_opens_before_the_end_expires(hub: Hub, emulator: RunningEmulator) -> None:
    now = datetime.now(UTC)
    hub.clients.create("79030000001", addresses={"telegram": "1"}, timezone="+00:00")
    hub.clients.create("79030000002", addresses={"telegram": "2"}, timezone="+08:00")
    window = {"from": clock(now - timedelta(hours=1)), "to": clock(now + timedelta(hours=1))}

    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], send_window=window, ends_at=now + timedelta(hours=2))

    done = ended(hub, mailing)
    assert (done.status, counted(done)) == ("finished", {"sent": 1, "expired": 1})
    assert {d.reason for d in hub.deliveries(status="expired")} == {"send_window_closed"}


def test_a_client_who_moved_is_written_to_at_the_hours_of_the_new_zone(hub: Hub, emulator: RunningEmulator) -> None:
    now = datetime.now(UTC)
    client = hub.clients.create("79030000001", addresses={"telegram": "1"}, timezone="+00:00")
    emulator.faults(failure_rate=1.0, failure="429")
    window = {"from": clock(now - timedelta(hours=1)), "to": clock(now + timedelta(hours=1))}
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], send_window=window)
    until(hub, mailing.id, lambda found: found.expanded_at is not None)
    hub.mailings.pause(mailing.id)

    hub.clients.update(client.id, timezone="+08:00")
    until(hub, mailing.id, lambda found: not found.counts["sending"])
    emulator.faults()
    hub.mailings.resume(mailing.id)

    def is_put_off(_: object) -> bool:
        return all(d.due_at and d.due_at > now + timedelta(hours=2) for d in hub.deliveries(status="scheduled"))

    until(hub, mailing.id, is_put_off)
    assert not emulator.accepted()
