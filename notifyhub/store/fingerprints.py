"""Holders of dedup keys, and how they lose them.

A delivery that was pruned leaves its key in `pruned_keys`, so that its content is still recognised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import peewee

from notifyhub.errors import StoreUnavailable
from notifyhub.store.rows import Type, fetch_rows, run, run_rows

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")

TRIES = 3
"""A key may be released between the refusal of a row and the lookup of its holder; then the row is tried again."""

# Not NOT EXISTS, of which PostgreSQL makes a join that returns the rows in another order.
FREE = "(SELECT 1 FROM pruned_keys AS p WHERE p.dedup_key = r.dedup_key) IS NULL"
"""The condition of an INSERT of deliveries from `{rows} AS r`: what a pruned delivery carried already is left out.

A key moves there under a lock for which such an INSERT waits (see `store.pruning`). The rows stay in their order: ids
follow it, and of two equal ones the first is stored.
"""
_HELD = """
    SELECT r.dedup_key AS dedup_key, COALESCE(d.{column}, p.{pruned}) AS {column} FROM {{rows}} AS r
    LEFT JOIN deliveries AS d ON d.dedup_key = r.dedup_key LEFT JOIN pruned_keys AS p ON p.dedup_key = r.dedup_key
    WHERE d.id IS NOT NULL OR p.dedup_key IS NOT NULL"""
_HOLDERS = _HELD.format(column="id", pruned="delivery_id")
_DUE = _HELD.format(column="due_at", pruned="due_at")
_GIVE_WAY = """
    UPDATE deliveries SET dedup_key = NULL FROM {rows} AS r
    WHERE deliveries.dedup_key = r.dedup_key AND ABS(deliveries.due_at - r.due_at) >= r.window_ms"""
_PRUNED_GIVE_WAY = """
    DELETE FROM pruned_keys WHERE dedup_key IN (
        SELECT r.dedup_key FROM {rows} AS r JOIN pruned_keys AS p ON p.dedup_key = r.dedup_key
        WHERE ABS(p.due_at - r.due_at) >= r.window_ms)"""
_WINDOW: dict[str, Type] = {"dedup_key": "TEXT", "due_at": "BIGINT", "window_ms": "BIGINT"}


def holders(database: peewee.Database, keys: Iterable[str]) -> dict[str, int]:
    """The deliveries that hold these keys, by key."""
    found = fetch_rows(database, _HOLDERS, ("dedup_key", "id"), {"dedup_key": "TEXT"}, [(key,) for key in keys])
    return dict(found)  # type: ignore[arg-type]


def free(database: peewee.Database, keys: Mapping[int, str | None]) -> set[int]:
    """Those of these deliveries, given with the keys they want, whose content nobody else sends; of equals, the first.

    None: its content may be sent twice.
    """
    held = holders(database, (key for key in keys.values() if key is not None))
    first: dict[str, int] = {}
    return {id_ for id_, key in keys.items() if key is None or held.get(key, first.setdefault(key, id_)) == id_}


def due_of_holders(keys: Sequence[str]) -> Callable[[peewee.Database], dict[str, int]]:
    """Query: when the deliveries that hold these keys are due (epoch ms), by key."""

    def ask(database: peewee.Database) -> dict[str, int]:
        rows = fetch_rows(database, _DUE, ("dedup_key", "due_at"), {"dedup_key": "TEXT"}, [(key,) for key in keys])
        return dict(rows)  # type: ignore[arg-type]

    return ask


def give_way(database: peewee.Database, wanted: Iterable[tuple[str, int, int]]) -> None:
    """Triples of (key, due_at, window_ms): a delivery that holds the key and is due at least that far away loses it."""
    rows = list(wanted)
    for statement in (_GIVE_WAY, _PRUNED_GIVE_WAY):
        run_rows(database, statement, _WINDOW, rows)


def or_again(database: peewee.Database, move: Callable[[peewee.Database, I], R], item: I) -> R | StoreUnavailable:
    """A key that was free may be taken by the time it is written; then everything is checked again."""
    for _ in range(TRIES):
        run(database, "SAVEPOINT move")
        try:
            result = move(database, item)
        except peewee.IntegrityError:
            run(database, "ROLLBACK TO SAVEPOINT move")
        else:
            run(database, "RELEASE SAVEPOINT move")
            return result
    return StoreUnavailable("others took the place again and again; nothing was changed, try again")
