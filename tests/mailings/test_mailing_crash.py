"""kill -9 while a mailing is expanded, sent or paused: nobody is left out, and nobody is written to twice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub
from notifyhub.flow.expand import SLICE
from notifyhub.hub import core_of
from notifyhub.settings import load
from tests.acceptance.test_crash import unexplained_repeats
from tests.mailings.conftest import counted, ended, statuses, telegram, until
from tests.mailings.counters import counters_of, rows_of
from tests.mailings.directory import seed_clients
from tests.processes import Service

pytestmark = pytest.mark.timeout(240)

COUNT = 6_000
FAULTS = {"latency_ms": {"min": 20, "max": 60}, "failure_rate": 0.1, "failure": "503"}
SLOW = {"telegram_concurrency": 4}
"""Some hundred a second, so that it is not over before the last kill."""


def here(tmp_path: Path) -> Hub:
    return Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False)


def test_a_mailing_survives_five_kills_and_a_pause(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    id_ = 0
    for round_ in range(5):
        with Service(tmp_path, **SLOW) as service, here(tmp_path) as hub:
            service.ask("/emulator/faults", FAULTS, method="PUT")
            if round_ == 0:
                seed_clients(hub, COUNT)
                id_ = hub.mailings.create("Sale", "Hello", ["telegram"], audience={"tag": "even"}, ends_at=LATER).id
            if round_ == 2:
                hub.mailings.pause(id_)
                hub.mailings.update(id_, ends_at=EVEN_LATER)
            if round_ == 3:
                hub.mailings.resume(id_)
            # Paused, it does not get further; before its first delivery, it is killed while it expands.
            enough = 0 if round_ == 2 else chance.randrange(round_ * 100 + 1)
            while len(hub.deliveries(mailing_id=id_, status="sent", limit=3_000)) < enough:
                pass
            service.kill()

    with Service(tmp_path) as service, here(tmp_path) as hub:
        service.ask("/emulator/faults", {}, method="PUT")
        mailing = ended(hub, hub.mailings.get(id_))
        entries = service.journal()
        accepted = {entry["address"] for entry in entries if entry["accepted"]}

        assert (mailing.status, mailing.matched) == ("finished", COUNT // 2)
        assert counted(mailing) == statuses(hub, mailing)
        reached = mailing.counts["sent"]
        assert reached + mailing.counts["failed"] == COUNT // 2
        assert len(accepted) == reached
        assert accepted <= {telegram(n) for n in range(0, COUNT, 2)}
        assert unexplained_repeats(hub, entries) == []
        assert counters_of(core_of(hub)) == rows_of(core_of(hub))


def test_a_kill_between_two_slices_skips_nobody_and_adds_nobody_twice(tmp_path: Path) -> None:
    # listmonk 3022: what was read when it was killed was never sent.
    with here(tmp_path) as hub:
        seed_clients(hub, MANY)
        id_ = hub.mailings.create("Sale", "Hello", ["telegram"], draft=True).id
        with Service(tmp_path, **SLOW) as service:
            hub.mailings.start(id_)
            until(hub, id_, lambda found: found.matched > 0)
            service.kill()

        killed = hub.mailings.get(id_)
        assert 0 < killed.matched < MANY
        assert clients_written_to(hub) == (killed.matched, killed.matched)
        with Service(tmp_path, **SLOW):
            done = until(hub, id_, lambda found: found.expanded_at is not None)

        assert done.matched == MANY
        assert clients_written_to(hub) == (MANY, MANY)


def clients_written_to(hub: Hub) -> tuple[int, int]:
    """How many deliveries there are, and to how many clients."""

    def ask(database: Any) -> tuple[int, int]:
        row = database.execute_sql("SELECT COUNT(*), COUNT(DISTINCT client_id) FROM deliveries").fetchone()
        return row[0], row[1]

    return core_of(hub).ask(ask).result()


MANY = 20 * SLICE
LATER = "2126-12-01T10:00:00+03:00"
EVEN_LATER = "2126-12-02T10:00:00+03:00"
