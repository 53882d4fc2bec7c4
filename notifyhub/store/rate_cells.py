"""The cells of rate limits, shared through the store by processes without Redis."""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from notifyhub.domain.gcra import Ask, Cell, Given, give
from notifyhub.store.rows import Type, fetch_rows, run, run_rows

KEPT_MS = 60_000
"""A cell that has been free for so long is as good as none."""

_COLUMNS: dict[str, Type] = {"name": "TEXT", "free_at": "BIGINT", "booked": "BIGINT", "shut": "BIGINT"}
_MAKE = """
    INSERT INTO rate_cells (name, free_at, booked, shut) SELECT r.name, 0, 0, 0 FROM {rows} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_LOCK = """
    SELECT name, free_at, booked, shut FROM rate_cells WHERE name IN (SELECT r.name FROM {rows} AS r)
    ORDER BY name FOR UPDATE"""
# One that was forgotten since it was made is made again.
_KEEP = """
    INSERT INTO rate_cells (name, free_at, booked, shut) SELECT r.name, r.free_at, r.booked, r.shut FROM {rows} AS r
    WHERE true ON CONFLICT (name) DO UPDATE
    SET free_at = excluded.free_at, booked = excluded.booked, shut = excluded.shut"""
_FORGET = "DELETE FROM rate_cells WHERE free_at < ? AND booked < ? AND shut < ?"
# Of one machine, and not of the transaction's beginning.
_CLOCK = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"


def reserve(database: peewee.Database, asked: Sequence[Ask]) -> list[Given]:
    """Do what is asked, as a writer's job; PostgreSQL only, because one process pumps a SQLite file.

    The cells are locked until the commit.
    """
    names = [(name,) for name in sorted({name for ask in asked for name in ask.names})]
    run_rows(database, _MAKE, {"name": "TEXT"}, names)
    rows = fetch_rows(database, _LOCK, tuple(_COLUMNS), {"name": "TEXT"}, names)
    (now_us,) = run(database, _CLOCK).fetchone()
    before = {name: Cell(*(at / 1000 for at in moments)) for name, *moments in rows}
    cells = dict(before)
    given = [give(cells, ask, now_us / 1000) for ask in asked]
    changed = [(name, *(round(at * 1000) for at in cell)) for name, cell in cells.items() if cell != before.get(name)]
    if changed:
        run_rows(database, _KEEP, _COLUMNS, changed)
    return given


def forget(database: peewee.Database, moments: Sequence[int]) -> list[int]:
    """Delete cells that nobody has used lately; each moment is now (epoch ms). Returns their number."""
    return [run(database, _FORGET, *([(now - KEPT_MS) * 1000] * 3)).rowcount for now in moments]
