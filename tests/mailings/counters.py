"""The counters, and the same counted from the rows."""

from __future__ import annotations

from typing import Any

from notifyhub.hub.core import Core

Counts = set[tuple[Any, ...]]

_STATUS = "CASE status WHEN 'sending' THEN 'scheduled' ELSE status END"
_REASON = "CASE WHEN status IN ('scheduled', 'sending') THEN '' ELSE COALESCE(reason, '') END"
_ROWS = (
    f"SELECT created_at / 3600000, channel, {_STATUS}, COUNT(*) FROM deliveries GROUP BY 1, 2, 3",
    f"""SELECT mailing_id, channel, COALESCE(operator_code, ''), {_STATUS}, {_REASON}, COUNT(*) FROM deliveries
        WHERE mailing_id <> 0 GROUP BY 1, 2, 3, 4, 5""",
)
_COUNTERS = (
    "SELECT hour, channel, status, SUM(number) FROM delivery_counts GROUP BY 1, 2, 3",
    """SELECT mailing_id, channel, operator_code, status, reason, SUM(number) FROM mailing_counts
        GROUP BY 1, 2, 3, 4, 5""",
)


def counters_of(hub: Core) -> list[Counts]:
    """The counters that are not zero."""
    return [_asked(hub, sql) for sql in _COUNTERS]


def rows_of(hub: Core) -> list[Counts]:
    """What the counters should be."""
    return [_asked(hub, sql) for sql in _ROWS]


def _asked(hub: Core, sql: str) -> Counts:
    return {tuple(row) for row in hub.ask(lambda database: database.execute_sql(sql).fetchall()).result() if row[-1]}
