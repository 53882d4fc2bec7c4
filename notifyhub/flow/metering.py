"""Counts what becomes of messages on their road, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notifyhub.domain.pacing import PACED
from notifyhub.domain.states import Status
from notifyhub.metrics.codes import class_of, reason_label
from notifyhub.metrics.counting import count, note_in, spread
from notifyhub.metrics.definitions import (
    ACCEPTED,
    ATTEMPTS,
    DUPLICATES,
    END_TO_END,
    EXPIRED,
    FAILED,
    LATENESS,
    PUT_OFF,
    SEND,
    SENT,
    UNCONFIRMED,
)
from notifyhub.store.claimed import Claimed
from notifyhub.store.deliveries import Result, Unsent
from notifyhub.store.messages import NewMessage, Stored


def accepted(pairs: Iterable[tuple[NewMessage, Stored]]) -> None:
    """These messages were stored."""
    for message, stored in pairs:
        left_out = stored.duplicate_of
        for delivery in message.deliveries:
            if delivery.position in left_out:
                count(DUPLICATES, (delivery.channel,))
            else:
                count(ACCEPTED, (delivery.channel, "message"))


def attempted(channel: str, pairs: Sequence[tuple[Claimed, Result]], *, timed: bool = True) -> None:
    """These calls have ended, and what was claimed for them has a new state. Not `timed`: nobody knows when."""
    own = (channel,)
    sends, late, whole = spread(SEND, own), spread(LATENESS, own), spread(END_TO_END, own)
    sent = 0
    for row, result in pairs:
        call, status = result.call, result.status
        if call is not None:
            count(ATTEMPTS, (channel, row.sender, call.outcome, class_of(call.code)))
            if timed:
                note_in(sends, SEND, (call.finished_at - call.started_at) / 1000)
                note_in(late, LATENESS, max(0, call.started_at - row.due_at) / 1000)
        if status is Status.SENT:
            sent += 1
            if call is not None:
                began = max(row.created_at, row.send_at or 0)
                note_in(whole, END_TO_END, max(0, call.finished_at - began) / 1000)
        elif status is not Status.SCHEDULED:
            _ended(channel, status, result.reason)
    if sent:
        count(SENT, own, sent)


def _ended(channel: str, status: Status, reason: str | None) -> None:
    if status is Status.FAILED:
        count(FAILED, (channel, reason_label(reason)))
    elif status is Status.EXPIRED:
        count(EXPIRED, (channel,))
    elif status is Status.UNCONFIRMED:
        count(UNCONFIRMED, (channel,))


def rescued(rows: Sequence[Claimed], results: Sequence[Result]) -> None:
    """The workers that held these died during the call."""
    for pair in zip(rows, results, strict=True):
        attempted(pair[0].channel, [pair], timed=False)


def put_off(channel: str, unsent: Iterable[Unsent]) -> None:
    """No call was made for these; those with a moment wait for it."""
    for one in unsent:
        if one.due_at is not None:
            count(PUT_OFF, (channel, "limit" if one.reason == PACED else "held"))
