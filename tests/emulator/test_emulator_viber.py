import pytest

GOOD = {"receiver": "01234567890A=", "type": "text", "text": "hello", "sender": {"name": "Shop", "avatar": None}}


def verdict(reply):
    assert reply.status == 200
    return reply.json["status"], reply.json["status_message"]


def test_a_text_is_accepted(site):
    body = site.viber(**GOOD).json
    assert body.pop("message_token") > 1 << 53
    assert body == {"status": 0, "status_message": "ok", "chat_hostname": "SN-CHAT-01_", "billing_status": 1}


def test_message_tokens_grow_and_fit_64_bits(site):
    first, second = (site.viber(**GOOD).json["message_token"] for _ in range(2))
    assert first < second < 1 << 64


def test_the_journal_holds_receiver_text_token_and_code(site):
    token = site.viber(**GOOD).json["message_token"]
    [entry] = site.journal.entries()
    assert (entry["address"], entry["text"], entry["messenger_id"], entry["code"]) == (
        "01234567890A=",
        "hello",
        str(token),
        0,
    )


def test_the_token_may_stand_in_the_body(site):
    assert verdict(site.viber(token=None, auth_token="445da6", **GOOD)) == (0, "ok")


@pytest.mark.parametrize("path", ["send_message", "get_account_info"])
def test_a_call_without_a_token_is_refused(site, path):
    reply = site.viber(path, token=None, **GOOD)
    assert reply.json == {"status": 2, "status_message": "missing_auth_token"}


def test_a_token_that_is_no_text_is_refused(site):
    assert verdict(site.viber(token=None, auth_token=5, **GOOD)) == (2, "invalidAuthToken")


@pytest.mark.parametrize("body", [b"", b"{oops", b"[1]"])
def test_a_body_that_is_no_json_object_is_bad_data(site, body):
    reply = site.call("POST", "/viber/pa/send_message", body, {"X-Viber-Auth-Token": "445da6"})
    assert verdict(reply) == (3, "badData")


@pytest.mark.parametrize("field", ["receiver", "type", "text", "sender"])
def test_an_absent_field_is_missing_data(site, field):
    fields = {name: value for name, value in GOOD.items() if name != field}
    assert verdict(site.viber(**fields)) == (4, "missingData")


def test_a_sender_without_a_name_is_missing_data(site):
    assert verdict(site.viber(**GOOD | {"sender": {}})) == (4, "missingData")


@pytest.mark.parametrize(
    "change",
    [
        {"text": "x" * 7001},
        {"text": 7},
        {"type": "poem"},
        {"type": ["text"]},
        {"receiver": 7},
        {"sender": {"name": "x" * 29}},
        {"sender": "Shop" * 10},
        {"tracking_data": "x" * 4001},
        {"min_api_version": "one"},
    ],
)
def test_a_bad_value_is_bad_data(site, change):
    assert verdict(site.viber(**GOOD | change)) == (3, "badData")


def test_a_text_of_7000_characters_is_accepted(site):
    assert verdict(site.viber(**GOOD | {"text": "x" * 7000})) == (0, "ok")


def test_a_sender_name_of_28_characters_is_accepted(site):
    assert verdict(site.viber(**GOOD | {"sender": {"name": "x" * 28}})) == (0, "ok")


def test_a_body_over_30_kilobytes_is_bad_data(site):
    assert verdict(site.viber(**GOOD | {"keyboard": {"Type": "x" * 30_720}})) == (3, "badData")


@pytest.mark.parametrize("receiver", ["79161234567", "+79161234567", "+42"])
def test_a_phone_number_is_no_receiver(site, receiver):
    assert verdict(site.viber(**GOOD | {"receiver": receiver})) == (999, "Bad receiver ID")


@pytest.mark.parametrize("receiver", ["42", "1067000", "9999999999"])
def test_a_number_too_short_for_a_phone_may_be_a_subscriber(site, receiver):
    assert verdict(site.viber(**GOOD | {"receiver": receiver})) == (0, "ok")


def test_an_error_is_in_the_journal_with_its_code(site):
    site.viber(**GOOD | {"receiver": "79161234567"})
    [entry] = site.journal.entries()
    assert (entry["accepted"], entry["status"], entry["code"]) == (False, 200, 999)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_account_info_is_given_to_both_methods(site, method):
    reply = site.call(method, "/viber/pa/get_account_info", headers={"X-Viber-Auth-Token": "445da6"})
    assert verdict(reply) == (0, "ok")
    assert reply.json["id"].startswith("pa:")


def test_an_unknown_endpoint_is_not_found(site):
    assert site.viber("send_pigeon").status == 404
