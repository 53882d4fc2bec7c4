"""Every error that notifyhub raises on purpose, as one tree.

    NotifyhubError
    ├── SettingsError          a setting is missing or wrong; the text names it
    ├── InvalidRequest         the caller asked for something malformed; carries every fault
    ├── NotFound               no such message, delivery or key
    ├── KeyInProgress          the request that first had this idempotency key is not answered yet
    ├── KeyReused              another request had this idempotency key
    ├── Conflict               it is there, but it stands in a way that does not allow this
    ├── StoreUnavailable       the database could not be reached or did not answer
    │   └── ServiceUnavailable the service that a client speaks to could not be reached, or was too busy for too long
    ├── NotAllowed             the service does not take this API key, or not for this
    ├── NotSigned              a receipt was not signed by one of our accounts
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
    """The request cannot be taken; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(": ".join(filter(None, (fault.path, fault.message))) for fault in self.faults))


class NotFound(NotifyhubError):
    """There is no such thing in the store."""

    def __init__(self, kind: str, key: object) -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"there is no {kind} {key}")


class KeyInProgress(NotifyhubError):
    """The request that first had this idempotency key is not answered yet."""

    def __init__(self) -> None:
        super().__init__("the first request with this Idempotency-Key is still in progress")


class KeyReused(NotifyhubError):
    """Another request, with another body or path, had this idempotency key."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another request; use a new one for each")


class Conflict(NotifyhubError):
    """What is asked for does not go together with what is stored; the text says why, and what would."""


class StoreUnavailable(NotifyhubError):
    """The database could not be reached or failed; what was asked may not have been stored."""


class ServiceUnavailable(StoreUnavailable):
    """The service that a client speaks to could not be reached, did not answer as notifyhub, or stayed too busy."""


class NotAllowed(NotifyhubError):
    """The service does not take this API key, or not for this."""


class NotSigned(NotifyhubError):
    """What says to come from a messenger is not signed by one of our accounts there."""


class WaitTimedOut(NotifyhubError):
    """Not every delivery came to an end within the time given."""
