"""Lists of deliveries and messages whose text contains something. Each function is a query for `Database.read`.

There is no index of texts: it would cost every message that is accepted. A query looks through the other filters' list
instead, in its order, for a bounded time, and says where to go on. Texts are compared here and not by the database:
SQLite knows the small letters of ASCII only, and PostgreSQL those of its locale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import peewee

from notifyhub import answers
from notifyhub.requests import Filters
from notifyhub.store import lists, wordings
from notifyhub.store.list_queries import Row, delivery_rows, message_rows
from notifyhub.store.rows import Type, as_uuid, fetch_rows, uuid_parameter
from notifyhub.store.snapshots import at_one_moment

A = TypeVar("A")
P = TypeVar("P", bound=tuple[int, Any])

MOST_ROWS = 20_000
"""Rows that one query looks at."""
LONGEST_S = 0.05
"""How long it goes on looking, which is less than that where texts are long or filters are many."""
SLICE = 500
MOST_WORDINGS = 1_000
"""Recipients of a message up to which what each of them is told is looked at."""

_PLACE = ("created_at", "id")
_DELIVERY = ("created_at", "id", "message_id", "position")
_MESSAGE = ("created_at", "id", "text", "template", "mailing_id", "accepted")
_ID: dict[str, Type] = {"id": "UUID"}
_TEXTS = "SELECT m.id AS id, m.text AS text, m.template AS template FROM {rows} AS r JOIN messages AS m ON m.id = r.id"
_WORDED = """
    SELECT w.message_id AS message_id, w.text AS text FROM {rows} AS r JOIN wordings AS w ON w.message_id = r.id"""


class Found(NamedTuple, Generic[P, A]):
    """items    with their positions
    further  the last position looked at, if there may be more behind it and `items` are not all that was asked for
    """

    items: list[tuple[P, A]]
    further: P | None = None


def deliveries(
    filters: Filters, before: lists.DeliveryPlace | None, limit: int
) -> Callable[[peewee.Database], Found[lists.DeliveryPlace, answers.Delivery]]:
    """The matching deliveries; `before` is the position of the last one seen."""

    @at_one_moment
    def ask(database: peewee.Database) -> Found[lists.DeliveryPlace, answers.Delivery]:
        if filters.text is None:
            return Found(lists.deliveries(filters, before, limit)(database))
        found, further = _deliveries_saying(database, filters, filters.text, before, limit)
        return Found(lists.these_deliveries(database, [id_ for _, id_ in found], filters.order), further)

    return ask


def delivery_ids(
    filters: Filters, before: lists.DeliveryPlace | None, limit: int
) -> Callable[[peewee.Database], Found[lists.DeliveryPlace, int]]:
    """The ids of what `deliveries` gives."""

    @at_one_moment
    def ask(database: peewee.Database) -> Found[lists.DeliveryPlace, int]:
        further = None
        if filters.text is None:
            found = [_place(row) for row in delivery_rows(database, _PLACE, filters, before, limit)]
        else:
            found, further = _deliveries_saying(database, filters, filters.text, before, limit)
        return Found([(place, place[1]) for place in found], further)

    return ask


def _deliveries_saying(
    database: peewee.Database, filters: Filters, text: str, before: lists.DeliveryPlace | None, limit: int
) -> tuple[list[tuple[int, Any]], Any]:
    heard = _Texts(database, text)

    def slice_after(seen: Any) -> list[Row]:
        rows = delivery_rows(database, _DELIVERY, filters, seen, SLICE)
        return sorted(rows, key=_place, reverse=filters.order.reverse)

    return _looked_through(slice_after, heard.of_deliveries, before, limit)


def messages(
    filters: Filters, before: lists.MessagePlace | None, limit: int
) -> Callable[[peewee.Database], Found[lists.MessagePlace, answers.Message]]:
    """The messages that match; of a mailing's, only the text that all its deliveries share is looked at."""

    @at_one_moment
    def ask(database: peewee.Database) -> Found[lists.MessagePlace, answers.Message]:
        if filters.text is None:
            return Found(lists.messages(filters, before, limit)(database))
        heard = _Texts(database, filters.text)
        seen = None if before is None else (before[0], uuid_parameter(database, before[1]))

        def slice_after(seen: Any) -> list[Row]:
            return message_rows(database, _MESSAGE, filters, seen, SLICE)

        ids, further = _looked_through(slice_after, heard.of_messages, seen, limit)
        found = lists.these_messages(database, [as_uuid(id_) for _, id_ in ids], filters.order)
        return Found(found, None if further is None else (further[0], as_uuid(further[1])))

    return ask


def _looked_through(
    slice_after: Callable[[Any], Sequence[Row]],
    matching: Callable[[Sequence[Row]], Iterable[Row]],
    seen: Any,
    limit: int,
) -> tuple[list[tuple[int, Any]], Any]:
    """The positions of what matches, and the last one looked at if that is not the end."""
    ends, found = monotonic() + LONGEST_S, list[tuple[int, Any]]()
    for _ in range(MOST_ROWS // SLICE):
        rows = slice_after(seen)
        found += [_place(row) for row in matching(rows)]
        if len(found) >= limit or len(rows) < SLICE:
            return found[:limit], None
        seen = _place(rows[-1])
        if monotonic() > ends:
            break
    return found, seen


def _place(row: Row) -> tuple[int, Any]:
    return (row["created_at"], row["id"])


class _Texts:
    """Says in which texts something occurs, in capital or small letters."""

    def __init__(self, database: peewee.Database, text: str) -> None:
        self._database = database
        self._wanted = text.casefold()

    def of_deliveries(self, rows: Sequence[Row]) -> list[Row]:
        """Those that say it."""
        ids = {row["message_id"] for row in rows}
        texts = {id_: (text, template) for id_, text, template in self._fetch(_TEXTS, ("id", "text", "template"), ids)}
        shared = {id_: self._is_in(text) for id_, (text, _) in texts.items()}
        made = [(row["message_id"], row["position"]) for row in rows if texts.get(row["message_id"], ("", None))[1]]
        own = {place: self._is_in(wording.text) for place, wording in wordings.at(self._database, made).items()}
        return [
            row for row in rows if own.get((row["message_id"], row["position"]), shared.get(row["message_id"], False))
        ]

    def of_messages(self, rows: Sequence[Row]) -> list[Row]:
        """Those that say it to anybody."""
        said = {row["id"] for row in rows if self._is_in(row["text"])}
        few = [row for row in rows if row["template"] and not row["mailing_id"] and row["accepted"] <= MOST_WORDINGS]
        for some in _in_parts([row for row in few if row["id"] not in said]):
            told = self._fetch(_WORDED, ("message_id", "text"), [row["id"] for row in some])
            said |= {id_ for id_, text in told if self._is_in(text)}
        return [row for row in rows if row["id"] in said]

    def _is_in(self, text: str) -> bool:
        return self._wanted in text.casefold()

    def _fetch(self, sql: str, names: Sequence[str], ids: Iterable[UUID | str]) -> list[Sequence[Any]]:
        return fetch_rows(self._database, sql, names, _ID, [(as_uuid(id_).hex,) for id_ in ids]) if ids else []


def _in_parts(rows: Sequence[Row]) -> Iterable[list[Row]]:
    """Messages, so many at once that they have few recipients together."""
    part: list[Row] = []
    for row in rows:
        if part and sum(one["accepted"] for one in part) + row["accepted"] > MOST_WORDINGS:
            yield part
            part = []
        part.append(row)
    if part:
        yield part
