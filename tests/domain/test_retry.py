"""What an attempt means for its delivery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import OnUnconfirmed, RetryPolicy, Tried, Verdict, backoff_s, judge
from notifyhub.domain.states import Status

NOW = 1_700_000_000_000
POLICY = RetryPolicy(max_attempts=3, base_s=2.0, cap_s=60.0, rest_s=30.0)
FAULT = TemporaryFailure("messenger_error", "500")
LOST = Unconfirmed("timeout")
CHANCE = st.floats(0, 1, exclude_max=True)
MODE = st.sampled_from(OnUnconfirmed)
OUTCOME = st.one_of(
    st.just(Sent("1", "200")),
    st.just(PermanentFailure("recipient_blocked", "403")),
    st.just(FAULT),
    st.builds(TemporaryFailure, st.just("rate_limited"), st.just("429"), st.just(""), st.floats(0, 604_800)),
    st.builds(Misconfigured, st.just("401"), retry_after_s=st.none() | st.floats(0, 604_800)),
    st.just(LOST),
)


def tried(
    spent: int = 0,
    expires_at: int | None = None,
    mode: OnUnconfirmed = OnUnconfirmed.AT_LEAST_ONCE,
    *,
    maybe_sent: bool = False,
) -> Tried:
    return Tried(spent, POLICY.max_attempts, mode, expires_at, maybe_sent)


def told(outcome: Outcome, of: Tried, chance: float = 0.5) -> Verdict:
    return judge(outcome, of, POLICY, NOW, chance)


def test_sent_is_sent_and_spends_an_attempt() -> None:
    assert told(Sent("1", "200"), tried(1)) == Verdict(Status.SENT, 2)


def test_sent_is_sent_even_after_the_end() -> None:
    assert told(Sent("1", "200"), tried(expires_at=NOW - 1)).status is Status.SENT


def test_a_permanent_failure_fails_at_once_with_its_reason() -> None:
    verdict = told(PermanentFailure("recipient_blocked", "403"), tried())
    assert verdict == Verdict(Status.FAILED, 1, "recipient_blocked")


def test_a_temporary_failure_is_tried_again_later() -> None:
    assert told(FAULT, tried()) == Verdict(Status.SCHEDULED, 1, "messenger_error", NOW + 1000)


def test_the_last_attempt_that_fails_for_a_while_fails_as_exhausted() -> None:
    assert told(FAULT, tried(2)) == Verdict(Status.FAILED, 3, "exhausted")


def test_a_retry_that_would_come_after_the_end_expires() -> None:
    assert told(FAULT, tried(expires_at=NOW + 1000)).status is Status.EXPIRED


def test_a_retry_just_before_the_end_is_still_made() -> None:
    assert told(FAULT, tried(expires_at=NOW + 1001)).status is Status.SCHEDULED


@pytest.mark.parametrize("spent", [0, 2, 99])
def test_a_wait_that_was_asked_for_is_not_counted(spent: int) -> None:
    verdict = told(TemporaryFailure("rate_limited", "429", retry_after_s=7), tried(spent))
    assert (verdict.status, verdict.spent) == (Status.SCHEDULED, spent)


@pytest.mark.parametrize(("asked_s", "wait_s"), [(None, 30), (7, 7)])
def test_a_channel_set_up_wrongly_costs_its_deliveries_nothing_but_time(asked_s: float | None, wait_s: int) -> None:
    verdict = told(Misconfigured("401", retry_after_s=asked_s), tried(2))
    assert verdict == Verdict(Status.SCHEDULED, 2, "configuration", NOW + wait_s * 1000)


def test_a_channel_that_is_mended_before_the_end_may_still_send() -> None:
    verdict = told(Misconfigured("401"), tried(expires_at=NOW + 10_000))
    assert (verdict.status, verdict.due_at) == (Status.SCHEDULED, NOW)


def test_the_end_ends_what_waits_for_a_channel_to_be_mended() -> None:
    assert told(Misconfigured("401"), tried(expires_at=NOW)).status is Status.EXPIRED


def test_a_wait_that_reaches_past_the_end_expires() -> None:
    verdict = told(TemporaryFailure("rate_limited", "429", retry_after_s=7), tried(expires_at=NOW + 7000), chance=0)
    assert (verdict.status, verdict.reason) == (Status.EXPIRED, "rate_limited")


@given(wait_s=st.floats(0, 604_800), chance=CHANCE)
def test_a_wait_is_never_shortened_and_lengthened_by_a_second_at_most(wait_s: float, chance: float) -> None:
    verdict = told(TemporaryFailure("rate_limited", "429", retry_after_s=wait_s), tried(), chance)
    assert verdict.due_at is not None
    assert round(wait_s * 1000) <= verdict.due_at - NOW <= round(wait_s * 1000) + 1000


@given(spent=st.integers(1, 2000), chance=CHANCE)
def test_a_backoff_lies_between_nothing_and_the_doubled_base_under_the_cap(spent: int, chance: float) -> None:
    pause_s = backoff_s(POLICY, spent, chance)
    assert 0 <= pause_s <= min(POLICY.cap_s, POLICY.base_s * 2 ** min(spent - 1, 50))


def test_the_first_backoff_is_drawn_from_the_base() -> None:
    assert backoff_s(POLICY, 1, 0.5) == POLICY.base_s * 0.5


def test_an_unknown_end_is_tried_again_where_twice_is_better_than_never() -> None:
    assert told(LOST, tried()) == Verdict(Status.SCHEDULED, 1, "unconfirmed", NOW + 1000)


def test_an_unknown_end_is_held_where_never_is_better_than_twice() -> None:
    verdict = told(LOST, tried(mode=OnUnconfirmed.AT_MOST_ONCE))
    assert verdict == Verdict(Status.UNCONFIRMED, 1, "unconfirmed")


def test_an_unknown_end_of_the_last_attempt_is_held() -> None:
    assert told(LOST, tried(2)) == Verdict(Status.UNCONFIRMED, 3, "unconfirmed")


@pytest.mark.parametrize(
    ("outcome", "left_ms", "reason"),
    [
        (FAULT, None, "exhausted"),
        (PermanentFailure("recipient_blocked", "403"), None, "recipient_blocked"),
        (TemporaryFailure("rate_limited", "429", retry_after_s=7), 5_000, "rate_limited"),
        (Misconfigured("401"), 0, "configuration"),
    ],
)
def test_what_is_given_up_after_an_unknown_end_is_held_with_the_later_reason(
    outcome: Outcome, left_ms: int | None, reason: str
) -> None:
    end = None if left_ms is None else NOW + left_ms
    verdict = told(outcome, tried(2, end, maybe_sent=True))
    assert (verdict.status, verdict.reason) == (Status.UNCONFIRMED, reason)


@given(spent=st.integers(0, 5), left_ms=st.integers(-10, 5000), mode=MODE, chance=CHANCE)
def test_an_unknown_end_never_becomes_expired(spent: int, left_ms: int, mode: OnUnconfirmed, chance: float) -> None:
    assert told(LOST, tried(spent, NOW + left_ms, mode), chance).status is not Status.EXPIRED


@given(outcome=OUTCOME, spent=st.integers(0, 5), mode=MODE, left_ms=st.none() | st.integers(-10, 10_000), chance=CHANCE)
def test_a_moment_is_given_for_scheduled_only_and_lies_before_the_end(
    outcome: Outcome, spent: int, mode: OnUnconfirmed, left_ms: int | None, chance: float
) -> None:
    end = None if left_ms is None else NOW + left_ms
    verdict = told(outcome, tried(spent, end, mode), chance)
    assert (verdict.due_at is not None) == (verdict.status is Status.SCHEDULED)
    assert verdict.due_at is None or end is None or NOW <= verdict.due_at < end


@given(outcome=OUTCOME, spent=st.integers(0, 5), mode=MODE, chance=CHANCE)
def test_attempts_never_go_down_and_end_has_a_reason_unless_sent(
    outcome: Outcome, spent: int, mode: OnUnconfirmed, chance: float
) -> None:
    verdict = told(outcome, tried(spent, None, mode), chance)
    assert spent <= verdict.spent <= spent + 1
    assert verdict.reason or verdict.status is Status.SENT


def test_what_fails_while_the_messenger_is_away_is_not_counted() -> None:
    verdict = judge(FAULT, tried(2), POLICY, NOW, 0.5, away_until=NOW + 9_000)
    assert verdict == Verdict(Status.SCHEDULED, 2, "messenger_error", NOW + 9_000)


def test_an_end_while_the_messenger_is_away_is_waited_for() -> None:
    verdict = judge(FAULT, tried(2, expires_at=NOW + 5_000), POLICY, NOW, 0.5, away_until=NOW + 9_000)
    assert (verdict.status, verdict.spent) == (Status.SCHEDULED, 2)


def test_what_may_have_arrived_is_counted_even_while_the_messenger_is_away_and_waits_with_the_others() -> None:
    verdict = judge(LOST, tried(), POLICY, NOW, 0.5, away_until=NOW + 9_000)
    assert verdict == Verdict(Status.SCHEDULED, 1, "unconfirmed", NOW + 9_000)


def test_an_end_before_the_messenger_is_back_does_not_end_what_may_have_arrived_sooner() -> None:
    verdict = judge(LOST, tried(expires_at=NOW + 5_000), POLICY, NOW, 0.5, away_until=NOW + 9_000)
    assert (verdict.status, verdict.due_at) == (Status.SCHEDULED, NOW + 1_000)
