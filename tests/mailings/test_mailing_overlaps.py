"""Changes that fall between the steps of the sweep: what it read is no longer so when it writes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.flow.expand import SLICE, slice_of
from notifyhub.hub import core_of
from notifyhub.store import claims, expansion, mailing_moves
from notifyhub.store.claims import ClaimRequest
from notifyhub.store.expansion import Slice
from notifyhub.store.wordings import Wording
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import counted, ended, fill, telegram
from tests.mailings.counters import counters_of, rows_of

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def quiet(make_hub: HubMaker, database_url: str) -> Hub:
    """A hub on each store that delivers nothing."""
    return make_hub(worker=False, database_url=database_url)


def next_slice(hub: Hub) -> Slice:
    """The next slice of the only mailing, read and not yet stored."""
    database = core_of(hub).database
    (mailing,) = database.read(expansion.unfinished).result()
    members = database.read(expansion.members(mailing, SLICE, now_ms())).result()
    return slice_of(mailing, members, now_ms())


def store(hub: Hub, slice_: Slice) -> bool:
    return core_of(hub).database.write(expansion.place, slice_).result()


def test_an_end_that_was_put_back_meanwhile_is_the_one_that_counts(quiet: Hub) -> None:
    fill(quiet, 3)
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"], ends_at=(end := soon(0.3)))
    while datetime.now(UTC) <= end:
        pass
    late = next_slice(quiet)
    quiet.mailings.update(mailing.id, ends_at=soon(3600))

    assert not store(quiet, late)
    assert store(quiet, next_slice(quiet))
    assert counted(quiet.mailings.get(mailing.id)) == {"scheduled": 3}


@pytest.mark.parametrize("act", ["pause", "cancel", "delete"])
def test_a_mailing_that_was_stopped_meanwhile_gets_no_further_deliveries(quiet: Hub, act: str) -> None:
    fill(quiet, 3)
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"])
    slice_ = next_slice(quiet)

    getattr(quiet.mailings, act)(mailing.id)

    assert not store(quiet, slice_)
    assert quiet.deliveries(mailing_id=mailing.id) == []


def test_a_client_who_was_deleted_meanwhile_gets_nothing_and_leaves_no_address(quiet: Hub) -> None:
    clients = fill(quiet, 3)
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"])
    slice_ = next_slice(quiet)
    quiet.clients.delete(clients[1].id)
    store(quiet, slice_)

    now = now_ms()
    request = ClaimRequest("telegram", 100, now, now + 60_000)
    claimed = core_of(quiet).database.write(claims.claim, request).result().rows

    assert sorted(row.address for row in claimed) == [telegram(0), telegram(2)]
    (cancelled,) = quiet.deliveries(mailing_id=mailing.id, status="cancelled")
    assert (cancelled.reason, cancelled.address) == ("client_deleted", "")
    assert counters_of(core_of(quiet)) == rows_of(core_of(quiet))


def test_of_a_client_who_was_deleted_meanwhile_nothing_is_kept_not_even_a_duplicate(quiet: Hub) -> None:
    clients = fill(quiet, 3)
    quiet.send("Hello", to={"telegram": telegram(1)})
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"])
    slice_ = next_slice(quiet)
    said = [Wording(position, f"Hello {position}", None) for position in range(3)]

    quiet.clients.delete(clients[1].id)
    store(quiet, replace(slice_, wordings=said))

    def kept(table: str, column: str) -> set[str]:
        sql = f"SELECT {column} FROM {table} WHERE message_id = (SELECT message_id FROM mailings)"
        return {value for (value,) in core_of(quiet).ask(lambda store: store.execute_sql(sql).fetchall()).result()}

    assert quiet.mailings.get(mailing.id).duplicates == 1
    assert (kept("duplicates", "address"), kept("wordings", "text")) == ({""}, {"Hello 0", "Hello 2"})


@contextmanager
def somebody_else(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of another process."""
    with psycopg.connect(database_url) as connection:
        yield connection


def wait_for_end_or_lock(database_url: str, future: Future[Any]) -> None:
    """Until a job has ended, or waits for a lock."""
    waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(database_url, autocommit=True) as connection:
        while not future.done() and connection.execute(waits).fetchone() == (0,):
            pass


@on_postgres
def test_a_mailing_is_not_finished_while_somebody_tries_again_what_failed(
    make_hub: HubMaker, database_url: str, emulator: RunningEmulator
) -> None:
    hub = make_hub(database_url=database_url)
    fill(hub, 2)
    emulator.script("telegram", telegram(1), "blocked")
    mailing = ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    hub.close()
    quiet = make_hub(worker=False, database_url=database_url)
    # As it is for a moment after its last delivery.
    with somebody_else(database_url) as other:
        other.execute("UPDATE mailings SET status = 'running', ended_at = NULL")

    with somebody_else(database_url) as other:
        other.execute("SELECT id FROM mailings FOR UPDATE")
        other.execute("UPDATE deliveries SET status = 'scheduled', reason = NULL WHERE status = 'failed'")
        settling = core_of(quiet).database.write(mailing_moves.settle, now_ms())
        wait_for_end_or_lock(database_url, settling)
    settling.result()
    core_of(quiet).database.write(mailing_moves.settle, now_ms()).result()

    assert quiet.mailings.get(mailing.id).status == "running"


@on_postgres
@pytest.mark.parametrize(
    ("members", "status"),
    [
        ("starts_at = starts_at + 3600000, ends_at = ends_at + 7200000", "scheduled"),
        ("ends_at = ends_at + 7200000", "running"),
        ("status = 'draft'", "draft"),
    ],
)
def test_a_start_that_is_moved_at_the_very_moment_it_comes_is_the_new_one(
    quiet: Hub, database_url: str, members: str, status: str
) -> None:
    mailing = quiet.mailings.create("Sale", "Hello", ["telegram"], starts_at=soon(0.1), ends_at=(end := soon(0.3)))
    while datetime.now(UTC) <= end:
        pass

    with somebody_else(database_url) as other:
        other.execute(f"UPDATE mailings SET {members}")  # type: ignore[call-overload]
        starting = core_of(quiet).database.write(mailing_moves.start_due, now_ms())
        wait_for_end_or_lock(database_url, starting)
    starting.result()
    core_of(quiet).database.write(mailing_moves.start_due, now_ms()).result()

    found = quiet.mailings.get(mailing.id)
    assert (found.status, found.ended_at) == (status, None)
