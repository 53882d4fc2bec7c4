"""When senders of a channel rest, and how they go on."""

from __future__ import annotations

from notifyhub.domain.circuit_breaker import PROBE_LASTS_MS, CircuitBreaker

NOW = 1_700_000_000_000
LATER = NOW + 60_000


def resting(*senders: str) -> CircuitBreaker:
    breaker = CircuitBreaker(senders or ("",))
    for sender in senders or ("",):
        breaker.trip(sender, LATER)
    return breaker


def test_a_sender_that_works_is_never_held() -> None:
    breaker = CircuitBreaker()
    assert breaker.held_until("", NOW) is None
    assert breaker.room(500, NOW) == 500


def test_only_the_first_bad_answer_begins_a_rest() -> None:
    breaker = CircuitBreaker()
    assert breaker.trip("", LATER)
    assert not breaker.trip("", LATER + 1)


def test_a_sender_that_rests_is_held_until_its_moment() -> None:
    breaker = resting()
    assert breaker.held_until("", LATER - 1) == LATER
    assert breaker.room(500, LATER - 1) == 0


def test_one_delivery_may_try_when_the_rest_is_over() -> None:
    breaker = resting()
    assert breaker.room(500, LATER) == 1
    assert breaker.held_until("", LATER) is None
    breaker.trying("", LATER)
    assert breaker.held_until("", LATER) == LATER + PROBE_LASTS_MS
    assert breaker.room(500, LATER) == 0


def test_a_try_that_goes_through_mends_the_sender_once() -> None:
    breaker = resting()
    breaker.trying("", LATER)
    assert breaker.mend("")
    assert not breaker.mend("")
    assert breaker.room(500, LATER) == 500


def test_what_went_out_before_the_rest_mends_nothing() -> None:
    breaker = resting()
    assert not breaker.mend("")
    assert breaker.held_until("", NOW) == LATER


def test_a_try_that_fails_has_the_sender_rest_again() -> None:
    breaker = resting()
    breaker.trying("", LATER)
    assert not breaker.trip("", LATER + 60_000)
    assert breaker.held_until("", LATER) == LATER + 60_000


def test_a_try_that_learned_nothing_is_followed_by_another() -> None:
    breaker = resting()
    breaker.trying("", LATER)
    breaker.leave_open("", LATER + 5)
    assert breaker.held_until("", LATER) == LATER + 5
    assert breaker.room(500, LATER + 5) == 1


def test_a_try_that_never_comes_back_is_not_waited_for_forever() -> None:
    breaker = resting()
    breaker.trying("", LATER)
    assert breaker.held_until("", LATER + PROBE_LASTS_MS) is None


def test_other_senders_are_not_held() -> None:
    breaker = CircuitBreaker(("", "alerts"))
    breaker.trip("alerts", LATER)
    assert breaker.held_until("", NOW) is None
    assert breaker.room(500, NOW) == 500


def test_nothing_is_claimed_when_every_sender_rests() -> None:
    assert resting("", "alerts").room(500, NOW) == 0


def test_a_sender_that_nobody_knows_holds_only_itself() -> None:
    breaker = CircuitBreaker(("",))
    breaker.trip("gone", LATER)
    assert breaker.held_until("gone", NOW) == LATER
    assert breaker.room(500, NOW) == 500
