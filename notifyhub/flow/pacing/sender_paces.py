"""What messengers have taught of the pace of their accounts: one copy for each process of what the store knows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from time import monotonic

from notifyhub import logs
from notifyhub.clock import now_ms
from notifyhub.domain.adaptive_rate import FULL, Pace, quickened, slowed
from notifyhub.errors import StoreUnavailable
from notifyhub.store import sender_paces
from notifyhub.store.database import Database
from notifyhub.store.sender_paces import PaceChange, Paces

FRESH_S = 0.02
"""Where several processes send, a call relies on a look at the store that is no older: one refusal stops them all."""

_log = logs.logger(__name__)


class SenderPaces:
    """Pauses and slower rates of all accounts.

    shared  may other processes send too?
    """

    def __init__(self, database: Database, *, shared: bool, clock: Callable[[], int] = now_ms) -> None:
        self._database = database
        self._shared = shared
        self._clock = clock
        self._known: Paces = {}
        self._looked_at = 0.0
        self._lock = Lock()
        self._wanting: set[tuple[str, str]] = set()

    def of(self, channel: str, sender: str) -> Pace:
        return self._known.get((channel, sender), FULL)

    def paused_ms(self, channel: str, sender: str) -> int:
        """How long an account still pauses."""
        known = self._known.get((channel, sender))
        return 0 if known is None else max(0, known.paused_until - self._clock())

    def wants_more(self, channel: str, sender: str) -> None:
        """More could be sent than the rate allows: without that, nothing is learnt from a rate that holds."""
        if (channel, sender) in self._known:
            self._wanting.add((channel, sender))

    def refused(self, channel: str, sender: str, wait_s: float, called_at: int) -> None:
        """A call that began at `called_at` (epoch ms) was refused as too fast. Takes effect here at once."""
        now, wait_ms = self._clock(), round(wait_s * 1000)
        at = (channel, sender)

        def change(pace: Pace) -> Pace:
            return slowed(pace, now, wait_ms, called_at)

        before = self.of(channel, sender)
        with self._lock:
            self._known = {**self._known, at: change(before)}
        stored = self._database.write(sender_paces.change, PaceChange(channel, sender, change))
        stored.add_done_callback(lambda done: self._slowed(at, wait_s, before, done))

    def refresh(self) -> None:
        """Look at the store, and try a little more where a slower rate has held. Blocks. Raises StoreUnavailable."""
        self._take(self._database.read(sender_paces.paces).result(), monotonic())
        now = self._clock()
        wanting, self._wanting = self._wanting, set()
        for at in wanting:
            if quickened(self.of(*at), now) is not None:
                change = PaceChange(*at, lambda pace: quickened(pace, now))
                pace, changed = self._database.write(sender_paces.change, change).result()
                self._learn(at, pace)
                if changed:
                    _log.info("%s may go at %d %% of its rate", _name(at), round(pace.factor * 100), extra=_about(at))

    async def look(self) -> None:
        """Before a call: has another process been refused?"""
        began = monotonic()
        if not self._shared or began - self._looked_at < FRESH_S:
            return
        self._looked_at = began
        with suppress(StoreUnavailable):
            self._take(await asyncio.wrap_future(self._database.read(sender_paces.paces)), began)

    def _take(self, found: Paces, began: float) -> None:
        with self._lock:
            self._looked_at = max(began, self._looked_at)
            # What was learnt here may not be stored yet.
            self._known = {at: _later(pace, self._known.get(at, FULL)) for at, pace in (self._known | found).items()}

    def _learn(self, at: tuple[str, str], pace: Pace) -> None:
        with self._lock:
            self._known = {**self._known, at: _later(pace, self._known.get(at, FULL))}

    def _slowed(self, at: tuple[str, str], wait_s: float, before: Pace, done: Future[tuple[Pace, bool]]) -> None:
        if done.exception() is not None:
            return
        pace, changed = done.result()
        self._learn(at, pace)
        if changed and pace.refused_at > before.refused_at:
            _log.warning(
                "%s was refused as too fast: it pauses for %g s, and then goes on at %d %% of its rate",
                _name(at),
                wait_s,
                round(pace.factor * 100),
                extra=_about(at),
            )


def _later(one: Pace, other: Pace) -> Pace:
    """The one that was changed later, with the longer pause."""
    last = max(one, other, key=lambda pace: max(pace.changed_at, pace.refused_at))
    return last._replace(paused_until=max(one.paused_until, other.paused_until))


def _name(at: tuple[str, str]) -> str:
    channel, sender = at
    return f"sender {sender} of {channel}" if sender else channel


def _about(at: tuple[str, str]) -> dict[str, str]:
    return {"channel": at[0], "sender": at[1]}
