"""The emulator: four messengers, a journal and faults, as one Starlette application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from notifyhub.emulator.callbacks import Callbacks
from notifyhub.emulator.doors import Doors
from notifyhub.emulator.faults import Faults, Plan, ProfileName
from notifyhub.emulator.files import Files
from notifyhub.emulator.gateway import Gateway
from notifyhub.emulator.journal import BODY_KEPT, CAP, Journal, Record, new_record
from notifyhub.emulator.limits import Limit, Limits, LimitsProfile
from notifyhub.emulator.pages import Pages
from notifyhub.emulator.people import Acquaintances, People
from notifyhub.emulator.receipts import Receipts
from notifyhub.emulator.telegram import Telegram
from notifyhub.emulator.viber import Viber
from notifyhub.emulator.whatsapp import WhatsApp
from notifyhub.emulator.wire import (
    Answer,
    Arrival,
    BodyTooLarge,
    Call,
    Messenger,
    Refusal,
    drop,
    html,
    read_call,
    reply,
)

HANG_S = 60.0
MASK = "***"
# The documented limits, each told by its messenger.
REAL_LIMITS: dict[str, Limit] = {}
GARBAGE = html(200, "Welcome to nginx!")
TOO_LARGE = Refusal(status=413)


class Emulator:
    """The application and what it holds.

    Mount `app` anywhere. Starlette runs no lifespan of a mounted application: there, call `open` and `close` (the
    journal also opens by itself at the first call). `journal_path` None keeps the journal in memory. `limits` "real"
    are the documented rate limits; the profile "real-limits" means the same.
    """

    def __init__(
        self,
        journal_path: Path | None = None,
        *,
        profile: ProfileName = "none",
        seed: int | None = None,
        journal_cap: int = CAP,
        hang_s: float = HANG_S,
        limits: LimitsProfile = "off",
    ) -> None:
        self.journal = Journal(journal_path, journal_cap)
        self.faults = Faults(profile, seed)
        self.limits = Limits(REAL_LIMITS, "real" if profile == "real-limits" else limits)
        self.files = Files()
        self.callbacks = Callbacks()
        self.receipts = Receipts()
        self.acquaintances = Acquaintances()
        messengers = (Telegram(lambda: self.journal.last_id), Viber(), WhatsApp(), Gateway())
        self.people = People({}, self.acquaintances)
        doors = [Door(messenger, self.journal, self.faults, hang_s) for messenger in messengers]
        routes = [Route(f"/{door.channel}/{{path:path}}", door) for door in doors]
        around = Doors(self.limits, self.callbacks, self.receipts, self.people)
        pages = Pages(self.journal, self.faults)
        self.app = Starlette(routes=[*routes, *around.routes(), *pages.routes()], lifespan=self._lifespan)
        self.app.state.emulator = self

    async def open(self) -> None:
        """Open the journal. Raises `sqlite3.Error` when its file cannot be used."""
        await asyncio.to_thread(self.journal.open)

    async def close(self) -> None:
        """Give up the callbacks, write what is waiting, and close the journal."""
        await self.callbacks.close()
        await asyncio.to_thread(self.journal.close)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.open()
        yield
        await self.close()


def create_app(
    journal_path: Path | None = None, *, profile: ProfileName = "none", seed: int | None = None
) -> Starlette:
    """The emulator's application; the `Emulator` itself is `app.state.emulator`."""
    return Emulator(journal_path, profile=profile, seed=seed).app


class Door:
    """The way into one messenger, as an ASGI application: read, plan, record, wait, answer."""

    def __init__(self, messenger: Messenger, journal: Journal, faults: Faults, hang_s: float) -> None:
        self.channel = messenger.channel
        self._messenger = messenger
        self._journal = journal
        self._faults = faults
        self._hang_s = hang_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = await read_call(scope, receive)
        except BodyTooLarge:
            return await reply(send, self._messenger.refuse(TOO_LARGE))
        aside = self._messenger.aside(call)
        if isinstance(aside, Answer):
            return await reply(send, aside)
        if aside is None:
            return await self._take(call, receive, send)
        answer = await _unless_the_client_leaves(receive, aside)
        if answer is not None:
            await reply(send, answer)

    async def _take(self, call: Call, receive: Receive, send: Send) -> None:
        arrival = self._messenger.read(call)
        plan = self._faults.plan(self.channel, arrival.address)
        record = self._record(call, arrival, plan)
        # Recorded before the wait: a slow answer is slow about something that has already happened.
        answer = await self._journal.record(record)
        if plan.latency_s:
            await _until_the_client_leaves(receive, plan.latency_s)
        await self._finish(plan, answer, receive, send)

    def _answer(self, call: Call, arrival: Arrival, plan: Plan) -> Answer:
        if plan.refusal is not None:
            return self._messenger.refuse(plan.refusal)
        if plan.word == "garbage":
            return GARBAGE
        return Answer(status=None) if plan.word == "hang" else self._messenger.answer(call, arrival)

    def _record(self, call: Call, arrival: Arrival, plan: Plan) -> Record:
        path = f"/{self.channel}/{call.path}" + (f"?{call.query}" if call.query else "")
        return new_record(
            self.channel,
            arrival.address,
            arrival.text,
            fault=plan.name,
            request=_masked(f"{call.method} {path}", arrival.token),
            # More than the journal keeps, so that no token is cut in two before it is masked; not the whole of a film.
            request_body=_masked(call.body[: 2 * BODY_KEPT].decode("utf-8", "replace"), arrival.token),
            answer=self._answer(call, arrival, plan),
        )

    async def _finish(self, plan: Plan, answer: Answer, receive: Receive, send: Send) -> None:
        if plan.word == "hang":
            await _until_the_client_leaves(receive, self._hang_s)
        if plan.word in ("hang", "lost"):
            return await drop(send)
        await reply(send, answer)


def _masked(text: str, token: str) -> str:
    return text.replace(token, MASK) if token else text


async def _until_the_client_leaves(receive: Receive, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await _departure(receive)
    except TimeoutError:
        return


async def _unless_the_client_leaves(receive: Receive, answer: Awaitable[Answer]) -> Answer | None:
    """The answer when it is there; None, with the work on it cancelled, when the client has left before."""
    working, leaving = asyncio.ensure_future(answer), asyncio.ensure_future(_departure(receive))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        leaving.cancel()


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
