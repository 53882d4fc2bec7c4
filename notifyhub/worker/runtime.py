"""The parts of a process that delivers: Dramatiq's worker, the pumps, and the sweeps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from time import monotonic, sleep

import dramatiq

from notifyhub import logs
from notifyhub.channel_settings import ChannelSettings
from notifyhub.clock import now_ms
from notifyhub.domain.retry import RetryPolicy
from notifyhub.errors import StoreUnavailable
from notifyhub.flow import sweep
from notifyhub.flow.lane import Lane
from notifyhub.flow.mailing_watch import MailingWatch
from notifyhub.flow.pacing.cells import Cells, MemoryCells, StoredCells
from notifyhub.flow.pacing.limits import limits_of
from notifyhub.flow.pacing.pacer import Pacer
from notifyhub.flow.pacing.redis_cells import RedisCells
from notifyhub.flow.pacing.sender_paces import SenderPaces
from notifyhub.flow.sender_breaker import SenderBreaker
from notifyhub.flow.sender_watch import SenderWatch
from notifyhub.providers.base import Provider
from notifyhub.providers.transport import policy_of
from notifyhub.queue import BellBroker, Doorbell, place_of, queue_name
from notifyhub.scheduler import Scheduler
from notifyhub.settings import Settings
from notifyhub.store import heartbeats, views
from notifyhub.store.database import Database, sqlite_path
from notifyhub.store.deliveries import Result
from notifyhub.webhooks.courier import Courier
from notifyhub.worker import actors, calm
from notifyhub.worker.call_metrics import FLUSH_S, CallMetrics
from notifyhub.worker.leader import WORKER, Leader
from notifyhub.worker.lock import PumpLock
from notifyhub.worker.middleware import CrashReport, DeliveryRetries, Shutdown
from notifyhub.worker.pumps import Pumps
from notifyhub.worker.sweeps import BEAT_S, FORGET_EVERY, Sweeps

# Bells wake their consumers. This bounds how long a stop takes, and how late a bell that was missed is found.
POLL_MS = 200
SPARE_THREADS = 2
MISSED_S = 10.0
"""For how long a broker counts as away; its consumers notice every few seconds."""

_log = logs.logger(__name__)


class Runtime:
    """Delivers for one hub. Start it once, stop it once."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        broker: BellBroker,
        doorbell: Doorbell,
        providers: Mapping[str, Provider],
        progressed: Callable[[], None],
        consumes: bool = True,
    ) -> None:
        """`consumes` False: Dramatiq's own command line has the worker that hears the bells."""
        self._settings = settings
        self._database = database
        self._doorbell = doorbell
        self._providers = providers
        self._progressed = progressed
        self._pumps = Pumps(database, doorbell.ring, settings.look_ahead_ms)
        self._metrics = CallMetrics(database)
        self._mailings = MailingWatch(database)
        self._cells = _cells(settings, database)
        self._paces = SenderPaces(database, shared=self._cells.shared)
        self._senders = SenderWatch(database)
        self._scheduler = Scheduler()
        self._lock = _pump_lock(settings)
        self._pumping = False
        self._no_broker_until = 0.0
        self._courier = Courier(database, settings.webhook, settings.events)
        for middleware in (DeliveryRetries(), Shutdown(self._pumps.stop), CrashReport()):
            broker.add_middleware(middleware)
        self._actors = actors.declare(broker, settings.delivered_channels(), self._pumps.run)
        channels = {queue_name(channel): channel for channel in self._actors}
        broker.is_busy = lambda queue: self._pumps.is_running(channels[queue])
        self._policies: dict[str, RetryPolicy] = {
            channel: DeliveryRetries.policy(actor) for channel, actor in self._actors.items()
        }
        leader = None if settings.uses_sqlite else Leader(database, WORKER)
        all_policies = {name: policy_of(channel) for name, channel in settings.channels().items()}
        self._sweeps = Sweeps(settings, database, all_policies, doorbell.ring_everywhere, progressed, leader)
        calm.consumers(self._actors, self._miss_broker)
        self._worker = self._make_worker(broker) if consumes else None

    @property
    def pumping(self) -> bool:
        """False while another process pumps the same SQLite file; only one may do that."""
        return self._pumping

    def moves(self) -> bool:
        """Do all parts of it move? Blocks for a moment. One that stands by does."""
        if not self._pumping:
            return True
        worker = self._worker
        threads = () if worker is None else (*worker.workers, *worker.consumers.values())
        return self._scheduler.moves and all(thread.is_alive() for thread in threads) and self._pumps.moves()

    def start(self) -> None:
        """Start delivering; returns at once. On SQLite this may mean waiting until the current pump is gone."""
        self._take_over()
        if not self._pumping:
            self._scheduler.add("take_over", self._take_over, every_s=1.0)
        self._scheduler.start()

    def stop(self, drain_s: float) -> None:
        """Claim no more, wait up to `drain_s` seconds for calls in progress, record them, and stop."""
        self._scheduler.stop()
        if self._pumping:
            self._sweeps.stop(drain_s)
            self._courier.wind_down(drain_s)
            if self._worker is not None:
                self._worker.stop(timeout=round(drain_s * 1000))
            self._courier.stop()
            self._pumps.close([*self._providers.values(), self._cells])
            self._metrics.close()
        if self._lock is not None:
            self._lock.release()

    def expect(self, channel: str, due_at: int) -> None:
        """Something that was just stored becomes due on `channel` at `due_at` (epoch ms)."""
        if self._pumping:
            self._pumps.expect(channel, due_at)

    def look_at_mailings(self) -> None:
        """A mailing was started, stopped or changed: learn of it now instead of at the next sweep. Blocks shortly."""
        if self._pumping:
            with suppress(StoreUnavailable):
                self._mailings.refresh()
            self._scheduler.now("mailings")

    def finish_due(self, within_s: float) -> None:
        """Wait until nothing is due now, at most `within_s` seconds: for a script that ends right after sending."""
        ends = monotonic() + within_s
        while self._pumping and monotonic() < ends:
            due = self._database.read(views.due_channels(self._policies, now_ms())).result()
            if not due and self._pumps.idle:
                return
            sleep(0.005)

    def _take_over(self) -> None:
        if self._pumping:
            return
        if self._lock is not None:
            if not self._lock.take():
                return
            # Nobody else pumps this file, so every lease in it belongs to a process that is gone.
            sweep.rescue(self._database, self._policies, now_ms(), leases_until=sweep.ANY_LEASE)
        self._begin()

    def _begin(self) -> None:
        self._pumping = True
        lanes = {channel: self._lane(channel) for channel in self._actors}
        with suppress(StoreUnavailable):
            # Who rested before a restart still rests.
            self._senders.refresh()
            self._paces.refresh()
            self._courier.learn_wants()
            if self._lock is not None:
                self._courier.take_over()
        self._pumps.start(lanes)
        self._doorbell.answer_locally(self._pumps.nudge, self._pumps.run_here)
        if self._worker is not None:
            self._worker.start()
        every_s = self._settings.sweep_interval_s
        self._scheduler.add("look_ahead", self._look_ahead, every_s)
        self._scheduler.add("mailing_watch", self._mailings.refresh, every_s)
        self._scheduler.add("sender_watch", self._senders.refresh, every_s)
        self._scheduler.add("sender_paces", self._paces.refresh, every_s)
        self._scheduler.add("webhooks", self._courier.sweep, every_s)
        self._scheduler.add("forget_places", self._cells.forget, every_s * FORGET_EVERY)
        self._scheduler.add("call_metrics", self._metrics.flush, FLUSH_S)
        self._scheduler.add("beat", self._beat, BEAT_S)
        self._sweeps.add_to(self._scheduler)

    def _make_worker(self, broker: dramatiq.Broker) -> dramatiq.Worker:
        return dramatiq.Worker(
            broker,
            queues={queue_name(channel) for channel in self._actors},
            worker_threads=len(self._actors) + SPARE_THREADS,
            worker_timeout=POLL_MS,
        )

    def _lane(self, channel: str) -> Lane:
        settings = self._settings.channels()[channel]
        return Lane(
            channel=channel,
            provider=self._providers[channel],
            policy=self._policies[channel],
            concurrency=settings.concurrency,
            accounts=1 + len(settings.senders),
            timeout_s=settings.timeout_s,
            lease_s=self._settings.lease_s,
            mailings=self._mailings,
            breaker=self._breaker(channel, settings),
            pacer=Pacer(channel, limits_of(self._settings, channel), self._cells, self._paces),
            turns={},
            unreachable_kept_ms=self._settings.unreachable_kept_s * 1000,
            recorded=self._recorded,
        )

    def _breaker(self, channel: str, settings: ChannelSettings) -> SenderBreaker:
        only = settings.only_addresses
        breaker = SenderBreaker(
            channel,
            self._policies[channel],
            self._database,
            timeout_s=settings.timeout_s,
            senders=only or settings.senders,
            by_address=only is not None,
            wake=lambda name: self._pumps.expect(name, now_ms()),
        )
        return self._senders.add(breaker)

    def _recorded(self, channel: str, results: Sequence[Result], going_on: Collection[str]) -> None:
        self._metrics.note(channel, results)
        if retries := [result.due_at for result in results if result.due_at is not None]:
            self._pumps.expect(channel, min(retries))
        for other in going_on:
            self._doorbell.ring(other)
        self._progressed()

    def _beat(self) -> None:
        if self.moves():
            self._database.write(heartbeats.beat, "worker").result()

    def _look_ahead(self) -> None:
        now = now_ms()
        sweep.look_ahead(self._database, self._policies, self._pumps.expect, now, now + self._settings.look_ahead_ms)
        if monotonic() < self._no_broker_until:
            # Nobody can ring here, whoever sweeps.
            sweep.ring_due(self._database, self._policies, self._pumps.run_here, now)

    def _miss_broker(self) -> None:
        self._no_broker_until = monotonic() + MISSED_S


def _cells(settings: Settings, database: Database) -> Cells:
    """Where the limits are kept: as far away as those who share them."""
    if settings.uses_sqlite:
        return MemoryCells()
    place = place_of(settings)
    return RedisCells(place) if place.is_redis else StoredCells(database)


def _pump_lock(settings: Settings) -> PumpLock | None:
    if not settings.uses_sqlite:
        return None
    return PumpLock.of(sqlite_path(settings.effective_database_url))
