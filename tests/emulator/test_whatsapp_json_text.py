"""Graph takes JSON text for whatever parameter is an object or an array, inside a JSON body too."""

import json
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

PERSON = "16505551234"
BASE = {"messaging_product": "whatsapp", "to": f"+{PERSON}"}
AUTH = {"Authorization": "Bearer token-of-the-json-text-tests"}
NUMBER = "5557000"
LINK = {"link": "https://example.com/cat.jpg"}
CONTACT = {"name": {"formatted_name": "Cat"}, "phones": [{"phone": "1"}]}
REPLY = {"id": "y", "title": "Yes"}
BUTTON = {"type": "reply", "reply": REPLY}
BUTTONS = {"type": "button", "body": {"text": "Well?"}, "action": {"buttons": [BUTTON]}}
ROW = {"id": "1", "title": "Soup"}
LIST = {"type": "list", "body": {"text": "Menu"}, "action": {"button": "Open", "sections": [{"rows": [ROW]}]}}
TO_OPEN = {"display_text": "Open", "url": "https://example.com/"}
CTA = {"type": "cta_url", "body": {"text": "Shop"}, "action": {"name": "cta_url", "parameters": TO_OPEN}}
PARAMETER = {"type": "text", "text": "42"}
COMPONENT = {"type": "body", "parameters": [PARAMETER]}
TEMPLATE = {"name": "order", "language": {"code": "en_US"}, "components": [COMPONENT]}
# Type → a content that is in order, and what the journal shows of it.
CONTENTS = {
    "audio": (LINK, ""),
    "contacts": ([CONTACT], ""),
    "document": (LINK | {"caption": "a cat"}, "a cat"),
    "image": (LINK | {"caption": "a cat"}, "a cat"),
    "interactive": (BUTTONS, "Well?"),
    "location": ({"latitude": 1, "longitude": 2, "name": "Red Square"}, "Red Square"),
    "reaction": ({"message_id": "wamid.x", "emoji": "👍"}, "👍"),
    "sticker": (LINK, ""),
    "template": (TEMPLATE, "order"),
    "text": ({"body": "hi"}, "hi"),
    "video": (LINK | {"caption": "a cat"}, "a cat"),
}
# What is inside of a content, each with the way to one of its own objects or arrays.
INSIDE = [
    ("contacts", [CONTACT], [0]),
    ("contacts", [CONTACT], [0, "name"]),
    ("interactive", BUTTONS, ["body"]),
    ("interactive", BUTTONS, ["action"]),
    ("interactive", BUTTONS, ["action", "buttons"]),
    ("interactive", BUTTONS, ["action", "buttons", 0]),
    ("interactive", BUTTONS, ["action", "buttons", 0, "reply"]),
    ("interactive", LIST, ["action", "sections"]),
    ("interactive", LIST, ["action", "sections", 0]),
    ("interactive", LIST, ["action", "sections", 0, "rows"]),
    ("interactive", LIST, ["action", "sections", 0, "rows", 0]),
    ("interactive", CTA, ["action", "parameters"]),
    ("template", TEMPLATE, ["language"]),
    ("template", TEMPLATE, ["components"]),
    ("template", TEMPLATE, ["components", 0]),
    ("template", TEMPLATE, ["components", 0, "parameters"]),
]
# Edge → settings that are given back, and the parameters of them that are typed.
SHEETS = [
    ("whatsapp_business_profile", "websites", ["https://example.com/"]),
    ("settings", "calling", {"status": "ENABLED"}),
    ("settings", "payload_encryption", {"status": "ENABLED"}),
    ("settings", "storage_configuration", {"status": "IN_COUNTRY_STORAGE_ENABLED"}),
    ("settings", "user_identity_change", {"enable_identity_key_check": True}),
    ("conversational_automation", "commands", [{"command_name": "menu", "command_description": "All dishes"}]),
    ("conversational_automation", "prompts", ["Book a table"]),
]


class Challenge(Response):
    """Gives back what a webhook is asked for."""

    async def __call__(self, scope, receive, send):
        await Response(Request(scope).query_params["hub.challenge"])(scope, receive, send)


@pytest.fixture
def hooked(site, receiver):
    """The id of a number whose updates come to the receiver, told by JSON text."""
    receiver.answers.append(Challenge())
    wanted = json.dumps({"override_callback_uri": receiver.url, "verify_token": "v"})
    assert graph(site, "POST", "5557001", {"webhook_configuration": wanted}).json == {"success": True}
    receiver.next()
    yield "5557001"
    assert site.emulator.callbacks.wait_until_idle()
    graph(site, "POST", "5557001", {"webhook_configuration": {"override_callback_uri": ""}})


