"""Pages of the dashboard over a store of a million deliveries and a hundred thousand clients, one by one.

From the request to the whole page; then the first paint of some in a browser.
"""

import socket
import statistics
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx
import peewee
import uvicorn

from benchmarks import directory, million, paint
from benchmarks.environment import Environment, Line, Store
from notifyhub import Hub
from notifyhub.hub import core_of
from notifyhub.server.threaded import ThreadedServer
from notifyhub.store.rows import run as execute
from notifyhub_api.app import make_app

STORES: tuple[Store, ...] = ("SQLite",)
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
    "/messages?show=deliveries&reason=no_such_reason",
    "/messages?show=deliveries&operator_code=899",
    "/messages?reason=no_such_reason",
    "/messages/new",
    "/deliveries/bulk?action=cancel&all=1&status=scheduled",
    "/deliveries/bulk?action=retry&all=1&status=failed",
    "/deliveries/bulk?action=reschedule&all=1&channel=telegram",
    "/deliveries/bulk?action=cancel&all=1&text=hello",
    "/mailings",
    "/mailings?view=board",
    "/mailings/new",
    "/clients",
    "/clients?tag=a",
    "/clients?search=tver",
    "/clients?search=nobody+at+all",
    "/clients?search=79000000017",
    "/clients/17",
    "/clients/17/erase",
    "/clients/import",
    "/erasures",
    "/templates",
    "/channels",
    "/channels/telegram",
    "/webhooks",
    "/keys",
    "/audit",
    "/people",
)
OF_MAILING = (
    "/mailings/{id}",
    "/mailings/{id}/retry",
    "/mailings/{id}/cancel",
    "/messages?show=deliveries&mailing_id={id}",
    "/messages?show=deliveries&mailing_id={id}&status=failed",
    "/messages?show=deliveries&mailing_id={id}&operator_code=917",
    "/messages?show=deliveries&mailing_id={id}&reason=rejected",
    "/deliveries/bulk?action=retry&all=1&mailing_id={id}",
)
PAINTED = ("/", "/messages?show=deliveries", "/mailings/{id}")
_STARTED = """
    UPDATE mailings SET status = 'running', started_at = (SELECT MIN(created_at) FROM deliveries),
        expanded_at = (SELECT MAX(created_at) FROM deliveries)
    WHERE id = ?"""
# One of the messages with a thousand deliveries.
_LARGE = "SELECT CAST(id AS TEXT) FROM messages WHERE accepted = 1000 LIMIT 1"


def run(bench: Environment) -> Iterator[Line]:
    rows, rounds = bench.pick(1_000_000, 200_000), bench.pick(20, 5)
    for store in STORES:
        setup = f"{store}, {rows:,} deliveries"
        with bench.database(store) as url, Hub(database_url=url, worker=False, auth="none") as hub:
            mailing = _filled(hub, rows)
            newest = hub.deliveries(limit=1)[0]
            (large,) = core_of(hub).database.read(lambda db: execute(db, _LARGE).fetchone()).result()
            found = (f"/deliveries/{newest.id}", f"/messages/{newest.message_id}", f"/messages/{large}")
            with _served(hub) as pages:
                for path in (*PATHS, *(path.format(id=mailing) for path in OF_MAILING), *found):
                    yield _line(pages, path, setup, rounds)
                yield from _paints(str(pages.base_url), [path.format(id=mailing) for path in PAINTED], setup, rounds)


def _filled(hub: Hub, rows: int) -> int:
    """Deliveries, clients, and a mailing with half of the deliveries: its id."""
    directory.fill(hub, rows // 10)
    mailing = hub.mailings.create(**directory.MAILING, draft=True)
    million.fill(core_of(hub).database, rows, mailing=mailing.id)

    def started(database: peewee.Database, items: object) -> list[None]:
        return [execute(database, _STARTED, mailing.id) and None]

    core_of(hub).database.write(started, None).result()
    return mailing.id


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
                timeout=600,
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
    shown = (
        path
        if len(path.rpartition("/")[2]) < 32 or "?" in path
        else path.rpartition("/")[0] + f"/… ({len(answer.content) // 1000} kB)"
    )
    note = f"p50 of {rounds}, longest {max(times):.0f} ms, {len(answer.content) // 1000} kB"
    return Line(f"page {shown}", setup, statistics.median(times), "ms", note)


def _paints(url: str, paths: Iterable[str], setup: str, rounds: int) -> Iterator[Line]:
    with paint.chromium() as browser:
        for path in paths:
            if browser is None:
                return
            seen = paint.painted(browser, url + path, rounds)
            times = [one.paint_ms for one in seen]
            note = f"p50 of {rounds}, longest {max(times):.0f} ms, {seen[0].assets // 1000} kB of assets"
            yield Line(f"first paint of {path}", setup, statistics.median(times), "ms", note)
