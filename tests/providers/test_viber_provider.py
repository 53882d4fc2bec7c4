"""Viber's statuses, one by one (REST Bot API, "Error codes")."""

import json

import pytest
from provider_cases import CASES, NOT_CALLED, REFERENCE, read

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed

VIBER = next(case for case in CASES if case.name == "viber")


def said(status: object, text: str = "whatever", http: int = 200) -> Outcome:
    return read(VIBER, http, json.dumps({"status": status, "status_message": text}).encode())


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (3, "bad_request"),
        (4, "bad_request"),
        (5, "recipient_unknown"),
        (6, "not_subscribed"),
        (11, "recipient_unreachable"),
        (13, "bad_request"),
        (14, "bad_request"),
        (16, "bad_request"),
        (17, "bad_request"),
        (21, "recipient_unreachable"),
        (22, "bad_request"),
    ],
)
def test_what_will_never_go_fails_with_its_reason(status: int, reason: str) -> None:
    outcome = said(status)
    assert isinstance(outcome, PermanentFailure)
    assert (outcome.reason, outcome.code) == (reason, str(status))


@pytest.mark.parametrize("status", [1, 2, 7, 8, 9, 10, 15, 18, 20, 24])
def test_a_fault_of_the_bot_is_our_configuration(status: int) -> None:
    outcome = said(status)
    assert isinstance(outcome, Misconfigured)
    assert (outcome.code, bool(outcome.mend), outcome.retry_after_s) == (str(status), True, None)


def test_a_used_up_quota_is_looked_at_again_in_an_hour() -> None:
    outcome = said(23)
    assert isinstance(outcome, Misconfigured)
    assert outcome.retry_after_s == 3600


def test_too_many_requests_wait_ten_seconds() -> None:
    outcome = said(12)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.retry_after_s) == ("rate_limited", 10)


@pytest.mark.parametrize("status", [19, 25, 998, 999, -1, 10**15])
def test_an_unknown_status_is_tried_a_few_times(status: int) -> None:
    outcome = said(status)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.code, outcome.retry_after_s) == ("messenger_error", str(status), None)


def test_a_general_error_about_the_receiver_fails_for_good() -> None:
    outcome = said(999, "Bad receiver ID")
    assert isinstance(outcome, PermanentFailure)
    assert outcome.reason == "recipient_unknown"


@pytest.mark.parametrize("text", ["ok", "Not subscribed", "too many requests", ""])
def test_the_text_beside_the_status_decides_nothing(text: str) -> None:
    outcome = said(5, text)
    assert isinstance(outcome, PermanentFailure)
    assert outcome.reason == "recipient_unknown"


def test_accepted_without_a_message_token_is_sent_all_the_same() -> None:
    outcome = said(0)
    assert isinstance(outcome, Sent)
    assert (outcome.messenger_id, outcome.code) == (None, "0")


@pytest.mark.parametrize("status", ["0", None, False, 0.0, [0], {"a": 0}])
def test_a_status_that_is_no_whole_number_leaves_the_end_unknown(status: object) -> None:
    assert isinstance(said(status), Unconfirmed)


def test_a_status_in_the_body_of_an_http_error_is_not_vibers() -> None:
    outcome = said(6, http=503)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.code == "503"


def test_options_go_by_vibers_names() -> None:
    asked = {
        "sender_name": "Shop",
        "sender_avatar": "https://x/a.png",
        "tracking_data": "order 7",
        "min_api_version": 3,
    }
    request = VIBER.build(NOT_CALLED, "http://host").request(Envelope("01234567890A=", "hi", REFERENCE, 1, asked))
    assert json.loads(request.body) == {
        "receiver": "01234567890A=",
        "type": "text",
        "sender": {"name": "Shop", "avatar": "https://x/a.png"},
        "text": "hi",
        "tracking_data": "order 7",
        "min_api_version": 3,
    }


def test_an_avatar_alone_keeps_the_name_of_the_settings() -> None:
    asked = {"sender_avatar": "https://x/a.png"}
    request = VIBER.build(NOT_CALLED, "http://host").request(Envelope("01234567890A=", "hi", REFERENCE, 1, asked))
    assert json.loads(request.body)["sender"] == {"name": "Hub", "avatar": "https://x/a.png"}
