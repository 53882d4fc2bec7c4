"""Where the broker is, and what of it is ours."""

from __future__ import annotations

from typing import NamedTuple

from notifyhub.settings import Settings


class BrokerPlace(NamedTuple):
    """A broker by URL, and the prefix of everything that this installation keeps there.

    ca_file      certificates to trust for rediss:// and amqps://; None: those of the system
    queue_type   of RabbitMQ's queues: classic or quorum
    """

    url: str
    prefix: str = "notifyhub"
    ca_file: str | None = None
    queue_type: str = "classic"

    @property
    def scheme(self) -> str:
        return self.url.partition("://")[0].lower()

    @property
    def is_redis(self) -> bool:
        return self.scheme in ("redis", "rediss")

    @property
    def is_rabbitmq(self) -> bool:
        return self.scheme in ("amqp", "amqps")


def place_of(settings: Settings) -> BrokerPlace:
    """Where the settings say that the broker is."""
    ca_file = settings.broker_ca_file
    return BrokerPlace(
        settings.broker_url, settings.broker_prefix, str(ca_file) if ca_file else None, settings.broker_queue_type
    )
