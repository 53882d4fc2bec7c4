"""The one authority on what happens after an attempt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.states import Status, given_up


class OnUnconfirmed(StrEnum):
    """What to do if it is unknown whether the messenger got it."""

    AT_LEAST_ONCE = "at_least_once"
    AT_MOST_ONCE = "at_most_once"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The retry policy of a channel.

    max_attempts  attempts before the delivery fails as `exhausted`
    base_s        upper bound of the first pause, in seconds; doubles with every attempt
    cap_s         upper bound of all pauses, in seconds
    rest_s        how long a sender rests, in seconds, if the messenger says that it is set up wrongly
    """

    max_attempts: int = 5
    base_s: float = 1.0
    cap_s: float = 300.0
    rest_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Tried:
    """The state of a delivery after an attempt.

    spent       attempts spent before this one
    maybe_sent  an earlier attempt may have reached the person
    """

    spent: int
    max_attempts: int
    on_unconfirmed: OnUnconfirmed
    expires_at: int | None
    maybe_sent: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next state of a delivery. `due_at` (epoch ms) is set for `scheduled` only."""

    status: Status
    spent: int
    reason: str | None = None
    due_at: int | None = None


def backoff_s(policy: RetryPolicy, spent: int, chance: float) -> float:
    """Full jitter: anywhere between 0 and base * 2^(spent-1), capped. `chance` in [0, 1), seconds out.

    Full jitter spreads a herd of retries best for the least total work (AWS Architecture Blog,
    "Exponential Backoff And Jitter").
    """
    ceiling = min(policy.cap_s, policy.base_s * 2.0 ** min(spent - 1, 60))
    return ceiling * chance


def judge(
    outcome: Outcome, tried: Tried, policy: RetryPolicy, now: int, chance: float, away_until: int | None = None
) -> Verdict:
    """Decide the next state of a delivery after an outcome. Pure: `now` in epoch ms, `chance` in [0, 1).

    away_until  the sender rests until then (epoch ms), because its messenger fails most calls: no attempt is spent,
                except by a call whose message may have arrived, as that limits how often a person may get it
    """
    verdict = _judged(outcome, tried, policy, now, chance, away_until)
    if not tried.maybe_sent:
        return verdict
    return replace(verdict, status=given_up(verdict.status, maybe_sent=tried.maybe_sent))


def _judged(
    outcome: Outcome, tried: Tried, policy: RetryPolicy, now: int, chance: float, away_until: int | None
) -> Verdict:
    match outcome:
        case Sent():
            return Verdict(Status.SENT, tried.spent + 1)
        case PermanentFailure(reason=reason):
            return Verdict(Status.FAILED, tried.spent + 1, reason)
        case TemporaryFailure(retry_after_s=float() | int() as wait_s, reason=reason):
            # Jitter only lengthens the wait: an early retry would be punished.
            return _again(now + round((wait_s + min(1.0, 0.1 * wait_s) * chance) * 1000), tried.spent, tried, reason)
        case Misconfigured():
            return _wait_for_mending(now + round(rest_s(outcome, policy) * 1000), tried, now, "configuration")
        case TemporaryFailure(reason=reason) if away_until is not None:
            return _wait_for_mending(away_until, tried, now, reason)
        case TemporaryFailure(reason=reason):
            return _spend(tried, policy, now, chance, reason, when_out=Verdict(Status.FAILED, 0, "exhausted"))
        case Unconfirmed():
            held = Verdict(Status.UNCONFIRMED, tried.spent + 1, "unconfirmed")
            if tried.on_unconfirmed is OnUnconfirmed.AT_MOST_ONCE:
                return held
            again = _spend(tried, policy, now, chance, "unconfirmed", when_out=held)
            # "expired" would claim that nothing arrived, which is unknown here.
            return held if again.status is Status.EXPIRED else _not_before(away_until, again, tried)


def rest_s(outcome: Misconfigured, policy: RetryPolicy) -> float:
    """How many seconds a sender rests after such an answer."""
    return policy.rest_s if outcome.retry_after_s is None else outcome.retry_after_s


def _wait_for_mending(due_at: int, tried: Tried, now: int, reason: str) -> Verdict:
    """Later than deliveries that have not been tried, so that another one is tried next: this one may be the cause."""
    if tried.expires_at is None or due_at < tried.expires_at:
        return Verdict(Status.SCHEDULED, tried.spent, reason, due_at)
    # It may be mended in time, so only the expiry time ends it.
    return _again(now, tried.spent, tried, reason)


def _not_before(away_until: int | None, again: Verdict, tried: Tried) -> Verdict:
    if again.due_at is None or away_until is None or away_until <= again.due_at:
        return again
    in_time = tried.expires_at is None or away_until < tried.expires_at
    return replace(again, due_at=away_until) if in_time else again


def _spend(tried: Tried, policy: RetryPolicy, now: int, chance: float, reason: str, when_out: Verdict) -> Verdict:
    spent = tried.spent + 1
    if spent >= tried.max_attempts:
        return Verdict(when_out.status, spent, when_out.reason)
    return _again(now + round(backoff_s(policy, spent, chance) * 1000), spent, tried, reason)


def _again(due_at: int, spent: int, tried: Tried, reason: str) -> Verdict:
    if tried.expires_at is not None and due_at >= tried.expires_at:
        return Verdict(Status.EXPIRED, spent, reason)
    return Verdict(Status.SCHEDULED, spent, reason, due_at)
