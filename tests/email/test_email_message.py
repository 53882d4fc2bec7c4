"""What a mail looks like on the wire, whatever is written in it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.mailboxes import Mailbox
from notifyhub.providers.email_message import composed, subject_of
from tests.email.sending import REFERENCE, body, envelope, mail_of, sent


def test_the_headers_are_those_of_a_mail() -> None:
    mail = mail_of(envelope())

    assert mail["From"] == "Магазин <news@shop.example>"
    assert mail["To"] == "ann@example.com"
    assert mail["Message-ID"] == f"<{REFERENCE}@shop.example>"
    assert mail["Date"].datetime is not None
    assert mail["Subject"] == "hi 😀"
    assert body(mail) == "hi 😀\n"


def test_every_attempt_has_the_same_message_id() -> None:
    assert mail_of(envelope())["Message-ID"] == mail_of(envelope())["Message-ID"]


def test_options_give_the_subject_the_html_and_where_answers_go() -> None:
    mail = mail_of(envelope("text", subject="Заказ №1", html="<b>Привет</b>", reply_to="help@shop.example"))

    assert (mail["Subject"], mail["Reply-To"]) == ("Заказ №1", "help@shop.example")
    assert mail.get_content_type() == "multipart/alternative"
    assert (body(mail), body(mail, "html")) == ("text\n", "<b>Привет</b>\n")


@pytest.mark.parametrize(
    "text",
    [
        ".",
        ".\n..\n.a\n",
        "a\r\n.\r\nb",
        "a\rb",
        "x" * 5000,
        "é" * 5000,
        "👩‍👩‍👧‍👦 \u2028 emoji",
        "From me\nFrom you",
        "trailing blanks  \n\n\n",
        "tab\tand \x07 bell",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")

    assert body(mail_of(envelope(text))) == (lines if lines.endswith("\n") else f"{lines}\n")


@pytest.mark.parametrize("text", ["x" * 5000, "é" * 5000, "a\nb\rc\r\nd", "😀" * 999])
def test_no_line_is_too_long_and_each_ends_as_smtp_wants(text: str) -> None:
    _, server = sent(envelope(text, subject="ы" * 250, html=text))

    assert max(map(len, server.mails[0].split(b"\r\n"))) <= 998
    assert b"\n" not in server.mails[0].replace(b"\r\n", b"")
    assert b"\r" not in server.mails[0].replace(b"\r\n", b"")
    assert server.mails[0].isascii()


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: eve@example.com", "a\nBcc: eve@example.com", "a\u2028Bcc: x", "a\x0bBcc: x", "a\x85Bcc: x"]
)
def test_no_subject_becomes_another_header(subject: str) -> None:
    mail = mail_of(envelope(subject=subject))

    assert mail["Bcc"] is None
    assert "Bcc: " in mail["Subject"]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Hello\nthere", "Hello"),
        ("\n \n Hello \n", "Hello"),
        ("x" * 78, "x" * 78),
        ("x" * 79, "x" * 77 + "…"),
        ("word " * 20, "word " * 14 + "word…"),
        ("a\tb\x00c", "a b c"),
    ],
)
def test_without_a_subject_it_is_the_first_line(text: str, subject: str) -> None:
    assert subject_of(text) == subject


def test_answers_go_to_the_address_of_the_settings_with_its_name() -> None:
    mail = mail_of(envelope(), reply_to=Mailbox("Справка", "help@shop.example"))

    assert mail["Reply-To"] == "Справка <help@shop.example>"


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?odd?=", "a" * 250, "word " * 40, '50% off = \\ " <now>; (a)', "Я" * 250]
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    assert mail_of(envelope(subject=subject))["Subject"] == subject.strip()


@pytest.mark.parametrize("text", ["a\n--=_0198c0de-42--\nb", "--=_0198c0de-42", "é" * 99 + "=_"])
def test_no_text_ends_its_own_part(text: str) -> None:
    mail = mail_of(envelope(text, html=f"<p>{text}</p>"))

    assert (body(mail), body(mail, "html")) == (f"{text}\n", f"<p>{text}</p>\n")


@given(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1), st.text(st.characters(exclude_categories=("Cs",)))
)
def test_any_text_and_subject_is_a_mail_that_reads_the_same(text: str, subject: str) -> None:
    raw = composed(envelope(text, subject=subject or "x", html=text), Mailbox("", "news@shop.example"), None)
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert set(read.keys()) == {"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
    lines = re.sub("\r\n|\r", "\n", text)
    assert body(read) == body(read, "html") == (lines if lines.endswith("\n") else f"{lines}\n")
