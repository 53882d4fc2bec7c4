"""What the jobs of a transaction have to tell: told after the commit, forgotten if that fails.

Only the writer listens; elsewhere, and if nobody listens to the story, nothing is noted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from notifyhub.logs import story
from notifyhub.store.rows import as_uuid

MOVED = ("id", "message_id", "mailing_id", "client_id", "channel")
RETURNING = f" RETURNING {', '.join(f'deliveries.{name}' for name in MOVED)}"
"""At the end of an UPDATE of deliveries, whose rows `moved` takes."""

Records = Sequence[Mapping[str, Any]]


class _Notes(threading.local):
    def __init__(self) -> None:
        self.told: list[tuple[str, Records]] | None = None
        self.request_id: str | None = None


_notes = _Notes()


def begin() -> None:
    """A transaction begins on this thread."""
    _notes.told = [] if story.is_heard() else None


def end(*, committed: bool) -> None:
    """It has ended: tell what was noted, if it holds."""
    told, _notes.told = _notes.told, None
    if told and committed:
        for event, records in told:
            story.tell_all(event, records)


def asked_by(request_id: str | None) -> None:
    """What is noted now was asked for by this request; None: by none, or by several."""
    _notes.request_id = request_id


def is_listening() -> bool:
    """Will what is noted be told?"""
    return _notes.told is not None


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
    if _notes.told is not None:
        same = {"message_id": as_uuid(mailing["message_id"]), "mailing_id": mailing["id"]}
        note_all("delivery.placed", [{**same, **_placed(one)} for one in deliveries])


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
