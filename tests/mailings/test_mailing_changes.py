"""Changing a mailing: everything before it starts, its end and priority while it runs, nothing afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifyhub import Conflict, Hub, InvalidRequest, NotFound
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, until


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_everything_can_be_changed_before_the_start(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 4)
    mailing = hub.mailings.create("Sale", "Hello", ["viber"], starts_at=soon(3600))

    changed = hub.mailings.update(
        mailing.id,
        name="Spring",
        text="Hi",
        channels=["telegram"],
        audience={"tag": "even"},
        send_window={"from": "00:00"},
        priority="urgent",
        reach="all",
        starts_at=None,
    )

    assert (changed.name, changed.text, changed.channels, changed.priority) == ("Spring", "Hi", ["telegram"], "urgent")
    assert changed.audience_words == "tag even"
    assert counted(ended(hub, mailing)) == {"sent": 2}
    assert {text for _, _, text in emulator.accepted()} == {"Hi"}


@pytest.mark.parametrize(
    "members", [{"text": "Hi"}, {"audience": {}}, {"send_window": None}, {"channels": ["viber"]}, {"starts_at": None}]
)
def test_what_is_sent_to_whom_is_frozen_once_it_runs(hub: Hub, members: dict[str, Any]) -> None:
    fill(hub, 1)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(3600), late_joiners=True)
    until(hub, mailing.id, lambda found: found.status == "running")

    with pytest.raises(Conflict, match=f"is running: {next(iter(members))} can no longer be changed"):
        hub.mailings.update(mailing.id, **members)


def test_the_end_can_be_brought_forward_while_it_runs(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 1})
    emulator.faults(latency_ms={"min": 100, "max": 100})
    fill(hub, 40)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(3600))
    until(hub, mailing.id, lambda found: found.counts["sent"] >= 2)

    hub.mailings.update(mailing.id, ends_at=(end := soon(0.5)))

    done = ended(hub, mailing)
    assert done.status == "expired"
    assert done.counts["expired"] == 40 - done.counts["sent"] > 0
    assert all(datetime.fromisoformat(entry["received_at"]) <= end for entry in emulator.entries())


def test_the_end_can_be_put_back_while_it_is_paused_and_all_are_sent(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    # listmonk 2313: paused, changed and resumed, it called itself finished with a third unsent.
    hub = make_hub(database_url=database_url, telegram={"concurrency": 2})
    emulator.faults(latency_ms={"min": 20, "max": 20})
    fill(hub, 30)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], ends_at=soon(60))
    until(hub, mailing.id, lambda found: found.counts["sent"] >= 3)

    hub.mailings.pause(mailing.id)
    hub.mailings.update(mailing.id, ends_at=soon(3600), priority="urgent", name="Longer")
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 30}
    assert set(emulator.accepted().values()) == {1}


def test_a_new_priority_holds_for_what_waits(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    hub = make_hub(database_url=database_url, telegram={"concurrency": 1})
    emulator.faults(latency_ms={"min": 20, "max": 20})
    fill(hub, 20)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda found: found.expanded_at is not None)
    hub.mailings.pause(mailing.id)

    hub.mailings.update(mailing.id, priority="urgent")
    until(hub, mailing.id, lambda found: not found.counts["sending"])
    hub.mailings.resume(mailing.id)

    assert counted(ended(hub, mailing)) == {"sent": 20}


def test_nothing_can_be_changed_when_it_has_ended(hub: Hub) -> None:
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))

    with pytest.raises(Conflict, match="is finished: it can no longer be changed"):
        hub.mailings.update(mailing.id, name="Spring")


def test_what_is_wrong_with_a_change_is_named(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], starts_at=soon(100), ends_at=soon(200))

    for members, path in (
        ({"ends_at": soon(50)}, "ends_at"),
        ({"starts_at": soon(300)}, "starts_at"),
        ({"text": ""}, "text"),
        ({"text": "x" * 5_000}, "text"),
        ({}, ""),
        ({"late_joiners": True, "ends_at": None}, "late_joiners"),
    ):
        with pytest.raises(InvalidRequest) as caught:
            hub.mailings.update(mailing.id, **members)
        assert [fault.path for fault in caught.value.faults] == [path]
    with pytest.raises(NotFound):
        hub.mailings.update(99, name="x")
    assert hub.mailings.get(mailing.id) == mailing
