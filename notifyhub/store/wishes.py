"""The latest wish of a client holds when a delivery of a mailing is claimed: part of the claim's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson
import peewee

from notifyhub.domain.clients import ALL, address_on, is_opted_out
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.states import Status
from notifyhub.metrics.definitions import CANCELLED
from notifyhub.store import chains, fingerprints, noting
from notifyhub.store.claimed import Claimed
from notifyhub.store.rows import Type, fetch_rows, run_rows

CLIENT_DELETED = "client_deleted"
OPTED_OUT = "opted_out"
NO_ADDRESS = "no_address"
DUPLICATE = "duplicate"
"""Reasons of cancelled deliveries."""


_COLUMNS = ("id", "phone", "timezone", "addresses", "opted_out")
_Client = tuple[int, str, str, str, str]
NOTHING = "[]"
"""An empty list as it is stored."""


class _Refused(NamedTuple):
    id: int
    reason: str


class _Moved(NamedTuple):
    id: int
    address: str
    dedup_key: str | None


_CLIENTS = f"""
    SELECT {", ".join(f"c.{name} AS {name}" for name in _COLUMNS)}
    FROM {{rows}} AS r JOIN clients AS c ON c.id = r.id"""
# No call was made, so the attempt's number is returned too. Who was deleted while the mailing was expanded left an
# address after all.
_REFUSE = f"""
    UPDATE deliveries SET
        status = '{Status.CANCELLED}', reason = r.reason, attempt = deliveries.attempt - 1, lease_until = NULL,
        dedup_key = CASE WHEN maybe_sent = 0 THEN NULL ELSE dedup_key END,
        address = CASE WHEN r.reason = '{CLIENT_DELETED}' THEN '' ELSE deliveries.address END
    FROM {{rows}} AS r WHERE deliveries.id = r.id AND deliveries.status = '{Status.SENDING}'"""
_MOVE = """
    UPDATE deliveries SET address = r.address, dedup_key = COALESCE(r.dedup_key, deliveries.dedup_key)
    FROM {rows} AS r WHERE deliveries.id = r.id"""


def heard(database: peewee.Database, rows: Sequence[Claimed], now: int) -> list[Claimed]:
    """Those of the claimed rows that may be sent, each to the address that its client has now (`now` in epoch ms).

    The others are cancelled.
    """
    asked = {row.client_id for row in rows if row.client_id is not None}
    if not asked:
        return list(rows)
    clients = _clients(database, asked)
    willing: list[Claimed] = []
    moved: list[tuple[Claimed, str]] = []
    refused: list[_Refused] = []
    for row in rows:
        if row.client_id is None:
            willing.append(row)
            continue
        reason, address, timezone = _wish(row, clients.get(row.client_id))
        if reason is not None:
            refused.append(_Refused(row.id, reason))
            continue
        if row.send_window is not None:
            row = row._replace(timezone=timezone)
        if address == row.address:
            willing.append(row)
        else:
            moved.append((row, address))
    if moved:
        gone = _move(database, moved)
        refused += gone
        left_out = {one.id for one in gone}
        willing += [row._replace(address=address) for row, address in moved if row.id not in left_out]
    if refused:
        run_rows(database, _REFUSE, {"id": "BIGINT", "reason": "TEXT"}, map(tuple, refused))
        _note(rows, refused)
        owners = {row.id: row.client_id for row in rows}
        elsewhere = [one.id for one in refused if _may_be_elsewhere(one, clients.get(owners[one.id] or 0))]
        chains.advance(database, elsewhere, now, ended=Status.CANCELLED)
    return willing


def _note(rows: Sequence[Claimed], refused: Sequence[_Refused]) -> None:
    reasons = {one.id: one.reason for one in refused}
    for row in rows:
        if row.id in reasons:
            noting.count(CANCELLED, [(row.channel,)])
            named = noting.delivery(row.id, row.message_id, row.mailing_id, row.client_id, row.channel)
            noting.note("delivery.cancelled", **named, reason=reasons[row.id])


def _wish(row: Claimed, client: _Client | None) -> tuple[str | None, str, str | None]:
    """Why nothing may be sent, or the address and the time zone."""
    if client is None:
        return CLIENT_DELETED, "", None
    _, phone, timezone, addresses, opted_out = client
    # Hardly anybody opts out, so this is mostly not read at all.
    if opted_out != NOTHING and is_opted_out(orjson.loads(opted_out), row.channel):
        return OPTED_OUT, "", None
    address = address_on(row.channel, phone, orjson.loads(addresses))
    return (None, address, timezone) if address else (NO_ADDRESS, "", None)


def _may_be_elsewhere(refused: _Refused, client: _Client | None) -> bool:
    """May the next channel of a chain be tried?"""
    if client is None or refused.reason not in (OPTED_OUT, NO_ADDRESS):
        return False
    return ALL not in orjson.loads(client[-1])


def _clients(database: peewee.Database, ids: Iterable[int | None]) -> dict[int, _Client]:
    rows = fetch_rows(database, _CLIENTS, _COLUMNS, {"id": "BIGINT"}, [(id_,) for id_ in ids])
    return {row[0]: tuple(row) for row in rows}


def _move(database: peewee.Database, rows: Sequence[tuple[Claimed, str]]) -> list[_Refused]:
    """Write the new addresses. Returns those whose content somebody else sends there already."""
    keys = {row.id: _key(row, address) for row, address in rows}
    holders = fingerprints.holders(database, [key for key in keys.values() if key is not None])
    refused: list[_Refused] = []
    moved: list[_Moved] = []
    taken: set[str] = set()
    for row, address in rows:
        key = keys[row.id]
        if key is not None and (holders.get(key, row.id) != row.id or key in taken):
            refused.append(_Refused(row.id, DUPLICATE))
        else:
            moved.append(_Moved(row.id, address, key))
            taken |= {key} if key is not None else set()
    columns: dict[str, Type] = {"id": "BIGINT", "address": "TEXT", "dedup_key": "TEXT"}
    if moved:
        run_rows(database, _MOVE, columns, map(tuple, moved))
    return refused


def _key(row: Claimed, address: str) -> str | None:
    if row.deduplicate == "off":
        return None
    options = orjson.loads(row.options).get(row.channel) if row.options else None
    return dedup_key(row.channel, address, row.text, options)
