"""Gives new events their place in the order that readers see, and to each endpoint what it wants.

Numbers of rows are no such order: on PostgreSQL a transaction that began earlier may commit later, and whoever reads
on from the highest number would miss its rows. So rows are stored without a position, and one transaction at a time,
which holds the only row of `event_positions`, gives positions to what is committed. They become visible in order.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.events import event_id
from notifyhub.domain.posting import GIVEN_UP_AFTER_MS
from notifyhub.domain.states import OPEN
from notifyhub.store import events
from notifyhub.store.event_wants import READERS
from notifyhub.store.events import NewEvent
from notifyhub.store.rows import Type, as_uuid, fetch, is_postgres, run, run_rows, uuid_parameter


class Numbering(NamedTuple):
    """Number up to `limit` events at `now` (epoch ms)."""

    now: int
    limit: int


class _New(NamedTuple):
    id: int
    type: str
    channel: str | None
    mailing_id: int | None


class _Wish(NamedTuple):
    """What an endpoint wants of a type of events."""

    endpoint_id: int
    channels: Sequence[str] | None
    mailing_id: int | None

    def fits(self, event: _New) -> bool:
        # What is about no channel, such as a mailing, is about all of them.
        right_channel = self.channels is None or event.channel is None or event.channel in self.channels
        return right_channel and self.mailing_id in (None, event.mailing_id)


_ANY = "SELECT 1 FROM events WHERE position IS NULL LIMIT 1"
_ANY_MESSAGE = "SELECT 1 FROM event_messages LIMIT 1"
_BEGIN = "INSERT INTO event_positions (id, last, at) VALUES (1, 0, 0) ON CONFLICT DO NOTHING"
_HOLD = "SELECT last, at FROM event_positions WHERE id = 1 {lock}"
_MOVE = "UPDATE event_positions SET last = ?, at = ? WHERE id = 1"
_NEW = f"SELECT {', '.join(_New._fields)} FROM events WHERE position IS NULL ORDER BY id LIMIT ?"
_NUMBERED: dict[str, Type] = {"id": "BIGINT", "position": "BIGINT", "key": "UUID"}
_NUMBER = "UPDATE events SET position = r.position, key = r.key FROM {rows} AS r WHERE events.id = r.id"
_WISHES = f"""
    SELECT w.type AS type, e.id AS id, e.channels AS channels, e.mailing_id AS mailing_id
    FROM event_wants AS w JOIN webhook_endpoints AS e ON e.id = w.wanter WHERE w.wanter <> {READERS}
        AND e.enabled = 1"""
POST: dict[str, Type] = {"endpoint_id": "BIGINT", "event_id": "BIGINT", "due_at": "BIGINT", "give_up_at": "BIGINT"}
INSERT_POSTS = """
    INSERT INTO webhook_posts (endpoint_id, event_id, state, due_at, tries, spent, give_up_at, created_at)
    SELECT r.endpoint_id, r.event_id, 'waiting', r.due_at, 0, 0, r.give_up_at, r.due_at FROM {rows} AS r WHERE true"""
_ENDED = """
    DELETE FROM event_messages WHERE id IN (SELECT id FROM event_messages ORDER BY id LIMIT ?) RETURNING message_id"""
_COUNTS = "SELECT status, COUNT(*) FROM deliveries WHERE message_id = ? GROUP BY status"
_REFERENCE = "SELECT reference FROM messages WHERE id = ?"


def any_new(database: peewee.Database) -> bool:
    """Query: is there anything to number?"""
    return run(database, _ANY).fetchone() is not None or run(database, _ANY_MESSAGE).fetchone() is not None


def number(database: peewee.Database, requests: Sequence[Numbering]) -> list[int]:
    """Number events, as a writer's job. Returns how many were; 0 too if another process is just doing it."""
    return [_number(database, one) if hold(database) else 0 for one in requests]


def hold(database: peewee.Database, *, wait: bool = False) -> bool:
    """Let this transaction give positions. False: another one is doing so, and this one need not `wait` for it."""
    run(database, _BEGIN)
    lock = "" if not is_postgres(database) else "FOR UPDATE" if wait else "FOR UPDATE SKIP LOCKED"
    return run(database, _HOLD.format(lock=lock)).fetchone() is not None


def _number(database: peewee.Database, request: Numbering) -> int:
    _complete(database, request)
    found = [_New._make(row) for row in fetch(database, _NEW, _New._fields, request.limit)]
    if found:
        give_positions(database, [one.id for one in found], request.now)
        _hand_out(database, found, request.now)
    return len(found)


def give_positions(database: peewee.Database, ids: Sequence[int], now: int) -> None:
    """Give these events the next positions; `hold` must have been called in this transaction."""
    last, at = run(database, _HOLD.format(lock="")).fetchone()
    # Ids sort as positions do, even if a clock is put back.
    at = max(at, now)
    keys = [event_id(at, last + place, secrets.randbits(34)).hex for place in range(1, len(ids) + 1)]
    rows = [(id_, last + place, key) for place, (id_, key) in enumerate(zip(ids, keys, strict=True), 1)]
    run_rows(database, _NUMBER, _NUMBERED, rows)
    run(database, _MOVE, last + len(ids), at)


def _hand_out(database: peewee.Database, found: Sequence[_New], now: int) -> None:
    """One post for each event and each endpoint that wants it."""
    wishes: dict[str, list[_Wish]] = {}
    for type_, id_, channels, mailing_id in run(database, _WISHES).fetchall():
        wish = _Wish(id_, None if channels is None else orjson.loads(channels), mailing_id)
        wishes.setdefault(type_, []).append(wish)
    posts = [
        (wish.endpoint_id, event.id, now, now + GIVEN_UP_AFTER_MS)
        for event in found
        for wish in wishes.get(event.type, ())
        if wish.fits(event)
    ]
    if posts:
        run_rows(database, f"{INSERT_POSTS} ON CONFLICT DO NOTHING", POST, posts)


def _complete(database: peewee.Database, request: Numbering) -> None:
    """Tell of messages of which the last delivery has ended."""
    ended = {as_uuid(id_) for (id_,) in run(database, _ENDED, request.limit).fetchall()}
    told = []
    for id_ in ended:
        key = uuid_parameter(database, id_)
        counts: dict[str, Any] = dict(run(database, _COUNTS, key).fetchall())
        if counts and not OPEN & counts.keys():
            (reference,) = run(database, _REFERENCE, key).fetchone() or (None,)
            data = {"message_id": id_, "counts": counts, "reference": reference}
            told.append(NewEvent("message.completed", request.now, data))
    if told:
        events.insert(database, told)
