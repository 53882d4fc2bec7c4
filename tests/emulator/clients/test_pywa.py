"""pywa 4, unmodified: start-up with the challenge, every kind of message, media, errors, updates that it verifies."""

import queue
import threading

import httpx
import pytest
from pywa import WhatsApp, errors
from pywa.types import Button, Contact, FlowButton, Section, SectionList, SectionRow, URLButton
from pywa.types.templates import TemplateLanguage
from pywa.utils import CallbackURLScope
from starlette.applications import Starlette

from notifyhub.emulator.callbacks.receipts import ReceiptSettings
from notifyhub.emulator.shared.strictness import StrictnessSettings, WhatsAppStrictness
from tests.serving import running

NUMBER = "106540352242922"
ACCOUNT = "102290129340398"
APP = 5742013
SECRET = "the-app-secret"
PERSON = "16505551234"
PNG = b"\x89PNG cat"
CONTACT = Contact(name=Contact.Name(formatted_name="Cat", first_name="Cat"))
ROWS = SectionList(button_title="Open", sections=[Section("Food", [SectionRow("Soup", "soup")])])
SENDS = {
    "text": lambda wa: wa.send_message(PERSON, "Grüße 👋", preview_url=True, tracker="job-42"),
    "reply": lambda wa: wa.send_message(PERSON, "yes", reply_to_message_id="wamid.x"),
    "buttons": lambda wa: wa.send_message(PERSON, "Well?", buttons=[Button("Yes", "y"), Button("No", "n")]),
    "list": lambda wa: wa.send_message(PERSON, "Menu", header="H", footer="F", buttons=ROWS),
    "link": lambda wa: wa.send_message(PERSON, "Shop", buttons=URLButton("Open", "https://example.com/")),
    "flow": lambda wa: wa.send_message(PERSON, "Form", buttons=FlowButton("Open", "1", "t", "navigate", "S")),
    "image by link": lambda wa: wa.send_image(PERSON, "https://example.com/cat.jpg", caption="a cat"),
    "image by upload": lambda wa: wa.send_image(PERSON, PNG, caption="a cat", mime_type="image/png"),
    "video": lambda wa: wa.send_video(PERSON, "https://example.com/cat.mp4"),
    "document": lambda wa: wa.send_document(PERSON, "https://example.com/cat.pdf", filename="cat.pdf"),
    "audio": lambda wa: wa.send_audio(PERSON, "https://example.com/cat.mp3"),
    "sticker": lambda wa: wa.send_sticker(PERSON, "https://example.com/cat.webp"),
    "location": lambda wa: wa.send_location(PERSON, 55.75, 37.61, "Red Square"),
    "location request": lambda wa: wa.request_location(PERSON, "Where?"),
    "contact": lambda wa: wa.send_contact(PERSON, CONTACT),
    "reaction": lambda wa: wa.send_reaction(PERSON, "👍", "wamid.x"),
    "template": lambda wa: wa.send_template(PERSON, "hello_world", TemplateLanguage.ENGLISH_US, params=[]),
}


class Diverted(httpx.HTTPTransport):
    """Takes what is meant for graph.facebook.com to the emulator, which is all that differs from the real thing."""

    def __init__(self, port):
        super().__init__()
        self._port = port
        self.subscribed = threading.Event()

    def handle_request(self, request):
        if request.url.host == "graph.facebook.com":
            path = b"/whatsapp" + request.url.raw_path
            request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port, raw_path=path)
            request.headers["Host"] = f"127.0.0.1:{self._port}"
        response = super().handle_request(request)
        if request.url.path.endswith("/subscriptions"):
            self.subscribed.set()
        return response


@pytest.fixture(scope="module")
def server():
    """The bot's own server, to which pywa adds its routes."""
    app = Starlette()
    with running(app) as port:
        app.state.url = f"http://127.0.0.1:{port}"
        yield app


@pytest.fixture(scope="module")
def bot(module_site, server):
    """A bot as its maker would start it; `bot.heard` is what its handlers were given."""
    transport = Diverted(module_site.port)
    wa = WhatsApp(
        phone_id=NUMBER,
        token="EAAG",
        session=httpx.Client(transport=transport),
        server=server,
        webhook_endpoint="/hook",
        callback_url=server.state.url,
        verify_token="xyz",
        app_id=APP,
        app_secret=SECRET,
        waba_id=ACCOUNT,
        webhook_challenge_delay=0,
    )
    wa.heard = queue.Queue()
    for listen in (wa.on_message(), wa.on_message_status(), wa.on_callback_button(), wa.on_callback_selection()):
        listen(lambda _, update: wa.heard.put(update))
    assert transport.subscribed.wait(30)
    yield wa
    wa.api.send_raw_request("DELETE", f"/{APP}/subscriptions")


@pytest.fixture
def wa(bot, site):
    """The bot, in a world without receipts: each update that comes is one that the test has made."""
    site.emulator.receipts.settings = ReceiptSettings(manner="never")
    yield bot
    site.call("DELETE", "/strictness")


