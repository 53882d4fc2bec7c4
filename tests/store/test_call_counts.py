"""How calls ended lately, and what waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifyhub.domain.health import CallCount
from notifyhub.store import call_counts
from notifyhub.store.call_counts import KEPT_MINUTES, MINUTE_MS, Counted
from notifyhub.store.database import Database

MINUTE = 30_000_000
NOW = MINUTE * MINUTE_MS


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.upgrade()
    yield database
    database.close()


def counted(calls: int, minute: int = MINUTE, process: str = "a", channel: str = "telegram") -> Counted:
    return Counted(channel, minute, process, "sent", "200", calls, minute * MINUTE_MS + calls)


def lately(database: Database, channel: str = "telegram") -> list[CallCount]:
    return database.read(call_counts.lately(channel, NOW - 4 * MINUTE_MS)).result()


def test_counts_of_all_processes_and_writes_add_up(database: Database) -> None:
    for batch in ([counted(2), counted(3, process="b")], [counted(4)], [counted(5, MINUTE - 4)]):
        database.write(call_counts.add, batch).result()

    assert lately(database) == [CallCount("sent", "200", 14, NOW + 4)]


def test_what_is_older_is_not_counted_but_its_moment_is_known(database: Database) -> None:
    database.write(call_counts.add, [counted(9, MINUTE - 5)]).result()

    assert lately(database) == [CallCount("sent", "200", 0, NOW - 5 * MINUTE_MS + 9)]


def test_channels_are_counted_apart(database: Database) -> None:
    database.write(call_counts.add, [counted(1, channel="viber")]).result()

    assert lately(database) == []


def test_what_is_too_old_is_forgotten_with_the_next_write(database: Database) -> None:
    database.write(call_counts.add, [counted(1, MINUTE - KEPT_MINUTES - 1)]).result()
    database.write(call_counts.add, [counted(1, process="b")]).result()

    assert lately(database) == [CallCount("sent", "200", 1, NOW + 1)]
