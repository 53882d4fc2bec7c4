"""PostgreSQL stops and comes back: callers are told, nothing is lost, nothing is sent twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import Engine
from tests.outages.conftest import Answer, ask, sent, until
from tests.processes import Service
from tests.stores import new_postgres

pytestmark = pytest.mark.timeout(240)

PEOPLE = [str(2_000_000 + number) for number in range(120)]


class Caller(threading.Thread):
    """Posts one message after the other, and repeats what was not accepted with the same key, as callers should."""

    def __init__(self, service: Service) -> None:
        super().__init__(daemon=True)
        self._service = service
        self.accepted = 0
        self.refused: list[Answer] = []

    def run(self) -> None:
        for person in PEOPLE:
            body = {"text": "Hello", "recipients": [{"telegram": person}]}
            while (answer := ask(self._service, "/api/v1/messages", body, f"to-{person}")).status != 202:
                self.refused.append(answer)
            self.accepted += 1


@pytest.fixture
def service(tmp_path: Path, postgresql: Engine) -> Iterator[Service]:
    with Service(tmp_path, database_url=new_postgres(postgresql.url), limits="off") as service:
        yield service


def test_a_restart_of_postgresql_loses_nothing_and_sends_nothing_twice(service: Service, postgresql: Engine) -> None:
    caller = Caller(service)
    caller.start()
    until(lambda: caller.accepted > 20)
    postgresql.stop()
    until(lambda: len(caller.refused) > 20)
    postgresql.start()
    caller.join(60)
    until(lambda: sent(service) == len(PEOPLE))

    arrived = [entry["address"] for entry in service.journal(channel="telegram")]
    assert sorted(arrived) == PEOPLE
    assert {(answer.status, answer.retry_after, answer.body["type"]) for answer in caller.refused} == {
        (503, "1", "/problems/store-unavailable")
    }
    said = [line for line in service.lines if "[warning" in line or "[error" in line or "Traceback" in line]
    assert 1 <= len(said) <= 20, said


def test_a_frozen_postgresql_is_a_503_too_and_goes_on_where_it_was(service: Service, postgresql: Engine) -> None:
    postgresql.freeze()
    answer = ask(service, "/api/v1/messages?limit=1")
    postgresql.thaw()

    assert (answer.status, answer.body["type"]) == (503, "/problems/store-unavailable")
    until(lambda: ask(service, "/api/v1/messages?limit=1").status == 200)
