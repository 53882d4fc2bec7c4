"""What a hub is built on: database, queue and providers, made from settings, opened and closed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Self, TypeVar

import peewee

from notifyhub import logs, tracing
from notifyhub import settings as settings_module
from notifyhub.clock import now_ms
from notifyhub.errors import NotifyhubError, SettingsError
from notifyhub.forks import ForkedLock
from notifyhub.hub import auditing, telling
from notifyhub.hub.progress import Progress
from notifyhub.queue import BellBroker, Doorbell, is_reachable, make_broker, place_of
from notifyhub.settings import Settings
from notifyhub.store.database import Database
from notifyhub.store.writer import Job
from notifyhub.unknown_variables import say_unknown
from notifyhub.verbs.two_ways import off_the_loop, result_of

if TYPE_CHECKING:
    # What delivers takes longer to import than all the rest; most commands and many programs only accept and read.
    from notifyhub.worker.runtime import Runtime
    from notifyhub.worker.sweeper import Sweeper

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")

_log = logs.logger(__name__)


class Wiring:
    """Opens on first use, once in each process."""

    def __init__(self, settings: Settings | None = None, *, worker: bool | None = None, **given: Any) -> None:
        if settings is not None and given:
            raise SettingsError(f"{', '.join(given)}: give either a Settings object or single settings")
        self.settings = settings or settings_module.load(**given)
        self._senders = self.settings.senders()
        self._only_addresses = self.settings.only_addresses()
        self._delivers = self.settings.uses_memory_broker if worker is None else worker
        self._consumes = True
        self._opening = ForkedLock(threading.RLock)
        self._progress = Progress()
        self._opened_by: int | None = None
        self._runtime: Runtime | None = None
        self._sweeper: Sweeper | None = None

    @property
    def database(self) -> Database:
        """The open store."""
        self.open()
        return self._database

    @property
    def pumping(self) -> bool:
        """Does this process deliver?"""
        return self._runtime is not None and self._runtime.pumping

    def moves(self) -> bool:
        """Do all parts of this process that deliver move? Blocks for a moment; for a `Heartbeat`."""
        runtime = self._runtime
        return runtime is None or runtime.moves()

    def ask(self, question: Callable[[peewee.Database], R]) -> Future[R]:
        """Run a query of `store.views` or `store.keys` on a reader thread."""
        self.open()
        return self._database.read(question)

    async def asked(self, question: Callable[[peewee.Database], R]) -> R:
        """The result of `ask`."""
        await self.ready()
        return await result_of(self._database.read(question))

    async def written(self, job: Job[I, R | NotifyhubError], item: I) -> R:
        """The result of a writer's job, after the commit. Raises the error that the job returned instead."""
        await self.ready()
        return await self._done(job, item, auditing.written(self._database, job, item))

    async def written_each(self, job: Job[I, R | NotifyhubError], items: Iterable[I]) -> list[R]:
        """`written` for several items at once, which share a commit. Raises the first error."""
        await self.ready()
        writes = [(item, auditing.written(self._database, job, item)) for item in items]
        return [await self._done(job, item, write) for item, write in writes]

    async def _done(self, job: Job[I, R | NotifyhubError], item: I, write: Future[R | NotifyhubError]) -> R:
        result = await result_of(write)
        if isinstance(result, NotifyhubError):
            raise result
        telling.done(job, item, result)
        return result

    def broker_reachable(self) -> bool:
        """Does the queue answer?"""
        self.open()
        return is_reachable(self._broker)

    def open(self) -> Self:
        """Open the hub if it is not open yet: upgrade the schema and, if this hub delivers, start delivering.

        Raises SettingsError, StoreUnavailable.
        """
        if self._opened_by != os.getpid():
            with self._opening:
                # After a fork the parent's threads and connections are useless to the child.
                if self._opened_by != os.getpid():
                    self._open()
        return self

    def open_for_dramatiq(self) -> BellBroker:
        """Open, deliver, and return the broker: a worker of Dramatiq's command line hears its bells.

        Raises SettingsError, StoreUnavailable.
        """
        self._consumes = False
        self.open()
        return self._broker

    async def ready(self) -> None:
        """Open, without blocking an event loop. Raises SettingsError, StoreUnavailable."""
        if self._opened_by != os.getpid():
            await off_the_loop(self.open)

    def close(self, finish_due_s: float = 0.0) -> None:
        """Stop delivering: calls in progress are finished (up to `drain_s`), the rest waits in the store.

        If the hub is used after this, it opens again.
        `finish_due_s`: first wait up to this many seconds for deliveries that are already due.
        """
        with self._opening:
            if self._opened_by != os.getpid():
                return
            self.stop_delivering(finish_due_s)
            if self._sweeper is not None:
                self._sweeper.stop(self.settings.drain_s)
                self._sweeper = None
            self._doorbell.close()
            self._broker.close()
            self._database.close()
            tracing.flush()
            self._opened_by = None

    def start_sweeping(self) -> Sweeper:
        """Run the sweeps here, besides what this hub does. `close` ends it. Raises SettingsError, StoreUnavailable."""
        from notifyhub.worker.sweeper import Sweeper

        self.open()
        with self._opening:
            if self._sweeper is None:
                self._sweeper = Sweeper(self.settings, self._database, self._doorbell.ring, self._progressed)
                self._sweeper.start()
            return self._sweeper

    def stop_delivering(self, finish_due_s: float = 0.0) -> None:
        """Finish calls in progress (up to `drain_s`) and deliver no more; messages accepted from now on wait."""
        with self._opening:
            if self._runtime is not None:
                self._runtime.finish_due(finish_due_s)
                self._runtime.stop(self.settings.drain_s)
                self._runtime = None

    def _open(self) -> None:
        settings = self.settings
        # In a forked child nobody might ever release the parent's lock.
        self._progress = Progress()
        if settings.traces_url is not None:
            tracing.begin(settings.traces_url, settings.traces_ratio)
        self._database = Database(settings.effective_database_url)
        self._database.upgrade()
        say_unknown(_log.warning)
        self._broker = make_broker(place_of(settings))
        self._doorbell = Doorbell(self._broker, list(settings.channels()))
        if self._delivers:
            from notifyhub.providers.registry import make_providers
            from notifyhub.worker.runtime import Runtime

            providers = make_providers(settings)
            self._runtime = Runtime(
                settings, self._database, self._broker, self._doorbell, providers, self._progressed, self._consumes
            )
            self._runtime.start()
        self._opened_by = os.getpid()

    def _is_soon(self, due_at: int, now: int) -> bool:
        """Is this due before a sweep is certain to have seen it? Times are epoch ms."""
        return due_at <= now + self.settings.look_ahead_ms

    def ring_at(self, channel: str, due_at: int) -> None:
        """Deliver `channel` at `due_at` (epoch ms), which is now or soon."""
        if due_at > now_ms() and self._runtime is not None and self._runtime.pumping:
            self._runtime.expect(channel, due_at)
        else:
            # The pump finds nothing due yet, and then looks for what is next.
            self._doorbell.ring(channel)

    async def look_at_mailings(self) -> None:
        """A mailing was started, stopped or changed. From now on this process makes no call that it does not allow."""
        if self._runtime is not None:
            await off_the_loop(self._runtime.look_at_mailings)
        self._progressed()

    def _progressed(self) -> None:
        self._progress.tell()
