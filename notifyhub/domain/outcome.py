"""What an attempt came to, as a value. Exceptions are for bugs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The messenger accepted the message under `messenger_id` (None when it gives none)."""

    messenger_id: str | None
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Not accepted, and another try may succeed.

    `retry_after_s` is set when the messenger (or its documented rate limit) says how long to wait, in seconds.
    Such a wait is not counted as an attempt.
    """

    reason: str
    code: str
    detail: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Misconfigured:
    """Not accepted, and nothing of this sender will be until somebody mends a setting or the account.

    Such an answer blames no message: nothing is spent, and the sender rests. `mend` says what to look at, for
    people. `retry_after_s` is set when asking sooner than that (seconds) would be pointless.
    """

    code: str
    detail: str = ""
    mend: str = ""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Not accepted, and the same request will never be. `reason` is a stable word, such as `recipient_blocked`."""

    reason: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The request went out and no answer came back: it is unknown whether it was accepted."""

    code: str
    detail: str = ""


Outcome = Sent | TemporaryFailure | Misconfigured | PermanentFailure | Unconfirmed
