"""Rate limits shared by processes: counters in Redis, one for each key and minute."""

from __future__ import annotations

from notifyhub.domain.allowance import grant
from notifyhub.errors import NotifyhubError
from notifyhub.queue import NAMESPACE

TIMEOUT_S = 0.5
KEPT_S = 120
"""Longer than the minute that is counted, so that clocks need not agree to the second."""


class PoolAway(NotifyhubError):
    """Redis did not answer."""


class Pool:
    """Hands out portions of limits. Connects on first use, on that event loop."""

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # Once more, because the server may have closed an idle connection.
        self._redis = Redis.from_url(
            url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 1)
        )

    async def take(self, consumer: int, minute: int, wanted: int, limit: int) -> tuple[int, int]:
        """(granted, left) of the `limit` of a key in a minute of the clock. Raises PoolAway."""
        from redis.exceptions import RedisError

        name = f"{NAMESPACE}:rate:{consumer}:{minute}"
        try:
            async with self._redis.pipeline(transaction=True) as both:
                both.incrby(name, wanted)
                both.expire(name, KEPT_S)
                taken, _ = await both.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise PoolAway(str(error) or type(error).__name__) from error
        return grant(limit, int(taken), wanted)
