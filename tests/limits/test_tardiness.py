"""After a stall, the places that follow are put off, once."""

from __future__ import annotations

from notifyhub.flow.pacing.tardiness import Tardiness


def used_to(usual_ms: float) -> Tardiness:
    """Has seen many calls that took about as long."""
    known = Tardiness()
    for number in range(60):
        known.excess_ms(usual_ms + number % 3)
    return known


def test_usual_answers_are_not_late() -> None:
    assert used_to(5).excess_ms(6) < 2


def test_while_nobody_knows_how_quick_answers_can_be_all_are_late() -> None:
    assert Tardiness().excess_ms(300) == 300


def test_slow_networks_are_usual_too() -> None:
    assert used_to(300).excess_ms(303) < 10


def test_what_takes_longer_is_late() -> None:
    assert used_to(5).excess_ms(205) > 195


def test_a_network_that_has_become_slower_is_usual_after_a_while() -> None:
    known = used_to(50)
    for _ in range(200):
        late_ms = known.excess_ms(150)
    assert late_ms == 0


def test_a_stall_that_holds_up_several_calls_counts_once() -> None:
    known = Tardiness()

    assert known.missing_ms(10_000, 170, 10_200) == 170
    assert known.missing_ms(10_035, 135, 10_200) == 0
    assert known.missing_ms(10_070, 101, 10_201) == 0


def test_a_longer_one_counts_by_the_rest() -> None:
    known = Tardiness()
    known.missing_ms(10_000, 170, 10_200)

    assert known.missing_ms(10_035, 200, 10_270) == 30


def test_a_second_stall_counts_again() -> None:
    known = Tardiness()
    known.missing_ms(10_000, 170, 10_200)

    assert known.missing_ms(10_300, 300, 10_700) == 300
