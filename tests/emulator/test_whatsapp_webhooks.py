"""WhatsApp's updates: where they go, how they are signed, statuses in every manner, and what people do."""

import hashlib
import hmac

import pytest
from starlette.requests import Request
from starlette.responses import Response

from notifyhub.emulator.callbacks.receipts import ReceiptSettings
from tests.emulator.receiver import receiving

PERSON = "16505551234"
NUMBER = "5559001"
ACCOUNT = "5559100"
APP = "5559200"
VERIFY = "xyz"
TEXT = {
    "messaging_product": "whatsapp",
    "to": f"+{PERSON}",
    "type": "text",
    "text": {"body": "hi"},
    "biz_opaque_callback_data": "job-42",
}
AUTH = {"Authorization": "Bearer token-of-the-webhook-tests", "Content-Type": "application/json"}
SUBSCRIPTION = {"object": "whatsapp_business_account", "verify_token": VERIFY, "fields": "messages"}


class Challenge(Response):
    """What a good webhook says to the verification."""

    async def __call__(self, scope, receive, send):
        query = Request(scope).query_params
        good = (query["hub.mode"], query["hub.verify_token"]) == ("subscribe", VERIFY)
        await Response(query["hub.challenge"] if good else "", 200 if good else 403)(scope, receive, send)


@pytest.fixture(scope="module")
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _nothing_left(site, receiver):
    receiver.clear()
    yield
    site.emulator.receipts.settings = ReceiptSettings()
    assert site.emulator.callbacks.wait_until_idle()


@pytest.fixture
def number(site, receiver):
    """A number whose updates come to the receiver."""
    assert direct(site, receiver).json == {"success": True}
    assert receiver.next().method == "GET"
    yield NUMBER
    graph(site, "POST", NUMBER, webhook_configuration={"override_callback_uri": ""})


def graph(site, method, path, **fields):
    return site.call(method, f"/whatsapp/v26.0/{path}", fields, AUTH)


def send(site, **change):
    return graph(site, "POST", f"{NUMBER}/messages", **TEXT | change).json["messages"][0]["id"]


def direct(site, receiver, verify_token=VERIFY):
    receiver.answers.append(Challenge())
    wanted = {"override_callback_uri": receiver.url, "verify_token": verify_token}
    return graph(site, "POST", NUMBER, webhook_configuration=wanted)


def does(site, **deed):
    return site.call("POST", f"/people/whatsapp/{PERSON}/messages", {"bot": NUMBER, **deed})


def values(receiver, count):
    return [receiver.next().json["entry"][0]["changes"][0]["value"] for _ in range(count)]


def statuses(receiver, count):
    return [value["statuses"][0] for value in values(receiver, count)]


def kinds(receiver, count):
    return [status["status"] for status in statuses(receiver, count)]


def test_an_address_is_taken_when_it_gives_the_challenge_back(site, receiver):
    reply = direct(site, receiver, verify_token="wrong")
    assert (reply.status, reply.json["error"]["code"]) == (400, 2200)
    assert "403" in reply.json["error"]["message"]


@pytest.mark.parametrize("rest", ["/hook?a=1", "/hook#top", "/hook?a=%7e#top"])
def test_the_challenge_stands_in_the_query_whatever_the_address_has(site, receiver, rest):
    receiver.answers.append(Challenge())
    wanted = {"override_callback_uri": receiver.url + rest, "verify_token": VERIFY}
    assert graph(site, "POST", NUMBER, webhook_configuration=wanted).json == {"success": True}

    query = rest.partition("#")[0].partition("?")[2]
    assert receiver.next().query.startswith(f"{query}&hub.mode=" if query else "hub.mode=")
    graph(site, "POST", NUMBER, webhook_configuration={"override_callback_uri": ""})


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "ftp://example.com/", "http://8.8.8.8/"])
def test_an_address_that_cannot_be_called_is_refused(site, url):
    wanted = {"override_callback_uri": url, "verify_token": VERIFY}
    assert graph(site, "POST", NUMBER, webhook_configuration=wanted).json["error"]["code"] == 2200


def test_statuses_follow_a_message(site, number, receiver):
    message_id = send(site)

    sent, delivered, read = statuses(receiver, 3)
    for status in (sent, delivered, read):
        assert (status["id"], status["recipient_id"], status["biz_opaque_callback_data"]) == (
            message_id,
            PERSON,
            "job-42",
        )
        assert status["timestamp"].isdigit()
    assert sent["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }
    assert sent["conversation"]["origin"] == {"type": "service"}
    assert "expiration_timestamp" in sent["conversation"]
    assert "expiration_timestamp" not in delivered["conversation"]
    assert not {"conversation", "pricing"} & set(read)


def test_a_template_is_billed_by_its_category(site, number, receiver):
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    send(site, type="template", template=template)
    assert statuses(receiver, 1)[0]["pricing"]["category"] == "utility"


def test_an_update_tells_whom_it_is_about(site, number, receiver):
    send(site)
    [value] = values(receiver, 1)
    assert value["metadata"]["phone_number_id"] == NUMBER
    assert value["contacts"][0]["wa_id"] == PERSON


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"seen": False}, ["sent", "delivered"]),
        ({"manner": "late", "late_s": 0.01}, ["sent", "delivered", "read"]),
        ({"manner": "twice"}, ["sent", "sent", "delivered", "delivered", "read", "read"]),
        ({"manner": "out_of_order"}, ["read", "delivered", "sent"]),
    ],
)
def test_statuses_come_in_the_manner_that_is_set(site, number, receiver, manner, settings, told):
    manner(**settings)
    send(site)
    assert kinds(receiver, len(told)) == told


