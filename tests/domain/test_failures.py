"""When a messenger is away, and when only a few messages are at fault."""

from __future__ import annotations

from notifyhub.domain.failures import IN_A_ROW, LEAST_CALLS, LEAST_DELIVERIES, WINDOW_S, Failures

NOW = 1_700_000_000_000
LATER = NOW + WINDOW_S * 1_000


def fail(known: Failures, times: int, now: int = NOW, deliveries: int = LEAST_DELIVERIES) -> bool:
    """Whether the messenger is to blame for the last of these failures, of this many deliveries in turn."""
    return [known.failed(number % deliveries, now) for number in range(times)][-1]


def answer(known: Failures, times: int, now: int = NOW) -> None:
    for _ in range(times):
        known.answered(now)


def test_a_messenger_that_takes_nothing_for_a_while_is_away() -> None:
    assert not fail(known := Failures(), IN_A_ROW - 1)
    assert fail(known, 1)


def test_one_answer_in_between_shows_that_it_is_not() -> None:
    fail(known := Failures(), IN_A_ROW - 1)

    known.answered(NOW)

    assert not fail(known, IN_A_ROW - 1)


def test_slow_failures_in_a_row_count_however_long_they_take() -> None:
    known = Failures()

    blamed = [known.failed(number, NOW + number * 60_000) for number in range(IN_A_ROW)]

    assert blamed == [False] * (IN_A_ROW - 1) + [True]


def test_few_deliveries_that_always_fail_are_at_fault_themselves() -> None:
    assert not fail(Failures(), 1_000, deliveries=LEAST_DELIVERIES - 1)


def test_a_messenger_that_fails_most_calls_is_away_although_some_go_through() -> None:
    known, blamed = Failures(), []
    for number in range(LEAST_CALLS):
        if number % 3 == 0:
            known.answered(NOW)
        else:
            blamed.append(known.failed(number, NOW))

    assert blamed[-1]
    assert not any(blamed[:-1])


def test_a_messenger_that_takes_every_second_call_is_not_away() -> None:
    known = Failures()
    for number in range(10 * LEAST_CALLS):
        known.answered(NOW)
        assert not known.failed(number, NOW)


def test_most_calls_are_not_told_from_a_few() -> None:
    known = Failures()
    answer(known, 3)

    assert not fail(known, IN_A_ROW - 1)


def test_calls_of_long_ago_say_nothing_of_now() -> None:
    known = Failures()
    answer(known, 1_000, NOW)
    answer(known, 8, LATER)

    assert not fail(known, IN_A_ROW - 1, LATER)
    answer(known, 1, LATER)
    assert not fail(known, 4, LATER)
    assert fail(known, 1, LATER)


def test_failures_of_long_ago_are_forgotten_too() -> None:
    known = Failures()
    fail(known, IN_A_ROW - 1)
    answer(known, 1)

    answer(known, 8, LATER)

    assert not fail(known, IN_A_ROW - 1, LATER)


def test_many_calls_take_no_more_memory_than_few() -> None:
    known = Failures()
    for second in range(10 * WINDOW_S):
        answer(known, 100, NOW + second * 1_000)

    assert len(known._seconds) <= WINDOW_S
