"""State changes of deliveries: each is a conditional UPDATE and a writer's job.

Never read, decide and write back: the condition is in the statement, so one of two racing processes wins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import peewee

from notifyhub.domain.states import Status
from notifyhub.store.messages import as_uuid
from notifyhub.store.rows import Type, fetch, fetch_rows, is_postgres, run, run_rows

PRIORITIES = (0, 1, 2)

# A delivery that may have reached the person keeps its key for good, so that nobody gets the same content twice.
GIVE_UP_KEY = "CASE WHEN maybe_sent = 0 THEN NULL ELSE dedup_key END"


class Claimed(NamedTuple):
    """A delivery held under a lease, with everything that its attempt needs. Times are epoch ms."""

    id: int
    message_id: UUID
    channel: str
    address: str
    attempt: int
    spent: int
    max_attempts: int | None
    expires_at: int | None
    lease_until: int
    text: str
    on_unconfirmed: str
    options: str | None = None


class Call(NamedTuple):
    """The call of an attempt. Times are epoch ms."""

    started_at: int
    finished_at: int
    outcome: str
    code: str
    detail: str


class Result(NamedTuple):
    """The next state of a claimed delivery; valid only while its lease for this `attempt` holds."""

    id: int
    attempt: int
    status: Status
    spent: int
    reason: str | None
    due_at: int | None
    messenger_id: str | None
    maybe_sent: bool
    call: Call | None


class Unsent(NamedTuple):
    """A claimed delivery for which no call was made; `due_at` (epoch ms) postpones it."""

    id: int
    attempt: int
    due_at: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Take up to `limit` deliveries of `channel` that are due at `now`, until `lease_until` (epoch ms)."""

    channel: str
    limit: int
    now: int
    lease_until: int


_DUE = f"""
    SELECT id FROM deliveries
    WHERE status = '{Status.SCHEDULED}' AND channel = ? AND priority = ? AND due_at <= ?
    ORDER BY due_at, id LIMIT ?"""
_TAKE = f"""
    UPDATE deliveries SET status = '{Status.SENDING}', attempt = attempt + 1, lease_until = ?"""
_COLUMNS = ("id", "message_id", "channel", "address", "attempt", "spent", "max_attempts", "expires_at", "lease_until")
# Nobody else can write between these three statements: the transaction began IMMEDIATE.
_THESE = "id IN (SELECT value FROM json_each(?))"
_CHOOSE_SQLITE = f"SELECT json_group_array(id) FROM ({_DUE})"
_TAKE_SQLITE = f"{_TAKE} WHERE {_THESE}"
_TAKEN_SQLITE = f"SELECT {', '.join(_COLUMNS)} FROM deliveries WHERE {_THESE}"
# SKIP LOCKED lets several workers claim in parallel; MATERIALIZED keeps the planner from selecting twice.
_CLAIM_POSTGRES = f"""
    WITH due AS MATERIALIZED ({_DUE} FOR UPDATE SKIP LOCKED)
    {_TAKE} FROM due WHERE deliveries.id = due.id
    RETURNING {", ".join(f"deliveries.{name}" for name in _COLUMNS)}"""
_BODIES = """
    SELECT m.id AS id, m.text AS text, m.on_unconfirmed AS on_unconfirmed, m.options AS options
    FROM {rows} AS r JOIN messages AS m ON m.id = r.id"""
_LEFT_BEHIND = f"""
    SELECT {", ".join(_COLUMNS)} FROM deliveries WHERE status = '{Status.SENDING}' AND lease_until <= ? LIMIT ?"""

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
# The attempt made no call, so its number is returned too.
_HAND_BACK = f"""
    UPDATE deliveries SET
        status = '{Status.SCHEDULED}', attempt = deliveries.attempt - 1, lease_until = NULL,
        due_at = COALESCE(r.due_at, deliveries.due_at)
    FROM {{rows}} AS r
    WHERE deliveries.id = r.id AND deliveries.status = '{Status.SENDING}' AND deliveries.attempt = r.attempt"""
_CANCEL = f"""
    UPDATE deliveries SET status = '{Status.CANCELLED}', dedup_key = {GIVE_UP_KEY}
    WHERE message_id = ? AND status = '{Status.SCHEDULED}'"""
