"""One mail to a real server: encrypted, logged in, or refused with the server's words."""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from notifyhub.mail.account import MailAccount, account_of
from notifyhub.mail.post import PostFailed, post
from notifyhub.settings import load
from tests.mailbox import PASSWORD, mailbox

AUTHORITY = trustme.CA()


def server_side(*names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return path


def account(port: int, **given: Any) -> MailAccount:
    own = {"host": "localhost", "port": port, "from_address": "Hub <hub@shop.example>", "tls": "none"}
    return account_of(load(email={**own, **given}).email)


def compose(sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "ann@example.com", "Отчёт"
    mail.set_content("a\n.\n.b\n")
    return mail


def refusal(own: MailAccount) -> str:
    with pytest.raises(PostFailed) as failed:
        post(own, timeout_s=10)(compose)
    return str(failed.value)


def test_a_mail_arrives_as_it_was_written() -> None:
    with mailbox() as box:
        post(account(box.port))(compose)

    (mail,) = box.mails
    assert (mail.sender, mail.recipients) == ("hub@shop.example", ("ann@example.com",))
    assert mail.read["From"] == "Hub <hub@shop.example>"
    assert mail.read["Subject"] == "Отчёт"
    assert mail.text() == "a\n.\n.b\n"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_an_encrypted_server_with_a_known_authority_is_trusted(tls: str, ca_file: Path) -> None:
    with mailbox(**{tls: server_side("localhost")}) as box:
        post(account(box.port, tls=tls, ca_file=ca_file))(compose)

    assert [mail.encrypted for mail in box.mails] == [True]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_of_an_unknown_authority_is_refused(tls: str) -> None:
    with mailbox(**{tls: server_side("localhost")}) as box:
        assert "TLS with localhost" in refusal(account(box.port, tls=tls))

    assert not box.mails


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_for_another_host_is_refused(tls: str, ca_file: Path) -> None:
    with mailbox(**{tls: server_side("other.example")}) as box:
        assert "TLS with localhost" in refusal(account(box.port, tls=tls, ca_file=ca_file))


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_on_this_machine_any_certificate_will_do_if_it_is_not_verified(tls: str) -> None:
    with mailbox(**{tls: server_side("other.example")}) as box:
        post(account(box.port, tls=tls, verify_tls=False))(compose)

    assert len(box.mails) == 1


def test_a_server_without_starttls_gets_nothing() -> None:
    with mailbox() as box:
        assert refusal(account(box.port, tls="starttls")) == "the mail server offers no STARTTLS"

    assert not box.mails


def test_a_login_is_given(ca_file: Path) -> None:
    with mailbox(starttls=server_side("localhost"), login=True) as box:
        post(account(box.port, tls="starttls", ca_file=ca_file, username="hub", password=PASSWORD))(compose)

    assert [(given.login, given.password) for given in box.logins] == [(b"hub", PASSWORD.encode())]
    assert len(box.mails) == 1


def test_a_wrong_password_is_told_in_the_servers_words() -> None:
    with mailbox(login=True) as box:
        told = refusal(account(box.port, username="hub", password="wrong-word"))

    assert told == "the mail server said 535 5.7.8 Authentication credentials invalid"


def test_a_login_at_a_server_that_knows_none_is_told() -> None:
    with mailbox() as box:
        told = refusal(account(box.port, username="hub", password="x"))

    assert told == "the mail server offers no login that could be used"


def test_a_refused_recipient_is_told_in_the_servers_words() -> None:
    with mailbox() as box:
        box.refused["ann@example.com"] = "550 5.1.1 no such user"

        assert refusal(account(box.port)) == "the mail server said 550 5.1.1 no such user"


def test_a_server_that_is_away_is_told() -> None:
    with mailbox() as box:
        port = box.port

    assert f"localhost:{port} cannot be reached" in refusal(account(port))


def test_a_host_that_does_not_exist_is_told() -> None:
    assert refusal(account(25, host="no..host.example")) == "there is no host no..host.example"
