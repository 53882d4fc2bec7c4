"""After a stall, the places that follow are put off, once."""

from __future__ import annotations

from notifyhub.domain.rates import Rate
from notifyhub.flow.pacing.tardiness import Tardiness

USUAL_MS = 5.0


def used_to(usual_ms: float = USUAL_MS) -> Tardiness:
    """Has seen many calls that took as long as usual, each a little different."""
    known = Tardiness(Rate(30, 1))
    for number in range(60):
        at = number * 35.0
        assert known.answered(at, at + usual_ms + number % 3) == 0.0
    return known


def test_usual_answers_put_nothing_off() -> None:
    assert used_to().answered(10_000, 10_000 + USUAL_MS + 1) == 0.0


def test_slow_networks_are_usual_too() -> None:
    assert used_to(300).answered(10_000, 10_000 + 302) == 0.0


def test_a_stall_puts_off_what_exceeds_the_margin() -> None:
    late_ms = used_to().answered(10_000, 10_000 + 200)

    assert 200 - 30 - 2 * USUAL_MS - 10 < late_ms < 200 - 30


def test_a_stall_that_holds_up_several_calls_counts_once() -> None:
    known = used_to()
    first = known.answered(10_000, 10_000 + 200)

    assert known.answered(10_035, 10_200) == 0.0
    assert known.answered(10_070, 10_201) == 0.0
    assert first > 0


def test_a_second_stall_counts_again() -> None:
    known = used_to()
    known.answered(10_000, 10_200)

    assert known.answered(10_300, 10_700) > 0
