"""What the clients of an audience bring for a template: their languages, and the attributes that some of them lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import peewee

from notifyhub.domain.audience import All, Attribute, Audience
from notifyhub.domain.templates import LANGUAGE
from notifyhub.store import audiences
from notifyhub.store.expansion import Member
from notifyhub.store.rows import fetch, is_postgres, run


class Some(NamedTuple):
    """How many clients, and the first of them."""

    number: int
    first_id: int


MOST_LANGUAGES = 1_000
"""Whatever stands in the attribute counts as a language, and each one is looked at."""
_LANGUAGE = {
    False: f"json_extract(c.attributes, '$.{LANGUAGE}')",
    True: f"(CAST(c.attributes AS jsonb) ->> '{LANGUAGE}')",
}


def languages(audience: Audience) -> Callable[[peewee.Database], dict[str | None, Some]]:
    """Query: the clients of an audience by language, of those spoken most; None: they have none."""

    def ask(database: peewee.Database) -> dict[str | None, Some]:
        where, values = audiences.condition(audience, postgres=is_postgres(database))
        sql = f"""
            SELECT {_LANGUAGE[is_postgres(database)]} AS language, COUNT(*) AS number, MIN(c.id) AS first_id
            FROM clients AS c WHERE {where} GROUP BY 1 ORDER BY 2 DESC LIMIT {MOST_LANGUAGES:d}"""
        rows = fetch(database, sql, ("language", "number", "first_id"), *values)
        return {language if isinstance(language, str) else None: Some(*found) for language, *found in rows}

    return ask


def lacking(audience: Audience, attribute: str) -> Callable[[peewee.Database], Some | None]:
    """Query: the clients of an audience without this attribute; None: all have it."""

    def ask(database: peewee.Database) -> Some | None:
        without = All((audience, Attribute(attribute, exists=False)))
        where, values = audiences.condition(without, postgres=is_postgres(database))
        row = run(database, f"SELECT COUNT(*), MIN(c.id) FROM clients AS c WHERE {where}", *values).fetchone()
        return Some(*row) if row[0] else None

    return ask


def member(id_: int) -> Callable[[peewee.Database], Member | None]:
    """Query: a client as a member of an audience."""

    def ask(database: peewee.Database) -> Member | None:
        sql = f"SELECT {', '.join(Member._fields)} FROM clients WHERE id = ?"
        found = fetch(database, sql, Member._fields, id_)
        return Member._make(found[0]) if found else None

    return ask
