"""Viber's callbacks: the webhook, receipts in every manner, and what people do."""

import hashlib
import hmac

import pytest
from starlette.responses import JSONResponse, Response

from tests.emulator.receiver import receiving

TOKEN = "token-of-the-webhook-tests"
PERSON = "01234567890A="
TEXT = {"receiver": PERSON, "type": "text", "text": "hi", "sender": {"name": "Shop"}}
WELCOME = {"type": "text", "text": "Welcome!", "sender": {"name": "Shop"}, "tracking_data": "t"}


@pytest.fixture(scope="module")
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def bot(site, receiver):
    """The id of a bot whose webhook is the receiver."""
    receiver.clear()
    assert call(site, "set_webhook", url=receiver.url)["status"] == 0
    receiver.next()
    yield call(site, "get_account_info")["id"]
    call(site, "set_webhook", url="")
    assert site.emulator.callbacks.wait_until_idle()


def call(site, path, **fields):
    return site.viber(path, token=TOKEN, **fields).json


def does(site, bot, **deed):
    return site.call("POST", f"/people/viber/{PERSON}/messages", {"bot": bot, **deed})


def events(receiver, count):
    return [receiver.next().json for _ in range(count)]


def kinds(receiver, count):
    return [event["event"] for event in events(receiver, count)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 4),
        ({"url": 7}, 3),
        ({"url": "http://127.0.0.1/", "event_types": ["tea"]}, 3),
        ({"url": "ftp://example.com/"}, 1),
        ({"url": "http://127.0.0.1:1/"}, 1),
        ({"url": "http://8.8.8.8/"}, 1),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(site, fields, status):
    assert call(site, "set_webhook", **fields)["status"] == status


def test_a_refused_webhook_leaves_the_old_one(site, bot, receiver):
    receiver.answers.append(Response(status_code=204))
    assert call(site, "set_webhook", url=f"{receiver.url}/new")["status"] == 1
    assert call(site, "get_account_info")["webhook"] == receiver.url


def test_a_webhook_has_to_be_https_when_that_is_asked(site, receiver, strict):
    strict(viber={"https_only": True})
    assert call(site, "set_webhook", url=receiver.url)["status"] == 1


def test_callbacks_are_signed_over_their_raw_bytes(site, bot, receiver):
    does(site, bot, text="Привет")
    posted = receiver.next()
    wanted = hmac.new(TOKEN.encode(), posted.body, hashlib.sha256).hexdigest()
    assert posted.headers["x-viber-content-signature"] == wanted


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ["delivered", "seen"]),
        ({"seen": False}, ["delivered"]),
        ({"manner": "late", "late_s": 0.01}, ["delivered", "seen"]),
        ({"manner": "twice"}, ["delivered", "delivered", "seen", "seen"]),
        ({"manner": "out_of_order"}, ["seen", "delivered"]),
    ],
)
def test_receipts_come_in_the_manner_that_is_set(site, bot, receiver, manner, settings, told):
    manner(**settings)
    token = call(site, "send_message", **TEXT)["message_token"]

    receipts = events(receiver, len(told))
    assert [receipt["event"] for receipt in receipts] == told
    assert {(receipt["message_token"], receipt["user_id"]) for receipt in receipts} == {(token, PERSON)}


def test_no_receipt_comes_when_that_is_set(site, bot, receiver, manner):
    manner(manner="never")
    call(site, "send_message", **TEXT)
    does(site, bot, text="hi")
    assert kinds(receiver, 1) == ["message"]


def test_a_magic_receiver_gets_it_and_then_it_fails(site, bot, receiver):
    assert call(site, "send_message", **TEXT | {"receiver": "magic-fails-later="})["status"] == 0
    [failed] = events(receiver, 1)
    assert (failed["event"], failed["user_id"]) == ("failed", "magic-fails-later=")
    assert failed["desc"]


def test_a_broadcast_has_receipts_for_everyone(site, bot, receiver):
    people = ["anna=", "magic-fails-later="]
    call(site, "broadcast_message", broadcast_list=people, type="text", text="hi", sender={"name": "Shop"})
    told = [(event["event"], event["user_id"]) for event in events(receiver, 3)]
    assert told == [("delivered", "anna="), ("seen", "anna="), ("failed", "magic-fails-later=")]


def test_a_bot_hears_of_what_it_asked_for_only(site, bot, receiver):
    call(site, "set_webhook", url=receiver.url, event_types=["seen"])
    receiver.next()
    call(site, "send_message", **TEXT)
    does(site, bot, text="hi")
    assert kinds(receiver, 2) == ["seen", "message"]


def test_a_person_who_left_cannot_be_written_to_until_they_are_back(site, bot, receiver):
    does(site, bot, kind="block")
    assert call(site, "send_message", **TEXT)["status"] == 6
    does(site, bot, kind="unblock")
    assert call(site, "send_message", **TEXT)["status"] == 0
    assert kinds(receiver, 2) == ["unsubscribed", "subscribed"]


def test_a_pressed_button_says_what_it_stands_for(site, bot, receiver):
    does(site, bot, kind="press", data="yes")
    assert events(receiver, 1)[0]["message"] == {"type": "text", "text": "yes"}


def test_a_conversation_may_begin_with_a_welcome(site, bot, receiver):
    receiver.answers.append(JSONResponse(WELCOME))
    does(site, bot, kind="open", text="campaign")

    [event] = events(receiver, 1)
    assert (event["type"], event["context"], event["subscribed"]) == ("open", "campaign", False)
    [entry] = site.journal.wait_for(1)
    assert (entry["address"], entry["text"], entry["account"]) == (PERSON, "Welcome!", bot)


def test_a_welcome_that_is_no_message_is_not_shown(site, bot, receiver):
    receiver.answers.append(JSONResponse({"type": "poem"}))
    does(site, bot, kind="open")
    assert site.emulator.callbacks.wait_until_idle()
    assert site.journal.entries() == []


def test_people_have_no_name_for_a_bot_that_does_not_want_it(site, bot, receiver):
    call(site, "set_webhook", url=receiver.url, send_name=False, send_photo=False)
    receiver.next()
    does(site, bot, text="hi")
    assert not {"name", "avatar"} & set(events(receiver, 1)[0]["sender"])


def test_nobody_is_heard_by_a_bot_without_a_webhook(site, bot):
    call(site, "set_webhook", url="")
    reply = does(site, bot, text="hi")
    assert reply.status == 409
    assert "webhook" in reply.json["errors"][0]["message"]


def test_the_bot_that_wrote_last_is_the_one_answered(site, bot, receiver, manner):
    manner(manner="never")
    call(site, "send_message", **TEXT)
    does(site, None, text="hi")
    assert kinds(receiver, 1) == ["message"]
