"""What the jobs of a transaction have to tell and to count: done after the commit, forgotten if that fails.

Only the writer listens; elsewhere nothing is noted, and if nobody listens to the story, nothing is told.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from notifyhub.domain.states import Status
from notifyhub.logs import story
from notifyhub.metrics import counting
from notifyhub.metrics.codes import reason_label
from notifyhub.metrics.definitions import ACCEPTED, CANCELLED, EXPIRED, FAILED, SUPERSEDED, Metric
from notifyhub.metrics.snapshots import Labels
from notifyhub.store.rows import as_uuid

MOVED = ("id", "message_id", "mailing_id", "client_id", "channel")
RETURNING = f" RETURNING {', '.join(f'deliveries.{name}' for name in MOVED)}"
"""At the end of an UPDATE of deliveries, whose rows `moved` takes."""

Records = Sequence[Mapping[str, Any]]

_CHANNEL = MOVED.index("channel")
_COUNTED_AS = {
    "delivery.cancelled": CANCELLED,
    "delivery.expired": EXPIRED,
    "delivery.superseded": SUPERSEDED,
}


class _Notes(threading.local):
    def __init__(self) -> None:
        self.told: list[tuple[str, Records]] | None = None
        self.counted: list[tuple[Metric, Labels]] | None = None
        self.request_id: str | None = None


_notes = _Notes()


def begin() -> None:
    """A transaction begins on this thread."""
    _notes.told = [] if story.is_heard() else None
    _notes.counted = []


def end(*, committed: bool) -> None:
    """It has ended: tell and count what was noted, if it holds."""
    told, _notes.told = _notes.told, None
    counted, _notes.counted = _notes.counted, None
    if counted and committed:
        for metric, labels in counted:
            counting.count(metric, labels)
    if told and committed:
        for event, records in told:
            story.tell_all(event, records)


def asked_by(request_id: str | None) -> None:
    """What is noted now was asked for by this request; None: by none, or by several."""
    _notes.request_id = request_id


def is_listening() -> bool:
    """Will what is noted be told?"""
    return _notes.told is not None


def count(metric: Metric, labels: Iterable[Labels]) -> None:
    """Count these after the commit."""
    if _notes.counted is not None:
        _notes.counted += [(metric, one) for one in labels]


def failed(places: Iterable[tuple[str, str | None]]) -> None:
    """Count failed deliveries, by channel and reason, after the commit."""
    count(FAILED, ((channel, reason_label(reason)) for channel, reason in places))


def note(event: str, **fields: Any) -> None:
    """Tell this after the commit."""
    note_all(event, (fields,))


def note_all(event: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Tell these after the commit."""
    if _notes.told is not None and (given := list(records)):
        asked = {} if _notes.request_id is None else {"request_id": _notes.request_id}
        _notes.told.append((event, [{**asked, **one} for one in given] if asked else given))


def moved(event: str, rows: Iterable[Sequence[Any]], **fields: Any) -> int:
    """Tell of deliveries: rows of the columns `MOVED`. Returns their number."""
    given = list(rows)
    if event in _COUNTED_AS:
        count(_COUNTED_AS[event], ((row[_CHANNEL],) for row in given))
    if _notes.told is not None:
        note_all(event, [{**delivery(*row), **fields} for row in given])
    return len(given)


def delivery(id_: int, message_id: Any, mailing_id: int, client_id: int | None, channel: str) -> dict[str, Any]:
    """The fields that name a delivery."""
    return {
        "delivery_id": id_,
        "message_id": as_uuid(message_id),
        "mailing_id": mailing_id or None,
        "client_id": client_id,
        "channel": channel,
    }


def placed(mailing: Mapping[str, Any], deliveries: Iterable[Any]) -> None:
    """Tell of the deliveries of a slice of a mailing (`expansion.Placed`)."""
    given = list(deliveries)
    count(ACCEPTED, ((one.channel, "mailing") for one in given))
    failed((one.channel, one.reason) for one in given if one.status == Status.FAILED)
    count(EXPIRED, ((one.channel,) for one in given if one.status == Status.EXPIRED))
    if _notes.told is not None:
        same = {"message_id": as_uuid(mailing["message_id"]), "mailing_id": mailing["id"]}
        note_all("delivery.placed", [{**same, **_placed(one)} for one in given])


def follow(successors: Iterable[Any]) -> None:
    """Tell of the deliveries with which chains go on (`chains._Successor`)."""
    if _notes.told is not None:
        note_all(
            "delivery.placed",
            [
                {"message_id": as_uuid(one.message_id), "mailing_id": one.mailing_id or None, **_placed(one)}
                for one in successors
            ],
        )


def _placed(one: Any) -> dict[str, Any]:
    return {
        "client_id": one.client_id,
        "channel": one.channel,
        "position": one.position,
        "status": one.status,
        "reason": one.reason,
        "due_at": story.moment_of(one.due_at),
    }
