"""Receipts: the messengers' later reports. Each state change is a conditional UPDATE and a writer's job.

A receipt may be late, repeated, out of order or about an unknown message: an illegal state change has no effect. One
that arrives before the outcome of its attempt is recorded is kept and applied by a sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.reachability import KEPT_MS, is_lasting, sender_in
from notifyhub.domain.receipt import Receipt
from notifyhub.domain.states import Status
from notifyhub.metrics.definitions import RECEIPTS
from notifyhub.store import chain_steps, confirmations, noting, reachability
from notifyhub.store.reachability import Unreachable
from notifyhub.store.rows import Type, fetch_rows, run, run_rows

EARLY_KEPT_MS = 600_000
"""Longer than any outcome takes to be recorded; what nobody knows by then is not ours."""


class Arrived(NamedTuple):
    """Receipts that arrived at `now` (epoch ms); who cannot be reached counts as such for `unreachable_kept_ms`."""

    receipts: Sequence[Receipt]
    now: int
    unreachable_kept_ms: int = KEPT_MS


_RECEIPT: dict[str, Type] = {
    "channel": "TEXT",
    "messenger_id": "TEXT",
    "address": "TEXT",
    "kind": "TEXT",
    "at": "BIGINT",
    "reason": "TEXT",
    "code": "TEXT",
    "detail": "TEXT",
    "message_id": "TEXT",
    "delivery_id": "BIGINT",
}
_REFERRING: dict[str, Type] = {**_RECEIPT, "message_id": "UUID"}
_NUMBERED: dict[str, Type] = {**_RECEIPT, "number": "BIGINT"}
# The literal condition lets the planner use the partial index.
_FIND = """
    SELECT r.number AS number, d.id AS id, d.message_id AS message_id, d.mailing_id AS mailing_id,
        d.client_id AS client_id, d.channel AS channel FROM {rows} AS r
    JOIN deliveries AS d ON d.messenger_id = r.messenger_id AND d.channel = r.channel
    WHERE d.messenger_id IS NOT NULL AND d.channel IN ('viber', 'whatsapp')
        AND (r.address IS NULL OR r.address = d.address)"""
# An attempt with an unknown end was accepted after all and needs no retry.
_PROVE = f"""
    UPDATE deliveries SET
        status = '{Status.SENT}', reason = NULL, messenger_id = r.messenger_id, sent_at = COALESCE(sent_at, r.at)
    FROM {{rows}} AS r
    WHERE deliveries.id = r.delivery_id AND deliveries.message_id = r.message_id
        AND deliveries.channel = r.channel AND deliveries.maybe_sent = 1
        AND deliveries.status IN ('{Status.UNCONFIRMED}', '{Status.SCHEDULED}')"""
_MOVED: dict[str, Type] = {"id": "BIGINT", "reason": "TEXT"}
_MOVES = (
    (
        Status.DELIVERED,
        f"""UPDATE deliveries SET status = '{Status.DELIVERED}' FROM {{rows}} AS r
            WHERE deliveries.id = r.id AND deliveries.status = '{Status.SENT}'""",
    ),
    (
        Status.READ,
        f"""UPDATE deliveries SET status = '{Status.READ}' FROM {{rows}} AS r
            WHERE deliveries.id = r.id AND deliveries.status IN ('{Status.SENT}', '{Status.DELIVERED}')""",
    ),
    (
        # It did not reach the person, so the same content may be sent again.
        Status.FAILED,
        f"""UPDATE deliveries SET status = '{Status.FAILED}', reason = r.reason, dedup_key = NULL FROM {{rows}} AS r
            WHERE deliveries.id = r.id AND deliveries.status = '{Status.SENT}'""",
    ),
)
_FAILED = f"""
    SELECT d.id AS id, d.channel AS channel, d.address AS address, m.options AS options
    FROM {{rows}} AS r JOIN deliveries AS d ON d.id = r.id JOIN messages AS m ON m.id = d.message_id
    WHERE d.status = '{Status.FAILED}' AND d.reason = r.reason AND d.address <> ''"""
_KEPT: dict[str, Type] = {"delivery_id": "BIGINT", "kind": "TEXT", "at": "BIGINT", "code": "TEXT", "detail": "TEXT"}
_KEEP = f"""
    INSERT INTO receipts ({", ".join(_KEPT)}) SELECT {", ".join(_KEPT)} FROM {{rows}} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_KEEP_EARLY = f"""
    INSERT INTO early_receipts (received_at, {", ".join(_RECEIPT)})
    SELECT received_at, {", ".join(_RECEIPT)} FROM {{rows}} AS r"""
_EARLY = f"SELECT id, received_at, {', '.join(_RECEIPT)} FROM early_receipts ORDER BY id LIMIT ?"
_ANY_EARLY = "SELECT 1 FROM early_receipts LIMIT 1"
_DROP_EARLY = "DELETE FROM early_receipts WHERE id IN (SELECT id FROM {rows} AS r)"


