"""The figures of one local day. All of them are sums of the counters; no delivery is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import peewee

from notifyhub.clock import to_datetime
from notifyhub.domain.report_days import HOUR_MS, Day
from notifyhub.domain.states import Status
from notifyhub.domain.summary import results
from notifyhub.store import reports, statistics
from notifyhub.store.reports import MailingRow
from notifyhub.store.snapshots import at_one_moment
from notifyhub.store.statistics import HourCell, MailingCell

OUTCOMES: Mapping[str, tuple[Status, ...]] = {
    "sent": (Status.SENT,),
    "delivered": (Status.DELIVERED,),
    "read": (Status.READ,),
    "failed": (Status.FAILED,),
    "expired": (Status.EXPIRED,),
    "cancelled": (Status.CANCELLED,),
    "unconfirmed": (Status.UNCONFIRMED,),
    "open": (Status.SCHEDULED, Status.SENDING),
}
"""What became of a delivery, in the order of columns; steps of chains that gave way are in none."""

MOST_MAILINGS = 50
"""How many mailings a report tells of one by one."""

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MailingFigures:
    """A mailing, with all that it has done so far: its counters do not know of days.

    accepted  deliveries, one for each chain
    reasons   of those that failed, expired or were cancelled
    """

    id: int
    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    matched: int
    duplicates: int
    unreachable: int
    opted_out: int
    accepted: int
    by_outcome: Counts
    reasons: Counts


@dataclass(frozen=True, slots=True)
class Hour:
    """Deliveries that were accepted in an hour; `begins` is local time."""

    begins: datetime
    by_outcome: Counts


@dataclass(frozen=True, slots=True)
class Figures:
    """by_outcome, by_channel and hours are of the deliveries accepted on that day, those of single messages too.

    mailings  the newest of those that were in progress, and `in_progress` is how many there were
    """

    day: Day
    zone: str
    mailings: Sequence[MailingFigures]
    in_progress: int
    by_outcome: Counts
    by_channel: Mapping[str, Counts]
    hours: Sequence[Hour]

    @property
    def accepted(self) -> int:
        return sum(self.by_outcome.values())


@at_one_moment
def of_day(database: peewee.Database, day: Day, zone: str) -> Figures:
    """Query: the figures of a day; `zone` is its name."""
    hours = day.hours
    cells = statistics.overall(hours.start, hours.stop)(database)
    mailings = reports.mailings_between(day.begins_ms, day.ends_ms)(database)
    channels = sorted({cell.channel for cell in cells})
    return Figures(
        day=day,
        zone=zone,
        mailings=[_mailing(row, statistics.of_mailing(row.id)(database), day) for row in mailings[:MOST_MAILINGS]],
        in_progress=len(mailings),
        by_outcome=_outcomes(cells),
        by_channel={channel: _outcomes(cell for cell in cells if cell.channel == channel) for channel in channels},
        hours=[_hour(hour, cells, day) for hour in hours],
    )


def _hour(hour: int, cells: Sequence[HourCell], day: Day) -> Hour:
    begins = to_datetime(hour * HOUR_MS).astimezone(day.zone)
    return Hour(begins, _outcomes(cell for cell in cells if cell.hour == hour))


def _mailing(row: MailingRow, cells: Sequence[MailingCell], day: Day) -> MailingFigures:
    by_outcome = _outcomes(cells)
    reasons: dict[str, int] = {}
    for cell in cells:
        if cell.reason and cell.status in (Status.FAILED, Status.EXPIRED, Status.CANCELLED):
            reasons[cell.reason] = reasons.get(cell.reason, 0) + cell.number
    return MailingFigures(
        id=row.id,
        name=row.name,
        status=row.status,
        started_at=to_datetime(row.started_at).astimezone(day.zone),
        ended_at=None if row.ended_at is None else to_datetime(row.ended_at).astimezone(day.zone),
        matched=row.matched,
        duplicates=row.duplicates,
        unreachable=row.unreachable,
        opted_out=row.opted_out,
        accepted=sum(by_outcome.values()),
        by_outcome=by_outcome,
        reasons=dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def _outcomes(cells: Iterable[HourCell | MailingCell]) -> Counts:
    by_status: dict[str, int] = {}
    for cell in cells:
        by_status[cell.status] = by_status.get(cell.status, 0) + cell.number
    found = results(by_status)
    return {outcome: sum(found.get(status, 0) for status in statuses) for outcome, statuses in OUTCOMES.items()}
