"""The rows of chains: begun with their deliveries, waited for, stopped. How a step gives way is in `store.chains`.

Deliveries without a chain have no row in `chain_steps`, and nothing here finds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import orjson
import peewee

from notifyhub.domain.states import Status
from notifyhub.store.rows import Type, run, run_rows


class Begun(NamedTuple):
    """The first step of a chain, by its place in its message; `rest` is the JSON of what may follow."""

    message_id: str
    position: int
    rest: str | None
    confirm_within_ms: int | None


class FirstSteps(NamedTuple):
    """The chain of a message that was just stored.

    channels  its JSON
    steps     the position of each first step, and (channel, address) of those that may follow
    """

    message_id: str
    channels: str | None
    confirm_within_ms: int | None
    steps: Sequence[tuple[int, Sequence[tuple[str, str]]]]


def as_rest(steps: Sequence[tuple[str, str]]) -> str | None:
    """(channel, address) of the steps that may follow, as they are stored."""
    return orjson.dumps(steps).decode() if steps else None


_ID: dict[str, Type] = {"id": "BIGINT"}
_BEGUN: dict[str, Type] = {
    "message_id": "UUID",
    "position": "BIGINT",
    "rest": "TEXT",
    "confirm_within_ms": "BIGINT",
}
_BEGIN = f"""
    INSERT INTO chain_steps (delivery_id, message_id, chain_id, mailing_id, channel, step, rest, confirm_within_ms,
        confirm_at, began_at)
    SELECT d.id, d.message_id, d.id, d.mailing_id, d.channel, 1, r.rest, r.confirm_within_ms,
        CASE WHEN r.rest IS NULL OR d.status <> '{Status.SCHEDULED}' THEN NULL ELSE d.due_at + r.confirm_within_ms END,
        d.created_at
    FROM {{rows}} AS r JOIN deliveries AS d ON d.message_id = r.message_id AND d.position = r.position"""
_MAY_GO_ON = "chain_steps.rest IS NOT NULL AND chain_steps.next_id IS NULL"
_REARM = f"""
    UPDATE chain_steps SET confirm_at = r.due_at + chain_steps.confirm_within_ms FROM {{rows}} AS r
    WHERE chain_steps.delivery_id = r.id AND chain_steps.confirm_within_ms IS NOT NULL AND {_MAY_GO_ON}"""
_DISARM = """
    UPDATE chain_steps SET confirm_at = NULL FROM {rows} AS r
    WHERE chain_steps.delivery_id = r.id AND chain_steps.confirm_at IS NOT NULL"""
_STOP_MESSAGE = f"UPDATE chain_steps SET rest = NULL, confirm_at = NULL WHERE message_id = ? AND {_MAY_GO_ON}"
_STOP_THESE = f"""
    UPDATE chain_steps SET rest = NULL, confirm_at = NULL FROM {{rows}} AS r
    WHERE chain_steps.delivery_id = r.id AND {_MAY_GO_ON}"""
_NAME = "UPDATE messages SET channels = r.channels FROM {rows} AS r WHERE messages.id = r.id"
_ANY = "SELECT 1 FROM chain_steps LIMIT 1"


def begin_first(database: peewee.Database, messages: Sequence[FirstSteps]) -> None:
    """Note the chains of messages that were just stored."""
    run_rows(database, _NAME, {"id": "UUID", "channels": "TEXT"}, [(m.message_id, m.channels) for m in messages])
    begin(
        database,
        [
            Begun(message.message_id, position, as_rest(rest), message.confirm_within_ms)
            for message in messages
            for position, rest in message.steps
        ],
    )


def begin(database: peewee.Database, first_steps: Iterable[Begun]) -> None:
    """Note the chains of deliveries that were just stored; duplicates, which were not stored, are passed over."""
    run_rows(database, _BEGIN, _BEGUN, map(tuple, first_steps))


def rearm(database: peewee.Database, due: Iterable[tuple[int, int]]) -> None:
    """Pairs of (delivery, due_at in epoch ms): the time that a step has until it gives way begins anew then."""
    run_rows(database, _REARM, {"id": "BIGINT", "due_at": "BIGINT"}, due)


def disarm(database: peewee.Database, ids: Iterable[int]) -> None:
    """These steps are waited for no longer: they give way only if they fail."""
    run_rows(database, _DISARM, _ID, [(id_,) for id_ in ids])


def stop_message(database: peewee.Database, message_id: UUID | str) -> bool:
    """Nothing follows the current steps of this message any more. Returns whether anything might have."""
    return bool(run(database, _STOP_MESSAGE, message_id).rowcount)


def stop_these(database: peewee.Database, ids: Iterable[int]) -> None:
    """Nothing follows these deliveries any more."""
    run_rows(database, _STOP_THESE, _ID, [(id_,) for id_ in ids])


def are_there(database: peewee.Database) -> bool:
    """Query: is there any chain at all?"""
    return run(database, _ANY).fetchone() is not None
