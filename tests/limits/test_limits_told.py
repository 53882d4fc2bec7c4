"""People can see which limits apply, who pauses, and what a delivery waits for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest
from typer.testing import CliRunner

from notifyhub import Hub
from notifyhub_cli.main import app
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.limits.conftest import done

Limited = Callable[..., Hub]
TOO_FAST = {"status": 429, "retry_after": 60}


def next_of(hub: Hub, message_id: object) -> str:
    (story,) = hub.why(str(message_id))
    return story.next


def paused(hub: Hub, emulator: RunningEmulator) -> None:
    """A first message is refused as too fast."""
    emulator.script("telegram", "5", TOO_FAST)
    hub.send("first", {"telegram": "5"})
    emulator.wait_for(1, timeout_s=30)


def test_a_channel_tells_the_limits_of_its_accounts(make_hub: HubMaker) -> None:
    further = {"slow": {"token": "8:slow", "rate": "5/min", "address_rate": "none"}}
    hub = make_hub(worker=False, limits="on", telegram={"token": "7:first", "senders": further})

    first, slow = hub.channel("telegram").accounts

    assert (first.sender, first.rate, first.address_rate, first.group_rate) == (None, "30/s", "1/s", "17/min burst 3")
    assert (slow.sender, slow.rate, slow.address_rate, slow.group_rate) == ("slow", "5/min", None, "17/min burst 3")
    assert {account.rate for account in hub.channel("gateway").accounts} == {None}


def test_a_pause_is_seen_in_the_channel_and_told_of_by_why(
    make_hub: HubMaker, emulator: RunningEmulator, database_url: str
) -> None:
    hub = make_hub(database_url=database_url)
    paused(hub, emulator)
    waiting = hub.send("later", {"telegram": "6"})

    elsewhere = make_hub(database_url=database_url, worker=False)
    ends_at = elsewhere.channel("telegram").accounts[0].paused_until

    assert ends_at is not None
    told = next_of(elsewhere, waiting.id)
    assert told.startswith(
        "Waits for a pause: Telegram refused telegram as too fast, so nothing is sent from it until "
    )
    assert f"{ends_at:%Y-%m-%d %H:%M:%S}" in told
    assert told.endswith("Waiting uses up no attempt: attempt 1 of 5 is next.")


def test_why_tells_of_a_place_that_a_recipient_waits_for(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited(telegram={"address_rate": "1/h"})
    done(hub, hub.send("1", {"telegram": "5"}))
    second = hub.send("2", {"telegram": "5"})
    emulator.wait_for(1, timeout_s=30)
    other = hub.send("3", {"telegram": "6"})
    done(hub, other)

    told = next_of(hub, second.id)

    assert told.startswith("Waits for its place at ")
    assert "the limit of its recipient or of its mailing has none before." in told


def test_why_tells_of_an_account_that_has_more_to_send_than_it_may(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited(telegram={"rate": "1/h"})
    done(hub, hub.send("1", {"telegram": "5"}))
    second = hub.send("2", {"telegram": "6"})

    told = next_of(hub, second.id)

    assert "waits for its turn, because telegram may send 1/h." in told


def test_why_tells_of_a_mailing_that_has_more_to_send_than_it_may(
    make_hub: HubMaker, emulator: RunningEmulator
) -> None:
    hub = make_hub()
    for number in range(3):
        hub.clients.create(f"7903{number:07}", addresses={"telegram": str(1000 + number)})
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], rate="1/h")
    emulator.wait_for(1, timeout_s=30)

    (waiting, *_) = hub.deliveries(mailing_id=mailing.id, status="scheduled")

    told = hub.why(waiting.id or 0)[0].next
    assert "its mailing may send 1/h." in told or "its mailing has none before." in told


def test_the_time_to_go_reckons_with_the_rate_of_the_mailing(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub()
    for number in range(3):
        hub.clients.create(f"7903{number:07}", addresses={"telegram": str(1000 + number)})
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"], rate="1/h")
    emulator.wait_for(1, timeout_s=30)
    while not hub.mailings.stats(mailing.id).by_status["sent"]:
        sleep(0.01)

    assert hub.mailings.stats(mailing.id).left_s == 2 * 3600


def test_what_waits_for_a_place_can_be_changed_as_if_it_did_not(limited: Limited, emulator: RunningEmulator) -> None:
    hub = limited(telegram={"address_rate": "1/h"})
    done(hub, hub.send("1", {"telegram": "5"}))
    second = hub.send("2", {"telegram": "5"})
    done(hub, hub.send("3", {"telegram": "6"}))
    soon = datetime.now(UTC) + timedelta(minutes=5)

    changed = hub.change(second.id, expires_at=soon)

    assert changed.expires_at is not None
    later = hub.change(second.id, expires_at=None, at="2126-12-01T10:00:00Z")
    assert f"{later.send_at:%Y}" == "2126"
    assert next_of(hub, second.id).startswith("Will be sent at 2126-12-01 10:00:00 UTC")


def test_the_command_line_shows_rates_and_pauses(
    make_hub: HubMaker, emulator: RunningEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFYHUB_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NOTIFYHUB_TELEGRAM_RATE", "12/s")
    hub = make_hub(telegram={"rate": "12/s"})
    paused(hub, emulator)

    shown = CliRunner().invoke(app, ["channels"]).output
    as_json = json.loads(CliRunner().invoke(app, ["channels", "--json"]).output)
    findings = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).output)

    assert "12/s" in shown
    assert "telegram pauses until " in shown
    (telegram,) = [channel for channel in as_json if channel["name"] == "telegram"]
    assert telegram["accounts"][0]["rate"] == "12/s"
    assert "telegram was refused as too fast, so nothing is sent from it until " in str(findings)
