"""Which types of events somebody wants. No other is written, so what nobody wants costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson
import peewee

from notifyhub.domain.events import TESTED, matching
from notifyhub.store.rows import run, run_rows

READERS = 0
"""In place of an endpoint's id."""
_OF = "SELECT type FROM event_wants WHERE wanter = ?"
_DROP = "DELETE FROM event_wants WHERE wanter = ?"
_ADD = """
    INSERT INTO event_wants (type, wanter) SELECT r.type, r.wanter FROM {rows} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_ANY = "SELECT type FROM event_wants"
_ENDPOINTS = "SELECT id, events FROM webhook_endpoints"


def learn(database: peewee.Database, patterns: Sequence[Sequence[str]]) -> list[None]:
    """Note what readers want, as a writer's job, and what endpoints do: a new release may know more types."""
    for readers in patterns:
        change(database, READERS, readers)
        for id_, events in run(database, _ENDPOINTS).fetchall():
            change(database, id_, orjson.loads(events))
    return [None] * len(patterns)


def change(database: peewee.Database, wanter: int, patterns: Iterable[str]) -> None:
    """From now on this wanter wants these, and nothing else."""
    # Nobody but the endpoint that is tested gets a test.
    types = {*matching(patterns)} - {TESTED}
    if of(database, wanter) == types:
        return
    drop(database, wanter)
    run_rows(database, _ADD, {"type": "TEXT", "wanter": "BIGINT"}, [(type_, wanter) for type_ in sorted(types)])


def drop(database: peewee.Database, wanter: int) -> None:
    """This wanter wants nothing more."""
    run(database, _DROP, wanter)


def of(database: peewee.Database, wanter: int) -> set[str]:
    """What this wanter wants."""
    return {type_ for (type_,) in run(database, _OF, wanter).fetchall()}


def wanted(database: peewee.Database) -> set[str]:
    """What anybody wants."""
    return {type_ for (type_,) in run(database, _ANY).fetchall()}
