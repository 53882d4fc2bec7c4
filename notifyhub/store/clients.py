"""The directory of clients: jobs of the writer, and queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub import answers
from notifyhub.clock import to_datetime
from notifyhub.domain.audience import Audience
from notifyhub.domain.clients import ALL, operator_code_of
from notifyhub.domain.orders import Order
from notifyhub.domain.states import Status
from notifyhub.errors import Conflict, NotFound, NotifyhubError
from notifyhub.store import chains, client_searches, erasures, events, noting
from notifyhub.store.deliveries import GIVE_UP_KEY
from notifyhub.store.rows import Type, fetch, fetch_rows, is_postgres, run, run_rows
from notifyhub.store.snapshots import at_one_moment
from notifyhub.store.wishes import CLIENT_DELETED, OPTED_OUT


class Row(NamedTuple):
    """A client to store; JSON as text, moments in epoch ms."""

    phone: str
    operator_code: str | None
    timezone: str
    addresses: str
    attributes: str
    opted_out: str
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class NewClient:
    """A checked client; no operator code means that of the phone. `now` in epoch ms."""

    phone: str
    operator_code: str | None
    tags: Sequence[str]
    timezone: str
    addresses: Mapping[str, str]
    attributes: Mapping[str, Any]
    opted_out: Sequence[str]
    now: int

    def row(self) -> Row:
        code = self.operator_code or operator_code_of(self.phone)
        texts = (as_json(self.addresses), as_json(self.attributes), as_json(list(self.opted_out)))
        return Row(self.phone, code, self.timezone, *texts, self.now, self.now)


@dataclass(frozen=True, slots=True)
class ClientChange:
    """members           what is to change; None as the operator code or time zone: the default
    default_timezone  the time zone that None means
    """

    id: int
    now: int
    members: Mapping[str, Any]
    default_timezone: str


class Deleted(NamedTuple):
    """How many of a deleted client's deliveries were cancelled, and how many were too late for that."""

    cancelled: int
    too_late: int


COLUMNS: dict[str, Type] = {
    "phone": "TEXT",
    "operator_code": "TEXT",
    "timezone": "TEXT",
    "addresses": "TEXT",
    "attributes": "TEXT",
    "opted_out": "TEXT",
    "created_at": "BIGINT",
    "updated_at": "BIGINT",
}
_READ = ("id", *COLUMNS)
_AS_JSON = ("addresses", "attributes", "opted_out")
INSERT_NEW = f"""
    INSERT INTO clients ({", ".join(COLUMNS)}) SELECT {", ".join(COLUMNS)} FROM {{rows}} AS r WHERE true
    ON CONFLICT (phone) DO NOTHING"""
_BY_PHONE = "SELECT c.id AS id, c.phone AS phone FROM {rows} AS r JOIN clients AS c ON c.phone = r.phone"
_ONE = f"SELECT {', '.join(f'c.{name} AS {name}' for name in _READ)} FROM clients AS c WHERE c.id = ?"
_UPDATE = f"UPDATE clients SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE id = ?"
_TAG = (
    "INSERT INTO client_tags (client_id, tag) SELECT client_id, tag FROM {rows} AS r WHERE true ON CONFLICT DO NOTHING"
)
_TAGS = "SELECT t.client_id AS client_id, t.tag AS tag FROM {rows} AS r JOIN client_tags AS t ON t.client_id = r.id"
_TAG_COLUMNS: dict[str, Type] = {"client_id": "BIGINT", "tag": "TEXT"}
_CANCEL = f"""
    UPDATE deliveries SET status = '{Status.CANCELLED}', reason = ?, dedup_key = {GIVE_UP_KEY}
    WHERE client_id = ? AND client_id IS NOT NULL AND status = '{Status.SCHEDULED}'"""
_TOO_LATE = f"""
    SELECT COUNT(*) FROM deliveries
    WHERE client_id = ? AND client_id IS NOT NULL AND status IN ('{Status.SENDING}', '{Status.SENT}',
        '{Status.DELIVERED}', '{Status.READ}', '{Status.UNCONFIRMED}')"""


