"""The call that a delivery makes is shown as it goes over the wire, but for the secrets, and is not made."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from notifyhub import Conflict, NotFound
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.listener import listening
from tests.mailings.conftest import until

VIBER = "QWJjZGVmZ2hpamtsbW5vcA=="
SECRET = "s3cret-s3cret-s3cret"
LATER = "2126-12-01T10:00:00Z"
SETUPS: list[tuple[str, dict[str, Any], str]] = [
    ("telegram", {"token": f"123456:{SECRET}"}, "1067000"),
    ("viber", {"token": SECRET, "sender_name": "Shop"}, VIBER),
    ("whatsapp", {"token": SECRET, "phone_number_id": "100200300"}, "79161234567"),
    ("gateway", {"token": SECRET}, "79161234567"),
]


@pytest.mark.parametrize(("channel", "setup", "address"), SETUPS, ids=[channel for channel, _, _ in SETUPS])
def test_it_is_what_goes_over_the_wire(make_hub: HubMaker, channel: str, setup: dict[str, Any], address: str) -> None:
    with listening() as messenger:
        hub = make_hub(**{channel: {**setup, "base_url": f"http://127.0.0.1:{messenger.port}"}})
        sent = hub.send("Hello <b>", to={channel: address}, options=OPTIONS.get(channel))
        made = messenger.posted()[0]

        assert sent.deliveries
        shown = hub.request_of(sent.deliveries[0].id or 0)

    whole = f"{shown.url} {shown.headers} {shown.body}"
    assert shown.method == "POST"
    assert shown.url == f"http://127.0.0.1:{messenger.port}{made.path}".replace(f"123456:{SECRET}", "***")
    assert orjson.loads(shown.body) == orjson.loads(made.body.replace(SECRET.encode(), b"***"))
    assert SECRET not in whole
    assert "***" in whole


OPTIONS = {"telegram": {"telegram": {"parse_mode": "HTML", "silent": True}}}


def test_a_mail_is_shown_with_its_headers(make_hub: HubMaker) -> None:
    hub = make_hub(worker=False)
    sent = hub.send("Hello\nAnna", to={"email": "anna@example.org"}, options={"email": {"subject": "Привет"}})

    shown = hub.request_of((sent.deliveries or [])[0].id or 0)

    assert (shown.method, shown.url[:7], shown.headers["To"]) == ("SMTP", "smtp://", "anna@example.org")
    assert {"From", "Subject", "Message-ID"} <= shown.headers.keys()


def test_nothing_is_sent_by_looking(make_hub: HubMaker, emulator: RunningEmulator) -> None:
    hub = make_hub(worker=False)
    sent = hub.send("Hello", to={"telegram": "1"})

    hub.request_of((sent.deliveries or [])[0].id or 0)

    assert emulator.entries() == []


def test_each_has_the_text_that_its_template_makes_for_it(make_hub: HubMaker, database_url: str) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    hub.templates.set("hi", "Hi {{ name }}")
    sent = hub.send(template="hi", variables={"name": "Anna"}, to={"telegram": "1"}, at=LATER)

    assert orjson.loads(hub.request_of((sent.deliveries or [])[0].id or 0).body)["text"] == "Hi Anna"


def test_another_account_has_its_own_name(make_hub: HubMaker) -> None:
    further = {"news": {"token": SECRET, "sender_name": "News"}}
    hub = make_hub(worker=False, viber={"token": "first-first-first", "sender_name": "Shop", "senders": further})
    sent = hub.send("Hello", to={"viber": VIBER}, options={"viber": {"sender": "news"}}, at=LATER)

    shown = hub.request_of((sent.deliveries or [])[0].id or 0)

    assert orjson.loads(shown.body)["sender"]["name"] == "News"
    assert SECRET not in shown.model_dump_json()


def test_a_delivery_without_its_address_or_that_there_is_not_shows_none(make_hub: HubMaker) -> None:
    hub = make_hub()
    client = hub.clients.create(79031234567, addresses={"telegram": "1"})
    mailing = hub.mailings.create("Sale", "Hello", ["telegram"])
    until(hub, mailing.id, lambda found: found.counts["sent"] == 1)
    (delivery,) = hub.deliveries(mailing_id=mailing.id)
    hub.clients.erase(client.id, reason="asked")

    with pytest.raises(Conflict, match="its address was removed"):
        hub.request_of(delivery.id or 0)
    with pytest.raises(NotFound):
        hub.request_of(404)
