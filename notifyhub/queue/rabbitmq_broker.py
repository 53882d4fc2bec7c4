"""Dramatiq's broker for RabbitMQ, cut down to bells."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Sequence
from typing import Any

import dramatiq
import pika
import pika.exceptions
from dramatiq.brokers.rabbitmq import RabbitmqBroker, _RabbitmqConsumer
from dramatiq.middleware import Middleware

from notifyhub.errors import SettingsError
from notifyhub.queue.broker import CONNECT_S, BellBroker
from notifyhub.queue.place import BrokerPlace

BLOCKED_S = 10.0
"""How long to wait for a server that is short of memory or disk and takes nothing; deliveries are in the store."""

if logging.getLogger("pika").level == logging.NOTSET:
    # It writes a dozen lines and a traceback for each attempt to connect. What they mean is said by those who tried.
    logging.getLogger("pika").setLevel(logging.CRITICAL)


class BellRabbitmqBroker(RabbitmqBroker, BellBroker):
    """Durable queues whose names begin with the prefix.

    Bells are published without confirms: one that is lost is made good by the next sweep. They are not delayed and
    never fail, so there are neither delay queues nor dead letters.
    """

    def __init__(self, place: BrokerPlace, middleware: Sequence[Middleware]) -> None:
        super().__init__(parameters=[], middleware=list(middleware))
        self.parameters = _parameters(place)
        self._prefix = place.prefix
        self._queue_type = place.queue_type

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> _RabbitmqConsumer:
        # Declared each time, because somebody may have deleted it.
        self.queues_pending.add(queue_name)
        self.declare_queue(queue_name, ensure=True)
        # The consumer opens a connection of its own.
        del self.connection
        return _BellConsumer(self, queue_name, prefetch, timeout)

    def declare_queue(self, queue_name: str, *, ensure: bool = False) -> None:
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.queues_pending.add(queue_name)
            self.emit_after("declare_queue", queue_name)
        if ensure:
            self._ensure_queue(queue_name)  # type: ignore[no-untyped-call]

    def enqueue(self, message: dramatiq.Message[None], *, delay: int | None = None) -> dramatiq.Message[None]:
        """Publish it, over a new connection if the old one is gone. Raises what pika raises."""
        try:
            self._publish(message)
        except pika.exceptions.AMQPError:
            del self.connection
            self._publish(message)
        return message

    def waiting(self, queue: str) -> int:
        self.declare_queue(queue, ensure=True)
        try:
            return self._count(queue)
        except pika.exceptions.AMQPError:
            # The connection or the queue is gone.
            del self.connection
            self.queues_pending.add(queue)
            self.declare_queue(queue, ensure=True)
            return self._count(queue)

    def ask(self) -> None:
        # A connection of its own: those of the broker belong to the threads that opened them.
        pika.BlockingConnection(self.parameters).close()

    def keep_alive(self) -> None:
        try:
            if getattr(self.state, "connection", None) is not None:
                self.connection.process_data_events(0)
        except pika.exceptions.AMQPError:
            del self.connection

    def full_name(self, queue: str) -> str:
        """What the queue is called at the server."""
        return f"{self._prefix}.{queue}"

    def _publish(self, message: dramatiq.Message[None]) -> None:
        self.declare_queue(message.queue_name, ensure=True)
        self.channel.basic_publish(exchange="", routing_key=self.full_name(message.queue_name), body=message.encode())

    def _count(self, queue: str) -> int:
        return int(self.channel.queue_declare(self.full_name(queue), passive=True).method.message_count)

    def _declare_queue(self, queue_name: str) -> Any:
        arguments = {"x-queue-type": self._queue_type}
        return self.channel.queue_declare(queue=self.full_name(queue_name), durable=True, arguments=arguments)

    def _declare_dq_queue(self, queue_name: str) -> None:
        """There are no delayed bells."""

    def _declare_xq_queue(self, queue_name: str) -> None:
        """There are no dead bells."""


class _BellConsumer(_RabbitmqConsumer):
    """Acknowledges a bell when it arrives: it is answered for as long as something is due.

    RabbitMQ closes the channel of a consumer that keeps a message for more than half an hour.
    """

    broker: BellRabbitmqBroker

    def __init__(self, broker: BellRabbitmqBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, broker.full_name(queue_name), prefetch, timeout)  # type: ignore[no-untyped-call]

    def __next__(self) -> dramatiq.MessageProxy | None:
        message: dramatiq.MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        if message is not None:
            super().ack(message)  # type: ignore[no-untyped-call]
        return message

    def ack(self, message: dramatiq.MessageProxy) -> None:
        """It was acknowledged when it came."""

    nack = ack


def _parameters(place: BrokerPlace) -> pika.URLParameters:
    try:
        parameters = pika.URLParameters(place.url)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"NOTIFYHUB_BROKER_URL: {error}; write amqp://USER:PASSWORD@HOST:PORT/VHOST (the vhost / is written %2F)"
        ) from None
    parameters.connection_attempts = 1
    parameters.socket_timeout = parameters.stack_timeout = CONNECT_S
    parameters.blocked_connection_timeout = BLOCKED_S
    if place.scheme == "amqps" and place.ca_file:
        context = ssl.create_default_context(cafile=place.ca_file)
        parameters.ssl_options = pika.SSLOptions(context, parameters.host)
    return parameters