def create(database: peewee.Database, wanted: Sequence[NewClient]) -> list[answers.Client | Conflict]:
    """Add clients. A phone that is taken, or comes twice, gets a Conflict."""
    first: dict[str, NewClient] = {}
    for new in wanted:
        first.setdefault(new.phone, new)
    inserted = run_rows(
        database, f"{INSERT_NEW} RETURNING id, phone", COLUMNS, [tuple(new.row()) for new in first.values()]
    )
    made = {phone: id_ for id_, phone in inserted.fetchall()}
    known = {phone: id_ for id_, phone in by_phone(database, [(phone,) for phone in first])}
    _tag(database, [(id_, tag) for phone, id_ in made.items() for tag in first[phone].tags])
    return [
        _answer((made[new.phone], *new.row()), sorted(set(new.tags)))
        if new.phone in made and first[new.phone] is new
        else Conflict(f"client {known[new.phone]} has this phone already: change that one")
        for new in wanted
    ]


def change(database: peewee.Database, changes: Sequence[ClientChange]) -> list[answers.Client | NotifyhubError]:
    """Change clients. Deliveries on channels that they newly opted out of are cancelled."""
    return [_change(database, change) for change in changes]


def _change(database: peewee.Database, change: ClientChange) -> answers.Client | NotifyhubError:
    found = fetch(database, _ONE + (" FOR UPDATE" if is_postgres(database) else ""), _READ, change.id)
    if not found:
        return NotFound("client", change.id)
    old = Row._make(found[0][1:])
    new = old._replace(updated_at=change.now, **_new_columns(old, change))
    if new.phone != old.phone and (taken := by_phone(database, [(new.phone,)])):
        return Conflict(f"client {taken[0][0]} has this phone already; nothing was changed")
    run(database, _UPDATE, *new, change.id)
    if "tags" in change.members:
        run(database, "DELETE FROM client_tags WHERE client_id = ?", change.id)
        _tag(database, [(change.id, tag) for tag in change.members["tags"]])
    if new.opted_out != old.opted_out:
        _cancel_opted_out(database, change, orjson.loads(new.opted_out))
    return _answer((change.id, *new), _tags(database, [change.id]).get(change.id, []))


def _new_columns(old: Row, change: ClientChange) -> dict[str, Any]:
    given = dict(change.members)
    given.pop("tags", None)
    new = {
        name: as_json(value) if name in ("addresses", "attributes", "opted_out") else value
        for name, value in given.items()
    }
    phone = new.get("phone", old.phone)
    derived = old.operator_code == operator_code_of(old.phone) and "operator_code" not in new
    if derived or ("operator_code" in new and new["operator_code"] is None):
        new["operator_code"] = operator_code_of(phone)
    if "timezone" in new and new["timezone"] is None:
        new["timezone"] = change.default_timezone
    return new


def _cancel_opted_out(database: peewee.Database, change: ClientChange, opted_out: Sequence[str]) -> None:
    if ALL in opted_out:
        _cancelled(database, _CANCEL, OPTED_OUT, change.id)
        return
    for channel in opted_out:
        ended = _cancelled(database, f"{_CANCEL} AND channel = ?", OPTED_OUT, change.id, channel)
        chains.advance(database, ended, change.now, ended=Status.CANCELLED)


def _cancelled(database: peewee.Database, sql: str, reason: str, *given: Any) -> list[int]:
    """The ids of the deliveries that a statement cancels."""
    rows = run(database, sql + noting.RETURNING, reason, *given).fetchall()
    noting.moved("delivery.cancelled", rows, reason=reason)
    return [row[0] for row in rows]


def delete(database: peewee.Database, ids: Sequence[int]) -> list[Deleted | NotFound]:
    """Delete clients, cancel what has not been sent to them, and remove their addresses from the history."""
    erasures.begin(database)
    return [_delete(database, id_) for id_ in ids]


