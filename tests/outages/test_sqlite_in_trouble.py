"""What a caller is told when SQLite cannot write, and that it goes on by itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.store.rows import run
from notifyhub.store.trouble import failed
from tests.api.conftest import Api
from tests.conftest import HubMaker


@pytest.fixture
def api(make_hub: HubMaker, serve: Callable[[Hub], Api]) -> Api:
    return serve(make_hub(worker=False))


def on_the_writers_connection(api: Api, *statements: str) -> None:
    for statement in statements:
        core_of(api.hub).database.write(lambda db, items, sql=statement: [run(db, sql).fetchall()], None).result()


def test_a_full_disk_is_a_503_that_says_so(api: Api) -> None:
    on_the_writers_connection(api, "PRAGMA max_page_count = 1")
    refused = [api.create(text="x" * 4_000, recipients=[{"telegram": str(n)}]) for n in range(1, 11)][-1]
    on_the_writers_connection(api, "PRAGMA max_page_count = 1000000")

    told = "the disk of the database is full; the request may not have been stored"
    assert (refused.status, refused.json["detail"]) == (503, told)
    assert refused.headers["Retry-After"] == "1"
    assert api.create().status == 202


def test_a_file_that_can_only_be_read_is_said_to_be(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "x.db").execute("CREATE TABLE x (n)").connection.close()
    database = sqlite3.connect(f"file:{tmp_path}/x.db?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as error:
        database.execute("INSERT INTO x VALUES (1)")
    database.close()

    assert failed("it failed", error.value).told == "the database can only be read"


def test_a_locked_file_is_a_503_that_says_so(api: Api, tmp_path: Path) -> None:
    on_the_writers_connection(api, "PRAGMA busy_timeout = 50")
    with sqlite3.connect(tmp_path / "notifyhub.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = api.create()
        other.execute("ROLLBACK")

    assert refused.status == 503
    assert refused.json["detail"].startswith("the database is locked by another process")
    assert api.create().status == 202
