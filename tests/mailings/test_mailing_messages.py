"""The message of a mailing is not changed, cancelled or retried by itself; single deliveries may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from notifyhub import Conflict, Hub
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, until


def test_the_message_of_a_mailing_is_left_to_the_mailing(hub: Hub, emulator: RunningEmulator) -> None:
    fill(hub, 2)
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    assert mailing.message_id

    for act in (
        lambda: hub.cancel(mailing.message_id or ""),
        lambda: hub.change(mailing.message_id or "", text="Hi"),
        lambda: hub.retry(mailing.message_id or ""),
    ):
        with pytest.raises(Conflict, match=f"is that of mailing {mailing.id}: change, cancel or retry the mailing"):
            act()
    assert counted(hub.mailings.get(mailing.id)) == {"sent": 2}


def held(hub: Hub, emulator: RunningEmulator, ends_at: datetime | None = None) -> tuple[int, int]:
    """A mailing of one delivery that is held as unconfirmed: the ids of both."""
    fill(hub, 1)
    emulator.faults(failure_rate=1, failure="lost")
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], on_unconfirmed="at_most_once", ends_at=ends_at)
    until(hub, mailing.id, lambda found: found.counts["unconfirmed"] == 1)
    emulator.faults()
    (delivery,) = hub.deliveries(mailing_id=mailing.id)
    return mailing.id, delivery.id or 0


def test_a_held_delivery_of_a_finished_mailing_is_sent_again(hub: Hub, emulator: RunningEmulator) -> None:
    mailing_id, delivery_id = held(hub, emulator)
    until(hub, mailing_id, lambda found: found.status == "finished")

    hub.resolve(delivery_id, "resend")

    until(hub, mailing_id, lambda found: found.counts["sent"] == 1)


def test_a_held_delivery_is_not_sent_again_after_the_end(hub: Hub, emulator: RunningEmulator) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=4)
    mailing_id, delivery_id = held(hub, emulator, ends_at=soon)
    until(hub, mailing_id, lambda found: datetime.now(UTC) > soon)

    with pytest.raises(Conflict, match="which has ended"):
        hub.resolve(delivery_id, "resend")
    assert hub.resolve(delivery_id, "fail").status == "failed"


def test_a_single_delivery_of_a_mailing_can_be_cancelled(hub: Hub, emulator: RunningEmulator) -> None:
    hub.clients.create("79030000001", addresses={"telegram": "1"}, timezone="+00:00")
    hour = datetime.now(UTC).hour
    window = {"from": f"{(hour + 12) % 24:02}:00", "to": f"{(hour + 13) % 24:02}:00"}
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], send_window=window)
    until(hub, mailing.id, lambda found: found.counts["scheduled"] == 1)
    (delivery,) = hub.deliveries(mailing_id=mailing.id)

    (done,) = hub.cancel_deliveries([delivery.id or 0])

    assert done.result == "cancelled"
    assert counted(ended(hub, mailing)) == {"cancelled": 1}
