"""Holders of dedup keys, and how they lose them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import peewee

from notifyhub.store.rows import fetch_rows, run_rows

TRIES = 3
"""A key may be released between the refusal of a row and the lookup of its holder; then the row is tried again."""

_HOLDERS = """
    SELECT d.dedup_key AS dedup_key, d.id AS id FROM {rows} AS r JOIN deliveries AS d ON d.dedup_key = r.dedup_key"""
_DUE = """
    SELECT d.dedup_key AS dedup_key, d.due_at AS due_at
    FROM {rows} AS r JOIN deliveries AS d ON d.dedup_key = r.dedup_key"""
_GIVE_WAY = """
    UPDATE deliveries SET dedup_key = NULL FROM {rows} AS r
    WHERE deliveries.dedup_key = r.dedup_key AND ABS(deliveries.due_at - r.due_at) >= r.window_ms"""


def holders(database: peewee.Database, keys: Iterable[str]) -> dict[str, int]:
    """The deliveries that hold these keys, by key."""
    found = fetch_rows(database, _HOLDERS, ("dedup_key", "id"), {"dedup_key": "TEXT"}, [(key,) for key in keys])
    return dict(found)  # type: ignore[arg-type]


def due_of_holders(keys: Sequence[str]) -> Callable[[peewee.Database], dict[str, int]]:
    """Query: when the deliveries that hold these keys are due (epoch ms), by key."""

    def ask(database: peewee.Database) -> dict[str, int]:
        rows = fetch_rows(database, _DUE, ("dedup_key", "due_at"), {"dedup_key": "TEXT"}, [(key,) for key in keys])
        return dict(rows)  # type: ignore[arg-type]

    return ask


def give_way(database: peewee.Database, wanted: Iterable[tuple[str, int, int]]) -> None:
    """Triples of (key, due_at, window_ms): a delivery that holds the key and is due at least that far away loses it."""
    run_rows(database, _GIVE_WAY, {"dedup_key": "TEXT", "due_at": "BIGINT", "window_ms": "BIGINT"}, wanted)
