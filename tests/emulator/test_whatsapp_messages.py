"""Every type of WhatsApp's messages, each with what is wrong with it, and the errors around sending."""

import pytest

PERSON = "16505551234"
BASE = {"messaging_product": "whatsapp", "to": "+16505551234"}
LINK = {"link": "https://example.com/cat.jpg"}
BUTTONS = {
    "type": "button",
    "body": {"text": "Well?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
}
ROW = {"id": "1", "title": "Soup", "description": "Hot"}
LIST = {"type": "list", "body": {"text": "Menu"}, "action": {"button": "Open", "sections": [{"rows": [ROW]}]}}
CTA = {
    "type": "cta_url",
    "body": {"text": "Shop"},
    "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://example.com/"}},
}
TEMPLATE = {"name": "order", "language": {"code": "en_US"}}
GOOD = {
    "audio": [LINK],
    "contacts": [[{"name": {"formatted_name": "Cat"}}]],
    "document": [LINK | {"filename": "cat.pdf", "caption": "a cat"}, {"id": "1"}],
    "image": [LINK | {"caption": None}],
    "interactive": [BUTTONS, LIST, CTA, {"type": "flow", "action": {}}],
    "location": [{"latitude": 55.75, "longitude": "37.61", "name": "Red Square"}],
    "reaction": [{"message_id": "wamid.x", "emoji": ""}],
    "sticker": [LINK],
    "template": [TEMPLATE, TEMPLATE | {"components": [{"type": "body", "parameters": []}]}],
    "video": [LINK | {"caption": "x" * 1024}],
}


def verdict(reply):
    return reply.json["error"]["code"] if "error" in reply.json else 0


def send(site, kind, content, **more):
    return verdict(site.whatsapp(**BASE, type=kind, **{kind: content}, **more))


def buttons(*replies):
    return BUTTONS | {"action": {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}}


def rows(*rows):
    return LIST | {"action": {"button": "Open", "sections": [{"rows": list(rows)}]}}


@pytest.mark.parametrize(("kind", "content"), [(kind, content) for kind in GOOD for content in GOOD[kind]])
def test_every_type_is_accepted(site, kind, content):
    assert send(site, kind, content) == 0


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("image", {}, 131008),
        ("image", "cat.jpg", 100),
        ("image", LINK | {"id": "1"}, 131009),
        ("image", {"link": "cat.jpg"}, 100),
        ("image", LINK | {"caption": "x" * 1025}, 100),
        ("image", LINK | {"filename": "cat.jpg"}, 100),
        ("audio", LINK | {"caption": "a cat"}, 100),
        ("location", {"latitude": 1}, 131008),
        ("location", {"latitude": 91, "longitude": 0}, 131009),
        ("location", [], 100),
        ("contacts", [], 100),
        ("contacts", [{"name": {}}], 131008),
        ("reaction", {"emoji": "👍"}, 131008),
        ("reaction", {"message_id": "wamid.x"}, 131008),
        ("template", {"language": {"code": "en"}}, 131008),
        ("template", {"name": "order"}, 131008),
        ("template", TEMPLATE | {"components": "none"}, 100),
        ("interactive", {}, 131008),
        ("interactive", {"type": "poem"}, 100),
        ("interactive", {"type": "button"}, 131008),
        ("interactive", BUTTONS | {"body": None}, 131008),
        ("interactive", BUTTONS | {"body": {"text": "x" * 1025}}, 100),
        ("interactive", BUTTONS | {"footer": {"text": "x" * 61}}, 100),
        ("interactive", BUTTONS | {"header": {"type": "text", "text": "x" * 61}}, 100),
        ("interactive", buttons(), 131009),
        ("interactive", buttons(*({"id": str(number), "title": "x"} for number in range(4))), 131009),
        ("interactive", buttons({"id": "1", "title": "x" * 21}), 100),
        ("interactive", buttons({"id": "1"}), 131008),
        ("interactive", buttons({"id": "1", "title": "a"}, {"id": "1", "title": "b"}), 131009),
        ("interactive", rows(), 131009),
        ("interactive", rows(*(ROW | {"id": str(number)} for number in range(11))), 131009),
        ("interactive", rows(ROW | {"title": "x" * 25}), 100),
        ("interactive", rows(ROW | {"description": "x" * 73}), 100),
        ("interactive", rows({"title": "Soup"}), 131008),
        ("interactive", LIST | {"action": {"button": "Open"}}, 131008),
        ("interactive", LIST | {"action": {"sections": []}}, 131008),
        ("interactive", CTA | {"action": {"parameters": {"display_text": "Open"}}}, 131008),
        ("interactive", CTA | {"action": {"parameters": {"display_text": "Open", "url": "shop"}}}, 131009),
    ],
)
def test_a_bad_message_is_refused(site, kind, content, code):
    assert send(site, kind, content) == code


@pytest.mark.parametrize("kind", list(GOOD))
def test_a_type_without_its_object_is_refused(site, kind):
    assert verdict(site.whatsapp(**BASE, type=kind)) == 100


def test_a_type_that_only_people_send_is_not_supported(site):
    assert send(site, "order", {}) == 131051


def test_details_say_what_is_missing(site):
    error = site.whatsapp(**BASE, type="image", image={}).json["error"]
    assert error["message"] == "(#131008) Required parameter is missing"
    assert error["error_data"] == {
        "messaging_product": "whatsapp",
        "details": "Required parameter is missing: image.id or image.link",
    }


def test_a_quote_names_a_message(site):
    assert send(site, "text", {"body": "hi"}, context={"message_id": "wamid.x"}) == 0
    assert send(site, "text", {"body": "hi"}, context={}) == 131008


def test_a_template_is_accepted_with_its_state(site):
    assert site.whatsapp(**BASE, type="template", template=TEMPLATE).json["messages"][0]["message_status"] == "accepted"


def test_a_number_does_not_write_to_itself(site):
    digits = site.call("GET", "/whatsapp/v20.0/77", headers={"Authorization": "Bearer EAAG"}).json
    to = digits["display_phone_number"]
    assert verdict(site.whatsapp("v20.0/77/messages", **BASE | {"to": to}, text={"body": "hi"})) == 131021


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"message_id": "wamid.x"}, 0),
        ({"message_id": "wamid.x", "typing_indicator": {"type": "text"}}, 0),
        ({"message_id": "wamid.x", "typing_indicator": {"type": "voice"}}, 100),
        ({"message_id": "x"}, 131009),
        ({}, 100),
    ],
)
def test_marking_as_read_is_checked_and_no_message(site, fields, code):
    reply = site.whatsapp(messaging_product="whatsapp", status="read", **fields)
    assert verdict(reply) == code
    assert site.journal.entries() == []


def test_marking_as_read_needs_a_token(site):
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}
    assert site.call("POST", "/whatsapp/v20.0/1/messages", body).status == 401


def test_a_message_with_a_status_in_its_text_is_a_message(site):
    assert send(site, "text", {"body": '"status"'}) == 0
    assert len(site.journal.entries()) == 1


@pytest.mark.parametrize(
    ("kind", "content", "shown"),
    [
        ("image", LINK | {"caption": "a cat"}, "a cat"),
        ("image", LINK, ""),
        ("interactive", BUTTONS, "Well?"),
        ("template", TEMPLATE, "order"),
        ("reaction", {"message_id": "wamid.x", "emoji": "👍"}, "👍"),
    ],
)
def test_what_is_to_be_read_of_a_message_is_in_the_journal(site, kind, content, shown):
    send(site, kind, content)
    assert site.journal.entries()[0]["text"] == shown
