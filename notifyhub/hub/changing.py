"""The doors through which what was accepted is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import EllipsisType
from typing import Any, Literal, TypeVar
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain.states import RELEASED, Status
from notifyhub.errors import NotifyhubError
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import (
    as_message_id,
    as_row_id,
    change_request,
    ids_request,
    resolve_request,
    retry_request,
)
from notifyhub.store import changes, deliveries, lists, resolving, views

R = TypeVar("R")
Moment = datetime | str | None


class Changing(Wiring):
    """What becomes of it."""

    def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel every delivery of a message that is not claimed yet. Raises NotFound."""
        uuid = as_message_id(id_)
        self.ask(views.must_exist(uuid)).result()
        cancelled = self._database.write(deliveries.cancel, uuid).result()
        counts = self.ask(views.counts(uuid)).result()
        ended = (Status.SCHEDULED, *RELEASED)
        too_late = sum(count for status, count in counts.items() if status not in ended)
        self._progressed()
        return answers.Cancelled(id=uuid, cancelled=cancelled, too_late=too_late)

    def change(
        self,
        id_: UUID | str,
        *,
        text: str | EllipsisType = ...,
        at: Moment | EllipsisType = ...,
        expires_at: Moment | EllipsisType = ...,
    ) -> answers.Message:
        """Change a message of which nothing has gone out; what is left out stays. `at=None` is now.

        Raises NotFound, InvalidRequest, and Conflict when any of it was tried already, nothing waits any more, or the
        new text would repeat another delivery.
        """
        return self.change_as(id_, _given(text=text, send_at=at, expires_at=expires_at))

    def change_as(self, id_: UUID | str, asked: bytes | Mapping[str, Any]) -> answers.Message:
        """The same, as the JSON text or the members of `PATCH /api/v1/messages/{id}`."""
        uuid, now = as_message_id(id_), now_ms()
        request = change_request(asked, to_datetime(now))
        self.open()
        change = changes.Change(uuid, now, request.members())
        changed = _good(self._database.write(changes.change, change).result())
        if self._is_soon(changed.due_at, now):
            for channel in changed.channels:
                self._ring_at(channel, changed.due_at)
        self._progressed()
        return self.ask(views.message(uuid)).result()

    def retry(self, id_: UUID | str, *, expires_at: Moment | EllipsisType = ...) -> answers.Retried:
        """Send what failed, expired or is held as unconfirmed again, with all attempts before it.

        What meanwhile goes out by another delivery is left, and counted as duplicates. Raises NotFound, InvalidRequest,
        and Conflict when the message's end has passed and no new `expires_at` (or None) is given.
        """
        return self.retry_as(id_, _given(expires_at=expires_at))

    def retry_as(self, id_: UUID | str, asked: bytes | Mapping[str, Any]) -> answers.Retried:
        """The same, as the JSON text or the members of `POST /api/v1/messages/{id}/retry`."""
        uuid, now = as_message_id(id_), now_ms()
        request = retry_request(asked, to_datetime(now))
        self.open()
        done = _good(self._database.write(changes.retry, changes.Retry(uuid, now, request.members())).result())
        self._ring(done.due)
        return answers.Retried(id=uuid, retried=done.retried, duplicates=done.duplicates, left_alone=done.left_alone)

    def resolve(self, id_: int | str, as_: Literal["sent", "resend", "fail"]) -> answers.Delivery:
        """Say what happened to a delivery that is held as unconfirmed.

        Raises NotFound, InvalidRequest, and Conflict when it is not unconfirmed, or its end has passed.
        """
        return self.resolve_as(id_, {"as": as_})

    def resolve_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Delivery:
        """The same, as the JSON text or the members of `POST /api/v1/deliveries/{id}/resolve`."""
        row, verdict = as_row_id("delivery", id_), resolve_request(asked).verdict
        self.open()
        resolution = resolving.Resolution(row, verdict, now_ms())
        self._ring([_good(self._database.write(resolving.resolve, resolution).result())])
        return self.ask(views.delivery(row)).result()

    def cancel_deliveries(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        """Cancel whichever of up to 1,000 deliveries are not claimed yet; what became of each, in this order.

        Raises InvalidRequest.
        """
        asked = ids_request({"ids": list(ids)}).ids
        self.open()
        cancelled = self._database.write(resolving.cancel_these, asked).result()
        self._progressed()
        return [_cancelled(found, found.id in cancelled) for found in self._standing(asked)]

    def deliveries_by_id(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        """How up to 1,000 deliveries stand, in this order. Raises InvalidRequest."""
        return self._standing(ids_request({"ids": list(ids)}).ids)

    def _standing(self, ids: Sequence[int]) -> list[answers.DeliveryResult]:
        found = self.ask(lists.by_ids(ids)).result()
        return [
            answers.DeliveryResult(id=id_, result="found" if id_ in found else "unknown", delivery=found.get(id_))
            for id_ in ids
        ]

    def _ring(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self._doorbell.ring(channel)
        self._progressed()


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ...}


def _good(result: R | NotifyhubError) -> R:
    if isinstance(result, NotifyhubError):
        raise result
    return result


def _cancelled(found: answers.DeliveryResult, now: bool) -> answers.DeliveryResult:
    if found.delivery is None:
        return found
    ended = "ended" if found.delivery.status in RELEASED else "too_late"
    return found.model_copy(update={"result": "cancelled" if now else ended})
