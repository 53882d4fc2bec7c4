"""The send window: the local hours, and days of the week, in which a client may be written to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT_AFTER = 24 * 60
"""24:00, the end of a day, in minutes."""

_AHEAD_DAYS = 9
"""A window opens at least once a week; its day may be lost to a change of the clock."""
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """`[start, end)` in minutes since local midnight; over midnight if `end` is not after `start`.

    days  those on which it opens, 0 for Monday: from 22:00 to 6:00 on Mondays ends on Tuesday at 6:00
    """

    start: int = 0
    end: int = MIDNIGHT_AFTER
    days: frozenset[int] = frozenset(range(7))

    def is_open(self, moment: datetime, zone: tzinfo) -> bool:
        """May a client in `zone` be written to at this moment (aware)? The clock on their wall decides."""
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        today, yesterday = local.weekday(), (local.weekday() - 1) % 7
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        return (today in self.days and minute >= self.start) or (yesterday in self.days and minute < self.end)

    def next_open(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """The first moment from `moment` (aware) on at which the window is open in `zone`, in UTC.

        None if it does not open within nine days, which takes a day or hour that the zone leaves out.
        """
        moment = moment.astimezone(UTC)
        if self.is_open(moment, zone):
            return moment
        today = moment.astimezone(zone).date()
        for ahead in range(_AHEAD_DAYS):
            found = [
                opening
                for opening in self._openings(today + timedelta(days=ahead), zone)
                if opening >= moment and self.is_open(opening, zone)
            ]
            if found:
                return min(found)
        return None

    def _openings(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        """The moments of a local day at which the window may open, in UTC."""
        hour, minute = divmod(self.start, 60)
        wall = datetime.combine(day, time(hour, minute), zone)
        first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
        yield first
        if second > first:  # the clock is put back, and shows the hour twice
            yield second
        elif second < first:  # the clock is put forward over it: the window opens when that happens
            yield _change_between(second, first, zone)
        # Put back into the window from after it (or put forward into it at midnight), the clock opens it again.
        yield from _changes_on(day, zone)


def _changes_on(day: date, zone: tzinfo) -> Iterator[datetime]:
    """The moment at which the offset of `zone` changes on this local day, if it does."""
    start = datetime.combine(day, time(0), zone).astimezone(UTC)
    end = start + timedelta(days=1)
    if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
        yield _change_between(start, end, zone)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The first whole second with the offset that `zone` has at `after`, both in UTC."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle <= before:
            break
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
