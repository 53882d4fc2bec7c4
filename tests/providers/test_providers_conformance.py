"""What every provider must do, whatever its wire looks like."""

from __future__ import annotations

import asyncio
import json

import provider_cases
import pytest
from provider_cases import CASES, NOT_CALLED, TOKEN, Case, Raises, envelope, read

from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.errors import SettingsError
from notifyhub.providers.aiohttp_transport import AiohttpTransport
from notifyhub.providers.base import DETAIL_LIMIT
from notifyhub.providers.http import AnswerLost, NotConnected
from notifyhub.testing.scripted_server import Act, ScriptedServer, Seen, answer, half, hung_up, silent, written


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    return request.param


async def sent_to(case: Case, url: str, timeout_s: float = 20.0) -> Outcome:
    provider = case.build(AiohttpTransport(2), url)
    try:
        return await provider.send(envelope(case, timeout_s))
    finally:
        await provider.aclose()


def exchange(case: Case, act: Act, timeout_s: float = 20.0) -> tuple[Outcome, Seen]:
    async def run() -> tuple[Outcome, Seen]:
        async with ScriptedServer(act) as server:
            return await sent_to(case, server.url, timeout_s), server.seen[0]

    return asyncio.run(run())


def told(case: Case, error: Exception) -> Outcome:
    return asyncio.run(case.build(Raises(error), "http://host").send(envelope(case)))


def test_the_request_has_the_documented_form(case: Case) -> None:
    _, seen = exchange(case, answer(*case.accepted))
    assert seen.line == f"POST {case.path} HTTP/1.1"
    assert case.headers.items() <= seen.headers.items()
    assert seen.json == case.payload


def test_a_slash_at_the_end_of_the_base_url_changes_nothing(case: Case) -> None:
    with_slash = case.build(NOT_CALLED, "http://host/")
    assert with_slash.request(envelope(case)).url == f"http://host{case.path}"


def test_every_attempt_of_a_delivery_is_the_same_request(case: Case) -> None:
    provider = case.build(NOT_CALLED, "http://host")
    assert provider.request(envelope(case)) == provider.request(envelope(case))


def test_an_accepted_message_is_sent_with_the_messengers_id(case: Case) -> None:
    outcome, _ = exchange(case, answer(*case.accepted))
    assert isinstance(outcome, Sent)
    assert (outcome.messenger_id, outcome.code) == (case.messenger_id, case.accepted_code)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_answer_to_an_accepted_message_is_kept(case: Case) -> None:
    outcome, _ = exchange(case, answer(*case.accepted))
    assert isinstance(outcome, Sent)
    assert json.loads(outcome.detail) == case.accepted[1]


def test_a_rate_limit_waits_as_long_as_the_messenger_asks(case: Case) -> None:
    outcome, _ = exchange(case, answer(*case.limited))
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.code) == ("rate_limited", case.limited_code)
    assert outcome.retry_after_s == case.wait_s


def test_a_refused_recipient_or_request_fails_for_good(case: Case) -> None:
    outcome, _ = exchange(case, answer(*case.refused))
    assert isinstance(outcome, PermanentFailure)
    assert outcome.code == case.refused_code


def test_a_wrong_token_blames_no_message_and_names_the_setting(case: Case) -> None:
    outcome, _ = exchange(case, answer(*case.misconfigured))
    assert isinstance(outcome, Misconfigured)
    assert f"NOTIFYHUB_{case.name.upper()}_TOKEN" in outcome.mend


@pytest.mark.parametrize("status", [301, 302, 307, 401, 404, 405])
def test_a_wrong_address_of_the_messenger_is_our_configuration(case: Case, status: int) -> None:
    outcome = read(case, status, b"<html>")
    assert isinstance(outcome, Misconfigured)
    assert (outcome.code, f"NOTIFYHUB_{case.name.upper()}_" in outcome.mend) == (str(status), True)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"{", b'{"message": "x"}'])
def test_trouble_on_the_messengers_side_is_temporary(case: Case, status: int, body: bytes) -> None:
    outcome = read(case, status, body)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.code, outcome.retry_after_s) == ("messenger_error", str(status), None)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_wait_in_the_header_is_honoured(case: Case, status: int) -> None:
    outcome, _ = exchange(case, answer(status, b"busy", Retry_After="33"))
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.retry_after_s == 33


