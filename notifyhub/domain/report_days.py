"""Which local day a report is about, when it is due, and when it is tried again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

FIRST_PAUSE_MS = 5 * 60_000
LONGEST_PAUSE_MS = 60 * 60_000
HOUR_MS = 3_600_000


class Day(NamedTuple):
    """A day of a time zone. It has 23 or 25 hours where clocks are changed."""

    date: date
    zone: tzinfo

    @property
    def hours(self) -> range:
        """Its hours, counted since 1970. Where a zone is half an hour off, an hour is of the day in which it begins."""
        first, end = (-(-_ms(moment) // HOUR_MS) for moment in (self.begins, self.ends))
        return range(first, end)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.date, time(), self.zone)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.date + timedelta(days=1), time(), self.zone)

    @property
    def begins_ms(self) -> int:
        return _ms(self.begins)

    @property
    def ends_ms(self) -> int:
        return _ms(self.ends)


def day_of(now: datetime, zone: tzinfo) -> date:
    """The date that it is there."""
    return now.astimezone(zone).date()


def due(now: datetime, at: time, zone: tzinfo) -> date | None:
    """The day whose report may be sent now: the day before, from the set time until midnight.

    A time that a change of the clocks leaves out is as much later as the clocks jump.
    """
    today = day_of(now, zone)
    if now < datetime.combine(today, at, zone).astimezone(UTC):
        return None
    return today - timedelta(days=1)


def pause_ms(tries: int) -> int:
    """How long to wait after so many tries, in milliseconds: 5 minutes, then twice as long each time, up to an hour."""
    return int(min(FIRST_PAUSE_MS << min(tries - 1, 10), LONGEST_PAUSE_MS))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
