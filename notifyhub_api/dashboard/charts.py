"""Series for charts: what the page's script draws, and the table beside it says in numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from notifyhub_api.dashboard.formats import moment_of

ARRIVED = ("sent", "delivered", "read")
LOST = ("failed", "expired", "unconfirmed")
OPEN = ("scheduled", "sending")


class Series(TypedDict):
    """One number for each moment (epoch seconds), oldest first."""

    at: list[int]
    sent: list[int]
    failed: list[int]
    waiting: list[int]


def by_period(periods: Sequence[Mapping[str, Any]], now: datetime, *, hours: int = 0, days: int = 0) -> Series:
    """The last hours or days with their deliveries; those without any are zero."""
    step = timedelta(hours=1) if hours else timedelta(days=1)
    last = now.replace(minute=0, second=0, microsecond=0)
    last = last if hours else last.replace(hour=0)
    counted = {moment_of(one["start"]): one["by_status"] for one in periods}
    found: Series = {"at": [], "sent": [], "failed": [], "waiting": []}
    for back in reversed(range(hours or days)):
        at = last - back * step
        by_status = counted.get(at, {})
        found["at"].append(int(at.timestamp()))
        found["sent"].append(total(by_status, ARRIVED))
        found["failed"].append(total(by_status, LOST))
        found["waiting"].append(total(by_status, OPEN))
    return found


def total(by_status: Mapping[str, int], statuses: Iterable[str]) -> int:
    """How many are in one of these statuses."""
    return sum(by_status.get(status, 0) for status in statuses)
