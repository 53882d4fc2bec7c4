"""What is read of a mail: subject, sender, text and HTML. Nothing here raises: the senders may be anybody."""

from __future__ import annotations

from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.policy import default
from typing import NamedTuple

SUBJECT_KEPT = 1_000
TEXT_KEPT = 262_144


class Mail(NamedTuple):
    """The parts that people see. Missing ones are empty; the end of very long ones is left out."""

    subject: str = ""
    text: str = ""
    html: str = ""


def read_mail(content: bytes) -> Mail:
    """The first text and the first HTML that are not attachments."""
    try:
        message = message_from_bytes(content, policy=default)
    except (MessageError, ValueError, LookupError):
        return Mail()
    assert isinstance(message, EmailMessage)
    return Mail(_subject(message)[:SUBJECT_KEPT], _part(message, "plain"), _part(message, "html"))


def _subject(message: EmailMessage) -> str:
    try:
        return str(message["subject"] or "")
    # The parser of headers has raised all kinds of errors for malformed ones.
    except Exception:
        return ""


def _part(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
        return "" if part is None else _plain_ends(_content(part))[:TEXT_KEPT]
    # As above: a part may have any content type, charset and encoding.
    except Exception:
        return ""


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # an unknown charset
        raw = part.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _plain_ends(text: str) -> str:
    """With plain ends of lines, and without the one that the format of mails adds."""
    return text.replace("\r\n", "\n").removesuffix("\n")
