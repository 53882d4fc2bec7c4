"""Posts that people look at, and those that they ask for: replays, retries and tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.events import TESTED
from notifyhub.domain.posting import GIVEN_UP_AFTER_MS
from notifyhub.errors import Conflict, NotFound, NotifyhubError
from notifyhub.store import event_wants, numbering
from notifyhub.store.rows import Type, as_uuid, fetch, fetch_rows, run, run_rows
from notifyhub.store.snapshots import at_one_moment

LARGEST = 2**63 - 1
STATES = ("waiting", "posting", "posted", "dead")


class Listed(NamedTuple):
    """Posts of an endpoint before this one; in this state, or (None) in any."""

    endpoint_id: int
    state: str | None
    before: int
    limit: int


class Again(NamedTuple):
    """An event (the number of its row) that is to be posted once more at `now` (epoch ms)."""

    endpoint_id: int
    event_id: int
    now: int


class Place(NamedTuple):
    """A place in the order in which replays go through events: the moment, and the row."""

    created_at: int
    id: int


class Replay(NamedTuple):
    """Up to `limit` events after a place and before `until` (epoch ms), of those that the endpoint wants."""

    endpoint_id: int
    after: Place
    until: int
    limit: int
    now: int


class Replayed(NamedTuple):
    """How many are posted once more, and where to go on; None: nothing is left."""

    posts: int
    last: Place | None


class Ask(NamedTuple):
    """Something that is asked of an endpoint at `now` (epoch ms)."""

    endpoint_id: int
    now: int


_POST = ("id", "key", "type", "state", "due_at", "created_at")
_LIST = """
    SELECT p.id AS id, e.key AS key, e.type AS type, p.state AS state, p.due_at AS due_at, p.created_at AS created_at
    FROM webhook_posts AS p JOIN events AS e ON e.id = p.event_id
    WHERE p.endpoint_id = ? AND p.id < ? {of_state} ORDER BY p.id DESC LIMIT ?"""
_TRY = ("post_id", "number", "started_at", "duration_ms", "status", "error", "answer")
_TRIES = f"""
    SELECT {", ".join(f"t.{name} AS {name}" for name in _TRY)}
    FROM {{rows}} AS r JOIN webhook_tries AS t ON t.post_id = r.id ORDER BY t.post_id, t.number"""
_ENDPOINT = "SELECT enabled, channels, mailing_id FROM webhook_endpoints WHERE id = ?"
_AGAIN = f"""{numbering.INSERT_POSTS}
    ON CONFLICT (endpoint_id, event_id) DO UPDATE SET state = 'waiting', due_at = excluded.due_at, spent = 0,
        give_up_at = excluded.give_up_at
    WHERE webhook_posts.state <> 'posting'"""
_RETRY = """
    UPDATE webhook_posts SET state = 'waiting', due_at = ?, spent = 0, give_up_at = ?
    WHERE endpoint_id = ? AND state IN ('dead', 'waiting')"""
_TEST = "INSERT INTO events (type, created_at, data) VALUES (?, ?, ?) RETURNING id"


def posts(listed: Listed) -> Callable[[peewee.Database], list[answers.Post]]:
    """Query: posts of an endpoint with their tries, newest first."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[answers.Post]:
        of_state = "" if listed.state is None else "AND p.state = ?"
        given = (listed.endpoint_id, listed.before, *filter(None, (listed.state,)), listed.limit)
        rows = fetch(database, _LIST.format(of_state=of_state), _POST, *given)
        tries = _tries(database, [row[0] for row in rows])
        return [_as_post(row, tries.get(row[0], [])) for row in rows]

    return ask


def _as_post(row: Sequence[Any], tries: list[answers.PostTry]) -> answers.Post:
    id_, key, type_, state, due_at, created_at = row
    return answers.Post(
        id=id_,
        event_id=None if key is None else as_uuid(key),
        event_type=type_,
        state=state,
        due_at=to_datetime(due_at) if state == "waiting" else None,
        created_at=to_datetime(created_at),
        tries=tries,
    )


