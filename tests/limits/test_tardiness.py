"""After a stall, the places that follow are put off, once."""

from __future__ import annotations

from notifyhub.flow.pacing.tardiness import Tardiness

SPAN_MS = 1_000


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


def test_an_answer_before_its_place_makes_no_later_one_late() -> None:
    known = used_to(5)
    known.excess_ms(-1)

    assert [known.excess_ms(5) < 6 for _ in range(200)] == [True] * 200


def late(known: Tardiness, place_at: float, by_ms: float) -> None:
    known.was_late(place_at, by_ms, SPAN_MS)


def test_places_are_put_off_before_the_time_of_the_limit_is_over() -> None:
    known = Tardiness()
    late(known, 10_000, 170)

    assert known.missing_ms(10_600) == 0
    assert known.missing_ms(10_700) == 170


def test_a_stall_that_holds_up_several_calls_counts_once() -> None:
    known = Tardiness()
    for place_at, by_ms in ((10_000, 170), (10_035, 135), (10_070, 101)):
        late(known, place_at, by_ms)

    assert known.missing_ms(10_710) == 170
    assert known.missing_ms(10_900) == 0


def test_a_longer_one_counts_by_the_rest() -> None:
    known = Tardiness()
    late(known, 10_000, 170)
    late(known, 10_035, 200)

    assert [known.missing_ms(10_710), known.missing_ms(10_740)] == [170, 30]


def test_a_stall_after_that_counts_again() -> None:
    known = Tardiness()
    late(known, 10_000, 170)
    known.missing_ms(10_700)
    late(known, 10_800, 300)

    assert known.missing_ms(11_500) == 300


def test_what_is_always_late_costs_one_delay_in_the_time_of_the_limit() -> None:
    known, total = Tardiness(), 0.0
    for number in range(300):
        late(known, number * 35, 10)
        total += known.missing_ms(number * 35 + 40)

    assert total <= 10 * 300 * 35 / (SPAN_MS * 0.7) + 10
