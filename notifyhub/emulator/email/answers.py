"""The answers of a mail server: reply codes (RFC 5321) with enhanced codes (RFC 3463), and where they are given."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from notifyhub.emulator.shared.wire import Refusal


class Place(Enum):
    """The command that is answered."""

    RECIPIENT = "RCPT TO"
    CONTENT = "the end of DATA"


class Reply(NamedTuple):
    """One answer. `code` 0: none, the connection is closed."""

    code: int
    enhanced: str
    text: str
    place: Place = Place.RECIPIENT

    @property
    def line(self) -> str:
        """The line as sent, without its end."""
        return f"{self.code} {self.enhanced} {self.text}" if self.code else ""


CLOSING = 421
WRONG_PASSWORD = Reply(535, "5.7.8", "Authentication credentials invalid")
TOO_MANY = Reply(452, "4.5.3", "Too many recipients")
TOO_MANY_CONNECTIONS = Reply(CLOSING, "4.7.0", "Too many connections")

_REPLIES = (
    Reply(CLOSING, "4.3.2", "Service not available, closing transmission channel"),
    Reply(450, "4.2.1", "Mailbox temporarily unavailable"),
    Reply(451, "4.3.0", "Local error in processing", Place.CONTENT),
    Reply(452, "4.3.1", "Insufficient system storage", Place.CONTENT),
    Reply(530, "5.7.0", "Authentication required"),
    WRONG_PASSWORD,
    Reply(550, "5.1.1", "Mailbox unavailable"),
    Reply(551, "5.1.6", "User not local"),
    Reply(552, "5.3.4", "Message size exceeds fixed maximum message size", Place.CONTENT),
    Reply(553, "5.1.3", "Mailbox name not allowed"),
    Reply(554, "5.7.1", "Transaction failed", Place.CONTENT),
)
CODES: dict[int, Reply] = {reply.code: reply for reply in _REPLIES}

OUTCOMES: dict[str, Reply] = {
    "blocked": Reply(550, "5.7.1", "Recipient does not accept mail from this sender"),
    "not_a_user": Reply(550, "5.1.1", "No such user here"),
    "token_revoked": WRONG_PASSWORD,
    "deactivated": Reply(550, "5.2.1", "Mailbox disabled, not accepting messages"),
    "too_large": CODES[552],
    "restarting": Reply(CLOSING, "4.3.2", "System going down, try again later"),
    "rate_limited": Reply(450, "4.7.1", "Too much mail from this sender, slow down"),
    "mailbox_full": Reply(452, "4.2.2", "Mailbox full"),
    "greylisted": Reply(451, "4.7.1", "Greylisted, try again later"),
    "spam": Reply(554, "5.7.1", "Message rejected as spam", Place.CONTENT),
    "relay_denied": Reply(550, "5.7.1", "Relaying denied"),
    "sender_refused": Reply(553, "5.7.1", "Sender address rejected: not owned by this user"),
    "hung_up": Reply(0, "", "the connection is closed before the mail"),
}

# What the HTTP statuses, which a rule may have for all channels, are here.
STATUSES: dict[int, Reply] = {
    400: CODES[554],
    401: WRONG_PASSWORD,
    403: OUTCOMES["blocked"],
    404: CODES[550],
    429: OUTCOMES["rate_limited"],
    500: CODES[451],
    502: CODES[451],
    503: CODES[CLOSING],
    504: CODES[451],
}


def reply_to(refusal: Refusal) -> Reply:
    """The answer that a fault asks for: by an outcome, by a reply code, or by an HTTP status."""
    if refusal.outcome is not None:
        return OUTCOMES[refusal.outcome]
    if refusal.code is not None:
        return CODES.get(refusal.code) or _any(refusal.code)
    return STATUSES.get(refusal.status) or CODES[refusal.status]


def _any(code: int) -> Reply:
    return Reply(code, f"{code // 100}.0.0", "Refused", Place.CONTENT)
