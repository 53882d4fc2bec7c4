"""Rates in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.rates import Rate, rate_of


@pytest.mark.parametrize(
    ("words", "rate"),
    [
        ("20/s", Rate(20, 1)),
        (" 600 / MIN ", Rate(600, 60)),
        ("100/h", Rate(100, 3600)),
        ("1/6s", Rate(1, 6)),
        ("1/6s burst 45", Rate(1, 6, 45)),
        ("0.5/s", Rate(0.5, 1)),
        ("500/10s", Rate(500, 10)),
        ("1000/d", Rate(1000, 86_400)),
    ],
)
def test_words_are_a_rate(words: str, rate: Rate) -> None:
    assert rate_of(words) == rate


def test_none_is_no_limit() -> None:
    assert rate_of("none") is None


@pytest.mark.parametrize("words", ["20/s", "600/min", "1/6s burst 45", "500/10s", "0.5/s", "1/d", "7/90s"])
def test_a_rate_is_told_in_words_that_mean_it(words: str) -> None:
    rate = rate_of(words)
    assert rate_of(str(rate)) == rate
    assert str(rate) == words


@given(
    st.floats(0.001, 1_000_000).map(lambda count: round(count, 3)),
    st.floats(0.001, 999_999).map(lambda number: round(number, 3)),
    st.sampled_from(["s", "min", "h", "d"]),
    st.integers(1, 10_000),
)
def test_every_rate_can_be_read_again(count: float, number: float, unit: str, burst: int) -> None:
    try:
        rate = rate_of(f"{count:.3f}/{number:.3f}{unit} burst {burst}")
    except ValueError:
        return
    assert rate is not None
    assert rate_of(str(rate)) == rate


@pytest.mark.parametrize(
    "words",
    [
        "",
        "fast",
        "20",
        "-20/s",
        "20/",
        "/s",
        "20/fortnight",
        "0/s",
        "1/0s",
        "1/2d",
        "20/s burst 0",
        "1e9/s",
        "٣/s",
        "nan/s",
    ],
)
def test_what_is_no_rate_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"must|unit"):
        rate_of(words)
