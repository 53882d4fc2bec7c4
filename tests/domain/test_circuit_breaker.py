"""How the circuit of a sender opens, lets a trickle try, and closes."""

from __future__ import annotations

from notifyhub.domain.circuit_breaker import (
    AWAY_AT_MOST_MS,
    CLOSES_AFTER,
    CONFIGURATION,
    Cause,
    Circuit,
    State,
    closed,
    half_opened,
    let_go,
    opened,
    passed_one,
    pause_s,
    put_off,
)

NOW = 1_700_000_000_000
LATER = NOW + 60_000
AWAY = Cause("messenger_error", "503", "gone")
OPENED = opened(None, AWAY, NOW, 2.0)


def trying(passed: int = 0, cause: Cause = AWAY) -> Circuit:
    circuit = half_opened(opened(None, cause, NOW, 2.0), LATER, 15.0)
    for _ in range(passed):
        circuit = passed_one(circuit)
    return circuit


def test_it_opens_for_a_while() -> None:
    assert Circuit(State.OPEN, NOW, NOW + 2_000, 1, 0, AWAY) == OPENED


def test_those_that_try_are_waited_for_until_a_moment() -> None:
    assert trying() == Circuit(State.HALF_OPEN, NOW, LATER + 15_000, 1, 0, AWAY)


def test_one_tries_then_two_then_four() -> None:
    assert [trying(passed).at_once for passed in range(CLOSES_AFTER)] == [1, 2, 2, 4, 4, 4, 4]


def test_it_is_proven_after_a_few() -> None:
    assert not trying(CLOSES_AFTER - 1).is_proven
    assert trying(CLOSES_AFTER).is_proven


def test_one_that_goes_through_proves_a_set_up() -> None:
    assert trying(1, Cause(CONFIGURATION, "401")).is_proven


def test_a_failed_try_opens_it_again_without_forgetting_since_when() -> None:
    again = opened(trying(3), Cause("unreachable", "not_connected"), LATER, 4.0)

    assert (again.state, again.since, again.until) == (State.OPEN, NOW, LATER + 4_000)
    assert (again.tries, again.passed, again.cause.code) == (2, 0, "not_connected")


def test_a_try_that_was_asked_to_wait_is_no_failure() -> None:
    again = put_off(trying(), LATER, 5.0)

    assert (again.state, again.until, again.tries) == (State.OPEN, LATER + 5_000, 1)


def test_whoever_goes_on_trying_begins_where_the_others_stopped() -> None:
    stopped = let_go(trying(3), LATER)

    assert (stopped.state, stopped.until) == (State.HALF_OPEN, LATER)
    assert half_opened(stopped, LATER, 15.0).passed == 3


def test_after_a_failed_try_the_trickle_begins_anew() -> None:
    assert half_opened(opened(trying(3), AWAY, LATER, 4.0), LATER, 15.0).passed == 0


def test_a_closed_one_opens_as_if_for_the_first_time() -> None:
    shut = closed(trying(CLOSES_AFTER), LATER)

    assert (shut.state, shut.since, shut.tries) == (State.CLOSED, LATER, 0)
    assert opened(shut, AWAY, LATER, 2.0) == Circuit(State.OPEN, LATER, LATER + 2_000, 1, 0, AWAY)


def test_tries_become_rarer_up_to_the_longest_pause() -> None:
    assert [pause_s(tries, 1.0, 60.0) for tries in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


def test_what_fails_for_longer_than_any_outage_is_the_messages_own_fault() -> None:
    assert OPENED.blames_the_messenger(NOW + AWAY_AT_MOST_MS - 1)
    assert not OPENED.blames_the_messenger(NOW + AWAY_AT_MOST_MS)
