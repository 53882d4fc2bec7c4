"""WhatsApp's error codes, one by one (Cloud API, "Error codes")."""

import json
from typing import Any

import pytest
from provider_cases import CASES, NOT_CALLED, REFERENCE, read

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, TemporaryFailure, Unconfirmed

WHATSAPP = next(case for case in CASES if case.name == "whatsapp")


def said(code: Any, http: int = 400, **more: Any) -> Outcome:
    error = {"message": "(#x) words", "type": "OAuthException", "code": code, **more}
    return read(WHATSAPP, http, json.dumps({"error": error}).encode())


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        ((100, 131008, 131009, 131051, 131052, 131053, 135000), "bad_request"),
        ((132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068), "bad_request"),
        ((130472, 130497), "recipient_unreachable"),
        ((131021,), "recipient_is_sender"),
        ((131026,), "recipient_unknown"),
        ((131062, 131063), "not_enabled"),
        ((131030,), "recipient_not_allowed"),
        ((131047,), "window_closed"),
        ((131050,), "recipient_blocked"),
        ((137000,), "recipient_changed"),
    ],
)
def test_what_will_never_go_fails_with_its_reason(codes: tuple[int, ...], reason: str) -> None:
    outcomes = [said(code) for code in codes]
    assert all(isinstance(outcome, PermanentFailure) and outcome.reason == reason for outcome in outcomes)


CONFIGURATION = (0, 3, 10, 33, 190, 200, 299, 2200, 131005, 131031, 131037, 131042, 131045)
REGISTRATION = (133000, 133005, 133006, 133008, 133009, 133010, 133015, 133016)


@pytest.mark.parametrize("code", CONFIGURATION + REGISTRATION)
def test_a_fault_of_the_account_is_our_configuration(code: int) -> None:
    outcome = said(code)
    assert isinstance(outcome, Misconfigured)
    assert (outcome.code, bool(outcome.mend), outcome.retry_after_s) == (str(code), True, None)


@pytest.mark.parametrize("code", [368, 131048, 131064])
def test_a_punished_account_rests_for_an_hour(code: int) -> None:
    outcome = said(code)
    assert isinstance(outcome, Misconfigured)
    assert outcome.retry_after_s == 3600


def test_a_number_that_the_token_does_not_see_is_our_configuration() -> None:
    outcome = said(100, error_subcode=33, type="GraphMethodException")
    assert isinstance(outcome, Misconfigured)
    assert "NOTIFYHUB_WHATSAPP_PHONE_NUMBER_ID" in outcome.mend


@pytest.mark.parametrize(
    ("code", "reason", "wait_s"),
    [
        (131056, "rate_limited", 6),
        (130429, "rate_limited", 1),
        (4, "rate_limited", 60),
        (80007, "rate_limited", 60),
        (131049, "held_back", 86_400),
    ],
)
def test_a_throttle_waits_for_as_long_as_its_kind_takes(code: int, reason: str, wait_s: float) -> None:
    outcome = said(code)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.retry_after_s, outcome.code) == (reason, wait_s, str(code))


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 131057, 132069, 133004])
def test_trouble_at_meta_is_temporary(code: int) -> None:
    outcome = said(code)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.retry_after_s) == ("messenger_error", None)


@pytest.mark.parametrize("http", [200, 400, 429, 500])
def test_the_code_decides_and_not_the_http_status(http: int) -> None:
    outcome = said(131026, http)
    assert isinstance(outcome, PermanentFailure)
    assert outcome.reason == "recipient_unknown"


@pytest.mark.parametrize("http", [200, 302, 400, 403, 404, 422])
def test_an_unknown_code_with_a_4xx_or_less_fails_for_good(http: int) -> None:
    outcome = said(999_999, http)
    assert isinstance(outcome, PermanentFailure)
    assert (outcome.reason, outcome.code) == ("bad_request", "999999")


def test_an_unknown_code_with_a_5xx_is_temporary() -> None:
    assert isinstance(said(999_999, 500), TemporaryFailure)


@pytest.mark.parametrize("code", [999_999, 100, 131026])
def test_what_meta_calls_transient_is_temporary(code: int) -> None:
    outcome = said(code, is_transient=True)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.reason == "messenger_error"


def test_a_throttle_called_transient_keeps_its_wait() -> None:
    outcome = said(131056, is_transient=True)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.retry_after_s == 6


@pytest.mark.parametrize("error_data", ["plain text", {"details": "x"}, None, [1]])
def test_error_data_may_be_anything(error_data: Any) -> None:
    assert isinstance(said(131026, error_data=error_data), PermanentFailure)


@pytest.mark.parametrize(
    "body",
    [b'{"error": "x"}', b'{"messages": []}', b'{"messages": [7]}', b'{"messages": [{"id": 7}]}', b'{"messages": {}}'],
)
def test_a_200_without_a_message_id_leaves_the_end_unknown(body: bytes) -> None:
    assert isinstance(read(WHATSAPP, 200, body), Unconfirmed)


def posted(options: dict[str, Any]) -> Any:
    provider = WHATSAPP.build(NOT_CALLED, "http://host")
    return json.loads(provider.request(Envelope("16505551234", "hi", REFERENCE, 1, options)).body)


def test_a_preview_goes_with_the_text() -> None:
    assert posted({"preview_url": True})["text"] == {"preview_url": True, "body": "hi"}


def test_a_template_goes_in_place_of_the_text() -> None:
    components = [{"type": "body", "parameters": [{"type": "text", "text": "100"}]}]
    body = posted({"template": {"name": "hello_world", "language": "en_US", "components": components}})
    assert (body["type"], "text" in body) == ("template", False)
    assert body["template"] == {"name": "hello_world", "language": {"code": "en_US"}, "components": components}


def test_a_template_without_placeholders_has_no_components() -> None:
    body = posted({"template": {"name": "hello_world", "language": "en_US"}})
    assert body["template"] == {"name": "hello_world", "language": {"code": "en_US"}}
