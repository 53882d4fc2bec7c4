"""Inbound messages that the operator's URL has not taken yet. Each function is a query or a writer's job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import peewee

from notifyhub.store.rows import Type, is_postgres, run, run_rows


class Taken(NamedTuple):
    """A post that this process makes now; `created_at` in epoch ms."""

    id: int
    body: str
    created_at: int
    tries: int


class Take(NamedTuple):
    """Take up to `limit` posts that are due at `now`, until `lease_until` (epoch ms)."""

    now: int
    limit: int
    lease_until: int


class Later(NamedTuple):
    """A post that is due again at `due_at` (epoch ms), with so many tries made."""

    id: int
    due_at: int
    tries: int


_ANY_DUE = "SELECT 1 FROM inbound_posts WHERE due_at <= ? LIMIT 1"
_TAKE = f"""
    UPDATE inbound_posts SET due_at = ?, tries = tries + 1 WHERE id IN (
        SELECT id FROM inbound_posts WHERE due_at <= ? ORDER BY due_at, id LIMIT ? {{lock}})
    RETURNING {", ".join(Taken._fields)}"""
_DROP = "DELETE FROM inbound_posts WHERE id IN (SELECT r.id FROM {rows} AS r)"
_LATER: dict[str, Type] = {"id": "BIGINT", "due_at": "BIGINT", "tries": "BIGINT"}
_PUT_OFF = """
    UPDATE inbound_posts SET due_at = r.due_at, tries = r.tries FROM {rows} AS r WHERE inbound_posts.id = r.id"""


def any_due(now: int) -> Callable[[peewee.Database], bool]:
    """Query: is anything due at `now` (epoch ms)?"""
    return lambda database: run(database, _ANY_DUE, now).fetchone() is not None


def take(database: peewee.Database, wanted: Sequence[Take]) -> list[list[Taken]]:
    """Take posts, in the order in which they came. Others may take them again once the lease is over."""
    lock = "FOR UPDATE SKIP LOCKED" if is_postgres(database) else ""
    sql = _TAKE.format(lock=lock)
    return [
        sorted(Taken(*row) for row in run(database, sql, one.lease_until, one.now, one.limit).fetchall())
        for one in wanted
    ]


def drop(database: peewee.Database, groups: Sequence[Sequence[int]]) -> list[None]:
    """Delete posts that were made, or given up."""
    run_rows(database, _DROP, {"id": "BIGINT"}, [(id_,) for ids in groups for id_ in ids])
    return [None] * len(groups)


def put_off(database: peewee.Database, groups: Sequence[Sequence[Later]]) -> list[None]:
    """Try posts again later."""
    run_rows(database, _PUT_OFF, _LATER, [tuple(one) for group in groups for one in group])
    return [None] * len(groups)
