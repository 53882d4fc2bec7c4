"""One attempt, from a claimed row to the row's next state. Touches neither store nor queue."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import orjson

from notifyhub import logs
from notifyhub.domain import reachability
from notifyhub.domain.envelope import NONE, Envelope
from notifyhub.domain.mailings import TOO_LATE, WINDOW_CLOSED
from notifyhub.domain.outcome import Misconfigured, Outcome, PermanentFailure, Sent, TemporaryFailure, Unconfirmed
from notifyhub.domain.retry import OnUnconfirmed, RetryPolicy, Tried, judge
from notifyhub.domain.states import Status, given_up
from notifyhub.flow.lane import Lane
from notifyhub.flow.sender_breaker import INTERRUPTED, Called
from notifyhub.flow.windows import next_opening, window_of
from notifyhub.store.claimed import Claimed
from notifyhub.store.deliveries import Call, Result, Unsent

OUTCOME_NAMES: dict[type, str] = {
    Sent: "sent",
    TemporaryFailure: "temporary_failure",
    Misconfigured: "misconfigured",
    PermanentFailure: "permanent_failure",
    Unconfirmed: "unconfirmed",
}

LEAST_CALL_MS = 200
"""A call that must end sooner than this is not begun: it could hardly be answered, and would end unconfirmed."""

_log = logs.logger(__name__)


async def attempt(row: Claimed, lane: Lane, clock: Callable[[], int]) -> Result | Unsent:
    """Call the messenger for a claimed delivery and judge the outcome.

    `clock` returns epoch ms. No call is made if the lease would not outlive it, or while the sender rests.
    """
    started_at, timeout_s = clock(), lane.timeout_s
    in_time = _in_time(row, lane, started_at)
    if not isinstance(in_time, Claimed):
        return in_time
    row = in_time
    if row.expires_at is not None:
        # The call must not outlast the expiry time either: connecting may take a while before anything is written.
        timeout_s = min(timeout_s, (row.expires_at - started_at) / 1000)
    if started_at + timeout_s * 1000 > row.lease_until:
        return Unsent(row.id, row.attempt)
    if row.send_window is not None and (held := _outside(row, started_at)) is not None:
        return held
    options = NONE if row.options is None else orjson.loads(row.options).get(row.channel, NONE)
    sender = lane.breaker.sender_of(row.address, options)
    if (held_until := lane.breaker.admit(sender, started_at, row.id)) is not None:
        return Unsent(row.id, row.attempt, held_until, of=row)
    envelope = Envelope(row.address, row.text, f"{row.message_id.hex}-{row.id}", timeout_s, options)
    try:
        outcome = await lane.provider.send(envelope)
    except asyncio.CancelledError:
        # Only `Pump.abort` cancels, at the end of a stop: record what is known now, not after the lease.
        outcome = Unconfirmed(code=INTERRUPTED, detail="the process was stopped before the answer came")
    except Exception as error:
        # A bug in a provider costs this delivery an attempt, but does not end the channel's pump.
        _log.exception("provider of %s raised", row.channel, extra={"delivery_id": row.id})
        outcome = Unconfirmed(code="provider_error", detail=type(error).__name__)
    finished_at = clock()
    away_until = lane.breaker.heard(sender, outcome, finished_at, Called(row.id, first=row.attempt == 1))
    lane.pacer.heard(row, outcome, started_at)
    result = concluded(row, outcome, lane.policy, started_at, finished_at, away_until)
    lesson = reachability.lesson(
        row.channel, options, outcome, finished_at, lane.unreachable_kept_ms, overridden=row.known_unreachable
    )
    return result if lesson is None else result._replace(lesson=lesson)


def _in_time(row: Claimed, lane: Lane, now: int) -> Claimed | Result | Unsent:
    """The delivery with the end that is known now; or what becomes of it, if it has come or its mailing is stopped."""
    known_at = now
    if row.mailing_id:
        known = lane.mailings.known(row.mailing_id, row.expires_at, row.lease_until - round(lane.lease_s * 1000))
        if known.stopped:
            return Unsent(row.id, row.attempt)
        known_at = known.at
        if known.ends_at != row.expires_at:
            row = row._replace(expires_at=known.ends_at)
    if row.expires_at is None or now + LEAST_CALL_MS <= row.expires_at:
        return row
    # The end of a mailing may have been put back since it was looked at: the next claim knows.
    return expired(row) if known_at + LEAST_CALL_MS > row.expires_at else Unsent(row.id, row.attempt)


def _outside(row: Claimed, now: int) -> Result | Unsent | None:
    """A delivery outside the send window, which waits for the next opening, or has expired if there is none."""
    window = window_of(row.send_window)
    if window is None or row.timezone is None:
        return None
    opens = next_opening(window, now, row.timezone)
    if opens is None or (row.expires_at is not None and opens >= row.expires_at):
        return expired(row, WINDOW_CLOSED)
    return Unsent(row.id, row.attempt, opens, of=row) if opens > now else None


def concluded(
    row: Claimed,
    outcome: Outcome,
    policy: RetryPolicy,
    started_at: int,
    finished_at: int,
    away_until: int | None = None,
) -> Result:
    """The next state of a row after an outcome. Times are epoch ms; `away_until` as in `judge`."""
    tried = Tried(
        spent=row.spent,
        max_attempts=row.max_attempts or policy.max_attempts,
        on_unconfirmed=OnUnconfirmed(row.on_unconfirmed),
        expires_at=row.expires_at,
        maybe_sent=bool(row.maybe_sent),
    )
    chance = random.random()  # noqa: S311 (jitter, not a secret)
    verdict = judge(outcome, tried, policy, finished_at, chance, away_until)
    return Result(
        id=row.id,
        attempt=row.attempt,
        status=verdict.status,
        spent=verdict.spent,
        reason=verdict.reason,
        due_at=verdict.due_at,
        messenger_id=outcome.messenger_id if isinstance(outcome, Sent) else None,
        maybe_sent=isinstance(outcome, Unconfirmed),
        call=Call(started_at, finished_at, OUTCOME_NAMES[type(outcome)], outcome.code, outcome.detail),
    )


def expired(row: Claimed, reason: str = TOO_LATE) -> Result:
    """The delivery expired before the call."""
    status = given_up(Status.EXPIRED, maybe_sent=bool(row.maybe_sent))
    return Result(row.id, row.attempt, status, row.spent, reason, None, None, False, None)
