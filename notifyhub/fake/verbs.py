"""The verbs of a fake hub, in memory."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.domain.states import Status
from notifyhub.domain.summary import summarise
from notifyhub.errors import NotFound, WaitTimedOut
from notifyhub.flow import accept
from notifyhub.requests import (
    Filters,
    as_message_id,
    as_row_id,
    checked_filters,
    message_request,
)
from notifyhub.settings import Settings
from notifyhub.store.messages import NewDelivery, NewMessage, Stored
from notifyhub.verbs import Filter, Sends, as_arguments

MOST_RECIPIENTS = int(Settings.model_fields["max_recipients"].default)


@dataclass(frozen=True, slots=True)
class FakeSend:
    """One text to one recipient on one channel, as a real hub would have sent it; `message` is its message."""

    channel: str
    address: str
    text: str
    message: answers.Message


class FakeVerbs(Sends):
    """The verbs; none of them waits."""

    def __init__(self, max_recipients: int, region: str) -> None:
        self.sent: list[FakeSend] = []
        self._max_recipients = max_recipients
        self._region = region
        self._ids = count(1)
        self._messages: dict[UUID, answers.Message] = {}
        self._places: dict[UUID, list[tuple[str, str]]] = {}
        self._holders: dict[str, _Held] = {}
        self._lock = threading.Lock()

    async def send_as(self, asked: Mapping[str, Any]) -> answers.Message:
        return self.take(asked)

    def take(self, asked: bytes | Mapping[str, Any]) -> answers.Message:
        """Send a message given as the JSON text or the members of a request. Raises InvalidRequest."""
        now = now_ms()
        request = message_request(asked, now=to_datetime(now), max_recipients=self._max_recipients, region=self._region)
        message = accept.to_rows(request, now)
        with self._lock:
            stored = self._store(message)
            answer = accept.to_answer(request, message, stored)
            self._keep(message, answer, stored)
        return answer

    async def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries. Raises NotFound."""
        uuid = as_message_id(id_)
        if uuid not in self._messages:
            raise NotFound("message", uuid)
        return self._messages[uuid]

    async def delivery(self, id_: int) -> answers.Delivery:
        """A delivery; it has no attempts. Raises NotFound."""
        number = as_row_id("delivery", id_)
        for message in self._messages.values():
            for delivery in message.deliveries or ():
                if delivery.id == number:
                    return delivery
        raise NotFound("delivery", number)

    async def messages(
        self, /, before: answers.Message | None = None, limit: int = 100, **filters: Filter
    ) -> list[answers.Message]:
        """The newest messages, or those before the given one; `filters` as in `Hub.messages`. Raises InvalidRequest."""
        with as_arguments():
            wanted = checked_filters(filters, self._region)
        ordered = list(self._messages.values())[:: -1 if wanted.order.reverse else 1]
        start = 0 if before is None else [message.id for message in ordered].index(before.id) + 1
        return [message for message in ordered[start:] if self._fits(message, wanted)][:limit]

    async def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        """The message, without waiting. Raises NotFound, and WaitTimedOut at once for a deferred one."""
        found = await self.message(message.id if isinstance(message, answers.Message) else message)
        if found.status == Status.SCHEDULED:
            raise WaitTimedOut(f"message {found.id} is not finished after {timeout_s:g} s")
        return found

    async def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel a deferred message. Raises NotFound."""
        message = await self.message(id_)
        with self._lock:
            if message.status != Status.SCHEDULED:
                sent = message.accepted if message.status == Status.SENT else 0
                return answers.Cancelled(id=message.id, cancelled=0, too_late=sent)
            self._messages[message.id] = _now(message, Status.CANCELLED)
            self.sent = [one for one in self.sent if one.message.id != message.id]
            self._holders = {key: held for key, held in self._holders.items() if held.message_id != message.id}
        return answers.Cancelled(id=message.id, cancelled=message.accepted, too_late=0)

    def _store(self, message: NewMessage) -> Stored:
        stored = Stored({}, {})
        for delivery in message.deliveries:
            held = self._held(delivery, message.due_at)
            if held is not None:
                stored.duplicate_of[delivery.position] = held.delivery_id
                continue
            id_ = stored.delivery_ids[delivery.position] = next(self._ids)
            if delivery.dedup_key is not None:
                self._holders[delivery.dedup_key] = _Held(id_, message.id, message.due_at)
        return stored

    def _held(self, delivery: NewDelivery, due_at: int) -> _Held | None:
        """The reservation that prevents a delivery from being sent, if there is one."""
        held = self._holders.get(delivery.dedup_key) if delivery.dedup_key is not None else None
        far = held is not None and delivery.window_ms is not None and abs(held.due_at - due_at) >= delivery.window_ms
        return None if far else held

    def _fits(self, message: answers.Message, wanted: Filters) -> bool:
        created_at = to_ms(message.created_at)
        if wanted.of_mailings or wanted.reference not in (None, message.reference):
            return False
        if created_at < (wanted.created_from or 0) or created_at >= (wanted.created_to or created_at + 1):
            return False
        if wanted.text is not None and wanted.text.casefold() not in (message.text or "").casefold():
            return False
        if wanted.statuses and message.status not in wanted.statuses:
            return False
        return not wanted.of_deliveries or any(
            not wanted.places or (channel, None) in wanted.places or (channel, address) in wanted.places
            for channel, address in self._places[message.id]
        )

    def _keep(self, message: NewMessage, answer: answers.Message, stored: Stored) -> None:
        status = Status.SCHEDULED if message.due_at > message.created_at else Status.SENT
        kept = self._messages[answer.id] = _now(answer, status)
        places = [(d.channel, d.address) for d in message.deliveries if d.position in stored.delivery_ids]
        self._places[answer.id] = places
        self.sent += [FakeSend(channel, address, message.text, kept) for channel, address in places]


@dataclass(frozen=True, slots=True)
class _Held:
    """A content that a delivery has reserved; `due_at` in epoch ms."""

    delivery_id: int
    message_id: UUID
    due_at: int


def _now(message: answers.Message, status: Status) -> answers.Message:
    """The message with all its deliveries in one state."""
    listed = None
    if message.deliveries is not None:
        listed = [
            one if one.duplicate_of is not None else one.model_copy(update={"status": status})
            for one in message.deliveries
        ]
    counts: dict[str, int] = {status: message.accepted} if message.accepted else {}
    return message.model_copy(update={"deliveries": listed, "counts": counts, "status": summarise(counts)})
