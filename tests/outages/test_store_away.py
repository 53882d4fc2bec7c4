"""PostgreSQL stops and comes back: callers are told, nothing is lost, nothing is sent twice."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engines import Engine, postgres_engine
from tests.processes import Service

PEOPLE = [str(2_000_000 + number) for number in range(400)]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    # What is committed must survive the crash of the server, if not that of the machine.
    with postgres_engine(synchronous_commit="on") as engine:
        yield engine


@dataclass
class Answer:
    status: int
    retry_after: str | None
    body: Any


@dataclass
class Caller:
    """Posts one message after the other, and repeats what was not accepted with the same key, as callers should."""

    service: Service
    answers: list[Answer] = field(default_factory=list)
    refused: threading.Event = field(default_factory=threading.Event)
    recovered: threading.Event = field(default_factory=threading.Event)

    def send_to_all(self) -> None:
        for person in PEOPLE:
            while self._send(person).status != 202:
                self.refused.set()
            if self.refused.is_set():
                self.recovered.set()

    def _send(self, person: str) -> Answer:
        answer = ask(self.service, "POST", "/api/v1/messages",
                     {"text": "Hello", "recipients": [{"telegram": person}]}, f"to-{person}")  # fmt: skip
        self.answers.append(answer)
        return answer


def ask(service: Service, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
    host = service.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    headers = {"Authorization": f"Bearer {service.key}"} | ({} if key is None else {"Idempotency-Key": key})
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers["Retry-After"], json.loads(response.read()))
    finally:
        connection.close()


def test_a_restart_of_postgresql_loses_nothing_and_sends_nothing_twice(tmp_path: Path, engine: Engine) -> None:
    with Service(tmp_path, database_url=engine.url, limits="off") as service:
        caller = Caller(service)
        thread = threading.Thread(target=caller.send_to_all)
        thread.start()
        while len(caller.answers) < 50:
            caller.refused.wait(0.01)
        engine.stop()
        assert caller.refused.wait(60)
        while sum(answer.status != 202 for answer in caller.answers) < 20:
            caller.recovered.wait(0.01)
        engine.start()
        thread.join(60)
        ids = [answer.body["id"] for answer in caller.answers if answer.status == 202]
        while any(service.ask(f"/api/v1/messages/{id_}")["status"] != "sent" for id_ in ids):
            pass
        sent = [entry["address"] for entry in service.journal(channel="telegram")]
        print("".join(service.lines[-40:]))
        log = [line for line in service.lines if re.search("warning|error", line)]

    refused = [answer for answer in caller.answers if answer.status != 202]
    assert {(answer.status, answer.retry_after, answer.body["type"]) for answer in refused} == {
        (503, "1", "/problems/store-unavailable")
    }
    assert sorted(sent) == PEOPLE
    assert not [line for line in service.lines if "Traceback" in line]
    assert len(log) < 40, log
