"""The report of the day before: sent once a day, whoever of many schedulers comes first, and tried again if it fails.

The row of the day is claimed for a while, as a delivery is, and each address is noted as soon as the mail server has
taken its mail. So a process that is killed is followed by another, which goes on with the addresses that are left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from functools import partial

from notifyhub import logs
from notifyhub.clock import now_ms, to_datetime, to_iso
from notifyhub.domain.report_days import due, pause_ms
from notifyhub.domain.zones import zone_of
from notifyhub.reports.by_hand import figures_of
from notifyhub.reports.figures import Figures
from notifyhub.reports.message import message
from notifyhub.reports.post import Post, PostFailed
from notifyhub.settings import Settings
from notifyhub.store import reports
from notifyhub.store.database import Database
from notifyhub.store.reports import Claim, Tried, Wanted

LEASE_MS = 180_000
"""Longer than one mail may take; begun anew after each."""
DAILY = "daily"

_log = logs.logger(__name__)


class Reporter:
    """Sends the reports of one install; its sweep may run in any number of processes."""

    def __init__(self, database: Database, settings: Settings, post: Post, now: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._settings = settings
        self._post = post
        self._now = now
        self._done: date | None = None
        self._sending = threading.Lock()
        self._stopping = False

    def sweep(self) -> None:
        """Send the report that is due, if nobody has. Blocks while the mail server does. Raises StoreUnavailable."""
        now = self._now()
        wanted = due(to_datetime(now), self._settings.report.local_time, zone_of(self._settings.report_timezone))
        if wanted is None or wanted == self._done or not self._is_open(wanted, now):
            return
        asked = Wanted(wanted.isoformat(), now, now + LEASE_MS)
        claim = self._database.write(reports.claim, asked).result()
        if claim is not None:
            with self._sending:
                self._send(claim, figures_of(self._database, self._settings, wanted))

    def stop(self, within_s: float) -> None:
        """Begin no other mail, and wait for what becomes of the one that is on its way, so that it is noted."""
        self._stopping = True
        if self._sending.acquire(timeout=within_s):
            self._sending.release()

    def _is_open(self, wanted: date, now: int) -> bool:
        """A look before the claim, because a sweep that has nothing to do should write nothing."""
        row = self._database.read(reports.latest).result()
        if row is None or row.day != wanted.isoformat():
            return True
        if row.state == "sent":
            self._done = wanted
        return (row.state == "failed" and row.due_at <= now) or (row.state == "sending" and row.lease_until <= now)

    def _send(self, claim: Claim, figures: Figures) -> None:
        accepted, refused = claim.accepted, []
        for address in self._settings.report.to:
            if address in accepted:
                continue
            if self._stopping:
                # Another process goes on at once.
                now = self._now()
                self._record(Tried(claim, "failed", accepted, now, "the process was stopped", due_at=now))
                return
            try:
                self._post(partial(message, figures, to=address, now=to_datetime(self._now()), key=DAILY))
            except PostFailed as error:
                refused.append(f"{address}: {error}")
                continue
            accepted = (*accepted, address)
            if not self._record(Tried(claim, "sending", accepted, self._now(), lease_until=self._now() + LEASE_MS)):
                return
        self._end(claim, accepted, refused)

    def _end(self, claim: Claim, accepted: tuple[str, ...], refused: list[str]) -> None:
        now = self._now()
        if not refused:
            self._record(Tried(claim, "sent", accepted, now))
            _log.info("report of %s sent to %d addresses", claim.day, len(accepted))
            return
        again = now + pause_ms(claim.tries)
        self._record(Tried(claim, "failed", accepted, now, "; ".join(refused), again))
        _log.warning(
            "report of %s could not be sent, try %d, the next after %s: %s",
            claim.day,
            claim.tries,
            to_iso(again),
            "; ".join(refused),
        )

    def _record(self, tried: Tried) -> bool:
        """False if this process was too slow, and another has taken over."""
        return self._database.write(reports.record, tried).result()
