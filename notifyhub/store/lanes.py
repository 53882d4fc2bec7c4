"""Lanes: what waits on a channel, by priority and mailing. What belongs to no mailing is a lane of its own.

A paused mailing is a lane that nobody claims from, so pausing a million deliveries changes one row.
"""

from __future__ import annotations

from typing import NamedTuple

import peewee

from notifyhub.domain.states import Status
from notifyhub.store.rows import fetch

ANY = -1
"""A moment that everything is due after."""


class Waiting(NamedTuple):
    """Deliveries of one priority and mailing (0: none), and the first time at which one of them is due (epoch ms)."""

    priority: int
    mailing_id: int
    due_at: int


_IN_LANE = f"d.status = '{Status.SCHEDULED}' AND d.channel = ? AND d.priority ="
# From one lane to the next by one search of the index each, however much waits in them.
_WAITING = f"""
    WITH RECURSIVE lanes (priority, mailing_id) AS (
        SELECT p.priority, (SELECT MIN(d.mailing_id) FROM deliveries AS d WHERE {_IN_LANE} p.priority)
        FROM (SELECT 0 AS priority UNION ALL SELECT 1 UNION ALL SELECT 2) AS p
        UNION ALL
        SELECT l.priority, (
            SELECT MIN(d.mailing_id) FROM deliveries AS d WHERE {_IN_LANE} l.priority AND d.mailing_id > l.mailing_id)
        FROM lanes AS l WHERE l.mailing_id IS NOT NULL)
    SELECT l.priority AS priority, l.mailing_id AS mailing_id, (
        SELECT MIN(d.due_at) FROM deliveries AS d
        WHERE {_IN_LANE} l.priority AND d.mailing_id = l.mailing_id AND d.due_at > ?) AS due_at
    FROM lanes AS l WHERE l.mailing_id = 0 OR l.mailing_id IN (
        SELECT m.id FROM mailings AS m WHERE m.id = l.mailing_id AND m.status IN ('running', 'finished'))"""


def waiting(database: peewee.Database, channel: str, after: int = ANY) -> list[Waiting]:
    """The lanes of a channel with something that may be sent and is due after `after` (epoch ms), urgent ones first.

    Mailings that are paused, or ended before everything was sent, are left out. A finished one may have deliveries
    that a person retries.
    """
    rows = fetch(database, _WAITING, Waiting._fields, channel, channel, channel, after)
    return sorted(Waiting(*row) for row in rows if row[2] is not None)