_EXPIRE = f"""
    UPDATE deliveries SET status = '{Status.EXPIRED}', reason = 'too_late', dedup_key = {GIVE_UP_KEY}
    WHERE status = '{Status.SCHEDULED}' AND id IN (
        SELECT id FROM deliveries
        WHERE status = '{Status.SCHEDULED}' AND expires_at IS NOT NULL AND expires_at <= ? LIMIT ?)"""


def claim(database: peewee.Database, requests: Sequence[ClaimRequest]) -> list[list[Claimed]]:
    """Lease due deliveries: urgent first, then normal, then bulk; within each, those due longest first."""
    return [_claim(database, request) for request in requests]


def _claim(database: peewee.Database, request: ClaimRequest) -> list[Claimed]:
    rows: list[Sequence[Any]] = []
    for priority in PRIORITIES:
        left = request.limit - len(rows)
        if left <= 0:
            break
        choice = (request.channel, priority, request.now, left)
        if is_postgres(database):
            rows += run(database, _CLAIM_POSTGRES, *choice, request.lease_until).fetchall()
        else:
            rows += _claim_on_sqlite(database, choice, request.lease_until)
    return _with_bodies(database, rows)


def _claim_on_sqlite(database: peewee.Database, choice: tuple[Any, ...], lease_until: int) -> list[Sequence[Any]]:
    """Instead of UPDATE … RETURNING, which returns rows one by one (see `rows.fetch`)."""
    (chosen,) = run(database, _CHOOSE_SQLITE, *choice).fetchone()
    if chosen == "[]":
        return []
    run(database, _TAKE_SQLITE, lease_until, chosen)
    return fetch(database, _TAKEN_SQLITE, _COLUMNS, chosen)


def left_behind(limit: int, now: int) -> Callable[[peewee.Database], list[Claimed]]:
    """Query: deliveries whose lease has expired at `now` (epoch ms)."""
    return lambda database: _with_bodies(database, fetch(database, _LEFT_BEHIND, _COLUMNS, now, limit))


def _with_bodies(database: peewee.Database, rows: Sequence[Sequence[Any]]) -> list[Claimed]:
    if not rows:
        return []
    wanted = [(message_id,) for message_id in {row[1] for row in rows}]
    found = fetch_rows(database, _BODIES, ("id", "text", "on_unconfirmed", "options"), {"id": "UUID"}, wanted)
    bodies = {id_: body for id_, *body in found}
    return [Claimed._make((row[0], as_uuid(row[1]), *row[2:], *bodies[row[1]])) for row in rows]


def record(database: peewee.Database, batches: Sequence[Sequence[Result]]) -> list[None]:
    """Record the results of attempts, with their calls. A result whose lease was lost changes nothing."""
    results = list(chain.from_iterable(batches))
    run_rows(database, _RECORD, _RESULT, [_result_row(result) for result in results])
    calls = [(result.id, result.attempt, *result.call) for result in results if result.call]
    if calls:
        run_rows(database, _NOTE_CALLS, _CALL, calls)
    return [None] * len(batches)


def _result_row(result: Result) -> tuple[object, ...]:
    sent_at = result.call.finished_at if result.call and result.status is Status.SENT else None
    return (*result[:7], int(result.maybe_sent), sent_at)


def hand_back(database: peewee.Database, batches: Sequence[Sequence[Unsent]]) -> list[None]:
    """Release the leases of deliveries for which no call was made: they are due again now, or at their `due_at`."""
    columns: dict[str, Type] = {"id": "BIGINT", "attempt": "BIGINT", "due_at": "BIGINT"}
    run_rows(database, _HAND_BACK, columns, map(tuple, chain.from_iterable(batches)))
    return [None] * len(batches)


def cancel(database: peewee.Database, message_ids: Sequence[UUID]) -> list[int]:
    """Cancel the unclaimed deliveries of these messages. Returns their number for each message."""
    return [run(database, _CANCEL, uuid_parameter(database, id_)).rowcount for id_ in message_ids]


def expire(database: peewee.Database, requests: Sequence[tuple[int, int]]) -> list[int]:
    """Expire scheduled deliveries past their expiry time: pairs of (now in epoch ms, most at once)."""
    return [run(database, _EXPIRE, now, limit).rowcount for now, limit in requests]


def uuid_parameter(database: peewee.Database, value: UUID) -> UUID | str:
    """SQLite binds no UUIDs."""
    return value if is_postgres(database) else value.hex
