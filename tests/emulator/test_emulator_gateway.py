import base64
import hmac
import json

import pytest
from openapi_spec_validator import validate

from notifyhub.emulator.app import Emulator

GOOD = {"id": 77, "phone": 79201234567, "text": "Hello"}
OK = {"code": 0, "message": "OK"}


def refusal(reply):
    assert reply.json["code"] == reply.status
    return reply.status, reply.json["message"]


def test_a_message_is_accepted(site):
    reply = site.gateway(77, GOOD)
    assert (reply.status, reply.raw) == (200, b'{"code":0,"message":"OK"}')


def test_the_journal_holds_phone_text_and_id(site):
    site.gateway(77, GOOD)
    [entry] = site.journal.entries()
    assert (entry["address"], entry["text"], entry["messenger_id"], entry["repeat"]) == (
        "79201234567",
        "Hello",
        "77",
        False,
    )


def test_a_phone_number_may_be_a_string_of_digits(site):
    assert site.gateway(77, GOOD | {"phone": "79201234567"}).json == OK


def test_a_repeat_is_answered_ok_and_marked_in_the_journal(site):
    assert [site.gateway(77, GOOD).json for _ in range(2)] == [OK, OK]
    assert [(entry["accepted"], entry["repeat"]) for entry in site.journal.entries()] == [(True, False), (True, True)]


def test_an_id_used_with_another_body_is_refused(site):
    site.gateway(77, GOOD)
    assert refusal(site.gateway(77, GOOD | {"text": "Bye"})) == (400, "msgId was already used with another body")
    assert [entry["accepted"] for entry in site.journal.entries()] == [True, False]


def test_ids_of_different_tokens_do_not_meet(site):
    site.gateway(77, GOOD, token="one")
    assert site.gateway(77, GOOD | {"text": "Bye"}, token="two").json == OK


def test_a_refused_message_does_not_use_its_id_up(site):
    site.gateway(77, GOOD | {"text": ""})
    site.gateway(77, GOOD)
    assert [entry["repeat"] for entry in site.journal.entries()] == [False, False]


def test_ids_are_remembered_over_a_restart(serve, tmp_path):
    for repeat in (False, True):
        with serve(Emulator(tmp_path / "journal.db")) as site:
            site.gateway(77, GOOD)
            assert site.journal.entries()[-1]["repeat"] is repeat


def test_deleting_the_journal_forgets_the_ids_too(site):
    site.gateway(77, GOOD)
    site.call("DELETE", "/journal")
    site.gateway(77, GOOD)
    assert [entry["repeat"] for entry in site.journal.entries()] == [False]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic eyJ"}])
def test_a_call_without_a_bearer_token_is_refused(site, headers):
    assert refusal(site.call("POST", "/gateway/v1/send/77", GOOD, headers)) == (401, "Unauthorized")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": 78}, "id must be equal to msgId"),
        ({"id": None}, "id must be equal to msgId"),
        ({"id": 77.0}, "id must be equal to msgId"),
        ({"phone": 89201234567}, "phone must be 11 digits beginning with 7"),
        ({"phone": "+79201234567"}, "phone must be 11 digits beginning with 7"),
        ({"phone": True}, "phone must be 11 digits beginning with 7"),
        ({"phone": None}, "phone must be 11 digits beginning with 7"),
        ({"text": ""}, "text must be a non-empty string"),
        ({"text": 5}, "text must be a non-empty string"),
    ],
)
def test_a_bad_field_is_refused(site, change, message):
    assert refusal(site.gateway(77, GOOD | change)) == (400, message)


@pytest.mark.parametrize("msg_id", ["abc", "9223372036854775808", "7.0"])
def test_an_id_that_is_no_int64_is_refused(site, msg_id):
    assert refusal(site.gateway(msg_id, GOOD)) == (400, "msgId must be an int64")


def test_the_greatest_int64_is_accepted(site):
    greatest = (1 << 63) - 1
    assert site.gateway(greatest, GOOD | {"id": greatest}).json == OK


@pytest.mark.parametrize("body", ["", "{oops", "[]"])
def test_a_body_that_is_no_json_object_is_refused(site, body):
    assert refusal(site.gateway(77, body)) == (400, "body must be a JSON object")


def test_another_path_is_not_found(site):
    assert refusal(site.call("POST", "/gateway/send/77", GOOD)) == (404, "Not Found")


def test_another_method_is_not_allowed(site):
    assert refusal(site.call("GET", "/gateway/v1/send/77")) == (405, "Method Not Allowed")


def test_the_docs_are_where_those_of_the_real_one_are(site):
    page = site.call("GET", "/gateway/docs")
    assert (page.status, b"Probe Server" in page.raw) == (200, True)
    for asset in ("docs/swagger-ui.css", "docs/swagger-ui-bundle.js", "docs/start.js"):
        assert asset.encode() in page.raw
        assert site.call("GET", f"/gateway/{asset}").status == 200
    assert site.call("GET", "/gateway/docs/secret.js").status == 404


def test_the_openapi_document_is_a_good_one(site):
    document = site.call("GET", "/gateway/openapi.json").json
    validate(document)
    assert document["info"] == {"title": "Probe Server", "version": "1.0.0"}
    assert document["paths"]["/send/{msgId}"]["post"]["operationId"] == "sendMsg"


@pytest.mark.parametrize("field", ["id", "phone"])
def test_digits_in_a_text_are_refused_when_numbers_are_asked_for(site, strict, field):
    strict(gateway={"numbers_only": True})
    assert refusal(site.gateway(77, GOOD | {field: str(GOOD[field])})) == (400, f"{field} must be a number")
    assert site.gateway(77, GOOD).json == OK


def jwt(claims, secret="s"):
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, claims)
    )
    mark = hmac.new(secret.encode(), head + b"." + body, "sha256").digest()
    return b".".join([head, body, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (jwt({"exp": 4_000_000_000}), 200),
        (jwt({"exp": 4_000_000_000}, "another secret"), 401),
        (jwt({"exp": 1}), 401),
        (jwt({}), 401),
        ("eyJ", 401),
        ("é.é.é", 401),
    ],
)
def test_a_token_has_to_be_a_good_jwt_when_that_is_asked(site, strict, token, status):
    strict(gateway={"jwt": True, "jwt_secret": "s"})
    assert site.gateway(77, GOOD, token=token).status == status


def test_any_signature_is_good_without_a_secret(site, strict):
    strict(gateway={"jwt": True})
    assert site.gateway(77, GOOD, token=jwt({"exp": 4_000_000_000}, "whatever")).json == OK


def test_the_gateway_may_be_told_to_deliver_twice(site, strict):
    strict(gateway={"deduplicate": False})
    for text in ("Hello", "Hello", "Bye"):
        assert site.gateway(77, GOOD | {"text": text}).json == OK
    assert [entry["repeat"] for entry in site.journal.entries()] == [False, False, False]
