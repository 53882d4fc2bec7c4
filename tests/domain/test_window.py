"""When may this client next be written to? Local hours, over midnight, and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.window import DAYS, SendWindow
from notifyhub.domain.zones import zone_of

MOSCOW, BERLIN, SYDNEY = (zone_of(name) for name in ("Europe/Moscow", "Europe/Berlin", "Australia/Sydney"))
DAYTIME = SendWindow(9 * 60, 21 * 60)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-12-01T06:00", "2026-12-01T06:00"),  # 9:00 there: the first minute
        ("2026-12-01T12:34", "2026-12-01T12:34"),
        ("2026-12-01T05:59", "2026-12-01T06:00"),
        ("2026-12-01T18:00", "2026-12-02T06:00"),  # 21:00 is outside
        ("2026-12-01T23:00", "2026-12-02T06:00"),  # after midnight there
    ],
)
def test_a_window_in_the_day(now: str, opens: str) -> None:
    assert DAYTIME.next_open(utc(now), MOSCOW) == utc(opens)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-12-01T19:00", "2026-12-01T19:00"),  # 22:00
        ("2026-12-01T23:30", "2026-12-01T23:30"),  # 2:30 of the next day
        ("2026-12-02T03:00", "2026-12-02T19:00"),  # 6:00 is outside
    ],
)
def test_a_window_over_midnight(now: str, opens: str) -> None:
    assert SendWindow(22 * 60, 6 * 60).next_open(utc(now), MOSCOW) == utc(opens)


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    mondays = SendWindow(22 * 60, 6 * 60, frozenset({0}))

    assert mondays.is_open(utc("2026-12-01T02:00"), MOSCOW)  # Tuesday, 5:00
    assert mondays.next_open(utc("2026-12-01T03:00"), MOSCOW) == utc("2026-12-07T19:00")


def test_only_on_these_days() -> None:
    weekdays = SendWindow(9 * 60, 18 * 60, frozenset(range(5)))

    # Friday 18:00 there
    assert weekdays.next_open(utc("2026-12-04T15:00"), MOSCOW) == utc("2026-12-07T06:00")


def test_a_whole_day() -> None:
    assert SendWindow(days=frozenset({6})).next_open(utc("2026-12-04T15:00"), MOSCOW) == utc("2026-12-05T21:00")


def test_an_opening_in_an_hour_that_does_not_exist_is_the_moment_of_the_change() -> None:
    # In Berlin 2:00 becomes 3:00 on 2027-03-28.
    assert SendWindow(150, 600).next_open(utc("2027-03-28T00:00"), BERLIN) == utc("2027-03-28T01:00")


def test_a_window_within_an_hour_that_does_not_exist_opens_on_the_next_day() -> None:
    assert SendWindow(135, 165).next_open(utc("2027-03-28T00:00"), BERLIN) == utc("2027-03-29T00:15")


def test_a_window_within_an_hour_that_comes_twice_opens_twice() -> None:
    # In Berlin 3:00 becomes 2:00 on 2026-10-25.
    window = SendWindow(150, 165)

    assert window.next_open(utc("2026-10-25T00:00"), BERLIN) == utc("2026-10-25T00:30")
    assert window.next_open(utc("2026-10-25T00:45"), BERLIN) == utc("2026-10-25T01:30")
    assert window.next_open(utc("2026-10-25T01:45"), BERLIN) == utc("2026-10-26T01:30")


def test_a_clock_that_is_put_back_into_the_window_opens_it_again() -> None:
    # 1:00 to 2:30: open until 2:30, and again when 3:00 becomes 2:00.
    window = SendWindow(60, 150)

    assert window.next_open(utc("2026-10-25T00:40"), BERLIN) == utc("2026-10-25T01:00")


def test_the_hours_follow_the_zone_over_a_change() -> None:
    assert DAYTIME.next_open(utc("2026-10-03T12:00"), SYDNEY) == utc("2026-10-03T22:00")  # 9:00 at +11
    assert DAYTIME.next_open(utc("2026-10-02T12:00"), SYDNEY) == utc("2026-10-02T23:00")  # 9:00 at +10


def test_a_day_that_a_zone_leaves_out_is_passed_over() -> None:
    # Samoa had no 2011-12-30, a Friday.
    fridays = SendWindow(9 * 60, 10 * 60, frozenset({4}))

    assert fridays.next_open(utc("2011-12-29T21:00"), zone_of("Pacific/Apia")) == utc("2012-01-05T19:00")


@given(
    start=st.integers(0, 1439),
    length=st.integers(1, 1440),
    days=st.sets(st.integers(0, len(DAYS) - 1), min_size=1),
    minutes=st.integers(0, 600_000),
    zone=st.sampled_from(["Europe/Moscow", "Europe/Berlin", "Australia/Lord_Howe", "+05:45", "America/St_Johns"]),
)
def test_no_open_moment_is_passed_over(start: int, length: int, days: set[int], minutes: int, zone: str) -> None:
    end = start + length if start + length <= 1440 else start + length - 1440
    window, tz = SendWindow(start, end, frozenset(days)), zone_of(zone)
    now = datetime.fromtimestamp(1_790_000_000 // 60 * 60 + minutes * 60, UTC)

    opens = window.next_open(now, tz)

    if opens is None:
        return
    assert window.is_open(opens, tz)
    between = range(0, int((opens - now).total_seconds()), 60)
    assert not any(window.is_open(datetime.fromtimestamp(now.timestamp() + s, UTC), tz) for s in between)
