"""What people do towards a sender, told by the webhooks of their messengers as the emulator posts them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.flow import receive
from notifyhub.hub import core_of
from notifyhub.store import hearing
from tests.api.conftest import Api, Reply, serve
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.reachability.conftest import PERSON, sent

SUBSCRIBER = "01234567890A="
PHONE = "79161234567"
VIBER_TOKEN = "0000000000000000-0000000000000000-0000000000000000"
NUMBER_ID = "100000000000001"
SECRET = "emulated"
ADDRESSES = {"telegram": PERSON, "viber": SUBSCRIBER, "whatsapp": PHONE}

__all__ = ["serve"]


@pytest.fixture
def api(make_hub: HubMaker, serve: Callable[[Hub], Api], database_url: str, emulator: RunningEmulator) -> Api:
    """A service whose three bots have their webhooks at it."""
    api = serve(make_hub(database_url=database_url))
    set_webhooks(api, emulator)
    return api


def set_webhooks(api: Api, emulator: RunningEmulator) -> None:
    here = f"http://127.0.0.1:{api.port}/receipts"
    kinds = ["message", "my_chat_member", "callback_query"]
    telegram = {"url": f"{here}/telegram", "secret_token": SECRET, "allowed_updates": kinds}
    post(f"{emulator.url}/telegram/bot1:emulated/setWebhook", telegram)
    post(f"{emulator.url}/viber/pa/set_webhook", {"url": f"{here}/viber", "auth_token": VIBER_TOKEN})
    post(
        f"{emulator.url}/whatsapp/v23.0/{NUMBER_ID}",
        {"webhook_configuration": {"override_callback_uri": f"{here}/whatsapp", "verify_token": "emulated"}},
        Authorization="Bearer emulated",
    )


def post(url: str, body: dict[str, Any], **headers: str) -> None:
    reply = requests.post(url, json=body, headers=headers, timeout=30)
    assert reply.status_code == 200, reply.text


def does(emulator: RunningEmulator, channel: str, **deed: Any) -> dict[str, Any]:
    """A person does something, and the webhook has been told when this returns."""
    bots = {"telegram": "1", "whatsapp": NUMBER_ID}
    named = {"bot": bots[channel]} if channel in bots else {}
    update = emulator.person(channel, ADDRESSES[channel], **named, **deed)
    assert emulator.emulator.callbacks.wait_until_idle()
    return update


def reasons(hub: Hub) -> list[tuple[str, str, str]]:
    return [(entry.channel, entry.address, entry.reason) for entry in hub.reachability.list()]


def test_learnt_and_unlearnt(api: Api, emulator: RunningEmulator) -> None:
    does(emulator, "telegram", text="hello")
    emulator.script("telegram", PERSON, "blocked")
    assert sent(api.hub, "One").reason == "recipient_blocked"

    assert api.hub.send("Two", to={"telegram": PERSON}).status == "failed"
    assert [entry["text"] for entry in emulator.entries()] == ["One"]
    does(emulator, "telegram", text="I am back")

    assert sent(api.hub, "Three").status == "sent"


def test_a_block_is_learnt_before_anything_is_sent(api: Api, emulator: RunningEmulator) -> None:
    does(emulator, "telegram", kind="block")

    assert api.hub.send("Hello", to={"telegram": PERSON}).status == "failed"
    assert reasons(api.hub) == [("telegram", PERSON, "recipient_blocked")]
    does(emulator, "telegram", kind="unblock")
    assert reasons(api.hub) == []


def test_who_leaves_a_viber_bot_is_not_subscribed(api: Api, emulator: RunningEmulator) -> None:
    sent(api.hub, to={"viber": SUBSCRIBER})

    does(emulator, "viber", kind="block")
    assert reasons(api.hub) == [("viber", SUBSCRIBER, "not_subscribed")]
    does(emulator, "viber", kind="open")
    assert reasons(api.hub) == [("viber", SUBSCRIBER, "not_subscribed")]

    does(emulator, "viber", kind="unblock")
    assert reasons(api.hub) == []


@pytest.mark.parametrize(
    ("channel", "word"),
    [("telegram", "/stop"), ("telegram", " Стоп "), ("viber", "stop"), ("whatsapp", "СТОП")],
)
def test_a_word_puts_an_end_to_it(api: Api, emulator: RunningEmulator, channel: str, word: str) -> None:
    sent(api.hub, to={channel: ADDRESSES[channel]})

    does(emulator, channel, text=word)

    assert reasons(api.hub) == [(channel, ADDRESSES[channel], "opted_out")]
    refused = api.hub.send("Once more", to={channel: ADDRESSES[channel]}, ignore_reachability=True)
    assert [(d.status, d.reason) for d in refused.deliveries or ()] == [("failed", "opted_out")]
    (story,) = api.hub.why(refused.id)
    assert "the person opted out by a message" in story.events[-1].words


@pytest.mark.parametrize("text", ["please do not stop", "stop it", "/stopped"])
def test_a_word_counts_only_if_it_is_all_that_is_written(api: Api, emulator: RunningEmulator, text: str) -> None:
    does(emulator, "telegram", text=text)

    assert reasons(api.hub) == []


@pytest.mark.parametrize(("channel", "word"), [("telegram", "/start"), ("viber", "старт"), ("whatsapp", "Start")])
def test_another_word_begins_it_again(api: Api, emulator: RunningEmulator, channel: str, word: str) -> None:
    sent(api.hub, to={channel: ADDRESSES[channel]})
    does(emulator, channel, text="STOP")
    does(emulator, channel, text="hello")
    assert len(reasons(api.hub)) == 1

    does(emulator, channel, text=word)

    assert reasons(api.hub) == []


def test_a_member_of_a_group_does_not_opt_the_group_out(api: Api) -> None:
    chat = {"id": -100200300, "type": "supergroup"}

    assert telegram(api, {"update_id": 1, "message": {"chat": chat, "date": 1, "text": "STOP"}}).status == 200

    assert reasons(api.hub) == []


def test_a_group_that_throws_the_bot_out_is_not_asked_again(api: Api) -> None:
    member = {"chat": {"id": -100200300, "type": "supergroup"}, "new_chat_member": {"status": "kicked"}}

    telegram(api, {"update_id": 1, "my_chat_member": member})

    assert reasons(api.hub) == [("telegram", "-100200300", "not_a_member")]


def telegram(api: Api, update: Any, secret: str = SECRET) -> Reply:
    body = json.dumps(update).encode()
    return api.ask("POST", "/receipts/telegram", body, Authorization="", X_Telegram_Bot_Api_Secret_Token=secret)


def written(update_id: int, text: str, person: str = PERSON) -> dict[str, Any]:
    chat = {"id": int(person), "type": "private"}
    return {"update_id": update_id, "message": {"message_id": 5, "chat": chat, "date": 1_700_000_001, "text": text}}


@pytest.mark.parametrize("secret", ["", "another", "EMULATED"])
def test_a_wrong_secret_changes_nothing(api: Api, secret: str) -> None:
    assert telegram(api, written(1, "STOP"), secret).status == 403
    assert reasons(api.hub) == []


def test_a_real_bot_without_a_secret_hears_nothing(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, telegram={"token": "1:real"}))

    assert telegram(api, written(1, "STOP"), "emulated").status == 403
    assert telegram(api, written(1, "STOP"), "").status == 403


def test_the_secret_tells_the_bots_apart(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    senders = {"shop": {"token": "2:second", "webhook_secret": "of-the-shop"}}
    own = {"token": "1:real", "webhook_secret": "of-the-first", "senders": senders}
    api = serve(make_hub(worker=False, telegram=own))
    gone = {"chat": {"id": int(PERSON), "type": "private"}, "new_chat_member": {"status": "kicked"}}

    telegram(api, {"update_id": 1, "my_chat_member": gone}, "of-the-shop")

    assert [entry.sender for entry in api.hub.reachability.list()] == ["shop"]
    telegram(api, written(2, "hello"), "of-the-first")
    assert len(reasons(api.hub)) == 1
    telegram(api, written(2, "hello"), "of-the-shop")
    assert reasons(api.hub) == []


def test_a_repeated_update_acts_once(api: Api) -> None:
    assert telegram(api, written(7, "STOP")).status == 200
    api.hub.reachability.clear("telegram", PERSON)

    assert telegram(api, written(7, "STOP")).status == 200

    assert reasons(api.hub) == []
    telegram(api, written(8, "STOP"))
    assert len(reasons(api.hub)) == 1


def test_a_repeated_message_of_whatsapp_acts_once(api: Api) -> None:
    message = {"from": PHONE, "id": "wamid.one", "timestamp": "1749416383", "type": "text", "text": {"body": "stop"}}

    assert [whatsapp(api, messages=[message, message]).status, len(reasons(api.hub))] == [200, 1]
    api.hub.reachability.clear("whatsapp", PHONE)
    assert whatsapp(api, messages=[message]).status == 200

    assert reasons(api.hub) == []


def whatsapp(api: Api, **value: Any) -> Reply:
    told = {"entry": [{"changes": [{"value": {"metadata": {"phone_number_id": NUMBER_ID}, **value}}]}]}
    body = json.dumps(told).encode()
    signature = "sha256=" + hmac.new(b"emulator-app-secret", body, hashlib.sha256).hexdigest()
    return api.ask("POST", "/receipts/whatsapp", body, Authorization="", X_Hub_Signature_256=signature)


def test_a_receipt_that_nobody_is_there_is_learnt(
    make_hub: HubMaker,
    serve: Callable[[Hub], Api],
    database_url: str,
) -> None:
    api = serve(make_hub(database_url=database_url))
    delivery = sent(api.hub, to={"whatsapp": PHONE})
    failed = {"id": delivery.messenger_id, "status": "failed", "timestamp": "1", "errors": [{"code": 131026}]}

    whatsapp(api, statuses=[failed])

    assert [(entry.reason, entry.source) for entry in api.hub.reachability.list()] == [("recipient_unknown", "receipt")]
    assert api.hub.send("Once more", to={"whatsapp": PHONE}).status == "failed"


def test_updates_are_forgotten_when_nobody_repeats_them_any_more(api: Api) -> None:
    telegram(api, written(7, "hello"))
    database = core_of(api.hub).database

    assert receive.forget(database, now_ms() + hearing.UPDATES_KEPT_MS - 60_000) == 0
    assert receive.forget(database, now_ms() + hearing.UPDATES_KEPT_MS + 60_000) == 1


def test_the_words_are_settings(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> None:
    api = serve(make_hub(worker=False, opt_out_words="Basta, genug", opt_in_words='["Bitte"]'))

    telegram(api, written(1, "STOP"))
    assert reasons(api.hub) == []
    telegram(api, written(2, "GENUG"))
    assert len(reasons(api.hub)) == 1
    telegram(api, written(3, "/start"))
    assert len(reasons(api.hub)) == 1
    telegram(api, written(4, "bitte"))
    assert reasons(api.hub) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"update_id": 1}', b'{"update_id": "x", "message": {"chat": 7}}'])
def test_an_update_that_makes_no_sense_is_harmless(api: Api, body: bytes) -> None:
    assert api.ask("POST", "/receipts/telegram", body, X_Telegram_Bot_Api_Secret_Token=SECRET).status == 200
