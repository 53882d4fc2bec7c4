"""Memory and the time to start: of `serve` as `make run` starts it, and of a worker that has worked."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.environment import Environment, Line
from benchmarks.load import run_load
from benchmarks.processes import Served, serve, usage
from benchmarks.rows import FIRST_CHAT
from benchmarks.scenarios.delivery import deliver, wait_for_arrivals
from benchmarks.scenarios.posting import BODY, CONNECTIONS
from benchmarks.sink import Sink

RECIPIENTS = 10_000
LOOK_EVERY_S = 0.005


@dataclass
class Peak:
    rss: int = 0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """The most resident bytes that were seen meanwhile."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY_S):
            peak.rss = max(peak.rss, usage(pid)[0])

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield peak
    finally:
        over.set()
        looker.join()


def run(bench: Environment) -> Iterator[Line]:
    yield from _serve(bench)
    rows = bench.pick(40_000, 8_000)
    for client in ("aiohttp", "pyreqwest"):
        worked = deliver(bench, "SQLite", client, rows)
        yield Line("memory of a worker", f"SQLite, {client}, {rows:,} delivered", worked.rss_mb, "MB")


def _serve(bench: Environment) -> Iterator[Line]:
    setup = "SQLite, API, worker and emulator in one process"
    seconds = bench.pick(10, 4)
    with bench.folder() as folder, Sink() as sink:
        # By default pyreqwest is taken where it is installed; a plain install has aiohttp.
        env = {"TELEGRAM_BASE_URL": sink.base_url, "HTTP_CLIENT": "aiohttp"}
        with serve(env, folder) as served:
            yield Line("start of serve", setup, served.ready_s, "s", "from the command to the first line it prints")
            time.sleep(1)
            yield Line("memory of serve", f"{setup}, just started", usage(served.pid)[0] / 2**20, "MB")
            before = usage(served.pid)[0]
            with watched(served.pid) as peak:
                took_s = _post_many(served)
                wait_for_arrivals(sink, RECIPIENTS, 120)
            grown = (peak.rss - before) / 2**20
            yield Line(f"one POST of {RECIPIENTS:,} recipients", setup, took_s * 1000, "ms", "until it answers 202")
            yield Line(
                f"one POST of {RECIPIENTS:,} recipients, growth", setup, grown, "MB", "at most, until all arrived"
            )
            load = run_load(
                f"{served.url}/api/v1/messages",
                BODY,
                connections=CONNECTIONS,
                seconds=seconds,
                headers=[served.authorization],
            )
            wait_for_arrivals(sink, RECIPIENTS + load["requests"], 60 + load["requests"] / 200)
            after = usage(served.pid)[0] / 2**20
            yield Line("memory of serve", f"{setup}, {load['requests']:,} POSTs later", after, "MB")


def _post_many(served: Served) -> float:
    """Seconds until one request with many recipients is answered."""
    recipients = [{"telegram": str(FIRST_CHAT + n)} for n in range(RECIPIENTS)]
    body = json.dumps({"text": "to all", "recipients": recipients})
    name, _, value = served.authorization.partition(": ")
    parts = urlsplit(served.url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
        connection.connect()
        began = time.monotonic()
        connection.request("POST", "/api/v1/messages", body, {name: value, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.ACCEPTED:
            raise RuntimeError(f"the POST was answered with {answer.status}")
        return time.monotonic() - began
