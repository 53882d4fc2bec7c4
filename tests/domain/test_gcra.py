"""Places in time: what a limit lets through, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.gcra import HORIZON_MS, SOONER_MS, Ask, Cell, Place, Spacing, Wish, give, reserve, room

BOT = Spacing("bot", 100.0)
SLOW = Spacing("chat", 1000.0)
BURSTY = Spacing("pair", 1000.0, burst=3)


def test_places_of_an_account_are_evenly_spaced() -> None:
    places = reserve({}, [Wish(BOT)] * 3, 5_000.0)

    assert [(place.goes, place.at) for place in places] == [(True, 5_000.0), (True, 5_100.0), (True, 5_200.0)]


def test_nothing_is_given_beyond_the_horizon() -> None:
    cells: dict[str, Cell] = {}
    places = reserve(cells, [Wish(BOT)] * 10, 0.0)

    assert [place.goes for place in places] == [True] * 3 + [False] * 7
    assert all(place.none_left for place in places[3:])
    # Those who were left out have taken nothing.
    assert reserve(cells, [Wish(BOT)], HORIZON_MS)[0].at == 300.0


def test_after_a_pause_a_burst_goes_at_once_and_no_more() -> None:
    places = reserve({}, [Wish(None, [BURSTY])] * 4, 0.0)

    assert [(place.goes, place.at) for place in places] == [(True, 0.0)] * 3 + [(False, 1000.0)]


def test_those_who_are_put_off_ask_again_at_moments_of_their_own() -> None:
    places = reserve({}, [Wish(BOT, [SLOW])] * 4, 0.0)

    assert [(place.goes, place.at) for place in places] == [
        (True, 0.0),
        (False, 1000.0),
        (False, 2000.0),
        (False, 3000.0),
    ]


def test_who_is_put_off_takes_no_place_of_the_account() -> None:
    cells: dict[str, Cell] = {}
    reserve(cells, [Wish(BOT, [SLOW])] * 4, 0.0)

    assert reserve(cells, [Wish(BOT)], 0.0)[0].at == 100.0


def test_who_was_put_off_goes_at_the_moment_that_was_told() -> None:
    cells: dict[str, Cell] = {}
    reserve(cells, [Wish(None, [SLOW])] * 3, 0.0)

    assert [reserve(cells, [Wish(None, [SLOW], first=True)], at)[0].goes for at in (1000.0, 2000.0)] == [True, True]


def test_an_urgent_one_does_not_wait_behind_those_who_were_put_off() -> None:
    cells: dict[str, Cell] = {}
    reserve(cells, [Wish(None, [SLOW])] * 50, 0.0)

    assert reserve(cells, [Wish(None, [SLOW], first=True)], 10.0)[0].at == 1000.0 - SOONER_MS


def test_a_newcomer_queues_behind_those_who_were_put_off() -> None:
    cells: dict[str, Cell] = {}
    reserve(cells, [Wish(None, [SLOW])] * 3, 0.0)

    # The place at 1000 is free, and the one who waits for it has not come yet.
    assert reserve(cells, [Wish(None, [SLOW])], 1000.0)[0] == Place(False, 3000.0)
    assert reserve(cells, [Wish(None, [SLOW], first=True)], 1000.0)[0].goes


def test_a_short_wait_is_part_of_the_place() -> None:
    cells: dict[str, Cell] = {}
    quick = Spacing("mailing", 120.0)
    places = reserve(cells, [Wish(None, [quick])] * 4, 0.0)

    assert [(place.goes, place.at) for place in places[:3]] == [(True, 0.0), (True, 120.0), (True, 240.0)]
    assert not places[3].goes


def test_an_account_wastes_less_than_one_place_on_a_wait() -> None:
    cells: dict[str, Cell] = {}
    place = reserve(cells, [Wish(BOT, [Spacing("mailing", 180.0)]), Wish(BOT, [Spacing("mailing", 180.0)])], 0.0)[1]
    late = reserve({}, [Wish(BOT, [Spacing("mailing", 240.0)])] * 2, 0.0)[1]

    assert (place.goes, place.at) == (True, 180.0)
    assert not late.goes


def test_a_cell_that_is_shut_gives_no_place_before() -> None:
    cells: dict[str, Cell] = {}
    give(cells, Ask(shut=[("chat", 5000.0)]), 0.0)

    assert not reserve(cells, [Wish(None, [SLOW])], 4_700.0)[0].goes
    assert reserve(cells, [Wish(None, [SLOW], first=True)], 4_800.0)[0] == Place(True, 5_000.0)


def test_places_are_put_off_by_what_was_late() -> None:
    cells: dict[str, Cell] = {}
    reserve(cells, [Wish(BOT)], 0.0)
    give(cells, Ask(late=[("bot", 70.0)]), 10.0)

    assert reserve(cells, [Wish(BOT)], 10.0)[0].at == 170.0


def test_what_is_told_of_cells_is_told_from_now() -> None:
    given_ = give({}, Ask([Wish(BOT)], about=["bot", "nobody"]), 7_000.0)

    assert given_.places[0].at == 0.0
    assert given_.known == {"bot": Cell(100.0, -7_000.0, -7_000.0)}


@given(
    st.floats(1, 2000), st.integers(1, 50), st.lists(st.floats(0, 3000), min_size=1, max_size=40), st.floats(0, 10_000)
)
def test_the_room_of_a_cell_is_what_it_gives(step: float, burst: int, gaps: list[float], start: float) -> None:
    spacing, cells, now = Spacing("bot", step, burst), dict[str, Cell](), start
    for gap in gaps:
        now += gap
        expected = room(cells.get("bot", Cell()), spacing, now)
        went = sum(place.goes for place in reserve(dict(cells), [Wish(spacing)] * (expected + 2), now))
        assert abs(went - expected) <= 1  # of floats
        reserve(cells, [Wish(spacing)] * 2, now)


@given(st.lists(st.floats(0, 400), min_size=40, max_size=200), st.integers(1, 5))
def test_no_window_ever_has_more_than_the_limit(gaps: list[float], burst: int) -> None:
    spacing, cells, now = Spacing("bot", 100.0, burst), dict[str, Cell](), 0.0
    moments = []
    for gap in gaps:
        now += gap
        moments += [place.at for place in reserve(cells, [Wish(spacing)] * 3, now) if place.goes]
    for number, moment in enumerate(moments):
        assert sum(1 for other in moments[number:] if other < moment + 1000.0 - 1e-6) <= 10 + burst - 1


@pytest.mark.parametrize(("free_at", "expected"), [(0.0, 3), (150.0, 2), (250.0, 1), (251.0, 0)])
def test_room_is_what_fits_before_the_horizon(free_at: float, expected: int) -> None:
    assert room(Cell(free_at), BOT, 0.0) == expected
