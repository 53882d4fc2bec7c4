"""kill -9 at any moment: nothing is lost, and every repeat is one that the store knows of."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from notifyhub import Hub, Message
from notifyhub.domain.addresses import CHANNELS
from notifyhub.settings import load
from tests.emulated import RunningEmulator
from tests.processes import Process, Service

pytestmark = pytest.mark.timeout(240)


def numbered(first: int, count: int) -> list[dict[str, str]]:
    return [{"telegram": str(first + i)} for i in range(count)]


def unexplained_repeats(hub: Hub, entries: Iterable[dict[str, Any]]) -> list[str]:
    """Addresses that were written to more often than the store admits."""
    arrived = Counter(entry["address"] for entry in entries if entry["accepted"])
    found = []
    for message in hub.messages(limit=1000):
        for delivery in hub.message(message.id).deliveries or ():
            if arrived[delivery.address] > 1:
                attempts = hub.delivery(delivery.id or 0).attempts or []
                unconfirmed = sum(attempt.outcome == "unconfirmed" for attempt in attempts)
                if arrived[delivery.address] - 1 > unconfirmed:
                    found.append(delivery.address)
    return found


def test_a_thousand_in_flight_survive_the_death_of_everything(tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        service.ask("/emulator/faults", {"latency_ms": {"min": 100, "max": 400}}, method="PUT")
        service.ask("/api/v1/messages", {"text": "Hello", "recipients": numbered(1, 1000)})
        while len(service.ask("/emulator/journal?limit=1000")["entries"]) < 300:
            pass
        service.kill()

    with Service(tmp_path) as service, Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False) as hub:
        (message,) = hub.messages()
        assert hub.wait(message, timeout_s=60).counts == {"sent": 1000}
        entries = service.journal(accepted=True)  # type: ignore[arg-type]
        assert {entry["address"] for entry in entries} == {str(i) for i in range(1, 1001)}
        assert unexplained_repeats(hub, entries) == []


def test_kills_at_random_moments_lose_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    sent: list[Message] = []
    for round_ in range(3):
        with Service(tmp_path) as service, Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False) as hub:
            service.ask("/emulator/faults", {"latency_ms": {"min": 0, "max": 60}, "failure_rate": 0.05}, method="PUT")
            sent.append(hub.send(f"round {round_}", to=numbered(1 + 500 * round_, 500)))
            seen = chance.randrange(500 * (round_ + 1))
            while len(service.journal()) < seen and not _all_ended(hub, sent):
                pass
            service.kill()

    with Service(tmp_path) as service, Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False) as hub:
        for message in sent:
            assert hub.wait(message, timeout_s=60).status == "sent"
        entries = service.journal()
        accepted = {entry["address"] for entry in entries if entry["accepted"]}
        assert accepted == {str(i) for i in range(1, 1501)}
        assert unexplained_repeats(hub, entries) == []


def _all_ended(hub: Hub, sent: list[Message]) -> bool:
    return all(hub.message(message.id).status not in ("scheduled", "sending") for message in sent)


def test_what_the_api_answered_for_is_stored_when_the_process_dies_right_after(tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        service.ask("/emulator/faults", {"latency_ms": 5000}, method="PUT")
        answers = [
            service.ask("/api/v1/messages", {"text": f"text {i}", "recipients": [{"telegram": "1"}]}) for i in range(20)
        ]
        service.kill()

    with Service(tmp_path), Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False) as hub:
        for answer in answers:
            assert hub.wait(answer["id"], timeout_s=30).status == "sent"


def test_a_deferred_message_survives_and_goes_out_by_itself(tmp_path: Path) -> None:
    due = datetime.now(UTC) + timedelta(seconds=6)
    with Service(tmp_path) as service:
        body = {"text": "Later", "recipients": [{"viber": "01234567890A="}], "send_at": due.isoformat()}
        service.ask("/api/v1/messages", body)
        service.kill()

    with Service(tmp_path) as service, Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False) as hub:
        (message,) = hub.messages()
        assert hub.wait(message, timeout_s=30).status == "sent"
        (entry,) = service.journal()
        assert datetime.fromisoformat(entry["received_at"]) >= due.replace(microsecond=due.microsecond // 1000 * 1000)


def test_a_killed_worker_is_replaced_by_another_machine(
    database_url: str, tmp_path: Path, redis_url: str, emulator: RunningEmulator
) -> None:
    """Two workers that share only the URLs: one dies with calls under way, the other takes over."""
    settings: dict[str, Any] = {
        "database_url": database_url,
        "broker_url": redis_url,
        "emulator_url": emulator.url,
        "lease_s": 3,
        **{f"{channel}_timeout_s": 2 for channel in CHANNELS},
    }
    hub_settings = load(
        database_url=database_url,
        broker_url=redis_url,
        lease_s=3.0,
        **{channel: {"timeout_s": 2.0} for channel in CHANNELS},
    )
    emulator.faults(latency_ms={"min": 50, "max": 500})
    with Hub(hub_settings, worker=False) as hub:
        message = hub.send("Hello", to=numbered(1, 1000))
        with Process(tmp_path, "worker", **settings) as first:
            emulator.wait_for(300, timeout_s=30)
            first.kill()
        with Process(tmp_path, "worker", **settings):
            assert hub.wait(message, timeout_s=60).counts == {"sent": 1000}
        assert set(emulator.accepted()) == {("telegram", str(i), "Hello") for i in range(1, 1001)}
        assert unexplained_repeats(hub, emulator.entries()) == []


def test_sigterm_finishes_what_is_under_way_and_repeats_nothing(tmp_path: Path) -> None:
    with Service(tmp_path) as service:
        service.ask("/emulator/faults", {"latency_ms": 300}, method="PUT")
        service.ask("/api/v1/messages", {"text": "Hello", "recipients": numbered(1, 1000)})
        while len(service.ask("/emulator/journal?limit=1000")["entries"]) < 100:
            pass
        assert service.terminate() == 0

    with Service(tmp_path) as service, Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False) as hub:
        (message,) = hub.messages()
        assert hub.wait(message, timeout_s=30).counts == {"sent": 1000}
        arrived = Counter(entry["address"] for entry in service.journal())
        assert len(arrived) == 1000
        assert set(arrived.values()) == {1}


def test_a_flushed_broker_loses_nothing(tmp_path: Path, redis_url: str, emulator: RunningEmulator) -> None:
    import redis

    settings = load(data_dir=tmp_path, broker_url=redis_url, emulator_url=emulator.url)
    with Hub(settings, worker=False) as hub:
        message = hub.send("Hello", to=numbered(1, 50))
        with redis.Redis.from_url(redis_url) as connection:
            connection.flushall()
    with Hub(settings, worker=True) as hub:
        assert hub.wait(message, timeout_s=30).status == "sent"
