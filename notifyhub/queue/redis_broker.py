"""Dramatiq's broker for Redis, with consumers that are woken instead of polling every few milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import sleep

import dramatiq
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.middleware import Middleware

from notifyhub.queue.broker import BellBroker
from notifyhub.queue.place import BrokerPlace
from notifyhub.queue.redis_connections import connect
from notifyhub.queue.wakeups import Wakeups

MAINTENANCE_CHANCE = 10_000
"""In a million commands: several times a minute, bells of dead workers go back into their queues."""

LET_OTHERS_S = 0.002
"""A process that is delivering already takes a bell so much later than one that is not."""


class BellRedisBroker(RedisBroker, BellBroker):
    """All keys begin with the prefix. There are no delayed bells, so there are no queues for them to poll."""

    def __init__(self, place: BrokerPlace, middleware: Sequence[Middleware]) -> None:
        client = connect(place)
        super().__init__(  # type: ignore[no-untyped-call]
            client=client,
            middleware=list(middleware),
            namespace=place.prefix,
            maintenance_chance=MAINTENANCE_CHANCE,
        )
        # Publications know no database numbers.
        database = client.get_connection_kwargs().get("db", 0)
        self.wakeups = Wakeups(client, f"{place.prefix}:bells:{database}")

    @property
    def consumer_class(self) -> type[_RedisConsumer]:
        return _WokenConsumer

    def declare_queue(self, queue_name: str) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def do_enqueue(self, queue_name: str, message_id: str, message: bytes) -> None:
        """What Dramatiq's script does, and wake who waits for it, in one round trip."""
        queue = f"{self.namespace}:{queue_name}"
        with self.client.pipeline(transaction=False) as pipeline:
            pipeline.hset(f"{queue}.msgs", message_id, message)
            pipeline.rpush(queue, message_id)
            self.wakeups.announce(queue_name, pipeline)
            pipeline.execute()

    def waiting(self, queue: str) -> int:
        # Not `do_qsize`, which also counts what workers have taken, even dead ones.
        return int(self.client.llen(f"{self.namespace}:{queue}"))

    def ask(self) -> None:
        self.client.ping()

    def close(self) -> None:
        self.wakeups.close()
        self.client.close()


class _WokenConsumer(_RedisConsumer):
    """Looks into its queue when it is announced, and after the timeout in any case.

    It acknowledges a bell as soon as it has handed it on, not when it is answered. Otherwise a worker that is told to
    stop while Redis is away would wait until it comes back.
    """

    broker: BellRedisBroker

    def __init__(self, broker: BellRedisBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        # Without patience of its own: it waits here.
        super().__init__(broker, queue_name, prefetch, timeout=0)  # type: ignore[no-untyped-call]
        self._patience_s = timeout / 1000
        self._handed_on: dramatiq.MessageProxy | None = None

    def __next__(self) -> dramatiq.MessageProxy | None:
        if self._handed_on is not None:
            handed_on, self._handed_on = self._handed_on, None
            super().ack(handed_on)  # type: ignore[no-untyped-call]
        seen = self.broker.wakeups.rung(self.queue_name)
        if self.broker.is_busy(self.queue_name):
            sleep(LET_OTHERS_S)
        message: dramatiq.MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        if message is None:
            self.broker.wakeups.wait(self.queue_name, seen, self._patience_s)
        self._handed_on = message
        return message

    def ack(self, message: dramatiq.MessageProxy) -> None:
        """It has been acknowledged, or will be at the next look."""

    nack = ack

    def requeue(self, messages: Iterable[dramatiq.MessageProxy]) -> None:
        """What was fetched and not answered is made good by the next sweep."""
