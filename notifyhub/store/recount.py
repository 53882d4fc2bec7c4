"""The counters compared with the rows that they count, and with what is known of those that were pruned.

Counters and rows are read by one statement, so they are of one moment however much is sent meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import peewee

from notifyhub.domain.states import OPEN, Status
from notifyhub.store.rows import is_postgres, run
from notifyhub.store.statistics import HOUR_MS

MOST_SHOWN = 1_000


class Difference(NamedTuple):
    """A counter that differs from its rows: of an hour (of the epoch), or else of a mailing.

    No operator code or reason is the empty text. `stored` includes what was pruned.
    """

    hour: int | None
    mailing_id: int | None
    channel: str
    operator_code: str
    status: str
    reason: str
    counted: int
    stored: int


@dataclass(frozen=True, slots=True)
class Recount:
    """Numbers of counters compared, of the deliveries behind them and of counters that differ; the first of these.

    pruned  deliveries that are counted, but no longer stored
    """

    counters: int
    deliveries: int
    pruned: int
    differing: int
    differences: Sequence[Difference]


# What is being sent is counted with what is scheduled, and while it waits its reason changes with each attempt.
_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
_STATUS = f"CASE status WHEN '{Status.SENDING}' THEN '{Status.SCHEDULED}' ELSE status END"
_REASON = f"CASE WHEN status IN ({_OPEN}) THEN '' ELSE COALESCE(reason, '') END"
_HOUR_KEY = "hour, channel, status"
_HOURS = f"""
    FROM (
        SELECT {_HOUR_KEY}, number AS counted, 0 AS stored, 0 AS pruned FROM delivery_counts
        UNION ALL
        SELECT created_at / {HOUR_MS}, channel, {_STATUS}, 0, COUNT(*), 0 FROM deliveries GROUP BY 1, 2, 3
        UNION ALL
        SELECT {_HOUR_KEY}, 0, number, number FROM pruned_counts
    ) AS c GROUP BY {_HOUR_KEY}"""
_MAILING_KEY = "mailing_id, channel, operator_code, status, reason"
_MAILINGS = f"""
    FROM (
        SELECT {_MAILING_KEY}, number AS counted, 0 AS stored, 0 AS pruned FROM mailing_counts
        UNION ALL
        SELECT mailing_id, channel, COALESCE(operator_code, ''), {_STATUS}, {_REASON}, 0, COUNT(*), 0 FROM deliveries
        WHERE mailing_id <> 0 GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT {_MAILING_KEY}, 0, number, number FROM pruned_mailing_counts
    ) AS c GROUP BY {_MAILING_KEY}"""
_SUMS = "CAST(SUM(counted) AS BIGINT), CAST(SUM(stored) AS BIGINT)"
_PRUNED = "CAST(SUM(pruned) AS BIGINT)"
_ANY = "HAVING SUM(counted) <> 0 OR SUM(stored) <> 0"
_ASK_HOURS = f"SELECT {_HOUR_KEY}, {_SUMS}, {_PRUNED} {_HOURS} {_ANY} ORDER BY {_HOUR_KEY}"
_ASK_MAILINGS = f"SELECT {_MAILING_KEY}, {_SUMS} {_MAILINGS} {_ANY} ORDER BY {_MAILING_KEY}"
_REPAIR = """
    INSERT INTO {table} AS t ({key}, shard, number)
    SELECT {key}, 0, CAST(SUM(stored) - SUM(counted) AS BIGINT) {cells} HAVING SUM(stored) <> SUM(counted)
    ON CONFLICT ({key}, shard) DO UPDATE SET number = t.number + excluded.number"""
_REPAIRS = (
    _REPAIR.format(table="delivery_counts", key=_HOUR_KEY, cells=_HOURS),
    _REPAIR.format(table="mailing_counts", key=_MAILING_KEY, cells=_MAILINGS),
)
# Whoever is changing deliveries is waited for, and nobody changes any until the commit.
_LOCK = "LOCK TABLE deliveries IN SHARE ROW EXCLUSIVE MODE"


def compared(database: peewee.Database) -> Recount:
    """Query: all counters, compared with the rows. It reads every delivery."""
    rows = run(database, _ASK_HOURS).fetchall()
    hours = [
        Difference(hour, None, channel, "", status, "", counted, stored)
        for hour, channel, status, counted, stored, _ in rows
    ]
    mailings = [Difference(None, *row) for row in run(database, _ASK_MAILINGS).fetchall()]
    wrong = [cell for cell in (*hours, *mailings) if cell.counted != cell.stored]
    pruned = sum(row[-1] for row in rows)
    deliveries = sum(cell.stored for cell in hours) - pruned
    return Recount(len(hours) + len(mailings), deliveries, pruned, len(wrong), wrong[:MOST_SHOWN])


def repair(database: peewee.Database, wanted: Sequence[None]) -> list[Recount]:
    """Make the counters equal the rows, as a writer's job. Returns what differed.

    Nothing else is written until it is done.
    """
    if is_postgres(database):
        run(database, _LOCK)
    found = compared(database)
    for statement in _REPAIRS if found.differing else ():
        run(database, statement)
    # The first has repaired it for all who asked.
    return [found] * len(wanted)
