"""The broker by its URL: inside this process, Redis or RabbitMQ."""

from __future__ import annotations

from collections.abc import Sequence

from dramatiq.middleware import Middleware

from notifyhub.errors import SettingsError
from notifyhub.queue.broker import BellBroker, MemoryBroker
from notifyhub.queue.place import BrokerPlace


def make_broker(place: BrokerPlace, middleware: Sequence[Middleware] = ()) -> BellBroker:
    """The broker at a place. Connects lazily.

    Raises SettingsError if its client is not installed, or cannot read the URL.
    """
    if place.is_redis:
        # Here, because importing redis takes a tenth of a second that embedded use need not spend.
        from notifyhub.queue.redis_broker import BellRedisBroker

        return BellRedisBroker(place, middleware)
    if place.is_rabbitmq:
        try:
            from notifyhub.queue.rabbitmq_broker import BellRabbitmqBroker
        except ImportError:
            raise SettingsError("NOTIFYHUB_BROKER_URL: RabbitMQ needs `pip install notifyhub[rabbitmq]`") from None
        return BellRabbitmqBroker(place, middleware)
    return MemoryBroker(middleware=list(middleware))
