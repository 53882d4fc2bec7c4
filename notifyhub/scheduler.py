"""The scheduler: APScheduler runs the sweeps. It holds no delivery, so its jobs may be lost at any moment."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic, perf_counter

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from notifyhub import logs
from notifyhub.errors import NotifyhubError
from notifyhub.metrics import counting
from notifyhub.metrics.definitions import SWEEP_DURATION, SWEEPS

THREADS = 6
"""Four for the sweeps that may take a while, of mailings, forwarding, the report and retention; two for all others."""

TURN_S = 2.0
HANGS_S = 60.0
"""Sweeps that wait for a database that is away may keep all threads busy for a while."""

_log = logs.logger(__name__)


class Scheduler:
    """Runs each sweep at its own pace, never twice at once."""

    def __init__(self) -> None:
        # UTC, so that no clock change of a time zone can stop it.
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": ThreadPoolExecutor(THREADS)}, job_defaults={"coalesce": True}
        )
        self._turned_at = 0.0
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def add(self, name: str, sweep: Callable[[], None], every_s: float) -> None:
        """Call `sweep` every `every_s` seconds, for the first time now."""
        self._scheduler.add_job(
            _survive(name, sweep),
            "interval",
            seconds=every_s,
            id=name,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )

    def now(self, name: str) -> None:
        """Call this sweep as soon as possible, besides its turns. Lost if it is running."""
        with suppress(JobLookupError):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    @property
    def moves(self) -> bool:
        """Has it called anything lately?"""
        return monotonic() - self._turned_at < HANGS_S

    def start(self) -> None:
        self._turn()
        self.add("turn", self._turn, TURN_S)
        self._scheduler.start()

    def _turn(self) -> None:
        self._turned_at = monotonic()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _survive(name: str, sweep: Callable[[], None]) -> Callable[[], None]:
    """The store may be unavailable for a while: log that once, and once when it is back."""
    failing = False

    def run() -> None:
        nonlocal failing
        began, result = perf_counter(), "failed"
        try:
            sweep()
        except NotifyhubError as error:
            if not failing:
                _log.warning("sweep %s fails and will go on trying: %s", name, error)
            failing = True
        else:
            if failing:
                _log.info("sweep %s works again", name)
            failing, result = False, "done"
        finally:
            counting.note(SWEEP_DURATION, perf_counter() - began, (name,))
            counting.count(SWEEPS, (name, result))

    return run
