"""What the store and the broker say of the load, asked so that nobody waits for them and they hardly notice."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

from notifyhub import logs
from notifyhub.clock import now_ms
from notifyhub.forks import ForkedLock
from notifyhub.hub.wiring import Wiring
from notifyhub.store import figures
from notifyhub.store.figures import Load

T = TypeVar("T")

PATIENCE_S = 2.0
"""Prometheus waits 10 s by default for all of a scrape."""
LEAST_S = 0.2
"""For the broker, if the store has used up all patience."""
KEPT_S = 1.0
SHARE = 20
"""An answer that took long is kept for so many times as long: asking costs at most a twentieth of a core."""

_log = logs.logger(__name__)


@dataclass(slots=True)
class _Asked(Generic[T]):
    process: int
    began: float
    future: Future[T]
    took_s: float = 0.0


class Latest(Generic[T]):
    """The latest answer to one question. It is never asked again before it was answered."""

    def __init__(self, of: str, ask: Callable[[], Future[T]]) -> None:
        self._of = of
        self._ask = ask
        self._failing = False
        self._changing = ForkedLock()
        self._asked: _Asked[T] | None = None

    def within(self, seconds: float) -> T | None:
        """An answer that is as good as new; None: there is none so far."""
        with self._changing:
            asked = self._asked
            if asked is None or self._is_old(asked):
                asked = self._asked = self._begin()
        try:
            found = asked.future.result(max(0.0, seconds))
        except Exception as error:
            if not self._failing:
                _log.warning("the %s gives no figures: %s", self._of, str(error) or "it does not answer in time")
            self._failing = True
            return None
        self._failing = False
        return found

    def _is_old(self, asked: _Asked[T]) -> bool:
        if asked.process != os.getpid():
            return True
        return asked.future.done() and monotonic() >= asked.began + max(KEPT_S, SHARE * asked.took_s)

    def _begin(self) -> _Asked[T]:
        began = monotonic()
        asked = _Asked(os.getpid(), began, self._ask())
        asked.future.add_done_callback(lambda _: setattr(asked, "took_s", monotonic() - began))
        return asked


class Figures:
    """Those of a hub."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._load = Latest("store", lambda: on_a_thread(self._read_load))
        self._broker = Latest("broker", lambda: on_a_thread(wiring.broker_reachable))

    def read(self) -> tuple[Load | None, bool | None]:
        """The load, if the store answers in time; does the broker answer? None: not in time."""
        ends = monotonic() + PATIENCE_S
        load = self._load.within(PATIENCE_S)
        return load, self._broker.within(max(LEAST_S, ends - monotonic()))

    def _read_load(self) -> Load:
        question = figures.load(list(self._wiring.settings.channels()), now_ms())
        return self._wiring.database.read(question).result()


def on_a_thread(work: Callable[[], T]) -> Future[T]:
    """Do something that may hang. Its thread does not keep the process from ending."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="notifyhub-figures", daemon=True).start()
    return future
