"""What a million old deliveries cost those who accept and deliver, before and after pruning; pruning and copying."""

import statistics
import threading
import time
from collections.abc import Iterator, Mapping

from benchmarks import million
from benchmarks.environment import Environment, Line, Store
from benchmarks.scenarios.delivery import Delivered, deliver
from notifyhub.clock import now_ms
from notifyhub.flow import retention
from notifyhub.store import copying
from notifyhub.store.database import Database
from notifyhub.store.retention import Pass
from notifyhub.store.rows import run as execute

CLIENT = "pyreqwest"
_ENDED = "UPDATE deliveries SET status = 'delivered' WHERE status IN ('sent', 'scheduled')"
_ATTEMPTS = """
    INSERT INTO attempts (delivery_id, number, started_at, finished_at, outcome, code, detail)
    SELECT id, 1, created_at, created_at, 'sent', '200', '{"ok":true}' FROM deliveries"""


def run(bench: Environment) -> Iterator[Line]:
    rows, old = bench.pick(40_000, 20_000), bench.pick(1_000_000, 200_000)
    stores: tuple[Store, ...] = ("SQLite", "PostgreSQL")
    for store in stores:
        with bench.database(store) as url:
            fill_old(url, old)
            other: Store = "PostgreSQL" if store == "SQLite" else "SQLite"
            yield _copied(bench, url, store, other)
            with bench.database(store, url) as copied:
                yield _passed(copied, store, Pass.FORGET)
            with bench.database(store, url) as pruned:
                yield _passed(pruned, store, Pass.PRUNE)
                likes = {"empty": None, f"{old:,} old deliveries": url, f"{old:,} pruned": pruned}
                yield from _compared(bench, store, rows, likes)


def fill_old(url: str, rows: int) -> None:
    """Deliveries that ended long ago, each with its attempt."""
    database = Database(url)
    million.fill(database, rows)
    for statement in (_ENDED, _ATTEMPTS):
        database.write(lambda opened, items, sql=statement: [execute(opened, sql) and None], None).result()  # type: ignore[misc]
    database.close()


def _compared(bench: Environment, store: Store, rows: int, likes: Mapping[str, str | None]) -> Iterator[Line]:
    """Accepting and delivering, by turns in stores that began like these."""
    done: dict[str, list[Delivered]] = {name: [] for name in likes}
    deliver(bench, store, CLIENT, rows // 4)  # the first of all is slow
    for _ in range(bench.runs):
        for name, like in likes.items():
            done[name].append(deliver(bench, store, CLIENT, rows, like=like))
    for measure in ("accepted", "rate"):
        middles = {name: statistics.median(getattr(one, measure) for one in runs) for name, runs in done.items()}
        for name, value in middles.items():
            what = "accepted" if measure == "accepted" else "delivered"
            ratio = f"{value / middles['empty']:.2f} of an empty store; {rows:,} messages"
            yield Line(f"{what}, by what is in the store", f"{store}, {name}", value, "/s", ratio)


def _pass(url: str, name: Pass) -> tuple[int, float]:
    database, now, began = Database(url), now_ms(), time.monotonic()
    counts = retention.run(database, name, now, now, threading.Event())
    took = time.monotonic() - began
    database.close()
    return counts["deliveries"], took


def _passed(url: str, store: Store, name: Pass) -> Line:
    number, took = _pass(url, name)
    detail = f"{number:,} deliveries with their attempts, half of the time left to others"
    return Line("pruned" if name is Pass.PRUNE else "emptied of what is personal", store, number / took, "/s", detail)


def _copied(bench: Environment, url: str, store: Store, other: Store) -> Line:
    with bench.database(other) as target:
        source, written, began = Database(url), Database(target), time.monotonic()
        rows = sum(one.rows for one in copying.copy(source, written))
        took = time.monotonic() - began
        source.close()
        written.close()
    return Line("copied and proved", f"{store} to {other}", rows / took, "/s", f"{rows:,} rows in {took:.0f} s")
