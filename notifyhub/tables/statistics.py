"""Statistics as a table: one number a row, so that a spreadsheet can sum and pivot them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from notifyhub.answers import MailingStatistics, Statistics

HEAD = ("group", "key", "status", "count")

Row = tuple[str, str, str, int]

_CLIENTS = ("matched", "unreachable", "opted_out")


def as_csv(counted: Statistics | MailingStatistics) -> str:
    """The CSV text of RFC 4180: a head and one row for each number, those that are zero included."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    writer.writerows(_overall(counted) if isinstance(counted, Statistics) else _of_mailing(counted))
    return text.getvalue()


def _overall(counted: Statistics) -> Iterator[Row]:
    yield from _by_status("mailings", "", counted.mailings)
    yield from _by_status("deliveries", "", counted.by_status)
    yield from _grouped("channel", counted.by_channel)
    for period in counted.periods or ():
        yield from _by_status("period", period.start.strftime("%Y-%m-%dT%H:%M:%SZ"), period.by_status)


def _of_mailing(counted: MailingStatistics) -> Iterator[Row]:
    yield from _by_status("deliveries", "", counted.by_status)
    yield from _grouped("channel", counted.by_channel)
    yield from _grouped("operator_code", counted.by_operator_code)
    yield from (("reason", reason, "", number) for reason, number in counted.by_reason.items())
    yield from (("clients", name, "", getattr(counted, name)) for name in _CLIENTS)
    yield ("duplicates", "", "", counted.duplicates)


def _grouped(group: str, counts: Mapping[str, Mapping[str, int]]) -> Iterator[Row]:
    for key, by_status in counts.items():
        yield from _by_status(group, key, by_status)


def _by_status(group: str, key: str, counts: Mapping[str, int]) -> Iterator[Row]:
    yield from ((group, key, status, number) for status, number in counts.items())