def _tries(database: peewee.Database, ids: Sequence[int]) -> dict[int, list[answers.PostTry]]:
    found: dict[int, list[answers.PostTry]] = {}
    for id_, number, started_at, *rest in fetch_rows(database, _TRIES, _TRY, {"id": "BIGINT"}, [(id_,) for id_ in ids]):
        members = dict(zip(_TRY[3:], rest, strict=True))
        one = answers.PostTry(number=number, started_at=to_datetime(started_at), **members)
        found.setdefault(id_, []).append(one)
    return found


def again(database: peewee.Database, asked: Sequence[Again]) -> list[int | NotifyhubError]:
    """Post single events once more, whatever their endpoints want. Returns how many are posted."""
    return [_again(database, one) for one in asked]


def _again(database: peewee.Database, one: Again) -> int | NotifyhubError:
    if (refusal := _refusal(database, one.endpoint_id)) is not None:
        return refusal
    return _post(database, one.endpoint_id, [one.event_id], one.now)


def replay(database: peewee.Database, slices: Sequence[Replay]) -> list[Replayed | NotifyhubError]:
    """Post a slice of what happened once more. What is just being posted is left alone."""
    return [_replay(database, one) for one in slices]


def _replay(database: peewee.Database, one: Replay) -> Replayed | NotifyhubError:
    if (refusal := _refusal(database, one.endpoint_id)) is not None:
        return refusal
    _, channels, mailing_id = run(database, _ENDPOINT, one.endpoint_id).fetchone()
    types = sorted(event_wants.of(database, one.endpoint_id))
    where, given = [f"type IN ({', '.join('?' for _ in types)})"], [*types]
    if channels is not None:
        names = orjson.loads(channels)
        where.append(f"(channel IS NULL OR channel IN ({', '.join('?' for _ in names)}))")
        given += names
    if mailing_id is not None:
        where.append("mailing_id = ?")
        given.append(mailing_id)
    sql = f"""
        SELECT created_at, id FROM events
        WHERE (created_at > ? OR (created_at = ? AND id > ?)) AND created_at < ? AND position IS NOT NULL
            AND {" AND ".join(where)}
        ORDER BY created_at, id LIMIT ?"""
    at, id_ = one.after
    rows = run(database, sql, at, at, id_, one.until, *given, one.limit).fetchall()
    number = _post(database, one.endpoint_id, [row[1] for row in rows], one.now)
    return Replayed(number, Place(*rows[-1]) if len(rows) == one.limit else None)


def retry(database: peewee.Database, asked: Sequence[Ask]) -> list[int | NotifyhubError]:
    """Try at once what was given up, and what waits for its next try. Returns how many there are."""
    return [
        _refusal(database, one.endpoint_id)
        or run(database, _RETRY, one.now, one.now + GIVEN_UP_AFTER_MS, one.endpoint_id).rowcount
        for one in asked
    ]


def test(database: peewee.Database, asked: Sequence[Ask]) -> list[answers.Post | NotifyhubError]:
    """Post a test event to endpoints."""
    return [_test(database, one) for one in asked]


def _test(database: peewee.Database, one: Ask) -> answers.Post | NotifyhubError:
    if (refusal := _refusal(database, one.endpoint_id)) is not None:
        return refusal
    numbering.hold(database, wait=True)
    data = orjson.dumps({"webhook_id": one.endpoint_id}).decode()
    (event_id,) = run(database, _TEST, TESTED, one.now, data).fetchone()
    numbering.give_positions(database, [event_id], one.now)
    _post(database, one.endpoint_id, [event_id], one.now)
    (row,) = fetch(database, _LIST.format(of_state="AND p.event_id = ?"), _POST, one.endpoint_id, LARGEST, event_id, 1)
    return _as_post(row, [])


def _post(database: peewee.Database, endpoint_id: int, event_ids: Sequence[int], now: int) -> int:
    columns: dict[str, Type] = numbering.POST
    rows = [(endpoint_id, id_, now, now + GIVEN_UP_AFTER_MS) for id_ in event_ids]
    return int(run_rows(database, _AGAIN, columns, rows).rowcount) if rows else 0


def _refusal(database: peewee.Database, endpoint_id: int) -> NotifyhubError | None:
    row = run(database, _ENDPOINT, endpoint_id).fetchone()
    if row is None:
        return NotFound("webhook", endpoint_id)
    if not row[0]:
        return Conflict(f"webhook {endpoint_id} is disabled: enable it first")
    return None
