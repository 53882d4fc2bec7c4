"""The outcome of an attempt, as a value. Exceptions are for bugs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TOO_FAST = "rate_limited"
"""Reason of a temporary failure: the messenger takes no more for a while."""

Scope = Literal["", "sender", "address"]
"""Whose rate limit it is: the account's, or that of one address. Empty: the messenger does not say."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The messenger accepted the message as `messenger_id` (None if it gives none)."""

    messenger_id: str | None
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Not accepted, but a retry may succeed.

    `retry_after_s` is set if the messenger (or its documented rate limit) says how long to wait, in seconds. Such a
    wait does not count as an attempt. `scope` tells whose limit it is.
    """

    reason: str
    code: str
    detail: str = ""
    retry_after_s: float | None = None
    scope: Scope = ""


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Not accepted, and nothing from this sender will be until a setting or the account is corrected.

    This is not the message's fault: no attempt is spent, and the sender rests. `mend` tells people what to look at.
    `retry_after_s` is set if an earlier try (in seconds) would be pointless.
    """

    code: str
    detail: str = ""
    mend: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Not accepted, and the same request never will be. `reason` is a stable word, such as `recipient_blocked`."""

    reason: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The request was sent, but no answer arrived: it is unknown whether it was accepted."""

    code: str
    detail: str = ""


Outcome = Sent | TemporaryFailure | Misconfigured | PermanentFailure | Unconfirmed
