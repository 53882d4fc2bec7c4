"""Workers and doorbells over a broker, without a store."""

from __future__ import annotations

from contextlib import ExitStack
from queue import SimpleQueue

import dramatiq

from notifyhub.queue import BellBroker, BrokerPlace, Doorbell, actor_name, make_broker, queue_name

WITHIN_S = 20.0
CHANNEL = "telegram"


class Listener:
    """A worker that does nothing but count the bells it hears."""

    def __init__(self, broker: BellBroker) -> None:
        self.heard: SimpleQueue[str] = SimpleQueue()
        declared = dramatiq.actor(broker=broker, actor_name=actor_name(CHANNEL), queue_name=queue_name(CHANNEL))
        declared(lambda: self.heard.put(CHANNEL))
        self.worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=200)
        self.worker.start()

    def hears(self) -> bool:
        """Wait for a bell; fails if there is none."""
        return self.heard.get(timeout=WITHIN_S) == CHANNEL


class Bells:
    """Opens what a test needs, and closes it again."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def broker(self, place: BrokerPlace) -> BellBroker:
        broker = make_broker(place)
        self._stack.callback(broker.close)
        return broker

    def listener(self, place: BrokerPlace) -> Listener:
        listener = Listener(self.broker(place))
        self._stack.callback(listener.worker.stop)
        return listener

    def doorbell(self, place: BrokerPlace) -> Doorbell:
        doorbell = Doorbell(self.broker(place), [CHANNEL])
        self._stack.callback(doorbell.close)
        return doorbell