@pytest.fixture
def told(wa, site):
    """The bot, in a world with receipts; the test takes them all."""
    site.emulator.receipts.settings = ReceiptSettings()
    return wa


def says(site, **deed):
    assert site.call("POST", f"/people/whatsapp/{PERSON}/messages", {"bot": NUMBER, **deed}).status == 200


def next_of(wa, count=1):
    return [wa.heard.get(timeout=30) for _ in range(count)]


@pytest.mark.parametrize("kind", list(SENDS))
def test_every_kind_of_message_is_accepted(wa, site, kind):
    sent = SENDS[kind](wa)

    [entry] = site.journal.entries()
    assert (sent.id, entry["address"], entry["accepted"]) == (entry["messenger_id"], PERSON, True)


def test_statuses_come_with_the_tracker_and_a_good_signature(told):
    sent = told.send_message(PERSON, "hi", tracker="job-42")

    statuses = next_of(told, 3)
    # pywa hands updates to its handlers in threads: their order is not that of their coming.
    assert {status.status.value for status in statuses} == {"sent", "delivered", "read"}
    assert {(status.id, status.tracker) for status in statuses} == {(sent.id, "job-42")}


def test_a_message_that_fails_later_tells_why(wa, site):
    site.emulator.strictness.replace(StrictnessSettings(whatsapp=WhatsAppStrictness(service_window="fail")))
    wa.send_message(PERSON, "hi")

    [status] = next_of(wa)
    assert (status.status.value, type(status.error)) == ("failed", errors.ReEngagementMessage)


def test_a_persons_message_is_answered_read_and_typed_at(wa, site):
    says(site, text="Привет")
    [message] = next_of(wa)

    assert (message.text, message.from_user.wa_id) == ("Привет", PERSON)
    assert message.mark_as_read().success
    assert message.indicate_typing().success
    message.reply("Да?")
    assert site.journal.entries()[-1]["address"] == PERSON


@pytest.mark.parametrize(("kind", "data"), [("buttons", "y"), ("list", "soup")])
def test_a_press_is_told_with_its_data(wa, site, kind, data):
    sent = SENDS[kind](wa)
    says(site, kind="press", data=data)

    [press] = next_of(wa)
    assert (press.data, press.reply_to_message.id) == (data, sent.id)


def test_media_goes_up_and_comes_back(wa):
    media = wa.upload_media(PNG, mime_type="image/png", filename="cat.png")
    url = wa.get_media_url(media.id)

    assert (url.mime_type, url.file_size) == ("image/png", len(PNG))
    assert wa.get_media_bytes(url.url) == PNG
    assert wa.delete_media(media.id)
    with pytest.raises(errors.WhatsAppError):
        wa.delete_media(media.id)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (190, errors.ExpiredAccessToken),
        (130429, errors.RateLimitHit),
        (131056, errors.TooManyMessages),
        (131026, errors.MessageUndeliverable),
        (131047, errors.ReEngagementMessage),
        (132001, errors.TemplateNotExists),
        (131000, errors.UnknownError),
    ],
)
def test_an_error_is_raised_as_the_class_of_its_code(wa, site, code, kind):
    site.set_faults({"channels": {"whatsapp": {"failure_rate": 1, "failure": {"code": code}}}})
    with pytest.raises(kind):
        wa.send_message(PERSON, "hi")


def test_a_text_that_is_too_long_is_refused(wa):
    with pytest.raises(errors.WhatsAppError, match="4096"):
        wa.send_message(PERSON, "x" * 4097)


def test_the_number_tells_of_itself(wa):
    assert wa.get_business_phone_number().id == NUMBER
    assert wa.update_business_profile(about="Cats", description="All about cats").success
    assert wa.get_business_profile().about == "Cats"


def test_a_number_is_registered_again(wa):
    assert wa.deregister_phone_number().success
    with pytest.raises(errors.WhatsAppError) as refused:
        wa.send_message(PERSON, "hi")
    assert refused.value.code == 133010
    assert wa.register_phone_number(pin="111111").success
    assert wa.send_message(PERSON, "hi").id


def test_a_blocked_person_is_not_heard(wa, site):
    wa.block_users([PERSON])
    assert site.call("POST", f"/people/whatsapp/{PERSON}/messages", {"bot": NUMBER, "text": "hi"}).status == 409
    wa.unblock_users([PERSON])
    says(site, text="hi")
    assert next_of(wa)[0].text == "hi"


@pytest.mark.parametrize("scope", [CallbackURLScope.WABA, CallbackURLScope.PHONE])
def test_an_address_of_its_own_is_verified_too(wa, server, scope):
    url = f"{server.state.url}/hook"
    override = wa.override_waba_callback_url if scope is CallbackURLScope.WABA else wa.override_phone_callback_url
    take_back = wa.delete_waba_callback_url if scope is CallbackURLScope.WABA else wa.delete_phone_callback_url

    assert override(url, "xyz").success
    with pytest.raises(errors.WhatsAppError, match="403") as refused:
        override(url, "wrong")
    assert refused.value.code == 2200
    assert take_back().success
