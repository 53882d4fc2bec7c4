"""Pages of the dashboard over a store of a million deliveries: from the request to the whole page, one by one."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from benchmarks import million
from benchmarks.environment import Environment, Line, Store
from notifyhub import Hub
from notifyhub.server.threaded import ThreadedServer
from notifyhub.store.database import Database
from notifyhub_api.app import make_app

STORES: tuple[Store, ...] = ("SQLite", "PostgreSQL")
PATHS = (
    "/",
    "/messages",
    "/messages?status=failed",
    "/messages?order=oldest",
    "/messages?text=hello",
    "/messages?text=no+such+text",
    "/messages?show=deliveries",
    "/messages?show=deliveries&channel=viber&status=failed",
    f"/messages?show=deliveries&address={million.PHONE}",
    "/messages/new",
    "/mailings",
    "/clients",
    "/channels",
    "/channels/telegram",
    "/webhooks",
    "/keys",
    "/audit",
)


def run(bench: Environment) -> Iterator[Line]:
    rows, rounds = bench.pick(1_000_000, 200_000), bench.pick(20, 5)
    for store in STORES:
        with bench.database(store) as url:
            database = Database(url)
            million.fill(database, rows)
            database.close()
            with Hub(database_url=url, worker=False, auth="none") as hub, _served(hub) as pages:
                newest = hub.deliveries(limit=1)[0]
                for path in (*PATHS, f"/deliveries/{newest.id}", f"/messages/{newest.message_id}"):
                    yield _line(pages, path, f"{store}, {rows:,} deliveries", rounds)


@contextmanager
def _served(hub: Hub) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ThreadedServer(uvicorn.Config(make_app(hub), access_log=False, log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
                headers={"Accept": "text/html"},
                timeout=60,
                trust_env=False,
            ) as client:
                yield client
        finally:
            server.stop()
            thread.join()


def _line(pages: httpx.Client, path: str, setup: str, rounds: int) -> Line:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = pages.get(path)
        times.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    shown = path if len(path) < 60 else path.rpartition("/")[0] + "/…"
    note = f"p50 of {rounds}, longest {max(times):.0f} ms, {len(answer.content) // 1000} kB"
    return Line(f"page {shown}", setup, statistics.median(times), "ms", note)
