"""The sweep of mailings: starts what is due, expands, ends what is over. Rows decide, so it may run anywhere."""

from __future__ import annotations

from collections.abc import Callable

from notifyhub.flow.expand import expand
from notifyhub.store import mailing_moves, mailing_states
from notifyhub.store.database import Database

MOST_AT_ONCE = 5_000
"""Deliveries in one transaction."""


def sweep(database: Database, ring: Callable[[str], None], clock: Callable[[], int]) -> bool:
    """Move all mailings on; `clock` returns epoch ms. Returns whether anything was moved."""
    if not database.read(mailing_states.to_do(clock())).result():
        return False
    moved = database.write(mailing_moves.start_due, clock()).result()
    moved += database.write(mailing_moves.settle, clock()).result()
    moved += expand(database, ring, clock)
    moved += clear(database)
    moved += _reorder(database)
    return bool(moved + database.write(mailing_moves.settle, clock()).result())


def clear(database: Database) -> int:
    """End what waits of cancelled and expired mailings. Returns the number of deliveries."""
    cleared = 0
    for id_, status in database.read(mailing_moves.unswept).result():
        while count := database.write(mailing_moves.clear, (id_, status, MOST_AT_ONCE)).result():
            cleared += count
    return cleared


def _reorder(database: Database) -> int:
    moved = 0
    while count := database.write(mailing_moves.reorder, MOST_AT_ONCE).result():
        moved += count
    return moved
