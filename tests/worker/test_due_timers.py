"""What stores something that is due soon says so to the pumps, also while they stop."""

from __future__ import annotations

from pathlib import Path

from notifyhub.clock import now_ms
from notifyhub.store.database import Database
from notifyhub.worker.pumps import Pumps


def test_what_becomes_due_after_the_pumps_are_closed_is_left_to_the_store(tmp_path: Path) -> None:
    rung: list[str] = []
    pumps = Pumps(Database(f"sqlite:///{tmp_path / 'test.db'}"), rung.append, horizon_ms=60_000)
    pumps.start({})
    pumps.stop()
    pumps.close({})

    # Whoever accepted it must get an answer: this may not raise.
    pumps.expect("telegram", now_ms() + 10)

    assert rung == []
