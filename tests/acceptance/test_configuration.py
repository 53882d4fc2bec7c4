"""A channel that is set up wrongly rests as a whole, keeps what waits, and goes on by itself."""

from __future__ import annotations

import logging

import pytest

from notifyhub import Delivery, Hub, Message
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator

WRONG = {"rest_s": 0.2}
REVOKED = ("1", "401")


def delivery_of(hub: Hub, message: Message) -> Delivery:
    assert message.deliveries is not None
    return hub.delivery(message.deliveries[0].id or 0)


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR and "rests" in r.getMessage()]


@pytest.fixture
def resting(make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(database_url=database_url, telegram={**WRONG, "max_attempts": 1})


def test_a_revoked_token_costs_nothing_and_what_waits_goes_out_when_it_is_mended(
    resting: Hub, emulator: RunningEmulator
) -> None:
    emulator.script("telegram", "1", "401", "401", "401")

    delivery = delivery_of(resting, resting.wait(resting.send("Hello", to={"telegram": "1"}), timeout_s=30))

    assert delivery.status == "sent"
    assert [a.outcome for a in delivery.attempts or ()] == ["misconfigured"] * 3 + ["sent"]


def test_there_is_one_alarm_that_names_the_setting_and_one_word_when_it_goes_on(
    resting: Hub, emulator: RunningEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.script("telegram", "1", "401", "401", "401")

    resting.wait(resting.send("Hello", to={"telegram": "1"}), timeout_s=30)

    assert len(alarms(caplog)) == 1
    assert "NOTIFYHUB_TELEGRAM_TOKEN" in alarms(caplog)[0]
    assert len([r for r in caplog.records if "goes on" in r.getMessage()]) == 1


def test_one_delivery_tries_for_all_that_wait(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> None:
    hub = make_hub(database_url=database_url, telegram={"rest_s": 600})
    emulator.script("telegram", "1", *["401"] * 9)
    hub.send("First", to={"telegram": "1"})
    emulator.wait_for(1)
    first = hub.send("First", to={"telegram": "1"})
    assert first.duplicates == 1

    others = hub.send("Others", to=[{"telegram": str(n)} for n in range(100, 150)])
    hub.wait(hub.send("Elsewhere", to={"gateway": "79161234567"}), timeout_s=20)
    hub.close()

    assert emulator.entries(channel="telegram", text="Others") == []
    assert hub.message(others.id).counts == {"scheduled": 50}


def test_other_channels_go_on(resting: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1", *["401"] * 99)
    resting.send("Hello", to={"telegram": "1"})
    emulator.wait_for(1)

    assert resting.wait(resting.send("Hello", to={"gateway": "79161234567"}), timeout_s=20).status == "sent"


def test_another_account_of_the_channel_goes_on(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    account = {
        "token": "1:first",
        "base_url": f"{emulator.url}/telegram",
        "senders": {"alerts": {"token": "2:second"}},
    }
    hub = make_hub(database_url=database_url, telegram={**account, "rest_s": 600})
    emulator.script("telegram", "1", *["401"] * 99)
    alerts = {"telegram": {"sender": "alerts"}}
    resting = [hub.send("Hello", to={"telegram": "1"}, options=alerts)]
    emulator.wait_for(1)
    resting += [hub.send(f"Hello {n}", to={"telegram": "2"}, options=alerts) for n in range(3)]

    assert hub.wait(hub.send("Hello", to={"telegram": "3"}), timeout_s=20).status == "sent"
    hub.close()
    assert {hub.message(message.id).status for message in resting} == {"scheduled"}
    assert sum(len(delivery_of(hub, message).attempts or ()) for message in resting) == 1
    assert not [record for record in caplog.records if "stopped" in record.getMessage()]
    assert len(emulator.entries()) == 2
