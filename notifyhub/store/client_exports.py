"""The directory read in order, for exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
import peewee

from notifyhub.domain.audience import Audience
from notifyhub.store.client_searches import found_by
from notifyhub.store.clients import tags_of
from notifyhub.store.rows import fetch, is_postgres
from notifyhub.store.snapshots import at_one_moment


class Exported(NamedTuple):
    """A client; `addresses`, `attributes` and `opted_out` as they are stored, as JSON."""

    phone: str
    operator_code: str | None
    tags: Sequence[str]
    timezone: str
    opted_out: str
    addresses: str
    attributes: str


class Slice(NamedTuple):
    """Clients in the order of their ids, and the last id."""

    clients: Sequence[Exported]
    last: int


class Names(NamedTuple):
    """Channels on which clients have addresses of their own, and names of attributes."""

    channels: Sequence[str]
    attributes: Sequence[str]


_COLUMNS = ("id", "phone", "operator_code", "timezone", "opted_out", "addresses", "attributes")


def part(audience: Audience, search: str | None, after: int, limit: int) -> Callable[[peewee.Database], Slice]:
    """Query: the next clients of an audience, those after the id `after`."""

    @at_one_moment
    def ask(database: peewee.Database) -> Slice:
        where, values = found_by(audience, search, postgres=is_postgres(database))
        columns = ", ".join(f"c.{name} AS {name}" for name in _COLUMNS)
        sql = f"SELECT {columns} FROM clients AS c WHERE c.id > ? AND {where} ORDER BY c.id LIMIT ?"
        rows = sorted(fetch(database, sql, _COLUMNS, after, *values, limit), key=lambda row: int(row[0]))
        tags = tags_of([row[0] for row in rows])(database)
        return Slice([_client(row, tags.get(row[0], [])) for row in rows], rows[-1][0] if rows else after)

    return ask


def names(audience: Audience, search: str | None, most: int) -> Callable[[peewee.Database], Names]:
    """Query: what the clients of an audience have addresses and attributes for; up to `most` names of attributes."""

    def ask(database: peewee.Database) -> Names:
        return Names(
            _keys(database, "addresses", audience, search, most), _keys(database, "attributes", audience, search, most)
        )

    return ask


def _keys(database: peewee.Database, column: str, audience: Audience, search: str | None, most: int) -> list[str]:
    postgres = is_postgres(database)
    where, values = found_by(audience, search, postgres=postgres)
    members = f"json_object_keys(CAST(c.{column} AS json)) AS j(key)" if postgres else f"json_each(c.{column}) AS j"
    # DISTINCT remembers each name once; GROUP BY would sort those of all clients in memory.
    sql = f"SELECT DISTINCT j.key AS name FROM clients AS c, {members} WHERE c.{column} <> '{{}}' AND {where} LIMIT ?"
    return sorted(str(name) for (name,) in fetch(database, sql, ("name",), *values, most))


def _client(row: Sequence[Any], tags: Sequence[str]) -> Exported:
    _, phone, operator_code, timezone, opted_out, addresses, attributes = row
    return Exported(phone, operator_code, tags, timezone, opted_out, addresses, attributes)


def members_of(client: Exported) -> tuple[list[str], dict[str, str], dict[str, Any]]:
    """The opt-outs, addresses and attributes of a client."""
    return orjson.loads(client.opted_out), orjson.loads(client.addresses), orjson.loads(client.attributes)
