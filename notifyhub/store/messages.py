"""Accepting messages: inserting rows and finding duplicates, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

import orjson
import peewee

from notifyhub.domain.states import Status
from notifyhub.errors import StoreUnavailable
from notifyhub.store import chain_steps, fingerprints, refusals, wordings
from notifyhub.store.chain_steps import FirstSteps
from notifyhub.store.fingerprints import TRIES
from notifyhub.store.refusals import Books, Candidate
from notifyhub.store.rows import Type, as_uuid, fetch_rows, is_postgres, run_rows
from notifyhub.store.wordings import Made


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """dedup_key   None: no deduplication
    sender      the account, by its name in the settings; empty: the channel's own
    window_ms   a delivery that holds the key and is due at least this far away loses it; None: never
    rest        (channel, address) of the steps that may follow in its chain
    """

    position: int
    channel: str
    address: str
    dedup_key: str | None
    window_ms: int | None
    sender: str = ""
    rest: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to store. Times are epoch ms; `lane` as in `store.lanes`.

    channels  JSON of its chain, of which the deliveries are the first steps; None: it has none
    made      what it is made from, if that is a template
    """

    id: UUID
    text: str
    created_at: int
    due_at: int
    send_at: int | None
    expires_at: int | None
    priority: int
    max_attempts: int | None
    on_unconfirmed: str
    reference: str | None
    metadata: str | None
    options: str | None
    deduplicate: str
    deliveries: Sequence[NewDelivery] = field(repr=False)
    lane: int = 0
    ignore_reachability: bool = False
    channels: str | None = None
    confirm_within_ms: int | None = None
    made: Made | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """The result for a message: ids of its new deliveries and of those that it duplicates, by position.

    refused  the reasons of those new ones that were refused at once
    """

    delivery_ids: dict[int, int]
    duplicate_of: dict[int, int]
    refused: dict[int, str] = field(default_factory=dict)


_DELIVERY: dict[str, Type] = {
    "message_id": "UUID",
    "position": "BIGINT",
    "channel": "TEXT",
    "address": "TEXT",
    "priority": "BIGINT",
    "due_at": "BIGINT",
    "expires_at": "BIGINT",
    "max_attempts": "BIGINT",
    "dedup_key": "TEXT",
    "created_at": "BIGINT",
    "sender": "TEXT",
    "lane": "BIGINT",
}
_MESSAGE: dict[str, Type] = {
    "id": "UUID",
    "text": "TEXT",
    "created_at": "BIGINT",
    "send_at": "BIGINT",
    "expires_at": "BIGINT",
    "priority": "BIGINT",
    "max_attempts": "BIGINT",
    "on_unconfirmed": "TEXT",
    "reference": "TEXT",
    "metadata": "TEXT",
    "options": "TEXT",
    "deduplicate": "TEXT",
    "accepted": "BIGINT",
    "duplicates": "BIGINT",
}

_INSERT_DELIVERIES = f"""
    INSERT INTO deliveries ({", ".join(_DELIVERY)}, status, attempt, spent, maybe_sent)
    SELECT {", ".join(_DELIVERY)}, '{Status.SCHEDULED}', 0, 0, 0 FROM {{rows}} AS r WHERE {fingerprints.FREE}
    ON CONFLICT DO NOTHING"""
_INSERTED = """
    SELECT d.message_id AS message_id, d.position AS position, d.id AS id
    FROM {rows} AS r JOIN deliveries AS d ON d.message_id = r.message_id AND d.position = r.position"""
_PLACED = ("message_id", "position", "id")
_INSERT_MESSAGES = f"""
    INSERT INTO messages ({", ".join(_MESSAGE)}) SELECT {", ".join(_MESSAGE)} FROM {{rows}} AS r"""
_INSERT_DUPLICATES = """
    INSERT INTO duplicates (message_id, position, channel, address, duplicate_of)
    SELECT message_id, position, channel, address, duplicate_of FROM {rows} AS r"""
_Pending = tuple[NewMessage, NewDelivery]
_Place = tuple[UUID, int]


def accept(database: peewee.Database, messages: Sequence[NewMessage]) -> list[Stored]:
    """Store messages with their deliveries, as a writer's job."""
    pending: list[_Pending] = [(message, delivery) for message in messages for delivery in message.deliveries]
    _give_way(database, pending)
    ids: dict[_Place, int] = {}
    duplicates: dict[_Place, int] = {}
    for _ in range(TRIES):
        ids.update(_insert_deliveries(database, pending))
        pending = [(message, delivery) for message, delivery in pending if (message.id, delivery.position) not in ids]
        if not pending:
            break
        holders = fingerprints.holders(database, [d.dedup_key for _, d in pending if d.dedup_key is not None])
        for message, delivery in pending:
            if delivery.dedup_key in holders:
                duplicates[message.id, delivery.position] = holders[delivery.dedup_key]
        pending = [pair for pair in pending if pair[1].dedup_key not in holders]
    if pending:
        raise StoreUnavailable("too many requests with the same content at once; nothing was stored, try again")
    stored = [_stored(message, ids, duplicates) for message in messages]
    _insert_messages(database, messages, stored)
    _insert_duplicates(database, messages, stored)
    if chained := [message for message in messages if message.channels is not None]:
        chain_steps.begin_first(database, [_chain(message) for message in chained])
    if made := [message.made for message in messages if message.made is not None]:
        wordings.store(database, made)
    _refuse(database, messages, stored)
    return stored


