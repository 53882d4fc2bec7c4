"""An audience as a condition of SQL over clients `c`, with parameters. No text from outside becomes SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import peewee

from notifyhub.domain.audience import GOT, All, AnyOf, Attribute, Audience, Got, Not, Within
from notifyhub.store.rows import is_postgres, run

Condition = tuple[str, list[Any]]

_GOT = ", ".join(f"'{status}'" for status in GOT)


def number(audience: Audience) -> Callable[[peewee.Database], int]:
    """Query: how many clients it has."""

    def ask(database: peewee.Database) -> int:
        where, values = condition(audience, postgres=is_postgres(database))
        (found,) = run(database, f"SELECT COUNT(*) FROM clients AS c WHERE {where}", *values).fetchone()
        return int(found)

    return ask


def condition(audience: Audience, *, postgres: bool) -> Condition:
    """SQL that is true for a client `c` of this audience, and the values of its parameters `?`.

    It is never NULL, so that its opposite selects everybody else.
    """
    match audience:
        case Within("tag", tags):
            sql = f"EXISTS (SELECT 1 FROM client_tags AS t WHERE t.client_id = c.id AND t.tag IN ({_places(tags)}))"
            return sql, list(tags)
        case Within(name, these):
            return f"COALESCE(c.{_COLUMNS[name]} IN ({_places(these)}), false)", list(these)
        case Attribute():
            return (_on_postgres if postgres else _on_sqlite)(audience)
        case Got(mailing_id):
            sql = f"""EXISTS (
                SELECT 1 FROM deliveries AS g WHERE g.mailing_id = ? AND g.mailing_id <> 0 AND g.client_id = c.id
                AND g.status IN ({_GOT}))"""
            return sql, [mailing_id]
        case Not(part):
            inner, values = condition(part, postgres=postgres)
            return f"NOT ({inner})", values
        case All(parts):
            return _joined(parts, " AND ", "true", postgres)
        case AnyOf(parts):
            return _joined(parts, " OR ", "false", postgres)


_COLUMNS = {name: name for name in ("phone", "operator_code", "timezone")}


def _places(values: Sequence[Any]) -> str:
    return ", ".join("?" for _ in values)


def _joined(parts: Sequence[Audience], word: str, none: str, postgres: bool) -> Condition:
    made = [condition(part, postgres=postgres) for part in parts]
    return f"({word.join(sql for sql, _ in made) or none})", [value for _, values in made for value in values]


def _on_sqlite(attribute: Attribute) -> Condition:
    # `->` gives the JSON text of a member, so that 5, "5" and true are different, as they are in JSON.
    path = '$."' + attribute.name.replace('"', '\\"') + '"'
    return _compared(
        attribute,
        text="json(c.attributes -> ?)",
        number="CASE WHEN json_type(c.attributes, ?) IN ('integer', 'real') THEN json_extract(c.attributes, ?) END",
        there="COALESCE(json_type(c.attributes, ?), 'null') <> 'null'",
        name=path,
        as_text=lambda value: orjson.dumps(value).decode(),
        literal="json(?)",
        numbers_apart=True,
    )


def _on_postgres(attribute: Attribute) -> Condition:
    own = "CAST(c.attributes AS jsonb)"
    return _compared(
        attribute,
        text=f"({own} -> ?)",
        number=f"CASE WHEN jsonb_typeof({own} -> ?) = 'number' THEN CAST({own} ->> ? AS numeric) END",
        there=f"COALESCE(jsonb_typeof({own} -> ?), 'null') <> 'null'",
        name=attribute.name,
        as_text=lambda value: orjson.dumps(value).decode(),
        literal="CAST(? AS jsonb)",
    )


def _compared(
    attribute: Attribute,
    *,
    text: str,
    number: str,
    there: str,
    name: str,
    as_text: Callable[[Any], str],
    literal: str,
    numbers_apart: bool = False,
) -> Condition:
    parts: list[str] = []
    values: list[Any] = []
    if attribute.values:
        either = [f"COALESCE({text} IN ({', '.join(literal for _ in attribute.values)}), false)"]
        values += [name, *(as_text(value) for value in attribute.values)]
        # As text 5 and 5.0 are different.
        if numbers := [value for value in attribute.values if numbers_apart and type(value) in (int, float)]:
            either.append(f"COALESCE({number} IN ({_places(numbers)}), false)")
            values += [name, name, *numbers]
        parts.append(f"({' OR '.join(either)})")
    for sign, bound in ((">=", attribute.at_least), ("<=", attribute.at_most)):
        if bound is not None:
            parts.append(f"COALESCE({number} {sign} ?, false)")
            values += [name, name, bound]
    if attribute.exists is not None:
        parts.append(there if attribute.exists else f"NOT ({there})")
        values.append(name)
    return f"({' AND '.join(parts)})", values
