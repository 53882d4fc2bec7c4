"""Accepting: a checked request becomes rows, and the rows become the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from notifyhub import answers, tracing
from notifyhub.clock import to_datetime, to_ms
from notifyhub.domain.dedup import dedup_key
from notifyhub.domain.states import Status
from notifyhub.domain.summary import DUPLICATE, summarise
from notifyhub.requests import MessageRequest, options_of
from notifyhub.store.messages import NewDelivery, NewMessage, Stored
from notifyhub.store.views import MOST_LISTED
from notifyhub.store.wordings import Made, Wording, as_options


def to_rows(request: MessageRequest, now: int, lane: int = 0) -> NewMessage:
    """The rows for a request; `now` in epoch ms, `lane` as in `store.lanes`. A `send_at` in the past means now."""
    options = options_of(request)
    send_at = None if request.send_at is None else to_ms(request.send_at)
    id_ = uuid7()
    stored = tracing.handed_over(options, id_)
    return NewMessage(
        id=id_,
        text=request.text,
        created_at=now,
        due_at=now if send_at is None else max(send_at, now),
        send_at=send_at,
        expires_at=None if request.expires_at is None else to_ms(request.expires_at),
        priority=request.priority.rank,
        max_attempts=request.max_attempts,
        on_unconfirmed=request.on_unconfirmed,
        reference=request.reference,
        metadata=orjson.dumps(request.metadata).decode() if request.metadata else None,
        options=orjson.dumps(stored).decode() if stored else None,
        deduplicate=str(request.deduplicate),
        ignore_reachability=request.ignore_reachability,
        lane=lane,
        deliveries=_first_steps(request) if request.chain else _deliveries(request),
        **_chain(request),
        made=_made(request, id_, options),
    )


def _deliveries(request: MessageRequest) -> list[NewDelivery]:
    return [_delivery(request, position, *place) for position, place in enumerate(request.pairs())]


def _first_steps(request: MessageRequest) -> list[NewDelivery]:
    """One delivery for each recipient. The positions between them are for what follows."""
    return [_delivery(request, position, *first, rest) for position, (first, *rest) in _placed_chains(request)]


def _placed_chains(request: MessageRequest) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    places = len(request.chain.first_of) if request.chain else 1
    return ((number * places, steps) for number, steps in enumerate(request.chains()))


def _delivery(
    request: MessageRequest, position: int, channel: str, address: str, rest: Sequence[tuple[str, str]] = ()
) -> NewDelivery:
    text, options = request.words(channel, address)
    keyed = request.deduplicate != "off"
    return NewDelivery(
        position,
        channel,
        address,
        dedup_key(channel, address, text, options) if keyed else None,
        request.deduplicate * 1000 if isinstance(request.deduplicate, int) else None,
        options.get("sender", ""),
        rest,
    )


def _made(request: MessageRequest, id_: UUID, options: Mapping[str, Mapping[str, Any]]) -> Made | None:
    """What the message is made from, and what its deliveries say, and the steps that may follow."""
    if request.template is None:
        return None
    if request.chain:
        places = [(first + i, *step) for first, steps in _placed_chains(request) for i, step in enumerate(steps)]
    else:
        places = [(position, *place) for position, place in enumerate(request.pairs())]
    others = [
        Wording(position, words.text, as_options(channel, words.options))
        for position, channel, address in places
        if (words := request.words(channel, address)) != (request.text, options.get(channel, {}))
    ]
    owners = [(place[0], client) for place in places if (client := request.client_at(*place[1:])) is not None]
    return Made(id_.hex, request.template, request.template_version, request.language, others, owners)


def _chain(request: MessageRequest) -> dict[str, Any]:
    if request.chain is None:
        return {}
    stored = orjson.dumps(request.chain.stored()).decode()
    return {"channels": stored, "confirm_within_ms": request.chain.confirm_within_ms}


def to_answer(request: MessageRequest, message: NewMessage, stored: Stored) -> answers.Message:
    """The answer, made from what was stored without reading it again."""
    accepted = len(stored.delivery_ids)
    listed = None
    if len(message.deliveries) <= MOST_LISTED:
        listed = [_answer(message, delivery, stored) for delivery in message.deliveries]
    return answers.Message(
        id=message.id,
        status=_status(accepted, sum(not d.rest for d in message.deliveries if d.position in stored.refused)),
        text=message.text,
        created_at=to_datetime(message.created_at),
        send_at=request.send_at,
        expires_at=request.expires_at,
        priority=request.priority,
        reference=message.reference,
        metadata=request.metadata,
        channels=None if request.chain is None else answers.Chain(**request.chain.stored()),
        template=request.template,
        template_version=request.template_version,
        language=request.language,
        options=options_of(request) or None,
        accepted=accepted,
        duplicates=len(stored.duplicate_of),
        deliveries=listed,
    )


def _status(accepted: int, refused: int) -> str:
    return summarise({Status.SCHEDULED: accepted - refused, Status.FAILED: refused})


def _answer(message: NewMessage, delivery: NewDelivery, stored: Stored) -> answers.Delivery:
    id_ = stored.delivery_ids.get(delivery.position)
    seen: dict[str, Any] = {"channel": delivery.channel, "address": delivery.address}
    if id_ is None:
        return answers.Delivery(**seen, status=DUPLICATE, duplicate_of=stored.duplicate_of[delivery.position])
    reason = stored.refused.get(delivery.position)
    return answers.Delivery(
        **seen,
        id=id_,
        message_id=message.id,
        # A step of a chain that is refused has given way already.
        status=Status.SCHEDULED if reason is None else Status.SUPERSEDED if delivery.rest else Status.FAILED,
        reason=reason,
        due_at=to_datetime(message.due_at),
        expires_at=None if message.expires_at is None else to_datetime(message.expires_at),
        chain=None if message.channels is None else _first_step(message, delivery),
    )


def _first_step(message: NewMessage, delivery: NewDelivery) -> answers.ChainStep:
    confirm_by = None
    if delivery.rest and message.confirm_within_ms is not None:
        confirm_by = to_datetime(message.due_at + message.confirm_within_ms)
    return answers.ChainStep(step=1, then=[channel for channel, _ in delivery.rest] or None, confirm_by=confirm_by)
