"""The statuses of many messages, in two statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import peewee

from notifyhub.domain.summary import summarise
from notifyhub.store.rows import as_uuid, fetch_rows

_OWN = """
    SELECT d.message_id AS id, d.status AS status, COUNT(*) AS count
    FROM {rows} AS r JOIN deliveries AS d ON d.message_id = r.id GROUP BY d.message_id, d.status"""
_HELD = """
    SELECT u.message_id AS id, d.status AS status, COUNT(*) AS count
    FROM {rows} AS r JOIN duplicates AS u ON u.message_id = r.id JOIN deliveries AS d ON d.id = u.duplicate_of
    GROUP BY u.message_id, d.status"""


def standings(ids: Sequence[UUID]) -> Callable[[peewee.Database], dict[UUID, str]]:
    """Query: the status of each of these messages; unknown ones are left out.

    A message that has only duplicates gets the status of the deliveries that it repeats.
    """

    def ask(database: peewee.Database) -> dict[UUID, str]:
        found = _summed(database, _OWN, ids)
        others = [id_ for id_ in ids if id_ not in found]
        return {**found, **_summed(database, _HELD, others)} if others else found

    return ask


def _summed(database: peewee.Database, statement: str, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = [(id_.hex,) for id_ in set(ids)]
    counts: dict[UUID, dict[str, int]] = {}
    for id_, status, count in fetch_rows(database, statement, ("id", "status", "count"), {"id": "UUID"}, rows):
        counts.setdefault(as_uuid(id_), {})[status] = count
    return {id_: summarise(by_status) for id_, by_status in counts.items()}
