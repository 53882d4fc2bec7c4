"""Mailings whose texts are made from a template of five variables, beside one with the same text for all."""

import time
from collections.abc import Iterator

from benchmarks import directory
from benchmarks.environment import Environment, Line, Store
from benchmarks.processes import usage, worker
from benchmarks.scenarios.delivery import wait_for_arrivals
from benchmarks.sink import Sink
from notifyhub import Hub
from notifyhub.clock import now_ms
from notifyhub.flow.expand import expand
from notifyhub.hub import core_of

STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL")
KINDS = {"the same text for all": directory.MAILING, "a template of five variables": directory.FILLED}


def run(bench: Environment) -> Iterator[Line]:
    clients = bench.pick(40_000, 10_000)
    for store in STORES:
        for name, mailing in KINDS.items():
            rate = bench.median(lambda s=store, m=mailing: _expanded(bench, s, m, clients))
            is_peer = name == "the same text for all"
            job = f"expanded on {store}"
            yield Line("clients of a mailing expanded", f"{store}, {name}", rate, "/s", f"{clients:,}", job, is_peer)
        for name, mailing in KINDS.items():
            rate = bench.median(lambda s=store, m=mailing: _delivered(bench, s, m, clients))
            is_peer, detail = (
                name == "the same text for all",
                f"{clients:,} clients, from the start to the last arrival",
            )
            job = f"delivered on {store}"
            yield Line("mailing delivered", f"{store}, 1 worker, {name}", rate, "/s", detail, job, is_peer)


def _create(hub: Hub, mailing: dict[str, object]) -> None:
    hub.templates.set("sale", directory.TEMPLATE)
    hub.mailings.create(**mailing)  # type: ignore[arg-type]


def _expanded(bench: Environment, store: Store, mailing: dict[str, object], clients: int) -> float:
    with bench.database(store) as url, Hub(database_url=url, worker=False) as hub:
        directory.fill(hub, clients)
        _create(hub, mailing)
        began = time.monotonic()
        expand(core_of(hub).database, lambda channel: None, now_ms)
        return clients / (time.monotonic() - began)


def _delivered(bench: Environment, store: Store, mailing: dict[str, object], clients: int) -> float:
    with bench.database(store) as url, Sink() as sink:
        with Hub(database_url=url, worker=False) as hub:
            directory.fill(hub, clients)
        with worker({"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url}) as pid:
            usage(pid)
            time.sleep(1.0)  # it has started by then: only the mailing is measured
            with Hub(database_url=url, worker=False) as hub:
                began = time.time()
                _create(hub, mailing)
                seen = wait_for_arrivals(sink, clients, 60 + clients / 200)
        return clients / (seen["last_at"] - began)
