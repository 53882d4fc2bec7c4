"""What a delivery costs under limits, by the number of accounts: claims are smaller, and each has a place in time."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.environment import Environment, Line
from benchmarks.meters import Meters, ask
from benchmarks.processes import worker
from benchmarks.rows import wait_until_sent
from benchmarks.scenarios.delivery import wait_for_arrivals
from benchmarks.sink import Sink
from notifyhub import Hub

ACCOUNTS = (10, 100)
RATE = 30  # a second, as for a Telegram bot
FIRST_CHAT = 100_000
CLIENT = "aiohttp"
WARM_UP_S = 2


def run(bench: Environment) -> Iterator[Line]:
    for accounts in ACCOUNTS:
        yield from _lines(bench, accounts, bench.pick(16, 10))


def _lines(bench: Environment, accounts: int, seconds: int) -> Iterator[Line]:
    rows = accounts * RATE * seconds
    queue = bench.broker("Redis")
    with bench.database("PostgreSQL") as url, Sink() as sink:
        senders = {f"bot{n}": {"token": f"{n}:bot"} for n in range(accounts)}
        _fill(url, queue["BROKER_URL"], senders, rows)
        ask(url, "ANALYZE")  # as autovacuum would have, had these come one by one
        env = {"DATABASE_URL": url, **queue, "HTTP_CLIENT": CLIENT, "LIMITS": "on"}
        env |= {"TELEGRAM_BASE_URL": sink.base_url, "TELEGRAM_TOKEN": "9:main", "TELEGRAM_RATE": f"{RATE}/s"}
        env |= {"TELEGRAM_SENDERS": json.dumps(senders)}
        with worker(env) as pid:
            wait_for_arrivals(sink, 1, 60)
            meters = Meters(url, queue["BROKER_URL"], {"worker": pid})
            time.sleep(WARM_UP_S)
            counts = []

            def watch() -> None:
                counts.append(sink.count()["count"])
                time.sleep(seconds / 2)
                counts.append(sink.count()["count"])

            used = meters.cost(watch)
            wait_for_arrivals(sink, rows, 60 + rows / 50)
            wait_until_sent(url, rows, 60)
    sent = counts[1] - counts[0]
    if not sent:
        raise RuntimeError(f"{accounts} accounts sent nothing within {seconds / 2:.0f} s")
    for name in ("CPU of worker", "CPU of PostgreSQL", "CPU of broker"):
        setup = f"PostgreSQL + Redis, 1 worker, {accounts} accounts of {RATE}/s"
        detail = f"{used[name]:.2f} for {sent:,}, {sent / (seconds / 2):,.0f}/s"
        yield Line(f"a delivery under limits: {name}", setup, used[name] * 1000 / sent, "ms", detail)
    for name in ("write transactions", "broker commands", "broker bytes in", "broker bytes out"):
        detail = f"{used[name]:,.0f} for {sent:,}"
        unit = "bytes" if "bytes" in name else ""
        yield Line(f"a delivery under limits: {name}", setup, used[name] / sent, unit, detail)


def _fill(url: str, broker_url: str, senders: Mapping[str, Any], rows: int) -> None:
    names = list(senders)
    settings: dict[str, Any] = {"base_url": "http://127.0.0.1:1", "token": "9:main", "senders": senders}
    with Hub(database_url=url, broker_url=broker_url, worker=False, telegram=settings) as hub:
        for first in range(0, rows, 1000):
            hub.send_many([_message(n, names[n % len(names)]) for n in range(first, min(rows, first + 1000))])


def _message(number: int, bot: str) -> Mapping[str, Any]:
    recipient = {"telegram": str(FIRST_CHAT + number)}
    return {"text": f"bench {number}", "recipients": [recipient], "options": {"telegram": {"sender": bot}}}