def apply(database: peewee.Database, batches: Sequence[Arrived]) -> list[int]:
    """Apply receipts. Returns how many of each batch have a known delivery."""
    receipts = list(chain.from_iterable(batch.receipts for batch in batches))
    if not receipts:
        return [0] * len(batches)
    known = _apply(database, receipts, batches[0].now, batches[0].unreachable_kept_ms)
    arrived = [batch.now for batch in batches for _ in batch.receipts]
    early = [
        (now, *receipt)
        for number, (receipt, now) in enumerate(zip(receipts, arrived, strict=True))
        if number not in known and (receipt.kind is not Status.SENT or receipt.delivery_id is not None)
    ]
    if early:
        run_rows(database, _KEEP_EARLY, {"received_at": "BIGINT", **_RECEIPT}, early)
    return _counted(known, batches)


def settle(database: peewee.Database, requests: Sequence[tuple[int, int, int]]) -> list[int]:
    """Apply early receipts: triples of (now in epoch ms, most at once, `unreachable_kept_ms` as in `Arrived`).

    Returns how many found their delivery.
    """
    return [_settle(database, *request) for request in requests]


def any_early(database: peewee.Database) -> bool:
    """Query: is any receipt waiting for its delivery?"""
    return run(database, _ANY_EARLY).fetchone() is not None


def _settle(database: peewee.Database, now: int, limit: int, kept_ms: int) -> int:
    rows = run(database, _EARLY, limit).fetchall()
    known = _apply(database, [_receipt(row[2:]) for row in rows], now, kept_ms) if rows else set()
    done = [(id_,) for number, (id_, at, *_) in enumerate(rows) if number in known or at <= now - EARLY_KEPT_MS]
    if done:
        run_rows(database, _DROP_EARLY, {"id": "BIGINT"}, done)
    return len(known)


def _apply(database: peewee.Database, receipts: Sequence[Receipt], now: int, kept_ms: int) -> set[int]:
    """Apply the receipts whose delivery is found, at `now` (epoch ms). Returns their positions."""
    proving = [receipt for receipt in receipts if receipt.delivery_id is not None]
    chained = chain_steps.are_there(database)
    if proving:
        run_rows(database, _PROVE, _REFERRING, map(tuple, proving))
        if chained:
            confirmations.prove(database, proving)
    numbered = [(*receipt, number) for number, receipt in enumerate(receipts)]
    found = fetch_rows(database, _FIND, ("number", *noting.MOVED), _NUMBERED, numbered)
    told = [(id_, receipts[number]) for number, id_, *_ in found if receipts[number].kind is not Status.SENT]
    _note(receipts, found)
    for kind, statement in _MOVES:
        rows = [(id_, receipt.reason) for id_, receipt in told if receipt.kind is kind]
        if rows and kind is Status.FAILED:
            returning = " RETURNING deliveries.channel, deliveries.reason"
            noting.failed(run_rows(database, statement + returning, _MOVED, rows).fetchall())
        elif rows:
            run_rows(database, statement, _MOVED, rows)
    kept = {(id_, receipt.kind): (id_, receipt.kind, receipt.at, receipt.code, receipt.detail) for id_, receipt in told}
    if kept:
        run_rows(database, _KEEP, _KEPT, kept.values())
        if chained:
            confirmations.hear(database, told, now)
    _learn(database, told, now, kept_ms)
    return {number for number, *_ in found}


def _note(receipts: Sequence[Receipt], found: Sequence[Sequence[Any]]) -> None:
    noting.count(RECEIPTS, ((receipts[number].channel, str(receipts[number].kind)) for number, *_ in found))
    for number, *row in found if noting.is_listening() else ():
        one = receipts[number]
        fields = {"status": one.kind, "reason": one.reason, "code": one.code or None}
        noting.note("delivery.receipt", **noting.delivery(*row), **fields)


def _learn(database: peewee.Database, told: Sequence[tuple[int, Receipt]], now: int, kept_ms: int) -> None:
    """Learn who cannot be reached: from failures that count, about the sender of the delivery."""
    failed = {id_: one.reason for id_, one in told if is_lasting(one.channel, one.reason, one.code, {})}
    if not failed or not kept_ms:
        return
    columns = ("id", "channel", "address", "options")
    rows = fetch_rows(database, _FAILED, columns, _MOVED, list(failed.items()))
    entries = [
        Unreachable(
            channel,
            address,
            sender_in(orjson.loads(options).get(channel, {}) if options else {}),
            str(failed[id_]),
            "receipt",
            now,
            now + kept_ms,
        )
        for id_, channel, address, options in rows
    ]
    reachability.write_unreachable(database, entries)


def _counted(known: set[int], batches: Sequence[Arrived]) -> list[int]:
    counts, first = [], 0
    for batch in batches:
        counts.append(len(known.intersection(range(first, first + len(batch.receipts)))))
        first += len(batch.receipts)
    return counts


def _receipt(row: Sequence[Any]) -> Receipt:
    channel, messenger_id, address, kind, *rest = row
    return Receipt(channel, messenger_id, address, Status(kind), *rest)
