"""Which day a report is about, and when it is due: exactly one for each local day, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from notifyhub.domain.report_days import Day, due, pause_ms
from notifyhub.domain.zones import zone_of

ZONES = ["Europe/Moscow", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu"]
ZONES += ["America/Santiago", "+03:00", "-09:30", "UTC", "Africa/Cairo", "Asia/Beirut"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_the_report_of_the_day_before_is_due_from_the_set_time_until_midnight() -> None:
    moscow, eight = zone_of("Europe/Moscow"), time(8)

    assert due(at("2026-11-28T07:59:59+03:00"), eight, moscow) is None
    assert due(at("2026-11-28T08:00+03:00"), eight, moscow) == date(2026, 11, 27)
    assert due(at("2026-11-28T23:59:59+03:00"), eight, moscow) == date(2026, 11, 27)
    assert due(at("2026-11-29T00:00+03:00"), eight, moscow) is None


def test_a_time_that_the_clocks_leave_out_comes_as_much_later() -> None:
    berlin, missing = zone_of("Europe/Berlin"), time(2, 30)

    assert due(at("2026-03-29T01:59:59+01:00"), missing, berlin) is None
    assert due(at("2026-03-29T03:30+02:00"), missing, berlin) == date(2026, 3, 28)


@pytest.mark.parametrize("at", [time(0), time(2, 30), time(23, 45)])
@pytest.mark.parametrize("zone", ZONES)
def test_every_day_has_its_report_also_where_clocks_are_changed(zone: str, at: time) -> None:
    found: list[date] = []
    for month in (3, 4, 9, 10, 11):
        moment = datetime(2026, month, 1, tzinfo=UTC)
        while moment.month == month:
            wanted = due(moment, at, zone_of(zone))
            if wanted is not None and (not found or found[-1] != wanted):
                found.append(wanted)
            moment += timedelta(minutes=15)

    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(280)]
    told = [day for day in days if day.month in (3, 4, 9, 10, 11) and day.day < 29]
    assert [day for day in found if day in told] == told
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_belongs_to_exactly_one_day(zone: str) -> None:
    days = [Day(date(2026, 1, 1) + timedelta(days=number), zone_of(zone)) for number in range(400)]

    hours = [hour for day in days for hour in day.hours]

    assert hours == list(range(hours[0], hours[-1] + 1))


def test_days_have_23_or_25_hours_where_clocks_are_changed() -> None:
    berlin = zone_of("Europe/Berlin")

    assert [len(Day(date(2026, month, day), berlin).hours) for month, day in ((3, 29), (10, 25), (6, 1))] == [
        23,
        25,
        24,
    ]


def test_the_pauses_between_tries_grow_up_to_an_hour() -> None:
    assert [pause_ms(tries) // 60_000 for tries in range(1, 8)] == [5, 10, 20, 40, 60, 60, 60]
