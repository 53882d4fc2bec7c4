"""Posts to endpoints: claimed with a lease, and recorded. Each function is a query or a writer's job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import peewee

from notifyhub import answers
from notifyhub.domain.events import DISABLED
from notifyhub.store import event_wants, events, noting
from notifyhub.store.events import NewEvent
from notifyhub.store.rows import Type, fetch_rows, is_postgres, run, run_rows


class Claim(NamedTuple):
    """Take up to `limit` posts of an endpoint that are due at `now`, until `lease_until` (epoch ms)."""

    endpoint_id: int
    now: int
    limit: int
    lease_until: int


class Claimed(NamedTuple):
    """A post that this process makes now. `secrets`: the newest first; moments in epoch ms."""

    id: int
    endpoint_id: int
    url: str
    secrets: tuple[str, ...]
    event: answers.OutgoingEvent
    tries: int
    spent: int
    give_up_at: int


class Tried(NamedTuple):
    """What came of a try.

    due_at         when the next one is; None: there is none
    gone           the endpoint wants nothing more, for good
    disable_since  an endpoint that fails since then, or longer, is disabled
    """

    post: Claimed
    posted: bool
    due_at: int | None
    started_at: int
    duration_ms: int
    status: int | None
    error: str | None
    answer: str
    gone: bool
    disable_since: int

    @property
    def state(self) -> str:
        return "posted" if self.posted else "dead" if self.due_at is None else "waiting"


_OPEN = "state IN ('waiting', 'posting')"
_DUE = f"""
    SELECT e.id FROM webhook_endpoints AS e WHERE e.enabled = 1 AND EXISTS (
        SELECT 1 FROM webhook_posts AS p WHERE p.endpoint_id = e.id AND p.{_OPEN} AND p.due_at <= ?)
    ORDER BY e.id"""
_ENDPOINT = "SELECT url, secret, old_secret, old_until FROM webhook_endpoints WHERE id = ? AND enabled = 1"
_TAKE = f"""
    UPDATE webhook_posts SET state = 'posting', due_at = ?, tries = tries + 1, spent = spent + 1 WHERE id IN (
        SELECT id FROM webhook_posts WHERE endpoint_id = ? AND {_OPEN} AND due_at <= ?
        ORDER BY due_at, id LIMIT ? {{lock}})
    RETURNING id, event_id, tries, spent, give_up_at"""
_EVENTS = f"""
    SELECT e.id AS id, {", ".join(f"e.{name} AS {name}" for name in events.COLUMNS)}
    FROM {{rows}} AS r JOIN events AS e ON e.id = r.id"""
_RECORD = "UPDATE webhook_posts SET state = ?, due_at = ? WHERE id = ? AND state = 'posting' AND tries = ?"
_TRY: dict[str, Type] = {
    "post_id": "BIGINT",
    "number": "BIGINT",
    "started_at": "BIGINT",
    "duration_ms": "BIGINT",
    "status": "BIGINT",
    "error": "TEXT",
    "answer": "TEXT",
}
# The endpoint, or the event, may have been deleted during the call.
_KEEP_TRIES = f"""
    INSERT INTO webhook_tries ({", ".join(_TRY)}) SELECT {", ".join(f"r.{name}" for name in _TRY)}
    FROM {{rows}} AS r JOIN webhook_posts AS p ON p.id = r.post_id WHERE true ON CONFLICT DO NOTHING"""
_WORKS = "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL"
_FAILS = "UPDATE webhook_endpoints SET failing_since = ? WHERE id = ? AND failing_since IS NULL"
_DISABLE = """
    UPDATE webhook_endpoints SET enabled = 0, disabled_reason = ?, updated_at = ? WHERE id = ? AND enabled = 1"""
_RELEASE = "UPDATE webhook_posts SET due_at = ? WHERE state = 'posting' AND due_at > ?"
_GIVE_UP = f"""
    UPDATE webhook_posts SET state = 'dead' WHERE {_OPEN} AND due_at <= ? AND give_up_at <= ? AND endpoint_id IN (
        SELECT id FROM webhook_endpoints WHERE enabled = 0)"""


def due(now: int) -> Callable[[peewee.Database], list[int]]:
    """Query: the endpoints for which something is due at `now` (epoch ms)."""
    return lambda database: [id_ for (id_,) in run(database, _DUE, now).fetchall()]


def claim(database: peewee.Database, claims: Sequence[Claim]) -> list[list[Claimed]]:
    """Take posts. Others may take them again once the lease is over."""
    return [_claim(database, one) for one in claims]


def _claim(database: peewee.Database, one: Claim) -> list[Claimed]:
    endpoint = run(database, _ENDPOINT, one.endpoint_id).fetchone()
    if endpoint is None:
        return []
    url, secret, old, old_until = endpoint
    secrets = (secret, old) if old is not None and one.now < (old_until or 0) else (secret,)
    take = _TAKE.format(lock="FOR UPDATE SKIP LOCKED" if is_postgres(database) else "")
    taken = sorted(run(database, take, one.lease_until, one.endpoint_id, one.now, one.limit).fetchall())
    told = _events(database, [event_id for _, event_id, *_ in taken])
    return [
        Claimed(id_, one.endpoint_id, url, secrets, told[event_id], tries, spent, give_up_at)
        for id_, event_id, tries, spent, give_up_at in taken
        if event_id in told
    ]


def _events(database: peewee.Database, ids: Sequence[int]) -> dict[int, answers.OutgoingEvent]:
    rows = fetch_rows(database, _EVENTS, ("id", *events.COLUMNS), {"id": "BIGINT"}, [(id_,) for id_ in ids])
    return {id_: events.as_event(row) for id_, *row in rows}


def record(database: peewee.Database, tried: Sequence[Tried]) -> list[bool]:
    """Record tries; False for one whose lease was lost meanwhile, which changes nothing but the list of tries."""
    done = [_record(database, one) for one in tried]
    rows = [(one.post.id, one.post.tries, *one[3:8]) for one in tried]
    run_rows(database, _KEEP_TRIES, _TRY, rows)
    # In the same order everywhere, so that two processes do not wait for each other.
    for one in sorted(tried, key=lambda one: one.post.endpoint_id):
        _judge(database, one)
    return done


def _record(database: peewee.Database, one: Tried) -> bool:
    due_at = one.started_at + one.duration_ms if one.due_at is None else one.due_at
    return bool(run(database, _RECORD, one.state, due_at, one.post.id, one.post.tries).rowcount)


def _judge(database: peewee.Database, one: Tried) -> None:
    """Note since when an endpoint fails, and disable it if that is too long."""
    id_, now = one.post.endpoint_id, one.started_at + one.duration_ms
    if one.posted:
        run(database, _WORKS, id_)
        return
    run(database, _FAILS, one.started_at, id_)
    reason = "gone" if one.gone else "failing"
    since = "" if one.gone else " AND failing_since <= ?"
    given = () if one.gone else (one.disable_since,)
    if run(database, _DISABLE + since, reason, now, id_, *given).rowcount:
        noting.note("webhook.disabled", webhook_id=id_, reason=reason)
        if DISABLED in event_wants.wanted(database):
            facts = {"webhook_id": id_, "url": _shown(one.post.url), "reason": reason}
            events.insert(database, [NewEvent(DISABLED, now, facts)])


def release(database: peewee.Database, moments: Sequence[int]) -> list[int]:
    """End the leases of a process that is gone (epoch ms), for one that knows it is the only one to post."""
    return [run(database, _RELEASE, now, now).rowcount for now in moments]


def give_up(database: peewee.Database, moments: Sequence[int]) -> list[int]:
    """Give up what waits too long for endpoints that are disabled (epoch ms)."""
    return [run(database, _GIVE_UP, now, now).rowcount for now in moments]


def _shown(url: str) -> str:
    """A URL without its query, where secrets may be."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
