"""Wordings: the texts of deliveries whose message is made from a template and says something else to each.

Deliveries that say what their message says have no row here. Others are found by their place in their message, so that
the step that follows in a chain has its text before it exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import peewee

from notifyhub.store.rows import Type, as_uuid, fetch, fetch_rows, is_postgres, run, run_rows, uuid_parameter


class Wording(NamedTuple):
    """What the delivery at a position of its message says; `options` as in messages: JSON, by channel."""

    position: int
    text: str
    options: str | None

    @property
    def content(self) -> dict[str, Any]:
        return {"text": self.text, "options": self.options}


class Made(NamedTuple):
    """What a message is made from, and what its deliveries say.

    id        hex digits of the message's id
    wordings  of those deliveries, and of those that may follow, that say something else than the message
    owners    (position, client) of those that are made for somebody in the directory
    """

    id: str
    template: str
    template_version: int | None
    language: str | None
    wordings: Sequence[Wording]
    owners: Sequence[tuple[int, int]]


Place = tuple[UUID | str, int]
"""A message, by its id as the database has it, and a position."""

_ORIGIN: dict[str, Type] = {"id": "UUID", "template": "TEXT", "template_version": "BIGINT", "language": "TEXT"}
_NAME = f"""
    UPDATE messages SET {", ".join(f"{name} = r.{name}" for name in [*_ORIGIN][1:])}
    FROM {{rows}} AS r WHERE messages.id = r.id"""
_WORDING: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT", "text": "TEXT", "options": "TEXT"}
_INSERT = f"""
    INSERT INTO wordings ({", ".join(_WORDING)}) SELECT {", ".join(_WORDING)} FROM {{rows}} AS r WHERE true
    ON CONFLICT DO NOTHING"""
_OWNER: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT", "client_id": "BIGINT"}
_OWN = """
    UPDATE deliveries SET client_id = r.client_id FROM {rows} AS r
    WHERE deliveries.message_id = r.message_id AND deliveries.position = r.position"""
_TEXT: dict[str, Type] = {"position": "BIGINT", "text": "TEXT", "options": "TEXT"}
_INSERT_OF_ONE = f"""
    INSERT INTO wordings (message_id, {", ".join(_TEXT)})
    SELECT s.message_id, {", ".join(f"r.{name}" for name in _TEXT)}
    FROM {{rows}} AS r CROSS JOIN (SELECT CAST(? AS {{uuid}}) AS message_id) AS s WHERE true ON CONFLICT DO NOTHING"""
_FIND = f"""
    SELECT {", ".join(f"w.{name} AS {name}" for name in _WORDING)}
    FROM {{rows}} AS r JOIN wordings AS w ON w.message_id = r.message_id AND w.position = r.position"""
_PLACE: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT"}
_REPLACE = "UPDATE messages SET template = NULL, template_version = NULL, language = NULL WHERE id = ?"
# A chain has a row for each step, from the first to the last that might have followed.
_FORGET = """
    DELETE FROM wordings WHERE (message_id, position) IN (
        SELECT d.message_id, d.position FROM deliveries AS d WHERE d.client_id = ? AND d.client_id IS NOT NULL
        UNION SELECT d.message_id, d.position FROM duplicates AS d WHERE d.client_id = ? AND d.client_id IS NOT NULL)"""
_LEFT = """
    SELECT d.message_id AS message_id, d.position AS position, c.rest AS rest
    FROM deliveries AS d JOIN chain_steps AS c ON c.delivery_id = d.id
    WHERE d.client_id = ? AND d.client_id IS NOT NULL AND c.rest IS NOT NULL AND c.next_id IS NULL"""
_DELETE = """
    DELETE FROM wordings WHERE EXISTS (
        SELECT 1 FROM {rows} AS r WHERE r.message_id = wordings.message_id AND r.position = wordings.position)"""


def as_options(channel: str, options: Mapping[str, Any]) -> str | None:
    """The options of a channel as they are stored."""
    return orjson.dumps({channel: options}).decode() if options else None


def store(database: peewee.Database, messages: Sequence[Made]) -> None:
    """Note the templates of messages that were just stored, and the texts of their deliveries."""
    run_rows(database, _NAME, _ORIGIN, [made[: len(_ORIGIN)] for made in messages])
    if rows := [(made.id, *wording) for made in messages for wording in made.wordings]:
        run_rows(database, _INSERT, _WORDING, rows)
    if owners := [(made.id, *owner) for made in messages for owner in made.owners]:
        run_rows(database, _OWN, _OWNER, owners)


def add(database: peewee.Database, message_id: UUID | str, texts: Sequence[Wording]) -> None:
    """Store the texts of deliveries of a message, by its id as the database has it."""
    sql = _INSERT_OF_ONE.replace("{uuid}", "UUID" if is_postgres(database) else "TEXT")
    run_rows(database, sql, _TEXT, map(tuple, texts), message_id)


def at(database: peewee.Database, places: Iterable[Place]) -> dict[Place, Wording]:
    """The wordings of these deliveries, as far as they have their own."""
    rows = [(id_ if isinstance(id_, str) else id_.hex, position) for id_, position in places]
    found = fetch_rows(database, _FIND, tuple(_WORDING), _PLACE, rows) if rows else []
    return {(id_, position): Wording(position, text, options) for id_, position, text, options in found}


def text_of(database: peewee.Database, message_id: UUID, position: int) -> str | None:
    """What a delivery says, if its message is made from a template."""
    key = uuid_parameter(database, message_id)
    row = run(database, "SELECT text FROM messages WHERE id = ? AND template IS NOT NULL", key).fetchone()
    if row is None:
        return None
    own = at(database, [(key, position)]).get((key, position))
    return row[0] if own is None else own.text


def replace(database: peewee.Database, message_id: UUID) -> None:
    """From now on all deliveries of a message say what the message says."""
    key = uuid_parameter(database, message_id)
    run(database, "DELETE FROM wordings WHERE message_id = ?", key)
    run(database, _REPLACE, key)


def forget(database: peewee.Database, client_id: int) -> int:
    """Delete what was said to a client, and what the next steps of their chains would have said.

    Returns the number of texts.
    """
    left = fetch(database, _LEFT, ("message_id", "position", "rest"), client_id)
    ahead = [
        (as_uuid(id_).hex, position + i + 1) for id_, position, rest in left for i in range(len(orjson.loads(rest)))
    ]
    deleted: int = run_rows(database, _DELETE, _PLACE, ahead).rowcount if ahead else 0
    return deleted + int(run(database, _FORGET, client_id, client_id).rowcount)
