"""Statuses of the messages of a list: counted if that is quick, otherwise only looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import peewee

from notifyhub.domain.addresses import FORMS
from notifyhub.domain.states import Status
from notifyhub.domain.summary import results, summarise
from notifyhub.store.rows import Type, as_uuid, fetch, fetch_rows, is_postgres

MOST_COUNTED = 50
"""Deliveries of a message in a list: a page of messages to thousands of people each would take seconds to count."""

_NAMES = ("id", "status", "number")
_LOOKED_FOR: dict[str, Type] = {"id": "UUID", "created_at": "BIGINT", "status": "TEXT", "channel": "TEXT"}
_COUNTS = """
    SELECT d.message_id AS id, d.status AS status, COUNT(*) AS number
    FROM {rows} AS r JOIN deliveries AS d ON d.message_id = r.id GROUP BY d.message_id, d.status"""
_KIND = f"""
    SELECT '{{status}}' AS status, '{{channel}}' AS channel WHERE (
        SELECT 1 FROM deliveries INDEXED
        WHERE status = '{{status}}' AND status <> '{Status.SENDING}' AND channel = '{{channel}}' LIMIT 1) IS NOT NULL"""
# A message and its deliveries have the same creation time, so the index of the lists finds them.
_PRESENT = f"""
    SELECT r.id AS id, r.status AS status, 1 AS number FROM {{rows}} AS r WHERE (
        SELECT 1 FROM deliveries AS d INDEXED
        WHERE d.status = r.status AND d.status <> '{Status.SENDING}' AND d.channel = r.channel
            AND d.created_at = r.created_at AND d.message_id = r.id LIMIT 1) IS NOT NULL"""
_SENDING = f"""
    SELECT d.message_id AS id, d.status AS status, COUNT(*) AS number
    FROM deliveries AS d INDEXED CROSS JOIN {{rows}} AS r
    WHERE d.status = '{Status.SENDING}' AND d.message_id = r.id GROUP BY d.message_id, d.status"""


class Summary(NamedTuple):
    """The status of a message, and its deliveries by status if they were counted."""

    status: str
    counts: dict[str, int] | None


def summaries(database: peewee.Database, rows: Sequence[Mapping[str, Any]]) -> dict[Any, Summary]:
    """The summary of each of these rows of messages, by the id in the row."""
    small = [row for row in rows if row["accepted"] <= MOST_COUNTED]
    large = [row for row in rows if row["accepted"] > MOST_COUNTED]
    counts = {id_: results(found) for id_, found in _counts(database, small).items()}
    present = _present(database, large) if large else {}
    counted = {row["id"]: Summary(summarise(counts.get(row["id"], {})), counts.get(row["id"], {})) for row in small}
    return counted | {row["id"]: Summary(summarise(present.get(row["id"], {})), None) for row in large}


def _counts(database: peewee.Database, rows: Sequence[Mapping[str, Any]]) -> dict[Any, dict[str, int]]:
    return _by_message(database, _COUNTS, {"id": "UUID"}, [_id(row) for row in rows])


def _present(database: peewee.Database, rows: Sequence[Mapping[str, Any]]) -> dict[Any, dict[str, int]]:
    """The states of the deliveries of each message, with meaningless numbers."""
    asked = product((status for status in Status if status is not Status.SENDING), FORMS)
    each = " UNION ALL ".join(_KIND.format(status=status, channel=channel) for status, channel in asked)
    kinds = fetch(database, each.replace("INDEXED", _by(database, "deliveries_status")), ("status", "channel"))
    looked_for = [(*_id(row), row["created_at"], status, channel) for row in rows for status, channel in kinds]
    found = _by_message(
        database, _PRESENT.replace("INDEXED", _by(database, "deliveries_status")), _LOOKED_FOR, looked_for
    )
    ids, sending = [_id(row) for row in rows], _SENDING.replace("INDEXED", _by(database, "deliveries_leased"))
    for id_, under_way in _by_message(database, sending, {"id": "UUID"}, ids).items():
        found.setdefault(id_, {}).update(under_way)
    return found


def _by(database: peewee.Database, index: str) -> str:
    return "" if is_postgres(database) else f"INDEXED BY {index}"


def _id(row: Mapping[str, Any]) -> tuple[str]:
    return (as_uuid(row["id"]).hex,)


def _by_message(
    database: peewee.Database, statement: str, columns: Mapping[str, Type], rows: Sequence[Sequence[Any]]
) -> dict[Any, dict[str, int]]:
    found: dict[Any, dict[str, int]] = {}
    for id_, status, number in fetch_rows(database, statement, _NAMES, columns, rows):
        found.setdefault(id_, {})[status] = number
    return found
