"""The provider of e-mail against a scripted server: what is sent, and what is made of the answers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from notifyhub.domain.mailboxes import Mailbox
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.reasons import CODES, REASONS
from notifyhub.mail import mailer
from notifyhub.mail.account import MailAccount
from notifyhub.mail.mailer import Mailer
from notifyhub.providers.codes import recall
from notifyhub.providers.email_codes import _TABLE
from tests.email.scripted import HANG_UP, SILENT, ScriptedMailServer
from tests.email.sending import REFERENCE, envelope, provider_at, sent


def outcome_of(timeout_s: float = 20.0, login: str | None = None, **answers: list[str]) -> Outcome:
    return sent(envelope(timeout_s=timeout_s), login=login, **answers)[0][0]


def test_the_queue_id_is_kept_and_the_message_id_is_ours() -> None:
    outcome = outcome_of()

    assert outcome == Sent(f"<{REFERENCE}@shop.example>", "250 2.0.0", "250 2.0.0 queued as 7")


@pytest.mark.parametrize(
    ("answers", "reason", "code"),
    [
        ({"RCPT": ["550 5.1.1 no such user"]}, "recipient_unknown", "550 5.1.1"),
        ({"RCPT": ["550 no such user"]}, "recipient_unknown", "550"),
        ({"RCPT": ["551 not here"]}, "recipient_unknown", "551"),
        ({"RCPT": ["553 5.1.3 bad address"]}, "recipient_unknown", "553 5.1.3"),
        ({"RCPT": ["556 5.1.10 null MX"]}, "recipient_unknown", "556 5.1.10"),
        ({"RCPT": ["550 5.2.1 disabled"]}, "recipient_deactivated", "550 5.2.1"),
        ({"RCPT": ["552 5.2.2 over quota"]}, "mailbox_full", "552 5.2.2"),
        ({"RCPT": ["550 5.7.1 not for you"]}, "forbidden", "550 5.7.1"),
        ({"RCPT": ["501 5.5.4 syntax"]}, "bad_request", "501 5.5.4"),
        ({"content": ["554 5.7.1 spam"]}, "content_refused", "554 5.7.1"),
        ({"content": ["550 looks like spam"]}, "content_refused", "550"),
        ({"content": ["552 5.3.4 too big"]}, "text_too_long", "552 5.3.4"),
        ({"content": ["550 5.1.1 no such user"]}, "recipient_unknown", "550 5.1.1"),
        ({"DATA": ["554 no valid recipients"]}, "content_refused", "554"),
    ],
)
def test_what_is_refused_for_good_fails_with_a_reason(answers: dict[str, list[str]], reason: str, code: str) -> None:
    outcome = outcome_of(**answers)

    assert isinstance(outcome, PermanentFailure)
    assert (outcome.reason, outcome.code) == (reason, code)


@pytest.mark.parametrize(
    ("answers", "reason", "wait_s"),
    [
        ({"greeting": ["421 4.3.2 too busy"]}, "messenger_error", None),
        ({"MAIL": ["451 4.3.0 try later"]}, "messenger_error", None),
        ({"MAIL": ["421 4.7.28 unusual rate"]}, "rate_limited", 60),
        ({"RCPT": ["450 4.7.1 Greylisted"]}, "greylisted", None),
        ({"RCPT": ["451 greylisting in action"]}, "greylisted", None),
        ({"RCPT": ["452 4.2.2 over quota"]}, "mailbox_full", None),
        ({"RCPT": ["450 4.2.0 busy"]}, "messenger_error", None),
        ({"DATA": ["451 4.3.0 disk"]}, "messenger_error", None),
        ({"content": ["452 4.3.1 disk full"]}, "messenger_error", None),
        ({"content": ["451 4.7.1 later"]}, "messenger_error", None),
        ({"greeting": [HANG_UP]}, "unreachable", None),
        ({"EHLO": [HANG_UP]}, "unreachable", None),
        ({"MAIL": [HANG_UP]}, "unreachable", None),
        ({"RCPT": [HANG_UP]}, "unreachable", None),
        ({"DATA": [HANG_UP]}, "unreachable", None),
    ],
)
def test_what_may_get_better_is_temporary(answers: dict[str, list[str]], reason: str, wait_s: float | None) -> None:
    outcome = outcome_of(**answers)

    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.reason, outcome.retry_after_s) == (reason, wait_s)


@pytest.mark.parametrize(
    ("answers", "look_at"),
    [
        ({"greeting": ["554 5.7.1 go away"]}, "HOST"),
        ({"MAIL": ["530 5.7.0 authentication required"]}, "USERNAME"),
        ({"MAIL": ["550 5.7.1 not your address"]}, "FROM_ADDRESS"),
        ({"MAIL": ["503 5.5.1 not now"]}, "FROM_ADDRESS"),
        ({"RCPT": ["554 5.7.1 Relay access denied"]}, "USERNAME"),
        ({"RCPT": ["550 5.1.8 sender's domain not found"]}, "FROM_ADDRESS"),
    ],
)
def test_a_refused_account_blames_no_mail(answers: dict[str, list[str]], look_at: str) -> None:
    outcome = outcome_of(**answers)

    assert isinstance(outcome, Misconfigured)
    assert outcome.mend.startswith(f"NOTIFYHUB_EMAIL_{look_at}")


@pytest.mark.parametrize(
    "answer",
    [
        "554 5.7.1 <ann@relayhealth.example>: Access denied",
        "550 5.7.1 ann@relay.example is not welcome",
        "550 5.7.1 relay.example.org does not want you",
    ],
)
def test_an_address_that_reads_like_a_misconfiguration_blames_no_account(answer: str) -> None:
    outcome = outcome_of(RCPT=[answer])

    assert isinstance(outcome, PermanentFailure)
    assert outcome.reason == "forbidden"


def test_a_wrong_password_blames_the_login_and_is_not_kept() -> None:
    refused = ["535 5.7.8 hidden-word is wrong"] * 5
    outcome = outcome_of(login="hidden-word", EHLO=["250-hi\r\n250 AUTH PLAIN"], AUTH=refused)

    assert isinstance(outcome, Misconfigured)
    assert (outcome.code, outcome.detail) == ("535 5.7.8", "AUTH: 535 5.7.8 *** is wrong")
    assert "NOTIFYHUB_EMAIL_PASSWORD" in outcome.mend


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_silence_before_the_mail_is_temporary(stage: str) -> None:
    outcome = outcome_of(timeout_s=0.3, **{stage: [SILENT]})

    assert isinstance(outcome, TemporaryFailure)
    assert outcome.code == "not_connected"


@pytest.mark.parametrize(
    ("answer", "code"), [(HANG_UP, "connection_lost"), (SILENT, "timeout"), ("nonsense", "bad_answer")]
)
def test_without_an_answer_to_the_whole_mail_the_end_is_unknown(answer: str, code: str) -> None:
    outcome = outcome_of(timeout_s=0.5 if answer == SILENT else 20, content=[answer])

    assert isinstance(outcome, Unconfirmed)
    assert outcome.code == code


def test_nobody_at_the_port_is_temporary(closed_port: int) -> None:
    outcome = asyncio.run(provider_at(closed_port).send(envelope()))

    assert isinstance(outcome, TemporaryFailure)
    assert outcome.reason == "unreachable"


def test_half_a_surrogate_pair_is_refused_without_a_call() -> None:
    (outcome,), server = sent(envelope("\ud83d"))

    assert isinstance(outcome, PermanentFailure)
    assert outcome.code == "not_encodable"
    assert server.connections == 0


def test_one_connection_takes_many_mails() -> None:
    outcomes, server = sent(*[envelope()] * 5)

    assert [type(outcome) for outcome in outcomes] == [Sent] * 5
    assert (server.connections, len(server.mails)) == (1, 5)


def test_a_connection_is_closed_after_many_mails() -> None:
    _, server = sent(*[envelope()] * (mailer.MOST_MAILS + 1))

    assert server.connections == 2


def test_a_refused_recipient_does_not_end_the_connection() -> None:
    outcomes, server = sent(*[envelope()] * 3, RCPT=["250 ok", "550 5.1.1 nobody"])

    assert [type(outcome) for outcome in outcomes] == [Sent, PermanentFailure, Sent]
    assert server.connections == 1
    assert "RSET" in server.said


@pytest.mark.parametrize("answer", [HANG_UP, "421 4.4.2 idle too long"])
def test_a_connection_that_was_closed_meanwhile_costs_no_attempt(answer: str) -> None:
    outcomes, server = sent(*[envelope()] * 2, MAIL=["250 ok", answer])

    assert [type(outcome) for outcome in outcomes] == [Sent, Sent]
    assert (server.connections, len(server.mails)) == (2, 2)


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "content"])
def test_a_server_that_talks_nonsense_is_asked_anew(stage: str) -> None:
    outcomes, server = sent(*[envelope()] * 2, **{stage: ["nonsense\r\n250 ok"]})

    assert not isinstance(outcomes[0], Sent)
    assert isinstance(outcomes[1], Sent)
    assert server.connections == 2


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_mails() -> None:
    outcomes, server = sent(envelope(timeout_s=0.3), envelope(), content=[SILENT])

    assert [type(outcome) for outcome in outcomes] == [Unconfirmed, Sent]
    assert server.connections == 2


def test_a_connection_that_is_not_needed_is_closed() -> None:
    async def run() -> list[str]:
        async with ScriptedMailServer() as server:
            account = MailAccount("127.0.0.1", server.port, "none", Mailbox("", "news@shop.example"))
            await Mailer(account, idle_s=0.01).send("ann@example.com", b"Subject: a\r\n\r\nb\r\n", 20)
            await asyncio.wait_for(server.quit_said.wait(), 20)
            return server.said

    assert asyncio.run(run())[-1] == "QUIT"


@pytest.mark.parametrize(
    ("account", "code", "look_at"),
    [
        ({"host": "no..host.example"}, "no_such_host", "NOTIFYHUB_EMAIL_HOST"),
        ({"tls": "tls"}, "tls_failed", "NOTIFYHUB_EMAIL_TLS"),
        ({"tls": "starttls"}, "tls_missing", "NOTIFYHUB_EMAIL_TLS"),
        ({"username": "hub", "password": "x"}, "login_missing", "NOTIFYHUB_EMAIL_USERNAME"),
    ],
)
def test_a_server_that_cannot_be_used_blames_no_mail(account: dict[str, str], code: str, look_at: str) -> None:
    (outcome,), server = sent(envelope(timeout_s=20), account=account)

    assert isinstance(outcome, Misconfigured)
    assert outcome.code == code
    assert outcome.mend.startswith(look_at)
    assert not server.mails


def test_calls_at_the_same_time_have_a_connection_each() -> None:
    async def run() -> tuple[list[Outcome], int]:
        async with ScriptedMailServer() as server:
            provider = provider_at(server.port)
            outcomes = await asyncio.gather(*(provider.send(envelope()) for _ in range(8)))
            await provider.aclose()
            return outcomes, server.connections

    outcomes, connections = asyncio.run(run())

    assert [type(outcome) for outcome in outcomes] == [Sent] * 8
    assert connections == 8


@pytest.mark.parametrize("row", _TABLE, ids=lambda row: f"{row.stage} {row.code} {row.enhanced} {row.word}")
def test_every_reason_of_the_table_has_words(row: Any) -> None:
    assert row.meaning.reason in REASONS


@pytest.mark.parametrize("code", ["no_such_host", "tls_failed", "tls_missing", "login_missing"])
def test_every_code_of_ours_has_words(code: str) -> None:
    assert code in CODES


@pytest.mark.parametrize(
    "answers",
    [{"RCPT": ["550 5.1.1 no"]}, {"MAIL": ["550 5.1.1 no"]}, {"content": ["554 no"]}, {"RCPT": ["450 4.7.1"]}],
)
def test_what_was_kept_still_tells_what_it_meant(answers: dict[str, list[str]]) -> None:
    outcome = outcome_of(**{stage: list(said) for stage, said in answers.items()})
    assert isinstance(outcome, PermanentFailure | TemporaryFailure | Misconfigured)

    recalled = recall("email", outcome.code, outcome.detail, permanent=isinstance(outcome, PermanentFailure))

    assert recalled is not None
    assert recalled.reason == ("configuration" if isinstance(outcome, Misconfigured) else outcome.reason)
