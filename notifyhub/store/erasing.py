"""Erasing a client: every trace of a person, with a proof. Jobs of the writer, and queries.

What is being sent at this moment cannot be called back: then the erasure is completed by a sweep, once the call has
ended. Until then the client is gone already, so nothing new is sent and nothing is tried again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.clients import BY_PHONE
from notifyhub.domain.orders import Order
from notifyhub.domain.states import OPEN
from notifyhub.errors import NotFound
from notifyhub.store import clients, erasures, events, forgetting, noting, places
from notifyhub.store.places import Place
from notifyhub.store.rows import Type, fetch, is_postgres, run, run_rows
from notifyhub.store.traces import OF_CLIENT


@dataclass(frozen=True, slots=True)
class Wanted:
    """A client to erase at `now` (epoch ms).

    by      who asked for it
    secret  the key of the hashes; None: the one that is kept in the store
    """

    id: int
    now: int
    by: str
    reason: str
    secret: str | None = field(default=None, repr=False)


_FIND = "SELECT phone, addresses FROM clients WHERE id = ?"
_WRITTEN_TO = "SELECT DISTINCT channel, address FROM deliveries WHERE client_id = ? AND address <> ''"
_PLACE: dict[str, Type] = {"channel": "TEXT", "address": "TEXT"}
# What was sent to the address directly is the person's too; what was sent there for another client is not.
_ADOPT = """
    UPDATE {table} SET client_id = {client} WHERE client_id IS NULL AND (channel, address) IN (
        SELECT r.channel, r.address FROM {{rows}} AS r)"""
_HOMES = """
    SELECT message_id FROM deliveries WHERE client_id = ? AND client_id IS NOT NULL
    UNION SELECT message_id FROM duplicates WHERE client_id = ? AND client_id IS NOT NULL"""
_UNLINK = """
    UPDATE deliveries SET dedup_key = NULL, messenger_id = NULL WHERE client_id = ? AND client_id IS NOT NULL
        AND (dedup_key IS NOT NULL OR messenger_id IS NOT NULL)"""
_LEFT = f"""
    SELECT COUNT(*) FROM deliveries WHERE client_id = ? AND client_id IS NOT NULL
        AND (address <> '' OR status IN ({", ".join(f"'{status}'" for status in sorted(OPEN))}))"""
_COLUMNS = ("id", "client_id", "asked_at", "completed_at", "asked_by", "reason", "cancelled", "counts", "key_name")
_INSERT = """
    INSERT INTO erasures (client_id, asked_at, asked_by, reason, cancelled, counts, key_name, addresses)
    VALUES (?, ?, ?, ?, 0, '{}', ?, ?) RETURNING id"""
_OPEN = "SELECT id, client_id, cancelled, counts, addresses FROM erasures WHERE completed_at IS NULL"
_PROVE = """
    UPDATE erasures SET cancelled = ?, counts = ?, completed_at = ?, addresses = ?
    WHERE id = ? AND completed_at IS NULL"""
_HASH: dict[str, Type] = {"hash": "TEXT", "erasure_id": "BIGINT"}
_INSERT_HASHES = """
    INSERT INTO erased_addresses (hash, erasure_id) SELECT r.hash, r.erasure_id FROM {rows} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM erasures"
_KEY = "SELECT secret FROM erasure_keys WHERE name = 'own'"


def erase(database: peewee.Database, wanted: Sequence[Wanted]) -> list[answers.Erasure | NotFound]:
    """Erase clients; the answers say whether that is complete."""
    erasures.begin(database)
    return [_erase(database, one) for one in wanted]


def complete(database: peewee.Database, passes: Sequence[int]) -> list[int]:
    """Complete the erasures of people to whom nothing is on its way any more, at moments in epoch ms.

    Returns their number.
    """
    erasures.begin(database)
    return [_complete(database, now) for now in passes]


def any_open(database: peewee.Database) -> bool:
    """Query: is any erasure incomplete?"""
    return run(database, f"{_OPEN} LIMIT 1").fetchone() is not None


def one(id_: int) -> Callable[[peewee.Database], answers.Erasure]:
    """Query: an erasure. Raises NotFound."""

    def ask(database: peewee.Database) -> answers.Erasure:
        return _read(database, id_)

    return ask


def page(
    before: int, limit: int, addresses: Collection[str] | None, secret: str | None, order: Order = Order.NEWEST
) -> Callable[[peewee.Database], list[answers.Erasure]]:
    """Query: the first erasures, after the id `before`.

    addresses  only of people who had one of these; None: all
    """

    def ask(database: peewee.Database) -> list[answers.Erasure]:
        where, given = f"id {order.beyond} ?", [before]
        if addresses is not None:
            key = secret or _stored_key(database)
            hashes = sorted(_hash(key, address) for address in addresses) if key else []
            marks = ", ".join("?" * len(hashes)) or "NULL"
            where += f" AND id IN (SELECT erasure_id FROM erased_addresses WHERE hash IN ({marks}))"
            given += hashes  # type: ignore[arg-type]
        sql = f"{_SELECT} WHERE {where} ORDER BY id {order.sql} LIMIT ?"
        return [_answer(database, row) for row in fetch(database, sql, _COLUMNS, *given, limit)]

    return ask


