"""The sweeps: passes over the whole store, for which one process at a time is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from notifyhub.clock import now_ms
from notifyhub.domain.retry import RetryPolicy
from notifyhub.errors import StoreUnavailable
from notifyhub.flow import chains, mailings, receive, sweep
from notifyhub.flow.forward import Forwarder
from notifyhub.flow.retention import Retention
from notifyhub.reports.daily import Reporter
from notifyhub.reports.post import post_of
from notifyhub.scheduler import Scheduler
from notifyhub.settings import Settings
from notifyhub.store import heartbeats
from notifyhub.store.database import Database
from notifyhub.webhooks import forgetting
from notifyhub.worker.leader import RENEW_S, Leader

# Answers are kept for hours, so once a minute is often enough.
FORGET_EVERY = 120
# Ten seconds after its time is soon enough for a report.
REPORT_EVERY = 20
# What is old for days has a minute.
RETENTION_EVERY = 120
BEAT_S = 5.0
"""Between signs of life in the store, by which other processes know that somebody delivers and sweeps."""
DAY_S = 86_400


class Sweeps:
    """Run by a scheduler while this process leads; without a `leader` it always does, as on SQLite.

    `ring(channel)` says that something is due; `progressed()` that something has changed.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        policies: Mapping[str, RetryPolicy],
        ring: Callable[[str], None],
        progressed: Callable[[], None],
        leader: Leader | None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._policies = policies
        self._ring = ring
        self._progressed = progressed
        self._leader = leader
        self._reporter: Reporter | None = None
        self._retention = Retention(database, settings.retention)

    def add_to(self, scheduler: Scheduler) -> None:
        """Let `scheduler` run them, each at its own pace."""
        if self._leader is not None:
            # Now, too, so that the first round of sweeps is not left out.
            with suppress(StoreUnavailable):
                self._leader.campaign()
            scheduler.add("lead", self._leader.campaign, RENEW_S)
        every_s = self._settings.sweep_interval_s
        # A queue inside the process carries no bells to others, so each process looks for itself.
        scheduler.add(
            "ring_due",
            self._ring_due if self._settings.uses_memory_broker else self._if_leading(self._ring_due),
            every_s,
        )
        for name, run, pace_s in (
            ("rescue", self._rescue, every_s * 2),
            ("expire", self._expire, every_s * 2),
            ("settle_receipts", self._settle_receipts, every_s * 2),
            ("mailings", self._mailings, every_s),
            ("chains", self._chains, every_s),
            ("forget", self._forget, every_s * FORGET_EVERY),
            ("retention", self._keep_to_retention, every_s * RETENTION_EVERY),
        ):
            scheduler.add(name, self._if_leading(run), pace_s)
        scheduler.add("beat_of_sweeps", self._if_leading(self._beat), BEAT_S)
        self._add_what_is_set(scheduler, every_s)

    def stop(self, drain_s: float) -> None:
        """The scheduler has stopped: wait up to `drain_s` seconds for a report that is being sent, and resign."""
        self._retention.stop()
        if self._reporter is not None:
            self._reporter.stop(drain_s)
        if self._leader is not None:
            with suppress(StoreUnavailable):
                self._leader.resign()

    def _add_what_is_set(self, scheduler: Scheduler, every_s: float) -> None:
        if self._settings.report.to:
            self._reporter = Reporter(self._database, self._settings, post_of(self._settings))
            scheduler.add("report", self._if_leading(self._reporter.sweep), every_s * REPORT_EVERY)
        if (url := self._settings.inbound_url) is not None:
            secret = self._settings.inbound_secret
            forwarder = Forwarder(self._database, url, secret.get_secret_value() if secret else None)
            scheduler.add("forward", self._if_leading(forwarder.sweep), every_s)

    def _if_leading(self, run: Callable[[], None]) -> Callable[[], None]:
        leader = self._leader
        if leader is None:
            return run

        def run_if_leading() -> None:
            if leader.leads:
                run()

        return run_if_leading

    def _beat(self) -> None:
        self._database.write(heartbeats.beat, "scheduler").result()

    def _ring_due(self) -> None:
        sweep.ring_due(self._database, self._policies, self._ring, now_ms())

    def _rescue(self) -> None:
        self._tell_if(sweep.rescue(self._database, self._policies, now_ms()))

    def _expire(self) -> None:
        self._tell_if(sweep.expire(self._database, now_ms()))

    def _settle_receipts(self) -> None:
        kept_ms = self._settings.unreachable_kept_s * 1000
        self._tell_if(receive.settle(self._database, now_ms(), kept_ms))

    def _mailings(self) -> None:
        self._tell_if(mailings.sweep(self._database, self._ring, now_ms))

    def _chains(self) -> None:
        self._tell_if(chains.sweep(self._database, self._ring, now_ms()))

    def _forget(self) -> None:
        sweep.forget(self._database, now_ms())
        sweep.forget_unreachable(self._database, now_ms())
        receive.forget(self._database, now_ms())
        forgetting.forget(self._database, now_ms(), self._settings.events.kept_s)
        sweep.forget_sessions(self._database, now_ms())
        if kept_days := self._settings.audit_kept_days:
            sweep.forget_audit(self._database, now_ms() - kept_days * DAY_S * 1000)

    def _keep_to_retention(self) -> None:
        self._retention.sweep(now_ms())

    def _tell_if(self, changed: int) -> None:
        if changed:
            self._progressed()
