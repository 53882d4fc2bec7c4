"""Claiming: leasing what is due, with everything that its attempt needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, NamedTuple, Protocol

import peewee

from notifyhub import tracing
from notifyhub.domain.pacing import PACED
from notifyhub.domain.states import Status
from notifyhub.domain.turns import Turns
from notifyhub.store import lanes, refusals, wishes, wordings
from notifyhub.store.claimed import Claimed
from notifyhub.store.rows import as_uuid, fetch, fetch_rows, is_postgres, run
from notifyhub.store.wordings import Wording


class Rooms(Protocol):
    """What the limits have room for. Called on the writer's thread."""

    def of_sender(self, sender: str) -> int | None:
        """How many deliveries of an account may be claimed; None: any number."""
        ...

    def of_mailing(self, lane: lanes.Waiting) -> int | None:
        """The same of a lane by the limit of its mailing."""
        ...


class Unlimited:
    """No limits."""

    def of_sender(self, sender: str) -> None:
        return None

    def of_mailing(self, lane: lanes.Waiting) -> None:
        return None


UNLIMITED = Unlimited()


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Take up to `limit` deliveries of `channel` that are due at `now`, until `lease_until` (epoch ms).

    turns     by account, whose turn it is; kept from one claim to the next, and only used by the writer's thread
    priority  only of this one; None: of all
    """

    channel: str
    limit: int
    now: int
    lease_until: int
    rooms: Rooms = UNLIMITED
    turns: dict[str, Turns[tuple[int, int]]] = field(default_factory=dict)
    priority: int | None = None


class Taken(NamedTuple):
    """rows         to be sent
    may_be_more  something may still be due that could be taken now
    held         lanes that have used up their room
    """

    rows: list[Claimed]
    may_be_more: bool
    held: list[lanes.Waiting]


_DUE = f"""
    SELECT id FROM deliveries
    WHERE status = '{Status.SCHEDULED}' {{those}} AND channel = ? AND sender = ? AND priority = ? AND lane = ?
        AND due_at <= ?
    ORDER BY due_at, id LIMIT ?"""
_ALL = _DUE.format(those="")
_PUT_OFF = _DUE.format(those=f"AND reason = '{PACED}'")
_TAKE = f"""
    UPDATE deliveries SET status = '{Status.SENDING}', attempt = attempt + 1, lease_until = ?"""
_COLUMNS = Claimed._fields[: Claimed._fields.index("text")]
_DUE_AT, _POSITION = _COLUMNS.index("due_at"), _COLUMNS.index("position")
# Nobody else can write between these three statements: the transaction began IMMEDIATE.
_THESE = "id IN (SELECT value FROM json_each(?))"
_CHOOSE_SQLITE = "SELECT json_group_array(id) FROM ({due})"
_TAKE_SQLITE = f"{_TAKE} WHERE {_THESE}"
_TAKEN_SQLITE = f"SELECT {', '.join(_COLUMNS)} FROM deliveries WHERE {_THESE}"
# SKIP LOCKED lets several workers claim in parallel; MATERIALIZED keeps the planner from selecting twice.
_CLAIM_POSTGRES = f"""
    WITH due AS MATERIALIZED ({{due}} FOR UPDATE SKIP LOCKED)
    {_TAKE} FROM due WHERE deliveries.id = due.id
    RETURNING {", ".join(f"deliveries.{name}" for name in _COLUMNS)}"""
_OF_MESSAGE = ("id", "text", "on_unconfirmed", "options", "deduplicate", "send_at")
_OF_MAILING = ("send_window", "rate", "ends_at")
_BODY = (*_OF_MESSAGE, *_OF_MAILING, "template")
_BODIES = f"""
    SELECT {", ".join(f"m.{name} AS {name}" for name in _OF_MESSAGE)},
        {", ".join(f"g.{name} AS {name}" for name in _OF_MAILING)}, m.template AS template
    FROM {{rows}} AS r JOIN messages AS m ON m.id = r.id
    LEFT JOIN mailings AS g ON g.id = m.mailing_id AND m.mailing_id <> 0"""
_LEFT_BEHIND = f"""
    SELECT {", ".join(_COLUMNS)} FROM deliveries WHERE status = '{Status.SENDING}' AND lease_until <= ? LIMIT ?"""


def claim(database: peewee.Database, requests: Sequence[ClaimRequest]) -> list[Taken]:
    """Lease due deliveries: urgent first, then normal, then bulk; within each, those put off, then those due longest.

    Accounts get equal shares, and so do mailings and API keys of one account and priority. A delivery whose client has
    meanwhile opted out, or cannot be reached any more, is cancelled instead; one whose address is in the book fails.
    """
    return [_claim(database, request) for request in requests]


def _claim(database: peewee.Database, request: ClaimRequest) -> Taken:
    rows: list[Sequence[Any]] = []
    due = [
        lane
        for lane in lanes.waiting(database, request.channel)
        if lane.due_at <= request.now and request.priority in (None, lane.priority)
    ]
    by_sender = {sender: list(group) for sender, group in groupby(sorted(due, key=_sender), key=_sender)}
    rooms = {sender: request.rooms.of_sender(sender) for sender in by_sender}
    # Accounts with little room first: what they leave is for the others.
    order = sorted(by_sender, key=lambda sender: request.limit if (room := rooms[sender]) is None else room)
    more, held = False, []
    for number, sender in enumerate(order):
        share = -(-(request.limit - len(rows)) // (len(order) - number))
        room = rooms[sender]
        places = share if room is None else min(room, share)
        got, full = _take_turns(database, request, by_sender[sender], places)
        rows += got
        held += full
        if len(got) >= places:
            more = more or room is None or places < room
            held += by_sender[sender][:1] if room is not None and places == room else []
    willing = wishes.heard(database, _with_bodies(database, rows), request.now)
    return Taken(refusals.heard(database, willing, request.now), more, held)


def _take_turns(
    database: peewee.Database, request: ClaimRequest, waiting: Sequence[lanes.Waiting], places: int
) -> tuple[list[Sequence[Any]], list[lanes.Waiting]]:
    """Up to so many rows of the lanes of an account, and the lanes that their own limit keeps from giving more."""
    left = {(lane.priority, lane.lane): request.rooms.of_mailing(lane) for lane in waiting}
    by_key = {(lane.priority, lane.lane): lane for lane in waiting}

    def take(key: tuple[int, int], most: int) -> Sequence[Sequence[Any]]:
        room = left[key]
        most = most if room is None else min(room, most)
        got = _take_lane(database, request, by_key[key], most) if most else []
        if room is not None:
            left[key] = room - len(got)
        return got

    turns = request.turns.setdefault(waiting[0].sender, Turns())
    rows = turns.serve(places, [(priority, (priority, lane)) for priority, lane in by_key], take)
    return rows, [by_key[key] for key, room in left.items() if room == 0]


def _sender(lane: lanes.Waiting) -> str:
    return lane.sender


def _take_lane(database: peewee.Database, request: ClaimRequest, lane: lanes.Waiting, most: int) -> list[Sequence[Any]]:
    """Those that were put off have had their turn once, so nobody passes them now: not even to the same recipient."""
    got: list[Sequence[Any]] = []
    if lane.paced_at is not None and lane.paced_at <= request.now:
        got += _take(database, request, lane, _PUT_OFF, most)
    if len(got) < most:
        got += _take(database, request, lane, _ALL, most - len(got))
    return got


def _take(
    database: peewee.Database, request: ClaimRequest, lane: lanes.Waiting, due: str, limit: int
) -> Sequence[Sequence[Any]]:
    choice = (request.channel, lane.sender, lane.priority, lane.lane, request.now, limit)
    if is_postgres(database):
        sql = _CLAIM_POSTGRES.format(due=due)
        taken: list[Sequence[Any]] = run(database, sql, *choice, request.lease_until).fetchall()
        return sorted(taken, key=_age)
    # Instead of UPDATE … RETURNING, which returns rows one by one (see `rows.fetch`).
    (chosen,) = run(database, _CHOOSE_SQLITE.format(due=due), *choice).fetchone()
    if chosen == "[]":
        return []
    run(database, _TAKE_SQLITE, request.lease_until, chosen)
    return sorted(fetch(database, _TAKEN_SQLITE, _COLUMNS, chosen), key=_age)


def _age(row: Sequence[Any]) -> tuple[int, int]:
    """Neither engine returns what it updates in the order in which it was chosen."""
    return row[_DUE_AT], row[0]


def left_behind(limit: int, now: int) -> Callable[[peewee.Database], list[Claimed]]:
    """Query: deliveries whose lease has expired at `now` (epoch ms)."""
    return lambda database: _with_bodies(database, fetch(database, _LEFT_BEHIND, _COLUMNS, now, limit))


def _with_bodies(database: peewee.Database, rows: Sequence[Sequence[Any]]) -> list[Claimed]:
    if not rows:
        return []
    wanted = [(message_id,) for message_id in {row[1] for row in rows}]
    bodies = {id_: body for id_, *body in fetch_rows(database, _BODIES, _BODY, {"id": "UUID"}, wanted)}
    own = wordings.at(database, ((row[1], row[_POSITION]) for row in rows if bodies[row[1]][-1] is not None))
    return [_whole(row, bodies[row[1]], own.get((row[1], row[_POSITION]))) for row in rows]


def _whole(row: Sequence[Any], body: Sequence[Any], own: Wording | None) -> Claimed:
    id_, message_id, *others = row
    text, on_unconfirmed, options, *settings, ends_at, _ = body
    if own is not None:
        text, options = own.text, tracing.carried_on(own.options, options)
    # The time zone of a client is added by `wishes.heard`.
    claimed = Claimed._make((id_, as_uuid(message_id), *others, text, on_unconfirmed, options, *settings, None, False))
    return claimed if ends_at is None else claimed._replace(expires_at=ends_at)
