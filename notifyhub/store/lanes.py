"""Lanes: what waits on a channel, by sender account, priority, and mailing or API key.

Lanes of one priority take turns, so a large one does not hold a small one up. A paused mailing is a lane that nobody
claims from, so pausing a million deliveries changes one row.
"""

from __future__ import annotations

from typing import NamedTuple

import peewee

from notifyhub.domain.pacing import PACED
from notifyhub.domain.states import Status
from notifyhub.store.rows import fetch

ANY = -1
"""A moment that everything is due after."""


class Waiting(NamedTuple):
    """Deliveries that wait together.

    lane      the mailing; less than 0: what an API key sent, by its id; 0: the rest
    due_at    the first time at which one of them is due (epoch ms)
    rate      the limit of the mailing, in words
    paced_at  the first time at which one of those that were put off is due; None: none was
    """

    sender: str
    priority: int
    lane: int
    due_at: int
    rate: str | None
    paced_at: int | None = None

    @property
    def mailing_id(self) -> int:
        """0: none."""
        return max(self.lane, 0)


def lane_of_key(consumer: int) -> int:
    """The lane of what an API key sends; 0 without a key."""
    return -consumer


_OF = f"d.status = '{Status.SCHEDULED}' AND d.channel = ?"
_IN = f"{_OF} AND d.sender = {{0}}.sender AND d.priority = {{0}}.priority"
# From one lane to the next by one search of the index each, however much waits in them.
_WAITING = f"""
    WITH RECURSIVE senders (sender) AS (
        SELECT (SELECT MIN(d.sender) FROM deliveries AS d WHERE {_OF})
        UNION ALL
        SELECT (SELECT MIN(d.sender) FROM deliveries AS d WHERE {_OF} AND d.sender > s.sender)
        FROM senders AS s WHERE s.sender IS NOT NULL),
    groups (sender, priority) AS (
        SELECT s.sender, p.priority FROM senders AS s
        CROSS JOIN (SELECT 0 AS priority UNION ALL SELECT 1 UNION ALL SELECT 2) AS p WHERE s.sender IS NOT NULL),
    lanes (sender, priority, lane) AS (
        SELECT g.sender, g.priority, (SELECT MIN(d.lane) FROM deliveries AS d WHERE {_IN.format("g")}) FROM groups AS g
        UNION ALL
        SELECT l.sender, l.priority, (
            SELECT MIN(d.lane) FROM deliveries AS d WHERE {_IN.format("l")} AND d.lane > l.lane)
        FROM lanes AS l WHERE l.lane IS NOT NULL)
    SELECT l.sender AS sender, l.priority AS priority, l.lane AS lane, (
        SELECT MIN(d.due_at) FROM deliveries AS d
        WHERE {_IN.format("l")} AND d.lane = l.lane AND d.due_at > ?) AS due_at, m.rate AS rate, (
        SELECT MIN(d.due_at) FROM deliveries AS d
        WHERE {_IN.format("l")} AND d.lane = l.lane AND d.reason = '{PACED}') AS paced_at
    FROM lanes AS l LEFT JOIN mailings AS m ON m.id = l.lane AND l.lane > 0
    WHERE l.lane <= 0 OR m.status IN ('running', 'finished')"""
_BEFORE, _, _AFTER = _WAITING.partition("d.due_at > ?")
_CHANNELS = (_BEFORE.count("d.channel = ?"), _AFTER.count("d.channel = ?"))


def waiting(database: peewee.Database, channel: str, after: int = ANY) -> list[Waiting]:
    """The lanes of a channel with something that may be sent and is due after `after` (epoch ms), urgent ones first.

    Mailings that are paused, or ended before everything was sent, are left out. A finished one may have deliveries
    that a person retries.
    """
    before, behind = _CHANNELS
    rows = fetch(database, _WAITING, Waiting._fields, *(channel,) * before, after, *(channel,) * behind)
    found = [Waiting(*row) for row in rows if row[3] is not None]
    return sorted(found, key=lambda lane: (lane.priority, lane.sender, lane.lane))
