"""State changes of deliveries: each is a conditional UPDATE and a writer's job.

Never read, decide and write back: the condition is in the statement, so one of two racing processes wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple
from uuid import UUID

import peewee

from notifyhub.domain.reachability import Lesson
from notifyhub.domain.states import Status
from notifyhub.store import chain_steps, chains, noting, reachability
from notifyhub.store.claimed import Claimed
from notifyhub.store.reachability import Taught
from notifyhub.store.rows import Type, fetch_rows, is_postgres, run, run_rows, uuid_parameter

PRIORITIES = (0, 1, 2)

# A delivery that may have reached the person keeps its key for good, so that nobody gets the same content twice.
GIVE_UP_KEY = "CASE WHEN maybe_sent = 0 THEN NULL ELSE dedup_key END"
TOO_LATE_AS = f"CASE WHEN maybe_sent = 0 THEN '{Status.EXPIRED}' ELSE '{Status.UNCONFIRMED}' END"
"""The status of what still waits at its end, as `states.given_up` says."""


class Call(NamedTuple):
    """The call of an attempt. Times are epoch ms."""

    started_at: int
    finished_at: int
    outcome: str
    code: str
    detail: str


class Result(NamedTuple):
    """The next state of a claimed delivery; valid only while its lease for this `attempt` holds.

    lesson  what the call taught about the address, if anything
    """

    id: int
    attempt: int
    status: Status
    spent: int
    reason: str | None
    due_at: int | None
    messenger_id: str | None
    maybe_sent: bool
    call: Call | None
    lesson: Lesson | None = None


class Unsent(NamedTuple):
    """A claimed delivery for which no call was made; `due_at` (epoch ms) postpones it, for this `reason`.

    mailing_id, rate  the limit, in words, by which its mailing put it off; void if it has been changed meanwhile
    of                what was claimed, for those who tell of it
    """

    id: int
    attempt: int
    due_at: int | None = None
    reason: str | None = None
    mailing_id: int = 0
    rate: str | None = None
    of: Claimed | None = None


_RESULT: dict[str, Type] = {
    "id": "BIGINT",
    "attempt": "BIGINT",
    "status": "TEXT",
    "spent": "BIGINT",
    "reason": "TEXT",
    "due_at": "BIGINT",
    "messenger_id": "TEXT",
    "maybe_sent": "BIGINT",
    "sent_at": "BIGINT",
}
_RECORD = f"""
    UPDATE deliveries SET
        status = r.status, spent = r.spent, reason = r.reason, due_at = COALESCE(r.due_at, deliveries.due_at),
        messenger_id = r.messenger_id, sent_at = r.sent_at, lease_until = NULL,
        maybe_sent = CASE WHEN r.maybe_sent = 1 THEN 1 ELSE deliveries.maybe_sent END,
        dedup_key = CASE
            WHEN r.status IN ('{Status.FAILED}', '{Status.EXPIRED}') AND r.maybe_sent = 0 AND deliveries.maybe_sent = 0
            THEN NULL ELSE deliveries.dedup_key END
    FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status = '{Status.SENDING}' AND deliveries.attempt = r.attempt"""
_CALL: dict[str, Type] = {
    "delivery_id": "BIGINT",
    "number": "BIGINT",
    "started_at": "BIGINT",
    "finished_at": "BIGINT",
    "outcome": "TEXT",
    "code": "TEXT",
    "detail": "TEXT",
}
_NOTE_CALLS = f"""
    INSERT INTO attempts ({", ".join(_CALL)}) SELECT {", ".join(_CALL)} FROM {{rows}} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_UNSENT: dict[str, Type] = {"id": "BIGINT", "attempt": "BIGINT", "due_at": "BIGINT", "reason": "TEXT"}
_RATES = "SELECT m.id AS id, m.rate AS rate FROM {rows} AS r JOIN mailings AS m ON m.id = r.id ORDER BY m.id"
# The attempt made no call, so its number is returned too.
_HAND_BACK = f"""
    UPDATE deliveries SET
        status = '{Status.SCHEDULED}', attempt = deliveries.attempt - 1, lease_until = NULL,
        due_at = COALESCE(r.due_at, deliveries.due_at), reason = COALESCE(r.reason, deliveries.reason)
    FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status = '{Status.SENDING}' AND deliveries.attempt = r.attempt"""
