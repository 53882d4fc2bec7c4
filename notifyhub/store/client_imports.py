"""Many clients at once, by their phones: a writer's job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import peewee

from notifyhub.domain.clients import operator_code_of
from notifyhub.store.clients import COLUMNS, as_json, by_phone
from notifyhub.store.rows import run_rows


class Upsert(NamedTuple):
    """Clients that were given with the same members.

    given    names of those members; of a client who is there already, the others stay as they are
    clients  by phone: the members, all of them
    """

    given: frozenset[str]
    clients: Mapping[str, Mapping[str, Any]]
    now: int


class Counts(NamedTuple):
    """How many clients were added and changed."""

    created: int
    updated: int


_CHANGEABLE = ("operator_code", "timezone", "addresses", "attributes", "opted_out")
_UPSERT = f"""
    INSERT INTO clients ({", ".join(COLUMNS)}) SELECT {", ".join(COLUMNS)} FROM {{rows}} AS r WHERE true
    ON CONFLICT (phone) DO UPDATE SET {{changes}}"""
_UNTAG = "DELETE FROM client_tags WHERE client_id IN (SELECT r.id FROM {rows} AS r)"
_TAG = """
    INSERT INTO client_tags (client_id, tag) SELECT c.id, r.tag FROM {rows} AS r JOIN clients AS c ON c.phone = r.phone
    WHERE true ON CONFLICT DO NOTHING"""


def upsert(database: peewee.Database, batches: Sequence[Sequence[Upsert]]) -> list[Counts]:
    """Add clients, or change those whose phone is there."""
    return [_add(*(_upsert(database, one) for one in batch)) for batch in batches]


def known(phones: Sequence[str]) -> Callable[[peewee.Database], Counts]:
    """Query: how many of these phones would be added and changed."""

    def ask(database: peewee.Database) -> Counts:
        there = len(_there(database, phones))
        return Counts(len(phones) - there, there)

    return ask


def _upsert(database: peewee.Database, wanted: Upsert) -> Counts:
    there = _there(database, list(wanted.clients))
    changes = ["updated_at = excluded.updated_at"]
    changes += [f"{name} = excluded.{name}" for name in _CHANGEABLE if name in wanted.given]
    sql = _UPSERT.replace("{changes}", ", ".join(changes))
    run_rows(database, sql, COLUMNS, [_row(phone, members, wanted.now) for phone, members in wanted.clients.items()])
    if "tags" in wanted.given:
        if there:
            run_rows(database, _UNTAG, {"id": "BIGINT"}, [(id_,) for id_ in there.values()])
        tags = [(phone, tag) for phone, members in wanted.clients.items() for tag in members["tags"]]
        if tags:
            run_rows(database, _TAG, {"phone": "TEXT", "tag": "TEXT"}, tags)
    return Counts(len(wanted.clients) - len(there), len(there))


def _there(database: peewee.Database, phones: Sequence[str]) -> dict[str, int]:
    return {phone: id_ for id_, phone in by_phone(database, [(phone,) for phone in phones])}


def _row(phone: str, members: Mapping[str, Any], now: int) -> tuple[Any, ...]:
    code = members["operator_code"] or operator_code_of(phone)
    texts = (as_json(members["addresses"]), as_json(members["attributes"]), as_json(members["opted_out"]))
    return (phone, code, members["timezone"], *texts, now, now)


def _add(*counts: Counts) -> Counts:
    return Counts(sum(one.created for one in counts), sum(one.updated for one in counts))
