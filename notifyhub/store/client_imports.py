"""Many clients at once, by their phones: a writer's job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.clients import operator_code_of
from notifyhub.requests.client_rows import ClientRow
from notifyhub.requests.fields import MOST_METADATA_BYTES
from notifyhub.store import noting
from notifyhub.store.clients import COLUMNS, INSERT_NEW, by_phone, tags_of
from notifyhub.store.rows import Type, fetch_rows, is_postgres, run, run_rows


class Upsert(NamedTuple):
    """Rows of clients, each phone once.

    default_timezone  of clients for whom none is given
    now               epoch ms
    lines             the numbers of the rows' lines
    """

    rows: Sequence[ClientRow]
    default_timezone: str
    now: int
    lines: Sequence[int] = ()


class Counts(NamedTuple):
    """How many clients were added, how many were there already, and the phones that were refused: with the attributes
    that they have, those given are too many."""

    created: int
    updated: int
    refused: Sequence[str]


class _Client(NamedTuple):
    """A client as it is stored; `addresses`, `attributes` and `opted_out` are JSON."""

    operator_code: str | None
    timezone: str
    addresses: str
    attributes: str
    opted_out: str


_THERE = (
    f"SELECT c.id AS id, c.phone AS phone, {', '.join(f'c.{name} AS {name}' for name in _Client._fields)} "
    "FROM {rows} AS r JOIN clients AS c ON c.phone = r.phone"
)
_UPDATE = f"""
    UPDATE clients SET {", ".join(f"{name} = r.{name}" for name in (*_Client._fields, "updated_at"))}
    FROM {{rows}} AS r WHERE clients.id = r.id"""
_UPDATED: dict[str, Type] = {"id": "BIGINT", **{name: COLUMNS[name] for name in (*_Client._fields, "updated_at")}}
_UNTAG = "DELETE FROM client_tags WHERE (client_id, tag) IN (SELECT r.client_id, r.tag FROM {rows} AS r)"
_TAG = """
    INSERT INTO client_tags (client_id, tag) SELECT c.id, r.tag FROM {rows} AS r JOIN clients AS c ON c.phone = r.phone
    WHERE true ON CONFLICT DO NOTHING"""

_There = Mapping[str, tuple[int, _Client]]


def upsert(database: peewee.Database, wanted: Sequence[Upsert]) -> list[Counts]:
    """Add clients, or change those whose phone is there: what a row gives; of objects the members that it gives."""
    return [_upsert(database, one) for one in wanted]


def tried(wanted: Upsert) -> Callable[[peewee.Database], Counts]:
    """Query: what `upsert` would do."""

    def ask(database: peewee.Database) -> Counts:
        there = _there(database, wanted.rows)
        _, refused = _merged(there, wanted)
        return Counts(len(wanted.rows) - len(there), len(there) - len(refused), refused)

    return ask


def analyze(database: peewee.Database, wanted: Sequence[None]) -> list[None]:
    """Tell the planner of PostgreSQL that there are many more clients; by itself it learns that within a minute."""
    if is_postgres(database):
        run(database, "ANALYZE clients, client_tags")
    return list(wanted)


def _upsert(database: peewee.Database, wanted: Upsert) -> Counts:
    there = _there(database, wanted.rows)
    fresh = [row for row in wanted.rows if row.phone not in there]
    created = run_rows(database, INSERT_NEW, COLUMNS, [_new(row, wanted) for row in fresh]).rowcount if fresh else 0
    if created < len(fresh):
        # On PostgreSQL another process may have added one meanwhile.
        there = _there(database, wanted.rows)
    changes, refused = _merged(there, wanted)
    if changes:
        run_rows(database, _UPDATE, _UPDATED, [(id_, *client, wanted.now) for id_, client in changes])
    _retag(database, [row for row in wanted.rows if "tags" in row.members and row.phone not in refused], there)
    if noting.is_listening():
        _note(database, wanted, there, refused)
    return Counts(created, len(wanted.rows) - created - len(refused), refused)


def _note(database: peewee.Database, wanted: Upsert, there: _There, refused: Sequence[str]) -> None:
    fresh = by_phone(database, [(row.phone,) for row in wanted.rows if row.phone not in there])
    ids = {phone: id_ for phone, (id_, _) in there.items()} | {phone: id_ for id_, phone in fresh}
    kept = [(row, line) for row, line in zip(wanted.rows, wanted.lines, strict=True) if row.phone not in refused]
    told: list[dict[str, Any]] = []
    wishes: dict[str, list[dict[str, Any]]] = {"client.opted_out": [], "client.opted_in": []}
    for row, line in kept:
        of_client = {"client_id": ids[row.phone], "line": line}
        status = "updated" if row.phone in there else "created"
        told.append({**of_client, "status": status, "fields": sorted(row.members)})
        if (channels := row.members.get("opted_out")) or (channels is not None and row.phone in there):
            event = "client.opted_out" if channels else "client.opted_in"
            wishes[event].append({**of_client, "channels": list(channels) or ["all"], "by": "import"})
    noting.note_all("client.imported", told)
    for event, records in wishes.items():
        noting.note_all(event, records)


def _there(database: peewee.Database, rows: Sequence[ClientRow]) -> _There:
    # Locked in one order, so that imports side by side do not wait for each other in a circle.
    sql = f"{_THERE} ORDER BY c.id FOR UPDATE OF c" if is_postgres(database) else _THERE
    names = ("id", "phone", *_Client._fields)
    found = fetch_rows(database, sql, names, {"phone": "TEXT"}, [(row.phone,) for row in rows])
    return {phone: (id_, _Client(*rest)) for id_, phone, *rest in found}


def _merged(there: _There, wanted: Upsert) -> tuple[list[tuple[int, _Client]], list[str]]:
    """(id, client) of those that become different, and the phones of those whose attributes would become too many."""
    changes: list[tuple[int, _Client]] = []
    refused: list[str] = []
    for row in wanted.rows:
        if row.phone not in there:
            continue
        id_, old = there[row.phone]
        new = _changed(old, row, wanted)
        if len(new.attributes) > len(old.attributes) and len(new.attributes.encode()) > MOST_METADATA_BYTES:
            refused.append(row.phone)
        elif new != old:
            changes.append((id_, new))
    return changes, refused


def _changed(old: _Client, row: ClientRow, wanted: Upsert) -> _Client:
    given: dict[str, Any] = {name: value for name, value in row.members.items() if name != "tags"}
    if "operator_code" in given:
        given["operator_code"] = given["operator_code"] or operator_code_of(row.phone)
    if "timezone" in given:
        given["timezone"] = given["timezone"] or wanted.default_timezone
    if "addresses" in given:
        given["addresses"] = _with(old.addresses, given["addresses"])
    if "attributes" in given:
        given["attributes"] = _with(old.attributes, given["attributes"])
    if "opted_out" in given:
        given["opted_out"] = orjson.dumps(given["opted_out"]).decode()
    return old._replace(**given)


def _with(there: str, given: Mapping[str, Any]) -> str:
    """A JSON object with these members, and without those that are None."""
    merged = {**orjson.loads(there), **given}
    for name, value in given.items():
        if value is None:
            del merged[name]
    return orjson.dumps(merged).decode()


def _new(row: ClientRow, wanted: Upsert) -> tuple[Any, ...]:
    empty = _Client(operator_code_of(row.phone), wanted.default_timezone, "{}", "{}", "[]")
    return (row.phone, *_changed(empty, row, wanted), wanted.now, wanted.now)


def _retag(database: peewee.Database, rows: Sequence[ClientRow], there: _There) -> None:
    """Give clients exactly the tags of these rows."""
    ids = {row.phone: there[row.phone][0] for row in rows if row.phone in there}
    had = tags_of(list(ids.values()))(database)
    gone: list[tuple[int, str]] = []
    new: list[tuple[str, str]] = []
    for row in rows:
        own, wanted = had.get(ids.get(row.phone, 0), []), row.members["tags"]
        gone += [(ids[row.phone], tag) for tag in own if tag not in wanted]
        new += [(row.phone, tag) for tag in wanted if tag not in own]
    if gone:
        run_rows(database, _UNTAG, {"client_id": "BIGINT", "tag": "TEXT"}, gone)
    if new:
        run_rows(database, _TAG, {"phone": "TEXT", "tag": "TEXT"}, new)
