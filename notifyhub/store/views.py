"""Reading rows as answers. Each function is a query for `Database.read`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
import peewee

from notifyhub import answers, tracing
from notifyhub.clock import to_datetime
from notifyhub.domain.states import OPEN, Status
from notifyhub.domain.summary import DUPLICATE, results, summarise
from notifyhub.errors import NotFound
from notifyhub.requests import Priority
from notifyhub.store import lanes, wordings
from notifyhub.store.chain_places import PLACE, chain_answer, with_chains
from notifyhub.store.changes import of_a_mailing
from notifyhub.store.mailing_lists import with_ends
from notifyhub.store.models import Attempt, Delivery, Duplicate, Message, Receipt
from notifyhub.store.rows import run, uuid_parameter
from notifyhub.store.snapshots import at_one_moment
from notifyhub.store.summaries import Summary

MOST_LISTED = 1_000
"""Deliveries in a message's own answer; above this they are read page by page."""
FIRST = -1
"""The position before the first one, to begin paging at."""

_COUNTS = "SELECT status, COUNT(*) FROM deliveries WHERE message_id = ? GROUP BY status"
_OPEN = f"""
    SELECT 1 FROM deliveries WHERE message_id = ? AND status IN ({", ".join(f"'{s}'" for s in sorted(OPEN))}) LIMIT 1"""
_OVERDUE = f"SELECT 1 FROM deliveries WHERE status = '{Status.SENDING}' AND lease_until <= ? LIMIT 1"
_LATE = f"""
    SELECT 1 FROM deliveries
    WHERE status = '{Status.SCHEDULED}' AND expires_at IS NOT NULL AND expires_at <= ? LIMIT 1"""

Question = Callable[[peewee.Database], Any]


def message(id_: UUID) -> Callable[[peewee.Database], answers.Message]:
    """A message with its counts, and its deliveries unless they are too many. Raises NotFound."""

    @at_one_moment
    def ask(database: peewee.Database) -> answers.Message:
        row = _one(database, Message.select().where(Message.id == id_), "message", id_)
        counts = _counts(database, id_)
        listed = None
        if row["accepted"] + row["duplicates"] <= MOST_LISTED:
            # Steps that gave way may make them more.
            listed = [found for _, found in deliveries_page(id_, FIRST, MOST_LISTED + 1)(database)]
            listed = listed if len(listed) <= MOST_LISTED else None
        return message_answer(row, Summary(summarise(counts), counts), listed)

    return ask


