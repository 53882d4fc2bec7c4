"""The breaker of a channel in one process and in two, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

import pytest

from notifyhub.domain.circuit_breaker import AWAY_AT_MOST_MS
from notifyhub.domain.failures import IN_A_ROW
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import RetryPolicy
from notifyhub.flow.sender_breaker import ASK_MS, INTERRUPTED, LATE_S, Called, SenderBreaker
from notifyhub.flow.sender_watch import SenderWatch
from notifyhub.store import senders
from notifyhub.store.database import Database

NOW = 1_700_000_000_000
POLICY = RetryPolicy(base_s=2.0, rest_s=30.0)
TIMEOUT_S = 10.0
FAULT = TemporaryFailure("messenger_error", "503")
TOO_FAST = TemporaryFailure("rate_limited", "429", retry_after_s=5.0)
SENT = Sent("1", "200")
OVER = NOW + 2_000
"""When the first rest is over."""
MANY = 500


class Member:
    """A process with a breaker."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.database.upgrade()
        self.woken = 0
        self._watch = SenderWatch(self.database)
        self.breaker = self._watch.add(
            SenderBreaker("telegram", POLICY, self.database, timeout_s=TIMEOUT_S, wake=self._wake)
        )

    def learn(self) -> None:
        self._watch.refresh()

    def hear(self, outcome: Outcome, now: int = NOW, delivery: int = 1, *, first: bool = True) -> int | None:
        return self.breaker.heard("", outcome, now, Called(delivery, first))

    def fail(self, times: int = IN_A_ROW, outcome: Outcome = FAULT) -> int | None:
        return [self.hear(outcome, delivery=number) for number in range(times)][-1]

    def tries(self, now: int, delivery: int = 1) -> bool:
        """May this delivery be called for? Asks to be the one that tries, if that is needed."""
        held = self.breaker.admit("", now, delivery)
        if held == now + ASK_MS:
            self.settle()
            held = self.breaker.admit("", now, delivery)
        return held is None

    def settle(self) -> None:
        """Wait until what was written before is written, and told."""
        self.database.write(lambda _, items: items, None).result()

    def _wake(self, _: str) -> None:
        self.woken += 1


@pytest.fixture
def members(database_url: str) -> Iterator[list[Member]]:
    found = [Member(database_url), Member(database_url)]
    yield found
    for member in found:
        member.database.close()


@pytest.fixture
def member(members: list[Member]) -> Member:
    return members[0]


def test_a_sender_that_works_is_never_held(member: Member) -> None:
    member.hear(SENT)

    assert member.breaker.admit("", NOW, 1) is None
    assert member.breaker.room(MANY, NOW) == MANY


def test_a_rest_begins_with_the_failure_that_makes_it_sure_and_that_one_costs_nothing(member: Member) -> None:
    assert member.fail(IN_A_ROW - 1) is None
    assert member.fail(1) == OVER
    assert member.breaker.admit("", NOW, 1) == OVER
    assert member.breaker.room(MANY, NOW) == 0


def test_what_was_on_its_way_when_the_rest_began_costs_nothing_and_ends_nothing(member: Member) -> None:
    member.fail()

    assert member.hear(FAULT, NOW + 1) == OVER
    member.hear(SENT, NOW + 1)
    assert member.breaker.admit("", NOW + 1, 1) == OVER


def test_calls_that_this_process_broke_off_say_nothing(member: Member) -> None:
    assert member.fail(5 * IN_A_ROW, Unconfirmed(INTERRUPTED)) is None
    assert member.breaker.room(MANY, NOW) == MANY


def test_a_refusal_of_a_message_and_a_wait_are_answers_of_a_messenger_that_works(member: Member) -> None:
    for answer in (PermanentFailure("recipient_blocked", "403"), TOO_FAST):
        member.fail(IN_A_ROW - 1)
        member.hear(answer)

    assert member.breaker.room(MANY, NOW) == MANY