@pytest.mark.parametrize("wait", ["0", "-5", "soon", "", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_useless_wait_in_the_header_is_ignored(case: Case, wait: str) -> None:
    outcome = read(case, 503, b"busy", {"retry-after": wait})
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.retry_after_s is None


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>OK</html>", b"null", b"[1]", b"7", b'"ok"', b"{}", b'{"ok": "true"}', b'{"status": "0"}', b"\xff{"],
)
def test_a_200_that_says_nothing_leaves_the_end_unknown(case: Case, body: bytes) -> None:
    outcome, _ = exchange(case, answer(200, body))
    assert isinstance(outcome, Unconfirmed)
    assert outcome.code == "bad_answer"


def test_an_accepted_answer_that_is_cut_leaves_the_end_unknown(case: Case) -> None:
    outcome = read(case, 200, json.dumps(case.accepted[1]).encode()[:-1])
    assert isinstance(outcome, Unconfirmed)


def test_the_answer_is_kept_with_a_failure(case: Case) -> None:
    outcome, _ = exchange(case, answer(*case.refused))
    assert json.loads(outcome.detail) == case.refused[1]


def test_a_refused_connection_is_temporary(case: Case, closed_port: int) -> None:
    outcome = asyncio.run(sent_to(case, f"http://127.0.0.1:{closed_port}"))
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.code) == ("unreachable", "not_connected")


@pytest.mark.parametrize("act", [hung_up, half, written(b"garbage\r\n\r\n")])
def test_a_lost_answer_leaves_the_end_unknown(case: Case, act: Act) -> None:
    outcome, _ = exchange(case, act)
    assert isinstance(outcome, Unconfirmed)
    assert outcome.code == "connection_lost"


def test_an_answer_that_does_not_come_in_time_leaves_the_end_unknown(case: Case) -> None:
    outcome, _ = exchange(case, silent, timeout_s=0.3)
    assert isinstance(outcome, Unconfirmed)
    assert outcome.code == "timeout"


def test_a_text_that_no_json_can_hold_fails_for_good(case: Case) -> None:
    provider = case.build(NOT_CALLED, "http://host")
    outcome = asyncio.run(provider.send(envelope(case, text="half \ud83d")))
    assert isinstance(outcome, PermanentFailure)


@pytest.mark.parametrize("form", [TOKEN, TOKEN.replace(":", "%3A"), TOKEN.replace(":", "%3a")])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_token_never_stands_in_what_is_kept(case: Case, status: int, form: str) -> None:
    outcome = read(case, status, f"{form} {'x' * (DETAIL_LIMIT - 60)} see /bot{form}/sendMessage {form}".encode())
    assert "AAtoken" not in outcome.detail
    assert "***" in outcome.detail


@pytest.mark.parametrize("error", [NotConnected(f"no way to /bot{TOKEN}/x"), AnswerLost("timeout", f"Bearer {TOKEN}")])
def test_the_token_never_stands_in_an_error(case: Case, error: Exception) -> None:
    assert "AAtoken" not in told(case, error).detail


def test_the_token_never_stands_in_the_words_of_the_transport(case: Case, closed_port: int) -> None:
    assert "AAtoken" not in asyncio.run(sent_to(case, f"http://127.0.0.1:{closed_port}")).detail


def test_what_is_kept_is_short_and_has_no_nul(case: Case) -> None:
    detail = read(case, 500, b"\x00" + b"y" * 2_000_000).detail
    assert len(detail) <= DETAIL_LIMIT
    assert "\x00" not in detail


@pytest.mark.parametrize("status", [201, 202, 204, 500])
def test_an_accepting_body_with_another_status_is_not_sent(case: Case, status: int) -> None:
    assert not isinstance(read(case, status, json.dumps(case.accepted[1]).encode()), Sent)


@pytest.mark.parametrize("token", ["", "with space", "line\nbreak", "nul\x00", "ключ"])
def test_a_token_that_cannot_stand_in_a_request_is_refused_without_showing_it(
    case: Case, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_cases, "TOKEN", token)
    with pytest.raises(SettingsError, match=f"token of {case.name}") as refused:
        case.build(NOT_CALLED, "http://host")
    assert not token or token not in str(refused.value)
