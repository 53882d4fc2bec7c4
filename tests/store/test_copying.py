"""Copies of stores: complete, proved, and all or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notifyhub import Hub
from notifyhub.errors import Conflict, StoreUnavailable
from notifyhub.store import copying
from notifyhub.store.database import Database
from notifyhub.store.every_model import every_model
from notifyhub.store.rows import run
from tests import stores
from tests.conftest import STORES, HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill

Opener = Callable[[str], Database]


@pytest.fixture
def opened() -> Iterator[Opener]:
    made: list[Database] = []

    def make(url: str) -> Database:
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.close()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Another store, by its engine."""

    def make(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / f'{uuid.uuid4().hex}.db'}"
        return stores.empty_postgres(str(request.getfixturevalue("postgres")))

    return make


def used(hub: Hub) -> None:
    """A past: a mailing, a message with a duplicate, words in several alphabets."""
    fill(hub, 5, attributes={"имя": "Анна 'O\"\\\t"})
    hub.clients.delete(5)
    ended(hub, hub.mailings.create("Sale", "Привет \\N \U0001f600\n", ["telegram"]))
    for _ in range(2):
        hub.wait(hub.send("Hi", to={"gateway": "79031112233"}), timeout_s=10)
    hub.templates.set("code", "{{ code }}")
    hub.keys.create("shop")


@pytest.mark.parametrize("engine", STORES)
def test_a_copy_has_everything_and_goes_on_where_the_source_was(
    make_hub: HubMaker,
    database_url: str,
    emulator: RunningEmulator,
    opened: Opener,
    empty_url: Callable[[str], str],
    engine: str,
) -> None:
    hub = make_hub(database_url=database_url)
    used(hub)
    counted, url = hub.stats.overall(), empty_url(engine)
    hub.close()
    told: list[int] = []

    done = copying.copy(opened(database_url), opened(url), told.append)

    rows = {copied.table: copied.rows for copied in done}
    assert rows.keys() == {model._meta.table_name for model in every_model()}
    assert (rows["clients"], rows["deliveries"], rows["duplicates"]) == (4, 5, 1)
    assert told[-1] == 2 * sum(rows.values())
    again = make_hub(database_url=url)
    assert again.stats.overall() == counted
    assert again.stats.check().agree
    assert [client.attributes for client in again.clients.list(limit=1)] == [{"имя": "Анна 'O\"\\\t"}]
    assert again.send("Hi", to={"gateway": "79031112233"}).duplicates == 1
    # The number of the deleted client is not given again.
    assert again.clients.create("79039999999").id == 6
    assert again.wait(again.send("New", to={"telegram": "1"}), timeout_s=10).counts == {"sent": 1}
    assert again.stats.check().agree


def test_the_checksums_are_the_same_for_both_engines(
    make_hub: HubMaker, opened: Opener, empty_url: Callable[[str], str], emulator: RunningEmulator
) -> None:
    first, second, third = empty_url("sqlite"), empty_url("postgresql"), empty_url("sqlite")
    hub = make_hub(database_url=first)
    used(hub)
    hub.close()

    there = copying.copy(opened(first), opened(second))

    assert copying.copy(opened(second), opened(third)) == there


def test_a_target_with_rows_is_refused_and_left_alone(
    make_hub: HubMaker, database_url: str, opened: Opener, empty_url: Callable[[str], str]
) -> None:
    make_hub(worker=False, database_url=database_url).clients.create("79201234567")
    url = empty_url("sqlite")
    make_hub(worker=False, database_url=url).clients.create("79207654321")

    with pytest.raises(Conflict, match="not empty"):
        copying.copy(opened(url), opened(database_url))
    with pytest.raises(Conflict, match="same store"):
        copying.copy(opened(url), opened(url))


def test_an_interrupted_copy_leaves_an_empty_store_that_can_be_copied_to(
    make_hub: HubMaker, database_url: str, opened: Opener, empty_url: Callable[[str], str], emulator: RunningEmulator
) -> None:
    source = empty_url("sqlite")
    hub = make_hub(database_url=source)
    used(hub)
    hub.close()

    def interrupt(number: int) -> None:
        if number > 15:
            raise KeyboardInterrupt

    target = opened(database_url)
    with pytest.raises(KeyboardInterrupt):
        copying.copy(opened(source), target, interrupt)
    assert copying.total(target) == 0
    assert sum(copied.rows for copied in copying.copy(opened(source), target)) > 15


def test_what_postgresql_cannot_store_is_said(
    make_hub: HubMaker, opened: Opener, empty_url: Callable[[str], str]
) -> None:
    source, target = empty_url("sqlite"), empty_url("postgresql")
    make_hub(worker=False, database_url=source).clients.create("79201234567")
    database = opened(source)
    with database.connected("spoil the database") as connection:
        run(connection, "UPDATE clients SET timezone = 'a' || char(0)")

    with pytest.raises(StoreUnavailable, match=r"cannot write the target: .*NUL"):
        copying.copy(database, opened(target))
    assert copying.total(opened(target)) == 0


def test_a_source_is_copied_as_of_one_moment(
    make_hub: HubMaker, database_url: str, opened: Opener, empty_url: Callable[[str], str]
) -> None:
    hub = make_hub(worker=False, database_url=database_url)
    hub.clients.create("79201234567")
    later: list[int] = []

    def write(_: int) -> None:
        if not later:
            later.append(hub.clients.create("79207654321").id)
            hub.send("Hello", to={"telegram": "1"})

    done = copying.copy(opened(database_url), opened(empty_url("sqlite")), write)

    rows = {copied.table: copied.rows for copied in done}
    assert later
    assert (rows["clients"], rows["messages"], rows["deliveries"]) == (1, 0, 0)