def _delete(database: peewee.Database, id_: int) -> Deleted | NotFound:
    row = run(database, "DELETE FROM clients WHERE id = ? RETURNING addresses", id_).fetchone()
    if row is None:
        return NotFound("client", id_)
    events.forget_addresses(database, orjson.loads(row[0]).items())
    run(database, "DELETE FROM client_tags WHERE client_id = ?", id_)
    cancelled = cancel_deleted(database, id_)
    erasures.forget(database, id_)
    return Deleted(cancelled, run(database, _TOO_LATE, id_).fetchone()[0])


def cancel_deleted(database: peewee.Database, id_: int) -> int:
    """Cancel what has not been sent to a client who is no longer there. Returns the number of deliveries."""
    return len(_cancelled(database, _CANCEL, CLIENT_DELETED, id_))


def one(id_: int) -> Callable[[peewee.Database], answers.Client]:
    """Query: a client. Raises NotFound."""

    @at_one_moment
    def ask(database: peewee.Database) -> answers.Client:
        found = fetch(database, _ONE, _READ, id_)
        if not found:
            raise NotFound("client", id_)
        return _answer(found[0], _tags(database, [id_]).get(id_, []))

    return ask


def page(
    audience: Audience, search: str | None, before: int | None, limit: int, order: Order = Order.NEWEST
) -> Callable[[peewee.Database], list[answers.Client]]:
    """Query: the first clients of an audience, after the id `before`.

    search  part of a phone, of an address, of an attribute, or a whole tag
    """

    @at_one_moment
    def ask(database: peewee.Database) -> list[answers.Client]:
        where, values = client_searches.found_by(audience, search, postgres=is_postgres(database))
        if before is not None:
            where, values = f"c.id {order.beyond} ? AND {where}", [before, *values]
        columns_ = ", ".join(f"c.{name} AS {name}" for name in _READ)
        sql = f"SELECT {columns_} FROM clients AS c WHERE {where} ORDER BY c.id {order.sql} LIMIT ?"
        rows = sorted(fetch(database, sql, _READ, *values, limit), key=itemgetter(0), reverse=order.reverse)
        tags = _tags(database, [row[0] for row in rows])
        return [_answer(row, tags.get(row[0], [])) for row in rows]

    return ask


def tags_of(ids: Sequence[int]) -> Callable[[peewee.Database], dict[int, list[str]]]:
    """Query: the tags of these clients."""
    return lambda database: _tags(database, ids)


def by_phone(database: peewee.Database, phones: Sequence[tuple[str]]) -> list[Sequence[Any]]:
    """(id, phone) of those of these phones that are in the directory."""
    return fetch_rows(database, _BY_PHONE, ("id", "phone"), {"phone": "TEXT"}, phones)


def _tag(database: peewee.Database, rows: Sequence[tuple[int, str]]) -> None:
    if rows:
        run_rows(database, _TAG, _TAG_COLUMNS, rows)


def _tags(database: peewee.Database, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    if ids:
        for id_, tag in fetch_rows(database, _TAGS, tuple(_TAG_COLUMNS), {"id": "BIGINT"}, [(id_,) for id_ in ids]):
            found.setdefault(id_, []).append(tag)
    return {id_: sorted(tags) for id_, tags in found.items()}


def as_json(value: Any) -> str:
    """A value as it is stored."""
    return orjson.dumps(value).decode()


def _answer(row: Sequence[Any], tags: list[str]) -> answers.Client:
    id_, phone, operator_code, timezone, addresses, attributes, opted_out, created_at, updated_at = row
    return answers.Client(
        id=id_,
        phone=phone,
        operator_code=operator_code,
        tags=tags,
        timezone=timezone,
        addresses=orjson.loads(addresses),
        attributes=orjson.loads(attributes),
        opted_out=orjson.loads(opted_out),
        created_at=to_datetime(created_at),
        updated_at=to_datetime(updated_at),
    )
