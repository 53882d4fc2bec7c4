"""Everything stored about a delivery, for its story. Each function is a query for `Database.read`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import peewee

from notifyhub.clock import to_datetime
from notifyhub.domain.chain_story import Step, current
from notifyhub.domain.states import Status
from notifyhub.domain.story import Refusal, Subject, Told, Try
from notifyhub.errors import NotFound
from notifyhub.store import reachability_models
from notifyhub.store.chain_places import Link, chain_links
from notifyhub.store.mailing_models import Mailing
from notifyhub.store.models import Attempt, Delivery, Duplicate, Message, Receipt
from notifyhub.store.rows import as_uuid
from notifyhub.store.snapshots import at_one_moment


@dataclass(frozen=True, slots=True)
class History:
    """A delivery, or a recipient who was left out because `duplicate_of` already carries this text to them.

    holder_status  status of that delivery; None for a delivery of the message itself
    options        those of the message for the channel, if any
    rate           the limit of its mailing, in words
    chain          all steps of the chain that it is a step of; then it is the one that is the result so far
    deliveries     the ids of these steps
    """

    id: int | None
    message_id: UUID
    subject: Subject
    duplicate_of: int | None = None
    holder_status: str | None = None
    options: Mapping[str, Any] | None = None
    rate: str | None = None
    chain: Sequence[Step] = ()
    deliveries: Sequence[int] = ()


class Recipients(NamedTuple):
    """Some of the recipients of a message, in request order.

    last  the position of the last one; None: nobody follows
    """

    histories: list[History]
    last: int | None


def of_delivery(id_: int) -> Callable[[peewee.Database], list[History]]:
    """One delivery. Raises NotFound."""

    @at_one_moment
    def ask(database: peewee.Database) -> list[History]:
        rows = _rows(database, Delivery.select().where(Delivery.id == id_))
        if not rows:
            raise NotFound("delivery", id_)
        message = _message(database, rows[0]["message_id"])
        return [history for _, history in _together(database, message, rows)]

    return ask


def of_message(id_: UUID, after: int, most: int) -> Callable[[peewee.Database], Recipients]:
    """At most `most` recipients after this position, including those left out. Raises NotFound.

    A chain stands where its first step does. Later steps take places too, so there may be fewer than `most`.
    """

    @at_one_moment
    def ask(database: peewee.Database) -> Recipients:
        message = _message(database, id_)
        kept, left_out = (_rows(database, _placed(table, id_, after, most + 1)) for table in (Delivery, Duplicate))
        places = sorted(row["position"] for row in (*kept, *left_out))
        last = places[most - 1] if len(places) > most else None
        kept, left_out = ([row for row in rows if last is None or row["position"] <= last] for rows in (kept, left_out))
        holders = _statuses(database, {row["duplicate_of"] for row in left_out})
        told = [pair for pair in _together(database, message, kept) if pair[0] > after]
        told += [(row["position"], _left_out(message, row, holders)) for row in left_out]
        return Recipients([history for _, history in sorted(told, key=lambda pair: pair[0])], last)

    return ask


def _placed(table: Any, id_: UUID, after: int, most: int) -> Any:
    return table.select().where(table.message_id == id_, table.position > after).order_by(table.position).limit(most)


def _rows(database: peewee.Database, query: Any) -> list[dict[str, Any]]:
    return list(query.dicts().execute(database))


def _message(database: peewee.Database, id_: UUID) -> dict[str, Any]:
    rows = _rows(database, Message.select().where(Message.id == id_))
    if not rows:
        raise NotFound("message", id_)
    return rows[0]


def _rate(database: peewee.Database, mailing_id: int) -> str | None:
    rows = _rows(database, Mailing.select(Mailing.rate).where(Mailing.id == mailing_id)) if mailing_id else []
    return rows[0]["rate"] if rows else None


def _statuses(database: peewee.Database, ids: set[int]) -> dict[int, str]:
    rows = _rows(database, Delivery.select(Delivery.id, Delivery.status).where(Delivery.id.in_(ids))) if ids else []
    return {row["id"]: row["status"] for row in rows}


def _stored(database: peewee.Database, message: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[History]:
    tries: dict[int, list[Try]] = {row["id"]: [] for row in rows}
    wanted = Attempt.delivery_id.in_(list(tries))
    for row in _rows(database, Attempt.select().where(wanted).order_by(Attempt.delivery_id, Attempt.number)):
        tries[row["delivery_id"]].append(_try(row))
    receipts: dict[int, list[Told]] = {row["id"]: [] for row in rows}
    wanted = Receipt.delivery_id.in_(list(receipts))
    for row in _rows(database, Receipt.select().where(wanted).order_by(Receipt.delivery_id, Receipt.at)):
        receipts[row["delivery_id"]].append(_told(row))
    options = orjson.loads(message["options"]) if message["options"] else {}
    rate = _rate(database, message["mailing_id"])
    refused = _refusals(database, [row["id"] for row in rows if row["status"] == Status.FAILED])
    subjects = [_subject(message, row, tries[row["id"]], receipts[row["id"]]) for row in rows]
    return [
        History(
            row["id"],
            as_uuid(message["id"]),
            replace(subject, refusal=_last(refused.get(row["id"]), subject)),
            options=options.get(row["channel"]),
            rate=rate,
        )
        for row, subject in zip(rows, subjects, strict=True)
    ]


def _last(refusal: Refusal | None, subject: Subject) -> Refusal | None:
    """The refusal, unless the delivery was retried and failed again in another way."""
    tried = refusal is not None and subject.tries and subject.tries[-1].finished_at > refusal.at
    return None if tried else refusal


def _refusals(database: peewee.Database, ids: Sequence[int]) -> dict[int, Refusal]:
    if not ids:
        return {}
    table = reachability_models.Refusal
    rows = _rows(database, table.select().where(table.delivery_id.in_(ids)))
    return {
        row["delivery_id"]: Refusal(
            to_datetime(row["refused_at"]), to_datetime(row["learnt_at"]), _moment(row["expires_at"]), row["source"]
        )
        for row in rows
    }


def _together(
    database: peewee.Database, message: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[int, History]]:
    """The histories of these deliveries by position; one for all steps of a chain."""
    links = chain_links(database, [row["id"] for row in rows])
    missing = links.keys() - {row["id"] for row in rows}
    others = _rows(database, Delivery.select().where(Delivery.id.in_(missing))) if missing else []
    everything = [*rows, *others]
    chained: dict[int, list[tuple[int, History]]] = {}
    told: list[tuple[int, History]] = []
    for row, history in zip(everything, _stored(database, message, everything), strict=True):
        link = links.get(row["id"])
        place = told if link is None else chained.setdefault(link.chain_id, [])
        place.append((row["position"], history))
    return told + [_chain(sorted(steps, key=lambda pair: pair[0]), links) for steps in chained.values()]


def _chain(placed: Sequence[tuple[int, History]], links: Mapping[int, Link]) -> tuple[int, History]:
    ids = [history.id or 0 for _, history in placed]
    began = [to_datetime(links[id_].began_at) for id_ in ids]
    steps = [
        Step(
            number=links[id_].step,
            began_at=began[place],
            subject=replace(history.subject, gave_way_at=began[place + 1] if place + 1 < len(began) else None),
            then=links[id_].then,
            confirm_at=_moment(links[id_].confirm_at),
        )
        for place, (id_, (_, history)) in enumerate(zip(ids, placed, strict=True))
    ]
    result = placed[current(steps)][1]
    return placed[0][0], replace(result, chain=steps, deliveries=ids)


def _left_out(message: Mapping[str, Any], row: Mapping[str, Any], holders: Mapping[int, str]) -> History:
    holder = row["duplicate_of"]
    subject = _subject(message, {**row, "created_at": message["created_at"], "status": "duplicate"})
    return History(None, as_uuid(message["id"]), subject, holder, holders.get(holder, "no longer kept"))


def _subject(
    message: Mapping[str, Any], row: Mapping[str, Any], tries: Sequence[Try] = (), receipts: Sequence[Told] = ()
) -> Subject:
    due_at = row.get("due_at", message["created_at"])
    # The end of a mailing can be moved, so it is kept with the message.
    expires_at = message["expires_at"] if row.get("mailing_id") else row.get("expires_at")
    return Subject(
        channel=row["channel"],
        address=row["address"],
        status=row["status"],
        created_at=to_datetime(row["created_at"]),
        send_at=_moment(message["send_at"]),
        expires_at=_moment(expires_at),
        due_at=to_datetime(due_at),
        spent=row.get("spent", 0),
        max_attempts=row.get("max_attempts"),
        on_unconfirmed=message["on_unconfirmed"],
        lease_until=_moment(row.get("lease_until")),
        reason=row.get("reason"),
        messenger_id=row.get("messenger_id"),
        tries=tries,
        receipts=receipts,
    )


def _try(row: Mapping[str, Any]) -> Try:
    took = {name: to_datetime(row[name]) for name in ("started_at", "finished_at")}
    return Try(number=row["number"], outcome=row["outcome"], code=row["code"], detail=row["detail"], **took)


def _told(row: Mapping[str, Any]) -> Told:
    return Told(at=to_datetime(row["at"]), kind=row["kind"], code=row["code"], detail=row["detail"])


def _moment(moment_ms: int | None) -> Any:
    return None if moment_ms is None else to_datetime(moment_ms)
