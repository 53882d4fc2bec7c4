"""Leader election: one row and a lease, on PostgreSQL. The clock is the database's, so machines need not agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import peewee

from notifyhub.store.rows import run

_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
# One statement: of several candidates exactly one gets the row back, and nobody reads before it decides.
_CAMPAIGN = f"""
    INSERT INTO leaders (name, holder, rank, until) VALUES (?, ?, ?, {_NOW} + ?)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, rank = excluded.rank, until = excluded.until
    WHERE leaders.holder = excluded.holder OR leaders.until <= {_NOW} OR leaders.rank < excluded.rank
    RETURNING holder"""
_RESIGN = "DELETE FROM leaders WHERE name = ? AND holder = ?"


class Candidate(NamedTuple):
    """A process that would lead `name` for the next `lease_ms`; a higher `rank` takes the lead from a lower one."""

    name: str
    holder: str
    rank: int
    lease_ms: int


def campaign(db: peewee.Database, candidates: Sequence[Candidate]) -> list[bool]:
    """Who of the candidates leads from now on, or goes on leading?"""
    return [bool(run(db, _CAMPAIGN, *candidate).fetchall()) for candidate in candidates]


def resign(db: peewee.Database, candidates: Sequence[Candidate]) -> list[None]:
    """Somebody else may lead at once."""
    return [run(db, _RESIGN, candidate.name, candidate.holder) for candidate in candidates]
