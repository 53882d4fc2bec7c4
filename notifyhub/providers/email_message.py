"""The mail for a delivery (RFC 5322)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from notifyhub.domain.envelope import Envelope
from notifyhub.domain.mailboxes import Mailbox
from notifyhub.mail.content import SEVEN_BITS

LONGEST_SUBJECT = 78
"""Characters of a subject that is taken from the text: what a line should have (RFC 5322, 2.1.1)."""
# What could end a line in somebody's eyes, or is shown as nothing.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


def message_id(reference: str, author: Mailbox) -> str:
    """The same for every attempt of a delivery, so that mail systems can drop a repetition."""
    return f"<{reference}@{author.address.rpartition('@')[2]}>"


def composed(envelope: Envelope, author: Mailbox, reply_to: str | None, now: datetime | None = None) -> EmailMessage:
    """The mail with its headers, the text, and its HTML if the options have some."""
    options = envelope.options
    mail = EmailMessage(SEVEN_BITS)
    mail["From"] = Address(author.name, addr_spec=author.address)
    mail["To"] = Address(addr_spec=envelope.address)
    if answers := options.get("reply_to", reply_to):
        mail["Reply-To"] = answers
    mail["Subject"] = one_line(options["subject"]) if "subject" in options else subject_of(envelope.text)
    mail["Date"] = format_datetime(now or datetime.now(UTC))
    mail["Message-ID"] = message_id(envelope.reference, author)
    mail.set_content(envelope.text)
    if "html" in options:
        mail.add_alternative(options["html"], subtype="html")
    return mail


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