def verdict(reply):
    return reply.json["error"]["code"] if "error" in reply.json else 0


def graph(site, method, path, body=None):
    return site.call(method, f"/whatsapp/v20.0/{path}", body, AUTH)


def message(site, number=NUMBER, **fields):
    return graph(site, "POST", f"{number}/messages", BASE | fields)


def send(site, kind, content, **more):
    return verdict(message(site, type=kind, **{kind: content}, **more))


def with_text(value, way):
    """The value with JSON text in the place of what `way` leads to."""
    if not way:
        return json.dumps(value)
    changed = value.copy()
    changed[way[0]] = with_text(value[way[0]], way[1:])
    return changed


@pytest.mark.parametrize("kind", list(CONTENTS))
def test_the_content_of_a_message_may_be_json_text(site, kind):
    content, shown = CONTENTS[kind]
    assert send(site, kind, json.dumps(content)) == 0
    assert [entry["text"] for entry in site.journal.entries()] == [shown]


@pytest.mark.parametrize("kind", list(CONTENTS))
def test_a_content_in_a_form_is_json_text(site, kind):
    form = BASE | {"type": kind, kind: json.dumps(CONTENTS[kind][0])}
    headers = AUTH | {"Content-Type": "application/x-www-form-urlencoded"}
    assert verdict(site.call("POST", "/whatsapp/v20.0/1/messages", urlencode(form), headers)) == 0


@pytest.mark.parametrize(("kind", "content", "way"), INSIDE)
def test_what_is_inside_of_a_content_may_be_json_text(site, kind, content, way):
    assert send(site, kind, with_text(content, way)) == 0


@pytest.mark.parametrize("part", ["header", "footer"])
def test_json_text_is_checked_as_what_it_stands_for(site, part):
    assert send(site, "interactive", BUTTONS | {part: json.dumps({"type": "text", "text": "x" * 61})}) == 100


def test_a_button_in_json_text_can_be_pressed(site, hooked):
    message(site, hooked, type="interactive", interactive=json.dumps(BUTTONS))
    deed = {"bot": hooked, "kind": "press", "data": "y"}
    assert site.call("POST", f"/people/whatsapp/{PERSON}/messages", deed).status == 200


def test_the_webhook_of_a_number_may_be_json_text(site, hooked, receiver):
    found = graph(site, "GET", f"{hooked}?fields=webhook_configuration").json
    assert found["webhook_configuration"] == {"phone_number": receiver.url}


def test_parameters_of_a_template_count_in_json_text_too(site):
    template = {"name": "counted", "language": "en_US", "category": "UTILITY"}
    components = json.dumps([{"type": "BODY", "text": "Order {{1}}"}])
    assert verdict(graph(site, "POST", "5557002/message_templates", template | {"components": components})) == 0

    sent = {"name": "counted", "language": {"code": "en_US"}}
    good, bad = ([COMPONENT | {"parameters": [PARAMETER] * count}] for count in (1, 2))
    codes = [
        verdict(message(site, type="template", template=json.dumps(sent | {"components": components})))
        for components in (good, bad)
    ]
    assert codes == [0, 132000]


@pytest.mark.parametrize(("context", "code"), [({"message_id": "wamid.x"}, 0), ({}, 131008)])
def test_a_quote_may_be_json_text(site, context, code):
    assert send(site, "text", {"body": "hi"}, context=json.dumps(context)) == code


def test_a_typing_indicator_may_be_json_text(site):
    mark = {"status": "read", "message_id": "wamid.x"}
    assert verdict(message(site, **mark, typing_indicator='{"type": "text"}')) == 0


@pytest.mark.parametrize("part", [json.dumps, lambda components: [json.dumps(one) for one in components]])
def test_components_of_a_new_template_may_be_json_text(site, part):
    components = [{"type": "BODY", "text": "Hello"}]
    template = {"name": "made", "language": "en_US", "category": "UTILITY", "components": part(components)}
    assert verdict(graph(site, "POST", "5557004/message_templates", template)) == 0

    [found] = graph(site, "GET", "5557004/message_templates?name=made").json["data"]
    assert found["components"] == components


@pytest.mark.parametrize("part", [json.dumps, lambda users: [json.dumps(one) for one in users]])
def test_people_to_be_blocked_may_be_json_text(site, part):
    users = {"messaging_product": "whatsapp", "block_users": part([{"user": PERSON}])}
    graph(site, "POST", "5557005/block_users", users)
    assert [one["wa_id"] for one in graph(site, "GET", "5557005/block_users").json["data"]] == [PERSON]
    graph(site, "DELETE", "5557005/block_users", users)
    assert graph(site, "GET", "5557005/block_users").json["data"] == []


