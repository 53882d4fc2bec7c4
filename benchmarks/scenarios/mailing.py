"""Mailings: expanded a second, delivered a second beside plain messages, and a million clients in one service."""

import json
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from benchmarks import directory
from benchmarks.environment import Environment, Line, Store
from benchmarks.processes import Served, serve, usage, worker
from benchmarks.rows import ask, fill, wait_until_sent
from benchmarks.scenarios.delivery import Delivered, wait_for_arrivals
from benchmarks.scenarios.memory import watched
from benchmarks.sink import Sink
from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.flow.expand import expand
from notifyhub.hub import core_of

STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL")
URGENT_EVERY_S = 0.2
COUNTERS_OFF = ("deliveries_added", "deliveries_moved", "deliveries_removed")


def run(bench: Environment) -> Iterator[Line]:
    yield _import(bench, bench.pick(100_000, 20_000))
    for store in STORES:
        yield _expansion(bench, store, bench.pick(500_000, 100_000))
    yield from _beside_plain(bench, bench.pick(40_000, 10_000))
    yield from _million(bench, bench.pick(1_000_000, 50_000))


def _import(bench: Environment, rows: int) -> Line:
    def once() -> float:
        with bench.folder() as folder, bench.database("SQLite") as url, Hub(database_url=url, worker=False) as hub:
            table = folder / "clients.csv"
            table.write_text(directory.as_csv(rows), encoding="utf-8")
            began = time.monotonic()
            if hub.clients.import_(table).created != rows:
                raise RuntimeError("an import left rows out")
            return rows / (time.monotonic() - began)

    return Line("clients imported", "SQLite, CSV", bench.median(once), "/s", f"{rows:,} rows of seven columns")


def _expansion(bench: Environment, store: Store, clients: int) -> Line:
    def once() -> float:
        with bench.database(store) as url, Hub(database_url=url, worker=False) as hub:
            directory.fill(hub, clients)
            return clients / _expanded_s(hub)

    return Line("clients of a mailing expanded", store, bench.median(once), "/s", f"{clients:,} clients, one process")


def _expanded_s(hub: Hub) -> float:
    """Create a mailing to everybody, and expand it here. Seconds that the expansion takes."""
    hub.mailings.create(**directory.MAILING)
    began = time.monotonic()
    expand(core_of(hub).database, lambda channel: None, now_ms)
    return time.monotonic() - began


def _beside_plain(bench: Environment, rows: int) -> Iterator[Line]:
    """The same number of rows from a mailing, as plain messages, and as plain messages that nobody counts."""
    kinds: dict[str, Callable[[str], None]] = {
        "a mailing, expanded before": lambda url: _fill_with_mailing(url, rows),
        "plain messages": lambda url: _fill_plain(url, rows),
        "plain messages, counters taken away": lambda url: _fill_plain(url, rows, counted=False),
    }
    for name, fill_ in kinds.items():
        done = bench.median_of(lambda f=fill_: _delivered(bench, f, rows), by=lambda done: done.rate)
        detail = f"{rows:,} rows, each sent once and recorded; {done.cpu_ms_each:.3f} ms CPU each, {done.rss_mb:.0f} MB"
        is_peer = name == "plain messages"
        yield Line("delivered of a mailing", f"SQLite, 1 worker, {name}", done.rate, "/s", detail, "mailing", is_peer)


def _fill_plain(url: str, rows: int, *, counted: bool = True) -> None:
    if not counted:
        with Hub(database_url=url, worker=False) as hub:
            core_of(hub).database.write(_without_counters, None).result()
    fill(url, {}, rows)


def _without_counters(database: Any, items: Any) -> list[None]:
    for name in COUNTERS_OFF:
        database.execute_sql(f"DROP TRIGGER {name}")
    return [None]


def _fill_with_mailing(url: str, rows: int) -> None:
    with Hub(database_url=url, worker=False) as hub:
        directory.fill(hub, rows)
        _expanded_s(hub)