def test_a_trickle_of_one_then_two_then_four_closes_it(member: Member) -> None:
    member.fail()
    at_once: list[int] = []
    deliveries = iter(range(1_000))
    while member.breaker.room(MANY, OVER) < MANY:
        trying = list(takewhile(lambda delivery: member.tries(OVER, delivery), deliveries))
        at_once.append(len(trying))
        for delivery in trying:
            member.hear(SENT, OVER, delivery)
        member.settle()

    assert at_once == [1, 2, 4]


def test_a_try_that_fails_rests_twice_as_long_and_costs_nothing(member: Member) -> None:
    member.fail()
    assert member.tries(OVER)

    assert member.hear(FAULT, OVER) == OVER + 4_000
    assert member.breaker.admit("", OVER, 1) == OVER + 4_000


def test_after_a_day_tries_that_fail_are_put_down_to_the_messages(member: Member) -> None:
    member.fail()
    a_day_later = NOW + AWAY_AT_MOST_MS
    assert member.tries(a_day_later)

    assert member.hear(FAULT, a_day_later) is None
    assert member.breaker.admit("", a_day_later, 1) == a_day_later + 4_000


def test_a_repeated_failure_among_calls_that_go_through_is_the_messages_own(member: Member) -> None:
    member.fail()
    assert member.tries(OVER, 1)
    member.hear(SENT, OVER, 1)
    member.settle()
    assert member.tries(OVER, 2)

    assert member.hear(FAULT, OVER, 2, first=False) is None
    member.settle()
    assert member.tries(OVER, 3)


def test_a_try_that_is_asked_to_wait_is_waited_for(member: Member) -> None:
    member.fail()
    assert member.tries(OVER)

    assert member.hear(TOO_FAST, OVER) is None
    assert member.breaker.admit("", OVER, 1) == OVER + 5_000


def test_one_call_shows_that_an_account_is_mended(member: Member) -> None:
    member.hear(Misconfigured("401"))
    assert member.breaker.admit("", NOW, 1) == NOW + 30_000
    assert member.tries(NOW + 30_000)

    member.hear(SENT, NOW + 30_000)

    assert member.breaker.room(MANY, NOW + 30_000) == MANY


def test_other_processes_are_told(members: list[Member]) -> None:
    one, other = members
    one.fail()
    one.settle()

    other.learn()

    assert other.breaker.admit("", NOW, 1) == OVER
    assert other.breaker.room(MANY, NOW) == 0


def test_only_one_process_tries(members: list[Member]) -> None:
    one, other = members
    one.fail()
    one.settle()
    other.learn()
    assert one.tries(OVER)

    assert not other.tries(OVER)
    assert other.breaker.room(MANY, OVER) == 0


def test_another_process_tries_when_the_one_that_did_is_gone(members: list[Member]) -> None:
    one, other = members
    one.fail()
    assert one.tries(OVER)
    other.learn()

    assert other.tries(OVER + round((TIMEOUT_S + LATE_S) * 1000))


def test_another_process_goes_on_trying_where_one_has_nothing_more_to_send(members: list[Member]) -> None:
    one, other = members
    one.fail()
    assert one.tries(OVER)
    one.hear(SENT, OVER)
    one.settle()
    other.learn()

    assert other.tries(OVER, 2)
    assert other.tries(OVER, 3)
    assert not other.tries(OVER, 4)


def test_all_go_on_when_one_closes_it(members: list[Member]) -> None:
    one, other = members
    one.hear(Misconfigured("401"))
    one.settle()
    other.learn()
    assert one.tries(NOW + 30_000)
    one.hear(SENT, NOW + 30_000)
    one.settle()
    woken = other.woken

    other.learn()

    assert other.breaker.admit("", NOW + 30_000, 1) is None
    assert other.woken > woken


def test_what_the_store_said_before_a_change_does_not_undo_it(member: Member) -> None:
    began, before = member.breaker.changes, member.database.read(senders.every).result()
    member.hear(Misconfigured("401"))
    member.settle()

    member.breaker.learn(before, began)

    assert member.breaker.admit("", NOW, 1) == NOW + 30_000
