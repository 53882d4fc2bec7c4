"""The doorbell: "something is due for telegram", said over a Dramatiq broker, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from time import sleep

from notifyhub import logs
from notifyhub.queue.broker import BellBroker
from notifyhub.queue.names import bell, queue_name
from notifyhub.queue.troubles import in_words

PAUSE_S = 0.003
"""Seconds between rounds of ringing: the first ring goes out at once, those that follow closely become one."""
KEEP_ALIVE_S = 10.0
ENOUGH_BELLS = 100
"""Unanswered rings of one channel, above which one more ring would be useless."""
LOOK_EVERY = 20
"""Rings of one channel between two looks at how many are unanswered: a look takes as long as a ring."""

_log = logs.logger(__name__)


class Doorbell:
    """Rings without blocking the caller. Rings that arrive while one is in progress become one."""

    def __init__(self, broker: BellBroker, channels: Sequence[str]) -> None:
        self._broker = broker
        self._answered_locally: Callable[[str], bool] = lambda channel: False
        self._pump_here: Callable[[str], None] = lambda channel: None
        self._wanted: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._down = False
        self._unseen: dict[str, int] = {}
        for channel in channels:
            broker.declare_queue(queue_name(channel))

    def answer_locally(self, answered_locally: Callable[[str], bool], pump_here: Callable[[str], None]) -> None:
        """Ask `answered_locally(channel)` first: True means that a pump in this process has taken the ring.

        While the broker is away, `pump_here(channel)` is called instead: this process delivers what is due itself.
        """
        self._answered_locally = answered_locally
        self._pump_here = pump_here

    def ring(self, channel: str) -> None:
        """Something is due on `channel`. Never fails or blocks; if a ring is lost, the sweep finds the deliveries."""
        if not self._answered_locally(channel):
            self._ask_for(channel)

    def ring_everywhere(self, channel: str) -> None:
        """The same, where there may be more to do than this process can: another one is called too."""
        self._answered_locally(channel)
        self._ask_for(channel)

    def close(self) -> None:
        """Ring once more for what has been rung for, and no longer."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _ask_for(self, channel: str) -> None:
        with self._changed:
            self._wanted.add(channel)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="notifyhub-doorbell", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._closed, KEEP_ALIVE_S)
                if self._closed and not self._wanted:
                    return
                channels, self._wanted = self._wanted, set()
            for channel in channels:
                self._ring_once(channel)
            if channels:
                sleep(PAUSE_S)
            else:
                self._broker.keep_alive()

    def _ring_once(self, channel: str) -> None:
        try:
            if not self._has_enough(channel):
                self._broker.enqueue(bell(channel))
            self._down = False
        except Exception as error:
            if not self._down:
                _log.warning("the broker cannot be reached; the sweeps find what is due: %s", in_words(error))
            self._down = True
            self._pump_here(channel)

    def _has_enough(self, channel: str) -> bool:
        """Would one more bell be useless?"""
        unseen = self._unseen.get(channel, LOOK_EVERY)
        if unseen < LOOK_EVERY:
            self._unseen[channel] = unseen + 1
            return False
        enough = self._broker.waiting(queue_name(channel)) >= ENOUGH_BELLS
        # As long as there are enough, each ring looks.
        self._unseen[channel] = LOOK_EVERY if enough else 0
        return enough
