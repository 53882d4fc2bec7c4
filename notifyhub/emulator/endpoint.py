"""The ASGI application of one messenger."""

from __future__ import annotations

import asyncio

from starlette.types import Receive, Scope, Send

from notifyhub.emulator.faults import Faults, Plan
from notifyhub.emulator.journal.broadcasts import copies_of, fates_of
from notifyhub.emulator.journal.inboxes import inbox_of
from notifyhub.emulator.journal.journal import Journal
from notifyhub.emulator.journal.records import BODY_KEPT, Record, new_record
from notifyhub.emulator.shared.connection import carry_out, unless_the_client_leaves
from notifyhub.emulator.shared.wire import (
    Answer,
    Arrival,
    BodyTooLarge,
    Call,
    Messenger,
    Refusal,
    html,
    read_call,
    reply,
)

MASK = "***"
# Faults with which nothing is accepted.
INSTEAD: dict[str | None, Answer] = {
    "hang": Answer(status=None),
    "reset": Answer(status=None),
    "garbage": html(200, "Welcome to nginx!"),
    "wrong_json": Answer(status=200, body=b'{"answer":42}'),
}
TOO_LARGE = Refusal(status=413)


class Endpoint:
    """Read, plan, record, wait, answer."""

    def __init__(self, messenger: Messenger, journal: Journal, faults: Faults, hang_s: float) -> None:
        self.channel = messenger.channel
        self.messenger = messenger
        self._journal = journal
        self._faults = faults
        self._hang_s = hang_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = await read_call(scope, receive)
        except BodyTooLarge:
            return await reply(send, self.messenger.refuse(TOO_LARGE))
        aside = self.messenger.aside(call)
        if isinstance(aside, Answer):
            return await reply(send, aside)
        if aside is None:
            return await self._take(call, receive, send)
        answer = await unless_the_client_leaves(receive, aside)
        if answer is not None:
            await reply(send, answer)

    async def submit(self, call: Call) -> None:
        """Handle a call whose answer is discarded."""
        aside = self.messenger.aside(call)
        if aside is None:
            await self._write(self._record(call, *self._planned(call)))
        elif not isinstance(aside, Answer):
            await aside

    async def _take(self, call: Call, receive: Receive, send: Send) -> None:
        arrival, plan = self._planned(call)
        answer = await self._write(self._record(call, arrival, plan))
        await carry_out(plan, answer, receive, send, hang_s=self._hang_s)

    def _planned(self, call: Call) -> tuple[Arrival, Plan]:
        arrival = self.messenger.read(call)
        plan = self._faults.plan(self.channel, arrival.address, arrival.token)
        arrival.receipts = plan.receipts
        if arrival.receivers:
            arrival.fates = fates_of(arrival, lambda address: self._faults.plan(self.channel, address, arrival.token))
        return arrival, plan

    async def _write(self, record: Record) -> Answer:
        copies = copies_of(record)
        if not copies:
            return await self._journal.record(record)
        await asyncio.gather(*(self._journal.record(copy) for copy in copies))
        return record.answer

    def _answer(self, call: Call, arrival: Arrival, plan: Plan) -> Answer:
        if plan.refusal is not None:
            return self.messenger.refuse(plan.refusal)
        return INSTEAD.get(plan.word) or self.messenger.answer(call, arrival)

    def _record(self, call: Call, arrival: Arrival, plan: Plan) -> Record:
        path = f"/{self.channel}/{call.path}" + (f"?{call.query}" if call.query else "")
        return new_record(
            self.channel,
            arrival.address,
            arrival.text,
            fault=plan.name,
            request=masked(f"{call.method} {path}", arrival.token),
            # More than the journal keeps, so that no token is cut before it is masked, but not a complete film.
            request_body=masked(call.body[: 2 * BODY_KEPT].decode("utf-8", "replace"), arrival.token),
            answer=self._answer(call, arrival, plan),
            inbox=inbox_of(arrival.token),
            account=arrival.account,
        )


def masked(text: str, token: str) -> str:
    return text.replace(token, MASK) if token else text
