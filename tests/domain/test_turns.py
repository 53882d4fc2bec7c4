"""Whose turn it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from notifyhub.domain.turns import Turns

URGENT, NORMAL, BULK = 0, 1, 2


def taking(stock: dict[str, int]) -> Callable[[str, int], Sequence[str]]:
    """Takes from a stock, until it is empty."""

    def take(lane: str, most: int) -> Sequence[str]:
        count = min(most, stock[lane])
        stock[lane] -= count
        return [lane] * count

    return take


def served(turns: Turns[str], places: int, waiting: Sequence[tuple[int, str]], stock: dict[str, int]) -> Counter[str]:
    return Counter(turns.serve(places, waiting, taking(stock)))


def test_lanes_of_one_priority_get_equal_shares_whatever_their_sizes() -> None:
    stock = {"small": 50, "large": 100_000}
    assert served(Turns(), 80, [(BULK, "large"), (BULK, "small")], stock) == {"small": 40, "large": 40}


def test_what_one_lane_leaves_goes_to_the_others() -> None:
    stock = {"small": 10, "large": 100_000}
    assert served(Turns(), 80, [(BULK, "large"), (BULK, "small")], stock) == {"small": 10, "large": 70}


def test_shares_are_equal_even_with_one_place_at_a_time() -> None:
    turns, stock = Turns[str](), dict.fromkeys("abc", 1000)
    total = Counter[str]()
    for _ in range(99):
        total += served(turns, 1, [(BULK, lane) for lane in "abc"], stock)
    assert total == {"a": 33, "b": 33, "c": 33}


def test_a_newcomer_gets_its_share_and_not_what_it_missed() -> None:
    turns, stock = Turns[str](), dict.fromkeys("ab", 10_000)
    for _ in range(50):
        served(turns, 10, [(BULK, "a")], stock)
    assert served(turns, 10, [(BULK, "a"), (BULK, "b")], stock) == {"a": 5, "b": 5}


def test_urgent_ones_go_first() -> None:
    stock = {"alarm": 5, "sale": 1000}
    assert Turns[str]().serve(20, [(URGENT, "alarm"), (BULK, "sale")], taking(stock))[:5] == ["alarm"] * 5


def test_lower_priorities_keep_a_share_while_urgent_ones_could_use_everything() -> None:
    stock = dict.fromkeys(("alarm", "order", "sale"), 10_000)
    waiting = [(URGENT, "alarm"), (NORMAL, "order"), (BULK, "sale")]
    assert served(Turns(), 100, waiting, stock) == {"alarm": 80, "order": 10, "sale": 10}


def test_the_kept_share_holds_with_a_few_places_at_a_time() -> None:
    turns, stock = Turns[str](), dict.fromkeys(("alarm", "sale"), 10_000)
    total = Counter[str]()
    for _ in range(100):
        total += served(turns, 3, [(URGENT, "alarm"), (BULK, "sale")], stock)
    assert total["sale"] in (29, 30)  # of 300


def test_a_kept_share_that_is_not_used_goes_to_the_urgent_ones() -> None:
    stock = {"alarm": 10_000, "sale": 2}
    assert served(Turns(), 100, [(URGENT, "alarm"), (BULK, "sale")], stock) == {"alarm": 98, "sale": 2}


def test_nobody_gets_more_than_there_is() -> None:
    stock = {"alarm": 3, "sale": 4}
    assert served(Turns(), 100, [(URGENT, "alarm"), (BULK, "sale")], stock) == {"alarm": 3, "sale": 4}
