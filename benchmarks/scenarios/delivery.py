"""Delivered a second: rows wait in the store, workers start, the clock runs from the first to the last arrival."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks.environment import CLIENTS, Broker, Environment, Line, Store
from benchmarks.processes import usage, worker
from benchmarks.rows import fill, wait_until_sent
from benchmarks.servers import has_rabbitmq
from benchmarks.sink import Sink

LATENCY_MS = 50


@dataclass(frozen=True)
class Delivered:
    """`accepted`, `rate`: accepted and arrived a second. `recorded_ms`: from the last arrival until all was stored.

    accepted  0: they lay in the store before
    """

    rate: float
    recorded_ms: float
    cpu_ms_each: float
    rss_mb: float
    accepted: float = 0.0


def deliver(
    bench: Environment,
    store: Store,
    client: str,
    rows: int,
    *,
    processes: int = 1,
    latency_ms: int = 0,
    more: Mapping[str, str] = MappingProxyType({}),
    broker: Broker = "Redis",
    like: str | None = None,
) -> Delivered:
    """Deliver `rows` rows through workers of their own, and check that each was sent once and has its attempt row.

    `more` are settings without their prefix; `like` is a database of which this one is a copy.
    """
    queue = {"BROKER_URL": "memory://"} if store == "SQLite" else bench.broker(broker)
    with bench.database(store, like) as database_url, Sink(latency_ms=latency_ms) as sink:
        accepted = fill(database_url, queue, rows)
        env = {
            "DATABASE_URL": database_url,
            **queue,
            "TELEGRAM_BASE_URL": sink.base_url,
            "HTTP_CLIENT": client,
            **more,
        }
        with worker(env, processes) as pid:
            before = wait_for_arrivals(sink, 1, 30)["count"]
            _, cpu_before = usage(pid)
            within_s = 60 + rows / 200
            seen = wait_for_arrivals(sink, rows, within_s)
            rss, cpu = usage(pid)
            wait_until_sent(database_url, rows, within_s)
            recorded = time.time()
        seen = sink.count()
        if seen["count"] != rows:
            raise RuntimeError(f"{seen['count']} arrived of {rows}")
        return Delivered(
            accepted=accepted,
            rate=rows / (seen["last_at"] - seen["first_at"]),
            recorded_ms=(recorded - seen["last_at"]) * 1000,
            cpu_ms_each=(cpu - cpu_before) * 1000 / max(1, rows - before),
            rss_mb=rss / 2**20,
        )


def wait_for_arrivals(sink: Sink, rows: int, within_s: float) -> dict[str, float]:
    """Wait until `rows` have arrived. TimeoutError when they do not."""
    until = time.monotonic() + within_s
    while (seen := sink.count())["count"] < rows:
        if time.monotonic() > until:
            raise TimeoutError(f"{seen['count']} of {rows} arrived within {within_s:.0f} s")
        time.sleep(0.05)
    return seen


def run(bench: Environment) -> Iterator[Line]:
    for latency_ms, rows in ((0, bench.pick(40_000, 8_000)), (LATENCY_MS, bench.pick(20_000, 8_000))):
        for store, processes in (("SQLite", 1), ("PostgreSQL", 2)):
            for client in CLIENTS:
                yield _line(bench, store, client, rows, processes, latency_ms)  # type: ignore[arg-type]
    if has_rabbitmq():
        yield _line(bench, "PostgreSQL", CLIENTS[-1], bench.pick(40_000, 8_000), 2, 0, "RabbitMQ")


def _line(
    bench: Environment,
    store: Store,
    client: str,
    rows: int,
    processes: int,
    latency_ms: int,
    broker: Broker = "Redis",
) -> Line:
    done = bench.median_of(
        lambda: deliver(bench, store, client, rows, processes=processes, latency_ms=latency_ms, broker=broker),
        by=lambda delivered: delivered.rate,
    )
    names = {"SQLite": "SQLite, 1 worker", "PostgreSQL": f"PostgreSQL + {broker}, {processes} workers"}
    return Line(
        measure=measure_of(latency_ms),
        setup=f"{names[store]}, {client}",
        value=done.rate,
        unit="/s",
        detail=(
            f"{rows:,} rows, each sent once and recorded, the last {done.recorded_ms:.0f} ms after it arrived; "
            f"{done.cpu_ms_each:.2f} ms CPU each, {done.rss_mb:.0f} MB resident"
        ),
        job=job_of(store, latency_ms),
    )


def measure_of(latency_ms: int) -> str:
    return f"delivered, messenger takes {latency_ms} ms" if latency_ms else "delivered"


def job_of(store: Store, latency_ms: int) -> str:
    """The job that the peer does too."""
    return f"{store}/{latency_ms}"
