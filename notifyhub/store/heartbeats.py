"""When processes of each role last gave a sign of life. The clock is the store's, so machines need not agree."""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from notifyhub.store.rows import is_postgres, run

_NOW_SQLITE = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
_NOW_POSTGRES = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
_BEAT = """
    INSERT INTO heartbeats (role, beat_at) VALUES (?, {now})
    ON CONFLICT (role) DO UPDATE SET beat_at = excluded.beat_at WHERE heartbeats.beat_at < excluded.beat_at"""
_AGES = "SELECT role, {now} - beat_at FROM heartbeats"


def beat(database: peewee.Database, roles: Sequence[str]) -> list[None]:
    """A process of these roles lives, as a writer's job."""
    sql = _BEAT.format(now=_now(database))
    # In one order everywhere, so that two processes do not deadlock.
    for role in sorted(set(roles)):
        run(database, sql, role)
    return [None] * len(roles)


def ages_ms(database: peewee.Database) -> dict[str, int]:
    """Query: for how long each role has given no sign of life, in milliseconds. Who never did is left out."""
    return {role: int(age) for role, age in run(database, _AGES.format(now=_now(database))).fetchall()}


def _now(database: peewee.Database) -> str:
    return _NOW_POSTGRES if is_postgres(database) else _NOW_SQLITE
