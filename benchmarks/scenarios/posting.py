"""POST a second: 32 keep-alive connections post single messages to `notifyhub serve`, or to `notifyhub api`."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks import bare
from benchmarks.environment import CLIENTS, Environment, Line, Store
from benchmarks.load import LoadResult, run_load
from benchmarks.processes import serve
from benchmarks.rows import wait_until_sent
from benchmarks.scenarios.delivery import wait_for_arrivals
from benchmarks.sink import Sink

CONNECTIONS = 32
PROCESSES = 2
MANY_CONNECTIONS = 256
"""To more than one process: with a few to each, processes wait for their callers, who wait for a commit."""
MEASURE = f"POST, {CONNECTIONS} connections"
BODY = '{"text":"bench %d","recipients":[{"telegram":"%d"}]}'
JOB = "posting"
NAMED = ("Idempotency-Key: bench-%d",)
STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Posted:
    """`arrived`: how many were at the messenger when the last POST was answered; `rest_s`: until all were."""

    load: LoadResult
    arrived: int = 0
    rest_s: float = 0.0

    @property
    def accepted(self) -> int:
        return self.load["statuses"].get("202", 0)

    @property
    def rate(self) -> float:
        return self.accepted / self.load["seconds"]


def run(bench: Environment) -> Iterator[Line]:
    seconds = bench.pick(10, 4)
    yield _yardstick(bench, seconds)
    for store in STORES:
        for client in CLIENTS:
            yield _line(bench, store, client, seconds)
        yield _line(bench, store, None, seconds)
        yield _line(bench, store, None, seconds, NAMED)
    yield _line(bench, "PostgreSQL", None, seconds, processes=PROCESSES)


def _line(
    bench: Environment,
    store: Store,
    client: str | None,
    seconds: int,
    headers: Sequence[str] = (),
    processes: int = 1,
) -> Line:
    done = bench.median_of(
        lambda: _post(bench, store, client, seconds, headers, processes), by=lambda posted: posted.rate
    )
    detail = f"p50 {done.load['p50_ms']:.1f} ms, p99 {done.load['p99_ms']:.1f} ms; {done.accepted:,} in {seconds} s"
    if client is None:
        setup = f"{store} + Redis, accepting only{', each with an Idempotency-Key' if headers else ''}"
        setup += f", {processes} processes, {MANY_CONNECTIONS} connections" if processes > 1 else ""
    else:
        setup = f"{store}, delivering in the same process, {client}"
        detail += f", of which {done.arrived:,} had arrived, the rest {done.rest_s:.1f} s later; all sent once"
    return Line(MEASURE, setup, done.rate, "/s", detail, JOB)


def _yardstick(bench: Environment, seconds: int) -> Line:
    """What this machine, with this load generator beside it, lets any such server do."""

    def once() -> LoadResult:
        with bare.bare_server() as url:
            return run_load(url, BODY, connections=CONNECTIONS, seconds=seconds)

    load = bench.median_of(once, by=lambda load: load["rate"])
    detail = f"p50 {load['p50_ms']:.1f} ms, p99 {load['p99_ms']:.1f} ms; {load['requests']:,} in {seconds} s"
    return Line(MEASURE, bare.NAME, load["rate"], "/s", detail, JOB, is_peer=True)


def _post(
    bench: Environment, store: Store, client: str | None, seconds: int, headers: Sequence[str], processes: int
) -> Posted:
    with bench.database(store) as database_url, bench.folder() as folder, Sink() as sink:
        env = {"DATABASE_URL": database_url, "TELEGRAM_BASE_URL": sink.base_url}
        env |= {"BROKER_URL": bench.redis()} if client is None else {"HTTP_CLIENT": client}
        flags = ["--no-emulator"] if client is not None else ["--workers", str(processes)]
        with serve(env, folder, *flags, command="serve" if client is not None else "api") as served:
            load = run_load(
                f"{served.url}/api/v1/messages",
                BODY,
                connections=CONNECTIONS if processes == 1 else MANY_CONNECTIONS,
                seconds=seconds,
                headers=[served.authorization, *headers],
            )
            if set(load["statuses"]) != {"202"}:
                raise RuntimeError(f"not every POST was answered with 202: {load['statuses']}")
            if client is None:
                return Posted(load)
            ended, arrived = time.time(), sink.count()["count"]
            within_s = 60 + load["requests"] / 200
            last_at = wait_for_arrivals(sink, load["requests"], within_s)["last_at"]
            wait_until_sent(database_url, load["requests"], within_s)
            return Posted(load, int(arrived), max(0.0, last_at - ended))
