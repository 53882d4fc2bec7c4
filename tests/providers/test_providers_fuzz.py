"""No answer, however mad, brings a provider down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_cases import CASES, Case, read

from notifyhub.domain.outcome import Misconfigured, PermanentFailure, Sent, TemporaryFailure, Unconfirmed

OUTCOMES = (Sent, Misconfigured, TemporaryFailure, PermanentFailure, Unconfirmed)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["0", "ok", 0, 131056, 12]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("ok", "result", "message_id", "parameters", "retry_after", "migrate_to_chat_id", "description", "error_code")
KEYS += ("status", "status_message", "message_token", "error", "code", "is_transient", "messages", "id", "message")
INNER = st.dictionaries(st.sampled_from(KEYS), ANY_JSON, max_size=4)
SHAPED = st.dictionaries(st.sampled_from(KEYS), ANY_JSON | INNER | st.lists(INNER, max_size=2), max_size=6)
HUGE = st.sampled_from(
    [b'{"code": 1e999}', b'{"status": ' + b"9" * 5000 + b"}", b"[" * 5000, b'{"ok":true,"result":1e400}']
)
BODY = st.binary() | HUGE | (ANY_JSON | SHAPED).map(lambda value: json.dumps(value).encode())
WAIT = st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %X GMT"))
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "date"]), WAIT)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@given(status=st.integers(100, 599), body=BODY, headers=HEADERS)
def test_any_answer_at_all_is_some_outcome(case: Case, status: int, body: bytes, headers: dict[str, str]) -> None:
    outcome = read(case, status, body, headers)
    assert isinstance(outcome, OUTCOMES)
    assert isinstance(outcome.code, str)
    if isinstance(outcome, TemporaryFailure) and outcome.retry_after_s is not None:
        assert 0 < outcome.retry_after_s <= 7 * 86_400


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@given(status=st.integers(100, 599).filter(lambda status: status != 200), body=BODY)
def test_nothing_but_a_200_is_ever_sent(case: Case, status: int, body: bytes) -> None:
    assert not isinstance(read(case, status, body), Sent)
