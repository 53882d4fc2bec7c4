"""The latest wish of a client holds when a delivery of a mailing is claimed: part of the claim's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.clients import address_on, is_opted_out
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.states import Status
from notifyhub.store import fingerprints
from notifyhub.store.claimed import Claimed
from notifyhub.store.rows import Type, fetch_rows, run_rows

CLIENT_DELETED = "client_deleted"
OPTED_OUT = "opted_out"
NO_ADDRESS = "no_address"
DUPLICATE = "duplicate"
"""Reasons of cancelled deliveries."""


class _Client(NamedTuple):
    id: int
    phone: str
    timezone: str
    addresses: str
    opted_out: str


class _Refused(NamedTuple):
    id: int
    reason: str


class _Moved(NamedTuple):
    id: int
    address: str
    dedup_key: str | None


_CLIENTS = f"""
    SELECT {", ".join(f"c.{name} AS {name}" for name in _Client._fields)}
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
    asked = [row for row in rows if row.client_id is not None]
    if not asked:
        return list(rows)
    clients = _clients(database, {row.client_id for row in asked})
    refused = [_Refused(row.id, reason) for row in asked if (reason := _refusal(row, clients.get(row.client_id or 0)))]
    gone = {one.id for one in refused}
    willing = [row for row in rows if row.id not in gone]
    known = {row.id: clients[row.client_id] for row in willing if row.client_id is not None}
    addresses = {id_: _address(row.channel, known[id_]) for row in willing if (id_ := row.id) in known}
    moved = [row for row in willing if addresses.get(row.id, row.address) != row.address]
    if moved:
        refused += _move(database, moved, addresses)
        gone = {one.id for one in refused}
    if refused:
        run_rows(database, _REFUSE, {"id": "BIGINT", "reason": "TEXT"}, map(tuple, refused))
    return [
        row._replace(address=addresses[row.id] or row.address, timezone=known[row.id].timezone)
        if row.id in known
        else row
        for row in willing
        if row.id not in gone
    ]


def _clients(database: peewee.Database, ids: Iterable[int | None]) -> dict[int, _Client]:
    rows = fetch_rows(database, _CLIENTS, _Client._fields, {"id": "BIGINT"}, [(id_,) for id_ in ids])
    return {client.id: client for client in map(_Client._make, rows)}


def _refusal(row: Claimed, client: _Client | None) -> str | None:
    if client is None:
        return CLIENT_DELETED
    if is_opted_out(orjson.loads(client.opted_out), row.channel):
        return OPTED_OUT
    return None if _address(row.channel, client) else NO_ADDRESS


def _address(channel: str, client: _Client) -> str | None:
    return address_on(channel, client.phone, orjson.loads(client.addresses))


def _move(database: peewee.Database, rows: Sequence[Claimed], addresses: Mapping[int, Any]) -> list[_Refused]:
    """Write the new addresses. Returns those whose content somebody else sends there already."""
    keys = {row.id: _key(row, addresses[row.id]) for row in rows}
    holders = fingerprints.holders(database, [key for key in keys.values() if key is not None])
    refused: list[_Refused] = []
    moved: list[_Moved] = []
    taken: set[str] = set()
    for row in rows:
        key = keys[row.id]
        if key is not None and (holders.get(key, row.id) != row.id or key in taken):
            refused.append(_Refused(row.id, DUPLICATE))
        else:
            moved.append(_Moved(row.id, addresses[row.id], key))
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
