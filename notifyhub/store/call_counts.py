"""Outcomes of recent calls, counted by minute: the health of a channel, without calling its messenger.

Each process writes its own rows, so that processes never wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import peewee

from notifyhub.domain.health import CallCount
from notifyhub.domain.states import Status
from notifyhub.store import lanes
from notifyhub.store.rows import Type, fetch, run, run_rows
from notifyhub.store.snapshots import at_one_moment

MINUTE_MS = 60_000
KEPT_MINUTES = 360
MOST_COUNTED = 1_000


class Counted(NamedTuple):
    """Calls of one process on one channel in one minute with the same outcome; `last_at` in epoch ms."""

    channel: str
    minute: int
    process: str
    outcome: str
    code: str
    calls: int
    last_at: int


class Waiting(NamedTuple):
    """The backlog of a channel: due now (counted up to MOST_COUNTED), and the next due time (epoch ms)."""

    due: int
    next_at: int | None


_COLUMNS: dict[str, Type] = {
    "channel": "TEXT",
    "minute": "BIGINT",
    "process": "TEXT",
    "outcome": "TEXT",
    "code": "TEXT",
    "calls": "BIGINT",
    "last_at": "BIGINT",
}
_ADD = f"""
    INSERT INTO pulses ({", ".join(_COLUMNS)}) SELECT {", ".join(_COLUMNS)} FROM {{rows}} AS r WHERE true
    ON CONFLICT (channel, minute, process, outcome, code)
    DO UPDATE SET calls = pulses.calls + excluded.calls, last_at = excluded.last_at"""
_FORGET = "DELETE FROM pulses WHERE channel = ? AND minute < ?"
_LATELY = """
    SELECT outcome, code, SUM(CASE WHEN minute >= ? THEN calls ELSE 0 END) AS lately, MAX(last_at) AS last_at
    FROM pulses WHERE channel = ? GROUP BY outcome, code"""
LEAST_PACE = 30
"""Messages in a minute from which a pace can be told."""
_PACE = """
    SELECT MAX(m.sent) FROM (
        SELECT SUM(calls) AS sent FROM pulses WHERE channel = ? AND minute >= ? AND outcome = 'sent'
        GROUP BY minute) AS m"""
_DUE = f"""
    SELECT COUNT(*) FROM (
        SELECT 1 FROM deliveries
        WHERE status = '{Status.SCHEDULED}' AND channel = ? AND sender = ? AND priority = ? AND lane = ?
            AND due_at <= ? LIMIT ?) AS due"""


def add(database: peewee.Database, batches: Sequence[Sequence[Counted]]) -> list[None]:
    """Count calls, and delete counts older than KEPT_MINUTES, as a writer's job."""
    for batch in batches:
        run_rows(database, _ADD, _COLUMNS, [tuple(counted) for counted in batch])
        for channel, newest in {counted.channel: counted.minute for counted in batch}.items():
            run(database, _FORGET, channel, newest - KEPT_MINUTES)
    return [None] * len(batches)


def lately(channel: str, since: int) -> Callable[[peewee.Database], list[CallCount]]:
    """Query: the outcomes of calls on a channel since the minute of `since` (epoch ms)."""
    names = ("outcome", "code", "lately", "last_at")

    def ask(database: peewee.Database) -> list[CallCount]:
        rows = fetch(database, _LATELY, names, since // MINUTE_MS, channel)
        return [CallCount(outcome, code, int(calls), last_at) for outcome, code, calls, last_at in rows]

    return ask


def pace(channel: str, since: int) -> Callable[[peewee.Database], float | None]:
    """Query: the most messages per second that a channel sent in any minute since `since` (epoch ms).

    None if it sent less than LEAST_PACE in all of them: that says how much there was to send, not how fast it goes.
    """

    def ask(database: peewee.Database) -> float | None:
        (most,) = run(database, _PACE, channel, since // MINUTE_MS).fetchone()
        return None if most is None or most < LEAST_PACE else int(most) / 60

    return ask


def waiting(channel: str, now: int) -> Callable[[peewee.Database], Waiting]:
    """Query: the backlog of a channel at `now` (epoch ms)."""

    @at_one_moment
    def ask(database: peewee.Database) -> Waiting:
        due = sum(
            run(database, _DUE, channel, lane.sender, lane.priority, lane.lane, now, MOST_COUNTED).fetchone()[0]
            for lane in lanes.waiting(database, channel)
            if lane.due_at <= now
        )
        later = [lane.due_at for lane in lanes.waiting(database, channel, now)]
        return Waiting(min(due, MOST_COUNTED), min(later, default=None))

    return ask
