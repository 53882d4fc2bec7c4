"""What is said of a store: its schema, its size, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifyhub.store import inspecting
from notifyhub.store.database import MIGRATIONS, Database
from notifyhub.store.rows import run
from tests.conftest import HubMaker
from tests.emulated import RunningEmulator
from tests.mailings.conftest import ended, fill

ALL = sorted(path.stem for path in MIGRATIONS.glob("0*.py"))


@pytest.fixture
def database(make_hub: HubMaker, database_url: str, emulator: RunningEmulator) -> Iterator[Database]:
    """A store after a mailing with a failure and a message with a duplicate."""
    hub = make_hub(database_url=database_url)
    fill(hub, 3)
    emulator.script("telegram", "1000001", "blocked")
    ended(hub, hub.mailings.create("Sale", "Hello", ["telegram"]))
    for _ in range(2):
        hub.wait(hub.send("Hi", to={"gateway": "79031112233"}), timeout_s=10)
    database = Database(database_url)
    yield database
    database.close()


def execute(database: Database, *statements: str) -> None:
    with database.connected("spoil the database") as opened:
        for statement in statements:
            run(opened, statement)


def faults(database: Database, *, quick: bool = False) -> list[str]:
    return [fault for finding in inspecting.check(database, quick=quick) for fault in finding.faults]


def test_a_store_in_use_is_as_it_should_be(database: Database) -> None:
    checked = [finding.checked for finding in inspecting.check(database, quick=False)]

    assert faults(database) == []
    assert checked[-2:] == ["rows without the one that they belong to", "counters of the statistics"]


def test_its_condition_is_told(database: Database) -> None:
    found = inspecting.condition_of(database)

    assert (found.engine, found.schema.pending, found.schema.unknown) == (database.engine, [], [])
    assert found.version[0].isdigit()
    assert found.size_bytes > 100_000
    assert {table: found.rows[table] for table in ("clients", "messages", "deliveries")} == {
        "clients": 3,
        "messages": 3,
        "deliveries": 4,
    }


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("DROP TABLE refusals", "table refusals is missing"),
        ("ALTER TABLE messages DROP COLUMN language", "column messages.language is missing"),
        ("DROP INDEX deliveries_dedup", "index deliveries_dedup is missing"),
        ("DELETE FROM messages WHERE mailing_id = 0", "2 rows of"),
        ("DELETE FROM delivery_counts", "differ: see `notifyhub stats check`"),
    ],
)
def test_what_is_missing_or_wrong_is_named(database: Database, spoil: str, told: str) -> None:
    execute(database, spoil)

    assert told in " ".join(faults(database)).replace("1 rows of deliveries", "2 rows of")


def test_every_trigger_of_a_new_store_is_looked_for(database_url: str) -> None:
    database = Database(database_url)
    database.upgrade()

    with database.connected("look for triggers") as opened:
        assert inspecting.triggers(opened) == set(inspecting.TRIGGERS)
    database.close()


def test_a_missing_trigger_is_named(database: Database) -> None:
    on = "" if database.engine == "sqlite" else " ON deliveries"
    execute(database, f"DROP TRIGGER deliveries_moved{on}")

    assert faults(database, quick=True) == ["trigger deliveries_moved is missing or disabled"]


def test_a_newer_schema_is_told_in_words(database: Database) -> None:
    execute(database, "INSERT INTO schema_migration (name, applied) VALUES ('0099_later', '2126-01-01')")

    assert inspecting.condition_of(database).schema.unknown == ["0099_later"]
    assert faults(database) == ["newer than this notifyhub, with 0099_later: use the version that made it so"]


def test_an_older_schema_is_told_in_words(database: Database) -> None:
    execute(database, f"DELETE FROM schema_migration WHERE name = '{ALL[-1]}'", "DROP TABLE erasures")

    assert inspecting.condition_of(database).schema.pending == [ALL[-1]]
    assert "erasures" not in inspecting.condition_of(database).rows
    assert faults(database) == [f"older than this notifyhub, without {ALL[-1]}: run `notifyhub db upgrade`"]
