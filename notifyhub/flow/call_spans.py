"""Calls to messengers as spans of the traces of their messages."""

from __future__ import annotations

from collections.abc import Iterable

from notifyhub import tracing
from notifyhub.metrics.codes import class_of
from notifyhub.store.claimed import Claimed
from notifyhub.store.deliveries import Result


def attempted(channel: str, pairs: Iterable[tuple[Claimed, Result]]) -> None:
    """These calls have ended."""
    spans = tracing.current()
    if spans is None:
        return
    for row, result in pairs:
        call, parent = result.call, tracing.parent_in(row.options)
        if call is not None and parent is not None:
            facts: dict[str, str | int] = {
                "notifyhub.channel": channel,
                "notifyhub.sender": row.sender,
                "notifyhub.message_id": str(row.message_id),
                "notifyhub.delivery_id": row.id,
                "notifyhub.attempt": result.attempt,
                "notifyhub.outcome": call.outcome,
                "notifyhub.code": class_of(call.code),
                "notifyhub.status": str(result.status),
            }
            name, good = f"send {channel}", call.outcome == "sent"
            spans.called(name, parent, call.started_at, call.finished_at, facts, good=good)
