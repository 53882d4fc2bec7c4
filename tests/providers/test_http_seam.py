"""How long a Retry-After header asks to wait (RFC 9110, 10.2.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.providers.http import LONGEST_WAIT_S, retry_after_s

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [("1", 1), (" 120 ", 120), ("007", 7), ("99999999999999999999", LONGEST_WAIT_S), ("9" * 5000, LONGEST_WAIT_S)],
)
def test_seconds_are_seconds(value: str, wait_s: float) -> None:
    assert retry_after_s({"retry-after": value}) == wait_s


def test_a_date_is_measured_from_the_servers_own_clock() -> None:
    assert retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:29:30 GMT", "date": DATE}) == 90


def test_a_far_date_is_taken_as_the_longest_wait() -> None:
    assert retry_after_s({"retry-after": "Wed, 21 Oct 2999 07:28:00 GMT"}) == LONGEST_WAIT_S


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "soon", "", "٣", "²", DATE, "Wed, 99 Oct 2015 07:28:00 GMT"])
def test_what_is_no_wait_is_ignored(value: str) -> None:
    assert retry_after_s({"retry-after": value}) is None


def test_without_the_header_there_is_no_wait() -> None:
    assert retry_after_s({"date": DATE}) is None


@given(value=st.text(), date=st.text())
def test_any_header_is_read_without_raising(value: str, date: str) -> None:
    wait_s = retry_after_s({"retry-after": value, "date": date})
    assert wait_s is None or 0 < wait_s <= LONGEST_WAIT_S
