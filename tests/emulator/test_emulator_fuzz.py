"""Whatever comes in, the messengers answer in their own form: nothing that is sent to them is a crash."""

import copy

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifyhub.emulator.app import Emulator
from notifyhub.emulator.shared.strictness import GatewayStrictness, StrictnessSettings, ViberStrictness
from notifyhub.emulator.shared.wire import Answer, Call

BUTTON = {"type": "reply", "reply": {"id": "y", "title": "Yes"}}
ROW = {"id": "1", "title": "Soup", "description": "Hot"}
VIBER = {
    "receiver": "01234567890A=",
    "sender": {"name": "Shop", "avatar": None},
    "type": "text",
    "text": "hi",
    "media": "https://example.com/",
    "size": 1,
    "file_name": "cat.pdf",
    "contact": {"name": "Cat", "phone_number": "1"},
    "location": {"lat": 1, "lon": 1},
    "sticker_id": 1,
    "rich_media": {"Buttons": [{"ActionBody": "x"}]},
    "keyboard": {"Type": "keyboard", "Buttons": [{"ActionBody": "x"}]},
    "min_api_version": 2,
    "tracking_data": "t",
    "broadcast_list": ["anna="],
}
WHATSAPP = {
    "messaging_product": "whatsapp",
    "to": "+16505551234",
    "type": "text",
    "text": {"body": "hi"},
    "image": {"link": "https://example.com/", "caption": "c"},
    "interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": [BUTTON]}},
    "location": {"latitude": 1, "longitude": 1},
    "contacts": [{"name": {"formatted_name": "Cat"}}],
    "reaction": {"message_id": "wamid.x", "emoji": "x"},
    "template": {"name": "order", "language": {"code": "en"}, "components": [{"type": "body", "parameters": []}]},
    "context": {"message_id": "wamid.x"},
    "biz_opaque_callback_data": "r",
}
LIST = {"type": "list", "body": {"text": "?"}, "action": {"button": "b", "sections": [{"rows": [ROW]}]}}
HEADERS = [
    (b"authorization", b"Bearer EAAG"),
    (b"x-viber-auth-token", b"445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"),
]
VIBER_TYPES = ("text", "picture", "video", "file", "contact", "location", "url", "sticker", "rich_media", None)
WHATSAPP_TYPES = ("text", "image", "interactive", "location", "contacts", "reaction", "template", None)

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(value, path=()):
    """The ways to everything inside of a message."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


@st.composite
def broken(draw, message):
    """The message with something else in one of its places."""
    broken = copy.deepcopy(message)
    *way, last = draw(st.sampled_from(list(places(message))))
    inner = broken
    for key in way:
        inner = inner[key]
    inner[last] = draw(anything)
    return broken


@pytest.fixture(scope="module")
def messengers():
    emulator = Emulator(strictness="real")
    emulator.strictness.replace(
        StrictnessSettings(
            profile="real",
            viber=ViberStrictness(webhook_required=False, subscribed_only=False),
            gateway=GatewayStrictness(jwt=False),
        )
    )
    return {channel: endpoint.messenger for channel, endpoint in emulator.endpoints.items()}


def answer_to(messenger, path, fields):
    call = Call("POST", path, "", HEADERS, orjson.dumps(fields))
    aside = messenger.aside(call)
    return aside if isinstance(aside, Answer) else messenger.answer(call, messenger.read(call))


@settings(max_examples=300, deadline=None)
@given(fields=broken(VIBER), kind=st.sampled_from(VIBER_TYPES), path=st.sampled_from(["send", "broadcast"]))
def test_viber_answers_with_a_status(messengers, fields, kind, path):
    fields = fields | ({"type": kind} if fields["type"] == "text" else {})
    answer = answer_to(messengers["viber"], f"pa/{path}_message", fields)
    assert (answer.status, isinstance(orjson.loads(answer.body)["status"], int)) == (200, True)


@settings(max_examples=300, deadline=None)
@given(
    fields=broken(WHATSAPP) | broken(WHATSAPP | {"interactive": LIST}),
    kind=st.sampled_from(WHATSAPP_TYPES),
)
def test_whatsapp_answers_with_a_message_or_an_error(messengers, fields, kind):
    fields = fields | ({"type": kind} if fields["type"] == "text" else {})
    answer = answer_to(messengers["whatsapp"], "v20.0/106540352242922/messages", fields)
    assert {"messages", "error", "success"} & set(orjson.loads(answer.body))


@settings(max_examples=100, deadline=None)
@given(fields=broken({"id": 77, "phone": 79201234567, "text": "hi"}))
def test_the_gateway_answers_with_a_code(messengers, fields):
    answer = answer_to(messengers["gateway"], "v1/send/77", fields)
    assert isinstance(orjson.loads(answer.body)["code"], int)


@pytest.mark.parametrize("digits", [33, 5000])
def test_an_id_that_is_too_long_for_a_number_does_not_exist(messengers, digits):
    answer = answer_to(messengers["whatsapp"], "1" * digits + "/messages", WHATSAPP)
    assert orjson.loads(answer.body)["error"]["error_subcode"] == 33
