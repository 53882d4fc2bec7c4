from urllib.parse import quote, urlencode

import pytest

TOKEN = "123456:AAtoken"
PATH = f"/telegram/bot{TOKEN}/sendMessage"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def refusal(reply):
    body = reply.json
    assert body["ok"] is False
    assert body["error_code"] == reply.status
    return reply.status, body["description"]


def test_a_private_message_comes_back_as_a_message(site):
    reply = site.telegram({"chat_id": 42, "text": "hi"})
    result = reply.json["result"]
    assert (reply.status, reply.json["ok"], reply.headers["Content-Type"]) == (200, True, "application/json")
    assert isinstance(result.pop("message_id"), int)
    assert isinstance(result.pop("date"), int)
    assert result == {
        "from": {"id": 123456, "is_bot": True, "first_name": "Emu", "username": "emu_bot"},
        "chat": {"id": 42, "first_name": "User", "username": "user42", "type": "private"},
        "text": "hi",
    }


@pytest.mark.parametrize(
    ("chat_id", "kind"), [(42, "private"), (-42, "group"), (-1001234567890, "supergroup"), ("@news_room", "channel")]
)
def test_the_type_of_a_chat_follows_from_its_id(site, chat_id, kind):
    assert site.telegram({"chat_id": chat_id, "text": "hi"}).json["result"]["chat"]["type"] == kind


def test_a_post_in_a_channel_has_the_channel_for_its_sender(site):
    result = site.telegram({"chat_id": "@news_room", "text": "hi"}).json["result"]
    assert result["sender_chat"] == result["chat"]
    assert "from" not in result


def test_message_ids_grow(site):
    first, second = (site.telegram({"chat_id": 42, "text": "hi"}).json["result"]["message_id"] for _ in range(2))
    assert first < second


@pytest.mark.parametrize("method", ["sendMessage", "SENDMESSAGE", "sendmessage"])
def test_the_name_of_a_method_is_read_in_any_case(site, method):
    assert site.telegram({"chat_id": 42, "text": "hi"}, method=method).status == 200


@pytest.mark.parametrize("http_method", ["GET", "POST"])
def test_parameters_may_stand_in_the_query(site, http_method):
    reply = site.call(http_method, f"{PATH}?chat_id=42&text={quote('Привет')}")
    assert reply.json["result"]["text"] == "Привет"


def test_parameters_may_stand_in_a_form(site):
    reply = site.call("POST", PATH, urlencode({"chat_id": 42, "text": "Привет"}), FORM)
    assert reply.json["result"]["text"] == "Привет"


def test_the_query_wins_over_the_body(site):
    reply = site.call("POST", f"{PATH}?text=query", urlencode({"chat_id": 42, "text": "body"}), FORM)
    assert reply.json["result"]["text"] == "query"


def test_the_first_of_two_values_wins(site):
    assert site.call("GET", f"{PATH}?chat_id=42&text=one&text=two").json["result"]["text"] == "one"


def test_a_number_in_json_is_taken_as_its_text(site):
    assert site.telegram({"chat_id": 42, "text": 7}).json["result"]["text"] == "7"


def test_json_that_does_not_parse_is_ignored(site):
    reply = site.call("POST", PATH, b"{oops", {"Content-Type": "application/json"})
    assert refusal(reply) == (400, "Bad Request: message text is empty")


def test_a_body_of_another_type_is_not_read(site):
    reply = site.call("POST", PATH, b'{"chat_id": 42, "text": "hi"}', {"Content-Type": "text/plain"})
    assert refusal(reply) == (400, "Bad Request: message text is empty")


def test_a_text_of_4096_characters_is_accepted(site):
    assert site.telegram({"chat_id": 42, "text": "я" * 4096}).status == 200


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"chat_id": 42}, "message text is empty"),
        ({"chat_id": 42, "text": " \n"}, "message text is empty"),
        ({"text": "hi"}, "chat_id is empty"),
        ({"chat_id": "nobody", "text": "hi"}, "chat not found"),
        ({"chat_id": 0, "text": "hi"}, "chat not found"),
        ({"chat_id": 1 << 52, "text": "hi"}, "chat not found"),
        ({"chat_id": 42, "text": "hi", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"chat_id": 42, "text": "hi", "reply_markup": "[1"}, "can't parse reply keyboard markup JSON object"),
    ],
)
def test_a_bad_parameter_is_refused_in_the_words_of_telegram(site, fields, description):
    assert refusal(site.telegram(fields)) == (400, f"Bad Request: {description}")


def test_a_text_of_4097_characters_is_refused_as_too_long(site):
    assert refusal(site.telegram({"chat_id": 42, "text": "x" * 4097})) == (400, "Bad Request: message is too long")


def test_a_text_over_32768_bytes_is_refused_before_the_chat_is_looked_at(site):
    assert refusal(site.telegram({"text": "x" * 32769})) == (400, "Bad Request: text is too long")


def test_the_chat_is_looked_at_before_the_length(site):
    assert refusal(site.telegram({"chat_id": "?", "text": "x" * 4097})) == (400, "Bad Request: chat not found")


@pytest.mark.parametrize("mode", ["HTML", "markdownv2", "Markdown", "none", ""])
def test_parse_modes_are_known_in_any_case(site, mode):
    assert site.telegram({"chat_id": 42, "text": "hi", "parse_mode": mode}).status == 200


@pytest.mark.parametrize("token", ["0123:abc", "123456", "123456:" + "a" * 80, "abc:def"])
@pytest.mark.parametrize("method", ["sendMessage", "getMe"])
def test_a_malformed_token_is_refused(site, token, method):
    reply = site.telegram({"chat_id": 42, "text": "hi"}, method=method, token=token)
    assert refusal(reply) == (401, "Unauthorized: invalid token specified")


def test_an_unknown_method_is_not_found(site):
    assert refusal(site.telegram(method="sendPigeon")) == (404, "Not Found: method not found")


@pytest.mark.parametrize("path", ["/telegram/123456:AA/sendMessage", "/telegram/bot123456:AA", "/telegram/"])
def test_a_path_of_another_form_is_not_found(site, path):
    assert refusal(site.call("POST", path)) == (404, "Not Found")


def test_get_me_gives_the_bot_of_the_token(site):
    me = site.call("GET", f"/telegram/bot{TOKEN}/getMe").json["result"]
    assert (me["id"], me["is_bot"], me["first_name"]) == (123456, True, "Emu")


def test_get_me_is_no_send(site):
    site.call("GET", f"/telegram/bot{TOKEN}/getMe")
    assert site.journal.entries() == []


def test_a_body_over_a_mebibyte_is_refused(site):
    reply = site.call("POST", PATH, b"x" * (1 << 21), FORM)
    assert reply.status == 413
