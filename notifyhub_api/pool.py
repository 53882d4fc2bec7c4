"""Rate limits shared by processes: counters for each key and minute, in Redis or else in the store."""

from __future__ import annotations

import asyncio
from typing import Protocol

from notifyhub.domain.allowance import grant
from notifyhub.errors import NotifyhubError, StoreUnavailable
from notifyhub.hub.core import Core
from notifyhub.queue import BrokerPlace, place_of
from notifyhub.queue.redis_connections import connect_async
from notifyhub.store import request_minutes

TIMEOUT_S = 0.5
KEPT_S = 120
"""Longer than the minute that is counted, so that clocks need not agree to the second."""


class PoolAway(NotifyhubError):
    """The shared counters did not answer."""


class Pool(Protocol):
    """Hands out portions of limits."""

    async def take(self, consumer: int, minute: int, wanted: int, limit: int) -> tuple[int, int]:
        """(granted, left) of the `limit` of a key in a minute of the clock. Raises PoolAway."""
        ...


def pool_of(core: Core) -> Pool | None:
    """As far away as those who share it; None: a process on SQLite counts alone."""
    place = place_of(core.settings)
    if place.is_redis:
        return RedisPool(place)
    return None if core.settings.uses_sqlite else StoredPool(core)


class RedisPool:
    """Connects on first use, on that event loop."""

    def __init__(self, place: BrokerPlace) -> None:
        self._redis = connect_async(place, TIMEOUT_S)
        self._prefix = place.prefix

    async def take(self, consumer: int, minute: int, wanted: int, limit: int) -> tuple[int, int]:
        from redis.exceptions import RedisError

        name = f"{self._prefix}:rate:{consumer}:{minute}"
        try:
            async with self._redis.pipeline(transaction=True) as both:
                both.incrby(name, wanted)
                both.expire(name, KEPT_S)
                taken, _ = await both.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise PoolAway(str(error) or type(error).__name__) from error
        return grant(limit, int(taken), wanted)


class StoredPool:
    """For processes that share PostgreSQL."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def take(self, consumer: int, minute: int, wanted: int, limit: int) -> tuple[int, int]:
        portion = request_minutes.Wanted(consumer, minute, wanted)
        try:
            await self._core.ready()
            taken = await asyncio.wrap_future(self._core.database.write(request_minutes.take, portion))
        except StoreUnavailable as error:
            raise PoolAway(str(error)) from error
        return grant(limit, taken, wanted)
