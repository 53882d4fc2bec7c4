"""What a mail server answers, and the ways in which handing over a mail may fail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_ENHANCED = re.compile(r"(?P<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s|$)")

Stage = Literal["greeting", "HELO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "content"]
"""At which command the server answered; `content` is the answer after the mail's last line."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a server: its code, such as 250, and its text, which may begin with an enhanced code (RFC 3463)."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced code, such as 5.1.1; empty if there is none."""
        found = _ENHANCED.match(self.text)
        return found["code"] if found else ""

    @property
    def codes(self) -> str:
        """Both codes, such as `550 5.1.1`."""
        return f"{self.code} {self.enhanced}".rstrip()

    def __str__(self) -> str:
        return f"{self.code} {' '.join(self.text.split())}".rstrip()


class NotHandedOver(Exception):
    """The server has not taken the mail, or it is unknown whether it has. The text says why."""


class Unreachable(NotHandedOver):
    """There was no connection, or it broke before the server can have taken the mail."""


class Unusable(NotHandedOver):
    """A setting is wrong. `code` is one of no_such_host, tls_failed, tls_missing, login_missing."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class Refused(NotHandedOver):
    """The server said no."""

    def __init__(self, stage: Stage, reply: Reply) -> None:
        self.stage = stage
        self.reply = reply
        super().__init__(f"{stage}: {reply}")


class AnswerLost(NotHandedOver):
    """The whole mail was sent, but there is no answer. `code`: timeout, connection_lost or bad_answer."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)
