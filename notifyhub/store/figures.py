"""What the store knows of the load: what waits, since when, and who rests. Each part is a search of an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import peewee

from notifyhub.domain.states import Status
from notifyhub.store import lanes, sender_paces, senders
from notifyhub.store.call_counts import MINUTE_MS
from notifyhub.store.rows import fetch, run
from notifyhub.store.sender_paces import Paces
from notifyhub.store.senders import Standing
from notifyhub.store.snapshots import at_one_moment
from notifyhub.store.statistics import HOUR_MS

MOST_COUNTED = 100_000
"""Deliveries of a channel and status that are counted one by one."""
HOURS = 7 * 24
"""Of more than those, the counters of deliveries accepted in so many hours are added up."""

# The second condition follows from the first, but SQLite does not see that, and would not use the index with it.
_SOME = f"""
    SELECT COUNT(*) FROM (
        SELECT 1 FROM deliveries
        WHERE status = ? AND status <> '{Status.SENDING}' AND channel = ? LIMIT ?) AS counted"""
# By what is no column: SQLite would read all deliveries by an index on channels, only to have them sorted.
_SENDING = f"""
    SELECT channel || '' AS channel, COUNT(*) AS number FROM deliveries WHERE status = '{Status.SENDING}'
    GROUP BY channel || ''"""
_LATELY = """
    SELECT CAST(COALESCE(SUM(number), 0) AS BIGINT) FROM delivery_counts
    WHERE hour >= ? AND status = ? AND channel = ?"""
_INBOUND = "SELECT MIN(created_at) FROM inbound_posts"
_FAILING = "SELECT MIN(failing_since) FROM webhook_endpoints WHERE enabled = 1"
_ACCEPTED = """
    SELECT channel, CAST(SUM(number) AS BIGINT) AS number FROM delivery_counts WHERE hour >= ? GROUP BY channel"""
_CALLS = """
    SELECT channel, outcome, CAST(SUM(calls) AS BIGINT) AS calls FROM pulses WHERE minute >= ?
    GROUP BY channel, outcome"""
_PROCESSES = "SELECT COUNT(DISTINCT process) FROM pulses WHERE minute >= ?"


@dataclass(frozen=True, slots=True)
class Load:
    """At one moment, `at`; moments are epoch ms.

    open           deliveries that have not ended, by channel and status
    due_since      since when the one that is due longest has been due, by channel; absent: none is
    inbound_since  since when the oldest post to the operator's URL has been waiting; None: none waits
    failing_since  since when the webhook endpoint that fails longest has been failing; None: none does
    """

    at: int
    open: Mapping[tuple[str, str], int]
    due_since: Mapping[str, int]
    standings: Sequence[Standing]
    paces: Paces
    inbound_since: int | None
    failing_since: int | None


def load(channels: Sequence[str], now: int) -> Callable[[peewee.Database], Load]:
    """Query: the load of these channels at `now` (epoch ms)."""

    @at_one_moment
    def ask(database: peewee.Database) -> Load:
        due = {channel: [lane.due_at for lane in lanes.waiting(database, channel)] for channel in channels}
        oldest = {channel: min(moments) for channel, moments in due.items() if moments}
        return Load(
            at=now,
            open=_open(database, channels, now),
            due_since={channel: moment for channel, moment in oldest.items() if moment <= now},
            standings=senders.every(database),
            paces=sender_paces.paces(database),
            inbound_since=run(database, _INBOUND).fetchone()[0],
            failing_since=run(database, _FAILING).fetchone()[0],
        )

    return ask


def _open(database: peewee.Database, channels: Sequence[str], now: int) -> dict[tuple[str, str], int]:
    sending = dict(map(tuple, fetch(database, _SENDING, ("channel", "number"))))
    found = {(channel, str(Status.SENDING)): int(sending.get(channel, 0)) for channel in channels}
    for channel in channels:
        for status in (Status.SCHEDULED, Status.UNCONFIRMED):
            found[channel, str(status)] = _number(database, channel, status, now)
    return found


def _number(database: peewee.Database, channel: str, status: Status, now: int) -> int:
    (number,) = run(database, _SOME, str(status), channel, MOST_COUNTED).fetchone()
    if number < MOST_COUNTED:
        return int(number)
    (lately,) = run(database, _LATELY, now // HOUR_MS - HOURS, str(status), channel).fetchone()
    return max(int(number), int(lately))


@dataclass(frozen=True, slots=True)
class Done:
    """What was done since some moment.

    accepted   deliveries, by channel
    calls      by channel and outcome
    processes  that called a messenger lately
    """

    accepted: Mapping[str, int]
    calls: Mapping[tuple[str, str], int]
    processes: int


def done(since: int, now: int) -> Callable[[peewee.Database], Done]:
    """Query: what was accepted since the hour of `since`, and called since its minute (epoch ms)."""

    @at_one_moment
    def ask(database: peewee.Database) -> Done:
        accepted = fetch(database, _ACCEPTED, ("channel", "number"), since // HOUR_MS)
        calls = fetch(database, _CALLS, ("channel", "outcome", "calls"), since // MINUTE_MS)
        (processes,) = run(database, _PROCESSES, now // MINUTE_MS - 1).fetchone()
        return Done(
            {channel: int(number) for channel, number in accepted},
            {(channel, outcome): int(number) for channel, outcome, number in calls},
            int(processes),
        )

    return ask
