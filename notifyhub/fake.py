"""A hub for tests: checks and answers as the real one does, refuses duplicates, and sends to nobody."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime, to_ms
from notifyhub.domain.addresses import canonical
from notifyhub.domain.phones import DEFAULT_REGION
from notifyhub.domain.states import Status
from notifyhub.domain.summary import summarise
from notifyhub.errors import NotFound, WaitTimedOut
from notifyhub.flow import accept
from notifyhub.requests import (
    Filters,
    To,
    as_message_id,
    as_row_id,
    checked_filters,
    members_of_call,
    message_request,
)
from notifyhub.settings import Settings
from notifyhub.store.messages import NewDelivery, NewMessage, Stored

MOST_RECIPIENTS = int(Settings.model_fields["max_recipients"].default)


@dataclass(frozen=True, slots=True)
class FakeSend:
    """One text to one recipient on one channel, as a real hub would have sent it; `message` is its message."""

    channel: str
    address: str
    text: str
    message: answers.Message


class FakeHub:
    """In memory, and gone with the object. Messages for later stay `scheduled`, all others are `sent` at once.

    sent  what was taken for sending, duplicates left out, in the order of the calls
    """

    def __init__(self, *, max_recipients: int = MOST_RECIPIENTS, default_region: str = DEFAULT_REGION) -> None:
        self.sent: list[FakeSend] = []
        self._max_recipients = max_recipients
        self._region = default_region
        self._ids = count(1)
        self._messages: dict[UUID, answers.Message] = {}
        self._places: dict[UUID, list[tuple[str, str]]] = {}
        self._holders: dict[str, _Held] = {}
        self._lock = threading.Lock()

    # -- the hub's own doors

    def send(self, text: str, to: To, **options: Any) -> answers.Message:
        """As `Hub.send`. Raises InvalidRequest with everything that is wrong."""
        return self.submit(members_of_call(text, to, **options)).result()

    def submit(self, asked: bytes | Mapping[str, Any]) -> Future[answers.Message]:
        """As `Hub.submit`; the future is done. Raises InvalidRequest."""
        now = now_ms()
        request = message_request(asked, now=to_datetime(now), max_recipients=self._max_recipients, region=self._region)
        message = accept.to_rows(request, now)
        with self._lock:
            stored = self._store(message)
            answer = accept.to_answer(request, message, stored)
            self._keep(message, answer, stored)
        done: Future[answers.Message] = Future()
        done.set_result(answer)
        return done

    def message(self, id_: UUID | str) -> answers.Message:
        """A message with its deliveries. Raises NotFound."""
        uuid = as_message_id(id_)
        if uuid not in self._messages:
            raise NotFound("message", uuid)
        return self._messages[uuid]

    def delivery(self, id_: int) -> answers.Delivery:
        """A delivery; it has no attempts. Raises NotFound."""
        number = as_row_id("delivery", id_)
        for message in self._messages.values():
            for delivery in message.deliveries or ():
                if delivery.id == number:
                    return delivery
        raise NotFound("delivery", number)

    def messages(
        self, before: answers.Message | None = None, limit: int = 100, **filters: Any
    ) -> list[answers.Message]:
        """The newest messages, or those before the one given; `filters` as in `Hub.messages`. Raises InvalidRequest."""
        wanted = checked_filters(filters, self._region)
        newest = list(reversed(self._messages.values()))
        start = 0 if before is None else [message.id for message in newest].index(before.id) + 1
        return [message for message in newest[start:] if self._fits(message, wanted)][:limit]

    def wait(self, message: answers.Message | UUID | str, timeout_s: float) -> answers.Message:
        """The message, without waiting. Raises NotFound, and WaitTimedOut at once for one that is for later."""
        found = self.message(message.id if isinstance(message, answers.Message) else message)
        if found.status == Status.SCHEDULED:
            raise WaitTimedOut(f"message {found.id} is still on its way after {timeout_s:g} s")
        return found

    def cancel(self, id_: UUID | str) -> answers.Cancelled:
        """Cancel what is for later. Raises NotFound."""
        with self._lock:
            message = self.message(id_)
            if message.status != Status.SCHEDULED:
                sent = message.accepted if message.status == Status.SENT else 0
                return answers.Cancelled(id=message.id, cancelled=0, too_late=sent)
            self._messages[message.id] = _now(message, Status.CANCELLED)
            self.sent = [one for one in self.sent if one.message.id != message.id]
            self._holders = {key: held for key, held in self._holders.items() if held.message_id != message.id}
        return answers.Cancelled(id=message.id, cancelled=message.accepted, too_late=0)

    def open(self) -> Self:
        """Nothing to open."""
        return self

    def close(self, finish_due_s: float = 0.0) -> None:
        """Nothing to close: what was sent can still be asked for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    # -- for tests

    def assert_sent(
        self,
        text: str | None = None,
        *,
        to: Mapping[str, str | int] | None = None,
        containing: str | None = None,
        times: int | None = None,
    ) -> list[FakeSend]:
        """Raises AssertionError unless such a text was sent, `times` times where that is given; gives the sends.

        text        the whole of it
        containing  a part of it
        to          addresses by channel, as in `send`: one of them must fit
        """
        wanted = (
            None if to is None else {(name, canonical(name, address, self._region)) for name, address in to.items()}
        )
        found = [
            one
            for one in self.sent
            if (text is None or one.text == text)
            and (containing is None or containing in one.text)
            and (wanted is None or (one.channel, one.address) in wanted)
        ]
        if (not found) if times is None else (len(found) != times):
            many = "not sent" if times is None else f"sent {len(found)} times, not {times}"
            raise AssertionError(f"{many}; {self._told()}")
        return found

    def assert_nothing_sent(self) -> None:
        """Raises AssertionError when anything was sent."""
        if self.sent:
            raise AssertionError(self._told())

    def _told(self) -> str:
        shown = ", ".join(f"{one.text!r} to {one.channel} {one.address}" for one in self.sent[:10])
        return f"sent was {shown or 'nothing'}" + (f" and {len(self.sent) - 10} more" if len(self.sent) > 10 else "")

    # -- what the store would do

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
        """What keeps a delivery from being sent."""
        held = self._holders.get(delivery.dedup_key) if delivery.dedup_key is not None else None
        far = held is not None and delivery.window_ms is not None and abs(held.due_at - due_at) >= delivery.window_ms
        return None if far else held

    def _fits(self, message: answers.Message, wanted: Filters) -> bool:
        created_at = to_ms(message.created_at)
        if wanted.reference not in (None, message.reference):
            return False
        if created_at < (wanted.created_from or 0) or created_at >= (wanted.created_to or created_at + 1):
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
    """A content that a delivery has taken for itself; `due_at` in epoch ms."""

    delivery_id: int
    message_id: UUID
    due_at: int


def _now(message: answers.Message, status: Status) -> answers.Message:
    """The message with all that is to be sent of it in one state."""
    listed = None
    if message.deliveries is not None:
        listed = [
            one if one.duplicate_of is not None else one.model_copy(update={"status": status})
            for one in message.deliveries
        ]
    counts: dict[str, int] = {status: message.accepted} if message.accepted else {}
    return message.model_copy(update={"deliveries": listed, "counts": counts, "status": summarise(counts)})
