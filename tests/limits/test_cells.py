"""Cells in memory, in the store and in Redis give the same places."""

from __future__ import annotations

import asyncio
import random

import peewee
import pytest
import redis

from notifyhub.clock import now_ms
from notifyhub.domain.gcra import HORIZON_MS, Ask, Given, Spacing, Wish
from notifyhub.flow.pacing.cells import Cells, MemoryCells, StoredCells
from notifyhub.flow.pacing.redis_cells import RedisCells
from notifyhub.queue import BrokerPlace
from notifyhub.store import rate_cells
from notifyhub.store.database import Database
from notifyhub.store.rows import run

BOT = Spacing("s:bot", 10_000.0, burst=40)
CHAT = Spacing("a:chat", 60_000.0)
NOISE_MS = 1_000.0
"""Between two asks some time passes, and not the same each time."""


@pytest.fixture
def stored(postgres: str) -> Database:
    database = Database(postgres)
    database.upgrade()
    return database


@pytest.fixture
def emptied(redis_url: str) -> str:
    with redis.Redis.from_url(redis_url) as connection:
        connection.flushdb()
    return redis_url


def a_history(seed: int) -> list[Ask]:
    """Asks of several kinds, in a random order."""
    chance, name = random.Random(seed), f"{seed}"
    bot, asks = BOT._replace(cell=f"s:{name}"), []
    for _ in range(12):
        chats = [CHAT._replace(cell=f"a:{name}:{chance.randrange(6)}") for _ in range(chance.randrange(1, 8))]
        wishes = [Wish(chance.choice((bot, None)), [chat], chance.random() < 0.3) for chat in chats]
        shut = [(chats[0].cell, 90_000.0)] if chance.random() < 0.2 else []
        late = [(bot.cell, 3_000.0)] if chance.random() < 0.2 else []
        asks.append(Ask(wishes, shut, late, [bot.cell, chats[0].cell]))
    return asks


async def told(cells: Cells, asks: list[Ask]) -> list[Given]:
    try:
        return [await cells.reserve(ask) for ask in asks]
    finally:
        await cells.aclose()


def same(one: list[Given], other: list[Given]) -> None:
    for mine, theirs in zip(one, other, strict=True):
        assert [(p.goes, p.none_left) for p in mine.places] == [(p.goes, p.none_left) for p in theirs.places]
        for place, twin in zip(mine.places, theirs.places, strict=True):
            assert abs(place.at - twin.at) < NOISE_MS
        for name, cell in mine.known.items():
            assert abs(max(cell.free_at, 0) - max(theirs.known[name].free_at, 0)) < NOISE_MS


@pytest.mark.parametrize("number", range(10))
def test_redis_gives_the_same_places_as_memory(emptied: str, number: int) -> None:
    same(
        asyncio.run(told(MemoryCells(), a_history(number))),
        asyncio.run(told(RedisCells(BrokerPlace(emptied)), a_history(number))),
    )


@pytest.mark.parametrize("number", range(10))
def test_the_store_gives_the_same_places_as_memory(stored: Database, number: int) -> None:
    same(asyncio.run(told(MemoryCells(), a_history(number))), asyncio.run(told(StoredCells(stored), a_history(number))))
    stored.close()


def test_cells_in_the_store_that_nobody_uses_are_deleted(stored: Database) -> None:
    cells = StoredCells(stored)
    asyncio.run(cells.reserve(Ask([Wish(None, [Spacing("a:used", 1.0), Spacing("a:new", 10_000_000.0)])])))
    before = stored.read(names_of_cells).result()

    stored.write(rate_cells.forget, now_ms() + 120_000).result()

    assert {"a:used", "a:new"} <= before
    assert stored.read(names_of_cells).result() & {"a:used", "a:new"} == {"a:new"}
    stored.close()


def names_of_cells(database: peewee.Database) -> set[str]:
    return {name for (name,) in run(database, "SELECT name FROM rate_cells").fetchall()}


async def _from_all(cells: list[Cells], spacing: Spacing, times: int) -> list[float]:
    """What several processes get that ask at the same time."""
    ask = Ask([Wish(spacing)] * 5)
    given = await asyncio.gather(*(one.reserve(ask) for _ in range(times) for one in cells))
    for one in cells:
        await one.aclose()
    return sorted(place.at for answer in given for place in answer.places if place.goes)


@pytest.mark.parametrize("kind", ["redis", "store"])
def test_processes_that_ask_at_once_share_the_places(kind: str, request: pytest.FixtureRequest) -> None:
    if kind == "redis":
        url = request.getfixturevalue("emptied")
        cells: list[Cells] = [RedisCells(BrokerPlace(url)) for _ in range(3)]
    else:
        database = request.getfixturevalue("stored")
        cells = [StoredCells(database) for _ in range(3)]

    moments = asyncio.run(_from_all(cells, Spacing(f"s:{kind}", 20.0), 4))

    # All within the horizon, however many asked; a little more for the time that the asking took.
    assert HORIZON_MS / 20 <= len(moments) <= 60