def _delivered(bench: Environment, fill_: Callable[[str], None], rows: int) -> Delivered:
    with bench.database("SQLite") as url, Sink() as sink:
        fill_(url)
        with worker({"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url}) as pid:
            before = wait_for_arrivals(sink, 1, 30)["count"]
            _, cpu_before = usage(pid)
            seen = wait_for_arrivals(sink, rows, 60 + rows / 200)
            rss, cpu = usage(pid)
            wait_until_sent(url, rows, 60 + rows / 200)
            recorded = time.time()
        return Delivered(
            rate=rows / (seen["last_at"] - seen["first_at"]),
            recorded_ms=(recorded - seen["last_at"]) * 1000,
            cpu_ms_each=(cpu - cpu_before) * 1000 / max(1, rows - before),
            rss_mb=rss / 2**20,
        )


def _million(bench: Environment, clients: int) -> Iterator[Line]:
    """One process that serves, expands and delivers; a mailing to everybody, and urgent messages all the while."""
    setup = f"SQLite, API and worker in one process, {clients:,} clients"
    with ExitStack() as stack:
        url, sink = stack.enter_context(bench.database("SQLite")), stack.enter_context(Sink(record=True))
        with Hub(database_url=url, worker=False) as hub:
            directory.fill(hub, clients)
        folder = stack.enter_context(bench.folder())
        env = {"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url}
        served = stack.enter_context(serve(env, folder, "--no-emulator"))
        with watched(served.pid) as peak:
            began = time.time()
            mailing = _ask(served, "POST", "/api/v1/mailings", directory.MAILING)
            times, took = _urgent_until_finished(served, sink, mailing["id"])
        seconds = sink.count()["last_at"] - began
        yield Line(
            "a mailing expanded and delivered", setup, seconds, "s", f"{clients / seconds:,.0f}/s; seen {took:.0f} s"
        )
        detail = f"p50 {statistics.median(times):.0f} ms, longest {times[-1]:.0f} ms of {len(times)}"
        yield Line("urgent message meanwhile, p99", setup, times[int(len(times) * 0.99)], "ms", detail)
        yield Line("memory meanwhile", setup, peak.rss / 2**20, "MB", "the most that was resident")
        counted = ask(
            url, "SELECT COUNT(*), COUNT(DISTINCT client_id) FROM deliveries WHERE status = 'sent' AND mailing_id > 0"
        )
        if counted != (clients, clients):
            raise RuntimeError(f"sent, and clients: {counted}, and both should be {clients}")
        for path in (f"/api/v1/mailings/{mailing['id']}/stats", "/api/v1/stats", "/api/v1/stats?by=hour"):
            yield _statistics(served, path, setup, bench.pick(50, 10))


def _urgent_until_finished(served: Served, sink: Sink, mailing: int) -> tuple[list[float], float]:
    """Milliseconds from each POST to its arrival, the shortest first; and the seconds until it was finished."""
    began, started = {}, time.monotonic()
    while _ask(served, "GET", f"/api/v1/mailings/{mailing}")["status"] != "finished":
        text = f"urgent {len(began)}"
        began[text] = time.time()
        body = {"text": text, "recipients": [{"telegram": "1"}], "priority": "urgent", "deduplicate": "off"}
        _ask(served, "POST", "/api/v1/messages", body)
        time.sleep(URGENT_EVERY_S)
    took = time.monotonic() - started
    arrived = {text: sink.arrival(text) for text in began}
    return sorted((at - began[text]) * 1000 for text, at in arrived.items() if at is not None), took


def _statistics(served: Served, path: str, setup: str, rounds: int) -> Line:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        _ask(served, "GET", path)
        times.append((time.perf_counter() - began) * 1000)
    return Line("statistics", f"{setup}, GET {path}", statistics.median(times), "ms", f"p50 of {rounds}")


def _ask(served: Served, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    name, _, value = served.authorization.partition(": ")
    request = urllib.request.Request(served.url + path, data, {name: value}, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)
