"""The broker that carries the bells, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import dramatiq
from dramatiq.brokers.stub import StubBroker

from notifyhub import logs

CONNECT_S = 5.0
"""How long a broker is waited for, in seconds."""

_log = logs.logger(__name__)


class BellBroker(dramatiq.Broker, ABC):
    """A Dramatiq broker, and what we ask of it besides.

    is_busy  does this process answer a bell of that queue just now? Then it lets others take the next one.
    """

    is_busy: Callable[[str], bool] = staticmethod(lambda queue: False)

    @abstractmethod
    def waiting(self, queue: str) -> int:
        """The number of bells in a queue that nobody has taken yet. Raises what the broker's client raises."""

    @abstractmethod
    def ask(self) -> None:
        """Return when the broker has answered. Called from any thread. Raises what the broker's client raises."""

    def keep_alive(self) -> None:
        """Called now and then by the thread that rings, while it has nothing to ring for."""


class MemoryBroker(StubBroker, BellBroker):
    """Queues inside this process."""

    def waiting(self, queue: str) -> int:
        return int(self.queues[queue].qsize())

    def ask(self) -> None:
        """It is always there."""


def is_reachable(broker: BellBroker) -> bool:
    """Does the broker answer?"""
    try:
        broker.ask()
    except Exception:
        _log.debug("the broker did not answer", exc_info=True)
        return False
    return True
