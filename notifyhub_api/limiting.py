"""Requests per minute for each API key."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from notifyhub import logs
from notifyhub.clock import now_ms
from notifyhub.domain.allowance import Allowance, minute_of, portion, seconds_left
from notifyhub_api.pool import Pool, PoolAway

_log = logs.logger(__name__)


class Standing(NamedTuple):
    """The state of a key's limit, for the RateLimit headers."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        return (
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset_s),
        )


class Limiter:
    """Counts in memory; if processes share a pool, takes portions from it ahead of need.

    Belongs to the event loop of its first use, so it needs no locks.
    """

    def __init__(self, limit: int, pool: Pool | None) -> None:
        self._limit = limit
        self._pool = pool
        self._pool_away = False
        self._allowances: dict[int, Allowance] = {}
        self._refills: dict[int, asyncio.Task[None]] = {}

    async def count(self, consumer: int, own_limit: int | None) -> Standing | None:
        """Count a request of this key; None if it has no limit. `own_limit` overrides the common one."""
        limit = self._limit if own_limit is None else own_limit
        if not limit:
            return None
        allowance = self._allowance(consumer, limit)
        while allowance.held == 0 and allowance.rest:
            await self._refill(consumer, allowance)
            # The minute may have ended meanwhile.
            allowance = self._allowance(consumer, limit)
        allowed = allowance.take()
        if allowance.runs_low:
            self._refill(consumer, allowance)
        return Standing(allowed, limit, allowance.remaining, seconds_left(now_ms()))

    def _allowance(self, consumer: int, limit: int) -> Allowance:
        minute = minute_of(now_ms())
        known = self._allowances.get(consumer)
        if known is not None and known.minute == minute:
            return known
        if self._pool is None or self._pool_away:
            made = Allowance.alone(limit, minute)
        else:
            made = Allowance.shared(limit, minute)
        self._allowances[consumer] = made
        if self._pool_away:
            self._refill(consumer, made)  # to see whether it is back
        return made

    def _refill(self, consumer: int, allowance: Allowance) -> asyncio.Task[None]:
        """One refill at a time for each key."""
        under_way = self._refills.get(consumer)
        if under_way is not None and not under_way.done():
            return under_way
        task = self._refills[consumer] = asyncio.create_task(self._take(consumer, allowance))
        return task

    async def _take(self, consumer: int, allowance: Allowance) -> None:
        assert self._pool is not None
        try:
            granted, rest = await self._pool.take(consumer, allowance.minute, portion(allowance.limit), allowance.limit)
        except PoolAway as error:
            allowance.go_alone()
            if not self._pool_away:
                _log.warning(
                    "the shared counters cannot be asked; each process keeps to the rate limits by itself: %s", error
                )
            self._pool_away = True
            return
        if self._pool_away:
            _log.info("processes share the rate limits again")
            self._pool_away = False
        if allowance.rest:
            allowance.add(granted, rest)
