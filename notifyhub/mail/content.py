"""Mails as bytes."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage

# Not every server takes eight (RFC 6152).
SEVEN_BITS = policy.SMTP.clone(cte_type="7bit")


def on_the_wire(mail: EmailMessage) -> bytes:
    """The mail as SMTP carries it: seven bits, lines that end with CR LF and are not too long (RFC 5322, 2.1.1)."""
    return mail.as_bytes(policy=SEVEN_BITS)