def test_json_text_may_stand_in_the_query(site):
    query = urlencode({"messaging_product": "whatsapp", "block_users": json.dumps([{"user": PERSON}])})
    assert verdict(graph(site, "POST", f"5557006/block_users?{query}")) == 0


@pytest.mark.parametrize("fields", ['["messages", "account_update"]', "messages,account_update"])
def test_the_fields_of_a_subscription_may_be_json_text(site, receiver, fields):
    receiver.answers.append(Challenge())
    wanted = {"object": "whatsapp_business_account", "callback_url": receiver.url, "verify_token": "v"}
    assert verdict(graph(site, "POST", "5557007/subscriptions", wanted | {"fields": fields})) == 0

    [found] = graph(site, "GET", "5557007/subscriptions").json["data"]
    assert [field["name"] for field in found["fields"]] == ["messages", "account_update"]
    graph(site, "DELETE", "5557007/subscriptions")


@pytest.mark.parametrize(("edge", "name", "value"), SHEETS)
def test_settings_may_be_json_text(site, edge, name, value):
    assert verdict(graph(site, "POST", f"5557008/{edge}", {name: json.dumps(value)})) == 0
    query = f"?fields={name}" if edge == "whatsapp_business_profile" else ""
    assert graph(site, "GET", f"5557008/{edge}{query}").json["data"][0][name] == value


@pytest.mark.parametrize("text", ["{oops", "7", "null", '"{}"', "yes"])
@pytest.mark.parametrize("kind", list(CONTENTS))
def test_text_that_is_no_json_of_that_type_is_an_invalid_parameter(site, kind, text):
    reply = message(site, type=kind, **{kind: text})
    wanted = "a non-empty array" if kind == "contacts" else "a JSON object"
    assert (reply.status, reply.json["error"]["message"]) == (400, f"(#100) Param {kind} must be {wanted}.")


@pytest.mark.parametrize(("kind", "text"), [("text", '[{"body": "hi"}]'), ("contacts", json.dumps(CONTACT))])
def test_json_text_of_another_type_is_an_invalid_parameter(site, kind, text):
    assert send(site, kind, text) == 100


@pytest.mark.parametrize("value", ["{oops", "[]", 7, True])
def test_a_quote_that_is_no_object_is_an_invalid_parameter(site, value):
    reply = message(site, text={"body": "hi"}, context=value)
    assert reply.json["error"]["message"] == "(#100) Param context must be a JSON object."


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("5557009/block_users", "block_users", "an array"),
        ("5557009/message_templates", "components", "an array"),
        ("5557009/subscriptions", "fields", "an array"),
        ("5557009", "webhook_configuration", "a JSON object"),
        *(
            (f"5557009/{edge}", name, "a JSON object" if isinstance(value, dict) else "an array")
            for edge, name, value in SHEETS
        ),
    ],
)
@pytest.mark.parametrize("value", ["[oops", "{}{}", 7])
def test_a_parameter_that_is_of_another_type_is_an_invalid_one(site, path, name, kind, value):
    error = graph(site, "POST", path, {name: value}).json["error"]
    assert (error["code"], error["message"]) == (100, f"(#100) Param {name} must be {kind}.")


@pytest.mark.parametrize("text", ['{"body": "hi"}', "[1]", "7", "null"])
def test_a_text_that_looks_like_json_is_sent_as_it_is(site, text):
    assert send(site, "text", {"body": text}) == 0
    assert site.journal.entries()[0]["text"] == text


def test_a_recipient_that_looks_like_json_is_no_phone_number(site):
    assert verdict(message(site, to='{"to": 1}', text={"body": "hi"})) == 131009


@pytest.mark.parametrize("as_form", [False, True])
def test_a_reference_that_looks_like_json_comes_back_as_it_was(site, hooked, receiver, as_form):
    fields = BASE | {"text": '{"body": "hi"}', "biz_opaque_callback_data": '{"job": 42}'}
    headers = AUTH | ({"Content-Type": "application/x-www-form-urlencoded"} if as_form else {})
    body = urlencode(fields) if as_form else fields
    assert verdict(site.call("POST", f"/whatsapp/v20.0/{hooked}/messages", body, headers)) == 0
    [status] = receiver.next().json["entry"][0]["changes"][0]["value"]["statuses"]
    assert status["biz_opaque_callback_data"] == '{"job": 42}'
