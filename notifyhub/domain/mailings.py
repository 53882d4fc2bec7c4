"""The states of a mailing and the moves between them, as one table."""

from __future__ import annotations

from enum import StrEnum


class MailingStatus(StrEnum):
    """draft → scheduled → running ⇄ paused → finished | cancelled | expired"""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_S = MailingStatus

MAILING_MOVES: dict[MailingStatus, frozenset[MailingStatus]] = {
    _S.DRAFT: frozenset({_S.SCHEDULED, _S.RUNNING, _S.CANCELLED}),
    _S.SCHEDULED: frozenset({_S.RUNNING, _S.CANCELLED, _S.EXPIRED}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.FINISHED, _S.CANCELLED, _S.EXPIRED}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.FINISHED, _S.CANCELLED, _S.EXPIRED}),
    # What failed is tried again.
    _S.FINISHED: frozenset({_S.RUNNING}),
    _S.CANCELLED: frozenset(),
    _S.EXPIRED: frozenset(),
}
"""Legal moves. Every one of them is made by a conditional UPDATE in `store.mailing_moves`."""

NOT_STARTED = frozenset({_S.DRAFT, _S.SCHEDULED})
LIVE = frozenset({_S.RUNNING, _S.PAUSED})

MAILING_CANCELLED = "mailing_cancelled"
TOO_LATE = "too_late"
WINDOW_CLOSED = "send_window_closed"
"""Reasons of deliveries that were not sent: the last is that the send window no longer opens before the end."""