def accept_many(database: peewee.Database, groups: Sequence[Sequence[NewMessage]]) -> list[list[Stored]]:
    """The same for groups of messages; each group is in one commit."""
    stored = iter(accept(database, list(chain.from_iterable(groups))))
    return [[next(stored) for _ in group] for group in groups]


def _give_way(database: peewee.Database, pending: Sequence[_Pending]) -> None:
    rows = [
        (delivery.dedup_key, message.due_at, delivery.window_ms)
        for message, delivery in pending
        if delivery.dedup_key is not None and delivery.window_ms is not None
    ]
    if rows:
        fingerprints.give_way(database, rows)


def _insert_deliveries(database: peewee.Database, pending: Sequence[_Pending]) -> dict[_Place, int]:
    rows = [
        (
            message.id.hex,
            delivery.position,
            delivery.channel,
            delivery.address,
            message.priority,
            message.due_at,
            message.expires_at,
            message.max_attempts,
            delivery.dedup_key,
            message.created_at,
            delivery.sender,
            message.lane,
        )
        for message, delivery in pending
    ]
    if is_postgres(database):
        inserted = run_rows(
            database, f"{_INSERT_DELIVERIES} RETURNING {', '.join(_PLACED)}", _DELIVERY, rows
        ).fetchall()
    else:
        # Rows returned one by one cost more than a second statement (see `store.rows.fetch`).
        run_rows(database, _INSERT_DELIVERIES, _DELIVERY, rows)
        place: dict[str, Type] = {"message_id": "UUID", "position": "BIGINT"}
        inserted = fetch_rows(database, _INSERTED, _PLACED, place, [row[:2] for row in rows])
    return {(as_uuid(message_id), position): id_ for message_id, position, id_ in inserted}


def _chain(message: NewMessage) -> FirstSteps:
    steps = [(delivery.position, delivery.rest) for delivery in message.deliveries]
    return FirstSteps(message.id.hex, message.channels, message.confirm_within_ms, steps)


def _stored(message: NewMessage, ids: dict[_Place, int], duplicates: dict[_Place, int]) -> Stored:
    fresh: dict[int, int] = {}
    repeated: dict[int, int] = {}
    for delivery in message.deliveries:
        place = (message.id, delivery.position)
        if place in ids:
            fresh[delivery.position] = ids[place]
        else:
            repeated[delivery.position] = duplicates[place]
    return Stored(fresh, repeated)


def _insert_messages(database: peewee.Database, messages: Sequence[NewMessage], stored: Sequence[Stored]) -> None:
    rows = [
        (
            message.id.hex,
            message.text,
            message.created_at,
            message.send_at,
            message.expires_at,
            message.priority,
            message.max_attempts,
            message.on_unconfirmed,
            message.reference,
            message.metadata,
            message.options,
            message.deduplicate,
            len(result.delivery_ids),
            len(result.duplicate_of),
        )
        for message, result in zip(messages, stored, strict=True)
    ]
    run_rows(database, _INSERT_MESSAGES, _MESSAGE, rows)


def _insert_duplicates(database: peewee.Database, messages: Sequence[NewMessage], stored: Sequence[Stored]) -> None:
    rows = list(
        chain.from_iterable(
            (
                (
                    message.id.hex,
                    delivery.position,
                    delivery.channel,
                    delivery.address,
                    result.duplicate_of[delivery.position],
                )
                for delivery in message.deliveries
                if delivery.position in result.duplicate_of
            )
            for message, result in zip(messages, stored, strict=True)
            if result.duplicate_of
        )
    )
    if rows:
        columns: dict[str, Type] = {
            "message_id": "UUID",
            "position": "BIGINT",
            "channel": "TEXT",
            "address": "TEXT",
            "duplicate_of": "BIGINT",
        }
        run_rows(database, _INSERT_DUPLICATES, columns, rows)


def _refuse(database: peewee.Database, messages: Sequence[NewMessage], stored: Sequence[Stored]) -> None:
    """Refuse what goes to addresses of which it is known that nothing arrives, or may be sent there."""
    refusals.override(database, [message.id for message in messages if message.ignore_reachability])
    places = ((delivery.channel, delivery.address) for message in messages for delivery in message.deliveries)
    now = max((message.created_at for message in messages), default=0)
    books = refusals.books_of(database, places, now)
    if books:
        candidates = (one for pair in zip(messages, stored, strict=True) for one in _candidates(*pair, books))
        refused = refusals.refuse(database, candidates, books, now)
        for result in stored:
            result.refused.update(
                (position, refused[id_]) for position, id_ in result.delivery_ids.items() if id_ in refused
            )


def _candidates(message: NewMessage, stored: Stored, books: Books) -> Iterator[Candidate]:
    options = orjson.loads(message.options) if message.options else {}
    ids, overridden = stored.delivery_ids, message.ignore_reachability
    for delivery in message.deliveries:
        if delivery.position in ids and refusals.is_in(books, delivery.channel, delivery.address):
            own = options.get(delivery.channel, {})
            place = (ids[delivery.position], delivery.channel, delivery.address)
            yield Candidate(*place, own, overridden, message.due_at)
