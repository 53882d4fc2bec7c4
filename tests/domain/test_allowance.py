"""Requests a minute: what is let in, and what processes share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.allowance import Allowance, grant, minute_of, portion, seconds_left


def test_as_many_are_let_in_as_the_limit_says() -> None:
    allowance = Allowance.alone(3, minute=0)

    assert [allowance.take() for _ in range(5)] == [True, True, True, False, False]
    assert allowance.remaining == 0


@pytest.mark.parametrize(
    ("now", "minute", "left"), [(0, 0, 60), (1, 0, 60), (59_000, 0, 1), (59_999, 0, 1), (60_000, 1, 60)]
)
def test_minutes_are_those_of_the_clock(now: int, minute: int, left: int) -> None:
    assert (minute_of(now), seconds_left(now)) == (minute, left)


def test_a_shared_one_holds_only_what_it_was_granted() -> None:
    allowance = Allowance.shared(100, minute=0)
    assert not allowance.take()

    allowance.add(2, rest=98)

    assert [allowance.take() for _ in range(3)] == [True, True, False]
    assert allowance.remaining == 98


def test_more_is_asked_for_before_the_last_is_used_up() -> None:
    allowance = Allowance.shared(500, minute=0)
    allowance.add(portion(500), rest=490)
    while not allowance.runs_low:
        assert allowance.take()

    assert allowance.held > 0


def test_nothing_is_asked_for_where_nothing_is_left() -> None:
    allowance = Allowance.shared(5, minute=0)
    allowance.add(0, rest=0)

    assert not allowance.runs_low


def test_one_that_goes_alone_takes_all() -> None:
    allowance = Allowance.shared(3, minute=0)
    allowance.go_alone()

    assert [allowance.take() for _ in range(4)] == [True, True, True, False]


@given(limit=st.integers(1, 10_000), wishes=st.lists(st.integers(1, 500), max_size=60))
def test_all_that_is_granted_is_never_more_than_the_limit(limit: int, wishes: list[int]) -> None:
    taken = granted = 0
    for wanted in wishes:
        taken += wanted
        got, left = grant(limit, taken, wanted)
        granted += got
        assert left == limit - granted
    assert granted == min(limit, sum(wishes))
