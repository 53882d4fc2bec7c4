"""`notifyhub logs --client`: one person's story from import to erasure, as a service and commands tell it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from notifyhub.logs.events import ASKED, EVENTS, FIELDS, HEAD
from tests.cli.conftest import Run, in_this_tree, run
from tests.processes import Service

__all__ = ["in_this_tree", "run"]

PHONE, OTHER_PHONE = "79201234567", "79201234568"
TELEGRAM, VIBER = "1067000", "01234567890A="
NAME = "Bartholomew"
TEXT = "The spring sale begins on Monday"
VIBER_TOKEN = "0000000000000000-0000000000000000-0000000000000000"


class Story:
    """A client from import to erasure, and what `notifyhub logs` says about it."""

    def __init__(self, service: Service, run: Run, folder: Path) -> None:
        self.folder = folder
        self.service = service
        self.run = run
        self.client_id = self.mailing_id = 0
        self.message: dict[str, Any] = {}

    def play(self) -> None:
        self._listen()
        self._import()
        self._write()
        self._mail()
        self._change()
        self._opt_out()
        assert self.run("clients", "delete", str(self.client_id)).code == 0

    def records(self, *arguments: str) -> list[dict[str, Any]]:
        ended = self.run("logs", *arguments, "--json")
        assert ended.code == 0, ended.err
        return [json.loads(line) for line in ended.out.splitlines()]

    def events(self, *arguments: str) -> list[str]:
        return [record["event"] for record in self.records(*arguments)]

    def _listen(self) -> None:
        """The bots have their webhooks at the service."""
        hooks = {
            "telegram/bot1:emulated/setWebhook": {"url": "telegram", "secret_token": "emulated"},
            "viber/pa/set_webhook": {"url": "viber", "auth_token": VIBER_TOKEN},
        }
        for path, hook in hooks.items():
            here = f"{self.service.url}/receipts/{hook['url']}"
            requests.post(
                f"{self.service.url}/emulator/{path}", json={**hook, "url": here}, timeout=30
            ).raise_for_status()

    def _import(self) -> None:
        table = f"phone,telegram,viber,tags,attributes.name\n{PHONE},{TELEGRAM},{VIBER},vip,{NAME}\n{OTHER_PHONE},,,,\n"
        (self.folder / "clients.csv").write_text(table)
        assert self.run("clients", "import", "clients.csv").code == 0
        self.client_id = self.service.ask(f"/api/v1/clients?phone={PHONE}")["items"][0]["id"]

    def _write(self) -> None:
        recipients = [{"telegram": "1067009"}]
        self.message = self.service.ask("/api/v1/messages", {"text": TEXT, "recipients": recipients}, "POST")

    def _mail(self) -> None:
        script = {"channel": "telegram", "address": TELEGRAM, "answers": ["500"]}
        self.service.ask("/emulator/faults", {"scripts": [script]}, "PUT")
        asked = {
            "name": "Spring",
            "text": TEXT,
            "channels": ["telegram", "viber"],
            "reach": "all",
            "audience": {"tag": ["vip"]},
        }
        self.mailing_id = self.service.ask("/api/v1/mailings", asked, "POST")["id"]
        path = f"/api/v1/mailings/{self.mailing_id}"
        self._until(lambda: self.service.ask(path)["status"] == "finished")
        self._until(lambda: "delivery.receipt" in self.events("--client", str(self.client_id)))

    def _change(self) -> None:
        path = f"/api/v1/clients/{self.client_id}"
        self.service.ask(path, {"attributes": {"name": f"{NAME} II"}}, "PATCH")

    def _opt_out(self) -> None:
        self.service.ask(f"/emulator/people/telegram/{TELEGRAM}/messages", {"bot": "1", "text": "STOP"}, "POST")
        self._until(lambda: "client.opted_out" in self.events("--client", str(self.client_id)))

    def _until(self, is_so: Callable[[], bool], within_s: float = 60) -> None:
        ends = time.monotonic() + within_s
        while not is_so():
            assert time.monotonic() < ends
            time.sleep(0.05)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story is played once; the tests read it."""
    folder = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch:
        in_this_tree.__wrapped__(patch)  # type: ignore[attr-defined]
        patch.chdir(folder)
        with Service(folder, telegram_retry_base_s=0.02, host="127.0.0.1") as service:
            story = Story(service, run.__wrapped__(folder, None), folder)  # type: ignore[attr-defined]
            story.play()
            yield story


