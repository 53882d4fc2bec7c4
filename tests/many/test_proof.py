"""The promise of many processes: each message arrives once, or it is known that it may have arrived more often.

Three API processes, three workers and two schedulers share PostgreSQL and a broker. Messengers fail, and lose answers.
Meanwhile the broker loses all it has, PostgreSQL crashes, two workers and the leading scheduler are killed, and all API
processes are replaced. A short form runs by default; the long form, with its result in docs/operations.md:
`make test PYTEST="tests/many/test_proof.py --messages 100000 --log-cli-level=info"`.
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

import psycopg
import pytest
import redis

from notifyhub.domain.addresses import CHANNELS
from tests.engines import Engine, postgres_engine, rabbitmq_engine, redis_engine
from tests.many.posting import Posting, message
from tests.processes import READY, Process

pytestmark = pytest.mark.timeout(3600)  # of the long form

_log = logging.getLogger(__name__)

LISTENS = re.compile(r"emulator listens on (\S+)")
WORKS = re.compile("worker is delivering")
SCHEDULES = re.compile("scheduler is (?:leading|standing by)")
LOST = {"answer": "lost", "rate": 0.01}
FAULTS = {"latency_ms": {"min": 0, "max": 20}, "failure_rate": 0.05, "failure": "503", "rules": [LOST]}
PAGE = 1_000
ROWS = """
    SELECT m.text, d.status, (
        SELECT COUNT(*) FROM attempts AS a WHERE a.delivery_id = d.id AND a.outcome = 'unconfirmed')
    FROM deliveries AS d JOIN messages AS m ON m.id = d.message_id"""
OPEN = "SELECT COUNT(*) FROM deliveries WHERE status IN ('scheduled', 'sending')"


class Ended(NamedTuple):
    """What the store says of a delivery, and how many of its attempts may have arrived without an answer."""

    status: str
    unconfirmed: int


class Installation:
    """Everything that runs."""

    def __init__(self, stack: ExitStack, folder: Path, kind: str) -> None:
        self._stack, self._folder = stack, folder
        self.kind = kind
        # What is committed must survive the crash of the server, if not that of the machine.
        self.postgres: Engine = stack.enter_context(postgres_engine(synchronous_commit="on"))
        self.broker: Engine = stack.enter_context(redis_engine() if kind == "redis" else rabbitmq_engine())
        self.emulator = self._process("emulator", "--port", "0").wait_for_line(LISTENS).group(1)
        self._ask("/faults", FAULTS)
        self._settings: dict[str, object] = {
            "database_url": self.postgres.url,
            "broker_url": self.broker.url,
            "emulator_url": self.emulator,
            "lease_s": 5,
            **{f"{channel}_timeout_s": 2 for channel in CHANNELS},
        }
        self.api = self._process("api", "--port", "0", "--workers", "3", **self._settings)
        self.workers = [self._worker() for _ in range(3)]
        self.schedulers = [self._process("scheduler", **self._settings) for _ in range(2)]
        for process in self.workers:
            process.wait_for_line(WORKS)
        for process in self.schedulers:
            process.wait_for_line(SCHEDULES)
        host, _, port = self.api.wait_for_line(READY).group(1).removeprefix("http://").partition(":")
        self.address = (host, int(port))
        self.key = (folder / "notifyhub-data" / "first-key").read_text().strip()

    def lose_the_bells(self) -> None:
        if self.kind == "redis":
            with redis.Redis.from_url(self.broker.url) as connection:
                connection.flushall()
        else:
            self.broker.stop()
            self.broker.start()

    def crash_the_store(self) -> None:
        self.postgres.stop()
        self.postgres.start()

    def kill_a_worker(self) -> None:
        self.workers.pop(0).kill()
        self.workers.append(self._worker())

    def kill_a_scheduler(self) -> None:
        """The first has led since it was started."""
        self.schedulers.pop(0).kill()

    def replace_the_api(self) -> None:
        os.kill(self.api.pid, signal.SIGHUP)

    def arrived(self) -> Counter[str]:
        """How often each text was accepted by a messenger."""
        texts: Counter[str] = Counter()
        cursor: str | None = ""
        while cursor is not None:
            page = self._ask(f"/journal?accepted=true&limit={PAGE}" + (f"&cursor={cursor}" if cursor else ""))
            texts.update(entry["text"] for entry in page["entries"])
            cursor = page["next"]
        return texts

    def ended(self) -> dict[str, Ended]:
        """By text, when nothing is open any more."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            _until(lambda: connection.execute(OPEN).fetchone() == (0,))
            rows = connection.execute(ROWS).fetchall()
        assert len({text for text, *_ in rows}) == len(rows)
        return {text: Ended(*facts) for text, *facts in rows}

    def _worker(self) -> Process:
        return self._process("worker", **self._settings)

    def _process(self, *arguments: str, **settings: object) -> Process:
        return self._stack.enter_context(Process(self._folder, *arguments, **settings))

    def _ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.emulator + path, data, method="GET" if body is None else "PUT")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


