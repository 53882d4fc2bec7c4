"""What a mail server's answers mean.

The codes of RFC 5321, 4.2.3, refined by the enhanced codes of RFC 3463 and, where those leave it open, by what common
servers say. It matters at which command an answer came: 550 is about the recipient, the sender or the mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from notifyhub.domain.outcome import TOO_FAST
from notifyhub.mail.replies import Reply
from notifyhub.providers.meaning import MESSENGER_ERROR, Meaning, configuration, permanent, temporary

_LOGIN = configuration("$USERNAME and $PASSWORD, which the mail server does not accept")
_LOGIN_NEEDED = configuration("$USERNAME and $PASSWORD: the mail server wants a login, or another one")
_HOST = configuration("$HOST: this mail server takes no mail from this machine")
_TLS = configuration("$TLS: the mail server refuses to encrypt")
_AUTHOR = configuration("$FROM_ADDRESS: the mail server takes no mail from this address")
_UNKNOWN = permanent("recipient_unknown")
_FULL = permanent("mailbox_full")
_CONTENT = permanent("content_refused")
_TOO_FAST = temporary(TOO_FAST, 60.0, scope="sender")


@dataclass(frozen=True, slots=True)
class _Row:
    """An answer: at which command, its code ("55" is 550 to 559), its enhanced code, and a word in its text.

    Empty matches any. An enhanced code matches whole parts: 5.1 is 5.1.1, not 5.10.1.
    """

    stage: str
    code: str
    enhanced: str
    word: str
    meaning: Meaning

    def fits(self, stage: str, reply: Reply, text: str) -> bool:
        return (
            self.stage in ("", stage)
            and str(reply.code).startswith(self.code)
            and (not self.enhanced or f"{reply.enhanced}.".startswith(f"{self.enhanced}."))
            and self.word in text
        )


# First match wins; words are looked for in the lower-cased text, without the names of people and hosts in it.
_TABLE = (
    _Row("", "4", "4.7.28", "", _TOO_FAST),  # RFC 7372 has no such code; Gmail: unusual rate of mail
    _Row("", "4", "", "rate limit", _TOO_FAST),
    _Row("", "4", "", "too many messages", _TOO_FAST),
    _Row("", "4", "", "too many connections", _TOO_FAST),
    _Row("RCPT TO", "45", "4.7.1", "", temporary("greylisted")),
    _Row("RCPT TO", "45", "", "greylist", temporary("greylisted")),
    _Row("RCPT TO", "45", "4.2.2", "", temporary("mailbox_full")),  # mailbox full, for now
    _Row("", "4", "", "", MESSENGER_ERROR),  # 421, 450, 451, 452, 454, 455 (RFC 5321, 4.2.1: ask again later)
    _Row("greeting", "5", "", "", _HOST),  # 554 (RFC 5321, 3.1), 521 (RFC 7504)
    _Row("HELO", "5", "", "", _HOST),
    _Row("STARTTLS", "5", "", "", _TLS),
    _Row("AUTH", "5", "", "", _LOGIN),  # 534, 535 (RFC 4954, 6)
    _Row("", "530", "", "", _LOGIN_NEEDED),  # RFC 4954, 6
    _Row("", "534", "", "", _LOGIN_NEEDED),
    _Row("", "535", "", "", _LOGIN_NEEDED),
    _Row("MAIL FROM", "552", "", "", permanent("text_too_long")),  # SIZE (RFC 1870, 6.1)
    _Row("MAIL FROM", "5", "", "", _AUTHOR),  # 503, 550, 553
    _Row("RCPT TO", "5", "5.1.7", "", _AUTHOR),  # bad sender's mailbox (RFC 3463, 3.2)
    _Row("RCPT TO", "5", "5.1.8", "", _AUTHOR),  # bad sender's domain
    _Row("RCPT TO", "5", "5.1", "", _UNKNOWN),
    _Row("RCPT TO", "5", "5.2.1", "", permanent("recipient_deactivated")),
    _Row("RCPT TO", "5", "5.2.2", "", _FULL),
    _Row("RCPT TO", "5", "", "relay", _LOGIN_NEEDED),  # Postfix: 554 5.7.1 Relay access denied
    _Row("RCPT TO", "5", "5.7", "", permanent("forbidden")),  # a policy about this recipient
    _Row("RCPT TO", "552", "", "", _FULL),
    _Row("RCPT TO", "554", "", "", permanent("forbidden")),
    _Row("RCPT TO", "550", "", "", _UNKNOWN),
    _Row("RCPT TO", "551", "", "", _UNKNOWN),
    _Row("RCPT TO", "553", "", "", _UNKNOWN),
    _Row("RCPT TO", "556", "", "", _UNKNOWN),  # a domain that takes no mail (RFC 7504)
    _Row("RCPT TO", "503", "", "", MESSENGER_ERROR),
    _Row("RCPT TO", "5", "", "", permanent("bad_request")),
    _Row("", "5", "5.1", "", _UNKNOWN),  # some servers say it only after the mail
    _Row("", "5", "5.2.2", "", _FULL),
    _Row("", "5", "5.3.4", "", permanent("text_too_long")),  # message too big for system
    _Row("", "5", "5.2.3", "", permanent("text_too_long")),  # message length exceeds administrative limit
    _Row("", "552", "", "", permanent("text_too_long")),
    _Row("DATA", "503", "", "", MESSENGER_ERROR),
    _Row("", "5", "", "", _CONTENT),  # 550, 554: taken for spam, or for dangerous
)
_NAMES = re.compile(r"<[^>]*>|\S+@\S+|\b[\w-]+(?:\.[\w-]+)+")
_STORED_CODE = re.compile(r"(?P<code>[0-9]{3})(?: (?P<enhanced>[245](?:\.[0-9]{1,3}){2}))?")


def meaning_of(stage: str, reply: Reply) -> Meaning:
    """The meaning of an answer that does not say yes. What SMTP does not know is an error of the server."""
    text = _NAMES.sub(" ", reply.text.lower())
    return next((row.meaning for row in _TABLE if row.fits(stage, reply, text)), MESSENGER_ERROR)


def recall(code: str, detail: str) -> Meaning | None:
    """The meaning of a stored code and detail (see `providers.codes`); None for our own codes."""
    if not _STORED_CODE.fullmatch(code):
        return None
    stage, _, text = detail.partition(": ")
    number = code[:3]
    return meaning_of(stage, Reply(int(number), text.removeprefix(number).lstrip()))