def _erase(database: peewee.Database, wanted: Wanted) -> answers.Erasure | NotFound:
    row = run(database, _FIND + (" FOR UPDATE" if is_postgres(database) else ""), wanted.id).fetchone()
    if row is None:
        return NotFound("client", wanted.id)
    own = _places(database, wanted.id, *row)
    secret = wanted.secret or _stored_key(database) or _new_key(database)
    run(database, "DELETE FROM clients WHERE id = ?", wanted.id)
    given = (wanted.id, wanted.now, wanted.by, wanted.reason, _name(secret), orjson.dumps(sorted(own)).decode())
    (id_,) = run(database, _INSERT, *given).fetchone()
    hashes = {(_hash(secret, address), id_) for _, address in own} | {(_hash(secret, row[0]), id_)}
    run_rows(database, _INSERT_HASHES, _HASH, sorted(hashes))
    for table in ("deliveries", "duplicates"):
        run_rows(database, _ADOPT.format(table=table, client=wanted.id), _PLACE, sorted(own))
    counts = Counter({"clients": 1})
    _go_on(database, id_, wanted.id, own, 0, counts, wanted.now)
    return _read(database, id_)


def _complete(database: peewee.Database, now: int) -> int:
    completed = 0
    for id_, client_id, cancelled, counts, addresses in run(database, _OPEN).fetchall():
        own = {(channel, address) for channel, address in orjson.loads(addresses)}
        if _go_on(database, id_, client_id, own, cancelled, Counter(orjson.loads(counts)), now):
            noting.note("client.erasure_completed", client_id=client_id, erasure_id=id_)
            completed += 1
    return completed


def _go_on(
    database: peewee.Database,
    id_: int,
    client_id: int,
    own: Collection[Place],
    cancelled: int,
    counts: Counter[str],
    now: int,
) -> bool:
    """Remove what there is, and write the proof: complete only if nothing is left."""
    cancelled += clients.cancel_deleted(database, client_id)
    counts += _remove(database, client_id, own)
    is_complete = not run(database, _LEFT, client_id).fetchone()[0]
    proof = orjson.dumps(dict(sorted((+counts).items()))).decode()
    rest = None if is_complete else orjson.dumps(sorted(own)).decode()
    run(database, _PROVE, cancelled, proof, now if is_complete else None, rest, id_)
    return is_complete


def _remove(database: peewee.Database, client_id: int, own: Collection[Place]) -> Counter[str]:
    counts = Counter[str]()
    for trace in OF_CLIENT:
        sql = f"DELETE FROM {trace.table} WHERE {trace.column} = ?"
        counts[trace.table] += run(database, sql, client_id).rowcount
    counts += erasures.forget(database, client_id)
    run(database, _UNLINK, client_id)
    homes = [row[0] for row in run(database, _HOMES, client_id, client_id).fetchall()]
    counts += forgetting.forget_messages(database, homes, keep_for_duplicates=True)
    counts += places.forget_places(database, own)
    counts["events"] += events.forget_addresses(database, sorted(own))
    counts["events"] += events.forget_references(database, client_id, homes)
    counts["idempotency_keys"] += places.forget_client_answers(database, client_id, _emptied(client_id))
    return counts


def _places(database: peewee.Database, client_id: int, phone: str, addresses: str) -> set[Place]:
    """Where the person is, and was, written to."""
    own: set[Place] = {(channel, phone) for channel in (*BY_PHONE, "gateway")}
    own |= set(orjson.loads(addresses).items())
    return own | {(channel, address) for channel, address in run(database, _WRITTEN_TO, client_id).fetchall()}


def _emptied(client_id: int) -> str:
    """What a repeat of a request about the client gets, as long as its answer is kept."""
    nothing: dict[str, Any] = {"phone": "", "tags": [], "timezone": "", "addresses": {}, "attributes": {}}
    return orjson.dumps({"id": client_id, **nothing, "opted_out": ["all"], "created_at": 0, "updated_at": 0}).decode()


def _stored_key(database: peewee.Database) -> str | None:
    row = run(database, _KEY).fetchone()
    return None if row is None else str(row[0])


def _new_key(database: peewee.Database) -> str:
    # Others who erase wait for this transaction.
    secret = token_hex(32)
    run(database, "INSERT INTO erasure_keys (name, secret) VALUES ('own', ?)", secret)
    return secret


def _hash(secret: str, address: str) -> str:
    return hmac.new(secret.encode(), address.encode(), hashlib.sha256).hexdigest()


def _name(secret: str) -> str:
    """By which two keys are told apart."""
    return _hash(secret, "key")[:8]


def _read(database: peewee.Database, id_: int) -> answers.Erasure:
    rows = fetch(database, f"{_SELECT} WHERE id = ?", _COLUMNS, id_)
    if not rows:
        raise NotFound("erasure", id_)
    return _answer(database, rows[0])


def _answer(database: peewee.Database, row: Iterable[Any]) -> answers.Erasure:
    id_, client_id, asked_at, completed_at, asked_by, reason, cancelled, counts, key_name = row
    hashes = run(database, "SELECT hash FROM erased_addresses WHERE erasure_id = ? ORDER BY hash", id_).fetchall()
    return answers.Erasure(
        id=id_,
        client_id=client_id,
        complete=completed_at is not None,
        asked_at=to_datetime(asked_at),
        completed_at=None if completed_at is None else to_datetime(completed_at),
        asked_by=asked_by,
        reason=reason,
        cancelled=cancelled,
        rows=orjson.loads(counts),
        hashes=[hash_ for (hash_,) in hashes],
        key=key_name,
    )
