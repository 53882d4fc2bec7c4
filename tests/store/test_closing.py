"""A store that closes while others ask it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait

import pytest

from notifyhub import StoreUnavailable
from notifyhub.store.database import Database


@pytest.fixture
def database(database_url: str) -> Database:
    database = Database(database_url)
    database.upgrade()
    return database


def test_who_asks_a_closed_store_is_told_so(database: Database) -> None:
    database.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        database.read(lambda connection: None).result(timeout=10)


def test_nobody_who_asks_while_it_closes_waits_for_ever(database: Database) -> None:
    asked: list[Future[None]] = []
    begun = threading.Event()

    def ask() -> None:
        for _ in range(5_000):
            asked.append(database.read(lambda connection: None))
            begun.set()

    thread = threading.Thread(target=ask)
    thread.start()
    begun.wait()
    database.close()
    thread.join()

    assert not wait(asked, timeout=10).not_done
