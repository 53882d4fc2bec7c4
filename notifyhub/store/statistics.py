"""Statistics: sums of the counters that follow every change of a delivery's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import peewee

from notifyhub.domain.mailings import MailingStatus
from notifyhub.domain.states import Status
from notifyhub.store.rows import fetch, fetch_rows, run

HOUR_MS = 3_600_000

_OF_MAILING = """
    SELECT channel, operator_code, status, reason, CAST(SUM(number) AS BIGINT) AS number
    FROM mailing_counts WHERE mailing_id = ? GROUP BY channel, operator_code, status, reason
    HAVING SUM(number) <> 0"""
_OF_MAILINGS = """
    SELECT c.mailing_id AS mailing_id, c.status AS status, CAST(SUM(c.number) AS BIGINT) AS number
    FROM {rows} AS r JOIN mailing_counts AS c ON c.mailing_id = r.id GROUP BY c.mailing_id, c.status"""
# Few at any time: those that are in the hands of a worker.
_SENDING = f"""
    SELECT mailing_id, channel, COALESCE(operator_code, '') AS operator_code, created_at / {HOUR_MS} AS hour,
        COUNT(*) AS number
    FROM deliveries WHERE status = '{Status.SENDING}'
    GROUP BY mailing_id, channel, COALESCE(operator_code, ''), created_at / {HOUR_MS}"""
_OVERALL = """
    SELECT hour, channel, status, CAST(SUM(number) AS BIGINT) AS number
    FROM delivery_counts WHERE hour >= ? AND hour < ? GROUP BY hour, channel, status HAVING SUM(number) <> 0"""


_MAILINGS = "SELECT status, COUNT(*) FROM mailings WHERE deleted_at IS NULL GROUP BY status"


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


class _Sending(NamedTuple):
    mailing_id: int
    channel: str
    operator_code: str
    hour: int
    number: int


def of_mailing(id_: int) -> Callable[[peewee.Database], list[MailingCell]]:
    """Query: the deliveries of a mailing."""

    def ask(database: peewee.Database) -> list[MailingCell]:
        cells = [MailingCell._make(row) for row in fetch(database, _OF_MAILING, MailingCell._fields, id_)]
        sending = [one for one in _sending(database) if one.mailing_id == id_]
        moved = [MailingCell(one.channel, one.operator_code, Status.SENDING, "", one.number) for one in sending]
        return _apart(cells, moved)

    return ask


def overall(first_hour: int, end_hour: int) -> Callable[[peewee.Database], list[HourCell]]:
    """Query: all deliveries accepted from one hour of the epoch to another."""

    def ask(database: peewee.Database) -> list[HourCell]:
        cells = [HourCell._make(row) for row in fetch(database, _OVERALL, HourCell._fields, first_hour, end_hour)]
        sending = [one for one in _sending(database) if first_hour <= one.hour < end_hour]
        summed: dict[tuple[int, str], int] = {}
        for one in sending:
            summed[one.hour, one.channel] = summed.get((one.hour, one.channel), 0) + one.number
        moved = [HourCell(hour, channel, Status.SENDING, number) for (hour, channel), number in summed.items()]
        return _apart(cells, moved)

    return ask


def mailings(database: peewee.Database) -> dict[str, int]:
    """Query: the mailings that are not deleted by status; all statuses, even those with none."""
    return {**dict.fromkeys(map(str, MailingStatus), 0), **dict(run(database, _MAILINGS).fetchall())}


def by_status(database: peewee.Database, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """The deliveries of each of these mailings by status; all statuses, even those with none."""
    found = {id_: dict.fromkeys(map(str, Status), 0) for id_ in ids}
    rows = fetch_rows(
        database, _OF_MAILINGS, ("mailing_id", "status", "number"), {"id": "BIGINT"}, [(id_,) for id_ in found]
    )
    for id_, status, number in rows:
        found[id_][status] = number
    for one in _sending(database):
        if one.mailing_id in found:
            counts = found[one.mailing_id]
            # Counted a moment later, so there may be more of them than were waiting.
            moved = min(one.number, counts[Status.SCHEDULED])
            counts[Status.SENDING] += moved
            counts[Status.SCHEDULED] -= moved
    return found


def _sending(database: peewee.Database) -> list[_Sending]:
    return [_Sending._make(row) for row in fetch(database, _SENDING, _Sending._fields)]


def _apart(cells: list[Any], moved: list[Any]) -> list[Any]:
    """The cells, with those that are being sent taken out of those that are scheduled."""
    rest: dict[Any, Any] = {cell._replace(number=0): cell for cell in cells}
    found: list[Any] = []
    for cell in moved:
        waiting = rest.get(cell._replace(status=Status.SCHEDULED, number=0))
        # Counted a moment later, so there may be more of them than were waiting.
        number = min(cell.number, waiting.number if waiting else 0)
        if waiting and number:
            rest[waiting._replace(number=0)] = waiting._replace(number=waiting.number - number)
            found.append(cell._replace(number=number))
    return [cell for cell in rest.values() if cell.number] + found
