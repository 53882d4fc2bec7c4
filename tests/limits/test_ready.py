"""Which of the claimed deliveries is sent next."""

from __future__ import annotations

from notifyhub.flow.ready import Ready
from notifyhub.store.claimed import Claimed
from tests.limits.conftest import claimed

URGENT, NORMAL = 0, 1
CALLS = 8


def row(number: int, address: str | None = None, sender: str = "", priority: int = NORMAL) -> Claimed:
    return claimed(id=number, address=str(number) if address is None else address, sender=sender, priority=priority)


def filled(*rows: Claimed, accounts: int = 1) -> Ready:
    ready = Ready(accounts)
    for one in rows:
        ready.append(one)
    return ready


def taken(ready: Ready, times: int = 100) -> list[int]:
    found = []
    for _ in range(times):
        if (one := ready.take(CALLS)) is None:
            break
        found.append(one.id)
    return found


def test_urgent_ones_are_first_and_the_others_keep_their_order() -> None:
    assert taken(filled(row(1), row(2), row(3, priority=URGENT), row(4))) == [3, 1, 2, 4]


def test_one_call_at_a_time_for_a_recipient() -> None:
    ready = filled(first := row(1, "a"), row(2, "a"), row(3, "b"))

    assert taken(ready) == [1, 3]
    assert (len(ready), ready.parked) == (0, 1)
    ready.release(first)
    assert taken(ready) == [2]


def test_the_same_address_of_two_accounts_is_two_recipients() -> None:
    assert sorted(taken(filled(row(1, "a"), row(2, "a", sender="second"), accounts=2))) == [1, 2]


def test_accounts_take_turns() -> None:
    rows = [row(n) for n in range(1, 4)] + [row(n, sender="second") for n in range(11, 14)]
    assert taken(filled(*rows, accounts=2)) == [1, 11, 2, 12, 3, 13]


def test_an_account_alone_may_have_all_calls_but_those_kept_for_the_other() -> None:
    rows = [row(n) for n in range(20)]
    assert len(taken(filled(*rows, accounts=2), times=CALLS)) == CALLS - CALLS // 4


def test_those_beyond_a_number_are_given_up_the_last_ones_first() -> None:
    ready = filled(*(row(n, "a") for n in range(10)), row(20, "b"), row(21, "b"))
    taken(ready)

    assert [one.id for one in ready.unpark(8)] == [9, 8]
    assert ready.parked == 8


def test_who_waits_behind_one_that_is_not_sent_is_given_up_with_it() -> None:
    ready = filled(first := row(1, "a"), row(2, "a"), row(3, "a"), row(4, "b"))
    taken(ready)

    assert [one.id for one in ready.give_up(first)] == [2, 3]
    assert ready.parked == 0


def test_nothing_is_left_after_clearing() -> None:
    ready = filled(row(1, "a"), row(2, "a"), row(3, "b"), row(4, priority=URGENT))
    ready.take(CALLS)
    ready.take(CALLS)

    assert {one.id for one in ready.clear()} == {2, 3}
    assert (len(ready), ready.parked, ready.take(CALLS)) == (0, 0, None)
