"""Pruning: deliveries that ended long ago are deleted, with their traces and the messages that have none left.

Their dedup keys stay, in `pruned_keys`, so the same content is still not sent again. The counters stay as they are: a
trigger counts what is deleted as pruned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import peewee

from notifyhub.domain.mailings import MailingStatus
from notifyhub.store import events, forgetting, retention
from notifyhub.store.forgetting import ID, MESSAGE_ID
from notifyhub.store.retention import Batch, Pass
from notifyhub.store.rows import Type, as_uuid, fetch, is_postgres, run, run_rows
from notifyhub.store.traces import OF_DELIVERY, OF_MESSAGE

Counts = Counter[str]
"""Rows by table."""

# An INSERT of deliveries reads this table: so it has ended, or begins after the keys have moved. Nobody waits for long.
_LOCK = ("SET LOCAL lock_timeout = '2s'", "LOCK TABLE pruned_keys IN ACCESS EXCLUSIVE MODE")
_KEEP_KEYS = """
    INSERT INTO pruned_keys (dedup_key, delivery_id, due_at, client_id)
    SELECT d.dedup_key, d.id, d.due_at, d.client_id FROM {rows} AS r JOIN deliveries AS d ON d.id = r.id
    WHERE d.dedup_key IS NOT NULL ON CONFLICT DO NOTHING"""
_DELETE = "DELETE FROM deliveries WHERE id IN (SELECT r.id FROM {rows} AS r) RETURNING message_id, position"
_PLACE: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT"}
_WORDINGS = """
    DELETE FROM wordings WHERE (message_id, position) IN (SELECT r.message_id, r.position FROM {rows} AS r)"""
_DEAD = ", ".join(f"'{status}'" for status in (MailingStatus.FINISHED, MailingStatus.CANCELLED, MailingStatus.EXPIRED))
# A mailing that may go on stores more deliveries of its message.
_MESSAGES = f"""
    DELETE FROM messages WHERE id IN (SELECT r.id FROM {{rows}} AS r)
    AND NOT EXISTS (SELECT 1 FROM deliveries AS d WHERE d.message_id = messages.id)
    AND (mailing_id = 0 OR EXISTS (
        SELECT 1 FROM mailings AS g WHERE g.id = messages.mailing_id AND g.status IN ({_DEAD})))
    RETURNING id"""
_LONELY = """
    SELECT m.id AS id, m.created_at AS created_at FROM messages AS m
    WHERE m.created_at >= ? AND m.created_at < ? AND m.accepted = 0 AND m.mailing_id = 0 {more}
    ORDER BY m.created_at, m.id LIMIT ?"""
_INBOUND = "DELETE FROM inbound_posts WHERE created_at < ?"


def prune(database: peewee.Database, batches: Sequence[Batch]) -> list[Counts]:
    """Delete the deliveries of these batches, as a writer's job."""
    for statement in _LOCK if is_postgres(database) else ():
        run(database, statement)
    return [_prune(database, batch) for batch in batches]


def forget(database: peewee.Database, batches: Sequence[Batch]) -> list[Counts]:
    """Empty what is personal in the deliveries of these batches, as a writer's job."""
    return [_forget(database, batch) for batch in batches]


def prune_messages(database: peewee.Database, batches: Sequence[Batch]) -> list[Counts]:
    """Delete messages that never had a delivery, as a writer's job."""
    return [_marked(database, batch, _delete_messages(database, batch.ready)) for batch in batches]


def forget_messages(database: peewee.Database, batches: Sequence[Batch]) -> list[Counts]:
    """Empty messages that never had a delivery, and delete what people wrote before then, as a writer's job."""
    return [_marked(database, batch, _forget_messages(database, batch)) for batch in batches]


def lonely(name: Pass, cutoff: int, now: int, limit: int) -> Callable[[peewee.Database], Batch]:
    """Query: the next messages that never had a delivery, because all their recipients were duplicates."""
    sql = _LONELY.format(more="AND m.text <> ''" if name is Pass.FORGET_MESSAGES else "")

    def ask(database: peewee.Database) -> Batch:
        rows = fetch(database, sql, ("id", "created_at"), retention.reached(database, name), cutoff, limit)
        is_last = len(rows) < limit
        return Batch(name, cutoff, now, [row[0] for row in rows], (), cutoff if is_last else rows[-1][1], is_last)

    return ask


def _prune(database: peewee.Database, batch: Batch) -> Counts:
    ids = retention.take(database, batch)
    rows = [(id_,) for id_ in ids]
    counts = Counter[str]()
    if rows:
        run_rows(database, _KEEP_KEYS, ID, rows)
        places = run_rows(database, _DELETE, ID, rows).fetchall()
        counts["deliveries"] = len(places)
        for trace in OF_DELIVERY:
            sql = f"DELETE FROM {trace.table} WHERE {trace.column} IN (SELECT r.id FROM {{rows}} AS r)"
            counts[trace.table] += run_rows(database, sql, ID, rows).rowcount
        own = [(as_uuid(message_id).hex, position) for message_id, position in places]
        counts["wordings"] += run_rows(database, _WORDINGS, _PLACE, own).rowcount
        counts += _delete_messages(database, {message_id for message_id, _ in own})
    retention.settle(database, batch, ids)
    return counts


def _forget(database: peewee.Database, batch: Batch) -> Counts:
    ids = retention.take(database, batch)
    counts = Counter[str]()
    if ids:
        counts += forgetting.forget_deliveries(database, ids)
        counts += forgetting.forget_messages(database, forgetting.homes_of(database, ids))
    retention.settle(database, batch, ids)
    return counts


def _forget_messages(database: peewee.Database, batch: Batch) -> Counts:
    counts = forgetting.forget_messages(database, batch.ready)
    counts["inbound_posts"] += run(database, _INBOUND, batch.cutoff).rowcount
    counts["events"] += events.forget_people(database, batch.cutoff)
    return counts


def _marked(database: peewee.Database, batch: Batch, counts: Counts) -> Counts:
    retention.mark(database, batch)
    return counts


def _delete_messages(database: peewee.Database, ids: Any) -> Counts:
    """Delete those of these messages that have no delivery, with their traces."""
    rows = [(as_uuid(id_).hex,) for id_ in ids]
    gone = [(as_uuid(id_).hex,) for (id_,) in run_rows(database, _MESSAGES, MESSAGE_ID, rows).fetchall()]
    counts = Counter({"messages": len(gone)})
    for trace in OF_MESSAGE if gone else ():
        sql = f"DELETE FROM {trace.table} WHERE {trace.column} IN (SELECT r.id FROM {{rows}} AS r)"
        counts[trace.table] += run_rows(database, sql, MESSAGE_ID, gone).rowcount
    return counts
