"""The same jobs by the peer: Celery and Redis, prefork, one process a core, one task a delivery."""

from collections.abc import Iterator

from benchmarks.environment import Environment, Line, Store, cores
from benchmarks.peer_celery import run as peer
from benchmarks.scenarios.delivery import LATENCY_MS, job_of, measure_of
from benchmarks.sink import Sink

STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL")


def run(bench: Environment) -> Iterator[Line]:
    for latency_ms, rows in ((0, bench.pick(4_000, 1_500)), (LATENCY_MS, bench.pick(800, 400))):
        for store in STORES:
            yield _line(bench, store, rows, latency_ms)


def _line(bench: Environment, store: Store, rows: int, latency_ms: int) -> Line:
    done = bench.median_of(lambda: _once(bench, store, rows, latency_ms), by=lambda result: result["rate"])
    return Line(
        measure=measure_of(latency_ms),
        setup=f"peer: Celery + Redis, {store}, prefork {cores()}",
        value=done["rate"],
        unit="/s",
        detail=f"{rows:,} rows; {done['cpu_s_per_1000']:.2f} ms CPU each, {done['rss_mb']:.0f} MB resident",
        job=job_of(store, latency_ms),
        is_peer=True,
    )


def _once(bench: Environment, store: Store, rows: int, latency_ms: int) -> peer.PeerResult:
    with bench.database(store) as database_url, Sink(latency_ms=latency_ms) as sink:
        done = peer.run(database_url, bench.redis(), sink.base_url, rows, concurrency=cores(), timeout=300)
        if not done["sent"] == rows == sink.count()["count"]:
            raise RuntimeError(f"the peer sent {done['sent']} of {rows}, and {sink.count()['count']} arrived")
        return done
