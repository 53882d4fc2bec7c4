"""What a pump has to know of mailings between a claim and a call: some have been stopped, or end at another time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from notifyhub.clock import now_ms
from notifyhub.store import mailing_states
from notifyhub.store.database import Database
from notifyhub.store.mailing_states import MailingStates


class Known(NamedTuple):
    """stopped  it is paused, or ended before everything was sent
    ends_at  its end (epoch ms); None: it has none
    at       the moment (epoch ms) at which this was still so
    """

    stopped: bool
    ends_at: int | None
    at: int


class _Look(NamedTuple):
    """A look at the store, from its beginning to its end (epoch ms)."""

    began_at: int
    ended_at: int
    states: MailingStates


class MailingWatch:
    """Looked at for each call, refreshed by a sweep; one for each process."""

    def __init__(self, database: Database, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._clock = clock
        self._last = _Look(0, 0, mailing_states.NONE)
        self._lock = Lock()

    def refresh(self) -> None:
        """Look at the store again. Raises StoreUnavailable."""
        began_at = self._clock()
        states = self._database.read(mailing_states.states).result()
        look = _Look(began_at, self._clock(), states)
        with self._lock:
            if look.began_at >= self._last.began_at:
                self._last = look

    def known(self, mailing_id: int, claimed_end: int | None, claimed_at: int) -> Known:
        """The latest of a mailing: either the claim was later (`claimed_at`, epoch ms) or the last look at the store.

        `claimed_end` is the end that the claim saw. Nothing is claimed of a mailing that is stopped.
        """
        look = self._last
        if claimed_at > look.ended_at:
            return Known(False, claimed_end, claimed_at)
        ends_at = look.states.ends.get(mailing_id, claimed_end)
        return Known(mailing_id in look.states.stopped, ends_at, look.began_at)
