"""Claiming: leasing what is due, with everything that its attempt needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import peewee

from notifyhub.domain.states import Status
from notifyhub.store import lanes, refusals, wishes
from notifyhub.store.claimed import Claimed
from notifyhub.store.messages import as_uuid
from notifyhub.store.rows import fetch, fetch_rows, is_postgres, run


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Take up to `limit` deliveries of `channel` that are due at `now`, until `lease_until` (epoch ms)."""

    channel: str
    limit: int
    now: int
    lease_until: int


_DUE = f"""
    SELECT id FROM deliveries
    WHERE status = '{Status.SCHEDULED}' AND channel = ? AND priority = ? AND mailing_id = ? AND due_at <= ?
    ORDER BY due_at, id LIMIT ?"""
_TAKE = f"""
    UPDATE deliveries SET status = '{Status.SENDING}', attempt = attempt + 1, lease_until = ?"""
_COLUMNS = Claimed._fields[: Claimed._fields.index("text")]
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
_BODY = ("id", "text", "on_unconfirmed", "options", "deduplicate", "send_window", "ends_at")
_BODIES = f"""
    SELECT {", ".join(f"m.{name} AS {name}" for name in _BODY[:5])}, g.send_window AS send_window, g.ends_at AS ends_at
    FROM {{rows}} AS r JOIN messages AS m ON m.id = r.id
    LEFT JOIN mailings AS g ON g.id = m.mailing_id AND m.mailing_id <> 0"""
_LEFT_BEHIND = f"""
    SELECT {", ".join(_COLUMNS)} FROM deliveries WHERE status = '{Status.SENDING}' AND lease_until <= ? LIMIT ?"""


def claim(database: peewee.Database, requests: Sequence[ClaimRequest]) -> list[list[Claimed]]:
    """Lease due deliveries: urgent first, then normal, then bulk; within each, those due longest first.

    Mailings of one priority, and what belongs to none, get equal shares. A delivery whose client has meanwhile
    opted out, or cannot be reached any more, is cancelled instead; one whose address is in the book fails.
    """
    return [_claim(database, request) for request in requests]


def _claim(database: peewee.Database, request: ClaimRequest) -> list[Claimed]:
    rows: list[Sequence[Any]] = []
    due = (lane for lane in lanes.waiting(database, request.channel) if lane.due_at <= request.now)
    for _, group in groupby(due, key=lambda lane: lane.priority):
        if len(rows) >= request.limit:
            break
        rows += _take_turns(database, request, list(group), request.limit - len(rows))
    return refusals.heard(database, wishes.heard(database, _with_bodies(database, rows), request.now), request.now)


def _take_turns(
    database: peewee.Database, request: ClaimRequest, group: Sequence[lanes.Waiting], limit: int
) -> list[Sequence[Any]]:
    """Up to `limit` rows of these lanes: an equal share of each, and of what some leave, more of the others."""
    rows: list[Sequence[Any]] = []
    while group and len(rows) < limit:
        full: list[lanes.Waiting] = []
        for number, lane in enumerate(group):
            share = -(-(limit - len(rows)) // (len(group) - number))
            taken = _take(database, request, lane, share) if share else []
            rows += taken
            if share and len(taken) == share:
                full.append(lane)
        group = full
    return rows


def _take(database: peewee.Database, request: ClaimRequest, lane: lanes.Waiting, limit: int) -> Sequence[Sequence[Any]]:
    choice = (request.channel, lane.priority, lane.mailing_id, request.now, limit)
    if is_postgres(database):
        taken: Sequence[Sequence[Any]] = run(database, _CLAIM_POSTGRES, *choice, request.lease_until).fetchall()
        return taken
    # Instead of UPDATE … RETURNING, which returns rows one by one (see `rows.fetch`).
    (chosen,) = run(database, _CHOOSE_SQLITE, *choice).fetchone()
    if chosen == "[]":
        return []
    run(database, _TAKE_SQLITE, request.lease_until, chosen)
    return fetch(database, _TAKEN_SQLITE, _COLUMNS, chosen)


def left_behind(limit: int, now: int) -> Callable[[peewee.Database], list[Claimed]]:
    """Query: deliveries whose lease has expired at `now` (epoch ms)."""
    return lambda database: _with_bodies(database, fetch(database, _LEFT_BEHIND, _COLUMNS, now, limit))


def _with_bodies(database: peewee.Database, rows: Sequence[Sequence[Any]]) -> list[Claimed]:
    if not rows:
        return []
    wanted = [(message_id,) for message_id in {row[1] for row in rows}]
    bodies = {id_: body for id_, *body in fetch_rows(database, _BODIES, _BODY, {"id": "UUID"}, wanted)}
    return [_whole(row, bodies[row[1]]) for row in rows]


def _whole(row: Sequence[Any], body: Sequence[Any]) -> Claimed:
    id_, message_id, *head, expires_at, lease_until, mailing_id, client_id = row
    *content, ends_at = body
    end = expires_at if ends_at is None else ends_at
    # The time zone of a client is added by `wishes.heard`.
    return Claimed._make(
        (id_, as_uuid(message_id), *head, end, lease_until, mailing_id, client_id, *content, None, False)
    )
