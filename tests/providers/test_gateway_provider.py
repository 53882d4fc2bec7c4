"""The gateway's answers, one by one ("Probe Server" 1.0.0)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_cases import CASES, read

from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, TemporaryFailure, Unconfirmed
from notifyhub.providers.gateway import msg_id

GATEWAY = next(case for case in CASES if case.name == "gateway")


def said(http: int, code: object) -> Outcome:
    return read(GATEWAY, http, json.dumps({"code": code, "message": "x"}).encode())


@pytest.mark.parametrize("code", [1, -1, 500, 10**15])
def test_another_code_than_0_is_a_refusal_that_may_pass(code: int) -> None:
    outcome = said(200, code)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.code, outcome.retry_after_s) == ("refused", str(code), None)


@pytest.mark.parametrize("code", ["0", None, False, 0.0, [], {}])
def test_a_code_that_is_no_whole_number_leaves_the_end_unknown(code: object) -> None:
    assert isinstance(said(200, code), Unconfirmed)


@pytest.mark.parametrize("http", [400, 413, 422])
def test_a_bad_request_fails_for_good(http: int) -> None:
    outcome = said(http, http)
    assert isinstance(outcome, PermanentFailure)
    assert (outcome.reason, outcome.code) == ("bad_request", str(http))


@pytest.mark.parametrize("http", [401, 403, 404, 405])
def test_a_wrong_token_or_url_is_our_configuration(http: int) -> None:
    outcome = said(http, http)
    assert isinstance(outcome, Misconfigured)


@pytest.mark.parametrize("http", [408, 425, 500, 502, 503, 504])
def test_trouble_at_the_gateway_is_temporary(http: int) -> None:
    outcome = said(http, 0)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.reason == "messenger_error"


@given(reference=st.text(st.characters(exclude_categories=["Cs"])))
def test_a_message_id_is_a_positive_63_bit_number_and_stays_the_same(reference: str) -> None:
    assert 0 < msg_id(reference) < 2**63
    assert msg_id(reference) == msg_id(reference)


def test_message_ids_of_different_references_differ() -> None:
    assert len({msg_id(str(number)) for number in range(10_000)}) == 10_000


def test_a_message_id_does_not_change_with_a_release() -> None:
    assert msg_id("0198c0de-42") == 7226947772469362475
