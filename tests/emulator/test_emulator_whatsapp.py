import base64
from urllib.parse import urlencode

import pytest

GOOD = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "+1 (650) 555-1234",
    "type": "text",
    "text": {"preview_url": None, "body": "Hello"},
    "context": None,
}


def fault(reply):
    error = reply.json["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(error)
    return reply.status, error["code"]


def test_a_text_is_accepted_and_its_recipient_comes_back_as_digits(site):
    reply = site.whatsapp(**GOOD)
    message_id = reply.json["messages"][0]["id"]
    assert reply.status == 200
    assert reply.json == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "+1 (650) 555-1234", "wa_id": "16505551234"}],
        "messages": [{"id": message_id}],
    }


def test_a_message_id_is_wamid_and_base64_and_never_the_same(site):
    first, second = (site.whatsapp(**GOOD).json["messages"][0]["id"] for _ in range(2))
    assert first.startswith("wamid.HBg")
    assert b"16505551234" in base64.b64decode(first.removeprefix("wamid."))
    assert first != second


def test_the_journal_holds_the_digits_of_the_recipient(site):
    message_id = site.whatsapp(**GOOD).json["messages"][0]["id"]
    [entry] = site.journal.entries()
    assert (entry["address"], entry["text"], entry["messenger_id"]) == ("16505551234", "Hello", message_id)


@pytest.mark.parametrize("path", ["106540352242922/messages", "v14.0/106540352242922/messages"])
def test_the_version_may_be_any_or_none(site, path):
    assert site.whatsapp(path, **GOOD).status == 200


def test_the_token_may_stand_in_the_query(site):
    assert site.call("POST", "/whatsapp/v20.0/1/messages?access_token=EAAG", GOOD).status == 200


def test_the_token_may_stand_in_a_form(site):
    given = {name: value for name, value in GOOD.items() if value is not None}
    form = urlencode({"access_token": "EAAG", **given, "text": '{"body": "Hello"}'})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert site.call("POST", "/whatsapp/v20.0/1/messages", form, headers).status == 200
    assert site.journal.entries()[0]["text"] == "Hello"


def test_a_call_without_a_token_is_refused(site):
    reply = site.call("POST", "/whatsapp/v20.0/1/messages", GOOD)
    assert fault(reply) == (401, 190)
    assert reply.json["error"]["type"] == "OAuthException"


def test_an_unknown_business_number_is_refused(site):
    reply = site.whatsapp("v20.0/my-number/messages", **GOOD)
    assert fault(reply) == (400, 100)
    assert (reply.json["error"]["type"], reply.json["error"]["error_subcode"]) == ("GraphMethodException", 33)


@pytest.mark.parametrize("field", ["messaging_product", "to", "text"])
def test_an_absent_field_is_named(site, field):
    reply = site.whatsapp(**GOOD | {field: None})
    assert fault(reply) == (400, 100)
    assert reply.json["error"]["message"] == f"(#100) The parameter {field} is required."


@pytest.mark.parametrize("body", [b"", b"{oops", b"[]"])
def test_a_body_that_is_no_json_object_misses_everything(site, body):
    reply = site.call("POST", "/whatsapp/v20.0/1/messages", body, {"Authorization": "Bearer EAAG"})
    assert fault(reply) == (400, 100)


def test_a_text_of_4096_characters_is_accepted(site):
    assert site.whatsapp(**GOOD | {"text": {"body": "x" * 4096}}).status == 200


@pytest.mark.parametrize("body", ["x" * 4097, "", None, 7])
def test_a_text_that_is_too_long_or_none_is_refused(site, body):
    assert fault(site.whatsapp(**GOOD | {"text": {"body": body}})) == (400, 100)


@pytest.mark.parametrize("to", ["nobody", "()", "1" * 16])
def test_a_recipient_that_is_no_phone_number_is_refused(site, to):
    assert fault(site.whatsapp(**GOOD | {"to": to})) == (400, 131009)


@pytest.mark.parametrize(
    "change", [{"messaging_product": "sms"}, {"type": "poem"}, {"type": ["text"]}, {"recipient_type": "crowd"}]
)
def test_a_value_outside_its_list_is_refused(site, change):
    assert fault(site.whatsapp(**GOOD | change)) == (400, 100)


def test_a_group_is_addressed_by_its_id(site):
    reply = site.whatsapp(**GOOD | {"recipient_type": "group", "to": "Y2FwaV9ncm91cDox"})
    assert reply.json["contacts"][0]["wa_id"] == "Y2FwaV9ncm91cDox"


def test_a_reference_over_512_characters_is_refused(site):
    assert fault(site.whatsapp(**GOOD | {"biz_opaque_callback_data": "x" * 513})) == (400, 100)


def test_an_unknown_path_is_refused_in_the_error_envelope(site):
    assert fault(site.whatsapp("v20.0/1/pigeons")) == (400, 2500)
