"""The meaning of a messenger's code: the rows of the providers' tables.

Reasons are stable words, kept with the delivery and shown to callers. Shared by all channels:

    configuration        the channel is set up wrongly or blocked; the message waits, and the channel rests
    rate_limited         sent too fast; retried after the wait
    messenger_error      an error of the messenger
    refused              not accepted, without a reason; a retry may help
    recipient_unknown    nobody has this address
    recipient_blocked    the person does not want messages from this sender
    not_subscribed       the person must write first or subscribe
    recipient_unreachable  the person exists, but cannot receive this
    bad_request          the messenger will never accept this request
"""

from __future__ import annotations

from dataclasses import dataclass

from notifyhub.domain.outcome import TOO_FAST, Misconfigured, PermanentFailure, Scope, TemporaryFailure

Refusal = PermanentFailure | TemporaryFailure | Misconfigured


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row: the reason, whether it is permanent, and the wait in seconds (None: the channel's backoff).

    `mend` is set if a setting or the account is the cause, and says what to look at; `$` is the prefix of the channel's
    settings, so that `$TOKEN` means `NOTIFYHUB_TELEGRAM_TOKEN`. `scope` is set if a rate limit says whose it is.
    """

    reason: str
    permanent: bool = False
    wait_s: float | None = None
    mend: str = ""
    scope: Scope = ""

    def outcome(self, code: str, detail: str, asked_s: float | None = None) -> Refusal:
        """The outcome of an attempt. `asked_s` is a wait given in the answer; it overrides the table."""
        if self.permanent:
            return PermanentFailure(self.reason, code, detail)
        wait_s = self.wait_s if asked_s is None else asked_s
        if self.mend:
            return Misconfigured(code, detail, self.mend, wait_s)
        return TemporaryFailure(self.reason, code, detail, wait_s, self.scope)


def permanent(reason: str) -> Meaning:
    return Meaning(reason, permanent=True)


def temporary(reason: str, wait_s: float | None = None, scope: Scope = "") -> Meaning:
    return Meaning(reason, wait_s=wait_s, scope=scope)


def configuration(mend: str, wait_s: float | None = None) -> Meaning:
    return Meaning("configuration", wait_s=wait_s, mend=mend)


MESSENGER_ERROR = temporary("messenger_error")
RATE_LIMITED = temporary(TOO_FAST, 1.0)
BAD_REQUEST = permanent("bad_request")

# Statuses that mean a wrong server or wrong credentials.
_CONFIGURATION = {
    401: configuration("$TOKEN, which is wrong or was revoked"),
    403: configuration("$TOKEN, or what this account is allowed to"),
    404: configuration("$TOKEN or $BASE_URL: there is nothing at this address"),
    405: configuration("$BASE_URL: another service answers there"),
    407: configuration("$PROXY: the proxy requires other credentials"),
    421: configuration("$TOKEN: this server does not accept it"),
}
_MOVED = configuration("$BASE_URL: the service is somewhere else")
# The server gave up waiting for the request, or refused it as too early: it was not accepted.
_NOT_TAKEN = frozenset({408, 425})


def by_status(status: int) -> Meaning | None:
    """The meaning of an HTTP status if the body says nothing more; None for 2xx, which proves nothing."""
    if status == 429:
        return RATE_LIMITED
    if status >= 500 or status in _NOT_TAKEN:
        return MESSENGER_ERROR
    if status in _CONFIGURATION:
        return _CONFIGURATION[status]
    if 300 <= status < 400:
        return _MOVED
    return BAD_REQUEST if status >= 400 else None