def test_no_status_comes_when_that_is_set(site, number, receiver, manner):
    manner(manner="never")
    send(site)
    does(site, text="hi")
    assert "messages" in values(receiver, 1)[0]


def test_a_magic_recipient_gets_it_and_then_it_fails(site, number, receiver):
    send(site, to="+70000000305")
    [failed] = statuses(receiver, 1)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131026)
    assert failed["biz_opaque_callback_data"] == "job-42"


def test_a_closed_window_is_told_later_when_that_is_set(site, number, receiver, strict):
    strict(whatsapp={"service_window": "fail"})
    send(site)
    [failed] = statuses(receiver, 1)
    assert failed["errors"][0] == {
        "code": 131047,
        "title": "Re-engagement message",
        "message": "Re-engagement message",
        "error_data": {"details": "Re-engagement message."},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


@pytest.mark.parametrize("window", ["refuse", "fail"])
def test_a_persons_message_opens_the_window(site, number, receiver, strict, window):
    strict(whatsapp={"service_window": window})
    does(site, text="hi")
    send(site)
    values(receiver, 1)
    assert kinds(receiver, 3) == ["sent", "delivered", "read"]


def test_a_person_is_heard(site, number, receiver):
    does(site, text="Привет")

    [value] = values(receiver, 1)
    [message] = value["messages"]
    assert (message["from"], message["type"], message["text"]) == (PERSON, "text", {"body": "Привет"})
    assert message["id"].startswith("wamid.")
    assert value["contacts"][0]["user_id"] == message["from_user_id"]


def test_a_person_who_is_answered_by_their_business_scoped_id_is_the_same_person(site, number, receiver):
    does(site, text="hi")
    user_id = values(receiver, 1)[0]["messages"][0]["from_user_id"]
    fields = {name: value for name, value in TEXT.items() if name != "to"} | {"recipient": user_id}

    contact = graph(site, "POST", f"{NUMBER}/messages", **fields).json["contacts"][0]
    assert contact == {"input": user_id, "wa_id": PERSON, "user_id": user_id}
    assert site.journal.entries()[-1]["address"] == PERSON


def test_a_button_that_nobody_offered_cannot_be_pressed(site, number):
    reply = does(site, kind="press", data="y")
    assert (reply.status, reply.json["errors"][0]["message"]) == (409, "no message here has a button 'y'")


def test_a_person_who_blocked_the_business_gets_nothing(site, number, receiver):
    does(site, kind="block")
    send(site)
    does(site, kind="unblock")
    send(site)
    assert kinds(receiver, 4) == ["sent", "sent", "delivered", "read"]


def test_nobody_is_heard_where_nobody_listens(site):
    graph(site, "POST", "5559009/messages", **TEXT)
    reply = does(site, bot="5559009", text="hi")
    assert (reply.status, "subscribed" in reply.json["errors"][0]["message"]) == (409, True)


def test_updates_are_signed_with_the_secret_that_is_set_and_escaped(site, number, receiver, strict):
    strict(whatsapp={"app_secret": "s3cret"})
    does(site, text="Привет")
    posted = receiver.next()
    assert posted.headers["x-hub-signature-256"] == signature("s3cret", posted.body)
    assert posted.body.isascii()


def signature(secret, body):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_an_app_gets_updates_signed_with_its_own_secret(site, receiver):
    token = site.call(
        "GET", f"/whatsapp/oauth/access_token?grant_type=client_credentials&client_id={APP}&client_secret=own"
    ).json["access_token"]
    receiver.answers.append(Challenge())
    path = f"{APP}/subscriptions"
    fields = SUBSCRIPTION | {"callback_url": receiver.url, "access_token": token}
    assert graph(site, "POST", path, **fields).json == {"success": True}
    receiver.next()
    assert graph(site, "GET", path).json["data"][0]["callback_url"] == receiver.url

    send(site)
    posted = receiver.next()
    assert posted.headers["x-hub-signature-256"] == signature("own", posted.body)
    assert kinds(receiver, 2) == ["delivered", "read"]
    assert graph(site, "DELETE", path).json == {"success": True}
    assert graph(site, "GET", path).json["data"] == []


@pytest.mark.parametrize("absent", ["object", "verify_token", "callback_url"])
def test_a_subscription_needs_all_of_its_fields(site, absent):
    fields = SUBSCRIPTION | {"callback_url": "http://127.0.0.1:1/", absent: None}
    error = graph(site, "POST", f"{APP}/subscriptions", **fields).json["error"]
    assert (error["code"], error["message"]) == (100, f"(#100) The parameter {absent} is required.")


@pytest.mark.parametrize("query", ["", "client_id=1"])
def test_an_app_without_its_secret_gets_no_token(site, query):
    reply = site.call("GET", f"/whatsapp/oauth/access_token?{query}")
    assert (reply.status, reply.json["error"]["code"]) == (400, 101)


def test_an_accounts_address_goes_before_those_of_apps(site, receiver):
    receiver.answers.append(Challenge())
    path = f"{ACCOUNT}/subscribed_apps"
    assert graph(site, "POST", path, override_callback_uri=receiver.url, verify_token=VERIFY).json == {"success": True}
    receiver.next()

    send(site)
    assert receiver.next().json["entry"][0]["id"] == ACCOUNT
    assert kinds(receiver, 2) == ["delivered", "read"]
    assert graph(site, "GET", f"{ACCOUNT}/phone_numbers").json["data"][0]["id"] == NUMBER
    graph(site, "POST", path)
    assert does(site, text="hi").status == 409
