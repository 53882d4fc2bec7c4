"""The emulator: four messengers, a journal and faults, as one Starlette application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from notifyhub.emulator import telegram, viber, whatsapp
from notifyhub.emulator.callbacks.callbacks import Callbacks
from notifyhub.emulator.callbacks.caller import CallbackResult
from notifyhub.emulator.callbacks.receipts import Receipts, ReceiptSettings
from notifyhub.emulator.faults import Faults, Plan, ProfileName
from notifyhub.emulator.gateway import Gateway
from notifyhub.emulator.journal.broadcasts import copies_of, fates_of
from notifyhub.emulator.journal.happenings import Happenings
from notifyhub.emulator.journal.inboxes import inbox_of
from notifyhub.emulator.journal.journal import CAP, Journal
from notifyhub.emulator.journal.records import BODY_KEPT, Record, new_record
from notifyhub.emulator.people.acquaintances import Acquaintances
from notifyhub.emulator.people.people import Deed, Listener, People
from notifyhub.emulator.shared.connection import carry_out, unless_the_client_leaves
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.files import Files
from notifyhub.emulator.shared.limits import Limit, Limits, LimitsProfile
from notifyhub.emulator.shared.strictness import Strictness, StrictnessProfile
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
from notifyhub.emulator.web.control_pages import Pages
from notifyhub.emulator.web.http import BadParameter, bad_parameter
from notifyhub.emulator.web.inbox_page import assets
from notifyhub.emulator.web.journal_pages import JournalPages
from notifyhub.emulator.web.live import Live
from notifyhub.emulator.web.own_paths import own_paths
from notifyhub.emulator.web.settings_pages import SettingsPages
from notifyhub.emulator.web.strictness_pages import StrictnessPages

HANG_S = 60.0
MASK = "***"
# The documented limits, each told by its messenger.
REAL_LIMITS: dict[str, Limit] = telegram.LIMITS | viber.LIMITS | whatsapp.LIMITS
# What nothing is accepted with.
INSTEAD: dict[str | None, Answer] = {
    "hang": Answer(status=None),
    "reset": Answer(status=None),
    "garbage": html(200, "Welcome to nginx!"),
    "wrong_json": Answer(status=200, body=b'{"answer":42}'),
}
TOO_LARGE = Refusal(status=413)


class Emulator:
    """The application and what it holds.

    Mount `app` anywhere. Starlette runs no lifespan of a mounted application: there, call `open` and `close` (the
    journal also opens by itself at the first call). `journal_path` None keeps the journal in memory. `limits` "real"
    are the documented rate limits; the profile "real-limits" means the same. `strictness` "real" asks of bots what the
    messengers themselves do.
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
        strictness: StrictnessProfile = "lenient",
    ) -> None:
        self.journal = Journal(journal_path, journal_cap)
        self.faults = Faults(profile, seed)
        self.limits = Limits(REAL_LIMITS, "real" if profile == "real-limits" else limits)
        self.files = Files()
        self.callbacks = Callbacks()
        self.receipts = Receipts()
        self._submitted: set[asyncio.Task[None]] = set()
        self.acquaintances = Acquaintances()
        self.strictness = Strictness(strictness)
        self.happenings = Happenings(self.journal.watchers.tell)
        self.callbacks.heard = self._tried
        self._notes: set[asyncio.Future[Answer]] = set()
        context = MessengerContext(
            self.limits, self.files, self.callbacks, self.receipts, self.acquaintances, self.strictness, self._note
        )
        self.telegram = telegram.Telegram(self._numbered_from, context, self.submit)
        self.viber, self.whatsapp = viber.Viber(context), whatsapp.WhatsApp(context)
        messengers = (self.telegram, self.viber, self.whatsapp, Gateway(self.strictness))
        listeners: dict[str, Listener] = {"telegram": self.telegram, "viber": self.viber, "whatsapp": self.whatsapp}
        self.people = People(listeners, self.acquaintances, self._did)
        self.endpoints = {one.channel: Endpoint(one, self.journal, self.faults, hang_s) for one in messengers}
        around = SettingsPages(self.limits, self.callbacks, self.receipts, self.people)
        strict = StrictnessPages(self.strictness)
        pages = (Pages(self.journal, self.faults, self.reset), JournalPages(self.journal), around, strict)
        live = Live(self.journal, self.happenings)
        theirs = [Route(f"/{channel}/{{path:path}}", endpoint) for channel, endpoint in self.endpoints.items()]
        theirs += own_paths(self.endpoints)
        self.app = Starlette(
            routes=[*theirs, *(route for page in (*pages, live) for route in page.routes()), assets()],
            exception_handlers={BadParameter: bad_parameter},
            lifespan=self._lifespan,
        )
        self.app.state.emulator = self

    async def open(self) -> None:
        """Open the journal. Raises `sqlite3.Error` when its file cannot be used."""
        await asyncio.to_thread(self.journal.open)

    async def close(self) -> None:
        """Give up the callbacks, write what is waiting, and close the journal."""
        await self.callbacks.close()
        await asyncio.to_thread(self.journal.close)

    async def reset(self) -> None:
        """Forget what tests leave behind: the journal, faults and stories, limits used, callbacks, acquaintances."""
        await asyncio.to_thread(self.journal.clear)
        self.faults.reset()
        self.limits.clear()
        self.callbacks.clear()
        self.receipts.settings = ReceiptSettings()
        self.acquaintances.clear()
        self.happenings.clear()
        self.files.clear()
        self.telegram.forget_people()
        self.viber.forget_people()
        self.whatsapp.forget_people()

    def _numbered_from(self) -> int:
        """How many messages Telegram may have had; more than entries, as an album is one entry."""
        newest = self.journal.newest(1, channel="telegram", accepted=True)
        return max([self.journal.last_id, *(int(entry["messenger_id"]) for entry in newest)])

    def _tried(self, result: CallbackResult) -> None:
        self.happenings.add("callback", **result.describe())

    def _did(self, channel: str, address: str, deed: Deed) -> None:
        self.happenings.add("deed", channel=channel, address=address, **deed.model_dump(mode="json"))

    def _note(self, channel: str, address: str, text: str, *, body: bytes, token: str, account: str) -> None:
        record = new_record(
            channel,
            address,
            text,
            fault=None,
            request="(the answer to a callback)",
            request_body=_masked(body.decode("utf-8", "replace"), token),
            answer=Answer(status=200, accepted=True),
            inbox=inbox_of(token),
            account=account,
        )
        writing = asyncio.ensure_future(self.journal.record(record))
        self._notes.add(writing)
        writing.add_done_callback(self._notes.discard)

    def release(self) -> None:
        """Let those go who wait or watch: the server is about to stop."""
        self.journal.watchers.release()
        self.telegram.release()

    def submit(self, channel: str, call: Call) -> None:
        """Take a call that came without a request: in the answer to a callback."""
        task = asyncio.get_running_loop().create_task(self.endpoints[channel].submit(call))
        self._submitted.add(task)
        task.add_done_callback(self._submitted.discard)

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


class Endpoint:
    """The way into one messenger, as an ASGI application: read, plan, record, wait, answer."""

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
        """Take a call to whose answer nobody listens."""
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
            request=_masked(f"{call.method} {path}", arrival.token),
            # More than the journal keeps, so that no token is cut in two before it is masked; not the whole of a film.
            request_body=_masked(call.body[: 2 * BODY_KEPT].decode("utf-8", "replace"), arrival.token),
            answer=self._answer(call, arrival, plan),
            inbox=inbox_of(arrival.token),
            account=arrival.account,
        )


def _masked(text: str, token: str) -> str:
    return text.replace(token, MASK) if token else text
