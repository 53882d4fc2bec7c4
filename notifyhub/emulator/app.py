"""The emulator: four messengers, e-mail, a journal and faults, as one Starlette application."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.routing import Mount, Route

from notifyhub.emulator import telegram, viber, whatsapp
from notifyhub.emulator.callbacks.callbacks import Callbacks
from notifyhub.emulator.callbacks.caller import CallbackResult
from notifyhub.emulator.callbacks.receipts import Receipts, ReceiptSettings
from notifyhub.emulator.email.door import Door
from notifyhub.emulator.email.mailroom import Mailroom
from notifyhub.emulator.endpoint import Endpoint, masked
from notifyhub.emulator.faults import Faults, ProfileName
from notifyhub.emulator.gateway import Gateway
from notifyhub.emulator.journal.happenings import Happenings
from notifyhub.emulator.journal.inboxes import inbox_of
from notifyhub.emulator.journal.journal import CAP, Journal
from notifyhub.emulator.journal.records import new_record
from notifyhub.emulator.people.acquaintances import Acquaintances
from notifyhub.emulator.people.people import Deed, Listener, People
from notifyhub.emulator.shared.context import MessengerContext
from notifyhub.emulator.shared.files import Files
from notifyhub.emulator.shared.limits import Limit, Limits, LimitsProfile
from notifyhub.emulator.shared.strictness import Strictness, StrictnessProfile
from notifyhub.emulator.shared.wire import Answer, Call
from notifyhub.emulator.web.control_pages import Pages
from notifyhub.emulator.web.guards import THIS_MACHINE, Guards, guarded
from notifyhub.emulator.web.http import BadParameter, bad_parameter
from notifyhub.emulator.web.inbox_page import assets
from notifyhub.emulator.web.journal_pages import JournalPages
from notifyhub.emulator.web.live import Live
from notifyhub.emulator.web.own_paths import own_paths
from notifyhub.emulator.web.settings_pages import SettingsPages
from notifyhub.emulator.web.strictness_pages import StrictnessPages
from notifyhub.server.problems import left

HANG_S = 60.0
# The documented limits, defined by each messenger.
REAL_LIMITS: dict[str, Limit] = telegram.LIMITS | viber.LIMITS | whatsapp.LIMITS


class Emulator:
    """The application and its state.

    Mount `app` anywhere. Starlette runs no lifespan of a mounted application: there, call `open` and `close` (the
    journal also opens on the first call). With `journal_path` None the journal is in memory. `limits` "real" are the
    documented rate limits; the profile "real-limits" means the same. `strictness` "real" requires of bots what the
    messengers require. `guards` are by default those of a loopback address. `door` accepts mail if told to `listen`;
    with `smtp_tls` its clients may use STARTTLS.
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
        guards: Guards = THIS_MACHINE,
        smtp_tls: ssl.SSLContext | None = None,
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
        self.mailroom = Mailroom(self.journal, self.faults, hang_s)
        self.door = Door(self.mailroom, smtp_tls)
        around = SettingsPages(self.limits, self.callbacks, self.receipts, self.people)
        strict = StrictnessPages(self.strictness)
        pages = (Pages(self.journal, self.faults, self.reset), JournalPages(self.journal), around, strict)
        live = Live(self.journal, self.happenings)
        theirs = [Route(f"/{name}/{{path:path}}", endpoint) for name, endpoint in self.endpoints.items()]
        theirs += own_paths(self.endpoints)
        own: list[Route | Mount] = [*(route for page in (*pages, live) for route in page.routes()), assets()]
        self.app = Starlette(
            routes=[*guarded(theirs, guards.messengers), *guarded(own, guards.own)],
            exception_handlers={BadParameter: bad_parameter, ClientDisconnect: left},
            lifespan=self._lifespan,
        )
        self.app.state.emulator = self

    async def open(self) -> None:
        """Open the journal, and the door. Raises `sqlite3.Error` if the journal's file cannot be used."""
        await asyncio.to_thread(self.journal.open)
        await self.door.open()

    async def close(self) -> None:
        """Hang up on who brings mail, drop the callbacks, write what is waiting, and close the journal."""
        await self.door.close()
        await self.callbacks.close()
        await asyncio.to_thread(self.journal.close)

    async def reset(self) -> None:
        """Forget what tests leave behind: journal, faults and stories, used limits, callbacks, acquaintances."""
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
        """The number of messages that Telegram may have had; more than entries, because an album is one entry."""
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
            request_body=masked(body.decode("utf-8", "replace"), token),
            answer=Answer(status=200, accepted=True),
            inbox=inbox_of(token),
            account=account,
        )
        writing = asyncio.ensure_future(self.journal.record(record))
        self._notes.add(writing)
        writing.add_done_callback(self._notes.discard)

    def release(self) -> None:
        """Release waiting and watching clients, because the server is about to stop."""
        self.journal.watchers.release()
        self.telegram.release()

    def submit(self, channel: str, call: Call) -> None:
        """Handle a call that came without a request, in the answer to a callback."""
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
