"""Idle latency: from before a POST is sent until it is at the messenger, one message at a time."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

from benchmarks.environment import Broker, Environment, Line, Store
from benchmarks.processes import Served, serve, worker
from benchmarks.servers import has_rabbitmq
from benchmarks.sink import Sink

MESSAGES = 200
WARM_UP = 10
PAUSE_S = 0.02


def run(bench: Environment) -> Iterator[Line]:
    yield _line(bench, "SQLite", None)
    yield _line(bench, "PostgreSQL", "Redis")
    if has_rabbitmq():
        yield _line(bench, "PostgreSQL", "RabbitMQ")


def _line(bench: Environment, store: Store, broker: Broker | None) -> Line:
    whole, rest = bench.median_of(lambda: _latencies(bench, store, broker), by=lambda both: _median(both[0]))
    setup = f"{store} + {broker}, a worker of its own" if broker else f"{store}, all in one process"
    detail = (
        f"p99 {whole[int(len(whole) * 0.99)]:.1f} ms, longest {whole[-1]:.1f} ms of {len(whole)}; "
        f"{_median(rest):.1f} ms after the 202"
    )
    return Line("POST → messenger when idle, p50", setup, _median(whole), "ms", detail)


def _median(times: list[float]) -> float:
    return times[len(times) // 2]


def _latencies(bench: Environment, store: Store, broker: Broker | None) -> tuple[list[float], list[float]]:
    """Milliseconds from before the POST and from after its answer, the shortest first.

    With a broker, a worker of its own delivers.
    """
    with ExitStack() as stack:
        sink = stack.enter_context(Sink(record=True))
        env = {"DATABASE_URL": stack.enter_context(bench.database(store)), "TELEGRAM_BASE_URL": sink.base_url}
        env |= bench.broker(broker) if broker else {}
        flags = ["--no-emulator", *(["--no-worker"] if broker else [])]
        served = stack.enter_context(serve(env, stack.enter_context(bench.folder()), *flags))
        if broker:
            stack.enter_context(worker(env))
        _post_each(served, [f"warm {n}" for n in range(WARM_UP)])
        _arrivals(sink, [f"warm {n}" for n in range(WARM_UP)])  # the worker is up when these are there
        texts = [f"idle {n}" for n in range(MESSAGES)]
        began, answered = _post_each(served, texts)
        arrived = _arrivals(sink, texts)
        return _sorted_ms(began, arrived), _sorted_ms(answered, arrived)


def _sorted_ms(first: dict[str, float], last: dict[str, float]) -> list[float]:
    return sorted((last[text] - at) * 1000 for text, at in first.items())


def _post_each(served: Served, texts: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """When each was begun to be posted, and answered, epoch seconds. One keep-alive connection, pauses between."""
    scheme, _, key = served.authorization.partition(": ")
    headers = {scheme: key, "Content-Type": "application/json"}
    began, answered = {}, {}
    parts = urlsplit(served.url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)) as connection:
        for text in texts:
            body = json.dumps({"text": text, "recipients": [{"telegram": "1067000"}]})
            began[text] = time.time()
            connection.request("POST", "/api/v1/messages", body, headers)
            answer = connection.getresponse()
            answer.read()
            answered[text] = time.time()
            if answer.status != http.client.ACCEPTED:
                raise RuntimeError(f"a POST was answered with {answer.status}")
            time.sleep(PAUSE_S)
    return began, answered


def _arrivals(sink: Sink, texts: list[str], within_s: float = 30) -> dict[str, float]:
    until = time.monotonic() + within_s
    arrived: dict[str, float] = {}
    for text in texts:
        while (at := sink.arrival(text)) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"'{text}' did not arrive within {within_s:.0f} s")
            time.sleep(0.02)
        arrived[text] = at
    return arrived
