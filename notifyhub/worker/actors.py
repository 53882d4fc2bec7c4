"""One actor and one queue for each channel. The actor answers a ring by running the channel's pump."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dramatiq

from notifyhub.errors import StoreUnavailable
from notifyhub.queue import actor_name, queue_name
from notifyhub.settings import ChannelSettings

Actor = dramatiq.Actor[[], None]


def declare(
    broker: dramatiq.Broker, channels: Mapping[str, ChannelSettings], run_pump: Callable[[str], None]
) -> dict[str, Actor]:
    """Declare the actors on `broker`; each calls `run_pump(channel)` and returns when that does."""
    return {channel: _declare(broker, channel, settings, run_pump) for channel, settings in channels.items()}


def _declare(
    broker: dramatiq.Broker, channel: str, settings: ChannelSettings, run_pump: Callable[[str], None]
) -> Actor:
    def deliver() -> None:
        run_pump(channel)

    declared = dramatiq.actor(
        broker=broker,
        actor_name=actor_name(channel),
        queue_name=queue_name(channel),
        max_attempts=settings.max_attempts,
        retry_base_s=settings.retry_base_s,
        retry_cap_s=settings.retry_cap_s,
        rest_s=settings.rest_s,
        throws=StoreUnavailable,
    )
    return declared(deliver)
