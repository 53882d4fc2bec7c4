"""Of the processes that could run the sweeps, one does: leader election by a lease in the store."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from time import monotonic

from notifyhub import logs
from notifyhub.store.database import Database
from notifyhub.store.leaders import Candidate, campaign, resign

SWEEPS = "sweeps"
LEASE_MS = 4_000
"""How long nobody sweeps after the leader has died."""
RENEW_S = 1.0
WORKER, SCHEDULER = 0, 1
"""Ranks: a process that does nothing but sweep leads before one that also delivers."""

_log = logs.logger(__name__)


class Leader:
    """Whether this process leads. Two may believe so for a moment, and sweeps do no harm when they run twice."""

    def __init__(self, database: Database, rank: int, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._me = Candidate(SWEEPS, uuid.uuid4().hex, rank, LEASE_MS)
        self._clock = clock
        self._leads_until = 0.0
        self._led = False

    @property
    def leads(self) -> bool:
        return self._clock() < self._leads_until

    def campaign(self) -> None:
        """Try to lead for another while. Raises StoreUnavailable."""
        # From before the question, so that it ends here no later than in the store.
        now = self._clock()
        leads = self._database.write(campaign, self._me).result()
        self._leads_until = now + LEASE_MS / 1000 if leads else 0.0
        if leads != self._led:
            _log.info("this process runs the sweeps" if leads else "another process runs the sweeps now")
        self._led = leads

    def resign(self) -> None:
        """Let another process lead at once. Raises StoreUnavailable."""
        led, self._leads_until, self._led = self._led, 0.0, False
        if led:
            self._database.write(resign, self._me).result()