def deliveries_page(
    message_id: UUID, after: int, limit: int
) -> Callable[[peewee.Database], list[tuple[int, answers.Delivery]]]:
    """(position, delivery) of a message in request order, with duplicates; `after` is the last position seen."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[tuple[int, answers.Delivery]]:
        # Each table alone may fill the page, so this many rows of each are enough.
        rows = with_chains(database, with_ends(database, _page(database, Delivery, message_id, after, limit)))
        stored = [(row["position"], delivery_answer(row)) for row in rows]
        left_out = [(row["position"], _duplicate(row)) for row in _page(database, Duplicate, message_id, after, limit)]
        return sorted(stored + left_out, key=itemgetter(0))[:limit]

    return ask


def delivery(id_: int) -> Callable[[peewee.Database], answers.Delivery]:
    """A delivery with its attempts. Raises NotFound."""

    @at_one_moment
    def ask(database: peewee.Database) -> answers.Delivery:
        found = _one(database, Delivery.select().where(Delivery.id == id_), "delivery", id_)
        (row,) = with_chains(database, with_ends(database, [found]))
        query = Attempt.select().where(Attempt.delivery_id == id_).order_by(Attempt.number)
        attempts = [_attempt(attempt) for attempt in query.dicts().execute(database)]
        later = Receipt.select().where(Receipt.delivery_id == id_).order_by(Receipt.at, Receipt.kind)
        receipts = [_receipt(receipt) for receipt in later.dicts().execute(database)]
        said = wordings.text_of(database, row["message_id"], row["position"])
        return delivery_answer(row).model_copy(
            update={"text": said, "attempts": attempts, "receipts": receipts or None}
        )

    return ask


def must_exist(id_: UUID) -> Callable[[peewee.Database], None]:
    """Raises NotFound when there is no such message."""

    def ask(database: peewee.Database) -> None:
        _one(database, Message.select(Message.id).where(Message.id == id_), "message", id_)

    return ask


def must_stand_alone(id_: UUID) -> Callable[[peewee.Database], None]:
    """Raises NotFound when there is no such message, and Conflict when it is that of a mailing."""

    def ask(database: peewee.Database) -> None:
        row = _one(database, Message.select(Message.mailing_id).where(Message.id == id_), "message", id_)
        if row["mailing_id"]:
            raise of_a_mailing(id_, row["mailing_id"])

    return ask


def counts(id_: UUID) -> Callable[[peewee.Database], dict[str, int]]:
    """Deliveries of a message by status, one for each chain."""
    return lambda database: _counts(database, id_)


def is_open(id_: UUID) -> Callable[[peewee.Database], bool]:
    """Is any delivery of this message still scheduled or being sent?"""
    return lambda database: run(database, _OPEN, uuid_parameter(database, id_)).fetchone() is not None


def due_channels(channels: Iterable[str], now: int) -> Callable[[peewee.Database], list[str]]:
    """The channels with something due at `now` (epoch ms)."""

    def ask(database: peewee.Database) -> list[str]:
        return [channel for channel in channels if any(lane.due_at <= now for lane in lanes.waiting(database, channel))]

    return ask


def next_due(channels: Iterable[str], now: int, until: int) -> Callable[[peewee.Database], dict[str, int]]:
    """For each channel, the next time at which something becomes due, after `now` and up to `until` (epoch ms)."""

    def ask(database: peewee.Database) -> dict[str, int]:
        earliest: dict[str, int] = {}
        for channel in channels:
            found = [lane.due_at for lane in lanes.waiting(database, channel, now)]
            if found and min(found) <= until:
                earliest[channel] = min(found)
        return earliest

    return ask


def needs_rescue(now: int) -> Callable[[peewee.Database], bool]:
    """Has any lease expired at `now` (epoch ms)?"""
    return lambda database: run(database, _OVERDUE, now).fetchone() is not None


def needs_expiry(now: int) -> Callable[[peewee.Database], bool]:
    """Has anything that is still waiting expired at `now` (epoch ms)?"""
    return lambda database: run(database, _LATE, now).fetchone() is not None


def _one(database: peewee.Database, query: Any, kind: str, key: object) -> dict[str, Any]:
    rows: list[dict[str, Any]] = list(query.dicts().execute(database))
    if not rows:
        raise NotFound(kind, key)
    return rows[0]


def _counts(database: peewee.Database, id_: UUID) -> dict[str, int]:
    return results(dict(run(database, _COUNTS, uuid_parameter(database, id_)).fetchall()))


def _page(database: peewee.Database, table: Any, message_id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
    wanted = (table.message_id == message_id) & (table.position > after)
    return list(table.select().where(wanted).order_by(table.position).limit(limit).dicts().execute(database))


def _duplicate(row: Mapping[str, Any]) -> answers.Delivery:
    return answers.Delivery(
        channel=row["channel"], address=row["address"], status=DUPLICATE, duplicate_of=row["duplicate_of"]
    )


def message_answer(row: Mapping[str, Any], summary: Summary, listed: list[answers.Delivery] | None) -> answers.Message:
    """A row of messages as an answer; without its deliveries if `listed` is None."""
    return answers.Message(
        id=row["id"],
        status=summary.status,
        text=row["text"],
        created_at=to_datetime(row["created_at"]),
        send_at=_moment(row["send_at"]),
        expires_at=_moment(row["expires_at"]),
        priority=list(Priority)[row["priority"]],
        reference=row["reference"],
        metadata=orjson.loads(row["metadata"]) if row["metadata"] else {},
        channels=chain_answer(row["channels"]),
        template=row["template"],
        template_version=row["template_version"],
        language=row["language"],
        options=tracing.without(row["options"]),
        mailing_id=row["mailing_id"] or None,
        accepted=row["accepted"],
        duplicates=row["duplicates"],
        counts=summary.counts,
        deliveries=listed,
    )


def delivery_answer(row: Mapping[str, Any]) -> answers.Delivery:
    """A row of deliveries as an answer, without its attempts."""
    return answers.Delivery(
        id=row["id"],
        message_id=row["message_id"],
        channel=row["channel"],
        address=row["address"],
        status=row["status"],
        due_at=_moment(row["due_at"]),
        expires_at=_moment(row["expires_at"]),
        sent_at=_moment(row["sent_at"]),
        reason=row["reason"],
        messenger_id=row["messenger_id"],
        mailing_id=row["mailing_id"] or None,
        client_id=row["client_id"],
        chain=row.get(PLACE),
    )


def _attempt(row: Mapping[str, Any]) -> answers.Attempt:
    return answers.Attempt(
        number=row["number"],
        started_at=to_datetime(row["started_at"]),
        finished_at=to_datetime(row["finished_at"]),
        outcome=row["outcome"],
        code=row["code"],
        detail=row["detail"],
    )


def _receipt(row: Mapping[str, Any]) -> answers.Receipt:
    return answers.Receipt(kind=row["kind"], at=to_datetime(row["at"]), code=row["code"], detail=row["detail"])


def _moment(moment_ms: int | None) -> datetime | None:
    return None if moment_ms is None else to_datetime(moment_ms)
