"""Statistics: sums of the counters that follow every change of a delivery's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar

import peewee

from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.states import Status
from notifyhub.store.rows import fetch, fetch_rows

HOUR_MS = 3_600_000

# What is being sent is counted as scheduled, and found in the rows: few at any time, those in the hands of a worker.
# One statement asks for both, because it sees them as of one moment. Between two of them deliveries would move.
_OF_MAILING = f"""
    SELECT channel, operator_code, status, reason, CAST(SUM(number) AS BIGINT) AS number
    FROM mailing_counts WHERE mailing_id = ? GROUP BY channel, operator_code, status, reason
    HAVING SUM(number) <> 0
    UNION ALL
    SELECT channel, COALESCE(operator_code, ''), status, '', COUNT(*) FROM deliveries
    WHERE status = '{Status.SENDING}' AND mailing_id = ? GROUP BY channel, COALESCE(operator_code, ''), status"""
_OF_MAILINGS = f"""
    SELECT c.mailing_id AS mailing_id, c.status AS status, CAST(SUM(c.number) AS BIGINT) AS number
    FROM {{rows}} AS r JOIN mailing_counts AS c ON c.mailing_id = r.id GROUP BY c.mailing_id, c.status
    UNION ALL
    SELECT mailing_id, status, COUNT(*) FROM deliveries WHERE status = '{Status.SENDING}' GROUP BY mailing_id, status"""
_OVERALL = f"""
    SELECT hour, channel, status, CAST(SUM(number) AS BIGINT) AS number
    FROM delivery_counts WHERE hour >= ? AND hour < ? GROUP BY hour, channel, status HAVING SUM(number) <> 0
    UNION ALL
    SELECT created_at / {HOUR_MS}, channel, status, COUNT(*) FROM deliveries
    WHERE status = '{Status.SENDING}' AND created_at / {HOUR_MS} >= ? AND created_at / {HOUR_MS} < ?
    GROUP BY created_at / {HOUR_MS}, channel, status"""
# Mailings are on no channel.
_EVERYTHING = f"""{_OVERALL}
    UNION ALL
    SELECT 0, '', status, COUNT(*) FROM mailings WHERE deleted_at IS NULL GROUP BY status"""


class MailingCell(NamedTuple):
    """Deliveries of a mailing with the same properties; no operator code or reason is the empty text."""

    channel: str
    operator_code: str
    status: str
    reason: str
    number: int


class HourCell(NamedTuple):
    """Deliveries accepted in an hour of the epoch, with the same properties."""

    hour: int
    channel: str
    status: str
    number: int


C = TypeVar("C", MailingCell, HourCell)


def of_mailing(id_: int) -> Callable[[peewee.Database], list[MailingCell]]:
    """Query: the deliveries of a mailing."""

    def ask(database: peewee.Database) -> list[MailingCell]:
        rows = fetch(database, _OF_MAILING, MailingCell._fields, id_, id_)
        return _apart([MailingCell._make(row) for row in rows])

    return ask


def overall(first_hour: int, end_hour: int) -> Callable[[peewee.Database], list[HourCell]]:
    """Query: all deliveries accepted from one hour of the epoch to another."""

    def ask(database: peewee.Database) -> list[HourCell]:
        edges = (first_hour, end_hour)
        return _apart([HourCell._make(row) for row in fetch(database, _OVERALL, HourCell._fields, *edges, *edges)])

    return ask


def everything(first_hour: int, end_hour: int) -> Callable[[peewee.Database], tuple[list[HourCell], dict[str, int]]]:
    """Query: `overall`, and the mailings that are not deleted by status; all statuses, even those with none."""

    def ask(database: peewee.Database) -> tuple[list[HourCell], dict[str, int]]:
        edges = (first_hour, end_hour)
        cells = [HourCell._make(row) for row in fetch(database, _EVERYTHING, HourCell._fields, *edges, *edges)]
        mailings = {cell.status: cell.number for cell in cells if not cell.channel}
        return _apart([cell for cell in cells if cell.channel]), {
            **dict.fromkeys(map(str, MailingStatus), 0),
            **mailings,
        }

    return ask


def by_status(database: peewee.Database, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The deliveries of each of these mailings by status; all statuses, even those with none."""
    found = {id_: dict.fromkeys(map(str, Status), 0) for id_ in ids}
    rows = fetch_rows(
        database, _OF_MAILINGS, ("mailing_id", "status", "number"), {"id": "BIGINT"}, [(id_,) for id_ in found]
    )
    for id_, status, number in rows:
        if id_ in found:
            found[id_][status] = number
    for counts in found.values():
        counts[Status.SENDING] = _told_apart(counts[Status.SENDING], counts[Status.SCHEDULED])
        counts[Status.SCHEDULED] -= counts[Status.SENDING]
    return found


def _apart(cells: list[C]) -> list[C]:
    """The cells, with those that are being sent taken out of those that are scheduled."""
    rest: dict[Any, C] = {cell._replace(number=0): cell for cell in cells}
    for place, cell in list(rest.items()):
        if cell.status == Status.SENDING:
            waits = place._replace(status=str(Status.SCHEDULED))
            waiting = rest.get(waits, waits)
            number = _told_apart(cell.number, waiting.number)
            rest |= {place: cell._replace(number=number), waits: waiting._replace(number=waiting.number - number)}
    return [cell for cell in rest.values() if cell.number]


def _told_apart(sending: int, waiting: int) -> int:
    """How many of those that are counted as scheduled are being sent: all, unless the counter has been falsified."""
    return max(0, min(sending, waiting))
