"""Group commit: shared when it can be, apart when one write is bad."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import peewee
import pytest

from notifyhub.errors import StoreUnavailable
from notifyhub.store.database import Database
from notifyhub.store.rows import run


@pytest.fixture
def database(database_url: str) -> Database:
    database = Database(database_url)
    database.write(lambda db, items: [run(db, "CREATE TABLE note (n INTEGER PRIMARY KEY)") and None], None).result()
    return database


def insert(database: peewee.Database, numbers: Sequence[int]) -> list[int]:
    for number in numbers:
        run(database, "INSERT INTO note (n) VALUES (?)", number)
    return [len(numbers)] * len(numbers)


def held_commit(database: Database) -> threading.Event:
    """A commit is under way until the event is set."""
    begun, gate = threading.Event(), threading.Event()
    database.write(lambda db, items: [begun.set(), gate.wait(20)][1:], None)
    assert begun.wait(20)
    return gate


def stored(database: Database) -> list[int]:
    return database.read(lambda db: [n for (n,) in run(db, "SELECT n FROM note ORDER BY n").fetchall()]).result()


def test_writes_that_gather_share_one_commit(database: Database) -> None:
    gate = held_commit(database)
    writes = [database.write(insert, number) for number in range(50)]
    gate.set()

    assert [write.result() for write in writes] == [50] * 50
    assert stored(database) == list(range(50))
    database.close()


def test_one_bad_write_does_not_undo_the_others(database: Database) -> None:
    gate = held_commit(database)
    writes = [database.write(insert, number) for number in (1, 2, 2, 3)]
    gate.set()

    assert [write.exception() is None for write in writes].count(True) == 3
    assert stored(database) == [1, 2, 3]
    database.close()


def test_a_failed_write_says_that_the_store_did_not_take_it(database: Database) -> None:
    database.write(insert, 1).result()

    with pytest.raises(StoreUnavailable):
        database.write(insert, 1).result()
    assert stored(database) == [1]
    database.close()


def test_a_write_after_closing_fails_instead_of_waiting(database: Database) -> None:
    database.close()

    with pytest.raises(StoreUnavailable):
        database.write(insert, 1).result()


def test_what_was_submitted_before_closing_is_committed(database: Database, database_url: str) -> None:
    writes = [database.write(insert, number) for number in range(100)]
    database.close()

    assert all(write.done() for write in writes)
    again = Database(database_url)
    assert stored(again) == list(range(100))
    again.close()
