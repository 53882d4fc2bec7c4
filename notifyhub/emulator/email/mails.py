"""What is read of a mail: subject, text and HTML. Nothing here raises: the senders may be anybody."""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from typing import Any, NamedTuple

# Texts come before attachments.
BYTES_READ = 1 << 20
HEADER_READ = 2_000
SUBJECT_KEPT = 1_000
TEXT_KEPT = 262_144
PICTURES_KEPT = 1 << 20
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class Mail(NamedTuple):
    """The parts that people see. Missing ones are empty; the end of very long ones is left out.

    html  with the pictures that came with it as data URLs in the place of `cid:`
    """

    subject: str = ""
    text: str = ""
    html: str = ""


class ShortHeaders(EmailPolicy):
    """The time to read a header grows with the square of its length: the end of very long ones is left out."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, value if hasattr(value, "name") else value[:HEADER_READ])


POLICY = ShortHeaders()


def read_mail(content: bytes) -> Mail:
    """The first text and the first HTML that are not attachments."""
    # The standard library raises many kinds of errors for malformed mails.
    try:
        message = message_from_bytes(content[:BYTES_READ], policy=POLICY)
    except Exception:
        return Mail()
    assert isinstance(message, EmailMessage)
    return Mail(_subject(message)[:SUBJECT_KEPT], _part(message, "plain"), _pictured(message, _part(message, "html")))


def _subject(message: EmailMessage) -> str:
    try:
        return str(message["subject"] or "")
    except Exception:
        return ""


def _part(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
        return "" if part is None else _plain_ends(_content(part))[:TEXT_KEPT]
    except Exception:
        return ""


def _pictured(message: EmailMessage, html: str) -> str:
    if "cid:" not in html:
        return html
    try:
        for part in message.walk():
            name = str(part["content-id"] or "").strip("<> ")
            if name and part.get_content_type() in PICTURES and len(html) < PICTURES_KEPT:
                html = html.replace(f"cid:{name}", _data_url(part))
    except Exception:
        return html
    return html[:PICTURES_KEPT]


def _data_url(part: MIMEPart) -> str:
    raw = part.get_payload(decode=True)
    encoded = b64encode(raw).decode() if isinstance(raw, bytes) else ""
    return f"data:{part.get_content_type()};base64,{encoded}"


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # an unknown charset
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _plain_ends(text: str) -> str:
    """With plain ends of lines, and without the one that the format of mails adds."""
    return text.replace("\r\n", "\n").removesuffix("\n")
