"""Sending messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from notifyhub import answers
from notifyhub.clock import now_ms, to_datetime
from notifyhub.errors import InvalidRequest
from notifyhub.flow import accept, metering, telling
from notifyhub.flow.saying import said
from notifyhub.flow.telling import Asker
from notifyhub.hub.wiring import Wiring
from notifyhub.requests import MessageRequest, batch_request, message_request
from notifyhub.store import messages
from notifyhub.store.lanes import lane_of_key
from notifyhub.verbs import Outcome, Verbs, result_of
from notifyhub.verbs.two_ways import off_the_loop


class Sending(Wiring, Verbs):
    """Sending."""

    async def send_as(self, asked: bytes | Mapping[str, Any]) -> answers.Message:
        request = message_request(asked, **self._by(now_ms()))
        await self.ready()
        if request.template is not None:
            request = await off_the_loop(lambda: said(request, self.database))
        return await result_of(self.submit(request))

    def submit(self, asked: bytes | Mapping[str, Any] | MessageRequest, consumer: int = 0) -> Future[answers.Message]:
        """Store a message given as JSON text or as its members, without waiting for the commit.

        A MessageRequest is not checked again. `consumer` is the id of the caller's API key: what waits for each takes
        turns with the others. A template is read first, which blocks.

        Raises InvalidRequest at once, StoreUnavailable if a template cannot be read; the future fails with
        StoreUnavailable.
        """
        now = now_ms()
        request = self.checked(asked, now)
        self.open()
        message = accept.to_rows(request, now, lane_of_key(consumer))
        answer: Future[answers.Message] = Future()
        asker = telling.asker(consumer)
        stored = self._database.write(messages.accept, message)
        stored.add_done_callback(lambda done: self._accepted(request, message, done, answer, asker))
        return answer

    def checked(self, asked: bytes | Mapping[str, Any] | MessageRequest, now: int) -> MessageRequest:
        """A checked request, with the texts of its template; `now` in epoch ms. Raises InvalidRequest."""
        if isinstance(asked, MessageRequest):
            return asked
        request = message_request(asked, **self._by(now))
        return request if request.template is None else said(request, self.open().database)

    def _by(self, now: int) -> dict[str, Any]:
        """The checks of a request."""
        return {
            "now": to_datetime(now),
            "max_recipients": self.settings.max_recipients,
            "senders": self._senders,
            "only_addresses": self._only_addresses,
            "region": self.settings.default_region,
        }

    async def send_many(self, messages: Iterable[Mapping[str, Any]]) -> list[Outcome]:
        asked = {"messages": list(messages)}
        await self.ready()
        if any(isinstance(one, Mapping) and one.get("template") is not None for one in asked["messages"]):
            return await result_of(await off_the_loop(lambda: self.submit_many(asked)))
        return await result_of(self.submit_many(asked))

    def submit_many(self, asked: bytes | Mapping[str, Any], consumer: int = 0) -> Future[list[Outcome]]:
        """`send_many` for the JSON text or members of `POST /api/v1/messages/batch`, without waiting for the commit."""
        now = now_ms()
        checked, rows = self._checked_many(asked, now, consumer)
        self.open()
        answer: Future[list[Outcome]] = Future()
        asker = telling.asker(consumer)
        stored = self._database.write(messages.accept_many, rows)
        stored.add_done_callback(lambda done: self._accepted_many(checked, rows, done, answer, asker))
        return answer

    def _checked_many(
        self, asked: bytes | Mapping[str, Any], now: int, consumer: int
    ) -> tuple[list[MessageRequest | InvalidRequest], list[messages.NewMessage]]:
        checked = [self._said(one) for one in batch_request(asked, **self._by(now))]
        accepted, lane = (one for one in checked if isinstance(one, MessageRequest)), lane_of_key(consumer)
        return checked, [accept.to_rows(request, now, lane) for request in accepted]

    def _said(self, one: MessageRequest | InvalidRequest) -> MessageRequest | InvalidRequest:
        if isinstance(one, InvalidRequest) or one.template is None:
            return one
        try:
            return said(one, self.open().database)
        except InvalidRequest as error:
            return error

    def _accepted_many(
        self,
        checked: Sequence[MessageRequest | InvalidRequest],
        rows: Sequence[messages.NewMessage],
        done: Future[list[messages.Stored]],
        answer: Future[list[Outcome]],
        asker: Asker,
    ) -> None:
        if (error := done.exception()) is not None:
            answer.set_exception(error)
            return
        stored = done.result()
        self._were_stored(asker, list(zip(rows, stored, strict=True)))
        answer.set_result(outcomes(checked, rows, stored))

    def _accepted(
        self,
        request: MessageRequest,
        message: messages.NewMessage,
        done: Future[messages.Stored],
        answer: Future[answers.Message],
        asker: Asker,
    ) -> None:
        if (error := done.exception()) is not None:
            answer.set_exception(error)
            return
        stored = done.result()
        self._were_stored(asker, [(message, stored)])
        answer.set_result(accept.to_answer(request, message, stored))

    def _were_stored(self, asker: Asker, pairs: Sequence[tuple[messages.NewMessage, messages.Stored]]) -> None:
        telling.stored(asker, pairs)
        metering.accepted(pairs)
        self._ring_for(pairs)

    def _ring_for(self, accepted: Sequence[tuple[messages.NewMessage, messages.Stored]]) -> None:
        due: dict[str, int] = {}
        for message, stored in accepted:
            if stored.delivery_ids and self._is_soon(message.due_at, message.created_at):
                for delivery in message.deliveries:
                    if delivery.position in stored.delivery_ids:
                        due[delivery.channel] = min(message.due_at, due.get(delivery.channel, message.due_at))
                    if delivery.position in stored.refused:
                        # The next step of its chain is due in its place.
                        due |= {channel: message.due_at for channel, _ in delivery.rest}
        for channel, moment in due.items():
            self.ring_at(channel, moment)


def outcomes(
    checked: Sequence[MessageRequest | InvalidRequest],
    rows: Sequence[messages.NewMessage],
    stored: Sequence[messages.Stored],
) -> list[Outcome]:
    """The result for each message of a batch; `rows` and `stored` are those of the accepted messages."""
    accepted = iter(zip(rows, stored, strict=True))
    return [one if isinstance(one, InvalidRequest) else accept.to_answer(one, *next(accepted)) for one in checked]
