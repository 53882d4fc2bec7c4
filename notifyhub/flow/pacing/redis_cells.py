"""The cells of rate limits in Redis: one script gives many places at once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import orjson

from notifyhub import logs
from notifyhub.domain.gcra import HORIZON_MS, SOONER_MS, Ask, Cell, Given, Place, Spacing, Wish, learnt
from notifyhub.flow.pacing.cells import MemoryCells
from notifyhub.queue import BrokerPlace
from notifyhub.queue.redis_connections import connect_async

TIMEOUT_S = 0.5
AGAIN_S = 1.0
"""While Redis is away it is asked after such pauses whether it is back."""
AT_ONCE = 1_000
"""Cells that are told of in one call, when Redis is back."""
PRESENT_MS = 10_000
"""A process that has asked for places so lately counts when the limits are divided."""

# `domain.gcra`, line by line. The clock is that of Redis, so those of the machines do not matter.
_SCRIPT = """
local ask, time = cjson.decode(ARGV[1]), redis.call('TIME')
local now, prefix, cells, dirty = time[1] * 1000 + time[2] / 1000, KEYS[1], {}, {}
local function cell(name)
  if not cells[name] then
    local kept = redis.call('GET', prefix .. name)
    local a, b, c = 0, 0, 0
    if kept then a, b, c = string.match(kept, '([^:]+):([^:]+):([^:]+)') end
    cells[name] = {tonumber(a), tonumber(b), tonumber(c)}
  end
  return cells[name]
end
local function earliest(s)
  local c = cell(s[1])
  return math.max(now, c[1] - (s[3] - 1) * s[2], c[3])
