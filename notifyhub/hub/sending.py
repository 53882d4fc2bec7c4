"""The doors through which messages come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Literal

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.flow import accept
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import MessageRequest, To, members_of_call, message_request
from notifyhub.store import messages


class Sending(Wiring):
    """What is sent."""

    def send(
        self,
        text: str,
        to: To,
        *,
        at: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        channels: Sequence[str] | None = None,
        max_attempts: int | None = None,
        priority: Literal["urgent", "normal", "bulk"] = "normal",
        deduplicate: Literal["forever", "off"] | int = "forever",
        on_unconfirmed: Literal["at_least_once", "at_most_once"] = "at_least_once",
        reference: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> answers.Message:
        """Store a message for delivery and return it with its deliveries; when this returns, nothing can lose it.

        to  one person's addresses by channel, `{"telegram": "1067000"}`, or a list of such people
        at  not before this moment: an aware datetime or ISO 8601 text with an offset

        The other options are those of `POST /api/v1/messages`.
        Raises InvalidRequest with everything that is wrong, StoreUnavailable when it could not be stored.
        """
        asked = members_of_call(
            text,
            to,
            at=at,
            expires_at=expires_at,
            channels=channels,
            max_attempts=max_attempts,
            priority=priority,
            deduplicate=deduplicate,
            on_unconfirmed=on_unconfirmed,
            reference=reference,
            metadata=metadata,
        )
        return self.submit(asked).result()

    def submit(self, asked: bytes | Mapping[str, Any]) -> Future[answers.Message]:
        """Store a message asked for as JSON text or as its members, without waiting for the commit.

        Raises InvalidRequest at once; the future fails with StoreUnavailable. In asyncio, await
        `asyncio.wrap_future(hub.submit(...))`.
        """
        now = now_ms()
        request = message_request(asked, now=to_datetime(now), max_recipients=self.settings.max_recipients)
        self.open()
        message = accept.to_rows(request, now)
        answer: Future[answers.Message] = Future()
        stored = self._database.write(messages.accept, message)
        stored.add_done_callback(lambda done: self._accepted(request, message, done, answer))
        return answer

    def _accepted(
        self,
        request: MessageRequest,
        message: messages.NewMessage,
        done: Future[messages.Stored],
        answer: Future[answers.Message],
    ) -> None:
        if (error := done.exception()) is not None:
            answer.set_exception(error)
            return
        stored = done.result()
        if stored.delivery_ids and message.due_at <= message.created_at:
            for channel in {d.channel for d in message.deliveries if d.position in stored.delivery_ids}:
                self._doorbell.ring(channel)
        answer.set_result(accept.to_answer(request, message, stored))
