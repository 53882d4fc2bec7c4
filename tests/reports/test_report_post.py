"""Handing mails over: encrypted, logged in, and what is said when the server does not take them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme

from notifyhub.reports.post import PostFailed, post_of
from notifyhub.settings import load
from tests.reports.mailbox import Mailbox, mailbox

SENDER = "Hub <hub@shop.example>"


def compose(sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "ann@shop.example", "Report"
    mail["Date"] = datetime.now(UTC)
    mail.set_content("Hello\n.\nä dot alone in a line\n")
    return mail


def post(**smtp: Any) -> None:
    found = post_of(load(smtp={"host": "localhost", "sender": SENDER, **smtp}))
    assert found is not None
    found(compose)


def refusal(**smtp: Any) -> str:
    with pytest.raises(PostFailed) as caught:
        post(**smtp)
    return str(caught.value)


@pytest.fixture
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(ca: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def secured(tls: ssl.SSLContext) -> Iterator[Mailbox]:
    """A server that takes mails only after STARTTLS and a login."""
    with mailbox(tls=tls, login=True) as box:
        yield box


def test_without_a_server_there_is_no_way() -> None:
    assert post_of(load()) is None


def test_a_mail_goes_encrypted_to_who_it_is_for(secured: Mailbox, ca_file: str) -> None:
    post(port=secured.port, ca_file=ca_file, username="hub", password="secret")

    assert secured.recipients == ["ann@shop.example"]
    assert secured.logins[0].login == b"hub"
    assert secured.mails[0].get_content().replace("\r\n", "\n") == "Hello\n.\nä dot alone in a line\n"


def test_the_user_name_is_the_sender_where_none_is_set(secured: Mailbox, ca_file: str) -> None:
    post(port=secured.port, ca_file=ca_file, username="hub@shop.example", password="secret", sender=None)

    assert secured.mails[0]["From"] == "hub@shop.example"


def test_encryption_from_the_beginning_works_too(tls: ssl.SSLContext, ca_file: str) -> None:
    with mailbox(from_the_beginning=tls) as box:
        post(port=box.port, tls="tls", ca_file=ca_file)

    assert box.recipients == ["ann@shop.example"]


def test_a_certificate_that_nobody_vouches_for_is_refused(secured: Mailbox) -> None:
    said = refusal(port=secured.port, username="hub", password="secret")

    assert said == "TLS with localhost failed: unable to get local issuer certificate"
    assert secured.logins == []


def test_a_server_that_cannot_encrypt_gets_nothing() -> None:
    with mailbox() as plain:
        said = refusal(port=plain.port, username="hub", password="secret")

    assert said.startswith("localhost cannot do this: STARTTLS")
    assert plain.logins == []


def test_a_wrong_password_is_said_and_not_shown(secured: Mailbox, ca_file: str) -> None:
    said = refusal(port=secured.port, ca_file=ca_file, username="hub", password="hunter2")

    assert said == "the mail server said 535 5.7.8 Authentication credentials invalid"


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "451 4.7.1 greylisted, come again"])
def test_a_refused_recipient_is_told_with_the_servers_words(answer: str) -> None:
    with mailbox() as box:
        box.refused = {"ann@shop.example": answer}
        assert refusal(port=box.port, tls="none") == f"the mail server said {answer}"


def test_a_refused_mail_is_told_with_the_servers_words() -> None:
    with mailbox() as box:
        box.answer = "552 5.3.4 too large"
        assert refusal(port=box.port, tls="none") == "the mail server said 552 5.3.4 too large"


def test_a_server_that_is_away_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert refusal(host="127.0.0.1", port=port) == f"127.0.0.1:{port} cannot be reached: Connection refused"


def test_a_host_that_does_not_exist_is_named() -> None:
    assert refusal(host="mail.invalid") == "mail.invalid:587 cannot be reached: no such host"


def test_a_server_that_hangs_up_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: server.accept()[0].close()).start()
        assert refusal(host="127.0.0.1", port=port).startswith("127.0.0.1 broke off: Connection unexpectedly closed")
