"""The mail for a delivery (RFC 5322), as SMTP carries it.

Put together by hand: `email.message.EmailMessage` parses each header that it is given, and takes ten times as long as
handing the mail over does.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.mailboxes import Mailbox
from notifyhub.mail.content import on_the_wire

LONGEST_SUBJECT = 78
"""Characters of a subject that is taken from the text: what a line should have (RFC 5322, 2.1.1)."""
_LONGEST_LINE = 998
_PREFERRED_LINE = 78
# What could end a line in somebody's eyes, or is shown as nothing.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_EIGHT_BITS = bytes(range(128, 256))
_BOUNDARY = "=_"
"""Begins each boundary, and is in no encoded text: base64 and quoted-printable never write it (RFC 2045, 6.7)."""


def message_id(reference: str, author: Mailbox) -> str:
    """The same for every attempt of a delivery, so that mail systems can drop a repetition."""
    return f"<{reference}@{author.address.rpartition('@')[2]}>"


def composed(envelope: Envelope, author: Mailbox, reply_to: Mailbox | None, now: datetime | None = None) -> bytes:
    """The mail with its headers, the text, and its HTML if the options have some.

    Seven bits, and lines of at most 998 that end with CR LF. Raises UnicodeEncodeError for half of a surrogate pair.
    """
    options = envelope.options
    subject = one_line(options["subject"]) if "subject" in options else subject_of(envelope.text)
    answers = Mailbox("", options["reply_to"]) if "reply_to" in options else reply_to
    head = [
        _addressed("From", author),
        f"To: {envelope.address}",
        *([_addressed("Reply-To", answers)] if answers else []),
        _unstructured("Subject", subject),
        f"Date: {format_datetime(now or datetime.now(UTC))}",
        f"Message-ID: {message_id(envelope.reference, author)}",
        "MIME-Version: 1.0",
    ]
    text = _part(envelope.text, "plain")
    body = text if "html" not in options else _either(text, _part(options["html"], "html"), envelope.reference)
    return "\r\n".join(head).encode("ascii") + b"\r\n" + body


def subject_of(text: str) -> str:
    """The first line of a text that is not blank, cut after a word if it is long."""
    line = next((line for line in map(one_line, text.splitlines()) if line), "")
    if len(line) <= LONGEST_SUBJECT:
        return line
    kept = line[:LONGEST_SUBJECT]
    words = kept.rpartition(" ")[0] or kept[:-1]
    return f"{words.rstrip()}…"


def one_line(text: str) -> str:
    """`text` without what would end the line of a header."""
    return _UNPRINTABLE.sub(" ", text).strip()


@lru_cache(maxsize=256)
def _addressed(header: str, to: Mailbox) -> str:
    mail = EmailMessage()
    mail[header] = Address(to.name, addr_spec=to.address)
    return on_the_wire(mail).decode("ascii").strip()


def _unstructured(name: str, text: str) -> str:
    """A header in ASCII. What is not, is too long or looks like something encoded, is encoded (RFC 2047)."""
    if text.isascii() and "=?" not in text and len(name) + len(": ") + len(text) <= _PREFERRED_LINE:
        return f"{name}: {text}"
    folded = Header(text, "utf-8", _PREFERRED_LINE - 2, header_name=name)
    return f"{name}: {folded.encode(linesep=chr(13) + chr(10))}"


def _part(text: str, subtype: str) -> bytes:
    encoding, content = _encoded(_LINE_END.sub(b"\r\n", text.encode()))
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + content


def _encoded(data: bytes) -> tuple[str, bytes]:
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    foreign = len(data) - len(data.translate(None, _EIGHT_BITS))
    if not foreign and _BOUNDARY.encode() not in data and max(map(len, data.split(b"\r\n"))) <= _LONGEST_LINE:
        return "7bit", data
    # The shorter one: three bytes for each foreign one, or four for every three.
    if 6 * foreign < len(data):
        return "quoted-printable", b2a_qp(data)
    return "base64", encodebytes(data).replace(b"\n", b"\r\n")


def _either(text: bytes, html: bytes, reference: str) -> bytes:
    boundary = f"{_BOUNDARY}{reference[:60]}"
    head = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
    # The line end before a boundary is part of it, and not of the text (RFC 2046, 5.1.1).
    line = f"\r\n--{boundary}".encode()
    return b"".join((head, line[2:], b"\r\n", text, line, b"\r\n", html, line, b"--\r\n"))
