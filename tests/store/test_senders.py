"""Circuits that several processes change at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from notifyhub.domain.circuit_breaker import Cause, Circuit, closed, half_opened, opened
from notifyhub.store import senders
from notifyhub.store.database import Database
from notifyhub.store.senders import UNKNOWN, Move, Standing

NOW = 1_700_000_000_000
OPENED = opened(None, Cause("messenger_error", "503", "gone ☹", "nothing"), NOW, 2.0)
PROCESSES = 6


@pytest.fixture
def databases(database_url: str) -> Iterator[list[Database]]:
    """One for each process."""
    found = [Database(database_url) for _ in range(PROCESSES)]
    found[0].upgrade()
    yield found
    for database in found:
        database.close()


def move(database: Database, circuit: Circuit, version: int, expected: int) -> Standing:
    standing = Standing("telegram", "alerts", circuit, version)
    return database.write(senders.move, Move(standing, expected, NOW)).result()


@pytest.mark.parametrize("is_new", [True, False])
def test_one_of_many_that_change_it_at_once_wins_and_all_learn_how_it_stands(
    databases: list[Database], is_new: bool
) -> None:
    expected = UNKNOWN if is_new else move(databases[0], OPENED, 99, UNKNOWN).version
    wanted = [half_opened(OPENED, NOW, lasts_s) for lasts_s in range(PROCESSES)]

    with ThreadPoolExecutor(PROCESSES) as pool:
        stand = list(pool.map(move, databases, wanted, range(1, PROCESSES + 1), [expected] * PROCESSES))

    assert len({standing.version for standing in stand}) == 1
    assert stand[0].circuit == wanted[stand[0].version - 1]


def test_a_circuit_is_read_as_it_was_written(databases: list[Database]) -> None:
    move(databases[0], OPENED, 1, UNKNOWN)

    assert databases[1].read(senders.every).result() == [Standing("telegram", "alerts", OPENED, 1)]


def test_a_change_of_something_older_changes_nothing(databases: list[Database]) -> None:
    move(databases[0], OPENED, 1, UNKNOWN)
    shut = closed(OPENED, NOW)
    move(databases[0], shut, 2, 1)

    assert move(databases[1], OPENED, 3, 1) == Standing("telegram", "alerts", shut, 2)
