"""Without Redis each process keeps to its share of the limits."""

from __future__ import annotations

import asyncio
import logging

import pytest
import redis

from notifyhub.domain.gcra import Ask, Place, Spacing, Wish
from notifyhub.flow.pacing.redis_cells import RedisCells
from notifyhub.queue import BrokerPlace
from tests.engines import redis_server

BOT = Spacing("s:bot", 50.0)
SLOW = Spacing("s:slow", 600_000.0)


async def _asked(cells: RedisCells, times: int = 1) -> list[Place]:
    return [place for _ in range(times) for place in (await cells.reserve(Ask([Wish(BOT)] * 10))).places]


def test_a_process_alone_keeps_to_the_whole_limit() -> None:
    async def run() -> list[Place]:
        cells = RedisCells(BrokerPlace("redis://127.0.0.1:9/0"))
        return await _asked(cells)

    assert sum(place.goes for place in asyncio.run(run())) == 6


def test_each_of_three_processes_keeps_to_a_third_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    async def run(url: str, stop: redis.Redis) -> list[int]:
        processes = [RedisCells(BrokerPlace(url)) for _ in range(3)]
        for cells in (*processes, *processes):
            await _asked(cells)
        await asyncio.to_thread(stop.shutdown, nosave=True)
        return [sum(place.goes for place in await _asked(cells, 3)) for cells in processes]

    with redis_server() as url, redis.Redis.from_url(url) as connection, caplog.at_level(logging.WARNING):
        went = asyncio.run(run(url, connection))

    assert went == [2, 2, 2]
    said = [record.getMessage() for record in caplog.records if "does not answer" in record.getMessage()]
    assert len(said) == 3
    assert all(line.endswith("1 of 3") for line in said)


def test_when_redis_is_back_the_limits_are_shared_exactly_again(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(connection: redis.Redis) -> None:
        cells = RedisCells(BrokerPlace(redis_url))
        connection.client_pause(1_500)
        while "shared exactly" not in caplog.text:
            await _asked(cells)
            await asyncio.sleep(0.05)
        await cells.aclose()

    with redis.Redis.from_url(redis_url) as connection, caplog.at_level(logging.WARNING):
        asyncio.run(run(connection))

    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "does not answer" in caplog.records[0].getMessage()
    assert "shared exactly" in caplog.records[1].getMessage()


def test_places_that_redis_gave_count_while_it_is_away() -> None:
    async def run(url: str, stop: redis.Redis) -> list[Place]:
        cells = RedisCells(BrokerPlace(url))
        await cells.reserve(Ask([Wish(SLOW)], about=[SLOW.cell]))
        await asyncio.to_thread(stop.shutdown, nosave=True)
        return list((await cells.reserve(Ask([Wish(SLOW)]))).places)

    with redis_server() as url, redis.Redis.from_url(url) as connection:
        (place,) = asyncio.run(run(url, connection))

    assert not place.goes


def test_places_that_were_given_without_redis_count_when_it_is_back(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(connection: redis.Redis) -> list[Place]:
        cells = RedisCells(BrokerPlace(redis_url))
        connection.client_pause(1_500)
        (alone,) = (await cells.reserve(Ask([Wish(SLOW)]))).places
        while "shared exactly" not in caplog.text:
            await cells.reserve(Ask())
            await asyncio.sleep(0.05)
        (again,) = (await cells.reserve(Ask([Wish(SLOW)]))).places
        await cells.aclose()
        return [alone, again]

    with redis.Redis.from_url(redis_url) as connection, caplog.at_level(logging.WARNING):
        connection.flushdb()
        alone, again = asyncio.run(run(connection))

    assert (alone.goes, again.goes) == (True, False)


def test_very_many_who_ask_at_once_wait_for_each_other(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred accounts whose calls are all late ask so."""

    async def run() -> int:
        cells = RedisCells(BrokerPlace(redis_url))
        asked = await asyncio.gather(*(cells.reserve(Ask([Wish(BOT)])) for _ in range(500)))
        await cells.aclose()
        return len(asked)

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(run()) == 500
    assert caplog.records == []
