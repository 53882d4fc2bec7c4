"""The whole promise of a mailing at once: zones, tags, a failing messenger, kill -9, a pause, an end.

A short form runs by default. The long form, with its result in docs/architecture.md:
`make test PYTEST="tests/mailings/test_mailing_proof.py --clients 200000"`.
"""

from __future__ import annotations

import json
import random
import re
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, answers
from notifyhub.domain.addresses import CHANNELS
from notifyhub.hub import core_of
from tests.mailings.conftest import ended, until
from tests.mailings.counters import counters_of, rows_of
from tests.mailings.directory import seed_clients
from tests.processes import Process, Service

pytestmark = pytest.mark.timeout(1800)  # of the long form

KILLS = 5
FAULTS = {"latency_ms": {"min": 0, "max": 20}, "failure_rate": 0.1, "failure": "503"}
SLOW = {**FAULTS, "latency_ms": 100}
"""So that it is not over before the last kill, however long the killed take to start again."""
DELIVERING = re.compile("worker is delivering")
LISTENS = re.compile(r"emulator listens on (\S+)")
END = "2126-12-01T10:00:00+03:00"
LATER_END = "2126-12-02T10:00:00+03:00"


class Emulator:
    """The emulator as a process of its own, which nobody kills."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        process = stack.enter_context(Process(folder, "emulator", "--port", "0"))
        self.url = process.wait_for_line(LISTENS).group(1)

    def ask(self, path: str, body: Any = None, method: str = "GET") -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, method=method), timeout=60) as reply:
            return json.load(reply)

    def accepted(self, text: str) -> list[dict[str, Any]]:
        """The entries of accepted messages with this text."""
        entries: list[dict[str, Any]] = []
        page = self.ask("/journal?limit=1000")
        while True:
            entries += [entry for entry in page["entries"] if entry["accepted"] and entry["text"] == text]
            if page["next"] is None:
                return entries
            page = self.ask(f"/journal?limit=1000&cursor={page['next']}")


class Cluster:
    """The processes of a hub: one on SQLite; an API and two workers on PostgreSQL with Redis."""

    def __init__(self, stack: ExitStack, folder: Path, roles: list[tuple[str, ...]], settings: dict[str, Any]) -> None:
        self._stack, self._folder, self._roles, self._settings = stack, folder, roles, settings
        self._processes = [self._start(role) for role in roles]

    def kill_one(self, chance: random.Random) -> None:
        """kill -9 one of the processes, and start it again."""
        place = chance.randrange(len(self._processes))
        self._processes[place].kill()
        self._processes[place] = self._start(self._roles[place])

    def _start(self, role: tuple[str, ...]) -> Process:
        name, *flags = role
        if name == "serve":
            return self._stack.enter_context(Service(self._folder, *flags, **self._settings))
        process = self._stack.enter_context(Process(self._folder, name, *flags, **self._settings))
        process.wait_for_line(DELIVERING)
        return process


@pytest.fixture
def clients(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--clients"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_:
        yield open_


@pytest.fixture
def emulator(stack: ExitStack, tmp_path: Path) -> Emulator:
    made = Emulator(stack, tmp_path)
    made.ask("/faults", FAULTS, "PUT")
    return made


@pytest.fixture
def cluster(
    stack: ExitStack,
    tmp_path: Path,
    database_url: str,
    request: pytest.FixtureRequest,
    emulator: Emulator,
    clients: int,
) -> Cluster:
    settings: dict[str, Any] = {"database_url": database_url, "emulator_url": emulator.url, "lease_s": 5}
    settings["telegram_concurrency"] = max(2, clients // 1_000)
    settings |= {f"{channel}_timeout_s": 2 for channel in CHANNELS}
    if database_url.startswith("sqlite"):
        return Cluster(stack, tmp_path, [("serve", "--no-emulator")], settings)
    settings["broker_url"] = request.getfixturevalue("redis_url")
    return Cluster(stack, tmp_path, [("serve", "--no-emulator", "--no-worker"), ("worker",), ("worker",)], settings)


@pytest.fixture
def hub(stack: ExitStack, database_url: str, tmp_path: Path) -> Hub:
    return stack.enter_context(Hub(database_url=database_url, data_dir=tmp_path / "looking-on", worker=False))


def test_everybody_is_written_to_once_whatever_is_killed(
    cluster: Cluster, hub: Hub, emulator: Emulator, clients: int
) -> None:
    chance = random.Random(clients)  # another number, another story
    seed_clients(hub, clients)
    _spoil_some(hub)
    wanted = {"channels": ["telegram"], "audience": {"tag": "even"}, "ends_at": END}
    mailing = hub.mailings.create("Sale", "Half price", **wanted, draft=True)
    preview = hub.mailings.preview(mailing.id)
    emulator.ask("/faults", SLOW, "PUT")
    hub.mailings.start(mailing.id)
    pause_at = chance.randrange(1, KILLS)
    # The first kill is while it expands.
    for kill, enough in enumerate(
        sorted([0, *(chance.randrange(preview.deliveries * 6 // 10) for _ in range(KILLS - 1))])
    ):
        until(hub, mailing.id, _has_sent(enough), within_s=600)
        if kill == pause_at:
            hub.mailings.pause(mailing.id)
            hub.mailings.update(mailing.id, ends_at=LATER_END)
        cluster.kill_one(chance)
        if kill == pause_at:
            hub.mailings.resume(mailing.id)
    emulator.ask("/faults", FAULTS, "PUT")

    done = ended(hub, until(hub, mailing.id, _is_over, within_s=600))

    arrived = Counter(entry["address"] for entry in emulator.accepted("Half price"))
    rows = {row.address: row for row in _deliveries(hub, mailing.id)}
    assert done.status == "finished"
    assert (done.matched, done.unreachable, done.opted_out) == (
        preview.matched,
        preview.unreachable,
        preview.opted_out,
    )
    assert (preview.matched, len(rows), sum(done.counts.values())) == (clients // 2, preview.deliveries, len(rows))
    ends = {status: number for status, number in done.counts.items() if number}
    assert ends.keys() <= {"sent", "failed", "unconfirmed"}
    assert sum(ends.values()) == preview.deliveries
    sent, unconfirmed = (
        {address for address, row in rows.items() if row.status == status} for status in ("sent", "unconfirmed")
    )
    assert sent <= arrived.keys() <= sent | unconfirmed
    assert hub.mailings.stats(mailing.id).by_status["sent"] == len(sent)
    # One that arrived unconfirmed may have been tried again until it was given up.
    more = {address: times - (address in sent) for address, times in arrived.items()}
    assert [address for address, times in more.items() if times and times > _unconfirmed(hub, rows[address])] == []
    assert counters_of(core_of(hub)) == rows_of(core_of(hub))


def test_nothing_arrives_after_the_end(cluster: Cluster, hub: Hub, emulator: Emulator, clients: int) -> None:
    chance = random.Random(clients)  # another number, another story
    seed_clients(hub, clients)
    emulator.ask("/faults", {**FAULTS, "latency_ms": {"min": 100, "max": 1_500}}, "PUT")
    end = datetime.now(UTC) + timedelta(seconds=6)
    mailing = hub.mailings.create("Sale", "Half price", ["telegram"], audience={"tag": "odd"}, ends_at=end)
    until(hub, mailing.id, _has_sent(1))
    cluster.kill_one(chance)

    done = ended(hub, until(hub, mailing.id, _is_over, within_s=120))

    entries = emulator.accepted("Half price")
    assert entries
    assert max(datetime.fromisoformat(entry["received_at"]) for entry in entries) <= end
    assert done.status == "expired"
    ends = {status: number for status, number in done.counts.items() if number}
    assert ends.keys() <= {"sent", "expired", "failed", "unconfirmed"}
    assert sum(ends.values()) == done.matched == clients // 2
    assert len({entry["address"] for entry in entries}) >= ends["sent"]
    assert counters_of(core_of(hub)) == rows_of(core_of(hub))


def _spoil_some(hub: Hub) -> None:
    """Some of the clients opt out, some have no address."""
    for client in hub.clients.list(limit=40, tag="even"):
        hub.clients.update(client.id, **({"addresses": {}} if client.id % 4 == 1 else {"opted_out": True}))


def _has_sent(enough: int) -> Callable[[answers.Mailing], bool]:
    return lambda mailing: mailing.counts["sent"] >= enough


def _is_over(mailing: answers.Mailing) -> bool:
    """Those whom the end left out are counted a little later."""
    return mailing.status in ("finished", "expired") and mailing.expanded_at is not None


def _deliveries(hub: Hub, mailing: int) -> list[Any]:
    """All deliveries of a mailing."""
    found: list[Any] = []
    while page := hub.deliveries(mailing_id=mailing, limit=1_000, before=found[-1] if found else None):
        found += page
    return found


def _unconfirmed(hub: Hub, row: answers.Delivery) -> int:
    """How many attempts of a delivery may have arrived, for all that the store knows."""
    return sum(attempt.outcome == "unconfirmed" for attempt in hub.delivery(row.id or 0).attempts or ())
