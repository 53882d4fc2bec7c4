"""SQL of the lists of deliveries and messages: which rows, in which order.

Each uses one index, whatever the filters: a list of all deliveries on two channels in three states is merged from six
index scans, each read only as far as the page needs. Rare and common matches cost the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import peewee

from notifyhub.domain.addresses import FORMS
from notifyhub.domain.orders import Order
from notifyhub.domain.states import Status
from notifyhub.requests import Filters
from notifyhub.store.mailing_lists import mailing_conditions
from notifyhub.store.rows import fetch, is_postgres, run

Condition = tuple[str, list[Any]]
Row = dict[str, Any]
_INDEXES = {"client_id": "deliveries_client", "operator_code": "deliveries_operator"}
_ARRIVED = frozenset({Status.SENT, Status.DELIVERED, Status.READ})
_WITH_REASON = [status for status in Status if status not in _ARRIVED]


def delivery_rows(
    database: peewee.Database, columns: Sequence[str], filters: Filters, before: tuple[int, int] | None, limit: int
) -> list[Row]:
    """These columns of the matching deliveries."""
    sql, values = _deliveries(database, columns, filters, before, limit)
    order = (
        "m.created_at {order}, d.id {order}"
        if filters.reference is not None
        else "{of}created_at {order}, {of}id {order}"
    )
    of = "d." if filters.client_id is not None else ""
    order = order.format(order=filters.order.sql, of=of)
    return _fetch(database, f"{sql} ORDER BY {order} LIMIT ?", columns, *values, limit)


def counted(database: peewee.Database, columns: Sequence[str], filters: Filters, count: str) -> Sequence[int]:
    """The one row of `count`, a SELECT in which `{of}` is replaced by these columns of all matching deliveries."""
    sql, values = _deliveries(database, columns, filters, None, 0)
    row: Sequence[int] = run(database, count.replace("{of}", sql), *values).fetchone()
    return row


def _deliveries(
    database: peewee.Database, columns: Sequence[str], filters: Filters, before: tuple[int, int] | None, limit: int
) -> Condition:
    """The matching deliveries, in no order; `limit` as in `_merged`."""
    if filters.reference is not None:
        return _of_reference(database, columns, filters, before)
    if filters.client_id is not None:
        return _known_by(database, columns, filters, before, "client_id")
    if _is_by_operator(filters):
        return _known_by(database, columns, filters, before, "operator_code")
    within, edges = _within(filters, before)
    fits, given = mailing_conditions(filters)
    return _merged(database, columns, filters, (f"{within} {fits}", [*edges, *given]), limit)


def message_rows(
    database: peewee.Database, columns: Sequence[str], filters: Filters, before: tuple[int, Any] | None, limit: int
) -> list[Row]:
    """These columns of the messages that match, or have a matching delivery; the id in `before` as the store has it."""
    if filters.of_deliveries and filters.reference is None and not filters.of_mailings:
        sql, values = _through_deliveries(database, columns, filters, before, limit)
    else:
        sql, values = _straight(database, columns, filters, before)
    order = f"ORDER BY m.created_at {filters.order.sql}, m.id {filters.order.sql} LIMIT ?"
    return _fetch(database, f"{sql} {order}", columns, *values, limit)


def _fetch(database: peewee.Database, sql: str, columns: Sequence[str], *values: Any) -> list[Row]:
    return [dict(zip(columns, row, strict=True)) for row in fetch(database, sql, columns, *values)]


def _within(
    filters: Filters, before: tuple[int, Any] | None, created_at: str = "created_at", id_: str = "id"
) -> Condition:
    """Created in the given time, and after the last one seen in the order of the list."""
    parts: list[str] = []
    values: list[Any] = []
    for sign, edge in ((">=", filters.created_from), ("<", filters.created_to)):
        if edge is not None:
            parts.append(f"AND {created_at} {sign} ?")
            values.append(edge)
    if before is not None:
        # The first half is redundant, but lets SQLite use an index.
        beyond = filters.order.beyond
        parts.append(f"AND {created_at} {beyond}= ? AND ({created_at}, {id_}) {beyond} (?, ?)")
        values += [before[0], *before]
    return " ".join(parts), values


def _merged(
    database: peewee.Database, columns: Sequence[str], filters: Filters, within: Condition, limit: int | None = None
) -> Condition:
    """One SELECT from several, one for each state and address, each an index scan for its first `limit` rows."""
    # SQLite reads no more of each than needed; PostgreSQL needs a LIMIT.
    runs = list(product(_statuses(filters), filters.places or [(channel, None) for channel in FORMS]))
    told = limit and len(runs) > 1 and is_postgres(database)
    first = f"ORDER BY created_at {filters.order.sql}, id {filters.order.sql} LIMIT {limit}" if told else ""
    parts: list[str] = []
    values: list[Any] = []
    for status, (channel, address) in runs:
        where, given = _fitting(status, channel, address)
        index = _indexed_by(database, status, address)
        part = f"SELECT {', '.join(columns)} FROM deliveries {index} WHERE {where} {within[0]}"
        parts.append(f"({part} {first})" if first else part)
        values += [*given, *within[1]]
    return " UNION ALL ".join(parts), values


def _statuses(filters: Filters) -> Sequence[Status | None]:
    """The states to look at, each by itself; None: all of them at once."""
    # What has arrived has no reason, and is most of a store.
    return filters.statuses or ((None,) if filters.reason is None else _WITH_REASON)


def _fitting(status: Status | None, channel: str, address: str | None) -> Condition:
    where = f"channel = '{channel}'"
    if status is Status.SENDING:
        where += f" AND status = '{status}'"
    elif status is not None:
        # SQLite does not see by itself that the partial index contains them.
        where += f" AND status = '{status}' AND status <> '{Status.SENDING}'"
    return (where, []) if address is None else (f"{where} AND address = ?", [address])


def _indexed_by(database: peewee.Database, status: Status | None, address: str | None) -> str:
    """SQLite without statistics guesses; PostgreSQL has statistics and no such syntax."""
    if is_postgres(database):
        return ""
    if address is not None:
        return "INDEXED BY deliveries_address"
    if status is Status.SENDING:
        return "INDEXED BY deliveries_leased"
    return "INDEXED BY deliveries_listed" if status is None else "INDEXED BY deliveries_status"


def _of_reference(
    database: peewee.Database, names: Sequence[str], filters: Filters, before: tuple[int, int] | None
) -> Condition:
    """Through the messages with this reference: usually there are few."""
    fits, given = _any_delivery(filters)
    columns = ", ".join(f"d.{name}" for name in names)
    within, edges = _within(filters, before, "m.created_at", "d.id")
    messages, deliveries = (
        ("", "")
        if is_postgres(database)
        else (
            "INDEXED BY messages_reference",
            "INDEXED BY deliveries_message",
        )
    )
    sql = f"""
        SELECT {columns} FROM messages AS m {messages} CROSS JOIN deliveries AS d {deliveries}
        WHERE m.reference = ? AND d.message_id = m.id {fits} {within}"""
    return sql, [filters.reference, *given, *edges]


def _known_by(
    database: peewee.Database, names: Sequence[str], filters: Filters, before: tuple[int, int] | None, member: str
) -> Condition:
    """Through what was sent to one client, or to clients with one operator code: the index of that member."""
    fits, given = _any_delivery(filters)
    columns = ", ".join(f"d.{name} AS {name}" for name in names)
    within, edges = _within(filters, before, "d.created_at", "d.id")
    index = "" if is_postgres(database) else f"INDEXED BY {_INDEXES[member]}"
    sql = f"SELECT {columns} FROM deliveries AS d {index} WHERE d.{member} IS NOT NULL {fits} {within}"
    return sql, [*given, *edges]


def _is_by_operator(filters: Filters) -> bool:
    """Not among what happens rarely, which the index of states finds sooner."""
    return filters.operator_code is not None and not _ARRIVED.isdisjoint(filters.statuses or _ARRIVED)


def _any_delivery(filters: Filters) -> Condition:
    """The condition that a delivery `d` matches, for queries that reach it through its message."""
    parts: list[str] = []
    values: list[Any] = []
    if filters.statuses:
        parts.append(f"AND d.status IN ({', '.join('?' for _ in filters.statuses)})")
        values += filters.statuses
    if filters.places:
        either = " OR ".join(
            "d.channel = ?" if a is None else "d.channel = ? AND d.address = ?" for _, a in filters.places
        )
        parts.append(f"AND ({either})")
        values += [value for place in filters.places for value in place if value is not None]
    fits, given = mailing_conditions(filters, "d.")
    return " ".join([*parts, fits]).strip(), [*values, *given]


def _straight(
    database: peewee.Database, names: Sequence[str], filters: Filters, before: tuple[int, Any] | None
) -> Condition:
    within, edges = _within(filters, before, "m.created_at", "m.id")
    # With EXISTS, PostgreSQL would read all deliveries once instead of a hundred lookups.
    few = (filters.client_id, filters.reason, filters.operator_code)
    if filters.reference is None and any(value is not None for value in few):
        # Through the deliveries, because a mailing has a message of a million of them.
        whenever = replace(filters, created_from=None, created_to=None)
        matching, given = _deliveries(database, ("message_id",), whenever, None, 0)
        exists = f"AND m.id IN ({matching})"
    else:
        fits, given = _any_delivery(filters)
        exists = (
            f"AND (SELECT 1 FROM deliveries AS d WHERE d.message_id = m.id {fits} LIMIT 1) IS NOT NULL" if fits else ""
        )
    named = "" if filters.reference is None else "AND m.reference = ?"
    named += "" if filters.mailing_id is None else " AND m.mailing_id = ? AND m.mailing_id <> 0"
    reference = [value for value in (filters.reference, filters.mailing_id) if value is not None]
    columns = ", ".join(f"m.{name}" for name in names)
    return f"SELECT {columns} FROM messages AS m WHERE true {named} {within} {exists}", [*reference, *edges, *given]


def _through_deliveries(
    database: peewee.Database, names: Sequence[str], filters: Filters, before: tuple[int, Any] | None, limit: int
) -> Condition:
    """From the creation time of one matching delivery to the next in the order of the list, each by one index lookup.

    Reading all deliveries would take as long as the largest message has deliveries. Each time gives at least one
    message, so `limit` times fill the page.
    """
    edge = "MIN" if filters.order is Order.OLDEST else "MAX"
    moment = [f"{edge}(created_at) AS moment"]
    edges_only, values = _within(filters, None)
    seen = (
        (f"{edges_only} AND created_at {filters.order.beyond}= ?", [*values, before[0]])
        if before
        else (edges_only, values)
    )
    first, first_values = _merged(database, moment, filters, seen)
    following, following_values = _merged(
        database, moment, filters, (f"{edges_only} AND created_at {filters.order.beyond} moments.moment", values)
    )
    same: Condition = ("AND created_at = m.created_at AND message_id = m.id", [])
    there, there_values = _merged(database, ["message_id"], filters, same)
    columns = ", ".join(f"m.{name}" for name in names)
    within, edges = _within(filters, before, "m.created_at", "m.id")
    sql = f"""
        WITH RECURSIVE moments (moment, number) AS (
            SELECT (SELECT {edge}(moment) FROM ({first}) AS a), 1
            UNION ALL
            SELECT (SELECT {edge}(moment) FROM ({following}) AS b), number + 1
            FROM moments WHERE number <= ? AND moment IS NOT NULL)
        SELECT {columns} FROM moments CROSS JOIN messages AS m
        WHERE m.created_at = moments.moment AND (SELECT 1 FROM ({there}) AS c LIMIT 1) IS NOT NULL {within}"""
    return sql, [*first_values, *following_values, limit, *there_values, *edges]
