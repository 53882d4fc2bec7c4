"""Changing accepted messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.domain.states import RELEASED, Status
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
from notifyhub.verbs import Verbs, as_arguments


class Changing(Wiring, Verbs):
    """Changing, cancelling and retrying."""

    async def cancel(self, id_: UUID | str) -> answers.Cancelled:
        uuid = as_message_id(id_)
        await self.asked(views.must_stand_alone(uuid))
        cancelled = await self.written(deliveries.cancel, uuid)
        counts = await self.asked(views.counts(uuid))
        ended = (Status.SCHEDULED, *RELEASED)
        too_late = sum(count for status, count in counts.items() if status not in ended)
        self._progressed()
        return answers.Cancelled(id=uuid, cancelled=cancelled, too_late=too_late)

    async def change_as(self, id_: UUID | str, asked: bytes | Mapping[str, Any]) -> answers.Message:
        uuid, now = as_message_id(id_), now_ms()
        request = change_request(asked, to_datetime(now))
        change = changes.Change(uuid, now, request.members())
        changed = await self.written(changes.change, change)
        if self._is_soon(changed.due_at, now):
            for channel in changed.channels:
                self.ring_at(channel, changed.due_at)
        self._progressed()
        return await self.asked(views.message(uuid))

    async def retry_as(self, id_: UUID | str, asked: bytes | Mapping[str, Any]) -> answers.Retried:
        uuid, now = as_message_id(id_), now_ms()
        request = retry_request(asked, to_datetime(now))
        done = await self.written(changes.retry, changes.Retry(uuid, now, request.members()))
        self._ring(done.due)
        return answers.Retried(id=uuid, retried=done.retried, duplicates=done.duplicates, left_alone=done.left_alone)

    async def resolve_as(self, id_: int | str, asked: bytes | Mapping[str, Any]) -> answers.Delivery:
        row, verdict = as_row_id("delivery", id_), resolve_request(asked).verdict
        resolution = resolving.Resolution(row, verdict, now_ms())
        self._ring([await self.written(resolving.resolve, resolution)])
        return await self.asked(views.delivery(row))

    async def cancel_deliveries(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        asked = _these(ids)
        cancelled = await self.written(resolving.cancel_these, asked)
        self._progressed()
        return [_cancelled(found, found.id in cancelled) for found in await self._standing(asked)]

    async def deliveries_by_id(self, ids: Iterable[int]) -> list[answers.DeliveryResult]:
        return await self._standing(_these(ids))

    async def _standing(self, ids: Sequence[int]) -> list[answers.DeliveryResult]:
        found = await self.asked(lists.by_ids(ids))
        return [
            answers.DeliveryResult(id=id_, result="found" if id_ in found else "unknown", delivery=found.get(id_))
            for id_ in ids
        ]

    def _ring(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self._doorbell.ring(channel)
        self._progressed()


def _these(ids: Iterable[int]) -> Sequence[int]:
    with as_arguments():
        return ids_request({"ids": list(ids)}).ids


def _cancelled(found: answers.DeliveryResult, now: bool) -> answers.DeliveryResult:
    if found.delivery is None:
        return found
    ended = "ended" if found.delivery.status in {*RELEASED, Status.SUPERSEDED} else "too_late"
    return found.model_copy(update={"result": "cancelled" if now else ended})
