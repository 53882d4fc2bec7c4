"""Forgetting: what is personal in deliveries and messages is emptied, what is counted stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import peewee

from notifyhub.store.rows import Type, as_uuid, run_rows
from notifyhub.store.traces import GONE, OF_DELIVERY, OF_MESSAGE, Trace

ID: dict[str, Type] = {"id": "BIGINT"}
MESSAGE_ID: dict[str, Type] = {"id": "UUID"}

_DELIVERIES = """
    UPDATE deliveries SET address = '' FROM {rows} AS r
    WHERE deliveries.id = r.id AND deliveries.address <> ''"""
_PLACES = """
    DELETE FROM wordings WHERE (message_id, position) IN (
        SELECT d.message_id, d.position FROM {rows} AS r JOIN deliveries AS d ON d.id = r.id)"""
_HOMES = "SELECT DISTINCT d.message_id FROM {rows} AS r JOIN deliveries AS d ON d.id = r.id"
# The text of a mailing is that of all its recipients; what it made of it for each is in `wordings`.
_MESSAGES = """
    UPDATE messages SET text = '', reference = NULL, metadata = NULL, options = NULL FROM {rows} AS r
    WHERE messages.id = r.id AND mailing_id = 0 AND NOT EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.message_id = messages.id AND d.address <> '') {more}
    RETURNING messages.id"""
_NOR_DUPLICATES = """AND NOT EXISTS (
        SELECT 1 FROM duplicates AS p WHERE p.message_id = messages.id AND p.address <> '')"""


def forget_deliveries(database: peewee.Database, ids: Sequence[int]) -> Counter[str]:
    """Empty deliveries and their traces. Returns the number of rows by table."""
    rows = [(id_,) for id_ in ids]
    counts = Counter({"wordings": run_rows(database, _PLACES, ID, rows).rowcount})
    counts["deliveries"] = run_rows(database, _DELIVERIES, ID, rows).rowcount
    for trace in OF_DELIVERY:
        counts[trace.table] += _empty(database, trace, ID, rows)
    return counts


def forget_messages(
    database: peewee.Database, ids: Iterable[Any], *, keep_for_duplicates: bool = False
) -> Counter[str]:
    """Empty those of these messages that have nobody's address any more. Returns the number of rows by table.

    ids                  as the database has them
    keep_for_duplicates  not those that somebody else was left out of, as a duplicate
    """
    rows = [(as_uuid(id_).hex,) for id_ in ids]
    sql = _MESSAGES.replace("{more}", _NOR_DUPLICATES if keep_for_duplicates else "")
    emptied = [(as_uuid(id_).hex,) for (id_,) in run_rows(database, sql, MESSAGE_ID, rows).fetchall()]
    counts = Counter({"messages": len(emptied)})
    for trace in OF_MESSAGE if emptied else ():
        counts[trace.table] += _empty(database, trace, MESSAGE_ID, emptied)
    return counts


def homes_of(database: peewee.Database, ids: Sequence[int]) -> list[Any]:
    """The messages of these deliveries."""
    return [row[0] for row in run_rows(database, _HOMES, ID, [(id_,) for id_ in ids]).fetchall()]


def _empty(database: peewee.Database, trace: Trace, key: dict[str, Type], rows: Sequence[Any]) -> int:
    if not trace.empty:
        return 0
    does = f"DELETE FROM {trace.table}" if trace.empty == GONE else f"UPDATE {trace.table} SET {trace.empty}"
    sql = f"{does} WHERE {trace.column} IN (SELECT r.id FROM {{rows}} AS r)"
    count: int = run_rows(database, sql, key, rows).rowcount
    return count
