"""db status, check, copy, backup; prune: their lines and exit codes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from notifyhub.worker.lock import PumpLock
from tests.cli.conftest import Run

pytestmark = pytest.mark.timeout(240)

LATER = "2126-12-01T10:00:00+03:00"
STORE = Path("notifyhub-data/notifyhub.db")


@pytest.fixture
def used(run: Run, tmp_path: Path) -> Path:
    """The database of the settings, with a message that waits."""
    assert run("send", "Hello", "--to", "telegram=1", "--at", LATER).code == 0
    return tmp_path / STORE


def execute(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(statement)


def test_status_and_check_tell_of_a_store_and_of_its_schema(run: Run, used: Path) -> None:
    status, check = run("db", "status", "--json"), run("db", "check")

    assert (status.code, status.json["url"], status.json["rows"]["deliveries"]) == (0, f"sqlite:///{STORE}", 1)
    assert (check.code, check.out.count("as it should be")) == (0, 5)
    execute(used, "INSERT INTO schema_migration (name, applied) VALUES ('0099_later', '2126-01-01')")
    shown = run("db", "status")
    assert (shown.code, "newer than this notifyhub, with 0099_later" in shown.out) == (1, True)
    assert run("db", "check", "--quick", "--json").code == 1


def test_a_store_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    ended = run("db", "status")

    assert (ended.code, "notifyhub db upgrade" in ended.complaint) == (3, True)
    assert not (tmp_path / STORE).exists()


def test_copy_prints_its_proof_and_refuses_a_store_in_use(run: Run, used: Path, tmp_path: Path) -> None:
    ended = run("db", "copy", f"sqlite:///{STORE}", "sqlite:///new.db")
    assert (ended.code, "are the same in both stores" in ended.out) == (0, True)
    lock = PumpLock.of(used)
    assert lock.take()

    refused = run("db", "copy", f"sqlite:///{STORE}", "sqlite:///newer.db")

    lock.release()
    assert (refused.code, "stop it first" in refused.complaint) == (1, True)
    assert not (tmp_path / "newer.db").exists()


def test_backup_says_where_it_is_and_postgresql_has_its_own(run: Run, used: Path, tmp_path: Path) -> None:
    assert "and verified it" in run("db", "backup", "saved.db").out
    assert (tmp_path / "saved.db").exists()

    ended = run("db", "backup", "saved.dump", database_url="postgresql://me:hidden@127.0.0.1:9/hub")

    assert (ended.code, "pg_dump" in ended.complaint, "hidden" in ended.err) == (2, True, False)


def test_prune_deletes_what_is_old_and_needs_an_age(run: Run, used: Path) -> None:
    execute(used, "UPDATE deliveries SET status = 'sent', created_at = 0, due_at = 0")

    assert "such as 90d" in run("prune").complaint
    assert "must be at least" in run("prune", "--older-than", "1h").complaint
    assert run("prune", "--older-than", "90d", "--dry-run").out == "would delete 1 deliveries\n"
    assert run("prune", retention_deliveries_days=90).out.startswith("deleted 1 deliveries, and 1 messages")
    assert run("prune", "--older-than", "90d", "--json").json == {"prune": {}}


def test_a_client_is_erased_by_a_command(run: Run, used: Path) -> None:
    run("clients", "add", "79201234567")

    ended = run("clients", "erase", "1", "--reason", "asked", "--by", "Ann")

    assert ended.out.startswith("erased client 1: erasure 1, cancelled 0, 1 clients")
    (listed,) = run("clients", "erasures", "--address", "+7 920 123-45-67", "--json").json
    assert (listed["asked_by"], listed["complete"]) == ("command line (Ann)", True)
