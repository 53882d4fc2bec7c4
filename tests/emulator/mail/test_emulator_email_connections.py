"""Connections to the emulator's SMTP server: TLS, limits, ends."""

from __future__ import annotations

import asyncio
import http.client
import logging
import smtplib
import socket
import ssl

import pytest

from notifyhub.emulator.email.conversation import MAIL_LIMIT
from notifyhub.emulator.email.door import Door
from notifyhub.emulator.email.mailroom import MOST_RECIPIENTS
from notifyhub.emulator.testing import LocalEmulator
from tests.emulator.mail.mails import ANNA, SHOP, mail


def test_a_handshake_that_fails_ends_only_that_connection(emulator, smtp):
    with pytest.raises(ssl.SSLCertVerificationError):
        smtp.starttls(context=ssl.create_default_context())
    with smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as other:
        other.send_message(mail())

    assert len(emulator.journal()) == 1


def test_a_mail_may_come_through_starttls(emulator, smtp, authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    smtp._host = "127.0.0.1"
    assert smtp.starttls(context=context)[0] == 220
    smtp.login("shop", "secret")
    smtp.send_message(mail())

    assert len(emulator.journal()) == 1


def test_without_a_certificate_there_is_no_starttls():
    with LocalEmulator() as plain, smtplib.SMTP("127.0.0.1", plain.smtp_port, timeout=20) as client:
        client.ehlo()
        assert not client.has_extn("starttls")


def test_a_mail_over_the_limit_is_refused_and_not_kept(emulator, smtp):
    line = b"x" * 900 + b"\r\n"
    # After a HELO no size is announced.
    smtp.helo()
    smtp.mail(SHOP)
    smtp.rcpt(ANNA)

    assert smtp.data(line * (MAIL_LIMIT // len(line) + 2))[0] == 552
    assert emulator.journal() == []


def test_a_mail_announced_as_too_large_is_refused_at_once(emulator, smtp):
    smtp.ehlo()

    assert smtp.mail(SHOP, [f"size={MAIL_LIMIT + 1}"])[0] == 552


def test_a_mail_has_at_most_so_many_recipients(emulator, smtp):
    to = [f"{number}@example.org" for number in range(MOST_RECIPIENTS + 1)]
    refused = smtp.sendmail(SHOP, to, mail().as_bytes())

    assert {address: code for address, (code, _) in refused.items()} == {to[-1]: 452}
    assert len(emulator.journal()) == MOST_RECIPIENTS


def test_a_transaction_that_is_given_up_leaves_nothing(emulator, smtp):
    smtp.ehlo()
    smtp.mail(SHOP)
    smtp.rcpt(ANNA)
    smtp.rset()
    smtp.send_message(mail(), to_addrs=["boris@example.org"])

    assert [entry["address"] for entry in emulator.journal()] == ["boris@example.org"]


def test_what_a_web_page_posts_is_no_mail(emulator):
    connection = http.client.HTTPConnection("127.0.0.1", emulator.smtp_port, timeout=20)
    lines = f"EHLO x\r\nMAIL FROM:<{SHOP}>\r\nRCPT TO:<{ANNA}>\r\nDATA\r\nHello\r\n.\r\n"
    connection.request("POST", "/", lines)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        connection.getresponse()
    connection.close()

    assert emulator.journal() == []


def test_too_many_connections_are_turned_away():
    emulator = LocalEmulator()
    emulator.emulator.door = Door(emulator.emulator.mailroom, most_connections=1)
    with emulator, smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as first:
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20)
        assert refused.value.smtp_code == 421
        first.send_message(mail())


def test_the_end_of_the_emulator_hangs_up():
    with LocalEmulator() as emulator:
        client = smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()


def test_an_emulator_that_was_stopped_takes_mail_again():
    emulator = LocalEmulator()
    for _ in range(2):
        with emulator, smtplib.SMTP("127.0.0.1", emulator.smtp_port, timeout=20) as client:
            assert client.send_message(mail()) == {}


def test_if_a_port_is_taken_mail_is_taken_at_another(caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken, caplog.at_level(logging.WARNING):
        door = LocalEmulator().emulator.door
        port = taken.getsockname()[1]

        assert door.listen("127.0.0.1", port)
    assert door.address is not None
    assert door.address[1] != port
    assert f"port {port} is taken, so the emulator takes mail on 127.0.0.1:{door.address[1]}" in caplog.text
    asyncio.run(door.close())


def test_an_address_that_is_not_ours_costs_only_the_mail(caplog):
    door = LocalEmulator().emulator.door

    with caplog.at_level(logging.WARNING):
        assert not door.listen("192.0.2.1", 0)

    assert door.address is None
    assert "no e-mail arrives at the emulator: cannot listen on 192.0.2.1:0" in caplog.text