def _until(holds: Callable[[], bool], within_s: float = 1200) -> None:
    """Wait until something that nobody tells of has come true."""
    ends = monotonic() + within_s
    while not holds():
        assert monotonic() < ends
        sleep(0.05)


@pytest.fixture(params=["redis", "rabbitmq"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    if request.param == "rabbitmq":
        request.getfixturevalue("rabbitmq_url")  # leaves the test out where there is none
    with ExitStack() as stack:
        yield Installation(stack, tmp_path, request.param)


def _tell(
    kind: str, posting: Posting, seconds: tuple[float, float], ended: dict[str, Ended], arrived: Counter[str]
) -> None:
    """For docs/operations.md; shown with --log-cli-level=info."""
    _log.info(
        "%s: %d messages posted in %.0f s, ended after %.0f s: %s; %d with an attempt without an answer, "
        "%d arrived more than once; POSTs that had to be repeated: %s",
        kind,
        posting.accepted,
        *seconds,
        dict(Counter(one.status for one in ended.values())),
        sum(one.unconfirmed > 0 for one in ended.values()),
        sum(times > 1 for times in arrived.values()),
        dict(posting.troubles),
    )


def test_each_message_arrives_once_whatever_is_lost(installation: Installation, request: pytest.FixtureRequest) -> None:
    messages = int(request.config.getoption("--messages"))
    mishaps = [
        installation.lose_the_bells,
        installation.kill_a_worker,
        installation.crash_the_store,
        installation.kill_a_scheduler,
        installation.replace_the_api,
        installation.kill_a_worker,
    ]
    began = monotonic()
    with Posting(installation.address, installation.key, messages) as posting:
        for number, mishap in enumerate(mishaps, start=1):
            enough = messages * number // (len(mishaps) + 1)
            _until(lambda enough=enough: posting.accepted >= enough)  # type: ignore[misc]
            mishap()
        posting.join()
        posted_s = monotonic() - began
    ended, arrived = installation.ended(), installation.arrived()
    _tell(installation.kind, posting, (posted_s, monotonic() - began), ended, arrived)

    texts = {message(number)["text"] for number in range(messages)}
    assert posting.accepted == messages
    assert ended.keys() == texts
    assert arrived.keys() <= texts
    assert {one.status for one in ended.values()} <= {"sent", "failed", "unconfirmed"}
    assert [text for text, one in ended.items() if one.status == "sent" and not arrived[text]] == []
    assert [text for text, one in ended.items() if one.status == "failed" and arrived[text]] == []
    # What was sent has arrived once, and at most once more for each attempt that ended without an answer.
    too_often = {
        text: times
        for text, times in arrived.items()
        if times > (ended[text].status == "sent") + ended[text].unconfirmed
    }
    assert too_often == {}