# Until then the reason was that of the last retry, which is not why it was cancelled.
_CANCEL = f"""
    UPDATE deliveries SET status = '{Status.CANCELLED}', reason = NULL, dedup_key = {GIVE_UP_KEY}
    WHERE message_id = ? AND mailing_id = 0 AND status = '{Status.SCHEDULED}'"""
_EXPIRE = f"""
    UPDATE deliveries SET status = {TOO_LATE_AS}, reason = 'too_late', dedup_key = {GIVE_UP_KEY}
    WHERE status = '{Status.SCHEDULED}' AND id IN (
        SELECT id FROM deliveries
        WHERE status = '{Status.SCHEDULED}' AND expires_at IS NOT NULL AND expires_at <= ? LIMIT ?)"""


def record(database: peewee.Database, batches: Sequence[Sequence[Result]]) -> list[frozenset[str]]:
    """Record the results of attempts, with their calls. A result whose lease was lost changes nothing.

    Returns the channels on which chains go on now.
    """
    results = list(chain.from_iterable(batches))
    run_rows(database, _RECORD, _RESULT, [_result_row(result) for result in results])
    calls = [(result.id, result.attempt, *result.call) for result in results if result.call]
    if calls:
        run_rows(database, _NOTE_CALLS, _CALL, calls)
    taught = [_taught(result, result.lesson) for result in results if result.lesson]
    if taught:
        reachability.learn(database, taught)
    failed = [result for result in results if result.status is Status.FAILED and result.call]
    if not failed:
        return [frozenset()] * len(batches)
    now = max(result.call.finished_at for result in failed if result.call)
    due = chains.advance(database, [result.id for result in failed], now)
    return [due] * len(batches)


def _taught(result: Result, lesson: Lesson) -> Taught:
    at = result.call.finished_at if result.call else 0
    return Taught(result.id, result.attempt, lesson.sender, at, lesson.until)


def _result_row(result: Result) -> tuple[object, ...]:
    sent_at = result.call.finished_at if result.call and result.status is Status.SENT else None
    return (*result[:7], int(result.maybe_sent), sent_at)


def hand_back(database: peewee.Database, batches: Sequence[Sequence[Unsent]]) -> list[None]:
    """Release the leases of deliveries for which no call was made: they are due again now, or at their `due_at`."""
    rows = list(chain.from_iterable(batches))
    rates = _rates(database, sorted({row.mailing_id for row in rows if row.rate is not None}))
    asked = [(*row[:2], None if rates.get(row.mailing_id) != row.rate else row.due_at, row.reason) for row in rows]
    run_rows(database, _HAND_BACK, _UNSENT, asked)
    return [None] * len(batches)


def _rates(database: peewee.Database, mailing_ids: Sequence[int]) -> dict[int, str | None]:
    """The limits of these mailings, which nobody changes before the transaction ends."""
    if not mailing_ids:
        return {}
    lock = " FOR SHARE OF m" if is_postgres(database) else ""
    found = fetch_rows(database, _RATES + lock, ("id", "rate"), {"id": "BIGINT"}, [(id_,) for id_ in mailing_ids])
    rates: dict[int, str | None] = dict(map(tuple, found))
    return rates


def cancel(database: peewee.Database, message_ids: Sequence[UUID]) -> list[int]:
    """Cancel the unclaimed deliveries of these messages, unless they are those of mailings. Returns their numbers."""
    return [_cancel(database, uuid_parameter(database, id_)) for id_ in message_ids]


def _cancel(database: peewee.Database, message_id: UUID | str) -> int:
    cancelled = noting.moved("delivery.cancelled", run(database, _CANCEL + noting.RETURNING, message_id).fetchall())
    # What gave way meanwhile has a successor now.
    while chain_steps.stop_message(database, message_id):
        cancelled += noting.moved(
            "delivery.cancelled", run(database, _CANCEL + noting.RETURNING, message_id).fetchall()
        )
    return cancelled


def expire(database: peewee.Database, requests: Sequence[tuple[int, int]]) -> list[int]:
    """Expire scheduled deliveries past their expiry time: pairs of (now in epoch ms, most at once)."""
    return [
        noting.moved(
            "delivery.expired", run(database, _EXPIRE + noting.RETURNING, now, limit).fetchall(), reason="too_late"
        )
        for now, limit in requests
    ]
