"""Lists, a message and a delivery out of a store of a million deliveries: each question many times, one by one."""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import million
from benchmarks.environment import Environment, Line, Store
from notifyhub import Hub
from notifyhub.store.database import Database

STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL")
PAGE = 100

# Common and rare matches: three of a million are failed ones on Viber, none is expired.
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"status": "sent"},
    {"status": "failed"},
    {"status": "expired"},
    {"status": ["failed", "expired", "unconfirmed"]},
    {"channel": "telegram"},
    {"channel": "viber"},
    {"channel": "viber", "status": "failed"},
    {"address": million.PHONE},
    {"address": million.PHONE, "channel": "whatsapp", "status": "sent"},
    {"reference": million.REFERENCE},
    {"reference": million.REFERENCE, "status": "failed"},
    {"created_to": "2020-01-01T00:00Z"},
)


def run(bench: Environment) -> Iterator[Line]:
    rows, rounds = bench.pick(1_000_000, 200_000), bench.pick(50, 10)
    for store in STORES:
        with bench.database(store) as url:
            database = Database(url)
            million.fill(database, rows)
            database.close()
            with Hub(database_url=url, worker=False) as hub:
                yield from _lines(hub, f"{store}, {rows:,} deliveries", rounds)


def _lines(hub: Hub, setup: str, rounds: int) -> Iterator[Line]:
    for filters in FILTERS:
        name = ", ".join(f"{key}={value}" for key, value in filters.items()) or "no filter"
        yield _line("deliveries", name, setup, rounds, lambda f=filters: hub.deliveries(limit=PAGE, **f))
        yield _line("messages", name, setup, rounds, lambda f=filters: hub.messages(limit=PAGE, **f))
    newest = hub.deliveries(limit=1)[0]
    yield _line("one delivery", "by id", setup, rounds, lambda: hub.delivery(newest.id or 0))
    yield _line("one message", "by id", setup, rounds, lambda: hub.message(str(newest.message_id)))


def _line(what: str, name: str, setup: str, rounds: int, ask: Callable[[], Any]) -> Line:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        found = ask()
        times.append((time.perf_counter() - began) * 1000)
    p99 = sorted(times)[min(len(times) - 1, round(len(times) * 0.99))]
    count = f", {len(found)} found" if isinstance(found, list) else ""
    return Line(f"{what}, {name}", setup, statistics.median(times), "ms", f"p50 of {rounds}, p99 {p99:.1f} ms{count}")