def test_the_story_of_a_client_goes_from_import_to_erasure(played: Story) -> None:
    told = played.events("--client", str(played.client_id))

    def after(event: str, *, begin: int) -> int:
        assert event in told[begin:], (event, told)
        return told.index(event, begin) + 1

    place = 0
    for event in ("client.imported", "delivery.placed", "delivery.attempt", "delivery.attempt", "delivery.attempt"):
        place = after(event, begin=place)
    for event in ("client.changed", "person.wrote", "client.erased"):
        place = after(event, begin=place)
    assert {"delivery.receipt", "client.opted_out"} <= set(told)


def test_a_failed_call_is_told_with_its_answer_and_when_it_is_tried_again(played: Story) -> None:
    calls = played.records("--client", str(played.client_id), "--channel", "telegram", "--event", "delivery.attempt")

    assert [(call["attempt"], call["outcome"], call["status"]) for call in calls] == [
        (1, "temporary_failure", "scheduled"),
        (2, "sent", "sent"),
    ]
    assert calls[0]["code"] == "500"
    assert calls[0]["answer"]
    assert "due_at" in calls[0]
    assert {call["mailing_id"] for call in calls} == {played.mailing_id}


def test_the_import_is_told_with_the_line_of_the_table_and_the_command_that_made_it(played: Story) -> None:
    (imported,) = played.records("--client", str(played.client_id), "--event", "client.imported")
    whole = played.records("--request", imported["request_id"])

    assert (imported["line"], imported["status"], imported["process"]) == (2, "created", "cli")
    assert [record["event"] for record in whole] == ["client.imported", "client.imported", "clients.imported"]


def test_an_opting_out_says_whose_wish_it_was(played: Story) -> None:
    (wish,) = played.records("--client", str(played.client_id), "--event", "client.opted_out")

    assert (wish["by"], wish["channels"]) == ("inbound", ["telegram"])


def test_a_change_names_the_members_and_not_their_values(played: Story) -> None:
    (change,) = played.records("--client", str(played.client_id), "--event", "client.changed")
    (asked,) = played.records("--request", change["request_id"], "--event", "request")

    assert change["fields"] == ["attributes"]
    assert (asked["method"], asked["path"], asked["key_id"]) == ("PATCH", "/api/v1/clients/{id}", 1)


def test_a_request_leads_to_the_calls_for_the_message_that_it_made(played: Story) -> None:
    (accepted,) = played.records("--message", played.message["id"], "--event", "message.accepted")
    told = played.events("--request", accepted["request_id"])

    assert sorted(told) == ["delivery.attempt", "message.accepted", "request.answered"]


def test_a_delivery_is_found_by_its_number(played: Story) -> None:
    id_ = str(played.message["deliveries"][0]["id"])

    assert sorted(played.events("--delivery", id_)) == ["delivery.attempt", "message.accepted", "request.answered"]


def test_a_mailing_is_told_from_its_request_to_its_end(played: Story) -> None:
    told = played.events("--mailing", str(played.mailing_id))

    assert {"request.answered", "mailing.created", "mailing.started", "mailing.expanded", "mailing.finished"} <= set(
        told
    )
    assert told.count("delivery.placed") == 2


def test_no_log_has_personal_data_texts_or_secrets(played: Story) -> None:
    log = (played.folder / "notifyhub-data" / "notifyhub.log").read_text()
    secrets = (played.service.key, VIBER_TOKEN, "1:emulated", "emulated-secret")

    for word in (PHONE, OTHER_PHONE, TELEGRAM, "1067009", VIBER, NAME, TEXT, "STOP", *secrets):
        assert word not in log, word


def test_every_record_keeps_to_the_vocabulary(played: Story) -> None:
    for record in played.records("--limit", "0"):
        assert set(record) <= FIELDS.keys(), record
        if record["event"] != "log":
            assert set(record) <= {*HEAD, ASKED, *EVENTS[record["event"]][1], "logger", "text"}, record
