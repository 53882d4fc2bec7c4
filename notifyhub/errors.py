"""Every error that notifyhub raises on purpose, as one tree.

    NotifyhubError
    ├── SettingsError          a setting is missing or wrong; the text names it
    ├── InvalidRequest         the request is malformed; has all faults
    ├── NotFound               no such message, delivery or key
    ├── KeyInProgress          the first request with this idempotency key is still in progress
    ├── KeyReused              this idempotency key was used for another request
    ├── Conflict               the current state does not allow this
    ├── StoreUnavailable       the database could not be reached or did not answer
    │   └── ServiceUnavailable the service of a client could not be reached, or was too busy
    ├── BrokerUnavailable      the broker could not be reached, or refused us
    ├── NotAllowed             the service refuses this API key, or lacks the scope
    ├── NotSigned              a receipt was not signed by one of our accounts
    ├── SignInRefused          a sign-in link is unknown, was used or has expired
    └── WaitTimedOut           `Hub.wait` ran out of time

Outcomes of a send are values (`notifyhub.domain.outcome`), not exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class NotifyhubError(Exception):
    """Base of all errors of this package."""


class SettingsError(NotifyhubError):
    """A setting is missing or wrong; the text names the variable and says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request.

    `path` says where: an argument of a Python call (`to[0].telegram`), or a JSON path in a request given as such
    (`$.recipients[0].telegram`); `code` is a stable word, `message` plain English.
    """

    path: str
    code: str
    message: str


class InvalidRequest(NotifyhubError):
    """The request is invalid; `faults` has everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(": ".join(filter(None, (fault.path, fault.message))) for fault in self.faults))


class NotFound(NotifyhubError):
    """There is no such object."""

    def __init__(self, kind: str, key: object) -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"there is no {kind} {key}")


class KeyInProgress(NotifyhubError):
    """The first request with this idempotency key is still in progress."""

    def __init__(self) -> None:
        super().__init__("the first request with this Idempotency-Key is still in progress")


class KeyReused(NotifyhubError):
    """This idempotency key was used for another request, with a different body or path."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another request; use a new one for each")


class Conflict(NotifyhubError):
    """The current state does not allow this; the text says why, and what would."""


class StoreUnavailable(NotifyhubError):
    """The database could not be reached or failed; the request may not have been stored.

    told    the reason for callers, without hosts and users
    passes  may it pass by itself, so that waiting makes sense?
    """

    def __init__(self, message: str, *, told: str = "the database does not answer", passes: bool = True) -> None:
        self.told = told
        self.passes = passes
        super().__init__(message)


class BrokerUnavailable(NotifyhubError):
    """The broker could not be reached or refused us; what is stored waits.

    passes  may it pass by itself, so that waiting makes sense?
    """

    def __init__(self, message: str, *, passes: bool) -> None:
        self.passes = passes
        super().__init__(message)


class ServiceUnavailable(StoreUnavailable):
    """The service of a client could not be reached, did not answer like notifyhub, or stayed too busy."""


class NotAllowed(NotifyhubError):
    """The service refuses this API key, or the key lacks the scope."""


class NotSigned(NotifyhubError):
    """A webhook call is not signed by any account that is set up for the messenger."""


class SignInRefused(NotifyhubError):
    """Somebody could not sign in to the dashboard."""

    # One text for all reasons: who guesses is not to learn whether such a link ever was.
    def __init__(self, message: str = "this sign-in link is unknown, was used or has expired") -> None:
        super().__init__(message)


class WaitTimedOut(NotifyhubError):
    """Not all deliveries were finished in time."""
