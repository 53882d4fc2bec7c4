"""Of several processes on PostgreSQL, one runs the sweeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from notifyhub.errors import StoreUnavailable
from notifyhub.store.database import Database
from notifyhub.worker.leader import LEASE_MS, SCHEDULER, WORKER, Leader
from tests.stores import new_postgres

OpenDatabase = Callable[[], Database]


@pytest.fixture
def url(postgres: str) -> str:
    return new_postgres(postgres)


@pytest.fixture
def open_database(url: str) -> Iterator[OpenDatabase]:
    opened: list[Database] = []

    def make() -> Database:
        opened.append(Database(url))
        opened[-1].upgrade()
        return opened[-1]

    yield make
    for database in opened:
        database.close()


def run_out(url: str) -> None:
    """As if the lease had begun long ago."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE leaders SET until = 0")


def test_one_of_two_leads(open_database: OpenDatabase) -> None:
    first, second = Leader(open_database(), WORKER), Leader(open_database(), WORKER)

    for leader in (first, second, first):
        leader.campaign()

    assert (first.leads, second.leads) == (True, False)


def test_who_resigns_makes_room_at_once(open_database: OpenDatabase) -> None:
    first, second = Leader(open_database(), WORKER), Leader(open_database(), WORKER)
    first.campaign()

    first.resign()
    second.campaign()

    assert (first.leads, second.leads) == (False, True)


def test_a_dead_leader_is_followed_when_its_lease_has_run_out(open_database: OpenDatabase, url: str) -> None:
    first, second = Leader(open_database(), WORKER), Leader(open_database(), WORKER)
    first.campaign()

    run_out(url)
    second.campaign()
    first.campaign()

    assert (first.leads, second.leads) == (False, True)


def test_a_scheduler_takes_the_lead_from_a_worker_and_not_the_other_way_round(open_database: OpenDatabase) -> None:
    worker, scheduler = Leader(open_database(), WORKER), Leader(open_database(), SCHEDULER)

    worker.campaign()
    scheduler.campaign()
    worker.campaign()

    assert (worker.leads, scheduler.leads) == (False, True)


def test_who_cannot_reach_the_store_stops_leading_when_its_lease_has_run_out(open_database: OpenDatabase) -> None:
    now, database = 100.0, open_database()
    leader = Leader(database, WORKER, clock=lambda: now)
    leader.campaign()
    database.close()

    with pytest.raises(StoreUnavailable):
        leader.campaign()
    assert leader.leads
    now += LEASE_MS / 1000
    assert not leader.leads
