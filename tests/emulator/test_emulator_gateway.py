import pytest

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
