"""The filters of lists of mailings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notifyhub.domain.mailings import MailingStatus
from notifyhub.errors import Fault, InvalidRequest
from notifyhub.requests.client_lists import searchable

NAMES = ("status", "search")


@dataclass(frozen=True, slots=True)
class MailingFilters:
    """Mailings in one of these states (none: in any) whose name, text or reference contains what is searched."""

    statuses: Sequence[MailingStatus] = ()
    search: str | None = None


def mailing_filters(status: str | Sequence[str] | None, search: str | None) -> MailingFilters:
    """The filters of these values; names of states may be separated by commas. Raises InvalidRequest."""
    names = [] if status is None else [status] if isinstance(status, str) else list(status)
    words = [word.strip() for name in names for word in name.split(",")]
    known = ", ".join(MailingStatus)
    faults = [
        Fault("$.status", "unknown_value", f"there is no {word!r}; there are {known}")
        for word in words
        if word not in list(MailingStatus)
    ]
    try:
        wanted = searchable("" if search is None else str(search).strip()) or None
    except ValueError as error:
        faults.append(Fault("$.search", "form", str(error)))
    if faults:
        raise InvalidRequest(faults)
    return MailingFilters([MailingStatus(word) for word in words], wanted)
