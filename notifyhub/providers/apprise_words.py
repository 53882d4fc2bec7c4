"""The meaning of what apprise logs. It answers only yes or no; the reason, and whether anything was sent, is in its
log.

The words were read in apprise 2.2: more than 150 of its services write `error=` and the HTTP status, and nearly all
`Socket Exception:` and what their HTTP client said. Unknown words prove nothing: a call that
ended for an unknown reason counts as unconfirmed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from notifyhub.domain.outcome import Misconfigured, Outcome, TemporaryFailure, Unconfirmed
from notifyhub.providers.meaning import by_status

_STATUS = re.compile(r"\berror=([1-5][0-9]{2})\b")
_LOST = "Socket Exception"
# urllib3's names, and the system's words where a service speaks something else than HTTP.
_NEVER_MADE = re.compile(
    r"NewConnectionError|ConnectTimeoutError|NameResolutionError|Failed to establish a new connection"
    r"|Connection refused|Name or service not known|Temporary failure in name resolution"
)
_TIMED_OUT = re.compile(r"(?i)timed out|timeout")


class Words(logging.Handler):
    """Collects what a service logs, outside all loggers: it contains URLs, which no log may show."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._told: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append((record.levelno, record.getMessage()))

    @property
    def complaints(self) -> list[str]:
        """Its warnings."""
        return [text for level, text in self._told if level >= logging.WARNING]

    @property
    def losses(self) -> list[str]:
        """What happened to connections. Must not be kept: an HTTP client quotes complete URLs."""
        return [text for _, text in self._told if text.startswith(_LOST)]


def refusal(words: Words, detail: str, mend: str) -> Outcome:
    """The outcome for a "no". `mend` says what to look at if the account is the cause."""
    if words.losses:
        return _lost(words.losses, detail)
    statuses = [int(status) for text in words.complaints for status in _STATUS.findall(text)]
    if statuses:
        return _refused(statuses[-1], detail, mend)
    if words.complaints:
        return TemporaryFailure("refused", "refused", detail)
    return Unconfirmed("bad_answer", detail)


def _lost(losses: Sequence[str], detail: str) -> Outcome:
    if all(_NEVER_MADE.search(loss) for loss in losses):
        return TemporaryFailure("unreachable", "not_connected", detail)
    return Unconfirmed("timeout" if any(map(_TIMED_OUT.search, losses)) else "connection_lost", detail)


def _refused(status: int, detail: str, mend: str) -> Outcome:
    meaning = by_status(status)
    if meaning is None:
        return TemporaryFailure("refused", str(status), detail)
    outcome = meaning.outcome(str(status), detail)
    if isinstance(outcome, Misconfigured):
        return Misconfigured(outcome.code, outcome.detail, mend, outcome.retry_after_s)
    return outcome
