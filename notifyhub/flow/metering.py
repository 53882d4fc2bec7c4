"""Counts what becomes of messages on their road, batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from notifyhub.domain.pacing import PACED
from notifyhub.domain.states import Status
from notifyhub.metrics.codes import class_of, reason_label
from notifyhub.metrics.counting import count, note_all
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
    calls = [(row, result.status, call) for row, result in pairs if (call := result.call) is not None]
    # A batch is added up first: most of its calls end in the same way.
    alike = Counter((row.sender, call.outcome, call.code) for row, _, call in calls)
    for (sender, outcome, code), number in alike.items():
        count(ATTEMPTS, (channel, sender, outcome, class_of(code)), number)
    if timed:
        note_all(SEND, own, [(call.finished_at - call.started_at) / 1000 for _, _, call in calls])
        note_all(LATENESS, own, [(call.started_at - row.due_at) / 1000 for row, _, call in calls])
    sent = [(row, call) for row, status, call in calls if status is Status.SENT]
    if sent:
        count(SENT, own, len(sent))
        note_all(END_TO_END, own, [(call.finished_at - _wanted_at(row)) / 1000 for row, call in sent])
    if len(sent) < len(pairs):
        for _, result in pairs:
            _ended(channel, result.status, result.reason)


def _wanted_at(row: Claimed) -> int:
    return row.created_at if row.send_at is None else max(row.created_at, row.send_at)


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
