"""Redis stops and comes back: messages are accepted and go on being delivered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import Engine, redis_engine
from tests.outages.conftest import ask, sent, until
from tests.processes import Service


@pytest.fixture(scope="module")
def redis() -> Iterator[Engine]:
    with redis_engine() as engine:
        yield engine


@pytest.fixture
def service(tmp_path: Path, redis: Engine) -> Iterator[Service]:
    with Service(tmp_path, broker_url=redis.url) as service:
        yield service


def accept(service: Service, person: int) -> int:
    body = {"text": "Hello", "recipients": [{"telegram": str(person)}]}
    return ask(service, "/api/v1/messages", body).status


def test_messages_are_accepted_and_sent_while_redis_is_away_and_after(service: Service, redis: Engine) -> None:
    assert accept(service, 1) == 202
    redis.stop()
    assert accept(service, 2) == 202
    until(lambda: sent(service) == 2)
    state = ask(service, "/health/ready")
    redis.start()

    assert (state.status, state.body["status"]) == (200, "degraded")
    until(lambda: ask(service, "/health/ready").body["status"] == "ready")
    assert accept(service, 3) == 202
    until(lambda: sent(service) == 3)
    assert [entry["address"] for entry in service.journal(channel="telegram")] == ["1", "2", "3"]


def test_the_log_is_not_flooded_while_redis_is_away(service: Service, redis: Engine) -> None:
    redis.stop()
    for person in range(1, 21):
        accept(service, person)
    until(lambda: sent(service) == 20)
    redis.start()

    said = [line for line in service.lines if "[warning" in line or "[error" in line or "[critical" in line]
    assert 1 <= len(said) <= 6, said


def test_the_log_is_not_flooded_while_rabbitmq_is_away(tmp_path: Path) -> None:
    with Service(tmp_path, broker_url="amqp://guest:guest@127.0.0.1:9/%2F", start_wait_s=0) as service:
        for person in range(1, 21):
            accept(service, person)
        until(lambda: sent(service) == 20)

        said = [line for line in service.lines if "[warning" in line or "[error" in line or "[critical" in line]
        assert any("the broker cannot be reached; trying again: connection refused" in line for line in said), said
        assert len(said) <= 6, said
        assert not [line for line in service.lines if "pika" in line or "Traceback" in line]


def test_a_frozen_redis_keeps_nothing_from_being_sent(service: Service, redis: Engine) -> None:
    redis.freeze()
    accepted = accept(service, 1)
    until(lambda: sent(service) == 1)
    redis.thaw()

    assert accepted == 202
