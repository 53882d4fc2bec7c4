"""kill -9 while chains go on: no chain is lost, and none has two steps at once."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from notifyhub import Delivery, Hub
from notifyhub.settings import load
from tests.processes import Service

pytestmark = pytest.mark.timeout(240)

PEOPLE = 240
FAULTS = {"latency_ms": {"min": 5, "max": 60}, "failure_rate": 0.4, "failure": "400"}
CHAIN = {"first_of": ["telegram", "whatsapp", "gateway"]}


def person(number: int) -> dict[str, str]:
    phone = f"7916{number:07}"
    return {"telegram": str(1_000 + number), "whatsapp": phone, "gateway": phone}


def names() -> dict[str, int]:
    """Who has an address, whatever the channel."""
    return {address: number for number in range(PEOPLE) for address in person(number).values()}


def here(tmp_path: Path) -> Hub:
    return Hub(load(data_dir=tmp_path / "notifyhub-data"), worker=False)


def test_kills_at_random_moments_lose_no_chain_and_double_none(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    id_ = ""
    for round_ in range(3):
        with Service(tmp_path) as service, here(tmp_path) as hub:
            service.ask("/emulator/faults", FAULTS, method="PUT")
            if round_ == 0:
                people = [person(number) for number in range(PEOPLE)]
                id_ = str(hub.send("Hello", to=people, channels=CHAIN).id)
            seen = len(service.journal()) + chance.randrange(PEOPLE // 3)
            while len(service.journal()) < seen and hub.message(id_).status == "sending":
                pass
            service.kill()

    with Service(tmp_path) as service, here(tmp_path) as hub:
        counts = hub.wait(id_, timeout_s=60).counts or {}
        # What is refused after an attempt that may have arrived is held, and its chain with it.
        assert counts.keys() <= {"sent", "failed", "unconfirmed"}
        assert sum(counts.values()) == PEOPLE
        deliveries = [hub.delivery(one.id or 0) for one in hub.deliveries(limit=3 * PEOPLE)]
        assert_chains_are_whole(deliveries)
        arrived = Counter(names()[entry["address"]] for entry in service.journal() if entry["accepted"])
        owners = names()
        unconfirmed = Counter(
            owners[one.address]
            for one in deliveries
            for attempt in one.attempts or ()
            if attempt.outcome == "unconfirmed"
        )
        assert [who for who, times in arrived.items() if times - 1 > unconfirmed[who]] == []
        reached = {owners[one.address] for one in deliveries if one.status == "sent"}
        assert reached <= arrived.keys()


def assert_chains_are_whole(deliveries: list[Delivery]) -> None:
    """Each step that gave way has one successor, which knows it, and nothing else has one."""
    by_id = {one.id: one for one in deliveries}
    for one in deliveries:
        assert one.chain is not None
        assert (one.status == "superseded") == (one.chain.next_id is not None)
        if one.chain.next_id is not None:
            following = by_id[one.chain.next_id].chain
            assert following is not None
            assert (following.former_id, following.step) == (one.id, one.chain.step + 1)
