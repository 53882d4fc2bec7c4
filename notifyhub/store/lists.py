"""Lists of deliveries and messages, newest or oldest first. Each function is a query for `Database.read`.

What they read is in `list_queries`; `Filters.text` is for `searches`, which look through these lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import peewee

from notifyhub import answers
from notifyhub.domain.orders import Order
from notifyhub.errors import NotFound
from notifyhub.requests import Filters
from notifyhub.store import views
from notifyhub.store.chain_places import with_chains
from notifyhub.store.list_queries import Row, delivery_rows, message_rows
from notifyhub.store.mailing_lists import with_ends
from notifyhub.store.models import Delivery, Message
from notifyhub.store.rows import Type, as_uuid, fetch_rows, run, uuid_parameter
from notifyhub.store.snapshots import at_one_moment
from notifyhub.store.summaries import summaries

DeliveryPlace = tuple[int, int]
MessagePlace = tuple[int, UUID]
"""(created_at in ms, id): a position in a list."""

_DELIVERY_COLUMNS = tuple(field.column_name for field in Delivery._meta.sorted_fields)
_MESSAGE_COLUMNS = tuple(field.column_name for field in Message._meta.sorted_fields)
_THESE = f"""
    SELECT {", ".join(f"d.{name} AS {name}" for name in _DELIVERY_COLUMNS)}
    FROM {{rows}} AS r JOIN deliveries AS d ON d.id = r.id"""
_THESE_MESSAGES = f"""
    SELECT {", ".join(f"m.{name} AS {name}" for name in _MESSAGE_COLUMNS)}
    FROM {{rows}} AS r JOIN messages AS m ON m.id = r.id"""
_MESSAGE_ID: dict[str, Type] = {"id": "UUID"}


def deliveries(
    filters: Filters, before: DeliveryPlace | None, limit: int
) -> Callable[[peewee.Database], list[tuple[DeliveryPlace, answers.Delivery]]]:
    """The matching deliveries with their positions; `before` is the position of the last one seen."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[tuple[DeliveryPlace, answers.Delivery]]:
        rows = delivery_rows(database, _DELIVERY_COLUMNS, filters, before, limit)
        return _deliveries(database, rows, filters.order)

    return ask


def messages(
    filters: Filters, before: MessagePlace | None, limit: int
) -> Callable[[peewee.Database], list[tuple[MessagePlace, answers.Message]]]:
    """The messages that match, or have a matching delivery, with their positions and without their deliveries."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[tuple[MessagePlace, answers.Message]]:
        seen = None if before is None else (before[0], uuid_parameter(database, before[1]))
        return _messages(database, message_rows(database, _MESSAGE_COLUMNS, filters, seen, limit), filters.order)

    return ask


def these_deliveries(
    database: peewee.Database, ids: Iterable[int], order: Order = Order.NEWEST
) -> list[tuple[DeliveryPlace, answers.Delivery]]:
    """Those of these deliveries that exist, with their positions."""
    rows = fetch_rows(database, _THESE, _DELIVERY_COLUMNS, {"id": "BIGINT"}, [(id_,) for id_ in sorted(set(ids))])
    return _deliveries(database, [dict(zip(_DELIVERY_COLUMNS, row, strict=True)) for row in rows], order)


def these_messages(
    database: peewee.Database, ids: Iterable[UUID], order: Order
) -> list[tuple[MessagePlace, answers.Message]]:
    """Those of these messages that exist, with their positions and without their deliveries."""
    rows = fetch_rows(database, _THESE_MESSAGES, _MESSAGE_COLUMNS, _MESSAGE_ID, [(id_.hex,) for id_ in ids])
    return _messages(database, [dict(zip(_MESSAGE_COLUMNS, row, strict=True)) for row in rows], order)


def by_ids(ids: Sequence[int]) -> Callable[[peewee.Database], dict[int, answers.Delivery]]:
    """Those of these deliveries that exist."""

    @at_one_moment
    def ask(database: peewee.Database) -> dict[int, answers.Delivery]:
        return {id_: delivery for (_, id_), delivery in these_deliveries(database, ids)}

    return ask


def place_of(id_: int) -> Callable[[peewee.Database], DeliveryPlace]:
    """The position of a delivery in lists. Raises NotFound."""

    def ask(database: peewee.Database) -> DeliveryPlace:
        row = run(database, "SELECT created_at, id FROM deliveries WHERE id = ?", id_).fetchone()
        if row is None:
            raise NotFound("delivery", id_)
        return (row[0], row[1])

    return ask


def place_of_message(id_: UUID) -> Callable[[peewee.Database], MessagePlace]:
    """The position of a message in lists. Raises NotFound."""

    def ask(database: peewee.Database) -> MessagePlace:
        row = run(database, "SELECT created_at FROM messages WHERE id = ?", uuid_parameter(database, id_)).fetchone()
        if row is None:
            raise NotFound("message", id_)
        return (row[0], id_)

    return ask


def _deliveries(
    database: peewee.Database, found: Sequence[Row], order: Order
) -> list[tuple[DeliveryPlace, answers.Delivery]]:
    rows = with_chains(database, with_ends(database, found))
    placed = [((row["created_at"], row["id"]), views.delivery_answer(row)) for row in rows]
    # SQLite does not guarantee the order of combined rows.
    return sorted(placed, key=_place, reverse=order.reverse)


def _messages(database: peewee.Database, rows: list[Row], order: Order) -> list[tuple[MessagePlace, answers.Message]]:
    summed = summaries(database, rows)
    placed = [
        ((row["created_at"], as_uuid(row["id"])), views.message_answer(row, summed[row["id"]], None)) for row in rows
    ]
    return sorted(placed, key=_place, reverse=order.reverse)


def _place(placed: tuple[Any, Any]) -> Any:
    return placed[0]
