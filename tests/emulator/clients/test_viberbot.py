"""viberbot 1, unmodified: start-up, every kind of message, errors, and callbacks whose signature it checks itself."""

import pytest
import requests
import viberbot.api.api
from starlette.responses import Response
from viberbot import Api, BotConfiguration
from viberbot.api.messages import (
    ContactMessage,
    FileMessage,
    KeyboardMessage,
    LocationMessage,
    PictureMessage,
    RichMediaMessage,
    StickerMessage,
    TextMessage,
    URLMessage,
    VideoMessage,
)
from viberbot.api.messages.data_types.contact import Contact
from viberbot.api.messages.data_types.location import Location

PERSON = "01234567890A="
TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
LINK = "https://example.com/cat.jpg"
BUTTONS = [{"ActionType": "reply", "ActionBody": "yes", "Text": "Yes"}]
KEYBOARD = {"Type": "keyboard", "DefaultHeight": True, "Buttons": BUTTONS}
MESSAGES = {
    "text": TextMessage(text="Grüße 👋", tracking_data="42", keyboard=KEYBOARD),
    "picture": PictureMessage(media=LINK, text="a cat", thumbnail=LINK),
    "video": VideoMessage(media="https://example.com/cat.mp4", size=1000, duration=3),
    "file": FileMessage(media="https://example.com/cat.pdf", size=1000, file_name="cat.pdf"),
    "url": URLMessage(media="https://example.com/"),
    "contact": ContactMessage(contact=Contact(name="Cat", phone_number="+79161234567")),
    "location": LocationMessage(location=Location(lat=55.75, lon=37.61)),
    "sticker": StickerMessage(sticker_id=40105),
    "rich_media": RichMediaMessage(
        min_api_version=2, rich_media={"ButtonsGroupColumns": 6, "ButtonsGroupRows": 1, "Buttons": BUTTONS}
    ),
    "keyboard": KeyboardMessage(keyboard=KEYBOARD),
}


@pytest.fixture
def api(site, receiver, monkeypatch):
    """A bot as its maker would start it, but for the address of the service."""
    monkeypatch.setattr(viberbot.api.api, "VIBER_BOT_API_URL", f"http://127.0.0.1:{site.port}/viber/pa")
    api = Api(BotConfiguration(name="Shop", avatar=None, auth_token=TOKEN))
    yield api
    api.unset_webhook()
    assert site.emulator.callbacks.wait_until_idle()


@pytest.fixture
def hooked(api, receiver):
    api.set_webhook(f"{receiver.url}/viber")
    receiver.next()
    return api


def heard(api, receiver):
    """The next callback, as the bot reads it once it has checked the signature."""
    posted = receiver.next()
    assert api.verify_signature(posted.body, posted.headers["x-viber-content-signature"])
    return api.parse_request(posted.body)


def test_a_bot_starts_by_setting_its_webhook(api, receiver):
    event_types = api.set_webhook(f"{receiver.url}/viber")

    assert {"delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"} <= set(event_types)
    assert heard(api, receiver).event_type == "webhook"
    assert api.get_account_info()["webhook"] == f"{receiver.url}/viber"


def test_a_bot_asks_for_the_events_that_it_wants(api, receiver):
    assert api.set_webhook(f"{receiver.url}/viber", webhook_events=["seen"]) == ["seen"]


def test_a_webhook_that_does_not_answer_is_refused(api, receiver):
    receiver.answers.append(Response(status_code=404))
    with pytest.raises(Exception, match="failed with status: 1, message: invalidUrl"):
        api.set_webhook(f"{receiver.url}/viber")


def test_a_bot_removes_its_webhook(hooked):
    assert hooked.unset_webhook() == []
    assert hooked.get_account_info()["webhook"] == ""


@pytest.mark.parametrize("kind", list(MESSAGES))
def test_every_kind_of_message_is_accepted(api, site, kind):
    [token] = api.send_messages(PERSON, [MESSAGES[kind]])

    [entry] = site.journal.entries()
    assert (entry["address"], entry["messenger_id"], entry["accepted"]) == (PERSON, str(token), True)


def test_a_refused_message_is_an_exception_with_its_status(api):
    with pytest.raises(Exception, match="failed with status: 999, message: Bad receiver ID"):
        api.send_messages("79161234567", [MESSAGES["text"]])


def test_a_service_that_is_down_is_an_http_error(api, site):
    site.set_faults({"failure_rate": 1, "failure": "503"})
    with pytest.raises(requests.HTTPError):
        api.send_messages(PERSON, [MESSAGES["text"]])


def test_receipts_tell_of_delivery_and_reading(hooked, receiver):
    [token] = hooked.send_messages(PERSON, [MESSAGES["text"]])

    receipts = [heard(hooked, receiver) for _ in range(2)]
    assert [receipt.event_type for receipt in receipts] == ["delivered", "seen"]
    assert {(receipt.message_token, receipt.user_id) for receipt in receipts} == {(token, PERSON)}


def test_a_persons_answer_comes_with_the_tracking_data(hooked, site, receiver):
    hooked.send_messages(PERSON, [MESSAGES["text"]])
    site.call("POST", f"/people/viber/{PERSON}/messages", {"text": "Привет"})

    answer = [heard(hooked, receiver) for _ in range(3)][-1]
    assert (answer.message.text, answer.message.tracking_data, answer.sender.id) == ("Привет", "42", PERSON)


@pytest.mark.parametrize(
    ("kind", "event"), [("unblock", "subscribed"), ("block", "unsubscribed"), ("open", "conversation_started")]
)
def test_what_a_person_does_is_told(hooked, site, receiver, kind, event):
    bot = hooked.get_account_info()["id"]
    site.call("POST", f"/people/viber/{PERSON}/messages", {"kind": kind, "bot": bot})
    assert heard(hooked, receiver).event_type == event


def test_a_bot_asks_after_people(api):
    assert api.get_user_details(PERSON)["id"] == PERSON
    assert api.get_online([PERSON])[0]["online_status"] == 0
