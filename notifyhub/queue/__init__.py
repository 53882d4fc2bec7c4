"""The doorbell queue. It carries no delivery, so a broker may lose everything at any moment."""

from __future__ import annotations

from notifyhub.queue.broker import BellBroker, is_reachable
from notifyhub.queue.doorbell import Doorbell
from notifyhub.queue.factory import make_broker
from notifyhub.queue.names import actor_name, queue_name
from notifyhub.queue.place import BrokerPlace, place_of

__all__ = [
    "BellBroker",
    "Doorbell",
    "BrokerPlace",
    "actor_name",
    "is_reachable",
    "make_broker",
    "place_of",
    "queue_name",
]
