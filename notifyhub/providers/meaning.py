"""What a messenger's code means: the rows of the providers' tables.

Reasons are stable words, kept with the delivery and shown to callers. Shared by all channels:

    configuration        the channel is set up wrongly or shut off; the message is kept and nobody is to blame
    rate_limited         too fast; come back after the wait
    messenger_error      trouble on the messenger's side
    refused              not accepted, without a word why; may be another time
    recipient_unknown    there is nobody at this address
    recipient_blocked    the person does not want messages from this sender
    not_subscribed       the person must write first or subscribe
    recipient_unreachable  the person exists, but cannot get this
    bad_request          the messenger will never take this request
"""

from __future__ import annotations

from dataclasses import dataclass

from notifyhub.domain.outcome import PermanentFailure, TemporaryFailure


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: why, whether for good, and for how long to wait in seconds (None: by the channel's backoff)."""

    reason: str
    permanent: bool = False
    wait_s: float | None = None

    def outcome(self, code: str, detail: str, asked_s: float | None = None) -> PermanentFailure | TemporaryFailure:
        """The outcome of an attempt. `asked_s` is a wait that this very answer asks for; it wins over the table."""
        if self.permanent:
            return PermanentFailure(self.reason, code, detail)
        return TemporaryFailure(self.reason, code, detail, self.wait_s if asked_s is None else asked_s)


def permanent(reason: str) -> Meaning:
    return Meaning(reason, permanent=True)


def temporary(reason: str, wait_s: float | None = None) -> Meaning:
    return Meaning(reason, wait_s=wait_s)


CONFIGURATION = temporary("configuration", 60.0)
MESSENGER_ERROR = temporary("messenger_error")
RATE_LIMITED = temporary("rate_limited", 1.0)
BAD_REQUEST = permanent("bad_request")

# Statuses by which a server says that it is not the right one, or that we are not who we should be.
_CONFIGURATION = frozenset({401, 403, 404, 405, 407, 421})
# The server gave up waiting for the request, or does not want to take it so early: it was not taken.
_NOT_TAKEN = frozenset({408, 425})


def by_status(status: int) -> Meaning | None:
    """What an HTTP status alone says when the body says nothing better; None for 2xx, which says "perhaps"."""
    if status == 429:
        return RATE_LIMITED
    if status >= 500 or status in _NOT_TAKEN:
        return MESSENGER_ERROR
    if status in _CONFIGURATION or 300 <= status < 400:
        return CONFIGURATION
    return BAD_REQUEST if status >= 400 else None
