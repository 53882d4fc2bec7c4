"""The rate after refusals."""

from __future__ import annotations

from notifyhub.domain.adaptive_rate import FORGET_MS, FULL, HOLD_MS, LESS, MORE, Pace, quickened, slowed

S = 1_000


def refused_twice() -> Pace:
    """Refused, and again right after the pause."""
    return slowed(slowed(FULL, 10 * S, S, 10 * S - 5), 12 * S, S, 12 * S - 5)


def test_one_refusal_is_a_pause_and_nothing_more() -> None:
    pace = slowed(FULL, 10 * S, 3 * S, 10 * S - 5)

    assert (pace.factor, pace.paused_until) == (1.0, 13 * S)


def test_calls_that_were_on_their_way_teach_nothing_new() -> None:
    once = slowed(FULL, 10 * S, 3 * S, 10 * S - 5)

    assert slowed(once, 10 * S + 20, 3 * S, 10 * S + 15) == once._replace(paused_until=13 * S + 20)


def test_a_second_refusal_right_after_the_pause_slows_down() -> None:
    assert refused_twice().factor == LESS


def test_a_refusal_a_minute_later_slows_down_a_little() -> None:
    once = slowed(FULL, 10 * S, S, 10 * S - 5)

    assert 0.9 < slowed(once, 70 * S, S, 70 * S - 5).factor < 1.0


def test_a_refusal_once_in_a_while_is_put_down_to_chance() -> None:
    once = slowed(FULL, 10 * S, S, 10 * S - 5)

    assert slowed(once, 400 * S, S, 400 * S - 5).factor == 1.0


def test_a_rate_that_holds_is_raised() -> None:
    pace = refused_twice()
    now = pace.paused_until + HOLD_MS

    assert quickened(pace, now - 1) is None
    raised = quickened(pace, now)
    assert raised is not None
    assert raised.factor == LESS * MORE


def test_a_try_that_fails_goes_back_and_is_not_repeated_soon() -> None:
    pace = refused_twice()
    now = pace.paused_until + HOLD_MS
    tried = quickened(pace, now)
    assert tried is not None
    back = slowed(tried, now + S, S, now + S - 5)

    assert round(back.factor, 6) == LESS
    assert quickened(back, now + 60 * S) is None
    assert quickened(back, now + 2 * S + FORGET_MS) is not None


def test_a_limit_that_is_lower_costs_few_refusals() -> None:
    """Against a messenger that takes 21 a second of 30: it refuses whenever the rate is above that."""
    pace, refusals = FULL, 0
    for now in range(S, 300 * S, 100):
        if now >= pace.paused_until and pace.factor * 30 > 21:
            pace, refusals = slowed(pace, now, S, now), refusals + 1
        pace = quickened(pace, now) or pace

    assert refusals <= 3
    assert 0.9 * 21 <= pace.factor * 30 <= 21


def test_a_limit_that_was_lifted_is_found_again() -> None:
    pace = refused_twice()
    for now in range(13 * S, 1_500 * S, S):
        pace = quickened(pace, now) or pace

    assert pace.factor == 1.0
