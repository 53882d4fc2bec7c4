"""What a message costs: CPU of each process, bytes in the store, WAL, transactions, bytes through the broker.

docs/scaling.md reckons with these figures, and `benchmarks/simulation` has them as its defaults.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

from benchmarks.environment import Broker, Environment, Line, Store
from benchmarks.load import run_load
from benchmarks.meters import Meters, Reading, ask, table_bytes
from benchmarks.processes import Served, serve, worker
from benchmarks.rows import ask as ask_any
from benchmarks.rows import fill, wait_until_sent
from benchmarks.scenarios import accounts
from benchmarks.scenarios.delivery import wait_for_arrivals
from benchmarks.scenarios.posting import BODY, CONNECTIONS
from benchmarks.scenarios.retention import fill_old
from benchmarks.servers import has_rabbitmq
from benchmarks.sink import Sink
from tests.relay import Relay

CLIENT = "aiohttp"
AT_ONCE = 1_000  # recipients of one POST
POSTS = 10  # of so many
SETTLE_S = 0.5  # the last results are recorded by then

Costs = dict[str, tuple[float, str]]
"""Figures by name, with what else there is to say."""


def run(bench: Environment) -> Iterator[Line]:
    setups: list[tuple[Store, Broker]] = [("SQLite", "Redis"), ("PostgreSQL", "Redis")]
    if has_rabbitmq():
        setups.append(("PostgreSQL", "RabbitMQ"))
    for store, broker in setups:
        done = bench.median_of(
            lambda store=store, broker=broker: _costs(bench, store, broker),  # type: ignore[misc]
            by=lambda costs: costs["a delivery: CPU of worker"][0],
        )
        for name, (value, detail) in done.items():
            yield _line(name, f"{store} + {broker}", value, detail)
    yield from _after_a_checkpoint(bench)
    yield from accounts.run(bench)


def _line(name: str, setup: str, value: float, detail: str) -> Line:
    if "CPU" in name:
        return Line(name, setup, value * 1000, "ms", detail)
    return Line(name, setup, value, "bytes" if "bytes" in name else "", detail)


def _costs(bench: Environment, store: Store, broker: Broker) -> Costs:
    costs: Costs = {}
    with ExitStack() as stack:
        url = stack.enter_context(bench.database(store))
        sink = stack.enter_context(Sink())
        queue = bench.broker(broker)
        server_url, relay = queue["BROKER_URL"], None
        if broker == "RabbitMQ":
            relay = stack.enter_context(Relay(server_url))
            queue["BROKER_URL"] = relay.url
        env = {"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url, "HTTP_CLIENT": CLIENT, **queue}
        with serve(env, stack.enter_context(bench.folder()), command="api") as served:
            meters = Meters(url, server_url, {"API": served.pid}, relay)
            _post(served, 1)  # the first request of all is slow
            used = meters.cost(lambda: [_post(served, AT_ONCE) for _ in range(POSTS)] and None)
            costs |= _each("one of 1,000 recipients", used, POSTS * AT_ONCE)
            before = table_bytes(url)
            posted, used = _posting(served, meters, bench.pick(10, 4))
            costs |= _each("a POST", used, posted)
            costs |= _growth("a POST", before, table_bytes(url), posted)
            costs |= _resting("a second of rest: API", meters, bench.pick(10, 5))
        waiting = 1 + POSTS * AT_ONCE + posted
        costs |= _delivering(env, server_url, sink, relay, waiting, bench.pick(10, 5))
        if store == "PostgreSQL":
            costs |= _tidying(url, server_url, relay, waiting)
    return costs


def _each(what: str, used: Reading, number: float) -> Costs:
    return {f"{what}: {name}": (grown / number, f"{grown:,.2f} for {number:,.0f}") for name, grown in used.items()}


def _posting(served: Served, meters: Meters, seconds: int) -> tuple[int, Reading]:
    """Single messages, as fast as they are answered."""
    answered = []

    def post() -> None:
        url = f"{served.url}/api/v1/messages"
        load = run_load(url, BODY, connections=CONNECTIONS, seconds=seconds, headers=[served.authorization])
        if set(load["statuses"]) != {"202"}:
            raise RuntimeError(f"not every POST was answered with 202: {load['statuses']}")
        answered.append(load["requests"])

    used = meters.cost(post)
    return answered[0], used


def _post(served: Served, recipients: int) -> None:
    """One message to so many people."""
    first = time.time_ns() // 1000
    body = {"text": f"costs {first}", "recipients": [{"telegram": str(first + n)} for n in range(recipients)]}
    name, _, key = served.authorization.partition(": ")
    parts = urlsplit(served.url)
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
        headers = {name: key, "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/messages", json.dumps(body), headers)
        if (answer := connection.getresponse()).status != http.client.ACCEPTED:
            raise RuntimeError(f"a POST was answered with {answer.status}")


def _resting(what: str, meters: Meters, seconds: int) -> Costs:
    """What is used while nothing happens."""
    return _each(what, meters.cost(lambda: time.sleep(seconds)), seconds)


def _delivering(
    env: Mapping[str, str], server_url: str, sink: Sink, relay: Relay | None, rows: int, rest_s: int
) -> Costs:
    """One worker delivers all that waits. Its start does not count: reading begins with the first arrival."""
    url, within_s = env["DATABASE_URL"], 60 + rows / 200
    before = table_bytes(url)
    with worker(env) as pid:
        had = wait_for_arrivals(sink, 1, 30)["count"]
        meters = Meters(url, server_url, {"worker": pid, "messenger": sink.pid}, relay)
        late = sink.count()["count"]

        def deliver() -> None:
            wait_for_arrivals(sink, rows, within_s)
            time.sleep(SETTLE_S)

        used = meters.cost(deliver)
        wait_until_sent(url, rows, within_s)
        if sink.count()["count"] != rows:
            raise RuntimeError(f"{sink.count()['count']} arrived of {rows}")
        costs = _each("a delivery", used, rows - (had + late) / 2)
        time.sleep(SETTLE_S)
        costs |= _resting("a second of rest: worker", meters, rest_s)
    return costs | _growth("a delivery", before, table_bytes(url), rows)


def _growth(what: str, before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]], rows: int) -> Costs:
    """By how many bytes tables and indexes have grown."""
    grown = {
        name: (table - before.get(name, (0, 0))[0], indexes - before.get(name, (0, 0))[1])
        for name, (table, indexes) in after.items()
    }
    most = sorted(grown.items(), key=lambda pair: -sum(pair[1]))[:3]
    detail = ", ".join(f"{name} {table / rows:.0f} + {indexes / rows:.0f}" for name, (table, indexes) in most)
    return {f"{what}: bytes in the store": (sum(map(sum, grown.values())) / rows, f"table + indexes: {detail}")}


def _tidying(url: str, server_url: str, relay: Relay | None, rows: int) -> Costs:
    """VACUUM, which otherwise comes by itself later, and the checkpoint."""

    def tidy() -> None:
        ask(url, "VACUUM (ANALYZE)")
        ask(url, "CHECKPOINT")

    used = Meters(url, server_url, {}, relay).cost(tidy)
    return _each("vacuum and checkpoint for a delivery", {name: used[name] for name in _TIDYING}, rows)


_TIDYING = ("CPU of PostgreSQL", "WAL bytes")


def _after_a_checkpoint(bench: Environment) -> Iterator[Line]:
    """WAL in a store with many old rows: after a checkpoint each page is logged as a whole when it is first changed."""
    old, rows = bench.pick(1_000_000, 200_000), bench.pick(20_000, 8_000)
    with bench.database("PostgreSQL") as aged:
        fill_old(aged, old)
        # Keys as real ones are, anywhere in their index; and nothing left for autovacuum, whose WAL would count too.
        ask(aged, "UPDATE deliveries SET dedup_key = md5(id::text) WHERE dedup_key IS NOT NULL")
        ask(aged, "VACUUM (FULL, ANALYZE)")
        for compression in ("off", "on"):
            with bench.database("PostgreSQL", aged) as url:
                ask(url, f"ALTER DATABASE {url.rpartition('/')[2]} SET wal_compression = {compression}")
                measured = _wal(bench, url, rows)
            detail = f"beside {old:,} old deliveries; {rows:,} messages right after a checkpoint"
            yield Line(
                "a message: WAL bytes", f"PostgreSQL, wal_compression = {compression}", measured, "bytes", detail
            )


def _wal(bench: Environment, url: str, rows: int) -> float:
    queue = bench.broker("Redis")
    with Sink() as sink:
        env = {"DATABASE_URL": url, "TELEGRAM_BASE_URL": sink.base_url, "HTTP_CLIENT": CLIENT, **queue}

        def accept_and_deliver() -> None:
            fill(url, queue, rows)
            with worker(env):
                wait_for_arrivals(sink, rows, 60 + rows / 200)
                time.sleep(SETTLE_S)

        ask(url, "CHECKPOINT")
        used = Meters(url, queue["BROKER_URL"], {}).cost(accept_and_deliver)
        if (sent := ask_any(url, "SELECT COUNT(*) FROM deliveries WHERE messenger_id IS NOT NULL"))[0] != rows:
            raise RuntimeError(f"{sent[0]} were sent of {rows}")
    return used["WAL bytes"] / rows
