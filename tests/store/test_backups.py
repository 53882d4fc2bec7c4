"""Backups of a SQLite store in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from notifyhub import Hub
from notifyhub.errors import Conflict, StoreUnavailable
from notifyhub.store import backups
from tests.conftest import HubMaker


@pytest.fixture
def hub(make_hub: HubMaker, tmp_path: Path) -> Hub:
    hub = make_hub(worker=False, database_url=f"sqlite:///{tmp_path / 'used.db'}")
    for number in range(50):
        hub.send(f"Hello {number}" + "x" * 4_000, to={"telegram": "1"})
    return hub


def texts(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        return int(database.execute("SELECT COUNT(*) FROM messages").fetchone()[0])


def test_a_backup_is_of_one_moment_though_others_write(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(backups, "PAGES", 5)

    def write(pages: int, of: int) -> None:
        told.append((pages, of))
        hub.send(f"Meanwhile {len(told)}", to={"telegram": "1"})

    size = backups.back_up(tmp_path / "used.db", tmp_path / "backup.db", write)

    assert (size, texts(tmp_path / "backup.db")) == ((tmp_path / "backup.db").stat().st_size, 50)
    assert len(told) > 5
    assert told[-1][0] == told[-1][1]
    assert sorted(path.name for path in tmp_path.glob("backup*")) == ["backup.db"]


def test_a_backup_can_be_used(hub: Hub, make_hub: HubMaker, tmp_path: Path) -> None:
    backups.back_up(tmp_path / "used.db", tmp_path / "backup.db")

    restored = make_hub(worker=False, database_url=f"sqlite:///{tmp_path / 'backup.db'}")

    assert restored.stats.check().deliveries == 50


def test_a_file_that_is_there_is_not_overwritten(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "backup.db").write_text("precious")

    with pytest.raises(Conflict, match="is there already"):
        backups.back_up(tmp_path / "used.db", tmp_path / "backup.db")

    assert (tmp_path / "backup.db").read_text() == "precious"


def test_a_damaged_store_makes_no_backup(hub: Hub, tmp_path: Path) -> None:
    hub.close()
    with (tmp_path / "used.db").open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xff" * 16 * 4096)

    with pytest.raises(StoreUnavailable, match=r"damaged|malformed"):
        backups.back_up(tmp_path / "used.db", tmp_path / "backup.db")

    assert list(tmp_path.glob("backup*")) == []
