"""Tells the story of messages on their road: what was accepted, each call with its answer, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from notifyhub.domain.states import RELEASED, Status
from notifyhub.logs import masking, story
from notifyhub.logs.current import CONCERNED
from notifyhub.store.claimed import Claimed
from notifyhub.store.deliveries import Result, Unsent
from notifyhub.store.messages import NewMessage, Stored

MOST_LISTED = 100
"""Ids of deliveries in the record of a message."""
BAD = frozenset({Status.UNCONFIRMED, Status.FAILED, *RELEASED}) - {Status.CANCELLED}


class Asker(NamedTuple):
    """Who asked for something that is done on another thread.

    fields     the request and the API key
    concerned  the ids of what that request is about
    """

    fields: dict[str, Any]
    concerned: dict[str, Any] | None


def asker(consumer: int) -> Asker:
    """The current request, by the API key `consumer`; 0: without one."""
    fields: dict[str, Any] = story.asked()
    if consumer:
        fields["key_id"] = consumer
    return Asker(fields, CONCERNED.get())


def stored(asker: Asker, pairs: Sequence[tuple[NewMessage, Stored]]) -> None:
    """Tell that these messages were accepted."""
    if not story.is_heard() or not pairs:
        return
    if asker.concerned is not None:
        ids = [message.id for message, _ in pairs]
        asker.concerned.update({"message_id": ids[0]} if len(ids) == 1 else {"message_ids": ids})
    records = (_accepted(asker, *pair) for pair in pairs)
    story.tell_all("message.accepted", records, number=len(pairs))


def _accepted(asker: Asker, message: NewMessage, stored: Stored) -> dict[str, Any]:
    ids = stored.delivery_ids
    fields = {
        **asker.fields,
        "message_id": message.id,
        "deliveries": len(ids),
        "delivery_ids": list(islice(ids.values(), MOST_LISTED)),
        "channels": sorted({delivery.channel for delivery in message.deliveries}),
    }
    if stored.refused:
        fields["refused"] = len(stored.refused)
    if stored.duplicate_of:
        fields["duplicates"] = len(stored.duplicate_of)
    if message.due_at > message.created_at:
        fields["due_at"] = story.moment_of(message.due_at)
    return fields


def attempted(pairs: Sequence[tuple[Claimed, Result]], *, recorded: bool = True) -> None:
    """Tell of calls and their answers, and of what expired right before its call."""
    if not story.is_heard():
        pairs = [pair for pair in pairs if pair[1].status in BAD] if story.is_heard("warning") else ()
    for event, own in (
        ("delivery.attempt", [pair for pair in pairs if pair[1].call is not None]),
        ("delivery.expired", [pair for pair in pairs if pair[1].call is None]),
    ):
        if own:
            records = (_attempted(*pair, recorded=recorded) for pair in own)
            # What went wrong is told at any level.
            level = "info" if story.is_heard() else "warning"
            story.tell_all(event, records, level, number=len(own))


def _attempted(row: Claimed, result: Result, *, recorded: bool) -> dict[str, Any]:
    fields = delivery(row)
    fields["status"] = result.status
    if result.reason is not None:
        fields["reason"] = result.reason
    if result.status in BAD:
        fields["level"] = "warning"
    if not recorded:
        fields |= {"recorded": False, "level": "error"}
    if (call := result.call) is None:
        return fields
    fields["attempt"] = result.attempt
    fields["outcome"] = call.outcome
    fields["code"] = call.code or None
    fields["duration_ms"] = call.finished_at - call.started_at
    if row.sender:
        fields["sender"] = row.sender
    if call.outcome != "sent":
        fields |= {
            "answer": masking.answer(call.detail, row.address, row.text) or None,
            "due_at": story.moment_of(result.due_at),
        }
    return fields


def put_off(unsent: Iterable[Unsent]) -> None:
    """Tell of those that wait for a later moment."""
    if story.is_heard():
        story.tell_all(
            "delivery.put_off",
            [
                {**delivery(one.of), "reason": one.reason, "due_at": story.moment_of(one.due_at)}
                for one in unsent
                if one.of is not None and one.due_at is not None
            ],
        )


def rescued(rows: Sequence[Claimed], results: Sequence[Result]) -> None:
    """Tell of deliveries whose worker died during the call."""
    attempted(list(zip(rows, results, strict=True)))


def delivery(row: Claimed) -> dict[str, Any]:
    """The fields that name a delivery."""
    fields: dict[str, Any] = {"delivery_id": row.id, "message_id": row.message_id, "channel": row.channel}
    if row.mailing_id:
        fields["mailing_id"] = row.mailing_id
    if row.client_id is not None:
        fields["client_id"] = row.client_id
    return fields
