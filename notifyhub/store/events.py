"""Events as rows: written, read in the order of their positions, and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.events import position_of
from notifyhub.store.rows import Type, as_uuid, fetch, fetch_rows, is_postgres, run, run_rows

COLUMNS = ("key", "type", "created_at", "data")
"""What `as_event` reads."""


class NewEvent(NamedTuple):
    """An event that a job tells of; see `event_models.Event`."""

    type: str
    created_at: int
    data: Mapping[str, Any]
    channel: str | None = None
    mailing_id: int | None = None
    address: str | None = None


class Wanted(NamedTuple):
    """Events after a position; of these types, or (none) of all. `limit`: most at once."""

    after: int
    types: Sequence[str]
    limit: int


_EVENT: dict[str, Type] = {
    "type": "TEXT",
    "created_at": "BIGINT",
    "data": "TEXT",
    "channel": "TEXT",
    "mailing_id": "BIGINT",
    "address": "TEXT",
}
_INSERT = f"INSERT INTO events ({', '.join(_EVENT)}) SELECT {', '.join(_EVENT)} FROM {{rows}} AS r"
_HEAD = "SELECT position, key FROM events WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
_PAGE = f"SELECT {', '.join(COLUMNS)} FROM events WHERE position > ? AND position <= ?"
_OLD = """
    SELECT id FROM events WHERE created_at <= ? AND position IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM webhook_posts AS p WHERE p.event_id = events.id AND p.state IN ('waiting', 'posting'))
    ORDER BY created_at, id LIMIT ?"""
_OF_PEOPLE = "SELECT id FROM events WHERE address IS NOT NULL AND created_at < ?"
_OF_CLIENT = """
    SELECT e.id FROM events AS e JOIN deliveries AS d ON d.address = e.address AND d.channel = e.channel
    WHERE d.client_id = ? AND d.client_id IS NOT NULL AND e.address IS NOT NULL"""
_AT = """
    SELECT e.id AS id FROM {rows} AS r JOIN events AS e ON e.address = r.address AND e.channel = r.channel
    WHERE e.address IS NOT NULL"""
_DROP = (
    """DELETE FROM webhook_tries WHERE post_id IN (
        SELECT p.id FROM webhook_posts AS p JOIN {rows} AS r ON p.event_id = r.id)""",
    "DELETE FROM webhook_posts WHERE event_id IN (SELECT r.id FROM {rows} AS r)",
    "DELETE FROM events WHERE id IN (SELECT r.id FROM {rows} AS r)",
)

_FORGET_REFERENCES = {
    "sqlite": """
        UPDATE events SET data = json_set(data, '$.reference', NULL)
        WHERE json_extract(data, '$.reference') IS NOT NULL AND (
            REPLACE(json_extract(data, '$.message_id'), '-', '') IN (SELECT r.id FROM {rows} AS r)
            OR CAST(json_extract(data, '$.client_id') AS TEXT) = ?)""",
    "postgresql": """
        UPDATE events SET data = CAST(jsonb_set(CAST(data AS jsonb), '{reference}', 'null') AS TEXT)
        WHERE CAST(data AS jsonb) ->> 'reference' IS NOT NULL AND (
            REPLACE(CAST(data AS jsonb) ->> 'message_id', '-', '') IN (SELECT r.id FROM {rows} AS r)
            OR CAST(data AS jsonb) ->> 'client_id' = ?)""",
}


def insert(database: peewee.Database, told: Iterable[NewEvent]) -> None:
    """Write events, as a part of the job that does what they tell of."""
    run_rows(database, _INSERT, _EVENT, [(*one[:2], orjson.dumps(one.data).decode(), *one[3:]) for one in told])


def page(wanted: Wanted) -> Callable[[peewee.Database], answers.EventPage]:
    """Query: the events after a position. Nothing that is stored later can come before `next`."""

    def ask(database: peewee.Database) -> answers.EventPage:
        head = run(database, _HEAD).fetchone()
        if head is None or head[0] <= wanted.after:
            return answers.EventPage(items=[], next=None, more=False)
        rows = _rows(database, wanted, head[0])
        more = len(rows) > wanted.limit
        items = [as_event(row) for row in rows[: wanted.limit]]
        # So that what was looked through is not looked through again.
        return answers.EventPage(items=items, next=items[-1].id if more else as_uuid(head[1]), more=more)

    return ask


def _rows(database: peewee.Database, wanted: Wanted, until: int) -> list[Sequence[Any]]:
    of_types = f" AND type IN ({', '.join('?' for _ in wanted.types)})" if wanted.types else ""
    sql = f"{_PAGE}{of_types} ORDER BY position LIMIT ?"
    return fetch(database, sql, COLUMNS, wanted.after, until, *wanted.types, wanted.limit + 1)


def last(database: peewee.Database) -> int:
    """Query: the position of the newest event; 0 without any."""
    head = run(database, _HEAD).fetchone()
    return 0 if head is None else int(head[0])


def newest(database: peewee.Database) -> UUID | None:
    """Query: the id of the newest event."""
    head = run(database, _HEAD).fetchone()
    return None if head is None else as_uuid(head[1])


def exists(id_: UUID) -> Callable[[peewee.Database], int | None]:
    """Query: the number of the row with this id."""
    position = position_of(id_)

    def ask(database: peewee.Database) -> int | None:
        row = run(database, "SELECT id, key FROM events WHERE position = ?", position).fetchone()
        return row[0] if row is not None and as_uuid(row[1]) == id_ else None

    return ask


def as_event(row: Sequence[Any]) -> answers.OutgoingEvent:
    """An event from the columns `COLUMNS`."""
    key, type_, created_at, data = row
    members = {"id": as_uuid(key), "type": type_, "timestamp": to_datetime(created_at), "data": orjson.loads(data)}
    return answers.OUTGOING.validate_python(members)


def forget(database: peewee.Database, requests: Sequence[tuple[int, int]]) -> list[int]:
    """Delete events with their posts: pairs of (the newest that goes, epoch ms; most at once).

    What is still to be posted stays.
    """
    return [_drop(database, run(database, _OLD, until, limit).fetchall()) for until, limit in requests]


def any_old(until: int) -> Callable[[peewee.Database], bool]:
    """Query: would `forget` find any?"""
    return lambda database: run(database, _OLD, until, 1).fetchone() is not None


def forget_client(database: peewee.Database, client_id: int) -> int:
    """Delete what a client did, at the addresses of the deliveries to them. Returns the number of events."""
    return _drop(database, run(database, _OF_CLIENT, client_id).fetchall())


def forget_people(database: peewee.Database, before: int) -> int:
    """Delete what people did before a moment (epoch ms), also what is still to be posted. Returns its number."""
    return _drop(database, run(database, _OF_PEOPLE, before).fetchall())


def forget_addresses(database: peewee.Database, places: Iterable[tuple[str, str]]) -> int:
    """Delete what was done at these pairs of channel and address. Returns the number of events."""
    columns: dict[str, Type] = {"channel": "TEXT", "address": "TEXT"}
    return _drop(database, fetch_rows(database, _AT, ("id",), columns, places))


def forget_references(database: peewee.Database, client_id: int, message_ids: Iterable[Any]) -> int:
    """Empty the references of what was sent to a client, and of these messages. Returns the number of events.

    Reads all events, which are kept for days: only for what is rare.
    """
    sql = _FORGET_REFERENCES["postgresql" if is_postgres(database) else "sqlite"]
    # Triggers of SQLite write ids without dashes, as it stores them.
    rows = [(as_uuid(id_).hex,) for id_ in message_ids]
    count: int = run_rows(database, sql, {"id": "TEXT"}, rows, str(client_id)).rowcount
    return count


def _drop(database: peewee.Database, ids: Sequence[Sequence[Any]]) -> int:
    for statement in _DROP if ids else ():
        run_rows(database, statement, {"id": "BIGINT"}, map(tuple, ids))
    return len(ids)
