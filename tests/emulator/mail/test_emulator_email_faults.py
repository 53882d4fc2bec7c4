"""Faults of the emulator's SMTP server."""

from __future__ import annotations

import smtplib

import pytest

from notifyhub.emulator.email.answers import OUTCOMES, Place
from notifyhub.emulator.faults import magic
from notifyhub.emulator.testing import LocalEmulator
from tests.emulator.mail.mails import ANNA, SHOP, mail


def test_a_password_that_a_rule_takes_back_is_refused(emulator, smtp):
    emulator.rule(channel="email", token="wrong", answer="token_revoked")
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        smtp.login("shop", "wrong")

    assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (535, b"5.7.8")
    # smtplib tries PLAIN, then LOGIN.
    entries = emulator.wait_for(2, accepted=False)
    assert {(entry["status"], entry["fault"], entry["address"]) for entry in entries} == {(535, "token_revoked", "")}
    smtp.login("shop", "right")


def test_the_login_of_a_magic_name_is_refused(emulator, smtp):
    with pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login("magic-token-revoked@example.com", "any")


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != "hung_up"])
def test_a_magic_recipient_is_refused_as_documented(emulator, smtp, name):
    wanted = OUTCOMES[name]
    to = next(address for on, address, story in magic.recipients() if (on, story.name) == ("email", name))
    with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as refused:
        smtp.sendmail(SHOP, [to], mail().as_bytes())

    error = refused.value
    code, told = error.recipients[to] if isinstance(error, smtplib.SMTPRecipientsRefused) else error.args
    assert (code, told.decode()) == (wanted.code, f"{wanted.enhanced} {wanted.text}")
    assert isinstance(error, smtplib.SMTPDataError) == (wanted.place is Place.CONTENT)
    [entry] = emulator.journal()
    assert (entry["address"], entry["status"], entry["fault"], entry["accepted"]) == (to, wanted.code, name, False)


@pytest.mark.parametrize("answer", ["450", "550", {"code": 450}, "404", "429"])
def test_a_recipient_is_refused_by_a_code(emulator, smtp, answer):
    emulator.rule(channel="email", address=ANNA.upper(), answer=answer)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(mail())

    assert refused.value.recipients[ANNA][0] == (450 if answer in ("450", "429", {"code": 450}) else 550)


@pytest.mark.parametrize(("answer", "code"), [("554", 554), ("451", 451), ("500", 451), ({"code": 471}, 471)])
def test_a_mail_is_refused_by_a_code(emulator, smtp, answer, code):
    emulator.rule(channel="email", answer=answer)
    with pytest.raises(smtplib.SMTPDataError) as refused:
        smtp.send_message(mail("Hello"))

    assert refused.value.smtp_code == code
    assert [(entry["text"], entry["accepted"]) for entry in emulator.journal()] == [("Hello", False)]


def test_one_refused_recipient_does_not_keep_the_mail_from_the_others(emulator, smtp):
    emulator.script("email", ANNA, "550")
    refused = smtp.send_message(mail(), to_addrs=[ANNA, "boris@example.org"])

    assert list(refused) == [ANNA]
    assert [entry["accepted"] for entry in emulator.journal()] == [False, True]


def test_a_service_that_is_not_available_closes_the_connection(emulator, smtp):
    emulator.rule(channel="email", answer="421", count=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(mail())

    assert refused.value.recipients[ANNA][0] == 421
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.noop()


def test_a_connection_can_end_before_the_mail(emulator, smtp):
    emulator.rule(channel="email", answer="hung_up")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp.send_message(mail())

    assert [(entry["status"], entry["accepted"]) for entry in emulator.journal()] == [(None, False)]


@pytest.mark.parametrize(("word", "accepted"), [("reset", False), ("lost", True), ("half", True), ("hang", False)])
def test_a_connection_can_end_after_the_mail_without_an_answer(word, accepted):
    with LocalEmulator(hang_s=0.1) as emulator, smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as client:
        emulator.rule(channel="email", answer=word)
        with pytest.raises((smtplib.SMTPServerDisconnected, smtplib.SMTPDataError, ConnectionError)):
            client.send_message(mail())
        client.close()

        [entry] = emulator.journal()
        assert (entry["text"], entry["fault"], entry["accepted"]) == ("Hello", word, accepted)


def test_an_answer_can_come_in_pieces(emulator, smtp):
    emulator.rule(channel="email", answer={"drip_ms": 50})
    assert smtp.send_message(mail()) == {}

    assert emulator.journal()[0]["fault"] == "drip"


@pytest.mark.parametrize("word", ["garbage", "wrong_json"])
def test_an_answer_can_be_nonsense(emulator, smtp, word):
    emulator.rule(channel="email", answer=word)
    with pytest.raises(smtplib.SMTPException):
        smtp.send_message(mail())

    assert not emulator.journal()[0]["accepted"]