end
local function reserve(wish)
  local sender, others, first = wish[1], wish[2], wish[3] == 1
  local at, patience = now, ask.horizon
  if #sender > 0 then
    at = earliest(sender)
    if at > now + ask.horizon then return {0, at - now, 1} end
    patience = math.min(patience, sender[2])
  end
  local last, blocked = at, {}
  for _, s in ipairs(others) do
    local free = earliest(s)
    if not first then free = math.max(free, cell(s[1])[2]) end
    last = math.max(last, free)
    if free > at + patience then blocked[#blocked + 1] = s end
  end
  if #blocked > 0 then
    local again = now
    for _, s in ipairs(blocked) do again = math.max(again, earliest(s)) end
    if first then return {0, math.max(0, again - now - ask.sooner), 0} end
    for _, s in ipairs(blocked) do again = math.max(again, cell(s[1])[2]) end
    for _, s in ipairs(blocked) do
      cell(s[1])[2] = again + s[2]
      dirty[s[1]] = true
    end
    return {0, again - now, 0}
  end
  at = math.max(at, last)
  local function take(s)
    local c = cell(s[1])
    c[1] = math.max(c[1], at) + s[2]
    dirty[s[1]] = true
  end
  for _, s in ipairs(others) do take(s) end
  if #sender > 0 then take(sender) end
  return {1, at - now, 0}
end
for _, s in ipairs(ask.shut) do
  local c = cell(s[1])
  c[3] = math.max(c[3], now + s[2])
  dirty[s[1]] = true
end
for _, s in ipairs(ask.late) do
  local c = cell(s[1])
  c[1] = math.max(c[1], now) + s[2]
  dirty[s[1]] = true
end
local places, known = {}, {}
for i, wish in ipairs(ask.wishes) do
  local p = reserve(wish)
  places[i] = string.format('%d %.3f %d', p[1], p[2], p[3])
end
for name in pairs(dirty) do
  local c = cells[name]
  local left = math.ceil(math.max(c[1], c[2], c[3]) - now) + 1000
  redis.call('SET', prefix .. name, string.format('%.3f:%.3f:%.3f', c[1], c[2], c[3]), 'PX', left)
end
for i, name in ipairs(ask.about) do
  local c = cell(name)
  known[i] = string.format('%.3f %.3f %.3f', c[1] - now, c[2] - now, c[3] - now)
end
redis.call('ZADD', KEYS[2], now, ask.process)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ask.present)
redis.call('PEXPIRE', KEYS[2], ask.present)
return {redis.call('ZCARD', KEYS[2]), places, known}
"""

_log = logs.logger(__name__)


class RedisCells:
    """For processes that share Redis. Connects on first use, on that event loop.

    While Redis is away each process keeps to its share of the limits, by the number of processes that were there last.
    """

    shared = True

    def __init__(self, place: BrokerPlace, clock: Callable[[], float] = monotonic) -> None:
        self._redis = connect_async(place, TIMEOUT_S)
        self._script = self._redis.register_script(_SCRIPT)
        self._keys = [f"{place.prefix}:cell:", f"{place.prefix}:pacing"]
        self._process = uuid.uuid4().hex
        self._processes = 1
        self._clock = clock
        self._known: dict[str, Cell] = {}
        self._alone = MemoryCells(clock)
        self._away: asyncio.Task[None] | None = None

    async def reserve(self, ask: Ask) -> Given:
        from redis.exceptions import RedisError

        if self._away:
            return await self._reserve_alone(ask)
        try:
            answer = await self._script(keys=self._keys, args=[self._asked(ask)])
        except (RedisError, OSError, TimeoutError) as error:
            self._lost(error)
            return await self._reserve_alone(ask)
        self._processes, places = int(answer[0]), answer[1]
        known = dict(zip(ask.about, map(_cell, answer[2]), strict=True))
        # So that what Redis gave counts while it is away.
        self._known = learnt(self._known, known, self._clock() * 1000)
        return Given([_place(one) for one in places], known)

    def forget(self) -> None:
        """They expire."""

    async def aclose(self) -> None:
        if self._away:
            self._away.cancel()
        await self._redis.aclose()

    def _asked(self, ask: Ask) -> bytes:
        wishes = [([] if w.sender is None else w.sender, w.others, int(w.first)) for w in ask.wishes]
        return orjson.dumps(
            {
                "wishes": [([*sender], [[*other] for other in others], first) for sender, others, first in wishes],
                "shut": [[*one] for one in ask.shut],
                "late": [[*one] for one in ask.late],
                "about": list(ask.about),
                "horizon": HORIZON_MS,
                "sooner": SOONER_MS,
                "process": self._process,
                "present": PRESENT_MS,
            }
        )

    async def _reserve_alone(self, ask: Ask) -> Given:
        wishes = [
            Wish(w.sender and self._share(w.sender), [self._share(other) for other in w.others], w.first)
            for w in ask.wishes
        ]
        return await self._alone.reserve(Ask(wishes, ask.shut, ask.late, ask.about))

    def _share(self, spacing: Spacing) -> Spacing:
        return Spacing(spacing.cell, spacing.step_ms * self._processes, max(1, spacing.burst // self._processes))

    def _lost(self, error: Exception) -> None:
        if not self._away:
            _log.warning(
                "Redis does not answer (%s): this process keeps to its share of the rate limits, 1 of %d",
                str(error) or type(error).__name__,
                self._processes,
            )
            self._alone.begin_with(self._known)
            self._away = asyncio.create_task(self._look_out())

    async def _look_out(self) -> None:
        """Wait until Redis answers again. Nothing else waits for it meanwhile."""
        from redis.exceptions import RedisError

        while True:
            await asyncio.sleep(AGAIN_S)
            with suppress(RedisError, OSError, TimeoutError):
                await self._tell_of_places()
                break
        _log.warning("Redis answers again: the rate limits are shared exactly")
        self._away = None

    async def _tell_of_places(self) -> None:
        """Add the places that were given without Redis to its cells; it may have lost them, too."""
        cells = list(self._alone.left().items())
        for first in range(0, max(1, len(cells)), AT_ONCE):
            some = cells[first : first + AT_ONCE]
            # Here a step was longer, by the number of processes.
            late = [(name, cell.free_at / self._processes) for name, cell in some if cell.free_at > 0]
            shut = [(name, cell.shut) for name, cell in some if cell.shut > 0]
            await self._script(keys=self._keys, args=[self._asked(Ask(shut=shut, late=late))])


def _place(told: bytes) -> Place:
    goes, at, none_left = told.split()
    return Place(goes == b"1", float(at), none_left == b"1")


def _cell(told: bytes) -> Cell:
    return Cell(*map(float, told.split()))
