"""Connections to Redis, made in one place: for the bells, and for the limits that processes share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notifyhub.errors import SettingsError
from notifyhub.queue.broker import CONNECT_S
from notifyhub.queue.place import BrokerPlace

MOST_CONNECTIONS = 16
"""Of one event loop. More questions than that at once wait for each other, instead of failing."""

if TYPE_CHECKING:
    from redis import Redis
    from redis.asyncio import Redis as AsyncRedis


def connect(place: BrokerPlace) -> Redis:
    """A client that connects on first use. Raises SettingsError if the URL cannot be read."""
    from redis import Redis

    try:
        return Redis.from_url(place.url, socket_timeout=CONNECT_S, socket_connect_timeout=CONNECT_S, **_security(place))
    except ValueError as error:
        raise _unreadable(error) from None


def connect_async(place: BrokerPlace, timeout_s: float) -> AsyncRedis:
    """A client for one event loop that waits at most `timeout_s` for an answer. Raises SettingsError."""
    from redis.asyncio import BlockingConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    # Once more, because the server may have closed an idle connection.
    again = Retry(NoBackoff(), 1)
    try:
        pool = BlockingConnectionPool.from_url(
            place.url,
            max_connections=MOST_CONNECTIONS,
            timeout=CONNECT_S,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=again,
            **_security(place),
        )
    except ValueError as error:
        raise _unreadable(error) from None
    return Redis.from_pool(pool)


def _security(place: BrokerPlace) -> dict[str, Any]:
    return {"ssl_ca_certs": place.ca_file} if place.scheme == "rediss" and place.ca_file else {}


def _unreadable(error: ValueError) -> SettingsError:
    return SettingsError(f"NOTIFYHUB_BROKER_URL: {error}; write redis://HOST:PORT/DATABASE")
