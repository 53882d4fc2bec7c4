"""How many requests of each key were admitted in a minute: for API processes that share PostgreSQL, but not Redis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import peewee

from notifyhub.store.rows import run

_TAKE = """
    INSERT INTO request_minutes (consumer, minute, taken) VALUES (?, ?, ?)
    ON CONFLICT (consumer, minute) DO UPDATE SET taken = request_minutes.taken + excluded.taken
    RETURNING taken"""
_FORGET = "DELETE FROM request_minutes WHERE minute < ?"
KEPT = 2
"""Minutes, so that clocks need not agree to the second."""


class Wanted(NamedTuple):
    """A portion of the limit of a key in a minute of the clock (epoch minutes)."""

    consumer: int
    minute: int
    requests: int


def take(db: peewee.Database, portions: Sequence[Wanted]) -> list[int]:
    """All that has been taken so far, with each portion."""
    run(db, _FORGET, max(portion.minute for portion in portions) - KEPT)
    return [int(run(db, _TAKE, *portion).fetchone()[0]) for portion in portions]
