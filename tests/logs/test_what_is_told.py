"""Each stage of messages, mailings and clients is told, on either store, and only what was committed."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifyhub import Conflict, Hub
from notifyhub.logs import story
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.processes import PATIENCE_S

PERSON = {"telegram": "1067000"}
LATER = "2126-12-01T10:00:00Z"


class Told:
    """What was told so far, as (event, field …)."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def all(self, beginning: str = "") -> list[dict[str, Any]]:
        return [
            {"event": record.getMessage(), **vars(record)}
            for record in self._caplog.records
            if record.name == story.NAME and record.getMessage().startswith(beginning)
        ]

    def events(self, beginning: str = "") -> list[str]:
        return [record["event"] for record in self.all(beginning)]

    def until(self, event: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until this is told."""
        ends = time.monotonic() + within_s
        while not (found := self.all(event)):
            assert time.monotonic() < ends, self.events()
            time.sleep(0.01)
        return found[0]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    caplog.set_level(logging.INFO, story.NAME)
    return Told(caplog)


@pytest.fixture
def hub(told: Told, make_hub: HubMaker, database_url: str) -> Hub:
    return make_hub(database_url=database_url)


def test_a_change_that_is_refused_is_not_told(told: Told, hub: Hub) -> None:
    hub.clients.create("79201234567")
    other = hub.clients.create("79201234568")

    with pytest.raises(Conflict):
        hub.clients.update(other.id, phone="79201234567")

    assert told.events() == ["client.created", "client.created"]


def test_cancelling_a_message_tells_of_each_delivery(told: Told, hub: Hub) -> None:
    message = hub.send("Hello", to=[PERSON, {"telegram": "1067001"}], at=LATER)
    hub.cancel(message.id)

    assert told.events() == ["message.accepted", "delivery.cancelled", "delivery.cancelled", "message.cancelled"]
    assert {record["message_id"] for record in told.all()} == {message.id}


def test_what_expires_is_told(told: Told, hub: Hub) -> None:
    hub.send("Hello", to=PERSON, at=_in(1), expires_at=_in(1.1))  # too short for a call

    assert told.until("delivery.expired")["reason"] == "too_late"


def test_a_delivery_that_a_limit_puts_off_is_told_with_the_time(
    told: Told, make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    own = {"base_url": f"{emulator.url}/telegram", "token": emulator.token, "address_rate": "1/60s"}
    hub = make_hub(database_url=database_url, telegram=own, limits="on")
    for number in range(3):
        hub.send(f"Hello {number}", to=PERSON)

    waits = told.until("delivery.put_off")
    assert (waits["channel"], waits["reason"]) == ("telegram", "paced")
    assert waits["due_at"].endswith("Z")


def test_what_is_known_of_an_address_refuses_and_is_told(told: Told, hub: Hub) -> None:
    hub.reachability.suppress("telegram", "1067000")
    message = hub.send("Hello", to=PERSON)

    refused = told.until("delivery.refused")
    assert (refused["message_id"], refused["reason"]) == (message.id, "opted_out")


def test_each_move_of_a_mailing_is_told(told: Told, hub: Hub) -> None:
    hub.clients.create("79201234567", addresses=PERSON)
    mailing = hub.mailings.create("Spring", "Hello", channels=["telegram"], starts_at=LATER)
    hub.mailings.update(mailing.id, text="Hello again")
    hub.mailings.start(mailing.id)
    hub.mailings.delete(mailing.id)

    assert told.events("mailing") == ["mailing.created", "mailing.changed", "mailing.started", "mailing.deleted"]
    assert {record["mailing_id"] for record in told.all("mailing")} == {mailing.id}


def test_a_pause_and_its_end_are_told(told: Told, hub: Hub, emulator: RunningEmulator) -> None:
    hub.clients.create("79201234567", addresses=PERSON)
    emulator.script("telegram", "1067000", *["500"] * 3)
    mailing = hub.mailings.create("Spring", "Hello", channels=["telegram"])
    hub.mailings.pause(mailing.id)
    hub.mailings.resume(mailing.id)
    hub.mailings.cancel(mailing.id)

    told_moves = told.events("mailing.")
    assert [event for event in told_moves if event != "mailing.expanded"] == [
        "mailing.created",
        "mailing.started",
        "mailing.paused",
        "mailing.resumed",
        "mailing.cancelled",
    ]


def test_keys_are_told_without_the_key(told: Told, hub: Hub) -> None:
    key = hub.keys.create("orders", ("send",))
    hub.keys.revoke(key.id)

    assert told.events() == ["key.created", "key.revoked"]
    assert not any(str(key.key) in str(record) for record in told.all())


def test_an_opting_out_cancels_and_both_are_told(told: Told, hub: Hub) -> None:
    client = hub.clients.create("79201234567", addresses=PERSON)
    hub.mailings.create("Spring", "Hello", channels=["telegram"], send_window=_closed())
    told.until("delivery.placed")
    hub.clients.update(client.id, opted_out=["all"])

    cancelled, wish = told.until("delivery.cancelled"), told.until("client.opted_out")
    assert (cancelled["client_id"], cancelled["reason"]) == (client.id, "opted_out")
    assert (wish["client_id"], wish["channels"], wish["by"]) == (client.id, ["all"], "api")


def test_a_chain_that_goes_on_is_told(told: Told, hub: Hub, emulator: RunningEmulator) -> None:
    emulator.script("telegram", "1067000", "403")
    chain = {"first_of": ["telegram", "viber"]}
    hub.wait(hub.send("Hello", to={**PERSON, "viber": "01234567890A="}, channels=chain), timeout_s=20)

    assert (told.until("delivery.superseded")["channel"], told.until("delivery.placed")["channel"]) == (
        "telegram",
        "viber",
    )


def _in(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def _closed() -> dict[str, Any]:
    """A window that opens in some hours, in the zone of clients."""
    opens = datetime.now(ZoneInfo("Europe/Moscow")) + timedelta(hours=5)
    return {"from": opens.strftime("%H:00"), "to": (opens + timedelta(hours=2)).strftime("%H:00")}


def test_versions_of_a_template_are_told_and_repeats_are_not(
    make_hub: HubMaker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, story.NAME)
    hub = make_hub(worker=False)

    hub.templates.set("code", "Your code is {{ code }}", language="en")
    hub.templates.set("code", "Your code is {{ code }}", language="en")
    hub.templates.delete("code")

    told = [(one["event"], one["template_version"]) for one in Told(caplog).all("template.")]
    assert told == [("template.changed", 1), ("template.removed", 2)]
    assert "Your code" not in caplog.text
